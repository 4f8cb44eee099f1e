#include "projectors/bench/scenes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/bench/random.h"

namespace coincide::projectors::bench {
namespace {

constexpr double random_voxel_mm = 1.65;

/// A LOR between random axial positions on a cylinder of the radius, uniform in transaxial angle and distance from the
/// axis.
PointPair random_lor(Random& random, double radius_mm, double max_distance_mm, double half_length_mm) {
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const double opening = std::acos(random.uniform(-max_distance_mm, max_distance_mm) / radius_mm);
  const auto point = [&](double at) {
    return Point{static_cast<float>(radius_mm * std::cos(at)), static_cast<float>(radius_mm * std::sin(at)),
                 static_cast<float>(random.uniform(-half_length_mm, half_length_mm))};
  };
  return {point(angle - opening), point(angle + opening)};
}

}  // namespace

TofBins Scene::bins() const {
  TofBins bins = dmi_tof_bins();
  if (has_tof_per_lor()) {
    bins.sigma_mm = sigma_mm.data();
    bins.sigma_per_lor = true;
    bins.center_offset_mm = center_offset_mm.data();
    bins.center_offset_per_lor = true;
  }
  return bins;
}

void Scene::reserve(std::int64_t count) {
  start_mm.reserve(static_cast<std::size_t>(3 * count));
  end_mm.reserve(static_cast<std::size_t>(3 * count));
}

void Scene::add(const PointPair& lor) {
  start_mm.insert(start_mm.end(), lor.start.begin(), lor.start.end());
  end_mm.insert(end_mm.end(), lor.end.begin(), lor.end.end());
}

void Scene::add(const PointPair& lor, std::int16_t tof_bin) {
  add(lor);
  tof_bins.push_back(tof_bin);
}

void Scene::add(const Scene& other, std::int64_t lor) {
  const auto start = other.start_mm.begin() + 3 * lor;
  const auto end = other.end_mm.begin() + 3 * lor;
  start_mm.insert(start_mm.end(), start, start + 3);
  end_mm.insert(end_mm.end(), end, end + 3);
  if (!other.tof_bins.empty()) {
    tof_bins.push_back(other.tof_bins[lor]);
  }
  if (other.has_tof_per_lor()) {
    sigma_mm.push_back(other.sigma_mm[lor]);
    center_offset_mm.push_back(other.center_offset_mm[lor]);
  }
}

void Scene::draw_tof_per_lor() {
  const double mean_sigma_mm = dmi_tof_bins().sigma_mm[0];
  Random random(4);
  sigma_mm.resize(static_cast<std::size_t>(count()));
  center_offset_mm.resize(sigma_mm.size());
  for (std::size_t i = 0; i < sigma_mm.size(); ++i) {
    sigma_mm[i] = static_cast<float>(mean_sigma_mm * random.uniform(0.8, 1.2));
    center_offset_mm[i] = static_cast<float>(random.uniform(-10, 10));
  }
}

Chunks::Chunks(std::int64_t total, std::int64_t num_chunks, std::int64_t chunk_size)
    : total_(total), num_chunks_(num_chunks), chunk_size_(chunk_size) {
  if (num_chunks * chunk_size >= total) {
    num_chunks_ = 1;
    chunk_size_ = total;
  }
}

std::int64_t Chunks::operator[](std::int64_t i) const {
  const std::int64_t chunk = i / chunk_size_;
  return chunk * total_ / num_chunks_ + i % chunk_size_;
}

Scene sinogram_scene(const DmiGeometry& scanner, std::string_view order, std::int64_t num_chunks,
                     std::int64_t chunk_size) {
  Scene scene{.order = std::string(order), .grid = scanner.image_grid(), .image = scanner.box_image()};
  const Chunks chunks(DmiGeometry::num_lors, num_chunks, chunk_size);
  scene.reserve(chunks.count());
  for (std::int64_t i = 0; i < chunks.count(); ++i) {
    scene.add(scanner.sinogram_lor(order, chunks[i]));
  }
  return scene;
}

Scene random_scene(const std::array<std::int64_t, 3>& image_shape, std::int64_t num_lors) {
  Scene scene{.order = std::string(random_order)};
  double half_mm[3];
  for (int k = 0; k < 3; ++k) {
    half_mm[k] = 0.5 * random_voxel_mm * static_cast<double>(image_shape[k]);
    scene.grid.shape[k] = image_shape[k];
    scene.grid.voxel_size_mm[k] = static_cast<float>(random_voxel_mm);
    scene.grid.origin_mm[k] = static_cast<float>(0.5 * random_voxel_mm - half_mm[k]);
  }
  scene.image.assign(static_cast<std::size_t>(scene.grid.num_voxels()), 1.0f);

  constexpr double spread_mm = 70;  // of the annihilations around the middle of the LOR
  const TofBins bins = dmi_tof_bins();
  const int outer_bin = bins.num_bins / 2;
  Random random(2);
  const double radius_mm = std::hypot(half_mm[0], half_mm[1]);
  scene.reserve(num_lors);
  for (std::int64_t i = 0; i < num_lors; ++i) {
    const PointPair lor = random_lor(random, radius_mm, std::min(half_mm[0], half_mm[1]), half_mm[2]);
    const int bin = static_cast<int>(std::lround(random.normal(spread_mm) / bins.bin_width_mm));
    scene.add(lor, static_cast<std::int16_t>(std::clamp(bin, -outer_bin, outer_bin) + outer_bin));
  }
  return scene;
}

Scene subset(const Scene& scene, const Chunks& chunks) {
  Scene part{.order = scene.order, .grid = scene.grid};
  part.reserve(chunks.count());
  for (std::int64_t i = 0; i < chunks.count(); ++i) {
    part.add(scene, chunks[i]);
  }
  return part;
}

}  // namespace coincide::projectors::bench
