#include "app/ranks.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "app/mpi/mpi_ranks.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  int number = 0;
  if (text != nullptr) {
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  return number;
}

/// As Open MPI, and MPICH and its kin, tell the processes that they start.
int processes_started() { return std::max({1, number_in("OMPI_COMM_WORLD_SIZE"), number_in("PMI_SIZE")}); }

/// Beside the program where it was built, and in the library folder of where it is installed.
void* open_module() {
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const std::filesystem::path& path :
       {folder / "coincide_mpi.so", folder / COINCIDE_LIBRARIES / "coincide_mpi.so"}) {
    if (std::filesystem::exists(path)) {
      if (void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
        return module;
      }
      throw InputError(
          fmt::format("the part of the program for several processes cannot be loaded ({}). Install the "
                      "MPI that it was built with, or start the program without mpirun.",
                      dlerror()));
    }
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<recon::Communicator> join_ranks(bool (*asked_to_stop)()) {
  const int processes = processes_started();
  if (processes == 1) {
    return nullptr;
  }
  void* module = open_module();
  if (module == nullptr) {
    throw InputError(fmt::format(
        "{} processes were started together, but this build cannot share work among processes: MPI was missing when "
        "it was built. Install it (libopenmpi-dev) and build again, or start one process.",
        processes));
  }
  const auto join = reinterpret_cast<JoinRanks>(dlsym(module, join_ranks_name));
  return std::unique_ptr<recon::Communicator>(join(asked_to_stop, usual_piece));
}

}  // namespace coincide::app
