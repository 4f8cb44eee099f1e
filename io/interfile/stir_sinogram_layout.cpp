#include "io/interfile/stir_sinogram_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "recon/units.h"

namespace coincide::io {
namespace {

using std::numbers::pi;
constexpr std::int64_t most_of_axis = 1'000'000;

/// Remainder that is never negative.
std::int64_t modulo(std::int64_t value, std::int64_t base) { return ((value % base) + base) % base; }

/// Rounded down also below 0.
std::int64_t half(std::int64_t value) { return (value - modulo(value, 2)) / 2; }

std::string label(const InterfileHeader& header, int axis) {
  return interfile_key(header.text(fmt::format("matrix axis label [{}]", axis)));
}

/// Number of the axis of that label; 0 if there is none.
int axis_of(const InterfileHeader& header, std::string_view wanted) {
  const auto axes = static_cast<int>(header.count("number of dimensions", 4, 5));
  for (int axis = 1; axis <= axes; ++axis) {
    if (label(header, axis) == wanted) {
      return axis;
    }
  }
  return 0;
}

std::string size_key(int axis) { return fmt::format("matrix size [{}]", axis); }

std::int64_t whole(const InterfileHeader& header, std::string_view key, double value, std::int64_t least,
                   std::int64_t most) {
  if (value != std::floor(value) || value < static_cast<double>(least) || value > static_cast<double>(most)) {
    header.fail(fmt::format("\"{}\" holds {}: whole numbers from {} to {} are possible", key, value, least, most));
  }
  return static_cast<std::int64_t>(value);
}

/// In the order of the file.
std::vector<StirSegment> read_segments(const InterfileHeader& header, int axis, const StirScanner& scanner) {
  const auto list = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    std::vector<std::int64_t> values;
    for (const double value : header.numbers(key)) {
      values.push_back(whole(header, key, value, least, most));
    }
    return values;
  };
  const std::int64_t farthest = scanner.rings - 1;
  const auto planes = list(size_key(axis), 1, 2 * scanner.rings - 1);
  const auto least = list("minimum ring difference per segment", -farthest, farthest);
  const auto most = list("maximum ring difference per segment", -farthest, farthest);
  const std::int64_t count = header.count(size_key(axis_of(header, "segment")), 1, most_of_axis);
  if (std::ssize(planes) != count || std::ssize(least) != count || std::ssize(most) != count) {
    header.fail(fmt::format("{} segments have {} numbers of planes and {} and {} ring differences", count,
                            planes.size(), least.size(), most.size()));
  }
  std::vector<StirSegment> segments;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    if (least[i] > most[i]) {
      header.fail(fmt::format("a segment has ring differences from {} to {}", least[i], most[i]));
    }
    segments.push_back({least[i], most[i], planes[i]});
  }
  return segments;
}

/// Sorts the segments by ring difference. Returns where each of the file's has gone.
std::vector<std::size_t> sort_segments(const InterfileHeader& header, std::vector<StirSegment>& segments) {
  const std::vector<StirSegment> in_file = segments;
  std::ranges::sort(segments, {}, &StirSegment::difference);
  const auto same = std::ranges::adjacent_find(segments, {}, &StirSegment::difference);
  if (same != segments.end()) {
    header.fail(fmt::format("two segments have the mean ring difference {}", same->difference()));
  }
  if (std::ranges::find(segments, 0.0, &StirSegment::difference) == segments.end()) {
    header.fail("no segment has the mean ring difference 0");
  }
  std::vector<std::size_t> order;
  order.reserve(in_file.size());
  for (const StirSegment& segment : in_file) {
    order.push_back(static_cast<std::size_t>(std::ranges::find(segments, segment) - segments.begin()));
  }
  return order;
}

recon::TofAxis read_tof(const InterfileHeader& header, const StirScanner& scanner, std::int64_t bins,
                        std::int64_t mashing) {
  if (scanner.tof_bins < 1 || !(scanner.tof_bin_ps > 0) || !(scanner.tof_fwhm_ps > 0)) {
    header.fail(
        "it has timing positions but does not say the scanner's TOF bins (maximum number, size and resolution in ps)");
  }
  if (bins * mashing > scanner.tof_bins) {
    header.fail(
        fmt::format("{} TOF bins of {} of the scanner's {} are more than these", bins, mashing, scanner.tof_bins));
  }
  if (bins % 2 == 0 && mashing > 1) {
    header.fail(
        fmt::format("its TOF bins are even in number ({}) and mashed by {}: where their middle is has not been "
                    "settled among programs that write such files. Write an odd number",
                    bins, mashing));
  }
  recon::TofAxis axis{
      .num_bins = static_cast<std::int32_t>(bins),
      .bin_width_mm = static_cast<float>(static_cast<double>(mashing) * scanner.tof_bin_ps * recon::mm_per_ps),
      .sigma_mm = static_cast<float>(scanner.tof_fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma)};
  axis.num_sigmas += 0.5F * axis.bin_width_mm / axis.sigma_mm;  // listmode's 3 count from a bin's edges
  return axis;
}

std::vector<std::int64_t> read_tof_order(const InterfileHeader& header, std::int64_t bins) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(bins));
  std::iota(order.begin(), order.end(), 0);
  if (header.has("tof bin order")) {
    const std::vector<double> said = header.numbers("tof bin order");
    std::vector<std::int64_t> places;
    places.reserve(said.size());
    for (const double place : said) {
      places.push_back(std::llround(place) + bins / 2);
    }
    if (!std::ranges::is_permutation(places, order)) {
      header.fail("\"TOF bin order\" does not name each TOF bin once");
    }
    order = places;
  }
  return order;
}

double read_arc_bin_mm(const InterfileHeader& header, const StirScanner& scanner) {
  const std::string corrections = interfile_key(header.text("applied corrections", "{arc correction}"));
  if (corrections.find("arc correction") == std::string::npos &&
      corrections.find("arccorrection") == std::string::npos) {
    return 0;
  }
  constexpr double mm_per_cm = 10;
  const double bin_mm = mm_per_cm * header.number("effective central bin size (cm)", scanner.bin_size_mm / mm_per_cm);
  if (!(bin_mm > 0)) {
    header.fail("its data are arc-corrected, and it does not say \"effective central bin size (cm)\"");
  }
  return bin_mm;
}

void check_reach(const InterfileHeader& header, const StirSinogramLayout& layout) {
  const std::int64_t widest = layout.tangential / 2;
  const bool fits = layout.arc_bin_mm > 0 ? static_cast<double>(widest) * layout.arc_bin_mm < layout.scanner.radius_mm
                                          : 2 * widest < layout.scanner.detectors;
  if (!fits) {
    header.fail(fmt::format("{} tangential positions reach beyond its {} detectors at {:.1f} mm from the axis",
                            layout.tangential, layout.scanner.detectors, layout.scanner.radius_mm));
  }
  if (layout.scanner.geometry == StirGeometry::cylinder) {
    return;
  }
  const bool compressed = layout.view_mashing() != 1 || layout.arc_bin_mm > 0 ||
                          std::ranges::any_of(layout.segments, [](const StirSegment& s) { return s.least != s.most; });
  if (compressed || layout.tof) {
    header.fail(
        "its scanner is no cylinder, so each bin must be one pair of crystals: no span, no mashing, no arc "
        "correction, no TOF");
  }
}

}  // namespace

std::int64_t StirSinogramLayout::planes() const {
  return std::accumulate(segments.begin(), segments.end(), std::int64_t{0},
                         [](std::int64_t sum, const StirSegment& segment) { return sum + segment.planes; });
}

std::int64_t StirSinogramLayout::view_mashing() const {
  return scanner.detectors % (2 * views) == 0 ? scanner.detectors / (2 * views) : 0;
}

std::int64_t StirSinogramLayout::lor(const StirBin& bin) const {
  std::int64_t before = 0;
  for (std::int64_t segment = 0; segment < bin.segment; ++segment) {
    before += segments[static_cast<std::size_t>(segment)].planes;
  }
  const std::int64_t planes_here = segments[static_cast<std::size_t>(bin.segment)].planes;
  return before * views * tangential + (bin.view * planes_here + bin.plane) * tangential + bin.tangential;
}

std::string StirSinogramLayout::words() const {
  std::string text = fmt::format("{} segments, {} views, {} planes, {} tangential positions", segments.size(), views,
                                 planes(), tangential);
  if (tof) {
    text += fmt::format(", {} TOF bins", tof->num_bins);
  }
  return arc_bin_mm > 0 ? text + ", arc-corrected" : text;
}

std::pair<recon::Vec3, recon::Vec3> StirSinogramLayout::ends_mm(const StirBin& bin) const {
  const StirSegment& segment = segments[static_cast<std::size_t>(bin.segment)];
  const auto detectors = static_cast<double>(scanner.detectors);
  const double to_middle = view_mashing() > 0 ? static_cast<double>(view_mashing() - 1) * pi / detectors : 0;
  const double phi = scanner.tilt_rad + static_cast<double>(bin.view) * pi / static_cast<double>(views) + to_middle;
  const std::int64_t middle = tangential / 2;
  const auto place = static_cast<double>(bin.tangential - middle);
  const double s = arc_bin_mm > 0 ? place * arc_bin_mm : scanner.radius_mm * std::sin(place * pi / detectors);
  const double a = std::sqrt(scanner.radius_mm * scanner.radius_mm - s * s);
  const double m = (static_cast<double>(bin.plane) - 0.5 * static_cast<double>(segment.planes - 1)) * segment.step() *
                   scanner.ring_spacing_mm;
  const double rise = segment.difference() * scanner.ring_spacing_mm / 2;
  const auto end = [&](double along, double z) {
    return recon::Vec3{static_cast<float>(s * std::cos(phi) + along * std::sin(phi)),
                       static_cast<float>(s * std::sin(phi) - along * std::cos(phi)), static_cast<float>(z)};
  };
  return {end(a, m - rise), end(-a, m + rise)};
}

std::optional<StirBin> StirSinogramLayout::bin_of(std::int64_t ring1, std::int64_t detector1, std::int64_t ring2,
                                                  std::int64_t detector2, std::int64_t tof_place) const {
  const std::int64_t n = scanner.detectors;
  const std::int64_t t = modulo(detector1 - detector2 + 3 * n / 2, n);
  std::int64_t v = modulo(detector1 - half(t) + n, n);
  std::int64_t tang = 0;
  bool swapped = false;
  if (v < n / 2) {
    swapped = t >= n / 2;
    tang = swapped ? n - t : t;
  } else {
    swapped = t < n / 2;
    tang = swapped ? -t : t - n;
    v -= n / 2;
  }
  const std::int64_t difference = swapped ? ring1 - ring2 : ring2 - ring1;
  const auto segment = std::ranges::find_if(
      segments, [difference](const StirSegment& s) { return s.least <= difference && difference <= s.most; });
  StirBin bin{.view = v / std::max<std::int64_t>(1, view_mashing()), .tangential = tang + tangential / 2};
  if (segment == segments.end() || bin.tangential < 0 || bin.tangential >= tangential) {
    return std::nullopt;
  }
  bin.segment = segment - segments.begin();
  // m in half rings: the middle of both, from the middle of all.
  const std::int64_t twice_m = ring1 + ring2 - (scanner.rings - 1);
  const double plane =
      0.5 * static_cast<double>(twice_m) / segment->step() + 0.5 * static_cast<double>(segment->planes - 1);
  bin.plane = std::llround(plane);
  if (bin.plane < 0 || bin.plane >= segment->planes) {
    return std::nullopt;
  }
  if (tof) {
    const std::int64_t towards_1 = swapped ? -tof_place : tof_place;
    bin.tof = std::llround(static_cast<double>(towards_1) / static_cast<double>(tof_mashing)) + tof->num_bins / 2;
    if (bin.tof < 0 || bin.tof >= tof->num_bins) {
      return std::nullopt;
    }
  }
  return bin;
}

std::array<std::int64_t, 4> StirSinogramLayout::detectors_of(const StirBin& bin) const {
  const StirSegment& segment = segments[static_cast<std::size_t>(bin.segment)];
  const std::int64_t n = scanner.detectors;
  const std::int64_t tang = bin.tangential - tangential / 2;
  const std::int64_t twice_m = 2 * bin.plane - (segment.planes - 1);
  const std::int64_t sum = scanner.rings - 1 + twice_m;
  return {(sum - segment.least) / 2, modulo(bin.view + half(tang), n), (sum + segment.least) / 2,
          modulo(bin.view - half(tang + 1) + n / 2, n)};
}

std::vector<StirSegment> segments_of_span(std::int64_t rings, std::int64_t span, std::int64_t farthest) {
  std::vector<StirSegment> segments;
  const std::int64_t outermost = (farthest + (span - 1) / 2) / span;
  for (std::int64_t segment = -outermost; segment <= outermost; ++segment) {
    const std::int64_t least = std::max(-farthest, segment * span - (span - 1) / 2);
    const std::int64_t most = std::min(farthest, segment * span + (span - 1) / 2);
    const std::int64_t smallest = least <= 0 && most >= 0 ? 0 : std::min(std::abs(least), std::abs(most));
    segments.push_back({least, most, least == most ? rings - smallest : 2 * (rings - smallest) - 1});
  }
  return segments;
}

std::pair<StirSinogramLayout, StirFileOrder> read_stir_layout(const InterfileHeader& header) {
  StirSinogramLayout layout;
  StirFileOrder order;
  layout.scanner = read_stir_scanner(header);
  const int segment = axis_of(header, "segment"), view = axis_of(header, "view");
  const int planes = axis_of(header, "axial coordinate"), across = axis_of(header, "tangential coordinate");
  const int tof = axis_of(header, "timing positions");
  if (across != 1 || segment != 4 || view + planes != 5 || view == 0 || planes == 0 ||
      (header.count("number of dimensions", 4, 5) == 5) != (tof == 5)) {
    header.fail(
        "its axes are not [1] tangential coordinate, [2] and [3] axial coordinate and view, [4] segment, and "
        "perhaps [5] timing positions");
  }
  order.by_sinogram = planes == 3;
  layout.views = header.count(size_key(view), 1, most_of_axis);
  layout.tangential = header.count(size_key(across), 1, most_of_axis);
  layout.segments = read_segments(header, planes, layout.scanner);
  order.segments = sort_segments(header, layout.segments);
  layout.arc_bin_mm = read_arc_bin_mm(header, layout.scanner);
  if (tof == 5) {
    const std::int64_t bins = header.count(size_key(5), 1, 65535);
    layout.tof_mashing = header.count("TOF mashing factor", 1, 65535);
    layout.tof = read_tof(header, layout.scanner, bins, layout.tof_mashing);
    order.tof = read_tof_order(header, bins);
  }
  check_reach(header, layout);
  return {layout, order};
}

}  // namespace coincide::io
