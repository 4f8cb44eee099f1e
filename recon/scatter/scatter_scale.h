#pragma once

#include <optional>
#include <span>
#include <vector>

namespace coincide::recon {

/// What single scatter is multiplied by, along the axis of the scanner: linear between places, constant beyond.
class ScatterScale {
 public:
  explicit ScatterScale(double everywhere = 1) : axial_mm_{0}, factor_{everywhere} {}
  ScatterScale(std::vector<double> axial_mm, std::vector<double> factors)
      : axial_mm_(std::move(axial_mm)), factor_(std::move(factors)) {}

  double at(double axial_mm) const;
  const std::vector<double>& axial_mm() const { return axial_mm_; }
  const std::vector<double>& factors() const { return factor_; }
  ScatterScale times(double factor) const;
  double lowest() const;
  double highest() const;

 private:
  std::vector<double> axial_mm_;  ///< ascending
  std::vector<double> factor_;
};

/// A cell in the tails, where nothing but scatter and randoms is measured.
struct TailCell {
  double axial_mm;    ///< of the LOR's middle
  double scatter;     ///< expected of single scatter [counts]
  double counts = 0;  ///< measured
  double others = 0;  ///< expected randoms
};

/// Expected single scatter in the tails that a scale can be trusted with.
inline constexpr double enough_tail_counts = 2000;
/// Sum over the cells.
double sum_of_scatter(std::span<const TailCell> cells);

/// Most likely scale from the cells with counts, which may be a part of all, and the expected scatter of all that can
/// be measured in the tails, a sample that is weighted to the same part. In groups along the axis with 2000
/// expected counts or more each, and smoothed over these; one group where fewer are expected in all, none where these
/// are less than 300.
std::optional<ScatterScale> scale_from_tails(std::span<const TailCell> measured, std::span<const TailCell> expected);

}  // namespace coincide::recon
