#pragma once

#include <atomic>
#include <thread>

#include "recon/reporter.h"

namespace coincide::recon {

/// Lets the threads of a loop ask whether to stop: a reporter may only be asked by the thread that runs the algorithm,
/// which is one of them.
class StopFlag {
 public:
  explicit StopFlag(const Reporter& reporter) : reporter_(reporter) {}
  bool operator()() {
    if (std::this_thread::get_id() == owner_ && reporter_.stop_requested()) {
      stop_ = true;
    }
    return stop_;
  }

 private:
  const Reporter& reporter_;
  std::thread::id owner_ = std::this_thread::get_id();
  std::atomic<bool> stop_{false};
};

}  // namespace coincide::recon
