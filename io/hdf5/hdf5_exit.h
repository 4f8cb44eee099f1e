#pragma once

namespace coincide::io {

/// At its end a program lets the HDF5 library close what is open. A file that could not be closed, the disk being full,
/// ends the program there (HDF5 1.10). This forgoes it: to be called before the library is used, by a program that
/// closes its files itself.
void forgo_hdf5_at_exit();

}  // namespace coincide::io
