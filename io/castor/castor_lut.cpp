#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <vector>

#include "io/atomic_file.h"
#include "io/castor/castor_crystals.h"
#include "io/castor/castor_header.h"
#include "io/companion_file.h"
#include "io/raw_values.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t values_per_crystal = 6;

std::vector<CastorLayer> read_layers(const CastorHeader& header, std::uint64_t elements) {
  constexpr std::uint64_t most_layers = 16;
  const std::uint64_t num_layers = header.count("number of layers", 1, most_layers, 1);
  const auto list = [&](std::string_view key, double otherwise) {
    std::vector<double> values = header.numbers(key, otherwise);
    if (values.size() == 1) {
      values.resize(num_layers, values.front());
    }
    if (values.size() != num_layers) {
      header.fail(fmt::format("\"{}\" has {} values for {} layers", key, values.size(), num_layers));
    }
    return values;
  };
  const std::vector<double> counts = list("number of crystals in layer", static_cast<double>(elements));
  const std::vector<double> depth = list("crystals size depth", 0);
  const std::vector<double> transaxial = list("crystals size trans", 0);
  const std::vector<double> axial = list("crystals size axial", 0);
  const std::vector<double> mean = list("mean depth of interaction", -1);
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (sum != static_cast<double>(elements) || std::ranges::any_of(counts, [](double n) { return n < 1; })) {
    header.fail(fmt::format("\"number of elements\" is {}, but its layers have {:g} crystals", elements, sum));
  }
  std::vector<CastorLayer> layers;
  for (std::size_t i = 0; i < num_layers; ++i) {
    for (const double size_mm : {depth[i], transaxial[i], axial[i]}) {
      if (!(size_mm >= 0) || size_mm > recon::farthest_crystal_mm) {
        header.fail(fmt::format("a crystal of layer {} has an edge of {} mm", i + 1, size_mm));
      }
    }
    layers.push_back({static_cast<std::uint32_t>(counts[i]), depth[i], transaxial[i], axial[i], mean[i]});
  }
  return layers;
}

fs::path table_of(const fs::path& path) {
  fs::path table = path.filename();
  table.replace_extension(path.extension().string().starts_with(".g") ? ".glut" : ".lut");
  return companion_file(path, table.string());
}

RawFormat format_of(const CastorHeader& header, const fs::path& table, std::uint64_t elements) {
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(table, error);
  for (const int width : {4, 8}) {
    if (!error && bytes == elements * values_per_crystal * static_cast<std::uint64_t>(width)) {
      return {.kind = NumberKind::floating, .bytes = width, .big_endian = false};
    }
  }
  header.fail(
      fmt::format("{} has {} bytes, but \"number of elements\" = {} needs {} (or twice as many, in double precision)",
                  table.filename().string(), bytes, elements, elements * values_per_crystal * sizeof(float)));
}

template <class Member>
std::string list_of(const std::vector<CastorLayer>& layers, Member member) {
  std::vector<std::string> values;
  values.reserve(layers.size());
  for (const CastorLayer& layer : layers) {
    values.push_back(fmt::format("{}", layer.*member));
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

/// Of an image that covers what the crystals surround.
std::string default_image(const CastorCrystals& crystals, double radius_mm) {
  double z_mm = 0;
  for (const recon::Vec3& centre : crystals.centre_mm) {
    z_mm = std::max(z_mm, std::abs(static_cast<double>(centre[2])));
  }
  constexpr double voxel_mm = 2;
  const double across_mm = std::max(voxel_mm, std::floor(1.7 * radius_mm / voxel_mm) * voxel_mm);
  const double along_mm = std::max(voxel_mm, std::ceil(2 * z_mm / voxel_mm) * voxel_mm);
  return fmt::format(
      "voxels number transaxial: {:.0f}\nvoxels number axial: {:.0f}\nfield of view transaxial: {}\nfield of view "
      "axial: {}\n",
      across_mm / voxel_mm, along_mm / voxel_mm, across_mm, along_mm);
}

std::string header_text(const CastorCrystals& crystals) {
  double radius_mm = recon::farthest_crystal_mm;  // to the front of the nearest crystal
  for (const recon::Vec3& centre : crystals.centre_mm) {
    radius_mm = std::min(radius_mm, std::hypot(static_cast<double>(centre[0]), centre[1]));
  }
  const auto& layers = crystals.layers;
  radius_mm = std::max(0.0, radius_mm - layers.front().depth_mm / 2);
  return fmt::format(
             "scanner name: {}\nmodality: PET\nscanner radius: {}\nnumber of elements: {}\nnumber of layers: {}\n"
             "number of crystals in layer(s): {}\ncrystals size depth: {}\ncrystals size transaxial: {}\n"
             "crystals size axial: {}\nmin angle difference: {}\nmean depth of interaction: {}\n",
             crystals.name, radius_mm, crystals.centre_mm.size(), layers.size(),
             list_of(layers, &CastorLayer::num_crystals), list_of(layers, &CastorLayer::depth_mm),
             list_of(layers, &CastorLayer::transaxial_mm), list_of(layers, &CastorLayer::axial_mm),
             crystals.min_angle_deg, list_of(layers, &CastorLayer::mean_depth_mm)) +
         default_image(crystals, radius_mm);
}

}  // namespace

CastorCrystals read_castor_lut(const fs::path& path) {
  const CastorHeader header(path);
  const fs::path table = table_of(path);
  const std::uint64_t elements = header.count("number of elements", 1, recon::most_crystals);
  CastorCrystals crystals{.name = header.text("scanner name", ""),
                          .centre_mm = {},
                          .outwards = {},
                          .layers = read_layers(header, elements),
                          .min_angle_deg = header.number("min angle difference", 0),
                          .files = {path, table}};
  const std::vector<float> values =
      read_raw_values(table, format_of(header, table, elements), 0, elements * values_per_crystal);
  for (std::size_t i = 0; i < values.size(); i += values_per_crystal) {
    crystals.centre_mm.push_back({values[i], values[i + 1], values[i + 2]});
    crystals.outwards.push_back({values[i + 3], values[i + 4], values[i + 5]});
  }
  return crystals;
}

void write_castor_lut(const CastorCrystals& crystals, const fs::path& path) {
  static_assert(std::endian::native == std::endian::little);
  fs::path table = path;
  table.replace_extension(".lut");
  AtomicFile file(table);
  std::ofstream out(file.temporary_path(), std::ios::binary);
  for (std::size_t i = 0; i < crystals.centre_mm.size(); ++i) {
    out.write(reinterpret_cast<const char*>(crystals.centre_mm[i].data()), sizeof(recon::Vec3));
    out.write(reinterpret_cast<const char*>(crystals.outwards[i].data()), sizeof(recon::Vec3));
  }
  out.close();
  if (!out) {
    throw cannot_write(table);
  }
  file.commit();
  write_text_file(path, header_text(crystals));
}

}  // namespace coincide::io
