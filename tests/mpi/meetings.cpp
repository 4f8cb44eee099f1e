// What processes tell each other, in pieces much smaller than what is sent. Usage: mpirun -n N meetings MODULE
#include <dlfcn.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/mpi/mpi_ranks.h"

namespace {

using coincide::recon::Communicator;

bool is_asked = false;

template <class T>
bool sums_are_right(Communicator& ranks) {
  constexpr std::size_t count = 10'007;  // 11 pieces of 1000, the last one not full
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>(i + 100'000 * static_cast<std::size_t>(ranks.rank()));
  }
  ranks.sum(std::span<T>(values));
  const auto n = static_cast<std::size_t>(ranks.size());
  const std::size_t pairs = n * (n - 1) / 2;  // 0 + 1 + ... + n - 1
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i] != static_cast<T>(n * i + 100'000 * pairs)) {
      return false;
    }
  }
  return true;
}

bool counts_are_whole(Communicator& ranks) {  // beyond what 32 bits and double precision hold
  const std::uint64_t large = (std::uint64_t{1} << 60) + 1;
  return ranks.sum(ranks.is_first() ? large : std::uint64_t{0}) == large;
}

bool first_is_heard(Communicator& ranks) {
  std::vector<float> values(2500, static_cast<float>(ranks.rank() + 7));
  ranks.spread(std::as_writable_bytes(std::span(values)));
  return values.front() == 7 && values[1234] == 7 && values.back() == 7 && ranks.of_first(ranks.rank() + 3) == 3;
}

bool all_are_gathered(Communicator& ranks) {
  const std::vector<std::uint16_t> own(static_cast<std::size_t>(1500 * ranks.rank()),
                                       static_cast<std::uint16_t>(ranks.rank()));
  const std::vector<std::uint16_t> all = ranks.gather(own);
  std::size_t at = 0;
  for (int from = 0; from < ranks.size(); ++from) {
    for (int i = 0; i < 1500 * from; ++i, ++at) {
      if (at >= all.size() || all[at] != from) {
        return false;
      }
    }
  }
  return at == all.size();
}

bool all_stop_together(Communicator& ranks) {
  const bool none = !ranks.any(false) && !ranks.stop_agreed();
  is_asked = ranks.rank() == ranks.size() - 1;
  const bool not_before_they_meet = !ranks.stop_agreed();
  const bool last_is_heard = ranks.any(is_asked);
  return none && not_before_they_meet && last_is_heard && ranks.stop_agreed();
}

bool lowest_speaks(Communicator& ranks) {
  if (ranks.rank() > 0) {
    return ranks.give_up() == (ranks.rank() == 1);
  }
  try {
    ranks.any(false);
  } catch (const coincide::recon::OtherFailed&) {
    return true;
  }
  return false;
}

}  // namespace

int main(int, char** argv) {
  void* module = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const auto join = reinterpret_cast<coincide::app::JoinRanks>(dlsym(module, coincide::app::join_ranks_name));
  constexpr std::size_t piece = 1000;
  const std::unique_ptr<Communicator> ranks(join([] { return is_asked; }, piece));
  const std::pair<const char*, bool (*)(Communicator&)> checks[] = {{"sums of float", sums_are_right<float>},
                                                                    {"sums of double", sums_are_right<double>},
                                                                    {"sums of counts", sums_are_right<std::uint64_t>},
                                                                    {"large counts", counts_are_whole},
                                                                    {"of the first", first_is_heard},
                                                                    {"gathered", all_are_gathered},
                                                                    {"stop", all_stop_together},
                                                                    {"giving up", lowest_speaks}};
  int wrong = 0;
  for (const auto& [name, check] : checks) {
    if (!check(*ranks)) {
      std::fprintf(stderr, "rank %d of %d: %s\n", ranks->rank(), ranks->size(), name);
      ++wrong;
    }
  }
  return wrong;
}
