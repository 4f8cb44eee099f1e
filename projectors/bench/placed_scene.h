#pragma once

#include "projectors/bench/device_arrays.h"
#include "projectors/bench/scenes.h"

namespace coincide::projectors::bench {

/// A scene with its arrays in memory of a device. The scene must outlive it.
class PlacedScene {
 public:
  PlacedScene(const Scene& scene, Device device);
  PlacedScene(const PlacedScene&) = delete;
  PlacedScene& operator=(const PlacedScene&) = delete;

  const Scene& scene() const { return scene_; }
  Device device() const { return device_; }

  // As those of the scene.
  Lors lors() const { return {start_mm_.data(), end_mm_.data(), scene_.count()}; }
  TofBins bins() const;
  TofEvents events() const { return {bins(), tof_bins_.data()}; }
  const float* image() const { return image_.data(); }

 private:
  const Scene& scene_;
  Device device_;
  std::vector<float> one_sigma_mm_;  ///< of all LORs
  DeviceCopy<float> start_mm_, end_mm_, sigma_mm_, center_offset_mm_, image_;
  DeviceCopy<std::int16_t> tof_bins_;
};

}  // namespace coincide::projectors::bench
