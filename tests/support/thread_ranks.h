#pragma once

#include <functional>

#include "recon/communicator.h"

namespace coincide::tests {

/// Calls `work` in as many threads as processes are wanted, which share the work as processes do. Throws what the first
/// that failed has thrown, when all have ended.
void run_in_ranks(int count, const std::function<void(recon::Communicator&)>& work);

}  // namespace coincide::tests
