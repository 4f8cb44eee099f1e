#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gui/model/roi.h"
#include "recon/data/suv.h"
#include "recon/image.h"

namespace coincide::gui {

/// What the values of an image are multiplied by to be shown, and the unit that they have then.
struct ValueScale {
  double factor = 1;
  std::string unit;
};

/// What the user wants to see in place of Bq/mL.
struct UnitChoice {
  bool in_suv = false;      ///< where it is known
  bool in_kilo_bq = false;  ///< else
  bool operator==(const UnitChoice&) const = default;
};

/// Of values in another unit than Bq/mL they themselves.
ValueScale scale_of(const recon::Image& image, const recon::SuvFactor& suv, const UnitChoice& choice);

/// The image itself where nothing is multiplied.
std::shared_ptr<const recon::Image> in_scale(const std::shared_ptr<const recon::Image>& image, const ValueScale& scale);

/// Their thresholds, where they are values, times the factor.
std::vector<Roi> in_scale(std::vector<Roi> rois, double factor);

}  // namespace coincide::gui
