#include "recon/pipeline/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "projectors/error.h"
#include "recon/sha256.h"

namespace coincide::recon {
namespace {

template <class Value>
void add(Sha256& sha, const Value* values, std::int64_t count) {
  if (values != nullptr) {
    sha.add(values, static_cast<std::size_t>(count) * sizeof(Value));
  }
}

void add(Sha256& sha, const ImageGrid& grid) {
  add(sha, grid.shape.data(), 3);
  add(sha, grid.origin_mm.data(), 3);
  add(sha, grid.voxel_size_mm.data(), 3);
}

void add(Sha256& sha, const Psf& psf) {
  for (const PsfWidths& row : psf.rows) {
    const double values[] = {row.radius_mm, row.radial_mm, row.tangential_mm, row.axial_mm};
    add(sha, values, 4);
  }
  add(sha, psf.axis_mm.data(), 2);
}

void add(Sha256& sha, const DataBlock& block, bool tof) {
  const std::int64_t cells = block.size(), lors = block.lors.count;
  add(sha, &lors, 1);
  add(sha, block.lors.start_index, lors);
  add(sha, block.lors.end_index, lors);
  add(sha, tof ? block.tof_bin : nullptr, lors);
  add(sha, block.counts, cells);
  add(sha, block.factor, cells);
  add(sha, block.additive, cells);
}

}  // namespace

std::string problem_hash(const Problem& problem, const Image* anatomical, Communicator& ranks) {
  Sha256 sha;
  add(sha, problem.grid);
  add(sha, problem.sensitivity.data(), std::ssize(problem.sensitivity));
  add(sha, problem.psf);
  const Measurements& data = problem.data;
  add(sha, data.points_mm(), 3 * data.num_points());
  for (const projectors::TofBin& bin : data.tof_bins()) {
    const float values[] = {bin.centre_mm, bin.width_mm, bin.sigma_mm};
    add(sha, values, 3);
  }
  if (const std::optional<TofAxis>& axis = data.tof_axis()) {
    const float values[] = {static_cast<float>(axis->num_bins), axis->bin_width_mm, axis->sigma_mm, axis->num_sigmas};
    add(sha, values, 4);
  }
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    add(sha, data.subset(subset), !data.tof_bins().empty());
  }
  if (anatomical != nullptr) {
    add(sha, anatomical->values.data(), std::ssize(anatomical->values));
  }
  if (ranks.is_alone()) {
    return sha.digits();
  }
  const std::string own = sha.digits();
  const std::vector<char> digits = ranks.gather(std::vector<char>(own.begin(), own.end()));
  Sha256 of_all;
  of_all.add(digits.data(), digits.size());
  return of_all.digits();
}

void check_resumes(const RunCheckpoint& checkpoint, const ProblemSettings& settings, const std::string& problem) {
  std::vector<std::string> changed;
  for (const auto& [key, value] : settings) {
    const auto before = std::ranges::find(checkpoint.settings, key, &ProblemSettings::value_type::first);
    if (before == checkpoint.settings.end() || before->second != value) {
      const std::string_view absent = key == number_of_processes ? "1" : "not there";
      changed.push_back(fmt::format("{} is {} and was {}", key, value,
                                    before == checkpoint.settings.end() ? absent : before->second));
    }
  }
  // Others that are not there have no use in the job; where this is not, there is one process.
  const auto processes =
      std::ranges::find(checkpoint.settings, number_of_processes, &ProblemSettings::value_type::first);
  if (processes != checkpoint.settings.end() &&
      std::ranges::find(settings, number_of_processes, &ProblemSettings::value_type::first) == settings.end()) {
    changed.push_back(fmt::format("{} is 1 and was {}", processes->first, processes->second));
  }
  if (!changed.empty()) {
    throw InputError(fmt::format(
        "the run cannot be resumed: {}. Set that back, or run the job without --resume, from its beginning.",
        fmt::join(changed, "; ")));
  }
  if (!problem.empty() && problem != checkpoint.problem) {
    throw InputError(
        "the run cannot be resumed: its data, the files that correct them, or the half-life that dead time and motion "
        "are averaged with (quantification.half_life_s), are not those that the checkpoint was made from. Use those "
        "again, or run the job without --resume, from its beginning.");
  }
}

}  // namespace coincide::recon
