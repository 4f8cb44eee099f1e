#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coincide::projectors {

enum class DeviceKind { cpu, cuda };

/// Where a projector computes.
struct Device {
  DeviceKind kind = DeviceKind::cpu;
  int index = 0;  ///< of the CUDA device
  bool operator==(const Device&) const = default;
};

/// One line of the list of devices.
struct DeviceInfo {
  Device device;
  std::string name;  ///< "CPU, AVX-512, 2 threads"
  bool available = false;
  std::string why_unavailable;  ///< a sentence, empty if available
};

/// All devices this program knows of, the CPU first. Never throws: a missing one says why.
std::vector<DeviceInfo> available_devices();

/// "cpu", "cuda", "cuda:1" or "auto" (the first GPU, else the CPU) -> an available device.
/// Throws InputError for another word, DeviceError (with the reason) if that device is missing.
Device find_device(std::string_view word);

/// "cpu" or "cuda:0".
std::string device_word(Device device);

/// True if this build holds the CUDA kernels.
bool built_with_cuda();

/// How many threads compute on the CPU where `wanted` are asked for; 0: all cores that this process may use, or what
/// OMP_NUM_THREADS says (allowed_cores.h).
int thread_count(int wanted);

/// The CPU kernels are compiled for those that the processor's kind may have, and chosen when the program runs. In
/// ascending order. Scalar is what all of the kind have, plane by plane.
enum class InstructionSet { scalar, neon, avx2, avx512 };

/// Whether this machine can run kernels that were compiled for it.
bool has_instruction_set(InstructionSet set);

/// The one that COINCIDE_INSTRUCTION_SET names in the environment (its word); else the quickest of those
/// that the machine has, AVX-512 if it won a trial of some milliseconds against AVX2, made by the first call. Throws
/// InputError if the environment names another word or one that the machine does not have.
InstructionSet best_instruction_set();

/// "x86-64", "AVX2" or "AVX-512", on ARM "AArch64" or "NEON".
std::string_view instruction_set_name(InstructionSet set);

/// As users write it: "x86-64", "avx2" or "avx512", on ARM "aarch64" or "neon".
std::string_view instruction_set_word(InstructionSet set);

/// Those that this machine has, in ascending order.
std::vector<InstructionSet> instruction_sets();

/// Name of the best one.
std::string_view cpu_instruction_set();

}  // namespace coincide::projectors
