#pragma once

namespace coincide::recon {

/// Makes the threads of all loops to come: OpenMP ends the program where the system gives it fewer than it wants. 0: as
/// many as OpenMP takes. Throws DeviceError.
void claim_threads(int num_threads);

}  // namespace coincide::recon
