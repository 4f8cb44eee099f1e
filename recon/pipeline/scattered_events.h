#pragma once

#include "recon/measurement/listmode_measurements.h"
#include "recon/pipeline/run_state.h"
#include "recon/scatter/scattered_data.h"

namespace coincide::recon {

/// The events of a run, whose sensitivity image has been made and whose m is still without attenuation.
class ScatteredEvents final : public ScatteredData {
 public:
  explicit ScatteredEvents(RunState& run);

  const Measurements& measurements() const override { return events_; }
  bool is_attenuated() const override { return false; }
  Image sensitivity(const ImageGrid& grid) override;
  bool for_lors(const ImageGrid& grid, std::uint64_t wanted,
                const std::function<void(const MeasurableLors&)>& visit) override;
  void add(const ScatterEstimate& estimate, const ScatterScale& scale, Reporter& reporter) override;

 private:
  void add_to(int subset, std::int64_t first, std::int64_t count, const ScatterEstimate& estimate,
              const ScatterScale& scale);

  RunState& run_;
  ListmodeMeasurements events_;
};

}  // namespace coincide::recon
