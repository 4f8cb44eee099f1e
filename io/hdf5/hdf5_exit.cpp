#include "io/hdf5/hdf5_exit.h"

#include <hdf5.h>

namespace coincide::io {

void forgo_hdf5_at_exit() { H5dont_atexit(); }

}  // namespace coincide::io
