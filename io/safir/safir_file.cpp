#include "io/safir/safir_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include "io/companion_file.h"
#include "io/input_file.h"
#include "io/interfile/interfile_header.h"
#include "io/scanner_of_rings.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t head_bytes = 32;
constexpr std::uint64_t time_bit = 1ULL << 63;
constexpr std::uint64_t delayed_bit = 1ULL << 62;
constexpr std::uint64_t time_bits = (1ULL << 48) - 1;

struct Kind {
  std::string_view name;
  std::uint64_t layer_bits;
};
constexpr std::array kinds = {Kind{"SAFIR", 4}, Kind{"MUPET", 4}, Kind{"NeuroLF", 3}};

bool begins_listmode(std::string_view bytes, std::string_view name) {
  return bytes.starts_with(fmt::format("{} CListModeData", name));
}

/// "key := value" lines of a parameter file of STIR, keys as interfile_key().
std::map<std::string, std::string> read_parameters(const std::filesystem::path& path) {
  std::istringstream text(read_text_file(path));
  std::map<std::string, std::string> values;
  for (std::string line; std::getline(text, line);) {
    const auto sign = line.find(":=");
    if (sign == std::string::npos) {
      continue;
    }
    values[interfile_key(line.substr(0, sign))] = recon::trimmed(std::string_view(line).substr(sign + 2));
  }
  return values;
}

std::string needed(const std::map<std::string, std::string>& values, const std::string& key,
                   const std::filesystem::path& path) {
  const auto found = values.find(key);
  if (found == values.end() || found->second.empty()) {
    throw FileError(fmt::format("{}: it lacks \"{} := ...\".", path.string(), key));
  }
  return found->second;
}

}  // namespace

bool is_safir(std::string_view first_bytes) {
  const auto first = first_bytes.find_first_not_of(" \t\r\n");
  const std::string_view text = first == std::string_view::npos ? "" : first_bytes.substr(first);
  return text.starts_with("CListModeDataSAFIR Parameters") ||
         std::ranges::any_of(kinds, [&](const Kind& kind) { return begins_listmode(text, kind.name); });
}

SafirSource::SafirSource(const std::filesystem::path& path, const ListmodeOptions& options) {
  if (const std::string first = read_first_bytes(path, head_bytes); first.find('\0') != std::string::npos) {
    throw FileError(fmt::format(
        "{} is listmode without the crystals' places: open its parameter file instead, which names this file as "
        "\"listmode data filename\" and a sinogram header as \"template projection data filename\".",
        path.string()));
  }
  const auto values = read_parameters(path);
  const auto listmode = companion_file(path, needed(values, "listmode data filename", path));
  const InterfileHeader sinogram(companion_file(path, needed(values, "template projection data filename", path)));
  axes_ = read_stir_axes(sinogram);
  stir_ = read_stir_scanner(sinogram);
  if (const auto map = values.find("crystal map file name"); map != values.end() && !map->second.empty()) {
    stir_.geometry = StirGeometry::table;
    stir_.crystal_map = companion_file(path, map->second);
  }
  other_files_ = {listmode, sinogram.path()};
  if (stir_.geometry == StirGeometry::table) {
    other_files_.push_back(stir_.crystal_map);
  }
  make_scanner();
  open_words(listmode, head_bytes);
  read_kind(listmode);
  check_end(options);
  if (axes_.is_assumed) {
    warnings_.push_back(fmt::format("The patient lies {}.", axes_.sentence()));
  }
  rewind();
}

void SafirSource::make_scanner() {
  CrystalRings rings{.name = stir_.name, .rings = stir_.rings, .per_ring = stir_.detectors, .place_mm = {}};
  for (const recon::Vec3& place : stir_crystals_mm(stir_)) {
    rings.place_mm.push_back(axes_.lps(place));
  }
  scanner_ = scanner_of_rings(rings);
  for (std::int64_t ring = 0; ring < stir_.rings; ++ring) {
    for (std::int64_t detector = 0; detector < stir_.detectors; ++detector) {
      crystals_.push_back(crystal_of_rings(rings, ring, detector));
    }
  }
}

void SafirSource::read_kind(const std::filesystem::path& listmode) {
  const std::string head = read_first_bytes(listmode, head_bytes);
  const auto kind = std::ranges::find_if(kinds, [&](const Kind& one) { return begins_listmode(head, one.name); });
  if (kind == kinds.end()) {
    throw FileError(fmt::format("{} is no listmode of SAFIR, MUPET or NeuroLF: it begins with none of their names.",
                                listmode.string()));
  }
  kind_ = kind->name;
  layer_bits_ = kind->layer_bits;
}

void SafirSource::decode(std::span<const std::uint64_t> words, recon::EventBlock& block) {
  const auto rings = static_cast<std::uint64_t>(stir_.rings);
  const auto detectors = static_cast<std::uint64_t>(stir_.detectors);
  const std::uint64_t layers = (1ULL << 2 * layer_bits_) - 1;
  std::size_t next = 0;
  block.resize(words.size());
  for (const std::uint64_t word : words) {
    if ((word & time_bit) != 0) {
      marks_.mark(word & time_bits, std::exchange(prompts_since_mark_, 0), block);
      continue;
    }
    const std::uint64_t ring_a = word & 0xFF;
    const std::uint64_t ring_b = word >> 8 & 0xFF;
    const std::uint64_t detector_a = word >> 16 & 0xFFFF;
    const std::uint64_t detector_b = word >> 32 & 0xFFFF;
    if (std::max(ring_a, ring_b) >= rings || std::max(detector_a, detector_b) >= detectors ||
        (word >> 48 & layers) != 0) {
      ++counts_.out_of_range;
      continue;
    }
    const bool delayed = (word & delayed_bit) != 0;
    block.crystal_a[next] = crystals_[ring_a * detectors + detector_a];
    block.crystal_b[next] = crystals_[ring_b * detectors + detector_b];
    block.tof_bin[next] = 0;
    block.time_ms[next] = marks_.now_ms();
    block.delayed[next] = delayed ? 1 : 0;
    prompts_since_mark_ += delayed ? 0 : 1;
    ++(delayed ? counts_.delayeds : counts_.prompts);
    ++next;
  }
  block.resize(next);
}

}  // namespace coincide::io
