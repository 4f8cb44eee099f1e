#include "recon/lor_enumerator.h"

#include <algorithm>
#include <cmath>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

TofBin whole_range(const std::vector<TofBin>& bins, const TofRange& range) {
  TofBin whole;
  float low_mm = 0;
  float high_mm = 0;
  for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
    const TofBin& bin = bins[i];
    const bool is_first = i == range.first;
    low_mm = std::min(is_first ? bin.centre_mm : low_mm, bin.centre_mm - bin.width_mm / 2);
    high_mm = std::max(is_first ? bin.centre_mm : high_mm, bin.centre_mm + bin.width_mm / 2);
    whole.sigma_mm = std::max(whole.sigma_mm, bin.sigma_mm);
  }
  whole.width_mm = high_mm - low_mm;
  whole.centre_mm = (low_mm + high_mm) / 2;
  return whole;
}

std::vector<TofBin> whole_ranges(const Scanner& scanner) {
  const std::vector<TofBin> bins = scanner.tof_bins_of_model();
  std::vector<TofBin> ranges;
  for (std::size_t type_a = 0; type_a < scanner.module_types.size(); ++type_a) {
    for (std::size_t type_b = 0; type_b < scanner.module_types.size(); ++type_b) {
      ranges.push_back(whole_range(bins, scanner.find_tof_range(type_a, type_b)));
      if (scanner.tof_range(type_a, type_b).count == 0) {  // stated from the other end of the LOR
        ranges.back().centre_mm *= -1;
      }
    }
  }
  const std::size_t pairs = ranges.size();
  for (std::size_t range = 0; range < pairs; ++range) {
    ranges.push_back(ranges[range]);
    ranges.back().centre_mm *= -1;
  }
  return ranges;
}

/// A number from 0 to 1 that belongs to a pair of crystals. Source: splitmix64 of Steele, Lea and Flood, OOPSLA 2014.
double hash_fraction(std::uint32_t a, std::uint32_t b) {
  std::uint64_t z = (std::uint64_t{a} << 32 | b) + 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  z = z ^ z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

double distance_mm(const Vec3& a, const Vec3& b) { return std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]); }

/// In place of rooms of some LORs each, filled from both ends, what lies at their fronts, then what lies at their
/// backs.
template <class T, class Fan, class Found>
void close_gaps(const std::vector<Fan>& fans, const std::vector<Found>& found, std::vector<T>& column) {
  if (column.empty()) {
    return;
  }
  std::vector<T> backs;
  auto out = column.begin();
  for (std::size_t i = 0; i < fans.size(); ++i) {
    const auto room = column.begin() + static_cast<std::ptrdiff_t>(fans[i].place);
    const auto end = room + static_cast<std::ptrdiff_t>(fans[i].room);
    backs.insert(backs.end(), end - static_cast<std::ptrdiff_t>(found[i].beyond_tof), end);
    out = std::copy_n(room, found[i].covered, out);
  }
  column.erase(out, column.end());
  column.insert(column.end(), backs.begin(), backs.end());
}

}  // namespace

ImageBox::ImageBox(const ImageGrid& grid) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double voxel_mm = grid.voxel_size_mm[axis];
    low_mm_[axis] = grid.origin_mm[axis] - voxel_mm;
    high_mm_[axis] = grid.origin_mm[axis] + voxel_mm * static_cast<double>(grid.shape[axis]);
  }
}

std::optional<ImageBox::Clip> ImageBox::clip(const Vec3& start_mm, const Vec3& end_mm) const {
  Clip clip{0, 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double step_mm = static_cast<double>(end_mm[axis]) - start_mm[axis];
    if (step_mm == 0) {
      if (start_mm[axis] < low_mm_[axis] || start_mm[axis] > high_mm_[axis]) {
        return std::nullopt;
      }
    } else {
      const double at_low = (low_mm_[axis] - start_mm[axis]) / step_mm;
      const double at_high = (high_mm_[axis] - start_mm[axis]) / step_mm;
      clip.first = std::max(clip.first, std::min(at_low, at_high));
      clip.last = std::min(clip.last, std::max(at_low, at_high));
    }
  }
  return clip.first <= clip.last ? std::optional(clip) : std::nullopt;
}

LorEnumerator::LorEnumerator(const MultiplicativeModel& model, const ImageGrid& grid, const LorOptions& options)
    : model_(model),
      options_(options),
      modules_(model.scanner(), model.efficiencies()),
      groups_(model.scanner(), modules_, options.by),
      sample_(model.scanner(), groups_, options.part, options.spread),
      box_(grid),
      points_mm_(options.moved != nullptr ? options.moved->points_mm()
                                          : std::span<const Vec3>(model.scanner().crystal_centre_mm)),
      num_pairs_(num_pairs()) {
  choose_turns();
  if (options.tof && model.scanner().has_tof()) {
    tof_ranges_ = whole_ranges(model.scanner());
  }
}

double LorEnumerator::fraction_done() const {
  return num_pairs_ == 0 ? 1 : static_cast<double>(pairs_done_) / static_cast<double>(num_pairs_);
}

/// Those of all groups with their partners, also the few of them that are in no coincidence.
std::uint64_t LorEnumerator::num_pairs() const {
  std::uint64_t count = 0;
  for (std::uint32_t group = 0; group < groups_.size(); ++group) {
    for (const CrystalGroups::Partners& partners : groups_.partners(group)) {
      const std::uint32_t first = std::max(partners.first, group);
      count += groups_.crystals(group).size() * (groups_.first_place(partners.end) - groups_.first_place(first));
    }
  }
  return count;
}

/// Groups by modules meet all others in one turn, so that LORs ascend by their crystals.
void LorEnumerator::choose_turns() {
  for (std::uint32_t group = 0; group < groups_.size(); group = groups_.end_of_stack(group)) {
    const std::span<const CrystalGroups::Partners> ranges = groups_.partners(group);
    const std::size_t at_once = groups_.are_columns() ? 1 : ranges.size();
    for (std::size_t first = 0; first < ranges.size(); first += at_once) {
      turns_.push_back({group, groups_.end_of_stack(group), ranges.subspan(first, at_once)});
    }
  }
  next_group_ = turns_.empty() ? 0 : turns_.front().first_group;
}

/// Of a group by modules one, so that LORs ascend by their crystals; of a column as many as leave work for many cores.
std::size_t LorEnumerator::crystals_at_once(std::uint32_t group) const {
  if (!groups_.are_columns()) {
    return 1;
  }
  constexpr double enough = 4096;
  const auto crystals = static_cast<double>(groups_.crystals(group).size());
  return static_cast<std::size_t>(std::clamp(enough / (options_.part.size() * crystals), 1.0, crystals));
}

/// Collects room for about 2^18 pairs and returns it; 0 at the end.
std::size_t LorEnumerator::choose_fans() {
  constexpr double enough = 1 << 18;                  // keeps many cores busy, yet needs only megabytes
  constexpr std::size_t most = std::size_t{1} << 21;  // room: of a small part it is hardly filled
  fans_.clear();
  std::size_t room = 0;
  double expected = 0;
  while (next_turn_ < turns_.size() && expected < enough && room < most) {
    const Turn& turn = turns_[next_turn_];
    const std::span<const std::uint32_t> crystals = groups_.crystals(next_group_);
    const std::size_t at_once = std::min(crystals_at_once(next_group_), crystals.size() - next_crystal_);
    if (at_once == 0) {
      next_crystal_ = 0;
      if (++next_group_ == turn.end_group && ++next_turn_ < turns_.size()) {
        next_group_ = turns_[next_turn_].first_group;
      }
    } else if (next_range_ == turn.ranges.size()) {
      next_crystal_ += at_once;
      next_range_ = 0;
    } else {
      const CrystalGroups::Partners& range = turn.ranges[next_range_];
      const std::uint32_t partner = std::max({range.first, next_group_, next_partner_});
      next_partner_ = partner + 1;
      if (next_partner_ >= range.end) {
        ++next_range_;
        next_partner_ = 0;
      }
      if (partner < range.end) {
        const std::size_t pairs = at_once * groups_.crystals(partner).size();
        const std::size_t in_part = at_once * sample_.most_partners(partner);
        pairs_done_ += pairs;
        expected += static_cast<double>(pairs) * options_.part.size();
        if (in_part > 0) {
          fans_.push_back({crystals.subspan(next_crystal_, at_once), partner, range.all, room, in_part});
          room += in_part;
        }
      }
    }
  }
  return room;
}

bool LorEnumerator::next(LorColumns& block) {
  const std::size_t room = choose_fans();
  if (room == 0) {
    return false;
  }
  block.point_a.resize(room);
  block.point_b.resize(room);
  block.factor.resize(room);
  block.tof_range.resize(tof_ranges_.empty() ? 0 : room);
  std::vector<Found> found(fans_.size());
#pragma omp parallel for schedule(dynamic, 16) num_threads(thread_count(options_.num_threads))
  for (std::size_t i = 0; i < fans_.size(); ++i) {
    found[i] = fill(fans_[i], block);
  }
  close_gaps(fans_, found, block.point_a);
  close_gaps(fans_, found, block.point_b);
  close_gaps(fans_, found, block.factor);
  close_gaps(fans_, found, block.tof_range);
  block.covered = 0;
  for (const Found& of_fan : found) {
    block.covered += of_fan.covered;
  }
  return true;
}

LorEnumerator::Found LorEnumerator::fill(const Fan& fan, LorColumns& block) const {
  Found found;
  for (const std::uint32_t crystal : fan.crystals) {
    sample_.for_partners(crystal, fan.partner, [&](std::uint32_t partner) {
      if (fan.all || groups_.is_pair(crystal, partner)) {
        fill_pair(crystal, partner, fan, block, found);
      }
    });
  }
  return found;
}

/// From `start` to `end`; the model and the TOF bins go from the lower crystal to the higher.
void LorEnumerator::fill_pair(std::uint32_t start, std::uint32_t end, const Fan& fan, LorColumns& block,
                              Found& found) const {
  const std::uint32_t low = std::min(start, end), high = std::max(start, end);
  const std::uint32_t first = first_point(low, high);
  const Vec3& start_mm = points_mm_[first + start];
  const Vec3& end_mm = points_mm_[first + end];
  const auto clip = box_.clip(start_mm, end_mm);
  const float factor = clip ? model_.factor_over_windows(low, high) : 0;
  if (!(factor > 0)) {
    return;
  }
  const Scanner& scanner = model_.scanner();
  const std::size_t types = scanner.module_types.size();
  const std::size_t range =
      scanner.crystal_type[low] * types + scanner.crystal_type[high] + (start < end ? 0 : types * types);
  const bool beyond = !tof_ranges_.empty() && is_beyond_tof(*clip, distance_mm(start_mm, end_mm), range);
  const std::size_t place = beyond ? fan.place + fan.room - ++found.beyond_tof : fan.place + found.covered++;
  block.point_a[place] = first + start;
  block.point_b[place] = first + end;
  block.factor[place] = factor;
  if (!tof_ranges_.empty()) {
    block.tof_range[place] = static_cast<std::uint16_t>(range);
  }
}

/// Of the pose that the pair is in.
std::uint32_t LorEnumerator::first_point(std::uint32_t a, std::uint32_t b) const {
  if (options_.moved == nullptr) {
    return 0;
  }
  const double place = hash_fraction(b, a) + options_.turn;
  return options_.moved->num_crystals() * options_.moved->pose_at(place - std::floor(place));
}

bool LorEnumerator::is_beyond_tof(const ImageBox::Clip& clip, double length_mm, std::size_t range) const {
  const TofBin& bin = tof_ranges_[range];
  constexpr double num_sigmas = 3;  // where the projectors cut the Gaussian
  const double sure_mm = bin.width_mm / 2 - num_sigmas * bin.sigma_mm;
  return (clip.first - 0.5) * length_mm < bin.centre_mm - sure_mm ||
         (clip.last - 0.5) * length_mm > bin.centre_mm + sure_mm;
}

}  // namespace coincide::recon
