#include "app/run_reporter.h"

#include <fmt/format.h>

#include "io/atomic_file.h"
#include "recon/algorithms/figures.h"

namespace coincide::app {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

RunReporter::RunReporter(recon::Reporter& outer, const std::filesystem::path& log_path) : outer_(outer) {
  if (log_path.empty()) {
    return;
  }
  log_.open(log_path);
  if (!log_) {
    throw io::cannot_write(log_path);
  }
}

void RunReporter::progress(std::string_view stage, double fraction) {
  if (stage != progress_stage_) {
    progress_stage_ = stage;
    log(stage);
  }
  outer_.progress(stage, fraction);
}

void RunReporter::step(std::string_view name) {
  log(name);
  outer_.step(name);
}

void RunReporter::note(std::string_view sentence) {
  log(sentence);
  outer_.note(sentence);
}

void RunReporter::warning(std::string_view sentence) {
  log(fmt::format("WARNING: {}", sentence));
  warnings_.emplace_back(sentence);
  outer_.warning(sentence);
}

void RunReporter::intermediate_image(const recon::Image& image, double iteration) {
  if (on_image) {
    on_image(image, iteration);
  }
  if (outer_.wants_images()) {
    outer_.intermediate_image(image, iteration);
  }
}

void RunReporter::figures(const recon::IterationFigures& figures) {
  log(figures_text(figures));
  outer_.figures(figures);
}

void RunReporter::begin_stage(std::string_view name) {
  end_stage();
  stage_ = name;
  stage_start_ = Clock::now();
  progress(name, 0);
}

void RunReporter::end_stage() {
  if (!stage_.empty()) {
    stage_seconds_.emplace_back(stage_, seconds_since(stage_start_));
    stage_.clear();
  }
}

void RunReporter::log(std::string_view line) {
  log_.clear();  // there may be room again
  log_ << fmt::format("{:9.2f} s  {}\n", seconds_since(start_), line) << std::flush;
  if (!log_ && !std::exchange(log_has_gap_, true)) {
    warning(fmt::format("The log is not whole: {}.", io::why_not_written()));
  }
}

}  // namespace coincide::app
