#include "projectors/bench/report.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>

namespace coincide::projectors::bench {
namespace {

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string image_size(const ImageGrid& grid) {
  return std::to_string(grid.shape[0]) + "x" + std::to_string(grid.shape[1]) + "x" + std::to_string(grid.shape[2]);
}

std::string megabytes(std::int64_t bytes) { return fixed(1e-6 * static_cast<double>(bytes), 1); }

std::string_view kernels_name(const Measurement& m) {
  return m.device.kind == DeviceKind::cpu ? instruction_set_name(m.instruction_set) : "CUDA";
}

std::string error_text(const Measurement& m) {
  if (!m.reference) {
    return "-";
  }
  std::ostringstream text;
  text << std::scientific << std::setprecision(1) << m.reference->max_error;
  return text.str();
}

std::string share_text(const std::optional<double>& share) { return share ? fixed(100 * *share, 1) + " %" : "-"; }

/// Where a column belongs.
enum class Shown { always, study, on_cpu, study_on_cpu, on_gpu };

bool is_shown(Shown shown, bool study, bool gpu) {
  switch (shown) {
    case Shown::study:
      return study;
    case Shown::on_cpu:
      return !gpu;
    case Shown::study_on_cpu:
      return study && !gpu;
    case Shown::on_gpu:
      return gpu;
    default:
      return true;
  }
}

struct Column {
  std::string_view title;
  int width;  ///< negative: to the left
  Shown shown;
  std::string (*text)(const Measurement&);
};

constexpr std::array<Column, 18> columns = {{
    {"function", -20, Shown::always, [](const Measurement& m) { return std::string(m.function.name); }},
    {"TOF", -8, Shown::always, [](const Measurement& m) { return std::string(m.tof); }},
    {"order", -7, Shown::always, [](const Measurement& m) { return m.order; }},
    {"image", 11, Shown::study, [](const Measurement& m) { return image_size(m.grid); }},
    {"kernels", -7, Shown::always, [](const Measurement& m) { return std::string(kernels_name(m)); }},
    {"threads", 7, Shown::on_cpu, [](const Measurement& m) { return std::to_string(m.threads); }},
    {"LORs", 8, Shown::always, [](const Measurement& m) { return std::to_string(m.lors); }},
    {"planes/LOR", 10, Shown::always,
     [](const Measurement& m) { return fixed(static_cast<double>(m.planes) / static_cast<double>(m.lors), 1); }},
    {"ms", 9, Shown::always, [](const Measurement& m) { return fixed(1e3 * m.timing.median_s, 2); }},
    {"ns/LOR", 9, Shown::always, [](const Measurement& m) { return fixed(m.ns_per_lor(), 1); }},
    {"ns/plane", 8, Shown::always, [](const Measurement& m) { return fixed(m.ns_per_plane(), 2); }},
    {"GB/s", 6, Shown::always, [](const Measurement& m) { return fixed(m.gigabytes_per_s(), 1); }},
    {"x scalar", 8, Shown::always,
     [](const Measurement& m) { return m.reference ? fixed(m.reference->speed_up, 2) : std::string("-"); }},
    {"max error", 9, Shown::always, error_text},
    {"of reads", 8, Shown::on_gpu, [](const Measurement& m) { return share_text(m.share_of_reads); }},
    {"of adds", 8, Shown::on_gpu, [](const Measurement& m) { return share_text(m.share_of_additions); }},
    {"peak MB", 8, Shown::study_on_cpu, [](const Measurement& m) { return megabytes(m.peak_bytes); }},
    {"scratch MB", 10, Shown::study_on_cpu, [](const Measurement& m) { return megabytes(m.scratch_bytes); }},
}};

template <class TextOf>
void write_line(std::ostream& stream, bool study, bool gpu, TextOf&& text_of) {
  const char* space = "";
  for (const Column& column : columns) {
    if (is_shown(column.shown, study, gpu)) {
      stream << space << (column.width < 0 ? std::left : std::right) << std::setw(std::abs(column.width))
             << text_of(column);
      space = "  ";
    }
  }
  stream << std::endl;  // a row may take minutes: show it when it is there
}

/// A JSON string.
std::string quoted(std::string_view text) {
  std::ostringstream json;
  json << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json << '\\' << c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json << "\\u" << std::hex << std::setw(4) << std::setfill('0') << static_cast<int>(c);
    } else {
      json << c;
    }
  }
  json << '"';
  return json.str();
}

/// A JSON number; null where JSON has none.
std::string number(double value) {
  if (!std::isfinite(value)) {
    return "null";
  }
  std::ostringstream json;
  json << std::setprecision(9) << value;
  return json.str();
}

std::string number(const std::optional<double>& value) { return value ? number(*value) : "null"; }

void write_timing(std::ostream& json, const Timing& timing) {
  json << "\"runs\": " << timing.runs << ", \"median_s\": " << number(timing.median_s)
       << ", \"min_s\": " << number(timing.min_s) << ", \"max_s\": " << number(timing.max_s);
}

void write_measurement(std::ostream& json, const Measurement& m) {
  json << "{\"function\": " << quoted(m.function.name) << ", \"tof\": " << quoted(m.tof)
       << ", \"order\": " << quoted(m.order) << ", \"image_shape\": [" << m.grid.shape[0] << ", " << m.grid.shape[1]
       << ", " << m.grid.shape[2] << "], \"device\": " << quoted(device_word(m.device)) << ", \"instruction_set\": "
       << (m.device.kind == DeviceKind::cpu ? quoted(instruction_set_name(m.instruction_set)) : "null")
       << ", \"threads\": " << m.threads << ", \"lors\": " << m.lors << ", \"planes\": " << m.planes << ", ";
  write_timing(json, m.timing);
  json << ", \"ns_per_lor\": " << number(m.ns_per_lor()) << ", \"ns_per_plane\": " << number(m.ns_per_plane())
       << ", \"gigabytes_per_s\": " << number(m.gigabytes_per_s()) << ", \"peak_bytes\": " << m.peak_bytes
       << ", \"scratch_bytes\": " << m.scratch_bytes << ", \"share_of_reads\": " << number(m.share_of_reads)
       << ", \"share_of_additions\": " << number(m.share_of_additions) << ", \"scalar\": ";
  if (!m.reference) {
    json << "null}";
    return;
  }
  json << "{\"lors\": " << m.reference->lors << ", \"planes\": " << m.reference->planes << ", ";
  write_timing(json, m.reference->timing);
  json << ", \"speed_up\": " << number(m.reference->speed_up) << ", \"max_error\": " << number(m.reference->max_error)
       << "}}";
}

void write_rates(std::ostream& json, const AdditionRates& rates) {
  json << "{\"consecutive\": " << number(rates.consecutive) << ", \"random\": " << number(rates.random) << "}";
}

void write_gpu(std::ostream& json, const std::optional<Gpu>& gpu, const Options& options) {
  if (!gpu) {
    json << "null";
    return;
  }
  const Ceilings& ceilings = gpu->ceilings;
  json << "{\"device\": " << quoted(device_word(gpu->device)) << ", \"name\": " << quoted(gpu->name)
       << ", \"arrays\": " << quoted(options.host_arrays ? "host" : "device")
       << ", \"ceilings\": {\"copy_gigabytes_per_s\": " << number(ceilings.copy_gigabytes_per_s)
       << ", \"read_gigabytes_per_s\": " << number(ceilings.read_gigabytes_per_s) << ", \"1e9_additions_per_s\": ";
  write_rates(json, ceilings.additions);
  json << ", \"1e9_pair_additions_per_s\": ";
  if (ceilings.has_pairs()) {
    write_rates(json, ceilings.pair_additions);
  } else {
    json << "null";
  }
  json << "}}";
}

std::string rates_text(const AdditionRates& rates) {
  return fixed(rates.consecutive, 1) + " consecutive, " + fixed(rates.random, 1) + " random";
}

void describe(std::ostream& stream, const Gpu& gpu, const Options& options) {
  const Ceilings& ceilings = gpu.ceilings;
  stream << "GPU: " << device_word(gpu.device) << ", " << gpu.name << "; arrays in "
         << (options.host_arrays ? "the host's" : "its") << " memory\n"
         << "  its memory, copied:      " << fixed(ceilings.copy_gigabytes_per_s, 1) << " GB/s read and written\n"
         << "  an image, read (L2):     " << fixed(ceilings.read_gigabytes_per_s, 1) << " GB/s\n"
         << "  an image, added to (L2): " << rates_text(ceilings.additions) << " 1e9 additions/s\n";
  if (ceilings.has_pairs()) {
    stream << "    two floats at once:    " << rates_text(ceilings.pair_additions) << " 1e9 pairs/s\n";
  }
  if (options.host_arrays) {
    stream << "Not measured from the host's memory: listmode-step, osem-iteration.\n";
  }
}

std::string_view boundary_name(BoundaryRule rule) { return rule == BoundaryRule::upstream ? "upstream" : "clamped"; }

}  // namespace

Table::Table(std::ostream& stream, const Machine& machine, const std::optional<Gpu>& gpu, const Options& options)
    : stream_(stream), study_(!options.image_sizes.empty()), gpu_(gpu) {
  stream << "CPU: " << machine.cpu << ", " << machine.hardware_threads << " threads, best kernels "
         << cpu_instruction_set() << ", load " << fixed(machine.load, 1) << "\n";
  if (gpu) {
    describe(stream, *gpu, options);
  }
  if (study_) {
    stream << "Scaling study: random LORs, voxels of 1.65 mm";
  } else {
    stream << "Size " << options.size.name << ", symmetry axis " << options.symmetry_axis;
  }
  stream << ", boundary rule " << boundary_name(options.boundary) << "\n\n";
  write_line(stream, study_, gpu_, [](const Column& column) { return column.title; });
}

void Table::add(const Measurement& measurement) {
  write_line(stream_, study_, gpu_, [&](const Column& column) { return column.text(measurement); });
}

void write_json(std::ostream& stream, const Machine& machine, const std::optional<Gpu>& gpu, const Options& options,
                const std::vector<Measurement>& measurements) {
  std::ostringstream json;
  json << "{\n\"program\": \"coincide_bench\",\n\"version\": " << quoted(COINCIDE_PROJECTORS_VERSION)
       << ",\n\"machine\": {\"cpu\": " << quoted(machine.cpu) << ", \"hardware_threads\": " << machine.hardware_threads
       << ", \"best_instruction_set\": " << quoted(cpu_instruction_set())
       << ", \"memory_bytes\": " << machine.memory_bytes << ", \"system\": " << quoted(machine.system)
       << ", \"compiler\": " << quoted(machine.compiler) << ", \"load_at_start\": " << number(machine.load)
       << "},\n\"gpu\": ";
  write_gpu(json, gpu, options);
  json << ",\n\"size\": " << quoted(options.image_sizes.empty() ? options.size.name : "scaling study")
       << ",\n\"symmetry_axis\": " << options.symmetry_axis
       << ",\n\"boundary\": " << quoted(boundary_name(options.boundary)) << ",\n\"measurements\": [";
  const char* separator = "\n";
  for (const Measurement& measurement : measurements) {
    json << separator;
    write_measurement(json, measurement);
    separator = ",\n";
  }
  json << "\n]\n}\n";
  stream << json.str();
}

}  // namespace coincide::projectors::bench
