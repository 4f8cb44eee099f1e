#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "projectors/geometry.h"
#include "recon/data/tof_axis.h"

namespace coincide::recon {

/// Some measured cells of the model y ~ Poisson(m (A x) + b): LORs, or each LOR with its TOF bin, or with
/// Measurements::tof_axis() all TOF bins of each LOR, [LOR][bin]. Refers to Measurements.
struct DataBlock {
  projectors::Lors lors;
  std::int64_t cells_per_lor = 1;
  const std::uint16_t* tof_bin = nullptr;  ///< by LOR, into Measurements::tof_bins(); not used where these are empty
  const std::uint8_t* draw = nullptr;      ///< by LOR, as PromptColumns::draw; null: none
  const float* counts = nullptr;           ///< y by cell; null: 1 each
  const float* factor = nullptr;           ///< m by cell, whole
  const float* additive = nullptr;         ///< b by cell [counts]

  std::int64_t size() const { return lors.count * cells_per_lor; }
};

/// What was measured, in subsets, with all that the model knows of it: constant while algorithms work. Where processes
/// share the work, cells are this one's and shares those of all together.
class Measurements {
 public:
  virtual ~Measurements() = default;

  virtual int num_subsets() const = 0;
  virtual DataBlock subset(int index) const = 0;
  /// Part of the sensitivity image that belongs to a subset.
  virtual double share(int subset) const = 0;
  /// Of all subsets together: LORs, with cells_per_lor cells each.
  virtual std::uint64_t num_lors() const = 0;
  /// The TOF bins of each LOR, where blocks hold them all.
  virtual const std::optional<TofAxis>& tof_axis() const = 0;
  /// What the cells' single TOF bins refer to; empty: without TOF, or with a TOF axis.
  virtual const std::vector<projectors::TofBin>& tof_bins() const = 0;
  /// The table of points that the LORs of all blocks refer to: their number, and three coordinates each [mm].
  virtual std::int64_t num_points() const = 0;
  virtual const float* points_mm() const = 0;
};

/// Of all cells.
double total_counts(const Measurements& data);
/// Of the TOF bins of all cells, each once; none without TOF.
std::vector<float> tof_sigmas_mm(const Measurements& data);

}  // namespace coincide::recon
