#include "gui/model/scene_state.h"

#include <cmath>

namespace coincide::gui {
namespace {

SceneOptions fitting(SceneOptions options, const JobGeometry* geometry) {
  if (options.fan && (geometry == nullptr || *options.fan >= geometry->scanner.num_crystals())) {
    options.fan.reset();
  }
  return options;
}

}  // namespace

void SceneState::set_geometry(std::shared_ptr<const JobGeometry> geometry) {
  geometry_ = std::move(geometry);
  options_ = fitting(options_, geometry_.get());
  listeners_.call();
}

void SceneState::set_data(std::shared_ptr<const io::DataSummary> data) {
  data_ = std::move(data);
  listeners_.call();
}

const recon::EventBlock* SceneState::sample() const {
  if (!data_ || !geometry_) {
    return nullptr;
  }
  const recon::Scanner& scanner = geometry_->scanner;
  const bool fits = data_->prompts_per_crystal.size() == scanner.num_crystals() &&
                    data_->prompts_per_tof_bin.size() == (scanner.has_tof() ? scanner.tof_bins.size() : 0);
  return fits ? &data_->sample : nullptr;
}

void SceneState::set_options(const SceneOptions& options) {
  if (const SceneOptions wanted = fitting(options, geometry_.get()); wanted != options_) {
    options_ = wanted;
    listeners_.call();
  }
}

std::vector<std::uint32_t> fan_of(const JobGeometry& geometry, std::uint32_t crystal, std::size_t most) {
  std::vector<std::uint32_t> partners;
  const recon::Scanner& scanner = geometry.scanner;
  const auto are_in_coincidence = [&](std::uint32_t a, std::uint32_t b) {
    return scanner.tof_range(scanner.crystal_type[a], scanner.crystal_type[b]).count > 0 &&
           geometry.efficiencies.in_coincidence(scanner, a, b);
  };
  for (std::uint32_t other = 0; other < scanner.num_crystals(); ++other) {
    if (other != crystal && (are_in_coincidence(crystal, other) || are_in_coincidence(other, crystal))) {
      partners.push_back(other);
    }
  }
  if (partners.size() > most) {
    std::vector<std::uint32_t> chosen(most);
    for (std::size_t i = 0; i < most; ++i) {
      chosen[i] = partners[i * partners.size() / most];
    }
    return chosen;
  }
  return partners;
}

recon::Vec3 place_of(const recon::Scanner& scanner, const recon::EventBlock& sample, std::size_t event) {
  const recon::Vec3& a = scanner.crystal_centre_mm[sample.crystal_a[event]];
  const recon::Vec3& b = scanner.crystal_centre_mm[sample.crystal_b[event]];
  const float length = std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  const float part = 0.5F + (length > 0 ? scanner.tof_bins[sample.tof_bin[event]].centre_mm / length : 0.0F);
  return {a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]), a[2] + part * (b[2] - a[2])};
}

}  // namespace coincide::gui
