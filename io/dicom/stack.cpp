#include "io/dicom/stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "io/dicom/pixels.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

constexpr double same_place_mm = 0.01;

Eigen::Vector3d normal(const Plane& plane) { return plane.along_row.cross(plane.along_column); }

double along_normal(const Plane& plane, const Plane& first) { return plane.position_mm.dot(normal(first)); }

void check_alike(const std::vector<Plane>& planes) {
  constexpr double slack = 1e-3;
  const Plane& first = planes.front();
  for (const Plane& plane : planes) {
    const bool same_size = plane.layout.rows == first.layout.rows && plane.layout.columns == first.layout.columns &&
                           std::abs(plane.row_step_mm - first.row_step_mm) < slack * first.row_step_mm &&
                           std::abs(plane.column_step_mm - first.column_step_mm) < slack * first.column_step_mm;
    if (!same_size) {
      throw FileError(
          fmt::format("{} has {} x {} pixels of {:g} x {:g} mm, but {} has {} x {} of {:g} x {:g} mm: they are "
                      "no planes of one image.",
                      plane.name(), plane.layout.columns, plane.layout.rows, plane.column_step_mm, plane.row_step_mm,
                      first.name(), first.layout.columns, first.layout.rows, first.column_step_mm, first.row_step_mm));
    }
    if ((plane.along_row - first.along_row).norm() > slack ||
        (plane.along_column - first.along_column).norm() > slack) {
      throw FileError(fmt::format("{} and {} lie at an angle to each other ({}): they are no planes of one image.",
                                  first.name(), plane.name(), title(tag::orientation)));
    }
  }
}

/// Planes by place, ascending along the normal.
std::vector<std::vector<Plane>> by_place(std::vector<Plane> planes) {
  const Plane first = planes.front();
  std::ranges::stable_sort(planes, {}, [&](const Plane& plane) { return along_normal(plane, first); });
  std::vector<std::vector<Plane>> places;
  for (Plane& plane : planes) {
    if (places.empty() || (places.back().front().position_mm - plane.position_mm).norm() > same_place_mm) {
      places.emplace_back();
    }
    places.back().push_back(std::move(plane));
  }
  return places;
}

auto moment_of(const Plane& plane) {
  return std::tuple(plane.start_s.value_or(0), plane.reference_time_ms.value_or(0), plane.temporal_index,
                    plane.image_index);
}

bool holds_the_same(const Plane& a, const Plane& b) {
  return a.slope == b.slope && a.intercept == b.intercept && stored_numbers(a) == stored_numbers(b);
}

/// Puts the planes of a place in the order of time, each once.
void put_in_time(std::vector<Plane>& place, std::vector<std::string>& warnings) {
  std::ranges::stable_sort(
      place, {}, [](const Plane& plane) { return std::tuple_cat(moment_of(plane), std::tuple(plane.instance)); });
  for (std::size_t i = 1; i < place.size();) {
    const Plane &one = place[i - 1], &next = place[i];
    if (moment_of(one) != moment_of(next)) {
      ++i;
      continue;
    }
    if (!holds_the_same(one, next)) {
      throw FileError(
          fmt::format("{} and {} are different pictures of one place and moment, and nothing says which of "
                      "them belongs to the series. Move one of them away.",
                      one.name(), next.name()));
    }
    warnings.push_back(fmt::format("{} holds the same as {}: left out.", next.name(), one.name()));
    place.erase(place.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void check_complete(const std::vector<std::vector<Plane>>& places) {
  const auto [fewest, most] = std::ranges::minmax_element(places, {}, [](const auto& place) { return place.size(); });
  if (fewest->size() != most->size()) {
    const Eigen::Vector3d mm = fewest->front().position_mm;
    throw FileError(
        fmt::format("There are {} planes at ({:g}, {:g}, {:g}) mm ({}), but {} at the place of {}: frames are "
                    "not complete. Copy all files of the series.",
                    fewest->size(), mm[0], mm[1], mm[2], fewest->front().name(), most->size(), most->front().name()));
  }
}

/// From plane to plane. Throws FileError for a plane that lies elsewhere.
Eigen::Vector3d step_between(const std::vector<std::vector<Plane>>& places) {
  constexpr double of_step = 0.05;  // places are often rounded to 0.1 mm
  const Plane &first = places.front().front(), &last = places.back().front();
  std::vector<double> gaps;
  for (std::size_t k = 1; k < places.size(); ++k) {
    gaps.push_back(along_normal(places[k].front(), first) - along_normal(places[k - 1].front(), first));
  }
  std::vector<double> sorted = gaps;
  std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2));
  const double usual_mm = sorted[sorted.size() / 2];
  for (std::size_t k = 0; k < gaps.size(); ++k) {
    if (std::abs(gaps[k] - usual_mm) > of_step * usual_mm + same_place_mm) {
      throw FileError(
          fmt::format("Between {} and {} are {:.4g} mm, elsewhere {:.4g} mm: planes are missing, or too many. "
                      "Copy all files of the series, and none besides.",
                      places[k].front().name(), places[k + 1].front().name(), gaps[k], usual_mm));
    }
  }
  Eigen::Vector3d step = (last.position_mm - first.position_mm) / static_cast<double>(gaps.size());
  const double allowed_mm = of_step * std::min(first.row_step_mm, first.column_step_mm) + of_step * usual_mm;
  for (std::size_t k = 0; k < places.size(); ++k) {
    const double off_mm = (places[k].front().position_mm - first.position_mm - static_cast<double>(k) * step).norm();
    if (off_mm > allowed_mm) {
      throw FileError(
          fmt::format("{} lies {:.3g} mm beside the line of the other planes.", places[k].front().name(), off_mm));
    }
  }
  return step;
}

/// Of a plane that is alone.
Eigen::Vector3d thickness(const Plane& plane) {
  for (const Tag& tag : {tag::slice_spacing, tag::slice_thickness}) {
    if (const double mm = plane.data().number(tag).value_or(0); mm > 0) {
      return mm * normal(plane);
    }
  }
  throw FileError(fmt::format("{} is a plane alone and does not say how thick it is ({}).", plane.name(),
                              title(tag::slice_thickness)));
}

/// Planes may be tilted against the direction in which they follow each other, but not lie almost along it.
void check_tilt(const Eigen::Vector3d& step, const Plane& plane, std::vector<std::string>& warnings) {
  constexpr double straight_degrees = 0.1;  // 1 mm in 500 mm
  constexpr double most_degrees = 45;
  const double cosine = std::min(1.0, step.normalized().dot(normal(plane)));
  const double degrees = std::acos(cosine) * 180 / std::numbers::pi;
  if (degrees > most_degrees) {
    throw FileError(
        fmt::format("Its planes are tilted by {:.1f} degrees against the way they follow each other: up to {:g} "
                    "are possible.",
                    degrees, most_degrees));
  }
  if (degrees > straight_degrees) {
    warnings.push_back(
        fmt::format("Its planes are tilted by {:.1f} degrees (gantry tilt): they are put onto a grid with "
                    "right angles.",
                    degrees));
  }
}

Eigen::Affine3d affine(const Plane& plane, const Eigen::Vector3d& step) {
  Eigen::Affine3d index_to_mm = Eigen::Affine3d::Identity();
  index_to_mm.linear() << plane.column_step_mm * plane.along_row, plane.row_step_mm * plane.along_column, step;
  index_to_mm.translation() = plane.position_mm;
  return index_to_mm;
}

}  // namespace

Stack stacked(std::vector<Plane> planes) {
  Stack stack;
  check_alike(planes);
  std::vector<std::vector<Plane>> places = by_place(std::move(planes));
  for (std::vector<Plane>& place : places) {
    put_in_time(place, stack.warnings);
  }
  check_complete(places);
  const Plane& first = places.front().front();
  const Eigen::Vector3d step = places.size() > 1 ? step_between(places) : thickness(first);
  check_tilt(step, first, stack.warnings);
  stack.index_to_mm = affine(first, step);
  stack.frames.resize(places.front().size());
  for (std::vector<Plane>& place : places) {
    for (std::size_t frame = 0; frame < place.size(); ++frame) {
      stack.frames[frame].push_back(std::move(place[frame]));
    }
  }
  return stack;
}

}  // namespace coincide::io::dicom
