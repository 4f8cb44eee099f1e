#pragma once

#include "projectors/device.h"
#include "projectors/error.h"
#include "recon/communicator.h"
#include "recon/reporter.h"

namespace coincide::recon {

/// Where the stages of a job compute: this process's device, and the processes that it shares the work with. If the
/// user left the choice to the program, a GPU that fails is given up for the rest of the job, which is announced; not
/// where there are other processes, which would wait.
class ComputeDevice {
 public:
  explicit ComputeDevice(projectors::Device device = {}, bool may_be_given_up = false,
                         Communicator& ranks = no_others())
      : device_(device), may_be_given_up_(may_be_given_up && ranks.is_alone()), ranks_(&ranks) {}

  projectors::Device get() const { return device_; }
  Communicator& ranks() const { return *ranks_; }
  bool may_be_given_up() const { return may_be_given_up_ && device_.kind == projectors::DeviceKind::cuda; }

  /// Takes the CPU from now on, because of `error`; to be called where that has been caught. Rethrows it if the GPU was
  /// asked for by name. Says nothing if a part of the stage has given the GPU up before.
  void give_up(const DeviceError& error, std::string_view stage, Reporter& reporter) {
    if (!may_be_given_up_) {
      throw;
    }
    if (device_.kind == projectors::DeviceKind::cpu) {
      return;
    }
    reporter.warning(std::string(error.what()) + " The CPU takes over (" + std::string(stage) + ").");
    device_ = {};
  }

 private:
  projectors::Device device_;
  bool may_be_given_up_;
  Communicator* ranks_;
};

}  // namespace coincide::recon
