#include "io/interfile/stir_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "io/companion_file.h"
#include "io/csv_table.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using std::numbers::pi;
constexpr double mm_per_cm = 10;

/// A scanner that STIR knows by name: what headers need not say. Lengths in mm, angle in degrees, times in ps.
struct KnownScanner {
  std::vector<std::string_view> names;
  std::int64_t rings, detectors;
  double radius_mm, ring_spacing_mm, bin_size_mm, tilt_deg;
  std::int64_t tof_bins = 0;
  double tof_bin_ps = 0, tof_fwhm_ps = 0;
};

/// Facts from STIR's list of scanners (Scanner.cxx); radius: inner radius and depth of interaction.
const std::vector<KnownScanner>& known_scanners() {
  static const std::vector<KnownScanner> scanners = {
      {{"ecat 931"}, 8, 512, 517, 13.5, 3.129, 0},
      {{"ecat 951"}, 16, 512, 517, 6.75, 3.12932, 0},
      {{"ecat 953"}, 16, 384, 389.5, 6.75, 3.12932, -15},
      {{"ecat 921", "ecat exact", "exact"}, 24, 384, 419.5, 6.75, 3.375, 15},
      {{"ecat 925", "ecat art"}, 24, 384, 419.5, 6.75, 3.375, 15},
      {{"ecat 961", "ecat hr"}, 24, 784, 419, 6.25, 1.65, 13},
      {{"ecat 962", "ecat hr+"}, 32, 576, 419, 4.85, 2.25, 0},
      {{"ecat exact 3d", "exact 3d", "ecat hr++", "ecat 966"}, 48, 576, 419, 4.85, 2.25, 0},
      {{"ecat 1080", "biograph 16", "1080"}, 41, 672, 419, 4, 2, 0},
      {{"siemens mmr", "mmr", "2008"}, 64, 504, 335, 4.0625, 2.08626, 0},
      {{"siemens mct", "mct", "2011", "1104", "1094"}, 55, 672, 428, 4.054, 2.005, 0},
      {{"prt-1", "rpt"}, 16, 384, 380, 6.75, 3.1088, 0},
      {{"ge advance", "advance", "ge discovery ls", "discovery ls"}, 18, 672, 471.875, 8.5, 1.970177, 0},
      {{"ge discovery st", "discovery st"}, 24, 420, 451.5, 6.54, 3.195, -4.54224},
      {{"ge discovery ste", "discovery ste"}, 24, 560, 451.5, 6.54, 2.397, -4.549},
      {{"ge discovery rx", "discovery rx"}, 24, 630, 452.5, 6.54, 2.13, -4.595},
      {{"ge discovery 600", "discovery 600"}, 24, 512, 413.35, 6.54, 2.3974, -4.549},
      {{"ge discovery 690", "discovery 690", "ge discovery 710", "discovery 710"},
       24,
       576,
       414.5,
       6.54,
       2.1306,
       -5.021,
       55,
       89,
       550},
      {{"ge discovery mi 3 rings", "discovery mi3"}, 27, 544, 380.5, 5.52296, 2.206, -4.399},
      {{"ge discovery mi 4 rings", "discovery mi4"}, 36, 544, 380.5, 5.52296, 2.206, -4.399},
      {{"ge signa pet/mr", "pet/mr signa", "signa pet/mr"}, 45, 448, 320.3, 5.56, 2.01565, -5.23, 351, 13.02, 390},
      {{"positron hzl/r"}, 32, 384, 787, 5.1875, 2, 0},
      {{"hrrt"}, 104, 576, 241.765, 2.4375, 1.21875, 0},
  };
  return scanners;
}

const KnownScanner* known_scanner(const std::string& name) {
  const std::string wanted = interfile_key(name);
  const auto& scanners = known_scanners();
  const auto found = std::ranges::find_if(scanners, [&](const KnownScanner& scanner) {
    return std::ranges::find(scanner.names, wanted) != scanner.names.end();
  });
  return found == scanners.end() ? nullptr : &*found;
}

/// The first of several names of a key that the header has; else the last, for the sentence that it lacks.
std::string_view first_of(const InterfileHeader& header, std::initializer_list<std::string_view> keys) {
  const auto found = std::ranges::find_if(keys, [&](std::string_view key) { return header.has(key); });
  return found == keys.end() ? *(keys.end() - 1) : *found;
}

double positive_mm(const InterfileHeader& header, std::string_view key, std::optional<double> otherwise_mm) {
  const double mm =
      otherwise_mm ? mm_per_cm * header.number(key, *otherwise_mm / mm_per_cm) : mm_per_cm * header.number(key);
  if (!(mm > 0 && mm <= static_cast<double>(recon::farthest_crystal_mm))) {
    header.fail(fmt::format("\"{} := {}\" must be above 0 and at most {:g}", key, header.text(key),
                            static_cast<double>(recon::farthest_crystal_mm) / mm_per_cm));
  }
  return mm;
}

std::int64_t count_or(const InterfileHeader& header, std::string_view key, std::int64_t most,
                      const std::int64_t* otherwise) {
  return otherwise != nullptr ? header.count(key, 1, most, *otherwise) : header.count(key, 1, most);
}

void read_rings(const InterfileHeader& header, const KnownScanner* known, StirScanner& scanner) {
  constexpr std::int64_t most = 100'000;
  scanner.rings = count_or(header, "number of rings", most, known != nullptr ? &known->rings : nullptr);
  scanner.detectors =
      count_or(header, "number of detectors per ring", most, known != nullptr ? &known->detectors : nullptr);
  if (scanner.num_crystals() > static_cast<std::int64_t>(recon::most_crystals) || scanner.detectors % 2 != 0) {
    header.fail(
        fmt::format("{} rings of {} detectors are no scanner: detectors come in opposite pairs, and {} are the "
                    "most that there may be",
                    scanner.rings, scanner.detectors, recon::most_crystals));
  }
  const auto known_mm = [known](double KnownScanner::*member) {
    return known != nullptr ? std::optional(known->*member) : std::nullopt;
  };
  scanner.ring_spacing_mm =
      positive_mm(header, "distance between rings (cm)", known_mm(&KnownScanner::ring_spacing_mm));
  if (static_cast<double>(scanner.rings) * scanner.ring_spacing_mm > recon::farthest_crystal_mm) {
    header.fail(fmt::format("{} rings, {} mm apart, are longer than the 25 m that are possible", scanner.rings,
                            scanner.ring_spacing_mm));
  }
  if (header.has("inner ring diameter (cm)")) {
    scanner.radius_mm = positive_mm(header, "inner ring diameter (cm)", {}) / 2 +
                        mm_per_cm * header.number("average depth of interaction (cm)", 0);
  } else {
    scanner.radius_mm = known != nullptr ? known->radius_mm : positive_mm(header, "inner ring diameter (cm)", {});
  }
  scanner.bin_size_mm =
      mm_per_cm * header.number("default bin size (cm)", known != nullptr ? known->bin_size_mm / mm_per_cm : 0);
  scanner.tilt_rad = header.number("view offset (degrees)", known != nullptr ? known->tilt_deg : 0) * pi / 180;
}

void read_tof(const InterfileHeader& header, const KnownScanner* known, StirScanner& scanner) {
  constexpr std::int64_t most = 65535;
  scanner.tof_bins =
      header.count(first_of(header, {"maximum number of (unmashed) tof time bins", "number of tof time bins"}), 0, most,
                   known != nullptr ? known->tof_bins : 0);
  scanner.tof_bin_ps =
      header.number(first_of(header, {"size of unmashed tof time bins (ps)", "size of timing bin (ps)"}),
                    known != nullptr ? known->tof_bin_ps : 0);
  scanner.tof_fwhm_ps = header.number(first_of(header, {"tof timing resolution (ps)", "timing resolution (ps)"}),
                                      known != nullptr ? known->tof_fwhm_ps : 0);
}

void read_blocks(const InterfileHeader& header, StirScanner& scanner) {
  constexpr std::int64_t most = 100'000;
  scanner.crystals_per_block = header.count("number of crystals per block in transaxial direction", 0, most, 1);
  scanner.crystals_per_block_axial = header.count("number of crystals per block in axial direction", 0, most, 1);
  scanner.blocks_per_bucket = header.count(first_of(header, {"number of blocks per bucket in transaxial direction",
                                                             "blocks per bucket in transaxial direction"}),
                                           0, most, 1);
  scanner.blocks_per_bucket_axial = header.count(
      first_of(header, {"number of blocks per bucket in axial direction", "blocks per bucket in axial direction"}), 0,
      most, 1);
  const std::string geometry =
      interfile_key(header.text("scanner geometry (blocksoncylindrical/cylindrical/generic)", "cylindrical"));
  if (geometry == "blocksoncylindrical") {
    scanner.geometry = StirGeometry::blocks;
    scanner.crystal_pitch_mm = positive_mm(header, "distance between crystals in transaxial direction (cm)", {});
    scanner.crystal_pitch_axial_mm = positive_mm(header, "distance between crystals in axial direction (cm)", {});
    scanner.block_pitch_mm = positive_mm(header, "distance between blocks in transaxial direction (cm)", {});
    scanner.block_pitch_axial_mm = positive_mm(header, "distance between blocks in axial direction (cm)", {});
    const std::int64_t bucket = scanner.crystals_per_block * scanner.blocks_per_bucket;
    const std::int64_t bucket_axial = scanner.crystals_per_block_axial * scanner.blocks_per_bucket_axial;
    if (bucket < 1 || bucket_axial < 1 || scanner.detectors % bucket != 0 || scanner.rings % bucket_axial != 0) {
      header.fail(fmt::format("buckets of {} x {} crystals do not divide {} rings of {} detectors", bucket,
                              bucket_axial, scanner.rings, scanner.detectors));
    }
  } else if (geometry == "generic") {
    scanner.geometry = StirGeometry::table;
    scanner.crystal_map = companion_file(header.path(), header.text("name of crystal map"));
  } else if (geometry != "cylindrical") {
    header.fail(fmt::format("a scanner geometry \"{}\" is not known here", geometry));
  }
}

std::vector<recon::Vec3> on_circles(const StirScanner& scanner) {
  std::vector<recon::Vec3> places;
  for (std::int64_t ring = 0; ring < scanner.rings; ++ring) {
    const double z =
        (static_cast<double>(ring) - 0.5 * static_cast<double>(scanner.rings - 1)) * scanner.ring_spacing_mm;
    for (std::int64_t detector = 0; detector < scanner.detectors; ++detector) {
      const double psi =
          scanner.tilt_rad + 2 * pi * static_cast<double>(detector) / static_cast<double>(scanner.detectors);
      places.push_back({static_cast<float>(scanner.radius_mm * std::sin(psi)),
                        static_cast<float>(-scanner.radius_mm * std::cos(psi)), static_cast<float>(z)});
    }
  }
  return places;
}

/// STIR's flat buckets: the first crystal of the first one stands where it stands on the circle.
std::vector<recon::Vec3> in_blocks(const StirScanner& s) {
  const auto blocks = static_cast<double>(s.blocks_per_bucket);
  const auto crystals = static_cast<double>(s.crystals_per_block);
  const double csi = pi * blocks * crystals / static_cast<double>(s.detectors);
  const double first_angle =
      s.tilt_rad + csi -
      2 * csi / s.block_pitch_mm * (s.crystal_pitch_mm / 2 + s.block_pitch_mm - crystals * s.crystal_pitch_mm);
  const double x0 = -((blocks - 1) / 2 * s.block_pitch_mm + (crystals - 1) / 2 * s.crystal_pitch_mm);
  const std::int64_t bucket = s.blocks_per_bucket * s.crystals_per_block;
  const std::int64_t axial_blocks = s.rings / s.crystals_per_block_axial;
  const double z0 =
      -(s.block_pitch_axial_mm * static_cast<double>(axial_blocks) -
        (s.block_pitch_axial_mm - static_cast<double>(s.crystals_per_block_axial - 1) * s.crystal_pitch_axial_mm)) /
      2;
  std::vector<recon::Vec3> places;
  for (std::int64_t ring = 0; ring < s.rings; ++ring) {
    const std::int64_t axial_block = ring / s.crystals_per_block_axial;
    const double z = z0 + static_cast<double>(axial_block) * s.block_pitch_axial_mm +
                     static_cast<double>(ring % s.crystals_per_block_axial) * s.crystal_pitch_axial_mm;
    for (std::int64_t detector = 0; detector < s.detectors; ++detector) {
      const std::int64_t turn = detector / bucket, within = detector % bucket;
      const std::int64_t block = within / s.crystals_per_block;
      const double x = x0 + static_cast<double>(block) * s.block_pitch_mm +
                       static_cast<double>(within % s.crystals_per_block) * s.crystal_pitch_mm;
      const double alpha = first_angle + 2 * csi * static_cast<double>(turn);
      places.push_back({static_cast<float>(x * std::cos(alpha) + s.radius_mm * std::sin(alpha)),
                        static_cast<float>(x * std::sin(alpha) - s.radius_mm * std::cos(alpha)),
                        static_cast<float>(z)});
    }
  }
  return places;
}

/// By the numbers that the table gives. STIR once sorted them anew, by z and angle, and does so no more.
std::vector<recon::Vec3> from_table(const StirScanner& scanner) {
  const auto refuse = [&](const std::string& why) {
    throw FileError(fmt::format("{} has {}, and the scanner has {} rings of {} detectors in one layer.",
                                scanner.crystal_map.string(), why, scanner.rings, scanner.detectors));
  };
  const std::vector<StirCrystalRow> rows = read_stir_crystal_map(scanner.crystal_map);
  std::vector<recon::Vec3> places(static_cast<std::size_t>(scanner.num_crystals()));
  std::vector<bool> is_given(places.size());
  for (const StirCrystalRow& row : rows) {
    if (row.ring < 0 || row.ring >= scanner.rings || row.detector < 0 || row.detector >= scanner.detectors ||
        row.layer != 0) {
      refuse(fmt::format("a crystal of ring {}, detector {}, layer {}", row.ring, row.detector, row.layer));
    }
    const auto at = static_cast<std::size_t>(row.ring * scanner.detectors + row.detector);
    places[at] = row.place_mm;
    is_given[at] = true;
  }
  if (const auto missing = std::ranges::find(is_given, false); missing != is_given.end()) {
    const std::int64_t at = missing - is_given.begin();
    refuse(fmt::format("no crystal of ring {}, detector {}", at / scanner.detectors, at % scanner.detectors));
  }
  const auto [low, high] = std::ranges::minmax(places, {}, [](const recon::Vec3& place) { return place[2]; });
  const float middle_mm = 0.5F * (low[2] + high[2]);
  std::ranges::for_each(places, [middle_mm](recon::Vec3& place) { place[2] -= middle_mm; });
  return places;
}

}  // namespace

StirScanner read_stir_scanner(const InterfileHeader& header) {
  StirScanner scanner;
  scanner.name = header.text("originating system", header.text("scanner type", "unknown"));
  const KnownScanner* known = known_scanner(scanner.name);
  read_rings(header, known, scanner);
  read_tof(header, known, scanner);
  read_blocks(header, scanner);
  return scanner;
}

std::vector<recon::Vec3> stir_crystals_mm(const StirScanner& scanner) {
  switch (scanner.geometry) {
    case StirGeometry::blocks:
      return in_blocks(scanner);
    case StirGeometry::table:
      return from_table(scanner);
    case StirGeometry::cylinder:
      break;
  }
  return on_circles(scanner);
}

std::vector<StirCrystalRow> read_stir_crystal_map(const std::filesystem::path& path) {
  const CsvTable table = CsvTable::read_without_head(path);
  const std::size_t columns = table.num_columns();
  if (columns != 5 && columns != 6) {
    throw FileError(fmt::format(
        "{}: it has {} columns, and a table of crystals has ring, detector, perhaps layer, and x, y, z in mm.",
        path.string(), columns));
  }
  const auto column = [&](std::size_t index) { return table.column(std::to_string(index + 1)); };
  std::vector<StirCrystalRow> rows(table.num_rows());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].ring = std::llround(column(0)[i]);
    rows[i].detector = std::llround(column(1)[i]);
    rows[i].layer = columns == 6 ? std::llround(column(2)[i]) : 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      rows[i].place_mm[axis] = static_cast<float>(column(columns - 3 + axis)[i]);
    }
  }
  return rows;
}

}  // namespace coincide::io
