#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "projectors/error.h"
#include "projectors/launcher.h"

namespace coincide::projectors {
namespace {

/// What COINCIDE_INSTRUCTION_SET asks for.
std::optional<InstructionSet> set_asked_for() {
  const char* word = std::getenv("COINCIDE_INSTRUCTION_SET");
  if (word == nullptr || *word == '\0') {
    return std::nullopt;
  }
  std::string known;
  for (const InstructionSet set : instruction_sets()) {
    if (instruction_set_word(set) == word) {
      return set;
    }
    known += (known.empty() ? "" : ", ") + std::string(instruction_set_word(set));
  }
  throw InputError("COINCIDE_INSTRUCTION_SET is \"" + std::string(word) + "\"; this machine has " + known + ".");
}

/// Some LORs all over an image that fits the second cache, forward and back: how fast voxels of several planes are
/// fetched and added to is what instruction sets differ by.
class Trial {
 public:
  Trial() : values_(count), image_(static_cast<std::size_t>(grid.num_voxels())) {
    std::uint32_t random = 1;
    const auto place_mm = [&random](float reach_mm) {
      random = random * 1664525U + 1013904223U;  // Numerical Recipes
      return reach_mm * (static_cast<float>(random >> 8U) * 0x1p-23F - 1);
    };
    for (int lor = 0; lor < count; ++lor) {
      const bool along_x = lor < count / 2;  // neighbours run along each other, as most do
      const float across_mm = place_mm(40), other_mm = place_mm(40);
      start_.insert(start_.end(), {along_x ? -100 : across_mm, along_x ? across_mm : -100, place_mm(28)});
      end_.insert(end_.end(), {along_x ? 100 : other_mm, along_x ? other_mm : 100, place_mm(28)});
    }
  }

  double seconds(InstructionSet set) {
    const Projector projector(grid, {.num_threads = 1, .instruction_set = set});
    const Lors lors{.start_mm = start_.data(), .end_mm = end_.data(), .count = count};
    const auto before = std::chrono::steady_clock::now();
    projector.forward(lors, NoTof{}, image_.data(), values_.data());
    projector.back(lors, NoTof{}, values_.data(), image_.data());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }

 private:
  static constexpr int count = 128;
  static constexpr ImageGrid grid{{64, 64, 48}, {-47.25F, -47.25F, -35.25F}, {1.5F, 1.5F, 1.5F}};
  std::vector<float> start_, end_, values_, image_;
};

/// Which of two sets is the faster one hangs on the machine: on gathers, on what patches of its microcode cost them, on
/// its clock under wide vectors. No feature bit tells. On one machine the same must be taken always, so that results
/// have the same bits: the wider one must win clearly, and either by three rounds more than the other, since a round
/// beside many other programs goes the wrong way once in some hundred.
bool wide_vectors_pay() {
  constexpr double clearly = 1.2;
  constexpr int runs = 6, lead = 3;
  Trial trial;
  int rounds_won = 0;
  while (rounds_won > -lead && rounds_won < lead) {
    double narrow = trial.seconds(InstructionSet::avx2);
    double wide = trial.seconds(InstructionSet::avx512);
    for (int run = 1; run < runs; ++run) {  // other programs only make a run slower
      narrow = std::min(narrow, trial.seconds(InstructionSet::avx2));
      wide = std::min(wide, trial.seconds(InstructionSet::avx512));
    }
    rounds_won += wide * clearly < narrow ? 1 : -1;
  }
  return rounds_won > 0;
}

}  // namespace

#if defined(__x86_64__)
namespace {

#ifdef __clang__  // which knows no levels yet
bool has_level_3() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
         __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
}
bool has_level_4() {
  return has_level_3() && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512cd") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0;
}
#else
bool has_level_3() { return __builtin_cpu_supports("x86-64-v3") != 0; }
bool has_level_4() { return __builtin_cpu_supports("x86-64-v4") != 0; }
#endif

}  // namespace
#endif

bool has_instruction_set(InstructionSet set) {
  switch (set) {
#if defined(__x86_64__)
    case InstructionSet::avx512:
      __builtin_cpu_init();
      return has_level_4();
    case InstructionSet::avx2:
      __builtin_cpu_init();
      return has_level_3();
#elif defined(__aarch64__)
    case InstructionSet::neon:  // all of them have it
      return true;
#endif
    default:
      return set == InstructionSet::scalar;
  }
}

InstructionSet best_instruction_set() {
  static const InstructionSet best = [] {
    if (const std::optional<InstructionSet> asked = set_asked_for()) {
      return *asked;
    }
    const InstructionSet widest = instruction_sets().back();
    return widest == InstructionSet::avx512 && !wide_vectors_pay() ? InstructionSet::avx2 : widest;
  }();
  return best;
}

const Launcher& cpu_launcher(InstructionSet set) {
  switch (set) {
#if defined(__x86_64__)
    case InstructionSet::avx512:
      return avx512::cpu_launcher();
    case InstructionSet::avx2:
      return avx2::cpu_launcher();
#elif defined(__aarch64__)
    case InstructionSet::neon:
      return neon::cpu_launcher();
#endif
    default:
      return scalar::cpu_launcher();
  }
}

}  // namespace coincide::projectors
