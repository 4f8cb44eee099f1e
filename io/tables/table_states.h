#pragma once

#include <hdf5.h>

#include <vector>

#include "recon/events.h"

namespace coincide::io {

/// What our own tables hold beside the events: time blocks, movements and dead time, as groups of an HDF5 file.
struct TableStates {
  std::vector<recon::TimeBlock> time_blocks;
  std::vector<recon::Movement> movements;
  std::vector<recon::AliveFractions> alive;

  void add(const recon::EventBlock& block);
};

void write_states_hdf5(hid_t file, const TableStates& states);
/// Throws FileError.
TableStates read_states_hdf5(hid_t file);

}  // namespace coincide::io
