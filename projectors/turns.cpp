#include "projectors/turns.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>
#include <vector>

namespace coincide::projectors {
namespace {

/// Floats that some call adds to.
struct Range {
  const float* begin;
  const float* end;
  bool operator==(const Range&) const = default;
};

class Ranges {
 public:
  void take(const Range& range) {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return !overlaps(range); });
    taken_.push_back(range);
  }
  void leave(const Range& range) {
    {
      const std::scoped_lock lock(mutex_);
      std::erase(taken_, range);
    }
    left_.notify_all();
  }

 private:
  bool overlaps(const Range& range) const {
    const std::less<> before;  // of pointers into any arrays
    return std::ranges::any_of(taken_, [&](const Range& other) {
      return before(std::max(range.begin, other.begin, before), std::min(range.end, other.end, before));
    });
  }

  std::mutex mutex_;
  std::condition_variable left_;
  std::vector<Range> taken_;
};

/// Never destroyed: threads may outlive main(). A process that forks takes no turns along: the threads that had them
/// stay behind.
Ranges& ranges() {
  alignas(Ranges) static unsigned char storage[sizeof(Ranges)];
  static Ranges& all = []() -> Ranges& {
    pthread_atfork(nullptr, nullptr, [] { new (storage) Ranges; });
    return *new (storage) Ranges;
  }();
  return all;
}

}  // namespace

Turn::Turn(const float* floats, std::int64_t count) : begin_(floats), end_(floats + count) {
  ranges().take({begin_, end_});
}

Turn::~Turn() { ranges().leave({begin_, end_}); }

}  // namespace coincide::projectors
