#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/module_pairs.h"

namespace coincide::recon {

/// The crystals of a scanner in groups, which pairs of crystals are gone through by: modules or columns, a column being
/// the crystals of all rings at one place around the axis. LORs between two columns run between the same rows of
/// voxels, of which the projectors make use. Keeps references to its arguments.
class CrystalGroups {
 public:
  enum class By {
    module,
    column,  ///< modules where crystals do not stand in columns
  };

  /// Groups first ... end - 1, which crystals of a group may be in coincidence with: all of them, or those whose
  /// modules are.
  struct Partners {
    std::uint32_t first;
    std::uint32_t end;
    bool all;
  };

  CrystalGroups(const Scanner& scanner, const ModulePairs& modules, By by);
  CrystalGroups(const Scanner&&, const ModulePairs&, By) = delete;
  CrystalGroups(const Scanner&, const ModulePairs&&, By) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(first_.size()) - 1; }
  bool are_columns() const { return are_columns_; }
  /// Ascending.
  std::span<const std::uint32_t> crystals(std::uint32_t group) const {
    return std::span(crystals_).subspan(first_[group], first_[group + 1] - first_[group]);
  }
  /// Where crystals(group) begins among those of all groups, one after the other.
  std::size_t first_place(std::uint32_t group) const { return first_[group]; }
  /// With those of them that are not below `group` each pair of groups comes once.
  const std::vector<Partners>& partners(std::uint32_t group) const { return partners_[stack_[group]]; }
  /// Groups with the same partners are neighbours: where the next ones begin.
  std::uint32_t end_of_stack(std::uint32_t group) const;
  /// For groups that not all are partners, or one and the same: true if the pair is in coincidence. Of (a, b) and (b,
  /// a) in one group only the ascending one is.
  bool is_pair(std::uint32_t a, std::uint32_t b) const;

 private:
  void gather_modules();
  void gather_columns();
  void pair_stacks();

  const Scanner& scanner_;
  const ModulePairs& modules_;
  bool are_columns_ = false;
  std::vector<std::uint32_t> crystals_;
  std::vector<std::uint32_t> group_;  ///< by crystal
  std::vector<std::size_t> first_;    ///< one more than groups
  /// Groups of the same modules are a stack: what holds for the modules holds for all of them.
  std::vector<std::uint32_t> stack_;  ///< by group, ascending
  std::vector<std::vector<std::uint32_t>> stack_modules_;
  std::vector<std::vector<Partners>> partners_;  ///< by stack
};

}  // namespace coincide::recon
