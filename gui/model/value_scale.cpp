#include "gui/model/value_scale.h"

#include <utility>

namespace coincide::gui {

ValueScale scale_of(const recon::Image& image, const recon::SuvFactor& suv, const UnitChoice& choice) {
  if (image.unit == "Bq/mL" && choice.in_suv && suv.factor > 0) {
    return {.factor = suv.factor, .unit = suv.unit};
  }
  if (image.unit == "Bq/mL" && choice.in_kilo_bq) {
    return {.factor = 1e-3, .unit = "kBq/mL"};
  }
  return {.factor = 1, .unit = image.unit};
}

std::shared_ptr<const recon::Image> in_scale(const std::shared_ptr<const recon::Image>& image,
                                             const ValueScale& scale) {
  if (image == nullptr || (scale.factor == 1 && scale.unit == image->unit)) {
    return image;
  }
  auto scaled = std::make_shared<recon::Image>(*image);
  scaled->unit = scale.unit;
  for (float& value : scaled->values) {
    value = static_cast<float>(scale.factor * value);
  }
  return scaled;
}

std::vector<Roi> in_scale(std::vector<Roi> rois, double factor) {
  for (Roi& roi : rois) {
    roi.threshold *= factor;
  }
  return rois;
}

}  // namespace coincide::gui
