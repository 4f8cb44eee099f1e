#pragma once

#include "recon/attenuation.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/pipeline/run_state.h"
#include "recon/scatter/scattered_data.h"

namespace coincide::recon {

/// The bins of a run's histogram.
class ScatteredBins final : public ScatteredData {
 public:
  explicit ScatteredBins(RunState& run);

  const Measurements& measurements() const override { return bins_; }
  bool is_attenuated() const override { return true; }
  Image sensitivity(const ImageGrid& grid) override;
  bool for_lors(const ImageGrid& grid, std::uint64_t wanted,
                const std::function<void(const MeasurableLors&)>& visit) override;
  void add(const ScatterEstimate& estimate, const ScatterScale& scale, Reporter& reporter) override;

 private:
  void visit_some(const std::vector<std::int64_t>& some, float weight,
                  const std::function<void(const MeasurableLors&)>& visit);
  /// Attenuation factors of some LORs.
  std::vector<float> attenuated(const projectors::Lors& lors);

  RunState& run_;
  HistogramMeasurements bins_;
  AttenuationFactors attenuation_;
};

}  // namespace coincide::recon
