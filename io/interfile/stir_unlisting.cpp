#include "io/interfile/stir_unlisting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using std::numbers::pi;
/// How far a crystal may stand from its place, as a part of the way to the next.
constexpr double tolerance = 0.1;

[[noreturn]] void refuse(const std::string& why) {
  throw InputError(
      fmt::format("the scanner has no STIR sinograms: {}. Write listmode data, or a table of its pairs of "
                  "crystals, instead",
                  why));
}

/// Crystals of each ring, by z.
std::vector<std::vector<std::uint32_t>> rings_of(const recon::Scanner& scanner) {
  std::vector<std::uint32_t> order(scanner.num_crystals());
  std::iota(order.begin(), order.end(), 0U);
  const auto z = [&](std::uint32_t crystal) { return scanner.crystal_centre_mm[crystal][2]; };
  std::ranges::stable_sort(order, {}, z);
  std::vector<std::vector<std::uint32_t>> rings;
  constexpr float same_mm = 0.05F;
  for (const std::uint32_t crystal : order) {
    if (rings.empty() || z(crystal) - z(rings.back().front()) > same_mm) {
      rings.emplace_back();
    }
    rings.back().push_back(crystal);
  }
  return rings;
}

/// STIR's angle of a crystal: from the top towards +x.
double angle_of(const recon::Vec3& stir) { return std::atan2(stir[0], -stir[1]); }

void check_spacing(const recon::Scanner& scanner, const std::vector<std::vector<std::uint32_t>>& rings,
                   double spacing_mm) {
  const float first = scanner.crystal_centre_mm[rings.front().front()][2];
  for (std::size_t ring = 0; ring < rings.size(); ++ring) {
    const double place = scanner.crystal_centre_mm[rings[ring].front()][2] - first;
    if (rings[ring].size() != rings.front().size()) {
      refuse(fmt::format("ring {} has {} crystals, the first {}", ring, rings[ring].size(), rings.front().size()));
    }
    if (std::abs(place - static_cast<double>(ring) * spacing_mm) > tolerance * spacing_mm) {
      refuse(fmt::format("its rings are not at equal distances along z: ring {} is {:.2f} mm from its place", ring,
                         place - static_cast<double>(ring) * spacing_mm));
    }
  }
}

void read_tof(const recon::Scanner& scanner, StirScanner& stir) {
  if (!scanner.has_tof()) {
    return;
  }
  constexpr float rounding = 1e-3F;  // edges are stated in single precision
  const recon::TofBin& first = scanner.tof_bins.front();
  const auto is_alike = [](float one, float other) { return std::abs(one - other) <= rounding * other; };
  float sum_mm = 0;
  for (std::size_t i = 0; i < scanner.tof_bins.size(); ++i) {
    const double place = static_cast<double>(i) - 0.5 * static_cast<double>(scanner.tof_bins.size() - 1);
    const recon::TofBin& bin = scanner.tof_bins[i];
    if (scanner.tof_ranges.size() != 1 ||
        std::abs(bin.centre_mm - place * first.width_mm) > rounding * (1 + std::abs(place)) * first.width_mm ||
        !is_alike(bin.width_mm, first.width_mm) || !is_alike(bin.sigma_mm, first.sigma_mm)) {
      refuse("its TOF bins are not equal, ascending and centred");
    }
    sum_mm += bin.width_mm;
  }
  stir.tof_bins = std::ssize(scanner.tof_bins);
  stir.tof_bin_ps = sum_mm / static_cast<float>(scanner.tof_bins.size()) / recon::mm_per_ps;
  stir.tof_fwhm_ps = first.sigma_mm * recon::fwhm_per_sigma / recon::mm_per_ps;
}

StirSinogramLayout layout_of(const StirScanner& scanner, const StirUnlistOptions& options) {
  const auto refuse_option = [](const std::string& why) { throw InputError(why); };
  StirSinogramLayout layout;
  layout.scanner = scanner;
  const std::int64_t farthest = options.farthest_ring < 0 ? scanner.rings - 1 : options.farthest_ring;
  if (options.span < 1 || options.span % 2 == 0 || farthest >= scanner.rings) {
    refuse_option(
        fmt::format("a span must be odd, and ring differences less than the {} rings: span {} to ring "
                    "difference {} is not possible",
                    scanner.rings, options.span, farthest));
  }
  if (options.view_mashing < 1 || scanner.detectors / 2 % options.view_mashing != 0) {
    refuse_option(
        fmt::format("a view mashing of {} does not divide the {} views", options.view_mashing, scanner.detectors / 2));
  }
  layout.segments = segments_of_span(scanner.rings, options.span, farthest);
  layout.views = scanner.detectors / 2 / options.view_mashing;
  layout.tangential = options.tangential > 0 ? options.tangential : scanner.detectors / 2;
  if (2 * (layout.tangential / 2) >= scanner.detectors) {
    refuse_option(
        fmt::format("{} tangential positions are more than {} detectors have", layout.tangential, scanner.detectors));
  }
  if (options.tof_mashing > 0) {
    if (scanner.tof_bins < 1 || options.tof_mashing % 2 == 0 || scanner.tof_bins % 2 == 0) {
      refuse_option(
          fmt::format("TOF bins can be mashed by odd numbers where there are an odd number of them: {} by {} "
                      "is not possible",
                      scanner.tof_bins, options.tof_mashing));
    }
    // As many as lie whole among the scanner's, around the middle one.
    const std::int64_t beside = (scanner.tof_bins - options.tof_mashing) / 2 / options.tof_mashing;
    layout.tof_mashing = options.tof_mashing;
    layout.tof = recon::TofAxis{
        .num_bins = static_cast<std::int32_t>(2 * beside + 1),
        .bin_width_mm =
            static_cast<float>(static_cast<double>(options.tof_mashing) * scanner.tof_bin_ps * recon::mm_per_ps),
        .sigma_mm = static_cast<float>(scanner.tof_fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma)};
  }
  return layout;
}

void check_size(const StirSinogramLayout& layout) {
  constexpr double most_bytes = 64e9;
  const double bytes = static_cast<double>(layout.num_bins()) * sizeof(float);
  if (bytes > most_bytes) {
    throw InputError(fmt::format("a sinogram of {} takes {:.0f} GB. Choose a larger span, or mash views or TOF bins",
                                 layout.words(), 1e-9 * bytes));
  }
}

}  // namespace

StirDetectors stir_detectors(const recon::Scanner& scanner) {
  const std::vector<std::vector<std::uint32_t>> rings = rings_of(scanner);
  const std::size_t per_ring = rings.front().size();
  if (per_ring < 4 || per_ring % 2 != 0) {
    refuse(fmt::format("its crystals lie at {} places along z, {} in the first: no rings", rings.size(), per_ring));
  }
  StirDetectors result;
  StirScanner& stir = result.scanner;
  stir.name = scanner.name.empty() ? "unknown" : scanner.name;
  stir.rings = std::ssize(rings);
  stir.detectors = static_cast<std::int64_t>(per_ring);
  const double length_mm =
      scanner.crystal_centre_mm[rings.back().front()][2] - scanner.crystal_centre_mm[rings.front().front()][2];
  stir.ring_spacing_mm = rings.size() > 1 ? length_mm / static_cast<double>(rings.size() - 1) : 1;
  check_spacing(scanner, rings, stir.ring_spacing_mm);
  double radius_sum_mm = 0;
  for (const recon::Vec3& place : scanner.crystal_centre_mm) {
    radius_sum_mm += std::hypot(place[0], place[1]);
  }
  stir.radius_mm = radius_sum_mm / static_cast<double>(scanner.num_crystals());
  stir.bin_size_mm = stir.radius_mm * pi / static_cast<double>(per_ring);
  const double pitch_rad = 2 * pi / static_cast<double>(per_ring);
  // Detector 0 is the one nearest to the top.
  double tilt_rad = pi;
  for (const std::uint32_t crystal : rings.front()) {
    const double angle =
        angle_of(result.axes.lps(scanner.crystal_centre_mm[crystal]));  // the change is its own inverse
    tilt_rad = std::abs(angle) < std::abs(tilt_rad) ? angle : tilt_rad;
  }
  stir.tilt_rad = tilt_rad;
  result.ring.resize(scanner.num_crystals());
  result.detector.resize(scanner.num_crystals());
  for (std::size_t ring = 0; ring < rings.size(); ++ring) {
    std::vector<bool> is_taken(per_ring);
    for (const std::uint32_t crystal : rings[ring]) {
      const recon::Vec3 place = result.axes.lps(scanner.crystal_centre_mm[crystal]);
      const double steps = (angle_of(place) - tilt_rad) / pitch_rad;
      const auto detector =
          static_cast<std::size_t>((std::llround(steps) + 2 * std::ssize(is_taken)) % std::ssize(is_taken));
      const double off_mm = std::abs(std::hypot(place[0], place[1]) - stir.radius_mm);
      if (std::abs(steps - std::round(steps)) > tolerance || off_mm > tolerance * stir.radius_mm * pitch_rad ||
          is_taken[detector]) {
        refuse(fmt::format("its crystals do not lie evenly on circles about z: crystal {} does not", crystal));
      }
      is_taken[detector] = true;
      // STIR's z runs against ours: its first ring is our last.
      result.ring[crystal] = static_cast<std::uint32_t>(rings.size() - 1 - ring);
      result.detector[crystal] = static_cast<std::uint32_t>(detector);
    }
  }
  read_tof(scanner, stir);
  return result;
}

StirUnlisted unlist(recon::EventSource& source, const StirDetectors& detectors, const StirUnlistOptions& options,
                    recon::Reporter& reporter) {
  StirUnlisted result{.layout = layout_of(detectors.scanner, options), .counts = {}};
  check_size(result.layout);
  const StirSinogramLayout& layout = result.layout;
  result.counts.resize(static_cast<std::size_t>(layout.num_bins()));
  const std::int64_t tofs = layout.tof ? layout.tof->num_bins : 1;
  const std::int64_t middle = detectors.scanner.tof_bins / 2;
  recon::EventBlock block;
  source.rewind();
  while (!reporter.stop_requested() && source.read(block)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if ((block.delayed[i] != 0) != options.delayeds) {
        continue;
      }
      const std::uint32_t a = block.crystal_a[i], b = block.crystal_b[i];
      // Ours count towards b, STIR's towards its first detector.
      const std::int64_t place = layout.tof ? middle - block.tof_bin[i] : 0;
      const auto bin =
          layout.bin_of(detectors.ring[a], detectors.detector[a], detectors.ring[b], detectors.detector[b], place);
      if (bin) {
        result.counts[static_cast<std::size_t>(layout.lor(*bin) * tofs + bin->tof)] += 1;
      } else {
        ++result.num_left_out;
      }
    }
    reporter.progress("sorting events into a sinogram", source.fraction_read());
  }
  const recon::EventCounts& counts = source.counts();
  result.start_s = 1e-3 * counts.first_ms;
  result.duration_s = counts.no_duration.empty() ? counts.duration_s : 0;
  return result;
}

}  // namespace coincide::io
