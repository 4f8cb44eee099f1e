#include "recon/simulation/pair_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "projectors/error.h"
#include "recon/photon_transport/compton.h"
#include "recon/vectors.h"

namespace coincide::recon {
namespace {

using std::numbers::pi;

double exact_dot(const Vec3& a, const Vec3& b) {
  return double{a[0]} * b[0] + double{a[1]} * b[1] + double{a[2]} * b[2];
}
Vec3 plus(const Vec3& a, const Vec3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vec3 reversed(const Vec3& a) { return {-a[0], -a[1], -a[2]}; }

/// A pair that both ends of the scanner's bore can see rises by at most its length over its chord of the bore's inner
/// circle, which is shortest for the decays farthest out.
double highest_cosine(const DetectorLookup& lookup, const Box& phantom) {
  const double radius_mm = lookup.inner_radius_mm();
  double reach2_mm2 = 0;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double reach_mm = std::max(std::abs(double{phantom.low_mm[axis]}), std::abs(double{phantom.high_mm[axis]}));
    reach2_mm2 += reach_mm * reach_mm;
  }
  if (reach2_mm2 >= radius_mm * radius_mm) {
    return 1;
  }
  return lookup.half_length_mm() / std::hypot(lookup.half_length_mm(), std::sqrt(radius_mm * radius_mm - reach2_mm2));
}

std::vector<float> crystal_efficiencies(const Scanner& scanner, const Efficiencies& efficiencies) {
  std::vector<float> values(scanner.num_crystals(), 1.0F);
  for (std::size_t type = 0; type < efficiencies.bin.size(); ++type) {
    std::ranges::copy(efficiencies.bin[type], values.begin() + scanner.module_types[type].first_crystal);
  }
  return values;
}

std::vector<EnergyWindow> energy_windows(const Scanner& scanner, Interactions interactions) {
  std::vector<EnergyWindow> windows;
  for (const ModuleType& type : scanner.module_types) {
    windows.push_back(interactions == Interactions::scatter ? energy_window(type) : EnergyWindow{});
  }
  return windows;
}

/// Measured energies are hardly ever so far off.
double lowest_energy_kev(const std::vector<EnergyWindow>& windows) {
  constexpr double margin_kev = 120;
  return std::ranges::min(windows, {}, &EnergyWindow::lowest_kev).lowest_kev - margin_kev;
}

/// Efficiencies hold the part of photons of 511 keV that the window takes; this is that of others, relative to it.
double relative_part(const EnergyWindow& window, double energy_kev) {
  return part_in_window(window, energy_kev) / part_in_window(window, annihilation_kev);
}

double most_in_window(const std::vector<EnergyWindow>& windows) {
  double most = 1;
  for (const EnergyWindow& window : windows) {
    for (int energy_kev = 1; energy_kev < static_cast<int>(annihilation_kev); ++energy_kev) {
      most = std::max(most, relative_part(window, energy_kev));
    }
  }
  return most;
}

}  // namespace

EnergyWindow energy_window(const ModuleType& type) {
  if (type.energy_edges_kev.size() < 2) {
    throw InputError(
        "the scanner does not state its energy window, so what it detects of scattered photons is not known. Use a "
        "scanner that does, or simulation.scatter = false");
  }
  return {type.energy_edges_kev.front(), type.energy_edges_kev.back(),
          type.energy_resolution > 0 ? type.energy_resolution : usual_energy_resolution};
}

PairSampler::PairSampler(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                         Interactions interactions)
    : scanner_(scanner),
      efficiencies_(efficiencies),
      phantom_(phantom),
      interactions_(interactions),
      lookup_(scanner),
      source_(phantom),
      centre_mm_(scanner.centre_mm()),
      windows_(energy_windows(scanner, interactions)),
      flight_(phantom, interactions, lowest_energy_kev(windows_)),
      detection_(crystal_efficiencies(scanner, efficiencies)) {
  const float best = std::ranges::max(detection_);
  if (best > 0) {
    std::ranges::transform(detection_, detection_.begin(), [best](float value) { return value / best; });
  }
  if (interactions == Interactions::scatter) {
    most_in_window_ = most_in_window(windows_);
  } else {
    highest_cosine_ = highest_cosine(lookup_, phantom.box());
  }
  most_detected_ = best * most_in_window_;
  candidates_per_s_ =
      source_.activity_bq() * highest_cosine_ * efficiencies.calibration_factor * most_detected_ * most_detected_;
}

/// False if the photon leaves the bore beyond the ends of the scanner: most that miss, for little work.
bool PairSampler::may_reach(const Vec3& point_mm, const Vec3& direction) const {
  const double rho2 = double{direction[0]} * direction[0] + double{direction[1]} * direction[1];
  const double along = double{point_mm[0]} * direction[0] + double{point_mm[1]} * direction[1];
  const double radius_mm = std::max(lookup_.inner_radius_mm(), 0.0F);
  const double outside_mm2 =
      double{point_mm[0]} * point_mm[0] + double{point_mm[1]} * point_mm[1] - radius_mm * radius_mm;
  if (outside_mm2 >= 0) {
    return true;
  }
  const double rise = std::abs(direction[2]);
  const double z_mm = std::copysign(point_mm[2], double{point_mm[2]} * direction[2]);
  const double root = std::sqrt(along * along - rho2 * outside_mm2);
  return rho2 * z_mm + rise * (root - along) <= rho2 * lookup_.half_length_mm();
}

/// Relative to the most that any crystal detects.
double PairSampler::part_detected(const Photon& photon, std::uint32_t crystal) const {
  const double part =
      photon.scatters == 0 ? 1 : relative_part(windows_[scanner_.crystal_type[crystal]], photon.energy_kev);
  return detection_[crystal] * part / most_in_window_;
}

/// Empty if the photon is not detected, or not with a probability above `chance`.
std::optional<PairSampler::Detection> PairSampler::detect(Photon& photon, double chance, RandomStream& random) const {
  if (!flight_.follow(photon, random) || !may_reach(photon.point_mm, photon.direction)) {
    return {};
  }
  const auto hit = lookup_.first_hit(plus(photon.point_mm, centre_mm_), photon.direction);
  if (!hit) {
    return {};
  }
  const double probability = part_detected(photon, hit->crystal);
  if (chance >= probability) {
    return {};
  }
  return Detection{hit->crystal, probability, photon.way_mm + hit->distance_mm};
}

std::optional<Coincidence> PairSampler::follow_candidate(RandomStream& random) const {
  const std::optional<Vec3> point_mm = source_.draw(random);
  if (!point_mm) {
    return {};
  }
  const Vec3 direction = draw_direction(highest_cosine_, random);
  if (interactions_ != Interactions::scatter &&
      !(may_reach(*point_mm, direction) && may_reach(*point_mm, reversed(direction)))) {
    return {};
  }
  const double chance = random.uniform();  // the decay is recorded if its probability is above
  Photon photon_a{.point_mm = *point_mm, .direction = reversed(direction)};
  const std::optional<Detection> a = detect(photon_a, chance, random);
  if (!a) {
    return {};
  }
  Photon photon_b{.point_mm = *point_mm, .direction = direction};
  const std::optional<Detection> b = detect(photon_b, chance / a->probability, random);
  if (!b || a->crystal == b->crystal) {
    return {};
  }
  constexpr std::array origins{EventOrigin::unscattered, EventOrigin::scattered, EventOrigin::scattered_often};
  Coincidence pair{a->crystal, b->crystal, 0, origins[std::min(photon_a.scatters + photon_b.scatters, 2)]};
  if (!put_in_order(pair)) {
    return {};
  }
  const double towards_b_mm = (a->way_mm - b->way_mm) / 2;
  const std::optional<std::uint16_t> tof_bin =
      measure_tof(pair, pair.crystal_a == a->crystal ? towards_b_mm : -towards_b_mm, random);
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
std::optional<std::uint16_t> PairSampler::measure_tof(const Coincidence& pair, double towards_b_mm,
                                                      RandomStream& random) const {
  const TofRange& range = tof_range(pair);
  if (range.count == 1) {
    return static_cast<std::uint16_t>(range.first);
  }
  const auto bins = std::span(scanner_.tof_bins).subspan(range.first, range.count);
  const double measured_mm = towards_b_mm + bins.front().sigma_mm * random.normal();
  const auto bin = std::ranges::find_if(
      bins, [&](const TofBin& each) { return std::abs(measured_mm - each.centre_mm) <= each.width_mm / 2; });
  if (bin == bins.end()) {
    return {};
  }
  return static_cast<std::uint16_t>(range.first + (bin - bins.begin()));
}

/// What later shapes hide left out.
double PairSampler::visible_activity_bq(RandomStream& random) const {
  constexpr int draws = 20000;
  int visible = 0;
  for (int draw = 0; draw < draws; ++draw) {
    visible += source_.draw(random) ? 1 : 0;
  }
  return source_.activity_bq() * visible / draws;
}

std::vector<PairSampler::Emission> PairSampler::draw_emissions(RandomStream& random, int decays) const {
  std::vector<Emission> emissions;
  for (int decay = 0; decay < decays;) {
    const std::optional<Vec3> point_mm = source_.draw(random);
    if (!point_mm) {
      continue;
    }
    ++decay;
    Photon photon{.point_mm = *point_mm, .direction = draw_direction(1, random)};
    emissions.push_back({photon, true});
    bool goes_on = interactions_ == Interactions::scatter;
    while (goes_on && flight_.reach_collision(photon, random)) {
      emissions.push_back({photon, false});
      goes_on = flight_.collide(photon, random);
    }
  }
  return emissions;
}

/// Photons into a direction, and what `sent` of them is then.
double PairSampler::sent_per_sr(const Emission& emission, const Vec3& direction, Photon& sent) const {
  sent = emission.photon;
  if (emission.of_decay) {
    return 1 / (4 * pi);
  }
  const double cosine = exact_dot(emission.photon.direction, direction);
  sent.energy_kev = scattered_kev(emission.photon.energy_kev, cosine);
  sent.scatters = 1;
  return klein_nishina_cm2_per_sr(emission.photon.energy_kev, cosine) / klein_nishina_cm2(emission.photon.energy_kev);
}

/// Part of one photon of each decay that the crystal detects, relative to the most that any does, summed over decays.
double PairSampler::singles_of(std::uint32_t crystal, std::span<const Emission> emissions) const {
  constexpr double too_few = 1e-4;
  const Vec3 target_mm = minus(scanner_.crystal_centre_mm[crystal], centre_mm_);
  double sum = 0;
  for (const Emission& emission : emissions) {
    const Vec3 way = minus(target_mm, emission.photon.point_mm);
    const double length_mm = std::sqrt(exact_dot(way, way));
    const auto scale = static_cast<float>(1 / length_mm);
    const Vec3 direction{way[0] * scale, way[1] * scale, way[2] * scale};
    const double cosine = -exact_dot(direction, scanner_.crystal_normal[crystal]);
    Photon sent;
    const double per_sr = sent_per_sr(emission, direction, sent);
    const double part = part_detected(sent, crystal);
    if (cosine <= 0 || part < too_few) {
      continue;
    }
    double exponent =
        interactions_ == Interactions::none ? 0 : phantom_.attenuation_exponent(emission.photon.point_mm, target_mm);
    exponent *= sent.scatters == 0 ? 1 : scatter_ratio(sent.energy_kev);
    sum += per_sr * cosine / (length_mm * length_mm) * std::exp(-exponent) * part;
  }
  return sum * scanner_.crystal_face_mm2[crystal];
}

void PairSampler::estimate_singles(RandomStream& random, int decays, int num_threads, StopFlag& stop) {
  const std::vector<Emission> emissions = draw_emissions(random, decays);
  const auto count = static_cast<std::int64_t>(scanner_.num_crystals());
  constexpr int photons = 2;  // of a decay
  const double rate_per_s = photons * visible_activity_bq(random) / decays * most_detected_;
  singles_per_s_.assign(scanner_.num_crystals(), 0);
#pragma omp parallel for num_threads(num_threads)
  for (std::int64_t crystal = 0; crystal < count; ++crystal) {
    if (!stop()) {
      singles_per_s_[static_cast<std::size_t>(crystal)] =
          rate_per_s * singles_of(static_cast<std::uint32_t>(crystal), emissions);
    }
  }
  singles_ = WeightedChoice(singles_per_s_);
}

Coincidence PairSampler::draw_random(RandomStream& random) const {
  Coincidence pair{.origin = EventOrigin::random};
  do {
    pair.crystal_a = static_cast<std::uint32_t>(singles_.pick(random.fine_uniform()));
    pair.crystal_b = static_cast<std::uint32_t>(singles_.pick(random.fine_uniform()));
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
