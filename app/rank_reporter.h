#pragma once

#include "recon/communicator.h"
#include "recon/reporter.h"

namespace coincide::app {

/// Of one of several processes: the first speaks, and all stop together.
class RankReporter final : public recon::Reporter {
 public:
  RankReporter(recon::Reporter& outer, const recon::Communicator& ranks)
      : outer_(ranks.is_first() ? outer : silent_), ranks_(ranks) {}

  void progress(std::string_view stage, double fraction) override { outer_.progress(stage, fraction); }
  void begin_stage(std::string_view stage) override { outer_.begin_stage(stage); }
  void step(std::string_view name) override { outer_.step(name); }
  void note(std::string_view sentence) override { outer_.note(sentence); }
  void warning(std::string_view sentence) override { outer_.warning(sentence); }
  void figures(const recon::IterationFigures& figures) override { outer_.figures(figures); }
  bool stop_requested() const override { return ranks_.stop_agreed(); }

 private:
  recon::Reporter silent_;
  recon::Reporter& outer_;
  const recon::Communicator& ranks_;
};

}  // namespace coincide::app
