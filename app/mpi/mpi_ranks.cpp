#include "app/mpi/mpi_ranks.h"

#include <fmt/format.h>
#include <mpi.h>
#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include "projectors/error.h"

namespace coincide::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

template <class T>
MPI_Datatype datatype() {
  if constexpr (std::is_same_v<T, float>) {
    return MPI_FLOAT;
  } else if constexpr (std::is_same_v<T, double>) {
    return MPI_DOUBLE;
  } else {
    return MPI_UINT64_T;
  }
}

/// All processes of mpirun.
class MpiRanks final : public recon::Communicator {
 public:
  MpiRanks(bool (*asked_to_stop)(), std::size_t piece) : asked_to_stop_(asked_to_stop), piece_(piece) {
    MPI_Init(nullptr, nullptr);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine_);
    MPI_Comm_rank(machine_, &local_rank_);
    MPI_Comm_size(machine_, &local_size_);
    pids_.resize(static_cast<std::size_t>(local_size_));
    const int pid = getpid();
    MPI_Allgather(&pid, 1, MPI_INT, pids_.data(), 1, MPI_INT, machine_);
    share_cores();
  }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;
  ~MpiRanks() override {
    if (!is_lost_) {
      MPI_Finalize();
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }
  int local_size() const override { return local_size_; }
  bool stop_agreed() const override { return stop_agreed_; }
  bool asked_to_stop() const override { return asked_to_stop_(); }

  using Communicator::gather;
  using Communicator::sum;
  void sum(std::span<float> values) override { add_up(values); }
  void sum(std::span<double> values) override { add_up(values); }
  void sum(std::span<std::uint64_t> values) override { add_up(values); }

  void spread(std::span<std::byte> bytes) override {
    meet();
    for_pieces(bytes, [](std::byte* first, int count) { MPI_Bcast(first, count, MPI_BYTE, 0, MPI_COMM_WORLD); });
  }

  std::vector<std::byte> gather(std::span<const std::byte> bytes) override {
    meet();
    std::vector<std::uint64_t> sizes(static_cast<std::size_t>(size_));
    const std::uint64_t own = bytes.size();
    MPI_Allgather(&own, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD);
    std::vector<std::byte> all;
    for (int from = 0; from < size_; ++from) {
      std::vector<std::byte> of_one(sizes[static_cast<std::size_t>(from)]);
      if (from == rank_) {
        std::ranges::copy(bytes, of_one.begin());
      }
      for_pieces(std::span(of_one),
                 [from](std::byte* first, int count) { MPI_Bcast(first, count, MPI_BYTE, from, MPI_COMM_WORLD); });
      all.insert(all.end(), of_one.begin(), of_one.end());
    }
    return all;
  }

  /// The lowest rank of those that give up speaks.
  bool give_up() override { return is_lost_ || state_of_all(failed + size_ - rank_) == failed + size_ - rank_; }

 private:
  // What a process brings to a meeting; the highest counts.
  static constexpr int fine = 0;
  static constexpr int to_stop = 1;
  static constexpr int failed = 2;

  /// Before anything is sent, all are there, and know what happened to the others.
  void meet() {
    const int state = state_of_all(asked_to_stop_() ? to_stop : fine);
    if (state >= failed) {
      throw recon::OtherFailed();
    }
    stop_agreed_ = stop_agreed_ || state == to_stop;
  }

  /// Waits without keeping a core busy, and not for ever.
  int state_of_all(int own) {
    constexpr int quick_tests = 2000;
    constexpr auto pause = 50us;
    int highest = own;
    MPI_Request request{};
    MPI_Iallreduce(&own, &highest, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
    int has_come = 0;
    Clock::time_point asked = Clock::time_point::max();
    for (int test = 0; has_come == 0; ++test) {
      MPI_Test(&request, &has_come, MPI_STATUS_IGNORE);
      if (has_come == 0 && test > quick_tests) {
        std::this_thread::sleep_for(pause);
        asked = asked_to_stop_() ? std::min(asked, Clock::now()) : asked;
        if (asked != Clock::time_point::max() && Clock::now() - asked > patience()) {
          lose();
        }
      }
    }
    return highest;  // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): MPI_Test has waited
  }

  /// After a signal to end, mpirun kills what is there after a second: of a stop that all were asked for, and of one
  /// because a process has died, when the others would wait for it for ever.
  static Clock::duration patience() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr ? 600ms : 20s; }

  [[noreturn]] void lose() {
    is_lost_ = true;
    for (int other = 0; other < local_rank_; ++other) {
      if (kill(pids_[static_cast<std::size_t>(other)], 0) == 0) {
        throw recon::OtherFailed();  // that one speaks
      }
    }
    throw DeviceError(fmt::format(
        "process {} of {} was told to end, and others have not answered: one of them has died, or they are busy. The "
        "last checkpoint is kept, if the job makes any (output.checkpoint, --resume). See what ended the first one; "
        "too "
        "little memory is the most frequent reason.",
        rank_, size_));
  }

  template <class T, class Send>
  void for_pieces(std::span<T> values, const Send& send) const {
    for (std::size_t first = 0; first < values.size(); first += piece_) {
      send(values.data() + first, static_cast<int>(std::min(piece_, values.size() - first)));
    }
  }

  template <class T>
  void add_up(std::span<T> values) {
    meet();
    for_pieces(values, [](T* first, int count) {
      MPI_Allreduce(MPI_IN_PLACE, first, count, datatype<T>(), MPI_SUM, MPI_COMM_WORLD);
    });
  }

  /// Processes that are bound to cores of their own use these; those that may run anywhere share what there is.
  void share_cores() {
    if (std::getenv("OMP_NUM_THREADS") != nullptr) {
      return;
    }
    cpu_set_t own;
    if (sched_getaffinity(0, sizeof(own), &own) != 0) {
      return;
    }
    cpu_set_t any;
    MPI_Allreduce(&own, &any, static_cast<int>(sizeof(own)), MPI_BYTE, MPI_BOR, machine_);
    const int mine = std::min(CPU_COUNT(&own), omp_get_max_threads());
    int sum = 0;
    MPI_Allreduce(&mine, &sum, 1, MPI_INT, MPI_SUM, machine_);
    omp_set_num_threads(std::max(1, mine * std::min(CPU_COUNT(&any), sum) / sum));
  }

  bool (*asked_to_stop_)();
  std::size_t piece_;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  int local_size_ = 1;
  MPI_Comm machine_{};
  std::vector<int> pids_;  ///< of this machine
  bool stop_agreed_ = false;
  bool is_lost_ = false;
};

}  // namespace
}  // namespace coincide::app

extern "C" coincide::recon::Communicator* coincide_join_ranks(bool (*asked_to_stop)(), std::size_t piece) {
  return new coincide::app::MpiRanks(asked_to_stop, piece);
}
