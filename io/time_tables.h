#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recon/data/frames.h"
#include "recon/kinetics/blood_curve.h"
#include "recon/motion/poses.h"

namespace coincide::io {

// Tables of what goes on beside the data (CSV). Their times count from a zero of their own, which they do not state.

/// Columns gate, start_s and stop_s or duration_s. Throws FileError.
std::vector<recon::GateTime> read_gates(const std::filesystem::path& path);

/// The units that a blood curve may have.
std::vector<std::string> blood_units();
/// Columns time_s and activity, in `unit`, which the table does not state either. In Bq/mL. Throws FileError, and
/// InputError for a unit that is not one of blood_units().
std::vector<recon::BloodSample> read_blood_curve(const std::filesystem::path& path, const std::string& unit);

/// Columns time_s, qw, qx, qy, qz, tx_mm, ty_mm, tz_mm: p_scanner = R(q) p_reference + t. Throws FileError.
std::vector<recon::PoseRow> read_poses(const std::filesystem::path& path);

}  // namespace coincide::io
