#include "projectors/bench/placed_scene.h"

namespace coincide::projectors::bench {

PlacedScene::PlacedScene(const Scene& scene, Device device)
    : scene_(scene),
      device_(device),
      one_sigma_mm_{dmi_tof_bins().sigma_mm[0]},
      start_mm_(scene.start_mm, device),
      end_mm_(scene.end_mm, device),
      sigma_mm_(scene.has_tof_per_lor() ? scene.sigma_mm : one_sigma_mm_, device),
      center_offset_mm_(scene.center_offset_mm, device),
      image_(scene.image, device),
      tof_bins_(scene.tof_bins, device) {}

TofBins PlacedScene::bins() const {
  TofBins bins = scene_.bins();
  bins.sigma_mm = sigma_mm_.data();
  bins.center_offset_mm = center_offset_mm_.data();
  return bins;
}

}  // namespace coincide::projectors::bench
