#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "io/castor/castor_crystals.h"
#include "io/castor/castor_header.h"

namespace coincide::io {
namespace {

using recon::Vec3;

/// Equal things in a row, each of `size_mm` with `gap_mm` to the next.
struct Row {
  std::int64_t count = 1;
  double size_mm = 0;
  double gap_mm = 0;

  double length_mm() const { return static_cast<double>(count) * size_mm + static_cast<double>(count - 1) * gap_mm; }
  double start_mm(std::int64_t index) const { return static_cast<double>(index) * (size_mm + gap_mm); }
};

/// Crystals in submodules in modules, along one direction.
struct Nested {
  Row crystals;
  Row submodules;
  Row modules;

  std::int64_t count() const { return crystals.count * submodules.count * modules.count; }
  /// Middle of a crystal, counted over all, from where the first begins.
  double middle_mm(std::int64_t index) const {
    const std::int64_t crystal = index % crystals.count;
    const std::int64_t submodule = index / crystals.count % submodules.count;
    const std::int64_t module = index / (crystals.count * submodules.count);
    return modules.start_mm(module) + submodules.start_mm(submodule) + crystals.start_mm(crystal) +
           crystals.size_mm / 2;
  }
};

struct Layer {
  double radius_mm = 0;
  double depth_mm = 0;
  Nested transaxial;
  Nested axial;
  Row rsectors_axial;
};

struct Ring {
  std::int64_t rsectors = 0;
  double first_deg = 0;
  double span_deg = 360;
  double sense = 1;  ///< 1 clockwise, -1 counter-clockwise
  std::vector<double> z_shift_mm;
};

/// The value of a key for a layer: there is one for each, or one for all.
double of_layer(const CastorHeader& header, std::string_view key, const std::vector<double>& values,
                std::size_t layer) {
  if (values.size() > 1 && layer >= values.size()) {
    header.fail(fmt::format("\"{}\" has {} values, which are too few for the layers", key, values.size()));
  }
  return values.size() == 1 ? values.front() : values[layer];
}

double length(const CastorHeader& header, std::string_view key, std::size_t layer) {
  const double value = of_layer(header, key, header.numbers(key), layer);
  if (!(value > 0) || value > recon::farthest_crystal_mm) {
    header.fail(
        fmt::format("\"{}\" is {} mm: it must be above 0 and at most {}", key, value, recon::farthest_crystal_mm));
  }
  return value;
}

std::int64_t number_of(const CastorHeader& header, const std::string& key, std::size_t layer, bool needed) {
  const double value = of_layer(header, key, needed ? header.numbers(key) : header.numbers(key, 1), layer);
  constexpr double most = 100'000;
  if (!(value >= 1) || value > most || value != std::floor(value)) {
    header.fail(fmt::format("\"{}\" is {}: it must be a whole number from 1 to {:.0f}", key, value, most));
  }
  return static_cast<std::int64_t>(value);
}

double gap(const CastorHeader& header, const std::string& key, std::size_t layer) {
  const double value = of_layer(header, key, header.numbers(key, 0), layer);
  if (std::abs(value) > recon::farthest_crystal_mm) {
    header.fail(fmt::format("\"{}\" is {} mm", key, value));
  }
  return value;
}

/// `direction`: "transaxial" or "axial"; `size` as the files call the crystals' edge there.
Nested nested(const CastorHeader& header, const std::string& direction, const std::string& size, std::size_t layer) {
  Nested n;
  n.crystals = {number_of(header, "number of crystals " + direction, layer, true),
                length(header, "crystals size " + size, layer), gap(header, "crystal gap " + direction, layer)};
  n.submodules = {number_of(header, "number of submodules " + direction, layer, false), n.crystals.length_mm(),
                  gap(header, "submodule gap " + direction, layer)};
  n.modules = {number_of(header, "number of modules " + direction, layer, false), n.submodules.length_mm(),
               gap(header, "module gap " + direction, layer)};
  return n;
}

Layer read_layer(const CastorHeader& header, std::size_t index) {
  Layer layer{.radius_mm = length(header, "scanner radius", index),
              .depth_mm = length(header, "crystals size depth", index),
              .transaxial = nested(header, "transaxial", "trans", index),
              .axial = nested(header, "axial", "axial", index),
              .rsectors_axial = {}};
  layer.rsectors_axial = {number_of(header, "number of rsectors axial", index, false), layer.axial.modules.length_mm(),
                          gap(header, "rsector gap axial", index)};
  return layer;
}

Ring read_ring(const CastorHeader& header) {
  Ring ring{.rsectors = number_of(header, "number of rsectors", 0, true),
            .first_deg = header.number("rsectors first angle", 0),
            .span_deg = header.number("rsectors angular span", 360),
            .sense = 1,
            .z_shift_mm = header.numbers("rsectors ZShift", 0)};
  const std::string sense = header.text("rotation direction", "CW");
  if (sense != "CW" && sense != "CCW" && sense != "cw" && sense != "ccw") {
    header.fail(fmt::format("\"rotation direction\" is \"{}\": it must be CW or CCW", sense));
  }
  ring.sense = sense.size() == 2 ? 1 : -1;
  return ring;
}

/// The crystals of one ring of one layer. `z_mm` without the shifts of rsectors.
void add_ring(const Layer& layer, const Ring& ring, double z_mm, CastorCrystals& crystals) {
  const double y0 = layer.radius_mm + layer.depth_mm / 2;
  for (std::int64_t i = 0; i < ring.rsectors; ++i) {
    const double degrees = ring.first_deg + ring.span_deg * static_cast<double>(i) / static_cast<double>(ring.rsectors);
    const double cosine = std::cos(degrees * std::numbers::pi / 180);
    const double sine = ring.sense * std::sin(degrees * std::numbers::pi / 180);
    const double z = z_mm + ring.z_shift_mm[static_cast<std::size_t>(i) % ring.z_shift_mm.size()];
    for (std::int64_t t = 0; t < layer.transaxial.count(); ++t) {
      const double x0 = ring.sense * (layer.transaxial.middle_mm(t) - layer.transaxial.modules.length_mm() / 2);
      crystals.centre_mm.push_back({static_cast<float>(cosine * x0 + sine * y0),
                                    static_cast<float>(-sine * x0 + cosine * y0), static_cast<float>(z)});
      crystals.outwards.push_back({static_cast<float>(sine), static_cast<float>(cosine), 0});
    }
  }
}

std::uint64_t crystals_of(const CastorHeader& header, const Layer& layer, const Ring& ring) {
  const double count = static_cast<double>(ring.rsectors) * static_cast<double>(layer.rsectors_axial.count) *
                       static_cast<double>(layer.transaxial.count()) * static_cast<double>(layer.axial.count());
  if (count > static_cast<double>(recon::most_crystals)) {
    header.fail(fmt::format("it describes {:g} crystals: at most {} are possible", count, recon::most_crystals));
  }
  return static_cast<std::uint64_t>(count);
}

}  // namespace

CastorCrystals read_castor_geom(const std::filesystem::path& path) {
  const CastorHeader header(path);
  constexpr std::uint64_t most_layers = 16;
  const std::uint64_t elements = header.count("number of elements", 1, recon::most_crystals);
  const std::uint64_t num_layers = header.count("number of layers", 1, most_layers);
  const Ring ring = read_ring(header);
  CastorCrystals crystals{.name = header.text("scanner name", ""),
                          .centre_mm = {},
                          .outwards = {},
                          .layers = {},
                          .min_angle_deg = header.number("min angle difference", 0),
                          .files = {path}};
  for (std::size_t index = 0; index < num_layers; ++index) {
    const Layer layer = read_layer(header, index);
    const std::uint64_t count = crystals_of(header, layer, ring);
    if (crystals.centre_mm.size() + count > elements) {
      header.fail(fmt::format("\"number of elements\" is {}, but its layers have {} or more", elements,
                              crystals.centre_mm.size() + count));
    }
    const double length_mm = layer.rsectors_axial.length_mm();
    for (std::int64_t r = 0; r < layer.rsectors_axial.count; ++r) {
      for (std::int64_t axial = 0; axial < layer.axial.count(); ++axial) {
        add_ring(layer, ring, layer.rsectors_axial.start_mm(r) + layer.axial.middle_mm(axial) - length_mm / 2,
                 crystals);
      }
    }
    crystals.layers.push_back(
        {static_cast<std::uint32_t>(count), layer.depth_mm, layer.transaxial.crystals.size_mm,
         layer.axial.crystals.size_mm,
         of_layer(header, "mean depth of interaction", header.numbers("mean depth of interaction", -1), index)});
  }
  if (crystals.centre_mm.size() != elements) {
    header.fail(
        fmt::format("\"number of elements\" is {}, but its layers have {}", elements, crystals.centre_mm.size()));
  }
  return crystals;
}

}  // namespace coincide::io
