// Resolution models whose widths change over the radius, against a dense matrix in double precision.

#include "recon/radial_blur.h"

#include <Eigen/Dense>
#include <QtTest>
#include <cmath>
#include <numbers>
#include <random>

#include "projectors/error.h"
#include "recon/resolution_model.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using recon::Psf;

Psf table(std::vector<recon::PsfWidths> rows, std::array<double, 2> axis_mm = {0, 0}) {
  Psf psf;
  psf.rows = std::move(rows);
  psf.axis_mm = axis_mm;
  return psf;
}

const std::vector<recon::PsfWidths> rows{{2, 6, 5, 5}, {10, 8, 5, 6}, {20, 11, 6, 9}};

double variance(double fwhm_mm, double voxel_mm) { return std::pow(fwhm_mm / voxel_mm, 2) / (8 * std::numbers::ln2); }

constexpr Index reach = 14;

/// Weights of the Gaussian on the lattice with this covariance [voxels^2], offset (i, j) at (reach + i, reach + j): by
/// Fourier's integral.
MatrixXd on_lattice(double xx, double xy, double yy) {
  constexpr Index points = 32;
  std::array<double, points> cosine{};
  for (Index p = 0; p < points; ++p) {
    cosine[static_cast<std::size_t>(p)] = std::cos(2 * std::numbers::pi * static_cast<double>(p) / points);
  }
  const auto cos = [&](Index p) { return cosine[static_cast<std::size_t>((p % points + points) % points)]; };
  MatrixXd weights = MatrixXd::Zero(2 * reach + 1, 2 * reach + 1);
  for (Index p = 0; p < points; ++p) {
    for (Index q = 0; q < points; ++q) {
      const double exponent = (xx - std::abs(xy)) * (1 - cos(p)) + (yy - std::abs(xy)) * (1 - cos(q)) +
                              std::abs(xy) * (1 - cos(xy > 0 ? p + q : p - q));
      const double transform = std::exp(-exponent) / (points * points);
      for (Index i = -reach; i <= reach; ++i) {
        for (Index j = -reach; j <= reach; ++j) {
          weights(reach + i, reach + j) += transform * cos(p * i + q * j);
        }
      }
    }
  }
  return weights;
}

Index folded(Index i, Index length) {
  while (i < 0 || i >= length) {
    i = i < 0 ? -1 - i : 2 * length - 1 - i;
  }
  return i;
}

/// Between rows by hand: radii of the test's grid lie in the table.
recon::PsfWidths widths_at(double radius) {
  if (radius <= rows[0].radius_mm) {
    return rows[0];
  }
  const auto& low = radius <= rows[1].radius_mm ? rows[0] : rows[1];
  const auto& high = radius <= rows[1].radius_mm ? rows[1] : rows[2];
  const double part = (radius - low.radius_mm) / (high.radius_mm - low.radius_mm);
  const auto mix = [part](double a, double b) { return a + part * (b - a); };
  return {radius, mix(low.radial_mm, high.radial_mm), mix(low.tangential_mm, high.tangential_mm),
          mix(low.axial_mm, high.axial_mm)};
}

/// H, each column what a voxel gives: scattered, and folded back at the faces one by one.
MatrixXd dense(const recon::ImageGrid& grid, const std::array<double, 2>& axis_mm) {
  const auto [nx, ny, nz] = grid.shape;
  MatrixXd h = MatrixXd::Zero(grid.num_voxels(), grid.num_voxels());
  for (Index x = 0; x < nx; ++x) {
    for (Index y = 0; y < ny; ++y) {
      const double hx = grid.voxel_size_mm[0], hy = grid.voxel_size_mm[1];
      const double dx = grid.origin_mm[0] + hx * static_cast<double>(x) - axis_mm[0];
      const double dy = grid.origin_mm[1] + hy * static_cast<double>(y) - axis_mm[1];
      const recon::PsfWidths widths = widths_at(std::hypot(dx, dy));
      const double phi = std::atan2(dy, dx), c = std::cos(phi), s = std::sin(phi);
      const double radial = variance(widths.radial_mm, 1), tangential = variance(widths.tangential_mm, 1);
      const double xx = (radial * c * c + tangential * s * s) / (hx * hx),
                   xy = (radial - tangential) * c * s / (hx * hy),
                   yy = (radial * s * s + tangential * c * c) / (hy * hy);
      const MatrixXd weights = on_lattice(xx, xy, yy);
      const MatrixXd axial = on_lattice(variance(widths.axial_mm, grid.voxel_size_mm[2]), 0, 0);
      MatrixXd across = MatrixXd::Zero(nx, ny), along = MatrixXd::Zero(nz, nz);
      for (Index i = -reach; i <= reach; ++i) {
        for (Index j = -reach; j <= reach; ++j) {
          across(folded(x + i, nx), folded(y + j, ny)) += weights(reach + i, reach + j);
        }
        for (Index z = 0; z < nz; ++z) {
          along(folded(z + i, nz), z) += axial(reach + i, reach);
        }
      }
      for (Index k = 0; k < nx * ny * nz * nz; ++k) {
        const Index to_x = k / (ny * nz * nz), to_y = k / (nz * nz) % ny, to_z = k / nz % nz, z = k % nz;
        h((to_x * ny + to_y) * nz + to_z, (x * ny + y) * nz + z) = across(to_x, to_y) * along(to_z, z);
      }
    }
  }
  return h;
}

std::vector<float> random_values(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  std::ranges::generate(values, [&] { return static_cast<float>(random() % 1000) / 1000; });
  return values;
}

VectorXd as_vector(const std::vector<float>& values) {
  return Eigen::Map<const Eigen::VectorXf>(values.data(), std::ssize(values)).cast<double>();
}

enum class Way { spread, gather };

std::vector<float> applied(const recon::ResolutionModel& model, Way way, const std::vector<float>& in) {
  std::vector<float> work(in.size()), out(in.size());
  way == Way::spread ? model.spread(in.data(), work.data(), out.data())
                     : model.gather(in.data(), work.data(), out.data());
  return out;
}

double largest(const VectorXd& one, const VectorXd& other) {
  return (one - other).cwiseAbs().maxCoeff() / other.cwiseAbs().maxCoeff();
}

}  // namespace

class RadialBlurTest : public QObject {
  Q_OBJECT

 private slots:
  void equals_a_dense_matrix() {
    const recon::ImageGrid grid = recon::centred_grid({8, 9, 7}, {3, 2.5F, 4}, {1, -2, 30});
    const std::array<double, 2> axis_mm{2, 1};
    const recon::ResolutionModel model(grid, table(rows, axis_mm), 2);
    const MatrixXd h = dense(grid, axis_mm);
    const std::vector<float> x = random_values(grid.num_voxels(), 1), y = random_values(grid.num_voxels(), 2);
    const VectorXd hx = as_vector(applied(model, Way::spread, x)), hty = as_vector(applied(model, Way::gather, y));
    qInfo("spread %.1e, gather %.1e of the largest", largest(hx, h * as_vector(x)),
          largest(hty, h.transpose() * as_vector(y)));
    QVERIFY(largest(hx, h * as_vector(x)) < 5e-5);  // what lies beyond 4 sigma is cut
    QVERIFY(largest(hty, h.transpose() * as_vector(y)) < 5e-5);
    QVERIFY(std::abs(hx.dot(as_vector(y)) / as_vector(x).dot(hty) - 1) < 1e-6);
    // Another model would be seen.
    QVERIFY(largest(as_vector(applied({grid, table(rows), 2}, Way::spread, x)), h * as_vector(x)) > 1e-2);
    QVERIFY(largest(hty, h * as_vector(y)) > 1e-2);
  }

  void transposed_and_conserving_data() {
    QTest::addColumn<std::vector<std::int64_t>>("shape");
    QTest::addColumn<double>("scale");
    QTest::newRow("usual") << std::vector<std::int64_t>{12, 11, 9} << 1.0;
    QTest::newRow("narrow") << std::vector<std::int64_t>{12, 11, 9} << 0.05;
    QTest::newRow("more planes than go together") << std::vector<std::int64_t>{5, 4, 39} << 1.0;
    QTest::newRow("one plane") << std::vector<std::int64_t>{13, 12, 1} << 1.0;
    QTest::newRow("wider than the image") << std::vector<std::int64_t>{3, 1, 2} << 4.0;
    QTest::newRow("one voxel") << std::vector<std::int64_t>{1, 1, 1} << 1.0;
  }

  /// What each voxel gives adds up to 1, at corners, edges and faces, too; and <H x, y> = <x, H^T y>.
  void transposed_and_conserving() {
    QFETCH(const std::vector<std::int64_t>, shape);
    QFETCH(const double, scale);
    const recon::ImageGrid grid = recon::centred_grid({shape[0], shape[1], shape[2]}, {3, 2, 5}, {4, 0, 0});
    Psf psf = table(rows);
    for (recon::PsfWidths& row : psf.rows) {
      row = {row.radius_mm, scale * row.radial_mm, scale * row.tangential_mm, scale * row.axial_mm};
    }
    const recon::ResolutionModel model(grid, psf, 2);
    for (const float given :
         applied(model, Way::gather, std::vector<float>(random_values(grid.num_voxels(), 1).size(), 1))) {
      QVERIFY2(std::abs(given - 1) < 1e-5, qPrintable(QString::number(given)));
    }
    const std::vector<float> x = random_values(grid.num_voxels(), 3), y = random_values(grid.num_voxels(), 4);
    const VectorXd spread = as_vector(applied(model, Way::spread, x));
    QVERIFY(std::abs(spread.dot(as_vector(y)) / as_vector(x).dot(as_vector(applied(model, Way::gather, y))) - 1) <
            1e-6);
    QVERIFY(std::abs(spread.sum() / as_vector(x).sum() - 1) < 1e-6);
    QVERIFY(spread.minCoeff() >= 0);
  }

  void widths_along_and_across_the_radius_data() {
    QTest::addColumn<double>("angle_degrees");
    for (const double angle : {0.0, 17.0, 45.0, 90.0, 143.0, 250.0}) {
      QTest::addRow("%g degrees", angle) << angle;
    }
  }

  /// The second moments of a voxel's image, turned to its azimuth, are those of the table at its radius.
  void widths_along_and_across_the_radius() {
    QFETCH(const double, angle_degrees);
    recon::Image image(recon::centred_grid({61, 51, 31}, {1, 1.2F, 1.5F}, {0, 0, 0}), 0);
    const double angle = angle_degrees * std::numbers::pi / 180;
    const double at[2] = {std::cos(angle), std::sin(angle)};  // the axis lies 15 mm from the middle, on the other side
    image.at(30, 25, 15) = 1;
    const Psf psf = table(rows, {-15 * at[0], -15 * at[1]});
    image.values = applied({image.grid, psf, 2}, Way::spread, image.values);
    double radial = 0, tangential = 0, axial = 0, mixed = 0;
    for (std::int64_t i = 0; i < image.grid.num_voxels(); ++i) {
      const double value = image.values[static_cast<std::size_t>(i)];
      const double x = static_cast<double>(i / (51 * 31)) - 30, y = 1.2 * (static_cast<double>(i / 31 % 51) - 25);
      const double z = 1.5 * (static_cast<double>(i % 31) - 15);
      const double r = x * at[0] + y * at[1], t = y * at[0] - x * at[1];
      radial += value * r * r;
      tangential += value * t * t;
      axial += value * z * z;
      mixed += value * r * t;
    }
    QVERIFY2(std::abs(radial / variance(9.5, 1) - 1) < 0.01, qPrintable(QString::number(radial)));
    QVERIFY2(std::abs(tangential / variance(5.5, 1) - 1) < 0.01, qPrintable(QString::number(tangential)));
    QVERIFY2(std::abs(axial / variance(7.5, 1) - 1) < 0.01, qPrintable(QString::number(axial)));
    QVERIFY2(std::abs(mixed) < 0.01 * tangential, qPrintable(QString::number(mixed)));
  }

  /// The same bits as the Gaussian, whether it comes as a width or a table; and its weights made the long way are so.
  void one_width_is_the_gaussian() {
    const recon::ImageGrid grid = recon::centred_grid({12, 11, 20}, {3, 2, 5}, {0, 0, 0});
    const std::vector<float> x = random_values(grid.num_voxels(), 5);
    std::vector<float> expected = x;
    recon::GaussianFilter(grid, 6.5).apply(expected);
    for (const Psf& psf : {Psf(6.5), table({{0, 6.5, 6.5, 6.5}, {90, 6.5, 6.5, 6.5}}, {5, 5})}) {
      QCOMPARE(applied({grid, psf, 2}, Way::spread, x), expected);
      QCOMPARE(applied({grid, psf, 2}, Way::gather, x), expected);
      QCOMPARE(recon::psf_weight_bytes(grid, psf), std::uint64_t{0});
    }
    const recon::RadialBlur blur(grid, Psf(6.5), 2);
    std::vector<float> work(x.size()), found(x.size());
    blur.apply(recon::kernels::ColumnStep::along, x.data(), work.data());
    blur.apply(recon::kernels::ColumnStep::spread_across, work.data(), found.data());
    QVERIFY(largest(as_vector(found), as_vector(expected)) < 1e-5);
  }

  void threads_do_not_matter_and_memory_is_counted() {
    const recon::ImageGrid grid = recon::centred_grid({9, 8, 21}, {3, 3, 3}, {0, 0, 0});
    const std::vector<float> x = random_values(grid.num_voxels(), 6);
    QCOMPARE(applied({grid, table(rows), 3}, Way::spread, x), applied({grid, table(rows), 1}, Way::spread, x));
    QCOMPARE(applied({grid, table(rows), 3}, Way::gather, x), applied({grid, table(rows), 1}, Way::gather, x));
    const recon::RadialBlur blur(grid, table(rows), 1);
    QCOMPARE(recon::psf_weight_bytes(grid, table(rows)), sizeof(float) * (blur.along().size() + blur.across().size()));
  }

  void tables_that_are_none_are_refused() {
    const recon::Scanner scanner = small_scanner();
    const auto refusal = [&](std::vector<recon::PsfWidths> table) -> QString {
      try {
        const Psf psf(std::move(table), scanner);
      } catch (const InputError& error) {
        return error.what();
      }
      return {};
    };
    QCOMPARE(refusal(rows), QString());
    QVERIFY(refusal({}).contains("no rows"));
    QVERIFY(refusal({{-1, 4, 4, 4}}).contains("radius is -1 mm"));
    QVERIFY(refusal({{0, 4, 0, 4}}).contains("radius 0 mm is 0 mm"));
    QVERIFY(refusal({{0, 4, 4, 51}}).contains("at most 50 mm"));
    QVERIFY(refusal({{0, 4, std::nan(""), 4}}).contains("nan"));
    QVERIFY(refusal({{5, 4, 4, 4}, {5, 4, 4, 4}}).contains("ascend"));
    recon::Scanner lying = scanner;  // its rings about x
    for (std::size_t i = 0; i < lying.num_crystals(); ++i) {
      std::ranges::rotate(lying.crystal_centre_mm[i], lying.crystal_centre_mm[i].begin() + 2);
      std::ranges::rotate(lying.crystal_normal[i], lying.crystal_normal[i].begin() + 2);
    }
    QVERIFY_THROWS_EXCEPTION(InputError, Psf(rows, lying));
    const Psf alike({{0, 4, 4, 4}}, lying);  // where the axis lies does not matter
  }
};

COINCIDE_TEST_CLASS(RadialBlurTest)

}  // namespace coincide::tests

#include "radial_blur_test.moc"
