#include "recon/radial_blur.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "recon/parallel.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// xx, xy, yy of the covariance across a column. [voxels^2]
struct Covariance {
  double xx, xy, yy;

  double between(const std::array<std::int64_t, 2>& a, const std::array<std::int64_t, 2>& b) const {
    const auto ax = static_cast<double>(a[0]), ay = static_cast<double>(a[1]);
    const auto bx = static_cast<double>(b[0]), by = static_cast<double>(b[1]);
    return ax * bx * xx + (ax * by + ay * bx) * xy + ay * by * yy;
  }
};

struct Column {
  PsfWidths widths;
  std::array<double, 2> along_radius;  ///< unit vector
};

Column column_at(const ImageGrid& grid, const Psf& psf, std::int64_t x, std::int64_t y) {
  const double dx = grid.origin_mm[0] + static_cast<double>(x) * grid.voxel_size_mm[0] - psf.axis_mm[0];
  const double dy = grid.origin_mm[1] + static_cast<double>(y) * grid.voxel_size_mm[1] - psf.axis_mm[1];
  const double radius = std::hypot(dx, dy);
  return {.widths = psf.at(radius),
          .along_radius = radius > 0 ? std::array{dx / radius, dy / radius} : std::array{1.0, 0.0}};
}

Covariance covariance_of(const ImageGrid& grid, const Column& column) {
  const double radial = std::pow(column.widths.radial_mm / fwhm_per_sigma, 2);
  const double tangential = std::pow(column.widths.tangential_mm / fwhm_per_sigma, 2);
  const auto [c, s] = column.along_radius;
  const double hx = grid.voxel_size_mm[0], hy = grid.voxel_size_mm[1];
  return {.xx = (radial * c * c + tangential * s * s) / (hx * hx),
          .xy = (radial - tangential) * c * s / (hx * hy),
          .yy = (radial * s * s + tangential * c * c) / (hy * hy)};
}

std::int64_t reach_of(double variance) { return 1 + static_cast<std::int64_t>(std::ceil(4 * std::sqrt(variance))); }

std::array<std::int64_t, 3> largest_reach(const ImageGrid& grid, const Psf& psf) {
  std::array<std::int64_t, 3> reach{};
  for (std::int64_t x = 0; x < grid.shape[0]; ++x) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      const Column column = column_at(grid, psf, x, y);
      const Covariance covariance = covariance_of(grid, column);
      const double axial = std::pow(column.widths.axial_mm / fwhm_per_sigma / grid.voxel_size_mm[2], 2);
      reach = {std::max(reach[0], reach_of(covariance.xx)), std::max(reach[1], reach_of(covariance.yy)),
               std::max(reach[2], reach_of(axial))};
    }
  }
  return reach;
}

/// A variance along a vector of the lattice.
struct LatticeTerm {
  double variance;
  std::array<std::int64_t, 2> vector;
};

/// The covariance as the sum of terms variance vector vector^T with no negative variance.
std::array<LatticeTerm, 3> selling_terms(const Covariance& covariance) {
  using Vector = std::array<std::int64_t, 2>;
  constexpr int enough = 100;  // of a few that widths of the same order need
  std::array<Vector, 3> base{Vector{1, 0}, Vector{0, 1}, Vector{-1, -1}};
  bool is_reduced = false;
  for (int round = 0; round < enough && !is_reduced; ++round) {
    is_reduced = true;
    for (std::size_t k = 0; k < 3 && is_reduced; ++k) {
      const Vector a = base[(k + 1) % 3], b = base[(k + 2) % 3];
      if (covariance.between(a, b) > 0) {
        base = {Vector{-a[0], -a[1]}, b, Vector{a[0] - b[0], a[1] - b[1]}};
        is_reduced = false;
      }
    }
  }
  std::array<LatticeTerm, 3> terms;
  for (std::size_t k = 0; k < 3; ++k) {
    const double variance = -covariance.between(base[(k + 1) % 3], base[(k + 2) % 3]);
    terms[k] = {.variance = std::max(variance, 0.0), .vector = {-base[k][1], base[k][0]}};
  }
  return terms;
}

/// Convolution with a discrete Gaussian along a vector of the lattice; what leaves the rectangle is lost.
void convolve(const LatticeTerm& term, std::int64_t rows, std::int64_t columns, std::vector<double>& values) {
  const std::vector<double> taps = discrete_gaussian(std::sqrt(term.variance));
  const std::int64_t length = std::ssize(taps) - 1;
  if (length == 0) {
    return;
  }
  const std::vector<double> before = values;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      double sum = 0;
      for (std::int64_t tap = -length; tap <= length; ++tap) {
        const std::int64_t x = i - tap * term.vector[0], y = j - tap * term.vector[1];
        if (x >= 0 && x < rows && y >= 0 && y < columns) {
          sum += taps[static_cast<std::size_t>(std::abs(tap))] * before[static_cast<std::size_t>(x * columns + y)];
        }
      }
      values[static_cast<std::size_t>(i * columns + j)] = sum;
    }
  }
}

}  // namespace

RadialBlur::RadialBlur(const ImageGrid& grid, const Psf& psf, int num_threads)
    : grid_(grid), reach_(largest_reach(grid, psf)), num_threads_(num_threads) {
  const auto [rx, ry, rz] = reach_;
  const auto columns = static_cast<std::size_t>(grid.shape[0] * grid.shape[1]);
  along_.resize(columns * static_cast<std::size_t>(rz + 1));
  across_.resize(columns * static_cast<std::size_t>((2 * rx + 1) * (2 * ry + 1)));
  parallel_for(grid.shape[0], num_threads, [&](std::int64_t x) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      fill_column(psf, x, y);
    }
  });
}

void RadialBlur::fill_column(const Psf& psf, std::int64_t x, std::int64_t y) {
  const auto [rx, ry, rz] = reach_;
  const std::int64_t rows = 2 * rx + 1, columns = 2 * ry + 1, at = x * grid_.shape[1] + y;
  const Column column = column_at(grid_, psf, x, y);
  const auto taps = discrete_gaussian(column.widths.axial_mm / fwhm_per_sigma / grid_.voxel_size_mm[2]);
  std::ranges::copy(taps, along_.begin() + at * (rz + 1));  // those beyond stay 0
  std::vector<double> values(static_cast<std::size_t>(rows * columns));
  values[static_cast<std::size_t>(rx * columns + ry)] = 1;
  for (const LatticeTerm& term : selling_terms(covariance_of(grid_, column))) {
    convolve(term, rows, columns, values);
  }
  const double sum = std::reduce(values.begin(), values.end());
  std::ranges::transform(values, across_.begin() + at * rows * columns,
                         [sum](double value) { return static_cast<float>(value / sum); });
}

kernels::ColumnBlur RadialBlur::view(const float* along, const float* across) const {
  return {.shape = {grid_.shape[0], grid_.shape[1], grid_.shape[2]},
          .reach = {reach_[0], reach_[1], reach_[2]},
          .along = along,
          .across = across};
}

void RadialBlur::apply(kernels::ColumnStep step, const float* in, float* out) const {
  constexpr std::int64_t together = 16;  // voxels that a few registers hold
  const kernels::ColumnBlur blur = weights();
  const std::int64_t length = grid_.shape[2];
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
  for (std::int64_t column = 0; column < grid_.shape[0] * grid_.shape[1]; ++column) {
    const std::int64_t x = column / grid_.shape[1], y = column % grid_.shape[1];
    float sums[together], one[1];
    float* to = out + column * length;
    for (std::int64_t z = 0; z < length && length >= together; z += together) {
      const std::int64_t from = std::min(z, length - together);  // some twice rather than the last one by one
      blur.at(step, in, x, y, from, sums);
      std::copy_n(sums, together, to + from);
    }
    for (std::int64_t z = 0; z < length && length < together; ++z) {
      blur.at(step, in, x, y, z, one);
      to[z] = one[0];
    }
  }
}

std::uint64_t psf_weight_bytes(const ImageGrid& grid, const Psf& psf) {
  if (psf.is_none() || psf.one_width_mm()) {
    return 0;
  }
  const auto [rx, ry, rz] = largest_reach(grid, psf);
  const auto columns = static_cast<std::uint64_t>(grid.shape[0] * grid.shape[1]);
  return columns * static_cast<std::uint64_t>((2 * rx + 1) * (2 * ry + 1) + rz + 1) * sizeof(float);
}

}  // namespace coincide::recon
