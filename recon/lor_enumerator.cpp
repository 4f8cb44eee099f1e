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

/// Moves the first counts[i] elements that start at places[i] together, in order.
template <class T, class Fan, class Found>
void close_gaps(const std::vector<Fan>& fans, const std::vector<Found>& found, std::vector<T>& column) {
  if (column.empty()) {
    return;
  }
  auto out = column.begin();
  for (std::size_t i = 0; i < fans.size(); ++i) {
    const auto from = column.begin() + static_cast<std::ptrdiff_t>(fans[i].place);
    out = std::copy_n(from, found[i].count, out);
  }
  column.erase(out, column.end());
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
      sample_(model.scanner(), modules_, options.part),
      box_(grid),
      points_mm_(options.moved != nullptr ? options.moved->points_mm()
                                          : std::span<const Vec3>(model.scanner().crystal_centre_mm)),
      num_pairs_(modules_.num_crystal_pairs()) {
  if (options.tof && model.scanner().has_tof()) {
    tof_ranges_ = whole_ranges(model.scanner());
  }
}

double LorEnumerator::fraction_done() const {
  return num_pairs_ == 0 ? 1 : static_cast<double>(pairs_done_) / static_cast<double>(num_pairs_);
}

/// Collects room for about 2^18 pairs and returns it; 0 at the end.
std::size_t LorEnumerator::choose_fans() {
  constexpr std::size_t enough = std::size_t{1} << 18;  // keeps many cores busy, yet needs only megabytes
  fans_.clear();
  std::size_t pairs = 0;
  while (next_module_ < modules_.num_modules() && pairs < enough) {
    const std::vector<std::uint32_t>& partners = modules_.partners(next_module_);
    if (next_crystal_ == modules_.num_crystals(next_module_)) {
      ++next_module_;
      next_crystal_ = 0;
    } else if (next_partner_ == partners.size()) {
      ++next_crystal_;
      next_partner_ = 0;
    } else {
      const std::uint32_t partner = partners[next_partner_++];
      if (partner > next_module_) {
        pairs_done_ += modules_.num_crystals(partner);
        if (sample_.most_partners(partner) > 0) {
          fans_.push_back({modules_.first_crystal(next_module_) + next_crystal_, partner, pairs});
          pairs += sample_.most_partners(partner);
        }
      }
    }
  }
  return pairs;
}

bool LorEnumerator::next(LorColumns& block) {
  const std::size_t pairs = choose_fans();
  if (pairs == 0) {
    return false;
  }
  block.point_a.resize(pairs);
  block.point_b.resize(pairs);
  block.factor.resize(pairs);
  block.tof_range.resize(tof_ranges_.empty() ? 0 : pairs);
  std::vector<Found> found(fans_.size());
#pragma omp parallel for schedule(dynamic, 16) num_threads(thread_count(options_.num_threads))
  for (std::size_t i = 0; i < fans_.size(); ++i) {
    found[i] = fill(fans_[i], block);
  }
  close_gaps(fans_, found, block.point_a);
  close_gaps(fans_, found, block.point_b);
  close_gaps(fans_, found, block.factor);
  close_gaps(fans_, found, block.tof_range);
  block.beyond_tof = std::ranges::any_of(found, &Found::beyond_tof);
  return true;
}

LorEnumerator::Found LorEnumerator::fill(const Fan& fan, LorColumns& block) const {
  const Scanner& scanner = model_.scanner();
  const std::uint32_t a = fan.crystal;
  Found found;
  sample_.for_partners(a, fan.module, [&](std::uint32_t b) {
    const std::uint32_t first = first_point(a, b);
    const Vec3& start_mm = points_mm_[first + a];
    const Vec3& end_mm = points_mm_[first + b];
    const auto clip = box_.clip(start_mm, end_mm);
    const float factor = clip ? model_.factor_over_windows(a, b) : 0;
    if (!(factor > 0)) {
      return;
    }
    const std::size_t place = fan.place + found.count++;
    block.point_a[place] = first + a;
    block.point_b[place] = first + b;
    block.factor[place] = factor;
    if (!tof_ranges_.empty()) {
      const std::size_t range = scanner.crystal_type[a] * scanner.module_types.size() + scanner.crystal_type[b];
      block.tof_range[place] = static_cast<std::uint16_t>(range);
      const double length_mm = std::hypot(end_mm[0] - start_mm[0], end_mm[1] - start_mm[1], end_mm[2] - start_mm[2]);
      found.beyond_tof = found.beyond_tof || is_beyond_tof(*clip, length_mm, block.tof_range[place]);
    }
  });
  return found;
}

/// Of the pose that the pair is in.
std::uint32_t LorEnumerator::first_point(std::uint32_t a, std::uint32_t b) const {
  if (options_.moved == nullptr) {
    return 0;
  }
  const double place = hash_fraction(b, a) + options_.turn;
  return options_.moved->num_crystals() * options_.moved->pose_at(place - std::floor(place));
}

bool LorEnumerator::is_beyond_tof(const ImageBox::Clip& clip, double length_mm, std::uint16_t range) const {
  const TofBin& bin = tof_ranges_[range];
  constexpr double num_sigmas = 3;  // where the projectors cut the Gaussian
  const double sure_mm = bin.width_mm / 2 - num_sigmas * bin.sigma_mm;
  return (clip.first - 0.5) * length_mm < bin.centre_mm - sure_mm ||
         (clip.last - 0.5) * length_mm > bin.centre_mm + sure_mm;
}

}  // namespace coincide::recon
