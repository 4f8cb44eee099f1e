#include "recon/claim_threads.h"

#include <fmt/format.h>

#include <latch>
#include <system_error>
#include <thread>

#include "projectors/device.h"
#include "projectors/error.h"

namespace coincide::recon {

/// As many as it needs at the same time, of the same size: then OpenMP's are tried without danger, and it keeps them.
void claim_threads(int num_threads) {
  const int wanted = projectors::thread_count(num_threads);
  std::latch all_there(1);
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(wanted));
  try {
    while (std::ssize(threads) + 1 < wanted) {
      threads.emplace_back([&all_there] { all_there.wait(); });
    }
  } catch (const std::system_error& error) {
    all_there.count_down();
    throw DeviceError(
        fmt::format("the system gives this process {} of {} threads ({}): set compute.threads to fewer, or raise the "
                    "limits on its memory and threads (ulimit -v, -u).",
                    threads.size() + 1, wanted, error.code().message()));
  }
  all_there.count_down();
  threads.clear();  // ends them
#pragma omp parallel num_threads(wanted)
  {}
}

}  // namespace coincide::recon
