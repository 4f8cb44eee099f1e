// Figures of merit against values that were computed elsewhere, and places that are found again in moved phantoms.

#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>
#include <span>

#include "projectors/error.h"
#include "recon/figures/cross_calibration.h"
#include "recon/figures/image_quality.h"
#include "recon/figures/repeated_runs.h"
#include "recon/figures/resolution.h"
#include "recon/figures/small_animal.h"
#include "recon/psf.h"
#include "recon/resample.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::FigureReport;
using recon::Image;
using recon::PhantomPose;

bool near(double found, double wanted, double tolerance) {
  if (!(std::abs(found - wanted) <= tolerance)) {
    qWarning("%.6g instead of %.6g", found, wanted);
    return false;
  }
  return true;
}

recon::Shape ball(float diameter_mm, float x_mm, float y_mm) {
  const float radius_mm = diameter_mm / 2;
  return {recon::ShapeKind::ellipsoid, "", {x_mm, y_mm, 0}, {radius_mm, radius_mm, radius_mm}, 21200, 0.096};
}

/// As resources/phantoms/nema_iq.toml.
recon::Phantom nema() {
  constexpr auto cylinder = recon::ShapeKind::elliptic_cylinder;
  return {"NEMA",
          {{cylinder, "body", {0, 0, -22}, {150, 115, 90}, 5300, 0.096},
           {cylinder, "lung", {0, 0, -22}, {25, 25, 90}, 0, 0.026},
           ball(37, 57.2F, 0),
           ball(10, 28.6F, 49.54F),
           ball(13, -28.6F, 49.54F),
           ball(17, -57.2F, 0),
           ball(22, -28.6F, -49.54F),
           ball(28, 28.6F, -49.54F)}};
}

/// Part of the voxel [i, j, k] that a sphere takes.
float part_in(const recon::Shape& sphere, const recon::ImageGrid& grid, const std::array<std::int64_t, 3>& voxel) {
  constexpr int samples = 4;
  int inside = 0;
  for (int sample = 0; sample < samples * samples * samples; ++sample) {
    const std::array<int, 3> of{sample / 16, sample / 4 % 4, sample % 4};
    float square = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const float place = static_cast<float>(voxel[axis]) + (static_cast<float>(of[axis]) + 0.5F) / samples - 0.5F;
      const float distance = grid.origin_mm[axis] + place * grid.voxel_size_mm[axis] - sphere.centre_mm[axis];
      square += distance * distance;
    }
    inside += square <= sphere.half_size_mm[0] * sphere.half_size_mm[0] ? 1 : 0;
  }
  return static_cast<float>(inside) / (samples * samples * samples);
}

void add_sphere(const recon::Shape& sphere, float contrast, Image& image) {
  std::array<std::int64_t, 3> low{}, high{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto voxel = [&](float mm) {
      return std::llround((mm - image.grid.origin_mm[axis]) / image.grid.voxel_size_mm[axis]);
    };
    low[axis] = voxel(sphere.centre_mm[axis] - sphere.half_size_mm[0]);
    high[axis] = voxel(sphere.centre_mm[axis] + sphere.half_size_mm[0]);
  }
  for (std::int64_t i = low[0]; i <= high[0]; ++i) {
    for (std::int64_t j = low[1]; j <= high[1]; ++j) {
      for (std::int64_t k = low[2]; k <= high[2]; ++k) {
        image.at(i, j, k) += contrast * part_in(sphere, image.grid, {i, j, k});
      }
    }
  }
}

/// Spheres of four times the activity around them in 2 mm voxels, one of which has its middle in that of each sphere;
/// blurred in voxels of half the size.
Image exact_phantom(double fwhm_mm) {
  Image fine(recon::centred_grid({302, 234, 54}, {1, 1, 1}, {0, 0, 0}), 1);
  const recon::Phantom phantom = nema();
  for (recon::Shape sphere : std::span(phantom.shapes).subspan(2)) {
    sphere.centre_mm[0] = 2 * std::round(sphere.centre_mm[0] / 2);
    sphere.centre_mm[1] = 2 * std::round(sphere.centre_mm[1] / 2);
    add_sphere(sphere, 3, fine);
  }
  recon::GaussianFilter(fine.grid, fwhm_mm).apply(fine.values);
  return recon::box_averaged(fine, recon::centred_grid({151, 117, 27}, {2, 2, 2}, {0, 0, 0}));
}

recon::SpherePhantom exact_places() {
  recon::SpherePhantom phantom = recon::sphere_phantom(nema());
  for (recon::SpherePhantom::Sphere& sphere : phantom.spheres) {
    for (double& place_mm : sphere.centre_mm) {
      place_mm = 2 * std::round(place_mm / 2);
    }
  }
  return phantom;
}

/// As a Gaussian makes it of what the voxels' boxes hold.
Image blurred_phantom(double fwhm_mm, const recon::ImageGrid& grid, const recon::Phantom& phantom = nema(),
                      const recon::Vec3& place_mm = {0, 0, 0}) {
  Image image = recon::activity_image(phantom, grid, place_mm, 4);
  recon::GaussianFilter(grid, fwhm_mm).apply(image.values);
  return image;
}

std::vector<double> values_of(const FigureReport& report, const std::string& name) {
  std::vector<double> values;
  for (const recon::Figure& figure : report.figures) {
    if (figure.name == name) {
      values.push_back(figure.value);
    }
  }
  return values;
}

bool all_near(const std::vector<double>& found, const std::vector<double>& wanted, double tolerance) {
  bool good = found.size() == wanted.size();
  for (std::size_t i = 0; good && i < wanted.size(); ++i) {
    good = near(found[i], wanted[i], tolerance);
  }
  return good;
}

/// What lies on the axis stays as it is.
recon::Phantom turned(recon::Phantom phantom, double angle, bool mirrored) {
  const PhantomPose pose{{}, angle, mirrored};
  for (recon::Shape& shape : phantom.shapes) {
    const auto place = pose.place(shape.centre_mm[0], shape.centre_mm[1], 0);
    shape.centre_mm[0] = static_cast<float>(place[0]);
    shape.centre_mm[1] = static_cast<float>(place[1]);
  }
  return phantom;
}

/// As resources/phantoms/nu4_iq.toml, with activity 1.
recon::Phantom nu4() {
  const auto cylinder = [](const char* name, recon::Vec3 centre_mm, float radius_mm, float half_mm, double activity) {
    return recon::Shape{recon::ShapeKind::elliptic_cylinder, name,     centre_mm,
                        {radius_mm, radius_mm, half_mm},     activity, 0};
  };
  recon::Phantom phantom{"NU 4", {cylinder("body", {}, 15, 25, 1), cylinder("solid", {0, 0, -15}, 15, 10, 0)}};
  for (int rod = 0; rod < 5; ++rod) {
    const double angle = (0.5 + 0.8 * rod) * std::numbers::pi / 2;
    phantom.shapes.push_back(
        cylinder("rod", {static_cast<float>(7 * std::cos(angle)), static_cast<float>(7 * std::sin(angle)), -15},
                 0.5F * static_cast<float>(5 - rod), 10, 1));
  }
  phantom.shapes.push_back(cylinder("water", {-7.5F, 0, 17.5F}, 4, 7.5F, 0));
  phantom.shapes.push_back(cylinder("air", {7.5F, 0, 17.5F}, 4, 7.5F, 0));
  return phantom;
}

}  // namespace

class FiguresTest : public QObject {
  Q_OBJECT

 private slots:
  void circles_weigh_pixels_by_area() {
    Image image(recon::centred_grid({5, 5, 3}, {2, 2, 4}, {0, 0, 0}), 1);
    image.at(2, 2, 1) = 11;
    constexpr double samples = 448;  // of a raster of 0.25 mm in a circle of 6 mm, against pi 36 / 4 / 0.25^2 = 452.4
    QVERIFY(near(recon::mean_in({{0, 0, 0}, 6}, image), 1 + 10 * 64 / samples, 1e-12));
    QVERIFY(near(recon::mean_in({{0.5, -0.5, 1.9}, 0.8}, image), 11, 1e-12));  // the nearest plane, within the pixel
    QVERIFY(near(recon::mean_in({{0, 0, 2.1}, 6}, image), 1, 1e-12));          // the next plane
    QVERIFY_THROWS_EXCEPTION(InputError, recon::mean_in({{3, 0, 0}, 6}, image));
  }

  /// The exact phantom: what a resolution of 5 and 6 mm leaves of the contrast, and what the circles alone do.
  void contrast_of_the_exact_phantom() {
    const recon::SpherePhantom phantom = exact_places();
    const FigureReport at_5_mm = recon::image_quality(phantom, {}, exact_phantom(5));
    QVERIFY(all_near(values_of(at_5_mm, "contrast recovery"), {55.5, 66.1, 75.0, 81.8, 85.7, 89.3}, 0.3));
    QVERIFY(all_near(values_of(at_5_mm, "background variability"), std::vector<double>(6, 0), 0.1));
    const FigureReport at_6_mm = recon::image_quality(phantom, {}, exact_phantom(6));
    QVERIFY(all_near(values_of(at_6_mm, "contrast recovery"), {46.9, 59.3, 70.0, 78.0, 82.9, 87.4}, 0.3));
    for (const double sharp : values_of(recon::image_quality(phantom, {}, exact_phantom(0)), "contrast recovery")) {
      QVERIFY(sharp > 87.5 && sharp < 96.5);
    }
    Image negative = exact_phantom(6);
    std::ranges::transform(negative.values, negative.values.begin(), std::negate());
    QVERIFY_THROWS_EXCEPTION(InputError, recon::image_quality(phantom, {}, negative));
  }

  /// Moved, turned or mirrored, and noisy: found to a fraction of a voxel.
  void spheres_are_found() {
    struct Case {
      recon::Vec3 shift_mm;
      double degrees;
      bool mirrored;
    };
    const recon::SpherePhantom phantom = recon::sphere_phantom(nema());
    std::mt19937 random(5);
    std::normal_distribution<float> noise(0, 1500);
    for (const Case& wanted : {Case{{0, 0, 0}, 0, false}, Case{{6, -3, 7}, 0, false}, Case{{-2, 4, -5}, 163, true}}) {
      const recon::ImageGrid grid = recon::centred_grid({84, 66, 18}, {4, 4, 4}, {1, 0, 0});
      const double angle = wanted.degrees * std::numbers::pi / 180;
      Image image = blurred_phantom(6, grid, turned(nema(), angle, wanted.mirrored), wanted.shift_mm);
      std::ranges::for_each(image.values, [&](float& value) { value = std::max(0.0F, value + noise(random)); });
      const PhantomPose found = recon::find_spheres(phantom, image);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(near(found.shift_mm[axis], wanted.shift_mm[axis], 0.8));
      }
      QVERIFY(near(std::remainder(found.angle - angle, 2 * std::numbers::pi), 0, 0.015));
      QCOMPARE(found.mirrored, wanted.mirrored);
      const FigureReport report = recon::image_quality(phantom, found, image);
      QVERIFY(near(values_of(report, "residual error").at(0), 100 * 0.3989 * 1500 / 5300, 1));  // mean of clipped noise
      QCOMPARE(report.regions.front().diameter_mm, 37.0);
    }
  }

  void other_images_and_phantoms_are_refused() {
    const recon::SpherePhantom phantom = recon::sphere_phantom(nema());
    const recon::ImageGrid grid = recon::centred_grid({80, 64, 12}, {4, 4, 4}, {0, 0, 0});
    const recon::Phantom cylinder{"cylinder", {nema().shapes.front()}};
    QVERIFY_THROWS_EXCEPTION(InputError, recon::find_spheres(phantom, Image(grid, 0)));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::find_spheres(phantom, recon::activity_image(cylinder, grid, {})));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::sphere_phantom(cylinder));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::image_quality(phantom, {{30, 0, 0}}, Image(grid, 1)));
    recon::SpherePhantom narrow = phantom;
    narrow.body.half_size_mm[0] = 120;
    QVERIFY_THROWS_EXCEPTION(InputError, recon::image_quality(narrow, {}, Image(grid, 1)));
  }

  /// A long rod blurred by a Gaussian keeps 1 - exp(-R^2 / 2 sigma^2) on its axis; chambers are dark where it ends.
  void rods_and_chambers() {
    struct Case {
      recon::Vec3 shift_mm;
      double degrees;
      bool mirrored;
    };
    constexpr double fwhm_mm = 1.5;
    const recon::RodPhantom phantom = recon::rod_phantom(nu4());
    QCOMPARE(phantom.uniform_mm, 2.5);
    for (const Case& wanted : {Case{{0, 0, 0}, 0, false}, Case{{0.7F, -1.2F, 3}, 100, true}}) {
      const recon::ImageGrid grid = recon::centred_grid({80, 80, 130}, {0.5F, 0.5F, 0.5F}, {});
      const double angle = wanted.degrees * std::numbers::pi / 180;
      const Image image = blurred_phantom(fwhm_mm, grid, turned(nu4(), angle, wanted.mirrored), wanted.shift_mm);
      const PhantomPose pose = recon::find_phantom(nu4(), image);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(near(pose.shift_mm[axis], wanted.shift_mm[axis], 0.3));
      }
      QVERIFY(near(std::remainder(pose.angle - angle, 2 * std::numbers::pi), 0, 0.03));
      QCOMPARE(pose.mirrored, wanted.mirrored);
      const FigureReport report = recon::small_animal_quality(phantom, pose, image);
      const std::vector<double> recovery = values_of(report, "recovery coefficient");
      for (int rod = 0; rod < 5; ++rod) {
        const double radius_mm = 0.5 * (5 - rod), sigma_mm = fwhm_mm / 2.35482;
        const double on_axis = 1 - std::exp(-radius_mm * radius_mm / (2 * sigma_mm * sigma_mm));
        QVERIFY(near(recovery.at(static_cast<std::size_t>(rod)), on_axis, 0.05));
      }
      QVERIFY(all_near(values_of(report, "mean"), {1}, 2e-3) && all_near(values_of(report, "highest"), {1}, 0.01));
      QVERIFY(all_near(values_of(report, "spill-over ratio"), {0, 0}, 0.01));
      QCOMPARE(report.regions.size(), std::size_t{5});
    }
    QVERIFY_THROWS_EXCEPTION(InputError, recon::rod_phantom(nema()));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::find_phantom(nu4(), exact_phantom(0)));
  }

  void widths_of_peaks() {
    const recon::PeakWidths even = recon::peak_widths(std::array{0.0, 0.0, 1.0, 4.0, 6.0, 4.0, 1.0, 0.0, 0.0});
    QVERIFY(near(even.half_width, 2.6667, 1e-4) && near(even.peak, 6, 1e-12));
    const recon::PeakWidths uneven = recon::peak_widths(std::array{1.0, 4.0, 6.0, 5.0, 2.0});
    QVERIFY(near(uneven.peak, 6.0417, 1e-4) && near(uneven.half_width, 2.9861, 1e-4));
    QCOMPARE(uneven.tenth_width, 0.0);
    QVERIFY_THROWS_EXCEPTION(InputError, recon::peak_widths(std::array{3.0, 2.0, 1.0}));
  }

  /// A Gaussian of few pixels reads high by what is known, wherever between pixels its middle is.
  void width_of_a_gaussian() {
    struct Case {
      double pixels, least, most;
    };
    for (const auto& [pixels, least, most] : {Case{3, 1.9, 2.0}, Case{4, 0, 1.7}, Case{5, 0.3, 0.8}, Case{8, 0, 0.3}}) {
      double lowest = 100, highest = -100;
      for (int step = 0; step < 20; ++step) {
        const double middle = 20 + 0.05 * step;
        std::vector<double> profile(41);
        for (std::size_t i = 0; i < profile.size(); ++i) {
          const double away = (static_cast<double>(i) - middle) / pixels;
          profile[i] = std::exp2(-4 * away * away);
        }
        const double above = 100 * (recon::peak_widths(profile).half_width / pixels - 1);
        lowest = std::min(lowest, above);
        highest = std::max(highest, above);
      }
      QVERIFY(near(lowest, least, 0.06) && near(highest, most, 0.06));
    }
  }

  void resolution_of_a_point() {
    Image image(recon::centred_grid({31, 31, 31}, {0.8F, 1, 1}, {0, 0, 0}), 0);
    for (std::int64_t i = 0; i < 31 * 31 * 31; ++i) {
      const std::int64_t row = i / 31, plane = row / 31;
      const auto x = 0.8F * static_cast<float>(plane - 14);
      const auto y = static_cast<float>(row % 31 - 15), z = static_cast<float>(i % 31 - 16);
      image.values[static_cast<std::size_t>(i)] = std::exp2(-(x * x + y * y + z * z) / 9);  // 6 mm
    }
    const FigureReport report = recon::point_resolution(image);
    QVERIFY(all_near(values_of(report, "place"), {-0.8, 0, 1}, 1e-6));
    QVERIFY(all_near(values_of(report, "FWHM"), {6, 6, 6}, 0.06));
    QVERIFY(all_near(values_of(report, "FWTM"), std::vector<double>(3, 6 * std::sqrt(std::log2(10.0))), 0.2));
  }

  /// A cylinder off the middle that reads 7 % high, with warm ends; not all of a long one is in the image.
  void calibration_of_a_cylinder() {
    recon::Phantom phantom;
    phantom.shapes = {{.kind = recon::ShapeKind::elliptic_cylinder,
                       .name = "cylinder",
                       .centre_mm = {},
                       .half_size_mm = {60, 60, 55},
                       .activity_bq_per_ml = 5000,
                       .mu_per_cm = 0.096}};
    const auto found = [&](double scale, double slope, float half_length_mm, float half_width_mm = 60) {
      recon::Phantom seen = phantom;
      seen.shapes.front().half_size_mm = {half_width_mm, half_width_mm, half_length_mm};
      Image image = recon::activity_image(seen, recon::centred_grid({50, 50, 40}, {4, 4, 4}, {0, 0, 0}), {9, -6, 5});
      recon::GaussianFilter(image.grid, 7).apply(image.values);
      for (std::size_t i = 0; i < image.values.size(); ++i) {
        const double z = (static_cast<double>(i % 40) - 19.5) / 20;
        image.values[i] *= static_cast<float>(scale * (1 + slope * z));
      }
      image.unit = "Bq/mL";
      return recon::cross_calibration(phantom, image).figures.front().value;
    };
    QVERIFY(near(found(1.07, 0, 55), 1.07, 0.003));
    QVERIFY(near(found(0.93, 0, 55), 0.93, 0.003));
    QVERIFY(near(found(1.07, 0, 200), 1.07, 0.003));
    QVERIFY(near(found(1.07, 0.03, 200), 1.07, 0.003));
    QVERIFY_THROWS_EXCEPTION(InputError, found(1, 0.12, 200));
    QVERIFY(near(found(1.07, 0, 200, 64), 1.07, 0.003) && near(found(1.07, 0, 200, 56), 1.07, 0.003));
    QVERIFY_THROWS_EXCEPTION(InputError, found(1, 0, 200, 75));  // another phantom, whose middle is uniform, too
    QVERIFY_THROWS_EXCEPTION(InputError, found(1, 0, 200, 44));
    phantom.shapes.push_back(phantom.shapes.front());
    QVERIFY_THROWS_EXCEPTION(InputError, found(1, 0, 55));
  }

  /// Values of known mean and spread over the runs, with a gradient over the region that is no noise.
  void noise_and_bias_over_runs() {
    const recon::ImageGrid grid = recon::centred_grid({20, 20, 10}, {1, 1, 1}, {});
    Image regions(grid, 0), truth(grid, 0);
    std::mt19937 random(6);
    std::normal_distribution<float> noise(0, 5);
    std::vector<Image> runs(16, Image(grid, 0, "Bq/mL"));
    for (std::size_t voxel = 0; voxel < regions.values.size(); ++voxel) {
      regions.values[voxel] = voxel < 2000 ? 0.0F : 2.0F;
      truth.values[voxel] = voxel % 2 == 0 ? 90.0F : 110.0F;
      for (Image& run : runs) {
        run.values[voxel] = 0.95F * truth.values[voxel] + noise(random);
      }
    }
    const FigureReport report = recon::repeated_runs(runs, regions, &truth);
    QVERIFY(all_near(values_of(report, "mean"), {95}, 0.2) && all_near(values_of(report, "bias"), {-5}, 0.2));
    QVERIFY(all_near(values_of(report, "noise over runs"), {500 / 95.0}, 0.2));
    QVERIFY(all_near(values_of(report, "roughness within a run"), {100 * std::hypot(9.5, 5) / 95}, 0.2));
    QCOMPARE(report.figures.front().of, std::string("region 2"));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::repeated_runs({runs.data(), 1}, regions, nullptr));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::repeated_runs(runs, Image(grid, 0), nullptr));
    QCOMPARE(recon::repeated_runs(runs, Image(grid, 2.99995F), nullptr).figures.front().of, std::string("region 3"));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::repeated_runs(runs, Image(grid, 2.6F), nullptr));
  }
};

COINCIDE_TEST_CLASS(FiguresTest)

}  // namespace coincide::tests

#include "figures_test.moc"
