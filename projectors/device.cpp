#include "projectors/device.h"

#include <charconv>
#include <thread>

#include "projectors/error.h"

namespace coincide::projectors {
namespace {

constexpr const char* no_cuda_build = "This build holds no CUDA kernels.";

}  // namespace

bool built_with_cuda() { return false; }

std::string_view instruction_set_name(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return "AVX-512";
    case InstructionSet::avx2:
      return "AVX2";
    default:
      return "x86-64";
  }
}

std::string_view cpu_instruction_set() { return instruction_set_name(best_instruction_set()); }

std::vector<DeviceInfo> available_devices() {
  const unsigned threads = std::thread::hardware_concurrency();
  const std::string cpu = "CPU, " + std::string(cpu_instruction_set()) + ", " + std::to_string(threads) +
                          (threads == 1 ? " thread" : " threads");
  return {{{DeviceKind::cpu, 0}, cpu, true, ""}, {{DeviceKind::cuda, 0}, "NVIDIA GPU", false, no_cuda_build}};
}

std::string device_word(Device device) {
  return device.kind == DeviceKind::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

Device find_device(std::string_view word) {
  if (word == "cpu" || word == "auto") {
    return {};
  }
  int index = 0;
  constexpr std::string_view prefix = "cuda:";
  const std::string_view digits = word.starts_with(prefix) ? word.substr(prefix.size()) : std::string_view("0");
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool number = status == std::errc() && end == digits.data() + digits.size() && index >= 0;
  if (!number || (word != "cuda" && !word.starts_with(prefix))) {
    throw InputError("There is no device '" + std::string(word) + "'; say auto, cpu, cuda or cuda:N.");
  }
  throw DeviceError("The device " + std::string(word) + " cannot be used: " + no_cuda_build + " Use cpu or auto.");
}

}  // namespace coincide::projectors
