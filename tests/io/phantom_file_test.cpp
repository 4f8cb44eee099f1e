#include "io/phantom_file.h"

#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <cmath>
#include <fstream>

#include "io/image_file.h"
#include "io/scanner_file.h"
#include "projectors/error.h"
#include "recon/field_of_view.h"
#include "recon/slice.h"
#include "support/test_main.h"

using namespace coincide::io;
using coincide::recon::Image;
using coincide::recon::Phantom;
using coincide::recon::Shape;

namespace {

const std::filesystem::path resources = COINCIDE_RESOURCES;

Phantom read_text(const std::string& text) {
  const QTemporaryDir temporary;
  const std::filesystem::path path = std::filesystem::path(temporary.path().toStdString()) / "phantom.toml";
  std::ofstream(path) << text;
  return read_phantom(path);
}

std::string complaint(const std::string& text) {
  try {
    read_text(text);
  } catch (const coincide::FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A phantom with a second shape that sorts before the first by name.
constexpr const char* two_shapes = R"(name = "Two"
[outer]
kind = "elliptic_cylinder"
half_size_mm = [50, 40, 30.5]
activity_bq_per_ml = 1000
mu_per_cm = 0.1
["inner ball"]
kind = "ellipsoid"
centre_mm = [1.5, -2, 3]
half_size_mm = [10, 10, 10]
activity_bq_per_ml = 0
mu_per_cm = 0.2
)";

std::string two_with(const std::string& part, const std::string& replacement) {
  std::string text = two_shapes;
  return text.replace(text.find(part), part.size(), replacement);
}

/// Correlation of the image with itself after a flip of axes and an exchange of axes.
double self_correlation(const Image& image, const std::array<int, 3>& order, const std::array<bool, 3>& flip) {
  const std::int64_t n = image.grid.shape[0];
  double mean = 0;
  for (const float value : image.values) {
    mean += value / static_cast<double>(image.values.size());
  }
  double products = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < n * n * n; ++i) {
    const std::array<std::int64_t, 3> from{i / (n * n), i / n % n, i % n};
    std::array<std::int64_t, 3> to{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t index = from[static_cast<std::size_t>(order[axis])];
      to[axis] = flip[axis] ? n - 1 - index : index;
    }
    const double here = image.at(from[0], from[1], from[2]) - mean;
    products += here * (image.at(to[0], to[1], to[2]) - mean);
    squares += here * here;
  }
  return products / squares;
}

}  // namespace

class PhantomFileTest : public QObject {
  Q_OBJECT

 private slots:
  void shapes_keep_the_order_of_the_file() {
    const Phantom phantom = read_text(two_shapes);
    QCOMPARE(phantom.name, std::string("Two"));
    QCOMPARE(phantom.shapes.size(), std::size_t{2});
    QCOMPARE(phantom.shapes[0].name, std::string("outer"));
    QCOMPARE(phantom.shapes[0].kind, coincide::recon::ShapeKind::elliptic_cylinder);
    QCOMPARE(phantom.shapes[0].half_size_mm, (coincide::recon::Vec3{50, 40, 30.5F}));
    QCOMPARE(phantom.shapes[1].name, std::string("inner ball"));
    QCOMPARE(phantom.shapes[1].centre_mm, (coincide::recon::Vec3{1.5F, -2, 3}));
    QCOMPARE(phantom.activity_at({0, 0, 0}), 0.0);
    QCOMPARE(phantom.mu_at({0, 0, 0}), 0.2);
    QCOMPARE(phantom.activity_at({30, 0, 0}), 1000.0);
  }

  void images_may_stand_for_shapes_and_around_them() {
    const QTemporaryDir temporary;
    const std::filesystem::path folder = temporary.path().toStdString();
    const coincide::recon::ImageGrid grid = coincide::recon::centred_grid({30, 20, 10}, {4, 4, 4}, {2, 0, 0});
    write_image(folder / "activity.nii.gz", Image(grid, 500, "Bq/mL"));
    write_image(folder / "mu.nii.gz", Image(grid, 0.08F, "1/cm"));
    const std::string images = "name = \"Voxels\"\nactivity_image = \"activity.nii.gz\"\nmu_image = \"mu.nii.gz\"\n";
    const std::string ball = "[ball]\nkind = \"ellipsoid\"\nhalf_size_mm = [10, 10, 10]\nactivity_bq_per_ml = 7\n";
    const std::filesystem::path path = folder / "phantom.toml";
    std::ofstream(path) << images << ball << "mu_per_cm = 0.3\n";
    const Phantom phantom = read_phantom(path);
    QCOMPARE(phantom.activity_at({0, 0, 0}), 7.0);
    QCOMPARE(phantom.activity_at({61.9F, 0, 0}), 500.0);
    QCOMPARE(phantom.activity_at({62.1F, 0, 0}), 0.0);
    QCOMPARE(phantom.mu_at({-57.9F, 39, 19}), double{0.08F});
    // 20 mm of the ball, and 8 voxels of the image on either side.
    QVERIFY(std::abs(phantom.attenuation_exponent({0, -100, 0}, {0, 100, 0}) - (0.3 * 2 + 0.08 * 6)) < 0.01);
    QCOMPARE(images_of_phantom(path),
             (std::vector<std::filesystem::path>{folder / "activity.nii.gz", folder / "mu.nii.gz"}));
    std::ofstream(path) << images;
    QCOMPARE(read_phantom(path).shapes.size(), std::size_t{0});
    std::ofstream(path) << "name = \"None\"\nactivity_image = \"missing.nii\"\n";
    QVERIFY_THROWS_EXCEPTION(coincide::FileError, read_phantom(path));
  }

  void mistakes_are_named_with_file_line_and_key() {
    const std::string typo = complaint(two_with("mu_per_cm = 0.2", "mu_per_mm = 0.02"));
    QVERIFY2(contains(typo, "phantom.toml, line 12") && contains(typo, "inner ball.mu_per_mm") &&
                 contains(typo, "inner ball.mu_per_cm"),
             typo.c_str());
    const std::string kind = complaint(two_with("ellipsoid", "sphere"));
    QVERIFY2(contains(kind, "line 8") && contains(kind, "\"ellipsoid\", \"elliptic_cylinder\", \"box\""), kind.c_str());
    const std::string no_kind = complaint(two_with("kind = \"ellipsoid\"", ""));
    QVERIFY2(contains(no_kind, "inner ball.kind") && contains(no_kind, "missing"), no_kind.c_str());
    const std::string size = complaint(two_with("[10, 10, 10]", "[10, 10, -10]"));
    QVERIFY2(contains(size, "line 10") && contains(size, "half_size_mm"), size.c_str());
    const std::string activity = complaint(two_with("activity_bq_per_ml = 1000", ""));
    QVERIFY2(contains(activity, "\"outer.activity_bq_per_ml\" is missing"), activity.c_str());
    QVERIFY(contains(complaint("name = \"empty\"\n"), "no shapes"));
    QVERIFY(contains(complaint("name = \"broken\n"), "phantom.toml, line 1"));
    const std::string other = complaint(two_with("mu_per_cm = 0.2", "thickness_of_the_wall = 2"));
    QVERIFY2(contains(other, "Beside it there are: ") && contains(other, "mu_per_cm"), other.c_str());
  }

  void resources_load_and_fit_their_scanners_data() {
    QTest::addColumn<QString>("phantom");
    QTest::addColumn<QString>("scanner");
    QTest::newRow("cylinder") << "cylinder"
                              << "small";
    QTest::newRow("orientation") << "orientation"
                                 << "small";
    QTest::newRow("nema_iq") << "nema_iq"
                             << "dmi";
  }
  void resources_load_and_fit_their_scanners() {
    QFETCH(QString, phantom);
    QFETCH(QString, scanner);
    const Phantom object = read_phantom(resources / "phantoms" / (phantom.toStdString() + ".toml"));
    const auto [of, efficiencies] = read_scanner(resources / "scanners" / (scanner.toStdString() + ".toml"));
    QVERIFY(!object.name.empty());
    for (const Shape& shape : object.shapes) {
      const double reach = std::hypot(std::abs(shape.centre_mm[0]) + shape.half_size_mm[0],
                                      std::abs(shape.centre_mm[1]) + shape.half_size_mm[1]);
      QVERIFY(reach < 0.8 * coincide::recon::FieldOfView(of).bore_radius_mm());
    }
  }

  /// Pixels of slices of 2 mm through the shapes, x and y from -70, z from -40 mm: as viewers of patients show them.
  void orientation_phantom_in_slices() {
    const Phantom phantom = read_phantom(resources / "phantoms" / "orientation.toml");
    const coincide::recon::ImageGrid grid = coincide::recon::centred_grid({70, 70, 40}, {2, 2, 2}, {0, 0, 0});
    const Image image = coincide::recon::activity_image(phantom, grid, {0, 0, 0}, 1);
    const auto pixel = [&](int axis, double at_mm, std::int64_t column, std::int64_t row) {
      const double first_mm = axis == 2 ? -39 : -69;
      const auto slice = coincide::recon::slice_of(image, axis, std::llround((at_mm - first_mm) / 2));
      return slice.values[static_cast<std::size_t>(row * slice.columns + column)];
    };
    // Axial: the bar at +x, -y lies right of the middle and above it; the sphere at -x, +y left and below.
    QCOMPARE(pixel(2, 9, 53, 30), 32000.0F);
    QCOMPARE(pixel(2, 9, 53, 39), 4000.0F);
    QCOMPARE(pixel(2, -15, 23, 45), 48000.0F);
    QCOMPARE(pixel(2, -15, 23, 24), 4000.0F);
    // Coronal and sagittal: the small sphere at +z lies in the upper half, the hot one at -z in the lower.
    QCOMPARE(pixel(1, -29, 28, 11), 64000.0F);
    QCOMPARE(pixel(1, -29, 28, 28), 4000.0F);
    QCOMPARE(pixel(0, -25, 46, 27), 48000.0F);
    QCOMPARE(pixel(0, -13, 21, 11), 64000.0F);
  }

  void nema_spheres_are_hot_and_in_one_plane() {
    const Phantom phantom = read_phantom(resources / "phantoms" / "nema_iq.toml");
    std::vector<double> diameters;
    for (const Shape& shape : phantom.shapes) {
      if (shape.kind == coincide::recon::ShapeKind::ellipsoid) {
        diameters.push_back(2 * shape.half_size_mm[0]);
        QCOMPARE(shape.centre_mm[2], 0.0F);
        QVERIFY(std::abs(std::hypot(shape.centre_mm[0], shape.centre_mm[1]) - 57.2F) < 0.01F);
        QCOMPARE(shape.activity_bq_per_ml, 4 * phantom.shapes[0].activity_bq_per_ml);
      }
    }
    std::ranges::sort(diameters);
    QCOMPARE(diameters, (std::vector<double>{10, 13, 17, 22, 28, 37}));
    QCOMPARE(phantom.activity_at({0, 0, 0}), 0.0);  // lung insert
    QVERIFY(phantom.mu_at({0, 0, 0}) < 0.03);
  }

  void orientation_differs_from_its_mirror_images_and_rotations() {
    const Phantom phantom = read_phantom(resources / "phantoms" / "orientation.toml");
    const Image image = activity_image(phantom, coincide::recon::centred_grid({40, 40, 40}, {3, 3, 3}, {}), {}, 1);
    int same = 0;
    std::array<int, 3> order{0, 1, 2};
    do {
      for (unsigned flips = 0; flips < 8; ++flips) {
        const std::array<bool, 3> flip{(flips & 1U) != 0, (flips & 2U) != 0, (flips & 4U) != 0};
        const double correlation = self_correlation(image, order, flip);
        same += correlation > 0.999 ? 1 : 0;
        QVERIFY2(correlation > 0.999 || correlation < 0.6, qPrintable(QString::number(correlation)));
      }
    } while (std::ranges::next_permutation(order).found);
    QCOMPARE(same, 1);
  }
};

COINCIDE_TEST_CLASS(PhantomFileTest)
#include "phantom_file_test.moc"
