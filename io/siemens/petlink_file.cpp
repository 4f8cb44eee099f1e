#include "io/siemens/petlink_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/energy_window.h"
#include "io/scanner_of_rings.h"
#include "projectors/error.h"
#include "recon/text.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

constexpr std::string_view name_space = "%sms-mi header name space";
constexpr std::uint32_t tag_bit = 1U << 31;
constexpr std::uint32_t prompt_bit = 1U << 30;
constexpr std::uint32_t kind_of_tag = 3U << 29;  // 0: a mark of the time

/// The crystals of a block across the axis. The mMR's ninth is none: the gap between blocks has a crystal's number,
/// which headers do not say.
std::int64_t crystals_per_block(const StirScanner& scanner) {
  constexpr std::int64_t of_mmr = 9;
  return scanner.detectors == 504 && scanner.rings == 64 ? of_mmr : 1;
}

CrystalRings rings_of(const StirScanner& scanner) {
  return {.name = scanner.name,
          .rings = scanner.rings,
          .per_ring = scanner.detectors,
          .place_mm = {},
          .crystals_per_block = scanner.crystals_per_block};
}

/// 0, 1, -1, 2, -2 ...
std::int64_t alternating(std::int64_t index, bool positive_first) {
  const std::int64_t size = (index + 1) / 2;
  return (index % 2 == 1) == positive_first ? size : -size;
}

}  // namespace

bool is_petlink(std::string_view first_bytes) {
  const std::string text = recon::lower_case(first_bytes);
  return is_interfile(first_bytes) && text.find(name_space) != std::string::npos &&
         text.find("petlink bin address") != std::string::npos;
}

PetlinkSource::PetlinkSource(const std::filesystem::path& path, const ListmodeOptions& options) {
  const InterfileHeader header(path);
  const auto bits = header.count("%lm event and tag words format (bits)", 1, 64);
  if (bits != 32) {
    header.fail(fmt::format("its words have {} bits, and those of 32 bits are read here", bits));
  }
  axes_ = read_stir_axes(header);
  read_layout(header);
  read_tof(header);
  make_scanner(header);
  make_efficiencies();
  make_tables(header);
  open_words(header.data_file(), static_cast<std::uint64_t>(header.count("data offset in bytes", 0, 1LL << 40, 0)));
  marks_ = TimeMarks(static_cast<std::uint32_t>(header.count("%timing tagwords interval (msec)", 1, 1000, 1)));
  add_notes(header, options);
  rewind();
}

void PetlinkSource::read_layout(const InterfileHeader& header) {
  constexpr std::int64_t most = 100'000;
  layout_.scanner = read_stir_scanner(header);
  layout_.scanner.crystals_per_block = crystals_per_block(layout_.scanner);
  layout_.tangential = header.count("%number of projections", 2, layout_.scanner.detectors);
  layout_.views = header.count("%number of views", 1, most);
  if (layout_.view_mashing() != 1) {
    header.fail(fmt::format("{} views of {} detectors per ring are mashed, and listmode has one view for two detectors",
                            layout_.views, layout_.scanner.detectors));
  }
  if (const auto compression = header.count("%axial compression", 1, most, 1); compression != 1) {
    header.fail(
        fmt::format("its bins are compressed along the axis (%axial compression := {}), so that the crystals "
                    "of an event are not known",
                    compression));
  }
  const auto farthest =
      header.count("%maximum ring difference", 0, layout_.scanner.rings - 1, layout_.scanner.rings - 1);
  layout_.segments = segments_of_span(layout_.scanner.rings, 1, farthest);
}

void PetlinkSource::read_tof(const InterfileHeader& header) {
  constexpr std::int64_t most = 1001;
  const std::int64_t bins = header.count("%number of tof time bins", 1, most, 1);
  if (bins == 1) {
    return;
  }
  layout_.tof_mashing = header.count("%tof mashing factor", 1, most, 1);
  const double width_ps = layout_.scanner.tof_bin_ps * static_cast<double>(layout_.tof_mashing);
  const double fwhm_ps = layout_.scanner.tof_fwhm_ps;
  if (!(width_ps > 0 && fwhm_ps > 0) || bins % 2 == 0) {
    header.fail(
        fmt::format("its events have {} TOF bins, whose width and resolution it does not state; add the lines "
                    "\"Size of timing bin (ps) := \" and \"Timing resolution (ps) := \"",
                    bins));
  }
  layout_.tof = recon::TofAxis{.num_bins = static_cast<std::int32_t>(bins),
                               .bin_width_mm = static_cast<float>(width_ps * recon::mm_per_ps),
                               .sigma_mm = static_cast<float>(fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma)};
}

void PetlinkSource::make_scanner(const InterfileHeader& header) {
  CrystalRings rings = rings_of(layout_.scanner);
  for (const recon::Vec3& place : stir_crystals_mm(layout_.scanner)) {
    rings.place_mm.push_back(axes_.lps(place));
  }
  if (layout_.tof) {
    rings.tof_bins = bins_of(*layout_.tof);
  }
  scanner_ = scanner_of_rings(rings);
  scanner_.module_types.front().energy_edges_kev = stated_energy_window(
      header.number("%energy window lower level (kev)[1]", 0), header.number("%energy window upper level (kev)[1]", 0));
  scanner_.check();
}

/// 1, but 0 for the gaps that have a crystal's number, and for modules too near each other for any bin.
void PetlinkSource::make_efficiencies() {
  const std::int64_t block = layout_.scanner.crystals_per_block;
  const std::int64_t modules = layout_.scanner.detectors / block;
  std::vector<float> bins(scanner_.num_crystals(), 1);
  for (std::size_t crystal = 0; block > 1 && crystal < bins.size(); ++crystal) {
    bins[crystal] = detector_of(static_cast<std::uint32_t>(crystal)).detector % block == 0 ? 0 : 1;
  }
  recon::Efficiencies::PairTable pairs;
  pairs.num_modules_b = static_cast<std::uint32_t>(modules);
  pairs.bins_per_module_b = scanner_.module_types.front().crystals_per_module;
  for (std::int64_t a = 0; a < modules; ++a) {
    for (std::int64_t b = 0; b < modules; ++b) {
      const std::int64_t apart = std::min(std::abs(a - b), modules - std::abs(a - b));
      const std::int64_t farthest = block * apart + block - 1;
      pairs.group.push_back(farthest >= layout_.scanner.detectors / 2 - layout_.tangential / 2 ? 0 : -1);
    }
  }
  efficiencies_.method = block > 1 ? "gaps between blocks alone; the file has no normalisation" : "";
  efficiencies_.bin = {std::move(bins)};
  efficiencies_.pairs = {std::move(pairs)};
  efficiencies_.check(scanner_);
}

void PetlinkSource::make_tables(const InterfileHeader& header) {
  const CrystalRings rings = rings_of(layout_.scanner);
  StirBin bin{.segment = std::ssize(layout_.segments) / 2};
  for (bin.view = 0; bin.view < layout_.views; ++bin.view) {
    for (bin.tangential = 0; bin.tangential < layout_.tangential; ++bin.tangential) {
      const auto [ring1, detector1, ring2, detector2] = layout_.detectors_of(bin);
      in_plane_.push_back({crystal_of_rings(rings, 0, detector2), crystal_of_rings(rings, 0, detector1)});
    }
  }
  for (std::int64_t index = 0; index < std::ssize(layout_.segments); ++index) {
    const StirBin first{.segment = std::ssize(layout_.segments) / 2 + alternating(index, false)};
    for (std::int64_t plane = 0; plane < layout_.segments[static_cast<std::size_t>(first.segment)].planes; ++plane) {
      const auto [ring1, detector1, ring2, detector2] = layout_.detectors_of({first.segment, 0, plane, 0});
      planes_.push_back({crystal_of_rings(rings, ring2, 0), crystal_of_rings(rings, ring1, 0)});
    }
  }
  const std::int64_t tof_bins = layout_.tof ? layout_.tof->num_bins : 1;
  if (layout_.num_bins() > prompt_bit) {
    header.fail(
        fmt::format("{} bins ({}) are more than words of 32 bits can tell", layout_.num_bins(), layout_.words()));
  }
  for (std::int64_t index = 0; index < tof_bins; ++index) {
    tof_bins_.push_back(static_cast<std::uint16_t>(tof_bins / 2 + alternating(index, true)));
  }
}

PetlinkSource::Detector PetlinkSource::detector_of(std::uint32_t crystal) const {
  const std::int64_t block = layout_.scanner.crystals_per_block;
  const std::int64_t rings = layout_.scanner.rings;
  return {.ring = crystal / block % rings, .detector = crystal / (block * rings) * block + crystal % block};
}

void PetlinkSource::add_notes(const InterfileHeader& header, const ListmodeOptions& options) {
  if (axes_.is_assumed) {
    warnings_.push_back(fmt::format("The patient lies {}.", axes_.sentence()));
  }
  const double stated = header.number("%total listmode word counts", 0);
  if (stated > 0 && stated != static_cast<double>(words().num_words())) {
    warnings_.push_back(fmt::format("The header states {:.0f} words, and {} has {}: it is a part of the acquisition.",
                                    stated, words().path().string(), words().num_words()));
  }
  check_end(options);
}

void PetlinkSource::decode(std::span<const std::uint32_t> words, recon::EventBlock& block) {
  const auto bins_in_plane = static_cast<std::uint32_t>(in_plane_.size());
  const auto num_planes = static_cast<std::uint32_t>(planes_.size());
  std::size_t next = 0;
  std::uint64_t delayeds = 0;
  std::uint64_t prompts = 0;
  block.resize(words.size());
  for (const std::uint32_t word : words) {
    if ((word & tag_bit) != 0) {
      if ((word & kind_of_tag) == 0) {
        marks_.mark(word & ~(tag_bit | kind_of_tag), std::exchange(prompts_since_mark_, 0), block);
      }
      continue;
    }
    const std::uint32_t bin = word & ~(tag_bit | prompt_bit);
    const std::uint32_t sinogram = bin / bins_in_plane;
    const std::uint32_t tof = tof_bins_.size() == 1 ? 0 : sinogram / num_planes;
    const std::uint32_t plane_number = sinogram - tof * num_planes;
    if (plane_number >= num_planes || tof >= tof_bins_.size()) {
      ++counts_.out_of_range;
      continue;
    }
    const Pair in_plane = in_plane_[bin - sinogram * bins_in_plane];
    const Pair plane = planes_[plane_number];
    const std::uint32_t is_prompt = (word & prompt_bit) != 0 ? 1 : 0;
    block.crystal_a[next] = in_plane[0] + plane[0];
    block.crystal_b[next] = in_plane[1] + plane[1];
    block.tof_bin[next] = tof_bins_[tof];
    block.time_ms[next] = marks_.now_ms();
    block.delayed[next] = static_cast<std::uint8_t>(1 - is_prompt);
    prompts_since_mark_ += is_prompt;
    prompts += is_prompt;
    delayeds += 1 - is_prompt;
    ++next;
  }
  block.resize(next);
  counts_.prompts += prompts;
  counts_.delayeds += delayeds;
}

}  // namespace coincide::io
