#include "gui/model/basic_settings.h"

#include <algorithm>
#include <array>

namespace coincide::gui {

bool is_basic(std::string_view setting) {
  static constexpr std::array<std::string_view, 27> basic{"input.data",
                                                          "frames.durations",
                                                          "simulation.phantom",
                                                          "simulation.scanner",
                                                          "simulation.duration_s",
                                                          "image.size",
                                                          "image.voxel_size_mm",
                                                          "corrections.attenuation",
                                                          "corrections.normalization",
                                                          "corrections.randoms",
                                                          "corrections.scatter",
                                                          "algorithm.name",
                                                          "algorithm.subsets",
                                                          "algorithm.tof",
                                                          "algorithm.psf_fwhm_mm",
                                                          "prior.name",
                                                          "prior.strength",
                                                          "prior.anatomical",
                                                          "stop.passes",
                                                          "quantification.half_life_s",
                                                          "quantification.branching_ratio",
                                                          "tracer.nuclide",
                                                          "output.folder",
                                                          "output.name",
                                                          "output.format",
                                                          "output.filter_fwhm_mm",
                                                          "compute.device"};
  return std::ranges::find(basic, setting) != basic.end();
}

}  // namespace coincide::gui
