#include "gui/model/detector_map.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "gui/model/translated.h"
#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "recon/vectors.h"

namespace coincide::gui {
namespace {

using Eigen::Vector3d;
using recon::Scanner;
using recon::Vec3;

/// A map of so few pixels may be as empty as it likes: each crystal is seen.
constexpr std::size_t few_pixels = 1024;
constexpr double full_turn = 2 * std::numbers::pi;
constexpr float empty = std::numeric_limits<float>::quiet_NaN();

/// A crystal's place on the unrolled detector, and half of its share of it.
struct Place {
  double azimuth = 0;  ///< [rad], 0 ... 2 pi
  double z_mm = 0;
  double half_azimuth = 0;
  double half_z_mm = 0;
};

double full_circle(double angle) {
  const double turned = std::fmod(angle + full_turn, full_turn);
  // Rounding must not tear the column at +x into a first and a last one.
  return turned > full_turn - 1e-5 ? turned - full_turn : turned;
}

/// Distinct ascending values: those closer than `tolerance` to the lowest of a group are one, at the group's mean.
std::vector<double> distinct(std::vector<double> values, double tolerance) {
  std::ranges::sort(values);
  std::vector<double> result;
  for (std::size_t first = 0; first < values.size();) {
    std::size_t stop = first;
    double sum = 0;
    while (stop < values.size() && values[stop] - values[first] <= tolerance) {
      sum += values[stop++];
    }
    result.push_back(sum / static_cast<double>(stop - first));
    first = stop;
  }
  return result;
}

/// The median distance of neighbours; 0 if there are none.
double typical_pitch(const std::vector<double>& ascending) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    gaps.push_back(ascending[i] - ascending[i - 1]);
  }
  if (gaps.empty()) {
    return 0;
  }
  std::ranges::nth_element(gaps, gaps.begin() + std::ssize(gaps) / 2);
  return gaps[gaps.size() / 2];
}

std::size_t nearest(const std::vector<double>& ascending, double value) {
  const auto above = std::ranges::lower_bound(ascending, value);
  if (above == ascending.begin()) {
    return 0;
  }
  const auto below = above - 1;
  const bool up = above != ascending.end() && *above - value < value - *below;
  return static_cast<std::size_t>((up ? above : below) - ascending.begin());
}

/// Azimuth in a plane detector module of the crystals behind one another is that of one depth, so that they share a
/// column: the azimuth at the module's middle.
void place_module(const std::vector<Vector3d>& centres, std::size_t first, std::size_t count,
                  std::vector<Place>& places) {
  double x = 0;
  double y = 0;
  double radius = 0;
  for (std::size_t c = first; c < first + count; ++c) {
    x += centres[c].x() / static_cast<double>(count);
    y += centres[c].y() / static_cast<double>(count);
    radius += std::hypot(centres[c].x(), centres[c].y()) / static_cast<double>(count);
  }
  const double middle_radius = std::hypot(x, y);
  // Modules that bend far around the axis have no common depth.
  const bool plane = middle_radius > 0.7 * radius;
  std::vector<double> azimuths;
  std::vector<double> zs;
  for (std::size_t c = first; c < first + count; ++c) {
    const double dx = centres[c].x();
    const double dy = centres[c].y();
    const double along = plane ? (x * dy - y * dx) / middle_radius : 0;
    const double azimuth = plane ? std::atan2(y, x) + std::atan2(along, middle_radius) : std::atan2(dy, dx);
    places[c] = {full_circle(azimuth), centres[c].z(), 0, 0};
    azimuths.push_back(plane ? std::atan2(along, middle_radius) : places[c].azimuth);
    zs.push_back(centres[c].z());
  }
  constexpr double rounding_mm = 0.02;  // of positions in files
  const double half_azimuth = 0.5 * typical_pitch(distinct(azimuths, rounding_mm / std::max(radius, 1.0)));
  const double half_z_mm = 0.5 * typical_pitch(distinct(zs, rounding_mm));
  for (std::size_t c = first; c < first + count; ++c) {
    places[c].half_azimuth = half_azimuth;
    places[c].half_z_mm = half_z_mm;
  }
}

/// From a point of the scanner's axis, whose direction is turned to z.
std::vector<Vector3d> centres_about_axis(const Scanner& scanner, const recon::FieldOfView& field) {
  const auto turn = Eigen::Quaterniond::FromTwoVectors(recon::to_eigen(field.axis()), Vector3d::UnitZ());
  Vector3d middle = turn * recon::to_eigen(field.middle_mm());
  middle.z() = 0;  // places along the axis stay those of the file
  std::vector<Vector3d> centres(scanner.num_crystals());
  std::ranges::transform(scanner.crystal_centre_mm, centres.begin(),
                         [&](const Vec3& centre) -> Vector3d { return turn * recon::to_eigen(centre) - middle; });
  return centres;
}

std::vector<Place> place_crystals(const Scanner& scanner, const recon::FieldOfView& field) {
  const std::vector<Vector3d> centres = centres_about_axis(scanner, field);
  std::vector<Place> places(scanner.num_crystals());
  for (const recon::ModuleType& type : scanner.module_types) {
    for (std::size_t m = 0; m < type.num_modules; ++m) {
      place_module(centres, type.first_crystal + m * type.crystals_per_module, type.crystals_per_module, places);
    }
  }
  return places;
}

/// Columns and rows of the map, as ascending azimuths and z.
struct Lattice {
  std::vector<double> azimuths;
  std::vector<double> zs_mm;

  std::size_t size() const { return azimuths.size() * zs_mm.size(); }
  std::size_t pixel_of(const Place& place) const {
    return nearest(zs_mm, place.z_mm) * azimuths.size() + nearest(azimuths, place.azimuth);
  }
};

std::vector<double> column_of(const std::vector<Place>& places, double Place::*coordinate) {
  std::vector<double> values(places.size());
  std::ranges::transform(places, values.begin(), [=](const Place& place) { return place.*coordinate; });
  return values;
}

/// The places that crystals have; half the pitch of the finest modules tells two of them apart.
std::vector<double> own_places(const std::vector<double>& values, const std::vector<double>& half_pitches,
                               double rounding) {
  double tolerance = std::numeric_limits<double>::infinity();
  for (const double half : half_pitches) {
    tolerance = half > 0 ? std::min(tolerance, half) : tolerance;
  }
  if (!std::isfinite(tolerance)) {  // no module has two crystals beside each other
    tolerance = 0.5 * typical_pitch(distinct(values, rounding));
  }
  return distinct(values, std::max(0.95 * tolerance, rounding));
}

Lattice lattice_of_places(const std::vector<Place>& places, double radius_mm) {
  constexpr double rounding_mm = 0.02;
  return {own_places(column_of(places, &Place::azimuth), column_of(places, &Place::half_azimuth),
                     rounding_mm / std::max(radius_mm, 1.0)),
          own_places(column_of(places, &Place::z_mm), column_of(places, &Place::half_z_mm), rounding_mm)};
}

/// Equal cells, about as wide as high, that hold some four crystals each.
Lattice raster(std::size_t num_crystals, double circumference_mm, double z_low_mm, double z_high_mm) {
  const double cells = std::max(1.0, 0.25 * static_cast<double>(num_crystals));
  const double length_mm = std::max(z_high_mm - z_low_mm, 1e-3 * circumference_mm);
  const double columns = std::round(std::clamp(std::sqrt(cells * circumference_mm / length_mm), 1.0, cells));
  const double rows = std::max(1.0, std::round(cells / columns));
  Lattice lattice;
  for (int column = 0; column < static_cast<int>(columns); ++column) {
    lattice.azimuths.push_back((column + 0.5) * full_turn / columns);
  }
  for (int row = 0; row < static_cast<int>(rows); ++row) {
    lattice.zs_mm.push_back(z_low_mm + (row + 0.5) * (z_high_mm - z_low_mm) / rows);
  }
  return lattice;
}

/// Crystals also paint the pixels in their face that no crystal owns: where rings are turned against each other, the
/// columns are those of both.
void fill_faces(const Lattice& lattice, const std::vector<Place>& places, DetectorMap& map) {
  constexpr double face = 1.05;  // half pitches, and rounding
  const std::vector<std::int32_t> owner = map.crystal;
  std::vector<double> distance(lattice.size(), std::numeric_limits<double>::infinity());
  for (std::size_t c = 0; c < places.size(); ++c) {
    const Place& place = places[c];
    const auto near = [](const std::vector<double>& lines, double middle, double half) {
      const auto first = std::ranges::lower_bound(lines, middle - face * half) - lines.begin();
      const auto stop = std::ranges::upper_bound(lines, middle + face * half) - lines.begin();
      return std::pair(static_cast<std::size_t>(first), static_cast<std::size_t>(stop));
    };
    const auto [first_row, stop_row] = near(lattice.zs_mm, place.z_mm, place.half_z_mm);
    const auto [first_column, stop_column] = near(lattice.azimuths, place.azimuth, place.half_azimuth);
    for (std::size_t row = first_row; row < stop_row; ++row) {
      for (std::size_t column = first_column; column < stop_column; ++column) {
        const std::size_t pixel = row * lattice.azimuths.size() + column;
        const double away =
            std::max(std::abs(lattice.zs_mm[row] - place.z_mm) / std::max(place.half_z_mm, 1e-9),
                     std::abs(lattice.azimuths[column] - place.azimuth) / std::max(place.half_azimuth, 1e-9));
        if (owner[pixel] < 0 && away < distance[pixel]) {
          distance[pixel] = away;
          map.crystal[pixel] = static_cast<std::int32_t>(c);
          map.values[pixel] = map.values[map.pixel[c]];
        }
      }
    }
  }
}

}  // namespace

DetectorMap detector_map(const Scanner& scanner, const std::vector<std::uint64_t>& counts) {
  const std::size_t num_crystals = scanner.num_crystals();
  if (counts.size() != num_crystals) {
    throw InputError(
        fmt::format("there are counts of {} crystals for a scanner that has {}", counts.size(), num_crystals));
  }
  DetectorMap map;
  if (num_crystals == 0) {
    return map;
  }
  const recon::FieldOfView field(scanner);
  const std::vector<Place> places = place_crystals(scanner, field);
  const auto [low, high] = std::ranges::minmax(places, {}, &Place::z_mm);
  map.z_low_mm = low.z_mm;
  map.z_high_mm = high.z_mm;
  Lattice lattice = lattice_of_places(places, field.bore_radius_mm());
  const bool irregular = lattice.size() > std::max(4 * num_crystals, few_pixels);
  if (irregular) {
    lattice = raster(num_crystals, full_turn * field.bore_radius_mm(), map.z_low_mm, map.z_high_mm);
  }
  map.width = std::ssize(lattice.azimuths);
  map.height = std::ssize(lattice.zs_mm);
  map.around_mm = full_turn * field.bore_radius_mm();
  map.along_mm = (map.z_high_mm - map.z_low_mm) * static_cast<double>(map.height) /
                 static_cast<double>(std::max<std::int64_t>(1, map.height - 1));
  map.values.assign(lattice.size(), empty);
  map.crystal.assign(lattice.size(), -1);
  map.pixel.resize(num_crystals);
  std::vector<std::uint64_t> sums(lattice.size(), 0);
  std::vector<std::uint32_t> crystals(lattice.size(), 0);
  for (std::size_t c = 0; c < num_crystals; ++c) {
    const std::size_t pixel = lattice.pixel_of(places[c]);
    map.pixel[c] = static_cast<std::int32_t>(pixel);
    map.crystal[pixel] = crystals[pixel] == 0 ? static_cast<std::int32_t>(c) : map.crystal[pixel];
    sums[pixel] += counts[c];
    ++crystals[pixel];
    map.values[pixel] = static_cast<float>(static_cast<double>(sums[pixel]) / (irregular ? crystals[pixel] : 1));
  }
  const std::uint32_t most = std::ranges::max(crystals);
  if (irregular) {
    map.note =
        translated_with("The crystals form no rows and columns: each pixel is the mean of up to {} of them.", most);
  } else {
    fill_faces(lattice, places, map);
    map.note = most > 1 ? translated_with("A pixel is the sum of up to {} crystals behind one another.", most) : "";
  }
  return map;
}

float usual_most(std::vector<float> counts) {
  constexpr double usual_part = 0.99;
  std::erase_if(counts, [](float count) { return std::isnan(count); });
  if (counts.empty()) {
    return 1;
  }
  const auto rank = static_cast<std::ptrdiff_t>(usual_part * static_cast<double>(counts.size() - 1));
  std::ranges::nth_element(counts, counts.begin() + rank);
  return std::max(1.0F, counts[static_cast<std::size_t>(rank)]);
}

}  // namespace coincide::gui
