// coincide_bench: how fast the projectors are, and whether the fast kernels agree with the plain ones.

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>

#include "projectors/bench/options.h"
#include "projectors/bench/report.h"
#include "projectors/error.h"

namespace coincide::projectors::bench {
namespace {

constexpr double allowed_error = 1e-4;

bool wants(const Options& options, std::string_view order) {
  return std::find(options.orders.begin(), options.orders.end(), order) != options.orders.end();
}

using Visit = std::function<void(const Scene&)>;

std::optional<Gpu> measured_gpu(const Options& options) {
  if (options.device.kind == DeviceKind::cpu) {
    return std::nullopt;
  }
  const std::vector<DeviceInfo> devices = available_devices();
  const auto info = std::ranges::find(devices, options.device, &DeviceInfo::device);
  return Gpu{options.device, info->name,
             measure_ceilings(options.device.index, DmiGeometry(options.symmetry_axis).image_grid().num_voxels(),
                              options.size.ceiling_effort)};
}

/// The scene with the TOF parameters that the options ask for.
Scene with_tof(const Options& options, Scene scene) {
  if (options.tof_per_lor) {
    scene.draw_tof_per_lor();
  }
  return scene;
}

/// One after the other, so that only one is in memory.
void visit_scenes(const Options& options, const Visit& visit) {
  const DmiGeometry scanner(options.symmetry_axis);
  for (const std::string_view order : sinogram_orders) {
    if (wants(options, order)) {
      visit(with_tof(options, sinogram_scene(scanner, order, options.size.num_chunks, options.size.chunk_size)));
    }
  }
  if (wants(options, arrival_order) || wants(options, sorted_order)) {
    Scene scene =
        with_tof(options, event_scene(scanner, options.events.empty() ? options.size.events : options.events[0]));
    if (wants(options, arrival_order)) {
      visit(scene);
    }
    if (wants(options, sorted_order)) {
      scene = sorted_events(scene, options.symmetry_axis);
      visit(scene);
    }
  }
  if (wants(options, random_order)) {
    const std::int64_t lors = options.events.empty() ? options.size.random_lors : options.events[0];
    visit(with_tof(options, random_scene(options.size.random_image, lors)));
  }
}

void visit_study_scenes(const Options& options, const Visit& visit) {
  for (const auto& image_size : options.image_sizes) {
    for (const std::int64_t events : options.events) {
      visit(with_tof(options, random_scene(image_size, events)));
    }
  }
}

std::vector<Measurement> measure_all(const Options& options, const std::optional<Gpu>& gpu, Table& table) {
  std::vector<Measurement> measurements;
  const Visit visit = [&](const Scene& scene) {
    const PlacedScene placed(scene, options.host_arrays ? Device{} : options.device);
    for (const Function& function : options.functions) {
      for (const int threads : options.threads) {
        if (applies(function, scene) && !(options.host_arrays && function.both_ways())) {
          const ProjectorOptions projector{.boundary = options.boundary,
                                           .device = options.device,
                                           .num_threads = threads,
                                           .instruction_set = options.instruction_set.value_or(best_instruction_set())};
          measurements.push_back(measure(placed, function, projector, options.size.effort));
          if (gpu) {
            compare_with_ceilings(gpu->ceilings, measurements.back());
          }
          table.add(measurements.back());
        }
      }
    }
  };
  options.image_sizes.empty() ? visit_scenes(options, visit) : visit_study_scenes(options, visit);
  return measurements;
}

void write_json_file(const Options& options, const Machine& machine, const std::optional<Gpu>& gpu,
                     const std::vector<Measurement>& measurements) {
  if (options.json.empty()) {
    return;
  }
  if (options.json == "-") {
    write_json(std::cout, machine, gpu, options, measurements);
    return;
  }
  std::ofstream file(options.json);
  write_json(file, machine, gpu, options, measurements);
  file.close();
  if (!file) {
    throw FileError("Cannot write the file " + options.json + ". Is the folder there, and the disk not full?");
  }
}

int run(const Options& options) {
  if (options.help) {
    std::cout << help_text();
    return 0;
  }
  const Machine machine = this_machine();
  const std::optional<Gpu> gpu = measured_gpu(options);
  Table table(options.json == "-" ? std::cerr : std::cout, machine, gpu, options);
  const std::vector<Measurement> measurements = measure_all(options, gpu, table);
  write_json_file(options, machine, gpu, measurements);
  if (measurements.empty()) {
    std::cerr << "coincide_bench: none of the functions applies to these orders: TOF sinograms go with PVR ... RVP, "
                 "listmode with arrival, sorted and random; from host arrays a GPU has neither listmode-step nor "
                 "osem-iteration.\n";
    return 2;
  }
  const auto wrong = [](const Measurement& m) { return m.reference && !(m.reference->max_error <= allowed_error); };
  if (std::any_of(measurements.begin(), measurements.end(), wrong)) {
    std::cerr << "coincide_bench: results differ from those of the scalar kernels by more than " << allowed_error
              << " of the largest value; see the column 'max error'.\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace coincide::projectors::bench

int main(int argc, char** argv) {
  using namespace coincide::projectors::bench;
  try {
    return run(parse_options({argv + 1, argv + argc}));
  } catch (const coincide::InputError& error) {
    std::cerr << "coincide_bench: " << error.what() << "\nSee coincide_bench --help.\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "coincide_bench: " << error.what() << "\n";
    return 1;
  }
}
