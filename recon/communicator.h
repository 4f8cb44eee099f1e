#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <type_traits>
#include <vector>

namespace coincide::recon {

/// Another process of the job could not go on, and says why.
class OtherFailed : public std::exception {};

/// The processes that share the work of a job, and what they tell each other. All of them go through the same stages
/// and take the same decisions, each with its share of the data; images are whole in each. Every function but the first
/// those that are const is a meeting: all processes must call the same ones in the same order. Throws DeviceError where
/// a process has died, and OtherFailed where one has given up.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const { return 0; }  ///< 0 speaks and writes
  virtual int size() const { return 1; }
  // Among those on this machine, which share its memory and its GPUs.
  virtual int local_rank() const { return 0; }
  virtual int local_size() const { return 1; }
  /// Whether any process has been asked to stop, as it was known at the last meeting: alike in all of them.
  virtual bool stop_agreed() const { return false; }
  /// Whether this one has been asked to. Only for leaving work early that a meeting follows.
  virtual bool asked_to_stop() const { return false; }
  /// For a process that cannot go on: the meeting ends the work of all. True if it is the one to say why.
  virtual bool give_up() { return true; }
  bool is_alone() const { return size() == 1; }
  bool is_first() const { return rank() == 0; }

  // Replaces values by their sums over all processes: the same bits in all of them, and in the next run of as many.
  virtual void sum(std::span<float> values) { (void)values; }
  virtual void sum(std::span<double> values) { (void)values; }
  virtual void sum(std::span<std::uint64_t> values) { (void)values; }
  template <class T>
  requires std::is_arithmetic_v<T> T sum(T value) {
    sum(std::span<T>(&value, 1));
    return value;
  }
  /// Whether it is true anywhere.
  bool any(bool value) { return sum<std::uint64_t>(value ? 1 : 0) > 0; }

  /// Replaces the bytes by those of process 0.
  virtual void spread(std::span<std::byte> bytes) { (void)bytes; }
  template <class T>
  T of_first(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    spread(std::as_writable_bytes(std::span<T>(&value, 1)));
    return value;
  }

  /// The bytes of all processes, one after the other in the order of their ranks.
  virtual std::vector<std::byte> gather(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }
  template <class T>
  std::vector<T> gather(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::vector<std::byte> bytes = gather(std::as_bytes(std::span(values)));
    std::vector<T> all(bytes.size() / sizeof(T));
    std::memcpy(all.data(), bytes.data(), bytes.size());
    return all;
  }
};

/// Of a process that works alone.
Communicator& no_others();

}  // namespace coincide::recon
