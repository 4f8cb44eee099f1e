#include "recon/communicator.h"

namespace coincide::recon {

Communicator& no_others() {
  static Communicator alone;
  return alone;
}

}  // namespace coincide::recon
