#include "projectors/launcher.h"

namespace coincide::projectors {

bool has_instruction_set(InstructionSet set) {
  __builtin_cpu_init();
  switch (set) {
    case InstructionSet::avx512:
      return __builtin_cpu_supports("x86-64-v4") != 0;
    case InstructionSet::avx2:
      return __builtin_cpu_supports("x86-64-v3") != 0;
    default:
      return true;
  }
}

InstructionSet best_instruction_set() {
  static const InstructionSet best = [] {
    const bool v3 = has_instruction_set(InstructionSet::avx2);
    const bool v4 = has_instruction_set(InstructionSet::avx512);
    // No feature tells how fast gathers are. AVX512-FP16 came with the Intel cores that have fast ones, which are also
    // spared the microcode against data sampling that slows them on earlier Intel cores; AMD's, slower, lack it.
    const bool fast_gather = __builtin_cpu_supports("avx512fp16");
    return v4 && fast_gather ? InstructionSet::avx512 : v3 ? InstructionSet::avx2 : InstructionSet::x86_64;
  }();
  return best;
}

const Launcher& cpu_launcher(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return avx512::cpu_launcher();
    case InstructionSet::avx2:
      return avx2::cpu_launcher();
    default:
      return x86_64::cpu_launcher();
  }
}

}  // namespace coincide::projectors
