#include "projectors/bench/projection.h"

#include <algorithm>
#include <variant>

#include "projectors/bench/plane_count.h"
#include "projectors/bench/random.h"

namespace coincide::projectors::bench {
namespace {

std::variant<NoTof, TofBins, TofEvents> tof_of(const Function& function, const Scene& scene) {
  switch (function.tof) {
    case TofMode::sinogram:
      return dmi_tof_bins();
    case TofMode::listmode:
      return scene.events();
    default:
      return NoTof{};
  }
}

std::vector<float> make_input(const Scene& scene, const Function& function, Contents contents) {
  const bool from_image = function.direction == Direction::forward;
  if (from_image && contents == Contents::upstream) {
    return {};  // that of the scene: no second copy of a large image
  }
  const std::int64_t size = from_image ? scene.grid.num_voxels() : scene.count() * values_per_lor(function);
  std::vector<float> input(static_cast<std::size_t>(size), 1.0f);
  if (contents == Contents::varied) {
    Random random(3);
    std::generate(input.begin(), input.end(), [&] { return static_cast<float>(random.uniform(0.5, 1.5)); });
  }
  return input;
}

}  // namespace

bool applies(const Function& function, const Scene& scene) {
  return function.tof == TofMode::none || (function.tof == TofMode::sinogram) == scene.is_sinogram();
}

std::int64_t values_per_lor(const Function& function) {
  return function.tof == TofMode::sinogram ? dmi_tof_bins().num_bins : 1;
}

std::int64_t count_planes(const Function& function, const Scene& scene) {
  return function.tof == TofMode::listmode ? count_planes(scene.grid, scene.lors(), scene.events())
                                           : count_planes(scene.grid, scene.lors());
}

double touched_bytes(const Function& function, std::int64_t lors, std::int64_t planes) {
  const double per_plane = function.direction == Direction::forward ? 16 : 32;
  const double per_lor =
      24 + (function.tof == TofMode::listmode ? 2 : 0) + 4 * static_cast<double>(values_per_lor(function));
  return per_plane * static_cast<double>(planes) + per_lor * static_cast<double>(lors);
}

Projection::Projection(const Scene& scene, const Function& function, const ProjectorOptions& options, Contents contents)
    : scene_(scene),
      function_(function),
      projector_(scene.grid, options),
      input_(make_input(scene, function, contents)) {
  const bool to_image = function.direction == Direction::back;
  result_.resize(
      static_cast<std::size_t>(to_image ? scene.grid.num_voxels() : scene.count() * values_per_lor(function)));
}

void Projection::clear() { std::fill(result_.begin(), result_.end(), 0.0f); }

void Projection::run() {
  const float* input = input_.empty() ? scene_.image.data() : input_.data();
  const auto project = [&](const auto& tof) {
    if (function_.direction == Direction::forward) {
      projector_.forward(scene_.lors(), tof, input, result_.data());
    } else {
      projector_.back(scene_.lors(), tof, input, result_.data());
    }
  };
  std::visit(project, tof_of(function_, scene_));
}

}  // namespace coincide::projectors::bench
