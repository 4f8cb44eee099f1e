// From CT images to attenuation images: the curve against the published lines, units that are told from the values, and
// integrals that a coarser grid keeps.

#include "recon/corrections/ct_numbers.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/corrections/attenuation_unit.h"
#include "recon/phantom.h"
#include "recon/resample.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::AttenuationUnit;
using recon::CtCurve;
using recon::DenseMatter;
using recon::Image;

/// A line a (HU + 1000) + b above the break point, as published.
struct PublishedLine {
  double tube_kv, a, b, break_hu, mu_1000;
};

constexpr PublishedLine published[] = {{80, 3.64e-5, 6.26e-2, 50, 0.1354},  {100, 4.43e-5, 5.44e-2, 52, 0.1430},
                                       {110, 4.92e-5, 4.88e-2, 43, 0.1472}, {120, 5.10e-5, 4.71e-2, 47, 0.1491},
                                       {130, 5.51e-5, 4.24e-2, 37, 0.1526}, {140, 5.64e-5, 4.08e-2, 30, 0.1536}};

bool near(double found, double wanted, double tolerance) {
  if (!(std::abs(found - wanted) <= tolerance)) {
    qWarning("%.6g instead of %.6g", found, wanted);
    return false;
  }
  return true;
}

/// A cylinder of water, 200 mm wide, as CT shows it.
Image ct_of_cylinder() {
  const recon::Phantom cylinder{"",
                                {{recon::ShapeKind::elliptic_cylinder, "water", {0, 0, 0}, {100, 100, 30}, 0, 0.096}}};
  Image ct = recon::attenuation_image(cylinder, recon::centred_grid({240, 240, 9}, {1, 1, 5}, {0, 0, 0}), {});
  for (float& value : ct.values) {
    value = value / 9.6e-5F - 1000;
  }
  ct.unit = "";
  return ct;
}

double integral_cm2(const Image& image) {
  const auto& [x, y, z] = image.grid.voxel_size_mm;
  return std::accumulate(image.values.begin(), image.values.end(), 0.0) * x * y * z / 1000;
}

}  // namespace

class CtNumbersTest : public QObject {
  Q_OBJECT

 private slots:
  void curve_is_the_published_one() {
    const CtCurve at_120(120);
    QVERIFY(near(at_120.mu_per_cm(-1000), 0, 1e-4) && near(at_120.mu_per_cm(-3024), 0, 0));
    QVERIFY(near(at_120.mu_per_cm(0), 0.0960, 1e-4) && near(at_120.mu_per_cm(1000), 0.1491, 1e-4));
    for (const PublishedLine& line : published) {
      const CtCurve curve(line.tube_kv);
      QVERIFY(near(curve.mu_per_cm(1000), line.mu_1000, 1e-4));
      for (const double hu : {-900.0, -50.0, 20.0, line.break_hu + 1, 300.0, 2500.0}) {
        const double water = 9.6e-5 * (hu + 1000), bone = line.a * (hu + 1000) + line.b;
        QVERIFY(near(curve.mu_per_cm(hu), std::min(water, bone), 3e-5));
      }
    }
  }

  void curve_has_no_steps() {
    for (const double kv : {80.0, 95.0, 120.0, 133.0, 140.0}) {
      for (const DenseMatter dense : {DenseMatter::bone, DenseMatter::metal}) {
        const CtCurve curve(kv, dense);
        for (double hu = -1100; hu < 3000; hu += 0.5) {
          const double step = curve.mu_per_cm(hu + 0.5) - curve.mu_per_cm(hu);
          QVERIFY(step >= 0 && step <= 0.5 * 9.6e-5 * (1 + 1e-9));
        }
      }
    }
  }

  void voltages_between_lie_between_and_others_are_refused() {
    const double low = CtCurve(100).mu_per_cm(800), high = CtCurve(110).mu_per_cm(800);
    QVERIFY(near(CtCurve(105).mu_per_cm(800), 0.5 * (low + high), 2e-4));
    for (const double wrong : {0.0, 79.9, 141.0, 120000.0, std::nan("")}) {
      QVERIFY_THROWS_EXCEPTION(InputError, CtCurve{wrong});
    }
  }

  /// Scanners flatten the curve; the straight one is 8, 22 and 47 % above it at 1500, 2000 and 3000 HU.
  void metal_is_flattened_and_bone_stays() {
    const CtCurve bone(120), metal(120, DenseMatter::metal);
    QCOMPARE(metal.mu_per_cm(1000), bone.mu_per_cm(1000));
    QVERIFY(near(metal.mu_per_cm(2000), 0.165, 1e-3));
    QVERIFY(near(bone.mu_per_cm(1500) / metal.mu_per_cm(1500), 1.08, 5e-3));
    QVERIFY(near(bone.mu_per_cm(2000) / metal.mu_per_cm(2000), 1.22, 5e-3));
    QVERIFY(near(bone.mu_per_cm(3000) / metal.mu_per_cm(3000), 1.47, 1e-2));
    Image ct(recon::centred_grid({10, 10, 10}, {1, 1, 1}, {}), 0);
    std::fill_n(ct.values.begin(), 500, -1000.0F);
    QCOMPARE(recon::dense_part(ct, bone), 0.0);
    ct.values.back() = 1300;
    QCOMPARE(recon::dense_part(ct, bone), 1.0 / 500);
  }

  void units_are_told_from_the_values() {
    const Image ct = ct_of_cylinder();
    const Image mu = recon::attenuation_of_ct(ct, CtCurve(120));
    const auto unit_of = [&](float factor) {
      Image scaled = mu;
      std::ranges::transform(scaled.values, scaled.values.begin(), [=](float value) { return factor * value; });
      return recon::attenuation_unit(scaled);
    };
    QCOMPARE(recon::attenuation_unit(ct), AttenuationUnit::ct_numbers);
    QCOMPARE(unit_of(1), AttenuationUnit::per_cm);
    QCOMPARE(unit_of(0.1F), AttenuationUnit::per_mm);
    QCOMPARE(unit_of(100), AttenuationUnit::per_m);
    QCOMPARE(unit_of(0), AttenuationUnit::unknown);
    QCOMPARE(unit_of(5), AttenuationUnit::unknown);
    Image mask = mu, factors = mu, within = ct;
    std::ranges::transform(mu.values, mask.values.begin(), [](float value) { return value > 0.05F ? 1.0F : 0.0F; });
    std::ranges::transform(mu.values, factors.values.begin(), [](float value) { return std::exp(20 * value); });
    std::ranges::transform(ct.values, within.values.begin(), [](float value) { return std::max(value, -150.0F); });
    within.unit = "HU";
    QCOMPARE(recon::attenuation_unit(mask), AttenuationUnit::mask);
    QCOMPARE(recon::attenuation_unit(factors), AttenuationUnit::factors);
    QCOMPARE(recon::attenuation_unit(within), AttenuationUnit::ct_numbers);
  }

  /// Lines through the cylinder: 200 mm on a diameter, 173.2 mm at 50 mm beside it.
  void factors_of_a_cylinder() {
    const Image mu = recon::attenuation_of_ct(ct_of_cylinder(), CtCurve(120));
    const recon::ImageGrid wanted = recon::centred_grid({3, 3, 3}, {3, 3, 3}, {});
    const Image coarse = recon::box_averaged(mu, recon::grid_over({&mu.grid, 1}, wanted));
    QCOMPARE(coarse.grid.voxel_size_mm, (recon::Vec3{3, 3, 5}));
    const float start[] = {-300, 0, 0, -300, 50, 0}, end[] = {300, 0, 0, 300, 50, 0};
    recon::ComputeDevice cpu(projectors::find_device("cpu"));
    recon::Reporter reporter;
    recon::AttenuationFactors factors(coarse, cpu, 1, reporter);
    std::array<float, 2> survival{1, 1};
    factors.multiply({start, end, 2}, survival.data());
    QVERIFY(near(1 / survival[0], 6.821, 0.005 * 6.821) && near(1 / survival[1], 5.274, 0.005 * 5.274));
  }

  /// On grids whose voxels are no multiples of the image's, and beside its raster.
  void integrals_are_kept() {
    Image image(recon::centred_grid({31, 40, 17}, {0.97F, 1.1F, 3.25F}, {11, -7, 3}), 0, "1/cm");
    std::mt19937 random(4);
    std::ranges::generate(image.values, [&] { return std::uniform_real_distribution<float>(0, 0.2F)(random); });
    for (const float size_mm : {0.7F, 2.0F, 4.17F, 50.0F}) {
      const recon::ImageGrid like = recon::centred_grid({5, 5, 5}, {size_mm, size_mm, size_mm}, {0.3F, 0, -1});
      const Image coarse = recon::box_averaged(image, recon::grid_over({&image.grid, 1}, like));
      QVERIFY(near(integral_cm2(coarse) / integral_cm2(image), 1, 1e-6));
      QVERIFY(near(recon::covered_part(image.grid, coarse.grid), 1, 1e-6));
    }
  }

  /// One voxel of the coarse grid, by hand: it takes 1/4, 1/2 and 1/4 of three voxels, and half of it lies outside.
  void boxes_overlap_by_their_parts() {
    Image image(recon::centred_grid({4, 1, 1}, {1, 1, 1}, {0, 0, 0}), 0);
    image.values = {1, 2, 4, 8};
    const Image mean = recon::box_averaged(image, recon::centred_grid({1, 1, 1}, {2, 2, 1}, {-0.5, 0, 0}));
    QCOMPARE(mean.values.front(), 0.5F * (0.25F * 1 + 0.5F * 2 + 0.25F * 4));
  }
};

COINCIDE_TEST_CLASS(CtNumbersTest)

}  // namespace coincide::tests

#include "ct_numbers_test.moc"
