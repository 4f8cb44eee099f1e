#include "io/interfile/stir_sinogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "io/distinct_places.h"
#include "io/energy_window.h"
#include "io/scanner_of_rings.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::Vec3;

/// End points of a cylinder's LORs: places around the axis times places along it.
class CylinderLors {
 public:
  CylinderLors(const StirSinogramLayout& layout, const StirAxes& axes) : layout_(layout) {
    for (std::int64_t view = 0; view < layout.views; ++view) {
      for (std::int64_t t = 0; t < layout.tangential; ++t) {
        const auto [one, two] = layout.ends_mm({.view = view, .tangential = t});
        across_.push_back({around_.number({one[0], one[1]}), around_.number({two[0], two[1]})});
      }
    }
    for (std::int64_t segment = 0; segment < std::ssize(layout.segments); ++segment) {
      for (std::int64_t plane = 0; plane < layout.segments[static_cast<std::size_t>(segment)].planes; ++plane) {
        const auto [one, two] = layout.ends_mm({.segment = segment, .plane = plane});
        planes_.push_back({along_.number({one[2]}), along_.number({two[2]})});
      }
    }
    const std::uint64_t points = std::uint64_t{around_.values_mm().size()} * along_.values_mm().size();
    if (points > std::numeric_limits<std::uint32_t>::max()) {
      throw InputError(fmt::format("its LORs have {} end points, more than can be numbered", points));
    }
    for (const auto& [x, y] : around_.values_mm()) {
      for (const auto& [z] : along_.values_mm()) {
        point_mm_.push_back(axes.lps({static_cast<float>(x), static_cast<float>(y), static_cast<float>(z)}));
      }
    }
  }

  void add_to(recon::Histogram& histogram, const StirRows& rows) const {
    histogram.point_mm = point_mm_;
    const auto zs = static_cast<std::uint32_t>(along_.values_mm().size());
    rows.for_each([&](const StirRows::Row& row) {
      const auto& along = planes_[static_cast<std::size_t>(row.planes_done)];
      for (std::int64_t t = rows.first(row); t < layout_.tangential; t += rows.step()) {
        const auto& across = across_[static_cast<std::size_t>(row.view * layout_.tangential + t)];
        histogram.start.push_back(across[1] * zs + along[1]);
        histogram.end.push_back(across[0] * zs + along[0]);
        histogram.view.push_back(static_cast<std::uint32_t>(row.view));
      }
    });
  }

 private:
  const StirSinogramLayout& layout_;
  DistinctPlaces<2> around_;
  DistinctPlaces<1> along_;
  std::vector<std::array<std::uint32_t, 2>> across_;  ///< [view][tangential position]: ends 1 and 2
  std::vector<std::array<std::uint32_t, 2>> planes_;  ///< of all segments
  std::vector<Vec3> point_mm_;
};

/// Each bin is a pair of crystals.
void add_pairs(const StirSinogramLayout& layout, const StirAxes& axes, const StirRows& rows,
               recon::Histogram& histogram) {
  std::ranges::transform(stir_crystals_mm(layout.scanner), std::back_inserter(histogram.point_mm),
                         [&](const Vec3& place) { return axes.lps(place); });
  rows.for_each([&](const StirRows::Row& row) {
    for (std::int64_t t = rows.first(row); t < layout.tangential; t += rows.step()) {
      const auto [ring1, detector1, ring2, detector2] =
          layout.detectors_of({.segment = row.segment, .view = row.view, .plane = row.plane, .tangential = t});
      histogram.start.push_back(static_cast<std::uint32_t>(ring2 * layout.scanner.detectors + detector2));
      histogram.end.push_back(static_cast<std::uint32_t>(ring1 * layout.scanner.detectors + detector1));
      histogram.view.push_back(static_cast<std::uint32_t>(row.view));
    }
  });
}

/// Without counts, not even 0.
recon::Histogram histogram_of(const StirSinogramLayout& layout, const StirAxes& axes, const StirRows& rows) {
  recon::Histogram histogram;
  std::size_t lors = 0;
  rows.for_each([&](const StirRows::Row& row) { lors += static_cast<std::size_t>(rows.num_taken(row)); });
  histogram.start.reserve(lors);
  histogram.end.reserve(lors);
  histogram.view.reserve(lors);
  if (layout.scanner.geometry == StirGeometry::cylinder) {
    CylinderLors(layout, axes).add_to(histogram, rows);
  } else {
    add_pairs(layout, axes, rows, histogram);
  }
  histogram.tof = layout.tof;
  const auto bins = static_cast<std::size_t>(histogram.num_bins());
  histogram.factor.assign(bins, 1);
  histogram.additive.assign(bins, 0);
  return histogram;
}

}  // namespace

bool is_stir_sinogram(const InterfileHeader& header) {
  for (int axis = 1; axis <= 5; ++axis) {
    if (interfile_key(header.text(fmt::format("matrix axis label [{}]", axis), "")) == "tangential coordinate") {
      return true;
    }
  }
  return false;
}

StirSinogram::StirSinogram(const std::filesystem::path& path) : header_(path), axes_(read_stir_axes(header_)) {
  std::tie(layout_, order_) = read_stir_layout(header_);
  if (header_.count("number of time frames", 0, 100'000, 1) > 1) {
    header_.fail("it holds several time frames; write the one that is wanted to a file of its own");
  }
  data_ = header_.data_file();
  format_ = header_.number_format();
  offset_ =
      static_cast<std::uint64_t>(header_.count("data offset in bytes[1]", 0, std::int64_t{1} << 50,
                                               header_.count("data offset in bytes", 0, std::int64_t{1} << 50, 0)));
  check_size();
  scanner_ = scanner_of(layout_, axes_);
  scanner_.module_types.front().energy_edges_kev = stated_energy_window(
      header_.number("energy window lower level (kev)[1]", 0), header_.number("energy window upper level (kev)[1]", 0));
  add_facts();
}

/// Before anything is made of the header's sizes.
void StirSinogram::check_size() const {
  const double bins = static_cast<double>(layout_.planes()) * static_cast<double>(layout_.views) *
                      static_cast<double>(layout_.tangential) * (layout_.tof ? layout_.tof->num_bins : 1);
  const double needed = bins * format_.bytes + static_cast<double>(offset_);
  const auto there = static_cast<double>(std::filesystem::file_size(data_));
  if (needed != there) {
    header_.fail(fmt::format("{} of {} numbers need {:.0f} bytes, and {} has {:.0f}", layout_.words(), format_.words(),
                             needed, data_.filename().string(), there));
  }
}

void StirSinogram::add_facts() {
  facts_.format = "STIR sinogram (Interfile)";
  facts_.bins = layout_.words();
  facts_.num_lors = layout_.num_lors();
  facts_.tof = layout_.tof;
  facts_.other_files = {data_};
  facts_.start_s = header_.number("image relative start time (sec)[1]", 0);
  facts_.duration_s = header_.number("image duration (sec)[1]", header_.number("image duration (sec)", 0));
  if (axes_.is_assumed) {
    facts_.notes.push_back(fmt::format("The patient is taken to lie {}: the header does not say.", axes_.patient));
  }
  if (layout_.tof && layout_.tof->num_bins % 2 == 0) {
    facts_.warnings.emplace_back(
        "The number of TOF bins is even: the middle is taken to lie between two of them. Programs differ in that.");
  }
}

/// One for all, or by segment (with TOF: by TOF bin), in the order of the file.
std::vector<double> StirSinogram::scales() const {
  const std::string_view key =
      header_.has("image scaling factor[1]") ? "image scaling factor[1]" : "image scaling factor";
  if (!header_.has(key)) {
    return {1};
  }
  std::vector<double> scales = header_.numbers(key);
  const std::size_t outermost = layout_.tof ? order_.tof.size() : order_.segments.size();
  if (scales.size() != 1 && scales.size() != outermost) {
    header_.fail(fmt::format("\"{}\" has {} values, and 1 or {} are possible", key, scales.size(), outermost));
  }
  return scales;
}

/// The file's values, [LOR][TOF bin] in the order of the layout.
std::vector<float> StirSinogram::values_in_order(const StirRows& rows) {
  const std::vector<double> scale = scales();
  const std::vector<std::int64_t> tofs = layout_.tof ? order_.tof : std::vector<std::int64_t>{0};
  const auto bins_per_lor = static_cast<std::int64_t>(tofs.size());
  const auto number_of = [this](const StirRows::Row& row) {
    const std::int64_t first = layout_.lor({.segment = row.segment, .view = row.view, .plane = row.plane});
    return static_cast<std::size_t>(first / layout_.tangential);
  };
  std::vector<std::int64_t> first_taken(static_cast<std::size_t>(layout_.num_lors() / layout_.tangential));  // by row
  std::int64_t num_taken = 0;
  rows.for_each([&](const StirRows::Row& row) {
    first_taken[number_of(row)] = num_taken;
    num_taken += rows.num_taken(row);
  });
  std::vector<float> values(static_cast<std::size_t>(num_taken * bins_per_lor));
  std::uint64_t at = offset_;
  const auto read = [&](std::int64_t first, std::int64_t count) {
    return read_raw_values(data_, format_, at + static_cast<std::uint64_t>(first * format_.bytes),
                           static_cast<std::uint64_t>(count));
  };
  for (std::size_t tof = 0; tof < tofs.size(); ++tof) {
    for (std::size_t place = 0; place < order_.segments.size(); ++place) {
      const auto segment = static_cast<std::int64_t>(order_.segments[place]);
      const std::int64_t planes = layout_.segments[order_.segments[place]].planes;
      const std::int64_t count = planes * layout_.views * layout_.tangential;
      std::vector<float> raw = rows.has_all_views() ? read(0, count) : std::vector<float>();
      const double factor = scale.size() == 1 ? scale.front() : scale[layout_.tof ? tof : place];
      rows.for_each_in_file(segment, order_.by_sinogram, [&](const StirRows::Row& row) {
        std::int64_t first = rows.place_in_file(row, order_.by_sinogram) * layout_.tangential;
        if (!rows.has_all_views()) {
          raw = read(first, layout_.tangential);
          first = 0;
        }
        const float* value = raw.data() + first;
        std::int64_t lor = first_taken[number_of(row)];
        for (std::int64_t t = rows.first(row); t < layout_.tangential; t += rows.step(), ++lor) {
          values[static_cast<std::size_t>(lor * bins_per_lor + tofs[tof])] =
              static_cast<float>(factor * static_cast<double>(value[t]));
        }
      });
      at += static_cast<std::uint64_t>(count * format_.bytes);
    }
  }
  return values;
}

recon::Histogram StirSinogram::read_rows(const StirRows& rows) {
  std::vector<float> values = values_in_order(rows);  // first: a file that cannot be read costs nothing then
  recon::Histogram histogram = histogram_of(layout_, axes_, rows);
  histogram.counts = std::move(values);
  return histogram;
}

recon::Histogram StirSinogram::read_share(const recon::LorShare& share) { return read_rows({layout_, share}); }

/// Of two views or more, across each other, and of these LORs evenly spread.
recon::Histogram StirSinogram::read_sample(std::int64_t enough_lors) {
  const std::int64_t per_view = std::max<std::int64_t>(1, layout_.num_lors() / layout_.views);
  const std::int64_t views =
      std::clamp(enough_lors / per_view, std::min<std::int64_t>(2, layout_.views), layout_.views);
  const std::int64_t step = views * per_view / std::max<std::int64_t>(1, enough_lors);
  const auto share = static_cast<int>(std::max<std::int64_t>(1, step));
  return read_rows({layout_, {share, 0}, layout_.views / views});
}

recon::Scanner scanner_of(const StirSinogramLayout& layout, const StirAxes& axes) {
  CrystalRings rings{.name = layout.scanner.name,
                     .rings = layout.scanner.rings,
                     .per_ring = layout.scanner.detectors,
                     .place_mm = stir_crystals_mm(layout.scanner),
                     .crystals_per_block = layout.scanner.crystals_per_block};
  std::ranges::transform(rings.place_mm, rings.place_mm.begin(), [&](const Vec3& place) { return axes.lps(place); });
  if (layout.tof) {
    rings.tof_bins = bins_of(*layout.tof);
  }
  return scanner_of_rings(rings);
}

recon::Histogram empty_histogram(const StirSinogramLayout& layout, const StirAxes& axes, const recon::LorShare& share) {
  recon::Histogram histogram = histogram_of(layout, axes, StirRows(layout, share));
  histogram.counts.assign(static_cast<std::size_t>(histogram.num_bins()), 0);
  return histogram;
}

}  // namespace coincide::io
