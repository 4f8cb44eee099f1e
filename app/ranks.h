#pragma once

#include <memory>

#include "recon/communicator.h"

namespace coincide::app {

/// The processes that mpirun (Open MPI, MPICH and its kin) started together with this one; null for one that is alone.
/// Throws InputError where this build cannot join them. `asked_to_stop` is called from then on.
std::unique_ptr<recon::Communicator> join_ranks(bool (*asked_to_stop)());

}  // namespace coincide::app
