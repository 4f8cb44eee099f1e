#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gui/model/layer.h"
#include "gui/model/subject.h"
#include "gui/model/value_window.h"
#include "recon/data/suv.h"
#include "recon/slice.h"

namespace coincide::gui {

/// What is shown beside two images, A and B.
enum class Combination { none, difference, ratio, checkerboard, blend };

/// Another image, B, beside the one that is shown, A.
struct Comparison {
  Subject subject;
  Layer other;  ///< on a straight grid of its own
  /// Its image as it was handed in, and what makes SUV of it: `other` follows the units that are shown. Null: it stays.
  std::shared_ptr<const recon::Image> measured = {};
  recon::SuvFactor suv = {};
  Combination combination = Combination::difference;
  double part_of_b = 0.5;  ///< of a blend
};

/// The slices that a view can show.
enum class SliceContent { image, other, combined };

/// Colours, and the values of the first and the last one.
struct ColourScale {
  std::string colour_map;
  ValueWindow window;
  std::string unit;
};

/// Of A and B: else their difference has none.
bool has_one_unit(const Comparison& comparison, const recon::Image& a);

/// B between its voxels at the middles of A's voxels, as slice_of() orders them; not a number beside it.
recon::Slice other_slice(const Comparison& comparison, const recon::ImageGrid& grid, int axis, std::int64_t index);

/// A - B; A / B, not a number where B is 0; A and B by turns in squares of an eighth of the longer side; or
/// (1 - part_of_b) A + part_of_b B: of slices of one size. no_number where one of them is.
recon::Slice combined_slice(const Comparison& comparison, recon::Slice a, const recon::Slice& b);

/// As A is shown; a difference around 0, as far as all but a thousandth of the voxels go, and a ratio around 1, both
/// from blue over white to red.
ColourScale combined_scale(const Comparison& comparison, const recon::Image& a, const ColourScale& of_a);

}  // namespace coincide::gui
