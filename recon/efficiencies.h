#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recon/data/lor_table.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// How many of the pairs emitted along a LOR the scanner records: the measured part of the multiplicative model.
/// efficiency(a, b) = calibration_factor * bin[a] * bin[b] * pair(a, b) * lors(a, b); any part that is empty counts
/// as 1.
/// A detection bin is a crystal and an energy window: bin = crystal's index in its type * windows + window.
struct Efficiencies {
  /// Relative efficiencies of pairs of modules, shared by pairs that a symmetry of the scanner maps on each other.
  struct PairTable {
    /// [module of a in its type][module of b in its type], row-major; -1: not in coincidence. Empty: all group 0.
    std::vector<std::int32_t> group;
    std::uint32_t num_modules_b = 0;
    /// [group][bin in module a][bin in module b], row-major per group; an empty table, or group, counts as 1.
    std::vector<std::vector<float>> values;
    std::uint32_t bins_per_module_b = 0;
  };
  /// Which pairs of crystals a scanner records, beside what tables of modules say.
  struct Acceptance {
    double most_cosine = 1;   ///< of the angle between the crystals' directions from the axis z
    float most_axial_mm = 0;  ///< largest difference of their z; 0: any

    bool holds(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) const;
  };

  std::string method;  ///< free text of the file
  double calibration_factor = 1;
  bool calibration_stated = false;      ///< the file has the field: image values are absolute
  std::string calibration_problem;      ///< why the factor of the file counts as not stated, if it has one
  std::vector<std::vector<float>> bin;  ///< [type][detection bin of the type]
  std::vector<PairTable> pairs;         ///< [type a][type b], row-major; empty: everything 1
  Acceptance acceptance;
  std::shared_ptr<const LorTable> lors;  ///< LOR by LOR: no others can be measured; null: says nothing
  bool include_solid_angle = false;      ///< what the file states, here or event by event, holds it

  /// False if everything counts as 1.
  bool has_values() const;
  /// True if the file carries pair values, which then hold the geometric factor too.
  bool has_pair_values() const;
  /// The geometric factor is in them, so that the model must not have it again.
  bool hold_solid_angle() const { return include_solid_angle || has_pair_values(); }
  /// False if the modules of two crystals are never in coincidence. Crystal ids are global.
  bool modules_in_coincidence(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) const;
  /// False if the two crystals are never in coincidence.
  bool in_coincidence(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b) const;
  /// Efficiency of a pair of detection bins; 0 if not in coincidence.
  float efficiency(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                   std::uint32_t window_b) const;
  /// Throws InputError if a table does not fit the scanner.
  void check(const Scanner& scanner) const;
};

/// Share of the isotropic pairs emitted on the line between two crystals that hits both faces, per mm of the line and
/// per unit of emission density [mm^2]: A_a cos(t_a) A_b cos(t_b) / (2 pi L^2). Multiplied by the line integral of the
/// annihilations per mm^3 it gives expected coincidences.
double solid_angle_factor_mm2(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b);

}  // namespace coincide::recon
