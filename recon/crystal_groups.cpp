#include "recon/crystal_groups.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace coincide::recon {
namespace {

/// Columns of fewer crystals on average are not worth going through pairs by them.
constexpr std::size_t least_in_column = 8;

}  // namespace

CrystalGroups::CrystalGroups(const Scanner& scanner, const ModulePairs& modules, By by)
    : scanner_(scanner), modules_(modules) {
  if (by == By::column) {
    gather_columns();
  }
  if (!are_columns_) {
    gather_modules();
  }
  group_.resize(crystals_.size());
  for (std::uint32_t group = 0; group < size(); ++group) {
    for (const std::uint32_t crystal : crystals(group)) {
      group_[crystal] = group;
    }
  }
  pair_stacks();
}

void CrystalGroups::gather_modules() {
  crystals_.resize(scanner_.num_crystals());
  std::iota(crystals_.begin(), crystals_.end(), 0U);
  for (std::uint32_t module = 0; module < modules_.num_modules(); ++module) {
    first_.push_back(modules_.first_crystal(module));
    stack_.push_back(module);
    stack_modules_.push_back({module});
  }
  first_.push_back(crystals_.size());
}

/// Leaves nothing where crystals do not stand in columns.
void CrystalGroups::gather_columns() {
  std::map<std::pair<float, float>, std::vector<std::uint32_t>> by_place;
  for (std::uint32_t crystal = 0; crystal < scanner_.num_crystals(); ++crystal) {
    const Vec3& at = scanner_.crystal_centre_mm[crystal];
    by_place[{at[0], at[1]}].push_back(crystal);
  }
  if (by_place.size() * least_in_column > scanner_.num_crystals()) {
    return;
  }
  are_columns_ = true;
  struct Column {
    std::vector<std::uint32_t> modules;
    std::vector<std::uint32_t> crystals;
  };
  std::vector<Column> columns;
  for (auto& [place, crystals] : by_place) {
    Column column;
    for (const std::uint32_t crystal : crystals) {
      const std::uint32_t module = scanner_.crystal_module[crystal];
      if (column.modules.empty() || column.modules.back() != module) {
        column.modules.push_back(module);
      }
    }
    column.crystals = std::move(crystals);
    columns.push_back(std::move(column));
  }
  std::ranges::sort(columns, {}, [](const Column& column) { return std::tie(column.modules, column.crystals); });
  for (Column& column : columns) {
    first_.push_back(crystals_.size());
    crystals_.insert(crystals_.end(), column.crystals.begin(), column.crystals.end());
    if (stack_modules_.empty() || stack_modules_.back() != column.modules) {
      stack_modules_.push_back(std::move(column.modules));
    }
    stack_.push_back(static_cast<std::uint32_t>(stack_modules_.size()) - 1);
  }
  first_.push_back(crystals_.size());
}

void CrystalGroups::pair_stacks() {
  const auto stacks = static_cast<std::uint32_t>(stack_modules_.size());
  std::vector<Partners> groups_of_stack(stacks, {size(), 0, false});
  for (std::uint32_t group = 0; group < size(); ++group) {
    Partners& groups = groups_of_stack[stack_[group]];
    groups.first = std::min(groups.first, group);
    groups.end = group + 1;
  }
  std::vector<std::vector<std::uint32_t>> stacks_of_module(modules_.num_modules());
  for (std::uint32_t stack = 0; stack < stacks; ++stack) {
    for (const std::uint32_t module : stack_modules_[stack]) {
      stacks_of_module[module].push_back(stack);
    }
  }
  partners_.resize(stacks);
  std::vector<std::size_t> paired(stacks);  // modules of a with those of each other stack
  for (std::uint32_t a = 0; a < stacks; ++a) {
    std::ranges::fill(paired, 0);
    for (const std::uint32_t module : stack_modules_[a]) {
      for (const std::uint32_t other : modules_.partners(module)) {
        for (const std::uint32_t b : stacks_of_module[other]) {
          paired[b] += module != other ? 1 : 0;
        }
      }
    }
    for (std::uint32_t b = a; b < stacks; ++b) {
      if (paired[b] > 0) {
        partners_[a].push_back(groups_of_stack[b]);
        partners_[a].back().all = a != b && paired[b] == stack_modules_[a].size() * stack_modules_[b].size();
      }
    }
  }
}

std::uint32_t CrystalGroups::end_of_stack(std::uint32_t group) const {
  return static_cast<std::uint32_t>(std::ranges::upper_bound(stack_, stack_[group]) - stack_.begin());
}

bool CrystalGroups::is_pair(std::uint32_t a, std::uint32_t b) const {
  const std::uint32_t module = scanner_.crystal_module[a];
  const std::uint32_t other = scanner_.crystal_module[b];
  return module != other && (a < b || group_[a] != group_[b]) &&
         std::ranges::binary_search(modules_.partners(module), other);
}

}  // namespace coincide::recon
