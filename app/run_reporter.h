#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "recon/reporter.h"

namespace coincide::app {

/// Stands between a run and the reporter of its front end: passes everything on, writes a log file, keeps warnings and
/// the time each stage took.
class RunReporter : public recon::Reporter {
 public:
  /// An empty path: no log. Throws FileError if the log cannot be written.
  RunReporter(recon::Reporter& outer, const std::filesystem::path& log_path);

  void progress(std::string_view stage, double fraction) override;
  void step(std::string_view name) override;
  void note(std::string_view sentence) override;
  void warning(std::string_view sentence) override;
  void intermediate_image(const recon::Image& image, double iteration) override;
  bool wants_images() const override { return outer_.wants_images(); }
  void figures(const recon::IterationFigures& figures) override;
  bool stop_requested() const override { return outer_.stop_requested(); }

  void begin_stage(std::string_view name) override;
  void end_stage();
  const std::string& stage() const { return stage_; }
  /// A line of the log that no screen shows.
  void log(std::string_view line);

  /// Called with each intermediate image, before the front end.
  std::function<void(const recon::Image&, double iteration)> on_image;

  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::pair<std::string, double>>& stage_seconds() const { return stage_seconds_; }

 private:
  using Clock = std::chrono::steady_clock;

  recon::Reporter& outer_;
  std::ofstream log_;
  bool log_has_gap_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point stage_start_ = Clock::now();
  std::string stage_;
  std::string progress_stage_;
  std::vector<std::string> warnings_;
  std::vector<std::pair<std::string, double>> stage_seconds_;
};

}  // namespace coincide::app
