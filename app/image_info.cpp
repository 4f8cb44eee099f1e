#include "app/image_info.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "io/image_file.h"

namespace coincide::app {
namespace {

std::string line(const char* name, const std::string& value) { return fmt::format("{:<13} {}\n", name, value); }

/// "x to the left": the patient's direction that an axis of the file is nearest to.
std::string direction_of(const Eigen::Vector3d& axis) {
  constexpr std::array<std::array<const char*, 2>, 3> names{{{"right", "left"}, {"front", "back"}, {"feet", "head"}}};
  int nearest = 0;
  axis.cwiseAbs().maxCoeff(&nearest);
  const double degrees = std::acos(std::min(1.0, std::abs(axis[nearest]) / axis.norm())) * 180 / std::numbers::pi;
  const std::string name = names[static_cast<std::size_t>(nearest)][axis[nearest] > 0 ? 1 : 0];
  return degrees < 0.05 ? name : fmt::format("{} ({:.1f} degrees off)", name, degrees);
}

std::string place_text(const io::PlacedSeries& placed) {
  const auto& shape = placed.series.grid.shape;
  const Eigen::Matrix3d steps = placed.index_to_mm.linear();
  std::string text = line("Size", fmt::format("{} x {} x {} voxels of {:.6g} x {:.6g} x {:.6g} mm", shape[0], shape[1],
                                              shape[2], steps.col(0).norm(), steps.col(1).norm(), steps.col(2).norm()));
  text += line("Orientation", placed.orientation);
  text += line("", fmt::format("axes of the file run to the {}, {}, {}", direction_of(steps.col(0)),
                               direction_of(steps.col(1)), direction_of(steps.col(2))));
  const Eigen::Vector3d last(static_cast<double>(shape[0] - 1), static_cast<double>(shape[1] - 1),
                             static_cast<double>(shape[2] - 1));
  const auto place = [&](const Eigen::Vector3d& index) {
    const Eigen::Vector3d mm = placed.index_to_mm * index;
    return fmt::format("({:.2f}, {:.2f}, {:.2f})", mm[0], mm[1], mm[2]);
  };
  return text + line("Place", fmt::format("first voxel {}, last {}, middle {} mm (LPS)", place(Eigen::Vector3d::Zero()),
                                          place(last), place(0.5 * last)));
}

/// Of all frames. What is not finite is counted apart.
std::string values_text(const recon::ImageSeries& series) {
  float smallest = INFINITY, largest = -INFINITY;
  double sum = 0;
  std::uint64_t finite = 0, others = 0;
  for (const recon::SeriesFrame& frame : series.frames) {
    for (const float value : frame.values) {
      if (!std::isfinite(value)) {
        ++others;
        continue;
      }
      ++finite;
      sum += value;
      smallest = std::min(smallest, value);
      largest = std::max(largest, value);
    }
  }
  std::string text =
      finite == 0 ? "none that are finite"
                  : fmt::format("{:.6g} to {:.6g}, mean {:.6g}", smallest, largest, sum / static_cast<double>(finite));
  return text + (others > 0 && finite > 0 ? fmt::format("; {} are not finite", others) : "");
}

std::string frames_text(const recon::ImageSeries& series) {
  if (!series.parameters.empty()) {
    return line("Parameters", fmt::format("{}", fmt::join(series.parameters, ", ")));
  }
  const std::string count = series.frames.size() == 1 ? "1" : fmt::format("{}", series.frames.size());
  if (!series.has_times()) {
    return line("Frames", count + ", whose times are not known");
  }
  std::string text = line("Frames", count);
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    const recon::SeriesFrame& frame = series.frames[i];
    text += fmt::format("  {:<11} {:g} s, lasts {:g} s{}\n", i + 1, frame.start_s, frame.duration_s,
                        series.decay_corrected ? fmt::format(", decay factor {:.6g}", frame.decay_factor) : "");
  }
  if (series.decay_corrected) {
    text += line("Decay", fmt::format("corrected to {:g} s", series.reference_s));
  }
  return text;
}

}  // namespace

std::string image_info_text(const std::filesystem::path& path) {
  const io::PlacedSeries placed = io::read_placed_series(path);
  const recon::ImageSeries& series = placed.series;
  std::string text = line("Image", path.string()) + place_text(placed);
  text += line("Unit", series.unit.empty() ? "not stated" : series.unit);
  if (series.tube_kv > 0) {
    text += line("Tube voltage", fmt::format("{:g} kV", series.tube_kv));
  }
  text += line("Values", values_text(series)) + frames_text(series);
  if (!series.description.empty()) {
    text += line("Description", series.description);
  }
  for (const std::string& warning : placed.warnings) {
    text += line("Warning", warning);
  }
  return text;
}

}  // namespace coincide::app
