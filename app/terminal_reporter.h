#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "recon/reporter.h"

namespace coincide::app {

/// Tells on stderr what a run does: one line that is drawn again on a terminal, plain lines now and then elsewhere.
class TerminalReporter : public recon::Reporter {
 public:
  /// `stop` is set from outside, for example by a signal.
  explicit TerminalReporter(const std::atomic<bool>& stop);
  TerminalReporter(const TerminalReporter&) = delete;
  TerminalReporter& operator=(const TerminalReporter&) = delete;
  ~TerminalReporter() override;

  void progress(std::string_view stage, double fraction) override;
  void step(std::string_view name) override;
  void note(std::string_view sentence) override;
  void warning(std::string_view sentence) override;
  void figures(const recon::IterationFigures& figures) override;
  bool stop_requested() const override { return stop_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  void line(const std::string& text);
  void clear_progress_line();
  std::string progress_text(double fraction) const;

  const std::atomic<bool>& stop_;
  bool is_terminal_;
  bool progress_line_shown_ = false;
  bool stop_announced_ = false;
  std::string stage_;
  std::string step_;
  Clock::time_point stage_start_{};
  Clock::time_point last_shown_{};
};

}  // namespace coincide::app
