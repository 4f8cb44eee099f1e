#include "io/scatter_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <cmath>
#include <span>
#include <vector>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_arrays.h"
#include "io/hdf5/hdf5_attributes.h"
#include "io/hdf5/hdf5_file.h"
#include "io/input_file.h"

namespace coincide::io {
namespace {

constexpr const char* group_name = "scatter";
constexpr double version = 1;

std::vector<double> numbers(const Eigen::Vector3d& v) { return {v[0], v[1], v[2]}; }

void write_number(hid_t object, const char* name, double value) { write_attribute(object, name, std::span(&value, 1)); }

template <class T>
void write_floats(hid_t group, const char* name, hid_t type, const std::vector<T>& values) {
  write_array(group, name, type, values.data(), values.size(), true);
}

void write_contents(const std::filesystem::path& path, const recon::ScatterResult& result) {
  const Hdf5Id file(make_hdf5_file(path));
  const Hdf5Id group(H5Gcreate2(file, group_name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "make its group");
  const recon::ScatterEstimate& estimate = result.estimate;
  const recon::VirtualCylinder& cylinder = estimate.cylinder();
  write_number(group, "version", version);
  write_attribute(group, "middle_mm", numbers(cylinder.middle_mm()));
  write_attribute(group, "axis", numbers(cylinder.axis()));
  write_attribute(group, "zero", numbers(cylinder.zero()));
  write_number(group, "radius_mm", cylinder.size().radius_mm);
  write_number(group, "half_length_mm", cylinder.size().half_length_mm);
  write_number(group, "nodes_per_ring", cylinder.size().per_ring);
  write_number(group, "rings", cylinder.size().rings);
  write_number(group, "position_step_mm", estimate.positions().step_mm);
  write_number(group, "positions_each_side", estimate.positions().each_side);
  write_number(group, "absolute", result.absolute);
  write_number(group, "from_tails", result.from_tails ? 1 : 0);
  write_number(group, "rounds", result.rounds);
  write_number(group, "counts", result.counts);
  write_number(group, "net_counts", result.net_counts);
  write_floats(group, "sigmas_mm", H5T_NATIVE_FLOAT, estimate.sigmas_mm());
  write_floats(group, "sums", H5T_NATIVE_FLOAT, estimate.sums());
  write_floats(group, "axial_mm", H5T_NATIVE_DOUBLE, result.scale.axial_mm());
  write_floats(group, "factors", H5T_NATIVE_DOUBLE, result.scale.factors());
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
    throw FileError(fmt::format("cannot write all of it: {}.", why_not_written()));
  }
}

/// Attributes of the group, all of which must be there and be numbers of some size.
class Facts {
 public:
  explicit Facts(hid_t group) : group_(group) {}

  std::vector<double> list(const char* name, std::size_t count) const {
    const auto values = number_attribute(group_, name);
    if (!values || values->size() != count) {
      throw FileError(fmt::format("its attribute {} is missing or has not {} values", name, count));
    }
    for (const double value : *values) {
      if (!std::isfinite(value)) {
        throw FileError(fmt::format("its attribute {} is no number", name));
      }
    }
    return *values;
  }
  double number(const char* name) const { return list(name, 1).front(); }
  std::int32_t count(const char* name, double least, double most) const {
    const double value = number(name);
    if (value != std::floor(value) || value < least || value > most) {
      throw FileError(fmt::format("its attribute {} = {} is not from {} to {}", name, value, least, most));
    }
    return static_cast<std::int32_t>(value);
  }
  double positive(const char* name) const {
    const double value = number(name);
    if (!(value > 0)) {
      throw FileError(fmt::format("its attribute {} = {} is not larger than 0", name, value));
    }
    return value;
  }
  Eigen::Vector3d vector(const char* name) const {
    const std::vector<double> values = list(name, 3);
    return {values[0], values[1], values[2]};
  }

 private:
  hid_t group_;
};

recon::VirtualCylinder read_cylinder(const Facts& facts) {
  constexpr double most = 1000;
  const Eigen::Vector3d axis = facts.vector("axis");
  constexpr double rounding = 1e-3;
  if (std::abs(axis.norm() - 1) > rounding) {
    throw FileError("its attribute axis has not the length 1");
  }
  return {facts.vector("middle_mm"), axis, facts.vector("zero"),
          recon::VirtualCylinder::Size{.radius_mm = facts.positive("radius_mm"),
                                       .half_length_mm = facts.number("half_length_mm"),
                                       .per_ring = facts.count("nodes_per_ring", 3, most),
                                       .rings = facts.count("rings", 1, most)}};
}

recon::ScatterEstimate read_estimate(hid_t group, const Facts& facts) {
  recon::VirtualCylinder cylinder = read_cylinder(facts);
  constexpr double most = 10'000;
  constexpr std::size_t most_sigmas = 100;
  const recon::TofPositions positions{.step_mm = facts.positive("position_step_mm"),
                                      .each_side = facts.count("positions_each_side", 0, most)};
  auto sigmas_mm = read_array<std::vector<float>>(group, "sigmas_mm", H5T_NATIVE_FLOAT);
  if (sigmas_mm.size() > most_sigmas) {
    throw FileError(fmt::format("it has {} TOF resolutions", sigmas_mm.size()));
  }
  auto sums = read_array<std::vector<float>>(group, "sums", H5T_NATIVE_FLOAT);
  const std::size_t expected = recon::ScatterEstimate::num_pairs(cylinder.num_nodes()) *
                               static_cast<std::size_t>(positions.count()) * std::max<std::size_t>(1, sigmas_mm.size());
  if (sums.size() != expected) {
    throw FileError(fmt::format("its sums are {} values, and its nodes need {}", sums.size(), expected));
  }
  return {std::move(cylinder), positions, std::move(sigmas_mm), std::move(sums)};
}

recon::ScatterScale read_scale(hid_t group) {
  auto axial_mm = read_array<std::vector<double>>(group, "axial_mm", H5T_NATIVE_DOUBLE);
  auto factors = read_array<std::vector<double>>(group, "factors", H5T_NATIVE_DOUBLE);
  if (factors.empty() || factors.size() != axial_mm.size()) {
    throw FileError("its scale has not a factor for each place on the axis");
  }
  return {std::move(axial_mm), std::move(factors)};
}

recon::ScatterResult read_contents(const std::filesystem::path& path) {
  const Hdf5Id file = open_hdf5_file(path);
  const Hdf5Id group(H5Gopen2(file, group_name, H5P_DEFAULT), H5Gclose, "open its group scatter");
  const Facts facts(group);
  if (facts.number("version") != version) {
    throw FileError(fmt::format("it is of version {}, and this program reads {}", facts.number("version"), version));
  }
  recon::ScatterEstimate estimate = read_estimate(group, facts);
  recon::ScatterResult result(estimate.cylinder());
  result.estimate = std::move(estimate);
  result.scale = read_scale(group);
  result.absolute = facts.number("absolute");
  result.from_tails = facts.number("from_tails") != 0;
  result.rounds = facts.count("rounds", 0, 1000);
  result.counts = facts.number("counts");
  result.net_counts = facts.positive("net_counts");
  return result;
}

}  // namespace

void write_scatter(const std::filesystem::path& path, const recon::ScatterResult& result) {
  const Hdf5Quiet quiet;
  AtomicFile file(path);
  try {
    write_contents(file.temporary_path(), result);
  } catch (FileError& error) {
    error.prepend(fmt::format("Cannot write the scatter estimate {}", path.string()));
    throw;
  }
  file.commit();
}

recon::ScatterResult read_scatter(const std::filesystem::path& path) {
  const Hdf5Quiet quiet;
  try {
    return read_contents(path);
  } catch (const FileError& error) {
    throw FileError(fmt::format("{} is no scatter estimate that a job with output.scatter has left: {}", path.string(),
                                error.what()));
  }
}

}  // namespace coincide::io
