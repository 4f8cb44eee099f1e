#pragma once

#include <cstddef>

#include "recon/communicator.h"

namespace coincide::app {

/// What the program needs to become one of several processes: looked up by name in the module coincide_mpi, the only
/// part that is linked with MPI. `piece`: values that are sent at once, at most.
using JoinRanks = recon::Communicator* (*)(bool (*asked_to_stop)(), std::size_t piece);
inline constexpr const char* join_ranks_name = "coincide_join_ranks";
inline constexpr std::size_t usual_piece = std::size_t{1} << 26;

}  // namespace coincide::app
