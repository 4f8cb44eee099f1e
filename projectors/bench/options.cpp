#include "projectors/bench/options.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <thread>
#include <utility>

#include "projectors/error.h"

namespace coincide::projectors::bench {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// A whole number, also as 1e6.
std::int64_t parse_count(const std::string& text, std::int64_t low, std::int64_t high) {
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || !(number >= static_cast<double>(low)) ||
      !(number <= static_cast<double>(high)) || number != static_cast<double>(static_cast<std::int64_t>(number))) {
    throw InputError("'" + text + "' is not a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high) + ".");
  }
  return static_cast<std::int64_t>(number);
}

std::array<std::int64_t, 3> parse_shape(const std::string& text) {
  const std::vector<std::string> numbers = split(text, 'x');
  if (numbers.size() != 3) {
    throw InputError("'" + text + "' is not an image size such as 220x220x322.");
  }
  std::array<std::int64_t, 3> shape{};
  std::transform(numbers.begin(), numbers.end(), shape.begin(),
                 [](const std::string& number) { return parse_count(number, 1, 10'000); });
  return shape;
}

/// The element of `table` that `name_of` calls `word`.
template <class Table, class NameOf>
const auto& find_named(const Table& table, const std::string& word, NameOf name_of) {
  std::string names;
  for (const auto& entry : table) {
    if (name_of(entry) == word) {
      return entry;
    }
    names += (names.empty() ? "" : ", ") + std::string(name_of(entry));
  }
  throw InputError("'" + word + "' is unknown; there are " + names + ".");
}

std::vector<std::string> all_orders() {
  std::vector<std::string> orders(sinogram_orders.begin(), sinogram_orders.end());
  for (const std::string_view order : {arrival_order, sorted_order, random_order}) {
    orders.emplace_back(order);
  }
  return orders;
}

struct Option {
  std::string_view name, value_name, help;
  std::function<void(Options&, const std::string&)> set;
};

template <class Parse>
auto parse_list(const std::string& text, Parse&& parse) {
  std::vector<std::decay_t<decltype(parse(text))>> list;
  for (const std::string& part : split(text, ',')) {
    list.push_back(parse(part));
  }
  return list;
}

void set_instruction_set(Options& options, const std::string& text) {
  static const std::vector<InstructionSet> sets = instruction_sets();
  options.instruction_set = find_named(sets, text, [](InstructionSet set) { return instruction_set_word(set); });
}

void set_boundary(Options& options, const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, BoundaryRule>, 2> rules = {
      {{"upstream", BoundaryRule::upstream}, {"clamped", BoundaryRule::clamped}}};
  options.boundary = find_named(rules, text, [](const auto& rule) { return rule.first; }).second;
}

void set_tof(Options& options, const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> kinds = {{{"constant", false}, {"per-lor", true}}};
  options.tof_per_lor = find_named(kinds, text, [](const auto& kind) { return kind.first; }).second;
}

void set_arrays(Options& options, const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> places = {{{"device", false}, {"host", true}}};
  options.host_arrays = find_named(places, text, [](const auto& place) { return place.first; }).second;
}

void set_functions(Options& options, const std::string& text) {
  options.functions = parse_list(text, [](const std::string& word) {
    return find_named(functions, word, [](const Function& function) { return function.name; });
  });
}

void set_orders(Options& options, const std::string& text) {
  static const std::vector<std::string> orders = all_orders();
  options.orders = parse_list(
      text, [](const std::string& word) { return find_named(orders, word, [](const auto& order) { return order; }); });
}

void set_events(Options& options, const std::string& text) {
  options.events =
      parse_list(text, [](const std::string& part) { return parse_count(part, 1, std::int64_t{1} << 32); });
}

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = {
      {"--size", "seconds|ci|full",
       "how much is projected (default ci); full is the published benchmark, 4 GB of memory",
       [](Options& o, const std::string& v) { o.size = find_named(sizes, v, [](const Size& s) { return s.name; }); }},
      {"--functions", "NAME[,NAME]",
       "of forward, back, tof-sinogram-forward, tof-sinogram-back, listmode-forward, listmode-back, listmode-step,\n"
       "        osem-iteration (default all; the last two not with --arrays host); the last four are for events",
       set_functions},
      {"--orders", "NAME[,NAME]",
       "of PVR, PRV, VPR, VRP, RPV, RVP (sinogram, last letter fastest), arrival, sorted (events), random (long image)",
       set_orders},
      {"--device", "cpu|cuda|cuda:N|auto", "that projects (default cpu)",
       [](Options& o, const std::string& v) { o.device = find_device(v); }},
      {"--arrays", "device|host",
       "where all arrays lie before and after each run on a GPU: in its memory (default) or the host's, from and to\n"
       "        which each run then copies",
       set_arrays},
      {"--threads", "N[,M]", "measure with each number (default all cores)",
       [](Options& o, const std::string& v) {
         o.threads = parse_list(v, [](const std::string& n) { return static_cast<int>(parse_count(n, 1, 4096)); });
       }},
      {"--instruction-set", "SET",
       "of the kernels: x86-64, avx2, avx512, on ARM aarch64, neon (default the best this machine has)",
       set_instruction_set},
      {"--boundary", "upstream|clamped", "rule at the image's faces (default upstream, as in the drop-in module)",
       set_boundary},
      {"--tof", "constant|per-lor",
       "TOF functions take one resolution, 24.5 mm, for all LORs (default), or for each LOR its own (0.8 to 1.2\n"
       "        times that) and a centre offset (-10 to 10 mm), as arrays",
       set_tof},
      {"--symmetry-axis", "0|1|2", "image axis along the scanner (default 2: voxels of one axial line are neighbours)",
       [](Options& o, const std::string& v) { o.symmetry_axis = static_cast<int>(parse_count(v, 0, 2)); }},
      {"--events", "N[,M]", "number of events and of random LORs (default as the size says); a list for --image-size",
       set_events},
      {"--image-size", "AxBxC[,...]",
       "scaling study instead: random LORs, --events 1e4,1e5,1e6,1e7, through images of these many voxels of 1.65 mm",
       [](Options& o, const std::string& v) { o.image_sizes = parse_list(v, parse_shape); }},
      {"--json", "FILE", "write the figures to FILE too; - is standard output (the table then goes to standard error)",
       [](Options& o, const std::string& v) { o.json = v; }},
      {"--help", "", "this text", [](Options& o, const std::string&) { o.help = true; }},
  };
  return table;
}

void check_device(const Options& options) {
  if (options.device.kind == DeviceKind::cpu && options.host_arrays) {
    throw InputError("--arrays is for a GPU: say --device cuda too.");
  }
  if (options.device.kind != DeviceKind::cpu && (!options.threads.empty() || options.instruction_set)) {
    throw InputError("--threads and --instruction-set are for the CPU; they do not apply to --device " +
                     device_word(options.device) + ".");
  }
}

void set_defaults(Options& options) {
  if (options.threads.empty()) {
    options.threads = {std::max(1, static_cast<int>(std::thread::hardware_concurrency()))};
  }
  if (options.orders.empty()) {
    options.orders = all_orders();
  }
  if (!options.image_sizes.empty() && options.events.empty()) {
    options.events = {10'000, 100'000, 1'000'000, 10'000'000};
  }
  if (options.image_sizes.empty() && options.events.size() > 1) {
    throw InputError("--events takes a list only together with --image-size.");
  }
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    const Option& option = find_named(option_table(), name, [](const Option& o) { return o.name; });
    const bool takes_value = !option.value_name.empty();
    if (takes_value && i + 1 == arguments.size()) {
      throw InputError(name + " needs a value: " + std::string(option.value_name) + ".");
    }
    try {
      option.set(options, takes_value ? arguments[++i] : "");
    } catch (Error& error) {
      error.prepend(name);
      throw;
    }
  }
  check_device(options);
  set_defaults(options);
  return options;
}

std::string help_text() {
  std::string text =
      "Usage: coincide_bench [options]\n"
      "Times the projectors on the geometry of the parallelproj benchmarks (GE Discovery MI, 215 x 215 x 71 voxels of\n"
      "2.78 mm, 29 TOF bins) and compares them with the portable scalar kernels.\n\n";
  for (const Option& option : option_table()) {
    text += "  " + std::string(option.name) + " " + std::string(option.value_name) + "\n";
    text += "        " + std::string(option.help) + "\n";
  }
  return text +
         "\nlistmode-step projects events forward, takes 1 / (value + contamination) and projects that back, at once.\n"
         "In the orders arrival and random each run first sorts the events and gathers them; in sorted it does not.\n"
         "osem-iteration is one iteration of TOF listmode OSEM without an image filter: 34 subsets of events, sorted\n"
         "beforehand, for each a step and an update of the image. Less than 1e6 events, such as those compared with\n"
         "the scalar kernels, make 2 subsets, less than 1000 one. Both count each plane twice, forward and back.\n"
         "The column TOF (\"tof\" in the JSON file) is none, constant or per-lor, see --tof.\n"
         "\nTimes are medians of up to 10 runs after a warm-up. A plane is one LOR x one image plane crossed inside "
         "the\n"
         "image (for events: and in reach of the TOF bin), a footprint of 2 x 2 voxels. GB/s counts what the formula\n"
         "touches, in caches or not: per plane 16 bytes forward and 32 back (read and written), per LOR 24 bytes of "
         "end\n"
         "points, 2 of TOF bin, 8 of TOF resolution and offset if per LOR, 4 per value or of contamination;\n"
         "neither sorting nor updates of the image. 'x scalar' is the scalar kernels' time per plane, on the same "
         "threads,\n"
         "over this one; they project evenly spaced runs of the LORs. 'max error' is the largest difference of the "
         "two\n"
         "results over the largest value.\n"
         "\nOn a GPU a run ends when its result is in place. Ceilings are measured first: copying a good part of its\n"
         "memory, and reading, or adding floats to, an array of the DMI image's size. 'of reads' is GB/s over the "
         "rate\n"
         "of reading (caches nearer than L2 may lift it above 100 %), 'of adds' 4 additions per plane, or 2 of pairs "
         "on\n"
         "GPUs that have them, over the faster rate of adding.\n"
         "Exit codes: 0 done, 1 the results differ by more than 1e-4 or something failed, 2 bad command line.\n";
}

}  // namespace coincide::projectors::bench
