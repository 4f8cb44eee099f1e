#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>
#include <stdexcept>

#include "recon/data/histogram.h"
#include "support/interfile.h"

namespace coincide::tests {

/// Where the LORs of STIR's projection data run on a cylindrical scanner, one thin line per bin, in STIR's axes with
/// z = 0 in the scanner's middle. Data in the order segment, view, axial, tangential; not arc-corrected.
class StirGeometry {
 public:
  explicit StirGeometry(const Interfile& file)
      : views_(file.count("matrix size [3]")),
        tangential_(file.count("matrix size [1]")),
        axial_(file.numbers("matrix size [2]")),
        least_difference_(file.numbers("minimum ring difference per segment")),
        most_difference_(file.numbers("maximum ring difference per segment")),
        detectors_(file.number("Number of detectors per ring")),
        radius_mm_(10 *
                   (file.number("Inner ring diameter (cm)") / 2 + file.number("Average depth of interaction (cm)"))),
        ring_mm_(10 * file.number("Distance between rings (cm)")),
        tilt_(file.number("View offset (degrees)") * std::numbers::pi / 180) {
    if (file.text("matrix axis label [3]") != "view" || file.text("applied corrections") != "{None}") {
      throw std::runtime_error("only data by view that are not arc-corrected can be read");
    }
  }

  /// Adds the LORs with their views, from P2 to P1: STIR's TOF counts towards P1.
  void add_lors(recon::Histogram& histogram) const {
    for (std::size_t segment = 0; segment < axial_.size(); ++segment) {
      for (std::int64_t view = 0; view < views_; ++view) {
        for (std::int64_t axial = 0; axial < static_cast<std::int64_t>(axial_[segment]); ++axial) {
          for (std::int64_t t = 0; t < tangential_; ++t) {
            add_lor(segment, view, axial, t - tangential_ / 2, histogram);
          }
        }
      }
    }
  }

 private:
  void add_lor(std::size_t segment, std::int64_t view, std::int64_t axial, std::int64_t tangential,
               recon::Histogram& histogram) const {
    const double pi = std::numbers::pi;
    const double mash = detectors_ / (2.0 * static_cast<double>(views_));
    const double phi =
        tilt_ + static_cast<double>(view) * pi / static_cast<double>(views_) + (mash - 1) / 2 * 2 * pi / detectors_;
    const double s = radius_mm_ * std::sin(static_cast<double>(tangential) * pi / detectors_);
    const double a = std::sqrt(radius_mm_ * radius_mm_ - s * s);
    const double step = least_difference_[segment] == most_difference_[segment] ? ring_mm_ : ring_mm_ / 2;
    const double m = (static_cast<double>(axial) - (axial_[segment] - 1) / 2) * step;
    const double rise = (least_difference_[segment] + most_difference_[segment]) / 2 * ring_mm_ / 2;
    const auto add_point = [&](double along, double z) {
      histogram.point_mm.push_back({static_cast<float>(s * std::cos(phi) + along * std::sin(phi)),
                                    static_cast<float>(s * std::sin(phi) - along * std::cos(phi)),
                                    static_cast<float>(z)});
      return static_cast<std::uint32_t>(histogram.point_mm.size() - 1);
    };
    histogram.start.push_back(add_point(-a, m + rise));
    histogram.end.push_back(add_point(a, m - rise));
    histogram.view.push_back(static_cast<std::uint32_t>(view));
  }

  std::int64_t views_, tangential_;
  std::vector<double> axial_, least_difference_, most_difference_;
  double detectors_, radius_mm_, ring_mm_, tilt_;
};

/// Projection data that STIR wrote (.hs and .s); m is 1, b is 0.
inline recon::Histogram read_stir_histogram(const std::filesystem::path& header) {
  const Interfile file(header);
  recon::Histogram histogram;
  StirGeometry(file).add_lors(histogram);
  if (file.has("TOF mashing factor")) {
    constexpr double mm_per_ps = 0.299792458 / 2;
    const double width_mm =
        file.number("TOF mashing factor") * file.number("Size of unmashed TOF time bins (ps)") * mm_per_ps;
    const double fwhm_mm = file.number("TOF timing resolution (ps)") * mm_per_ps;
    histogram.tof = {.num_bins = static_cast<std::int32_t>(file.count("matrix size [5]")),
                     .bin_width_mm = static_cast<float>(width_mm),
                     .sigma_mm = static_cast<float>(fwhm_mm / 2.35482),
                     .num_sigmas = 6};
  }
  const std::vector<float> values = file.values();
  const auto bins = static_cast<std::size_t>(histogram.num_bins());
  if (values.size() != bins) {
    throw std::runtime_error(header.string() + " is damaged");
  }
  const auto per_lor = static_cast<std::size_t>(histogram.bins_per_lor());
  histogram.counts.resize(bins);
  for (std::size_t i = 0; i < bins; ++i) {  // TOF is the slowest axis there
    histogram.counts[i % (bins / per_lor) * per_lor + i / (bins / per_lor)] = values[i];
  }
  histogram.factor.assign(bins, 1);
  histogram.additive.assign(bins, 0);
  return histogram;
}

}  // namespace coincide::tests
