#include "app/terminal_reporter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "app/terminal_output.h"
#include "recon/algorithms/figures.h"

namespace coincide::app {
namespace {

constexpr std::chrono::milliseconds terminal_pause{100};
constexpr std::chrono::seconds plain_pause{10};

}  // namespace

TerminalReporter::TerminalReporter(const std::atomic<bool>& stop) : stop_(stop), is_terminal_(isatty(STDERR_FILENO)) {}

TerminalReporter::~TerminalReporter() { clear_progress_line(); }

void TerminalReporter::progress(std::string_view stage, double fraction) {
  const Clock::time_point now = Clock::now();
  if (stop_requested() && !stop_announced_) {
    stop_announced_ = true;
    line("Stopping; what has been done is kept. A second Ctrl-C ends the program at once.");
  }
  const bool is_new = stage != stage_;
  if (is_new) {
    stage_ = stage;
    step_.clear();
    stage_start_ = now;
  } else if (now - last_shown_ < (is_terminal_ ? Clock::duration(terminal_pause) : Clock::duration(plain_pause))) {
    return;
  }
  last_shown_ = now;
  if (!is_terminal_) {
    line(is_new ? stage_ : progress_text(fraction));
    return;
  }
  // Back to the first column, and erase what was longer.
  print_message(fmt::format("\r{}\x1b[K", progress_text(fraction)));
  progress_line_shown_ = true;
}

void TerminalReporter::step(std::string_view name) {
  step_ = name;
  if (!is_terminal_) {
    line(step_);
  }
}

void TerminalReporter::note(std::string_view sentence) { line(std::string(sentence)); }

void TerminalReporter::warning(std::string_view sentence) { line(fmt::format("Warning: {}", sentence)); }

/// Of a run that knows how far it has to go; others leave theirs to log and record.
void TerminalReporter::figures(const recon::IterationFigures& figures) {
  if (figures.distance_percent >= 0) {
    line(recon::figures_text(figures));
  }
}

void TerminalReporter::line(const std::string& text) {
  clear_progress_line();
  print_message(text + "\n");
}

void TerminalReporter::clear_progress_line() {
  if (progress_line_shown_) {
    print_message("\r\x1b[K");
    progress_line_shown_ = false;
  }
}

std::string TerminalReporter::progress_text(double fraction) const {
  std::string text = step_.empty() ? stage_ : fmt::format("{}, {}", stage_, step_);
  text += fmt::format("  {:3.0f} %", 100 * fraction);
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - stage_start_).count();
  if (fraction > 0.02 && fraction < 1 && elapsed_s > 1) {
    const auto left_s = std::lround(elapsed_s * (1 - fraction) / fraction);
    text += fmt::format(", {}:{:02} left", left_s / 60, left_s % 60);
  }
  return text;
}

}  // namespace coincide::app
