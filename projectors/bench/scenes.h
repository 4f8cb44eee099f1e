#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projectors/bench/dmi_geometry.h"
#include "projectors/geometry.h"

namespace coincide::projectors::bench {

/// Lines of response in the order they are projected in, with a TOF bin each if they are events, and the image they run
/// through.
struct Scene {
  std::string order{};
  ImageGrid grid{};
  std::vector<float> start_mm{}, end_mm{};            ///< three values per LOR
  std::vector<std::int16_t> tof_bins{};               ///< one per LOR; empty for a sinogram
  std::vector<float> sigma_mm{}, center_offset_mm{};  ///< of TOF, one per LOR; empty: those of dmi_tof_bins() for all
  std::vector<float> image{};                         ///< what is forward projected when timing

  Lors lors() const { return {start_mm.data(), end_mm.data(), count()}; }
  std::int64_t count() const { return static_cast<std::int64_t>(start_mm.size() / 3); }
  bool is_sinogram() const { return tof_bins.empty(); }
  bool has_tof_per_lor() const { return !sigma_mm.empty(); }
  TofBins bins() const;
  TofEvents events() const { return {bins(), tof_bins.data()}; }

  void reserve(std::int64_t count);
  void add(const PointPair& lor);
  void add(const PointPair& lor, std::int16_t tof_bin);
  /// Appends LOR number `lor` of another scene, with all that belongs to it.
  void add(const Scene& other, std::int64_t lor);
  /// Gives every LOR a TOF resolution within 20 % of the DMI's and a centre offset of up to 10 mm, drawn at random:
  /// what parameters per LOR cost. The events stay those of one resolution.
  void draw_tof_per_lor();
};

/// Evenly spaced runs of neighbours out of `total` items, or all items where they are not more than the runs hold.
class Chunks {
 public:
  Chunks(std::int64_t total, std::int64_t num_chunks, std::int64_t chunk_size);
  std::int64_t count() const { return num_chunks_ * chunk_size_; }
  /// The item that comes at place `i`, 0 to count() - 1.
  std::int64_t operator[](std::int64_t i) const;

 private:
  std::int64_t total_, num_chunks_, chunk_size_;
};

inline constexpr std::array<std::string_view, 6> sinogram_orders = {"PVR", "PRV", "VPR", "VRP", "RPV", "RVP"};
inline constexpr std::string_view arrival_order = "arrival";  ///< events as they come
inline constexpr std::string_view sorted_order = "sorted";    ///< the same events by direction, slope, radial, axial
inline constexpr std::string_view random_order = "random";    ///< random LORs through a long-axial image

/// LORs of the DMI's sinogram subset, in one of `sinogram_orders`.
Scene sinogram_scene(const DmiGeometry& scanner, std::string_view order, std::int64_t num_chunks,
                     std::int64_t chunk_size);

/// Coincidences of the DMI with emissions in a cylinder of 150 mm radius that lies off centre and is longer than the
/// scanner. Each has the pair of crystals its photons hit and the TOF bin of its position, blurred by the resolution.
Scene event_scene(const DmiGeometry& scanner, std::int64_t num_events);

/// The scene with its events by principal direction, transaxial slope, radial and axial position.
Scene sorted_events(const Scene& scene, int symmetry_axis);

/// Random LORs of a cylindrical scanner around an image of voxels of 1.65 mm whose last axis is the scanner's, all
/// through the circle inside the image's square, with TOF bins around the middle of the LOR.
Scene random_scene(const std::array<std::int64_t, 3>& image_shape, std::int64_t num_lors);

/// Part of a scene, without its image.
Scene subset(const Scene& scene, const Chunks& chunks);

}  // namespace coincide::projectors::bench
