#include "recon/pair_sampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace coincide::recon {
namespace {

using std::numbers::pi;

double dot(const Vec3& a, const Vec3& b) { return double{a[0]} * b[0] + double{a[1]} * b[1] + double{a[2]} * b[2]; }
Vec3 minus(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Vec3 plus(const Vec3& a, const Vec3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vec3 along(const Vec3& point, const Vec3& direction, double distance) {
  const auto step = static_cast<float>(distance);
  return {point[0] + step * direction[0], point[1] + step * direction[1], point[2] + step * direction[2]};
}

/// Uniform in the shape with half sizes 1.
Vec3 draw_in_unit_shape(ShapeKind kind, RandomNumbers& random) {
  while (true) {
    std::array<double, 3> p;
    std::ranges::generate(p, [&] { return 2 * random.uniform() - 1; });
    const double rho2 = p[0] * p[0] + p[1] * p[1];
    if (kind == ShapeKind::box || (kind == ShapeKind::elliptic_cylinder && rho2 <= 1) || rho2 + p[2] * p[2] <= 1) {
      return {static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2])};
    }
  }
}

/// Uniform on the band of the unit sphere with |z| <= highest_cosine.
Vec3 draw_direction(double highest_cosine, RandomNumbers& random) {
  const double z = highest_cosine * (2 * random.uniform() - 1);
  const double azimuth = 2 * pi * random.uniform();
  const double rho = std::sqrt(1 - z * z);
  return {static_cast<float>(rho * std::cos(azimuth)), static_cast<float>(rho * std::sin(azimuth)),
          static_cast<float>(z)};
}

/// How far the box around the shape reaches from the phantom's origin; with two axes from its z axis.
double reach_mm(const Shape& shape, std::size_t axes) {
  double sum = 0;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const double farthest = std::abs(double{shape.centre_mm[axis]}) + shape.half_size_mm[axis];
    sum += farthest * farthest;
  }
  return std::sqrt(sum);
}

/// A pair that both ends of the scanner's bore can see rises by at most its length over its chord of the bore's inner
/// circle, which is shortest for the decays farthest out.
double highest_cosine(const DetectorLookup& lookup, double phantom_radius_mm) {
  const double radius_mm = lookup.inner_radius_mm();
  if (phantom_radius_mm >= radius_mm) {
    return 1;
  }
  const double half_chord_mm = std::sqrt(radius_mm * radius_mm - phantom_radius_mm * phantom_radius_mm);
  return lookup.half_length_mm() / std::hypot(lookup.half_length_mm(), half_chord_mm);
}

std::vector<float> crystal_efficiencies(const Scanner& scanner, const Efficiencies& efficiencies) {
  std::vector<float> values(scanner.num_crystals(), 1.0F);
  for (std::size_t type = 0; type < efficiencies.bin.size(); ++type) {
    std::ranges::copy(efficiencies.bin[type], values.begin() + scanner.module_types[type].first_crystal);
  }
  return values;
}

}  // namespace

RandomNumbers::RandomNumbers(std::uint64_t seed, std::uint32_t purpose, std::uint64_t batch) {
  constexpr int half = 32;
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> half), purpose,
                         static_cast<std::uint32_t>(batch), static_cast<std::uint32_t>(batch >> half)};
  engine_.seed(sequence);
}

std::uint64_t RandomNumbers::poisson(double mean) {
  return mean > 0 ? std::poisson_distribution<std::uint64_t>(mean)(engine_) : 0;
}

std::size_t RandomNumbers::pick(std::span<const double> sums) {
  const auto above = std::ranges::upper_bound(sums, uniform() * sums.back());
  return std::min(static_cast<std::size_t>(above - sums.begin()), sums.size() - 1);
}

PairSampler::PairSampler(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                         bool attenuation)
    : scanner_(scanner),
      efficiencies_(efficiencies),
      phantom_(phantom),
      attenuation_(attenuation),
      lookup_(scanner),
      centre_mm_(scanner.centre_mm()),
      detection_(crystal_efficiencies(scanner, efficiencies)) {
  double activity_bq = 0;
  double radius_mm = 0;
  for (const Shape& shape : phantom.shapes) {
    activity_bq += shape.activity_bq_per_ml * shape.volume_ml();
    shape_sums_.push_back(activity_bq);
    radius_mm = std::max(radius_mm, reach_mm(shape, 2));
    phantom_reach_mm_ = std::max(phantom_reach_mm_, 2 * reach_mm(shape, 3));
  }
  const float best = std::ranges::max(detection_);
  if (best > 0) {
    std::ranges::transform(detection_, detection_.begin(), [best](float value) { return value / best; });
  }
  highest_cosine_ = highest_cosine(lookup_, radius_mm);
  candidates_per_s_ = activity_bq * highest_cosine_ * efficiencies.calibration_factor * best * best;
}

/// Empty if a later shape replaces the activity at the point drawn.
std::optional<Vec3> PairSampler::draw_point(RandomNumbers& random) const {
  const std::size_t index = random.pick(shape_sums_);
  const Shape& shape = phantom_.shapes[index];
  Vec3 point_mm = draw_in_unit_shape(shape.kind, random);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    point_mm[axis] = shape.centre_mm[axis] + point_mm[axis] * shape.half_size_mm[axis];
  }
  const auto later = std::span(phantom_.shapes).subspan(index + 1);
  if (std::ranges::any_of(later, [&](const Shape& other) { return other.contains(point_mm); })) {
    return {};
  }
  return point_mm;
}

/// False if a photon leaves the bore beyond the ends of the scanner: most that miss, for little work.
bool PairSampler::may_hit(const Vec3& point_mm, const Vec3& direction) const {
  const double rho2 = double{direction[0]} * direction[0] + double{direction[1]} * direction[1];
  const double across = double{point_mm[0]} * direction[0] + double{point_mm[1]} * direction[1];
  const double radius_mm = std::max(lookup_.inner_radius_mm(), 0.0F);
  const double outside_mm2 =
      double{point_mm[0]} * point_mm[0] + double{point_mm[1]} * point_mm[1] - radius_mm * radius_mm;
  if (outside_mm2 >= 0) {
    return true;
  }
  const double rise = std::abs(direction[2]);
  const double z_mm = std::copysign(point_mm[2], double{point_mm[2]} * direction[2]);
  const double root = std::sqrt(across * across - rho2 * outside_mm2);
  const double limit_mm = rho2 * lookup_.half_length_mm();
  return rho2 * z_mm + rise * (root - across) <= limit_mm && rise * (root + across) - rho2 * z_mm <= limit_mm;
}

std::optional<Coincidence> PairSampler::follow_candidate(RandomNumbers& random) const {
  const std::optional<Vec3> point_mm = draw_point(random);
  if (!point_mm) {
    return {};
  }
  const Vec3 direction = draw_direction(highest_cosine_, random);
  if (!may_hit(*point_mm, direction)) {
    return {};
  }
  const double chance = random.uniform();  // the decay is recorded if its probability is above
  double probability = 1;
  if (attenuation_) {
    probability = std::exp(-phantom_.attenuation_exponent(along(*point_mm, direction, -phantom_reach_mm_),
                                                          along(*point_mm, direction, phantom_reach_mm_)));
  }
  if (chance >= probability) {
    return {};
  }
  const Vec3 origin_mm = plus(*point_mm, centre_mm_);
  const auto crystal_a = lookup_.first_hit(origin_mm, {-direction[0], -direction[1], -direction[2]});
  if (!crystal_a || chance >= probability * detection_[*crystal_a]) {
    return {};
  }
  const auto crystal_b = lookup_.first_hit(origin_mm, direction);
  if (!crystal_b || chance >= probability * detection_[*crystal_a] * detection_[*crystal_b]) {
    return {};
  }
  Coincidence pair{*crystal_a, *crystal_b, 0};
  if (!put_in_order(pair)) {
    return {};
  }
  const std::optional<std::uint16_t> tof_bin = measure_tof(pair, origin_mm, random);
  if (!tof_bin) {
    return {};
  }
  pair.tof_bin = *tof_bin;
  return pair;
}

const TofRange& PairSampler::tof_range(const Coincidence& pair) const {
  return scanner_.tof_range(scanner_.crystal_type[pair.crystal_a], scanner_.crystal_type[pair.crystal_b]);
}

/// Module types may have TOF bins in one order only. False if the crystals cannot be in coincidence.
bool PairSampler::put_in_order(Coincidence& pair) const {
  if (!efficiencies_.in_coincidence(scanner_, pair.crystal_a, pair.crystal_b)) {
    return false;
  }
  if (tof_range(pair).count == 0) {
    std::swap(pair.crystal_a, pair.crystal_b);
  }
  return tof_range(pair).count > 0;
}

/// Empty if the photons' time difference is outside all bins. A single bin holds any.
std::optional<std::uint16_t> PairSampler::measure_tof(const Coincidence& pair, const Vec3& point_mm,
                                                      RandomNumbers& random) const {
  const TofRange& range = tof_range(pair);
  if (range.count == 1) {
    return static_cast<std::uint16_t>(range.first);
  }
  const Vec3& a = scanner_.crystal_centre_mm[pair.crystal_a];
  const Vec3& b = scanner_.crystal_centre_mm[pair.crystal_b];
  const Vec3 way = minus(b, a);
  const double from_middle_mm =
      (dot(minus(point_mm, a), way) - dot(minus(b, point_mm), way)) / 2 / std::sqrt(dot(way, way));
  const auto bins = std::span(scanner_.tof_bins).subspan(range.first, range.count);
  const double measured_mm = from_middle_mm + bins.front().sigma_mm * random.normal();
  const auto bin = std::ranges::find_if(
      bins, [&](const TofBin& each) { return std::abs(measured_mm - each.centre_mm) <= each.width_mm / 2; });
  if (bin == bins.end()) {
    return {};
  }
  return static_cast<std::uint16_t>(range.first + (bin - bins.begin()));
}

/// Solid angle of the crystal from the points, weakened on the way and by the crystal's efficiency [any unit].
double PairSampler::singles_of(std::uint32_t crystal, std::span<const Vec3> points_mm) const {
  const Vec3 target_mm = minus(scanner_.crystal_centre_mm[crystal], centre_mm_);
  double sum = 0;
  for (const Vec3& point_mm : points_mm) {
    const Vec3 way = minus(target_mm, point_mm);
    const double length2 = dot(way, way);
    const double cosine = -dot(way, scanner_.crystal_normal[crystal]) / std::sqrt(length2);
    const double exponent = attenuation_ ? phantom_.attenuation_exponent(point_mm, target_mm) : 0;
    sum += std::max(cosine, 0.0) / length2 * std::exp(-exponent);
  }
  return sum * scanner_.crystal_face_mm2[crystal] * detection_[crystal];
}

void PairSampler::estimate_singles(RandomNumbers& random, int points, int num_threads, StopFlag& stop) {
  std::vector<Vec3> points_mm;
  while (points_mm.size() < static_cast<std::size_t>(points)) {
    if (const std::optional<Vec3> point_mm = draw_point(random)) {
      points_mm.push_back(*point_mm);
    }
  }
  const auto count = static_cast<std::int64_t>(scanner_.num_crystals());
  singles_sums_.assign(scanner_.num_crystals(), 0);
#pragma omp parallel for num_threads(num_threads)
  for (std::int64_t crystal = 0; crystal < count; ++crystal) {
    if (!stop()) {
      singles_sums_[static_cast<std::size_t>(crystal)] = singles_of(static_cast<std::uint32_t>(crystal), points_mm);
    }
  }
  double sum = 0;
  for (double& value : singles_sums_) {
    value = sum += value;
  }
}

Coincidence PairSampler::draw_random(RandomNumbers& random) const {
  Coincidence pair;
  do {
    pair.crystal_a = static_cast<std::uint32_t>(random.pick(singles_sums_));
    pair.crystal_b = static_cast<std::uint32_t>(random.pick(singles_sums_));
  } while (pair.crystal_a == pair.crystal_b || !put_in_order(pair));
  const TofRange& range = tof_range(pair);
  const auto bins = std::span(scanner_.tof_bins).subspan(range.first, range.count);
  double width_mm = 0;
  for (const TofBin& bin : bins) {
    width_mm += bin.width_mm;
  }
  double position_mm = random.uniform() * width_mm;
  std::size_t index = 0;
  while (index + 1 < bins.size() && position_mm >= bins[index].width_mm) {
    position_mm -= bins[index++].width_mm;
  }
  pair.tof_bin = static_cast<std::uint16_t>(range.first + index);
  return pair;
}

}  // namespace coincide::recon
