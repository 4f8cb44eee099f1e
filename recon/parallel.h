#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <vector>

#include "projectors/device.h"

namespace coincide::recon {

using projectors::thread_count;

/// Calls work(i) for 0 <= i < count, in any order. An exception that leaves an OpenMP loop ends the program: here the
/// first one is kept and thrown after the loop, and calls that have not begun by then are left out.
template <class Work>
void parallel_for(std::int64_t count, int num_threads, const Work& work) {
  std::exception_ptr first;
  std::atomic<bool> failed = false;
#pragma omp parallel for schedule(dynamic) num_threads(thread_count(num_threads))
  for (std::int64_t i = 0; i < count; ++i) {
    if (failed) {
      continue;
    }
    try {
      work(i);
    } catch (...) {
      if (!failed.exchange(true)) {
        first = std::current_exception();
      }
    }
  }
  if (first) {
    std::rethrow_exception(first);
  }
}

/// Sum of term(i) for 0 <= i < count in double precision. Parts of fixed length are summed apart and added in order, so
/// the result is the same bits for any number of threads.
template <class Term>
double ordered_sum(std::int64_t count, int num_threads, const Term& term) {
  constexpr std::int64_t part = 4096;
  std::vector<double> sums(static_cast<std::size_t>((count + part - 1) / part));
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::int64_t p = 0; p < static_cast<std::int64_t>(sums.size()); ++p) {
    double sum = 0;
    for (std::int64_t i = p * part; i < std::min(count, (p + 1) * part); ++i) {
      sum += term(i);
    }
    sums[static_cast<std::size_t>(p)] = sum;
  }
  double total = 0;
  for (const double sum : sums) {
    total += sum;
  }
  return total;
}

}  // namespace coincide::recon
