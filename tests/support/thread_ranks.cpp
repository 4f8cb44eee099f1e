#include "support/thread_ranks.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace coincide::tests {
namespace {

/// Where the threads lay out what they tell each other.
struct Table {
  explicit Table(int count) : places(static_cast<std::size_t>(count)), all_here(count) {}

  std::vector<std::span<const std::byte>> places;
  std::barrier<> all_here;
  std::atomic<bool> one_has_failed{false};
};

class ThreadRank final : public recon::Communicator {
 public:
  ThreadRank(Table& table, int rank) : table_(table), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(table_.places.size()); }
  int local_rank() const override { return rank_; }
  int local_size() const override { return size(); }

  void sum(std::span<float> values) override { sum_of(values); }
  void sum(std::span<double> values) override { sum_of(values); }
  void sum(std::span<std::uint64_t> values) override { sum_of(values); }

  void spread(std::span<std::byte> bytes) override {
    meet(bytes, [&] {
      if (rank_ > 0) {
        std::ranges::copy(table_.places.front(), bytes.begin());
      }
    });
  }

  std::vector<std::byte> gather(std::span<const std::byte> bytes) override {
    std::vector<std::byte> all;
    meet(bytes, [&] {
      for (const auto& place : table_.places) {
        all.insert(all.end(), place.begin(), place.end());
      }
    });
    return all;
  }

 private:
  template <class T>
  void sum_of(std::span<T> values) {
    std::vector<T> sums(values.size());
    meet(std::as_bytes(values), [&] {
      for (const auto& place : table_.places) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
          T value;
          std::memcpy(&value, place.data() + i * sizeof value, sizeof value);
          sums[i] += value;
        }
      }
    });
    std::ranges::copy(sums, values.begin());
  }

  /// What is laid out stays until all have looked.
  template <class Look>
  void meet(std::span<const std::byte> own, Look look) {
    table_.places[static_cast<std::size_t>(rank_)] = own;
    wait();
    look();
    wait();
  }

  void wait() {
    table_.all_here.arrive_and_wait();
    if (table_.one_has_failed) {
      throw recon::OtherFailed();
    }
  }

  Table& table_;
  int rank_;
};

}  // namespace

void run_in_ranks(int count, const std::function<void(recon::Communicator&)>& work) {
  Table table(count);
  std::mutex lock;
  std::exception_ptr first;
  const auto run = [&](int rank) {
    ThreadRank own(table, rank);
    try {
      work(own);
    } catch (...) {
      const std::scoped_lock held(lock);
      first = table.one_has_failed ? first : std::current_exception();
      table.one_has_failed = true;
    }
    table.all_here.arrive_and_drop();
  };
  std::vector<std::thread> others;
  others.reserve(static_cast<std::size_t>(count));
  for (int rank = 0; rank < count; ++rank) {
    others.emplace_back(run, rank);
  }
  std::ranges::for_each(others, [](std::thread& other) { other.join(); });
  if (first) {
    std::rethrow_exception(first);
  }
}

}  // namespace coincide::tests
