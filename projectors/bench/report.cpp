#include "projectors/bench/report.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <iomanip>
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

std::string error_text(const Measurement& m) {
  if (!m.reference) {
    return "-";
  }
  std::ostringstream text;
  text << std::scientific << std::setprecision(1) << m.reference->max_error;
  return text.str();
}

struct Column {
  std::string_view title;
  int width;  ///< negative: to the left
  bool study_only;
  std::string (*text)(const Measurement&);
};

constexpr std::array<Column, 16> columns = {{
    {"function", -20, false, [](const Measurement& m) { return std::string(m.function.name); }},
    {"TOF", -8, false, [](const Measurement& m) { return std::string(m.tof); }},
    {"order", -7, false, [](const Measurement& m) { return m.order; }},
    {"image", 11, true, [](const Measurement& m) { return image_size(m.grid); }},
    {"kernels", -7, false, [](const Measurement& m) { return std::string(instruction_set_name(m.instruction_set)); }},
    {"threads", 7, false, [](const Measurement& m) { return std::to_string(m.threads); }},
    {"LORs", 8, false, [](const Measurement& m) { return std::to_string(m.lors); }},
    {"planes/LOR", 10, false,
     [](const Measurement& m) { return fixed(static_cast<double>(m.planes) / static_cast<double>(m.lors), 1); }},
    {"ms", 9, false, [](const Measurement& m) { return fixed(1e3 * m.timing.median_s, 2); }},
    {"ns/LOR", 9, false, [](const Measurement& m) { return fixed(m.ns_per_lor(), 1); }},
    {"ns/plane", 8, false, [](const Measurement& m) { return fixed(m.ns_per_plane(), 2); }},
    {"GB/s", 6, false, [](const Measurement& m) { return fixed(m.gigabytes_per_s(), 1); }},
    {"x scalar", 8, false,
     [](const Measurement& m) { return m.reference ? fixed(m.reference->speed_up, 2) : std::string("-"); }},
    {"max error", 9, false, error_text},
    {"peak MB", 8, true, [](const Measurement& m) { return megabytes(m.peak_bytes); }},
    {"scratch MB", 10, true, [](const Measurement& m) { return megabytes(m.scratch_bytes); }},
}};

template <class TextOf>
void write_line(std::ostream& stream, bool study, TextOf&& text_of) {
  const char* space = "";
  for (const Column& column : columns) {
    if (!column.study_only || study) {
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

void write_timing(std::ostream& json, const Timing& timing) {
  json << "\"runs\": " << timing.runs << ", \"median_s\": " << number(timing.median_s)
       << ", \"min_s\": " << number(timing.min_s) << ", \"max_s\": " << number(timing.max_s);
}

void write_measurement(std::ostream& json, const Measurement& m) {
  json << "{\"function\": " << quoted(m.function.name) << ", \"tof\": " << quoted(m.tof)
       << ", \"order\": " << quoted(m.order) << ", \"image_shape\": [" << m.grid.shape[0] << ", " << m.grid.shape[1]
       << ", " << m.grid.shape[2] << "], \"instruction_set\": " << quoted(instruction_set_name(m.instruction_set))
       << ", \"threads\": " << m.threads << ", \"lors\": " << m.lors << ", \"planes\": " << m.planes << ", ";
  write_timing(json, m.timing);
  json << ", \"ns_per_lor\": " << number(m.ns_per_lor()) << ", \"ns_per_plane\": " << number(m.ns_per_plane())
       << ", \"gigabytes_per_s\": " << number(m.gigabytes_per_s()) << ", \"peak_bytes\": " << m.peak_bytes
       << ", \"scratch_bytes\": " << m.scratch_bytes << ", \"scalar\": ";
  if (!m.reference) {
    json << "null}";
    return;
  }
  json << "{\"lors\": " << m.reference->lors << ", \"planes\": " << m.reference->planes << ", ";
  write_timing(json, m.reference->timing);
  json << ", \"speed_up\": " << number(m.reference->speed_up) << ", \"max_error\": " << number(m.reference->max_error)
       << "}}";
}

std::string_view boundary_name(BoundaryRule rule) { return rule == BoundaryRule::upstream ? "upstream" : "clamped"; }

}  // namespace

Table::Table(std::ostream& stream, const Machine& machine, const Options& options)
    : stream_(stream), study_(!options.image_sizes.empty()) {
  stream << "CPU: " << machine.cpu << ", " << machine.hardware_threads << " threads, best kernels "
         << cpu_instruction_set() << ", load " << fixed(machine.load, 1) << "\n";
  if (study_) {
    stream << "Scaling study: random LORs, voxels of 1.65 mm";
  } else {
    stream << "Size " << options.size.name << ", symmetry axis " << options.symmetry_axis;
  }
  stream << ", boundary rule " << boundary_name(options.boundary) << "\n\n";
  write_line(stream, study_, [](const Column& column) { return column.title; });
}

void Table::add(const Measurement& measurement) {
  write_line(stream_, study_, [&](const Column& column) { return column.text(measurement); });
}

void write_json(std::ostream& stream, const Machine& machine, const Options& options,
                const std::vector<Measurement>& measurements) {
  std::ostringstream json;
  json << "{\n\"program\": \"coincide_bench\",\n\"version\": " << quoted(COINCIDE_PROJECTORS_VERSION)
       << ",\n\"machine\": {\"cpu\": " << quoted(machine.cpu) << ", \"hardware_threads\": " << machine.hardware_threads
       << ", \"best_instruction_set\": " << quoted(cpu_instruction_set())
       << ", \"memory_bytes\": " << machine.memory_bytes << ", \"system\": " << quoted(machine.system)
       << ", \"compiler\": " << quoted(machine.compiler) << ", \"load_at_start\": " << number(machine.load)
       << "},\n\"size\": " << quoted(options.image_sizes.empty() ? options.size.name : "scaling study")
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
