#include "projectors/bench/projection.h"

#include <algorithm>
#include <variant>

#include "projectors/bench/listmode.h"
#include "projectors/bench/plane_count.h"
#include "projectors/bench/random.h"
#include "projectors/device_floats.h"

namespace coincide::projectors::bench {
namespace {

std::variant<NoTof, TofBins, TofEvents> tof_of(const Function& function, const PlacedScene& scene) {
  switch (function.tof) {
    case TofMode::sinogram:
      return scene.bins();
    case TofMode::listmode:
      return scene.events();
    default:
      return NoTof{};
  }
}

std::vector<float> make_input(const Scene& scene, const Function& function, Contents contents) {
  const bool from_image = function.operation == Operation::forward;
  if (from_image && contents == Contents::upstream) {
    return {};  // that of the scene: no second copy of a large image
  }
  const std::int64_t size = from_image ? scene.grid.num_voxels() : scene.count() * values_per_lor(function);
  return contents == Contents::varied ? varied_values(size) : std::vector<float>(static_cast<std::size_t>(size), 1.0f);
}

std::int64_t result_size(const Scene& scene, const Function& function) {
  return function.operation == Operation::back ? scene.grid.num_voxels() : scene.count() * values_per_lor(function);
}

/// One of the projector's six functions.
class OneWay final : public Projection {
 public:
  OneWay(const PlacedScene& scene, const Function& function, const ProjectorOptions& options, Contents contents)
      : scene_(scene),
        function_(function),
        projector_(scene.scene().grid, options),
        input_(make_input(scene.scene(), function, contents)),
        placed_input_(input_, scene.device()),
        result_(scene.device(), result_size(scene.scene(), function)) {}

  /// Zeroes the result, to which back projections add.
  void clear() override { result_.clear(); }

  void run() override {
    const float* input = input_.empty() ? scene_.image() : placed_input_.data();
    const auto project = [&](const auto& tof) {
      if (function_.operation == Operation::forward) {
        projector_.forward(scene_.lors(), tof, input, result_.data());
      } else {
        projector_.back(scene_.lors(), tof, input, result_.data());
      }
    };
    std::visit(project, tof_of(function_, scene_));
    wait_for(projector_.options().device);
  }

  std::vector<float> result() const override {
    std::vector<float> values(static_cast<std::size_t>(result_.size()));
    result_.download(values.data());
    return values;
  }

 private:
  const PlacedScene& scene_;
  Function function_;
  Projector projector_;
  std::vector<float> input_;  ///< empty: the scene's image
  DeviceCopy<float> placed_input_;
  DeviceFloats result_;
};

}  // namespace

bool applies(const Function& function, const Scene& scene) {
  return function.tof == TofMode::none || (function.tof == TofMode::sinogram) == scene.is_sinogram();
}

std::string_view tof_name(const Function& function, const Scene& scene) {
  if (function.tof == TofMode::none) {
    return "none";
  }
  return scene.has_tof_per_lor() ? "per-lor" : "constant";
}

std::int64_t values_per_lor(const Function& function) {
  return function.tof == TofMode::sinogram ? dmi_tof_bins().num_bins : 1;
}

std::int64_t count_planes(const Function& function, const Scene& scene) {
  const std::int64_t one_way = function.tof == TofMode::listmode
                                   ? count_planes(scene.grid, scene.lors(), scene.events())
                                   : count_planes(scene.grid, scene.lors());
  return function.both_ways() ? 2 * one_way : one_way;
}

double touched_bytes(const Function& function, const Scene& scene, std::int64_t planes) {
  const double forward = 16, back = 32;
  const double per_plane = function.both_ways()                       ? 0.5 * (forward + back)
                           : function.operation == Operation::forward ? forward
                                                                      : back;
  const double per_lor = 24 + (function.tof == TofMode::listmode ? 2 : 0) +
                         (function.tof != TofMode::none && scene.has_tof_per_lor() ? 8 : 0) +
                         4 * static_cast<double>(values_per_lor(function));
  return per_plane * static_cast<double>(planes) + per_lor * static_cast<double>(scene.count());
}

std::vector<float> varied_values(std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  Random random(3);
  std::generate(values.begin(), values.end(), [&] { return static_cast<float>(random.uniform(0.5, 1.5)); });
  return values;
}

std::unique_ptr<Projection> make_projection(const PlacedScene& scene, const Function& function,
                                            const ProjectorOptions& options, Contents contents) {
  const bool gpu = options.device.kind == DeviceKind::cuda;
  switch (function.operation) {
    case Operation::step:
      return gpu ? make_gpu_listmode_step(scene, options, contents)
                 : make_listmode_step(scene.scene(), options, contents);
    case Operation::osem_iteration:
      return gpu ? make_gpu_osem_iteration(scene.scene(), options) : make_osem_iteration(scene.scene(), options);
    default:
      return std::make_unique<OneWay>(scene, function, options, contents);
  }
}

}  // namespace coincide::projectors::bench
