#include "projectors/device.h"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "projectors/allowed_cores.h"
#include "projectors/cuda/backend.h"
#include "projectors/error.h"

namespace coincide::projectors {
namespace {

/// A child of fork() has none of the threads that OpenMP keeps for its next region, and would wait for them for ever.
/// They are given back before; parent and child start new ones when they need them.
[[maybe_unused]] const int forks_are_prepared =
    pthread_atfork([] { omp_pause_resource_all(omp_pause_soft); }, nullptr, nullptr);

}  // namespace

int thread_count(int wanted) { return wanted > 0 ? wanted : std::min(omp_get_max_threads(), allowed_cores()); }

bool built_with_cuda() { return cuda::is_built(); }

namespace {

struct SetNames {
  std::string_view name, word;
};

SetNames names_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return {"AVX-512", "avx512"};
    case InstructionSet::avx2:
      return {"AVX2", "avx2"};
    case InstructionSet::neon:
      return {"NEON", "neon"};
    default:
#if defined(__x86_64__)
      return {"x86-64", "x86-64"};
#elif defined(__aarch64__)
      return {"AArch64", "aarch64"};
#else
      return {"scalar", "scalar"};
#endif
  }
}

}  // namespace

std::string_view instruction_set_name(InstructionSet set) { return names_of(set).name; }

std::string_view instruction_set_word(InstructionSet set) { return names_of(set).word; }

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets = {InstructionSet::scalar, InstructionSet::neon, InstructionSet::avx2,
                                      InstructionSet::avx512};
  std::erase_if(sets, [](InstructionSet set) { return !has_instruction_set(set); });
  return sets;
}

std::string_view cpu_instruction_set() { return instruction_set_name(best_instruction_set()); }

std::vector<DeviceInfo> available_devices() {
  const int threads = thread_count(0);
  DeviceInfo cpu;
  cpu.name = "CPU";
  try {
    cpu.name += ", " + std::string(cpu_instruction_set()) + ", " + std::to_string(threads) +
                (threads == 1 ? " thread" : " threads");
    cpu.available = true;
  } catch (const InputError& error) {
    cpu.why_unavailable = error.what();
  }
  std::vector<DeviceInfo> devices = cuda::devices();
  devices.insert(devices.begin(), std::move(cpu));
  return devices;
}

std::string device_word(Device device) {
  return device.kind == DeviceKind::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

Device find_device(std::string_view word) {
  if (word == "cpu") {
    return {};
  }
  int index = 0;
  constexpr std::string_view prefix = "cuda:";
  const std::string_view digits = word.starts_with(prefix) ? word.substr(prefix.size()) : std::string_view("0");
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool number = status == std::errc() && end == digits.data() + digits.size() && index >= 0;
  if (!number || (word != "auto" && word != "cuda" && !word.starts_with(prefix))) {
    throw InputError("There is no device '" + std::string(word) + "'; say auto, cpu, cuda or cuda:N.");
  }
  const std::vector<DeviceInfo> gpus = cuda::devices();
  if (word == "auto") {
    const auto first = std::ranges::find(gpus, true, &DeviceInfo::available);
    return first != gpus.end() ? first->device : Device{};
  }
  const auto wanted = std::ranges::find(gpus, Device{.kind = DeviceKind::cuda, .index = index}, &DeviceInfo::device);
  if (wanted != gpus.end() && wanted->available) {
    return wanted->device;
  }
  const std::string why = wanted != gpus.end() ? wanted->why_unavailable
                          : !gpus.front().available
                              ? gpus.front().why_unavailable
                              : "This machine has " + std::to_string(gpus.size()) +
                                    (gpus.size() == 1 ? " GPU, cuda:0." : " GPUs, from cuda:0 on.");
  throw DeviceError("The device " + std::string(word) + " cannot be used: " + why + " Use cpu or auto.");
}

}  // namespace coincide::projectors
