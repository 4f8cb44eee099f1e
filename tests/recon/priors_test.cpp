// Priors: values worked out by an independent program, finite differences, STIR's values, and what must not matter.

#include "recon/algorithms/priors/priors.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "projectors/error.h"
#include "recon/algorithms/priors/neighbourhood.h"
#include "recon/engine/kernels/edges.h"
#include "support/stir_image.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using namespace recon;

const ImageGrid small_grid = centred_grid({3, 3, 3}, {2, 3, 4}, {0, 0, 0});

template <class Rule>
Image by_place(const ImageGrid& grid, const Rule& rule) {
  Image image(grid, 0);
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        image.at(i, j, k) = static_cast<float>(rule(i, j, k));
      }
    }
  }
  return image;
}

Image test_image() {
  Image x = by_place(small_grid, [](auto i, auto j, auto k) { return 1 + (7 * i + 5 * j + 3 * k) % 11; });
  x.at(0, 0, 0) = x.at(0, 0, 1) = 0;
  return x;
}
Image test_kappa() {
  return by_place(small_grid, [](auto i, auto j, auto k) { return 1 + 0.1 * double((i + 2 * j + 3 * k) % 4); });
}
Image test_anatomy() {
  return by_place(small_grid, [](auto i, auto j, auto k) { return 2 + (3 * i + 4 * j + k) % 5; });
}

struct Expected {
  double value, at_111, at_201, at_022, curvature;
};

bool close(double found, double expected, double tolerance) {
  const bool is_close = std::abs(found - expected) <= tolerance;
  if (!is_close) {
    qWarning("%.9g instead of %.9g", found, expected);
  }
  return is_close;
}

std::vector<PriorName> all_priors() {
  std::vector<PriorName> names;
  for (std::size_t i = 1; i < priors().size(); ++i) {
    names.push_back(static_cast<PriorName>(i));
  }
  return names;
}

std::filesystem::path stir_file(const QString& name) {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir" / "priors" / name.toStdString();
}

void add_stir_row(const char* name, const PriorOptions& options, bool with_kappa, double value) {
  QTest::newRow(name) << options << with_kappa << value;
}

}  // namespace
}  // namespace coincide::tests

Q_DECLARE_METATYPE(coincide::recon::PriorOptions)
Q_DECLARE_METATYPE(coincide::tests::Expected)

namespace coincide::tests {

class PriorsTest : public QObject {
  Q_OBJECT

 private slots:
  void weights_make_the_square_of_the_gradient() {
    const NeighbourWeights weights = isotropic_weights(small_grid);
    const auto weight = [&](int i, int j, int k) {
      const int place = (i + 1) * 9 + (j + 1) * 3 + k + 1;
      return double{weights[static_cast<std::size_t>(place < 13 ? place : place - 1)]};
    };
    QVERIFY(close(weight(0, 0, 1), 0.005556490, 1e-9));
    QVERIFY(close(weight(0, 1, 0), 0.022758920, 2e-9));
    QVERIFY(close(weight(1, 0, 0), 0.152765268, 1e-8));
    QVERIFY(close(weight(0, 1, -1), 0.005225494, 1e-9));
    QVERIFY(close(weight(-1, 0, 1), 0.009666764, 1e-9));
    QVERIFY(close(weight(1, -1, 0), 0.025371105, 2e-9));
    QVERIFY(close(weight(-1, 1, -1), 0.006789748, 1e-9));
  }

  /// A slope of 1 per mm along any axis has the square 1, also in images of one plane or one row.
  void weights_of_thin_images() {
    for (const std::array<std::int64_t, 3> shape :
         {std::array<std::int64_t, 3>{9, 9, 9}, {9, 9, 1}, {1, 9, 9}, {1, 1, 9}}) {
      const ImageGrid grid = centred_grid(shape, {2, 3, 10}, {0, 0, 0});
      const NeighbourWeights weights = isotropic_weights(grid);
      for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
          double sum = 0;
          for (int e = kernels::num_neighbours / 2; e < kernels::num_neighbours; ++e) {
            sum += double{weights[static_cast<std::size_t>(e)]} * kernels::neighbour_offset(e, a) *
                   double{grid.voxel_size_mm[static_cast<std::size_t>(a)]} * kernels::neighbour_offset(e, b) *
                   double{grid.voxel_size_mm[static_cast<std::size_t>(b)]};
          }
          const bool counts = a == b && shape[static_cast<std::size_t>(a)] > 1;
          QVERIFY(close(sum, counts ? 1 : 0, 1e-6));
        }
      }
    }
  }

  void known_values_data() {
    QTest::addColumn<PriorOptions>("options");
    QTest::addColumn<Expected>("expected");
    const auto row = [](const char* name, const PriorOptions& options, const Expected& expected) {
      QTest::newRow(name) << options << expected;
    };
    row("quadratic", {.name = PriorName::quadratic},
        {83.5438294, -0.0483859002, -0.313123569, 0.991517258, 0.80956474});
    row("relative difference", {.name = PriorName::relative_difference, .epsilon = 0.01},
        {7.11489298, -0.00316542115, -0.0241474045, 0.0747894023, 0.0358576689});
    row("relative difference, gamma 0", {.name = PriorName::relative_difference, .gamma = 0, .epsilon = 0.01},
        {16.191855, 0.0712394449, -0.0254994146, 0.190361103, 0.119153641});
    row("log cosh", {.name = PriorName::log_cosh, .delta = 2},
        {40.9473891, -0.00646070472, -0.174862007, 0.452236959, 0.150303092});
    row("Huber", {.name = PriorName::huber, .delta = 2},
        {44.5949602, -0.00297656663, -0.172116044, 0.454387273, 0.188557296});
    row("total variation", {.name = PriorName::total_variation, .delta = 0.1},
        {96.2948248, -0.32482, 0.130097, 0.950857, 0});
    row("parallel level sets", {.name = PriorName::parallel_level_sets, .alpha = 0.1},
        {50.6747216, -0.166952, 0.639971, 0.125461, 0});
    row("Bowsher", {.name = PriorName::bowsher}, {16.6786565, -0.229982, 0.299835, 0.569288, 0});
  }

  void known_values() {
    QFETCH(PriorOptions, options);
    QFETCH(Expected, expected);
    const Image x = test_image(), kappa = test_kappa(), anatomy = test_anatomy();
    if (options.name == PriorName::parallel_level_sets) {  // eta is 0.2 in the image's unit
      options.eta = 0.2 / high_percentile_of_gradient(anatomy);
    }
    const auto prior = make_prior(options, {.grid = small_grid, .kappa = kappa.values, .anatomical = &anatomy});
    QVERIFY(close(prior->value(x.values.data()), expected.value, 1e-6 * expected.value));
    Image gradient(small_grid, -1), curvature(small_grid, -1);
    prior->gradient(x.values.data(), gradient.values.data(), curvature.values.data());
    const double tolerance = 1e-6;
    QVERIFY(close(gradient.at(1, 1, 1), expected.at_111, tolerance));
    QVERIFY(close(gradient.at(2, 0, 1), expected.at_201, tolerance));
    QVERIFY(close(gradient.at(0, 2, 2), expected.at_022, tolerance));
    if (expected.curvature > 0) {
      QVERIFY(close(curvature.at(1, 1, 1), expected.curvature, 1e-6 * expected.curvature));
    }
    Image alone(small_grid, -1);
    prior->gradient(x.values.data(), alone.values.data(), nullptr);
    QCOMPARE(alone.values, gradient.values);
  }

  /// The gradient is the derivative of the value, whatever the shape, the zeros, the mask.
  void finite_differences_data() {
    QTest::addColumn<int>("name");
    for (const PriorName name : all_priors()) {
      QTest::newRow(priors()[static_cast<std::size_t>(name)].name.data()) << static_cast<int>(name);
    }
  }

  void finite_differences() {
    QFETCH(const int, name);
    const ImageGrid grid = centred_grid({6, 5, 7}, {2, 3, 2.5F}, {0, 0, 0});
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(0.2F, 3);
    Image x(grid, 0), kappa(grid, 0), anatomy(grid, 0);
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      x.values[i] = uniform(random);
      kappa.values[i] = i % 11 == 0 ? 0 : uniform(random);
      anatomy.values[i] = uniform(random);
    }
    for (const PriorScale scale : {PriorScale::invariant, PriorScale::raw}) {
      const PriorOptions options{
          .name = static_cast<PriorName>(name), .scale = scale, .delta = 0.5, .alpha = 0.3, .eta = 0.3};
      const auto prior =
          make_prior(options, {.grid = grid, .kappa = kappa.values, .x_ref = 1.5, .anatomical = &anatomy});
      Image gradient(grid, 0);
      prior->gradient(x.values.data(), gradient.values.data(), nullptr);
      double largest = 0;
      for (const float slope : gradient.values) {
        largest = std::max(largest, std::abs(double{slope}));
      }
      for (int trial = 0; trial < 20; ++trial) {
        const std::size_t voxel = random() % x.values.size();
        Image up = x, down = x;
        up.values[voxel] += 1e-3F;
        down.values[voxel] -= 1e-3F;
        const double step = double{up.values[voxel]} - double{down.values[voxel]};
        const double slope = (prior->value(up.values.data()) - prior->value(down.values.data())) / step;
        QVERIFY(close(gradient.values[voxel], slope, 1e-5 * largest));
      }
    }
  }

  /// The parabola that steps are made by touches the potential and lies above it.
  void majorants() {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> uniform(0, 5);
    const auto check = [&](const auto& psi) {
      for (int trial = 0; trial < 1000; ++trial) {
        const double y = uniform(random), at = uniform(random), x = uniform(random);
        const double bound = psi.curvature(at, y), step = x - at;
        const double parabola = psi.value(at, y) + psi.slope(at, y) * step + bound * step * step / 2;
        QVERIFY(psi.value(x, y) <= parabola + 1e-12);
      }
      QVERIFY(close(psi.curvature(2.0, 2.0), 2, 1e-12));  // 1 / x_ref
      QVERIFY(close(psi.curvature(2.0F, 2.0F), 2, 1e-6));
      QVERIFY(close(psi.curvature(1e-3, 4.0), psi.slope(1e-3, 4.0) / (1e-3 - 4), 1e-12));
    };
    check(kernels::Majorised<kernels::Huber>{{.delta = 0.3F, .x_ref = 0.5F}});
    check(kernels::Majorised<kernels::LogCosh>{{.delta = 0.3F, .x_ref = 0.5F}});
  }

  void equals_stir_data() {
    QTest::addColumn<PriorOptions>("options");
    QTest::addColumn<bool>("with_kappa");
    QTest::addColumn<double>("value");
    constexpr PriorScale raw = PriorScale::raw;
    const auto rdp = [](double gamma, double epsilon) {
      return PriorOptions{.name = PriorName::relative_difference, .scale = raw, .gamma = gamma, .epsilon = epsilon};
    };
    const auto log_cosh = [](double delta) {
      return PriorOptions{.name = PriorName::log_cosh, .scale = raw, .delta = delta};
    };
    const PriorOptions quadratic{.name = PriorName::quadratic, .scale = raw};
    add_stir_row("quadratic", quadratic, false, 753.576679);
    add_stir_row("quadratic_kappa", quadratic, true, 302.559814);
    add_stir_row("rdp_g2_e0", rdp(2, 0), false, 370.272587);
    add_stir_row("rdp_g2_e0p01", rdp(2, 0.01), false, 369.300041);
    add_stir_row("rdp_g0p5_e0p1", rdp(0.5, 0.1), false, 579.652969);
    add_stir_row("rdp_g2_e0p01_kappa", rdp(2, 0.01), true, 141.157121);
    add_stir_row("rdp_g10_e0p01", rdp(10, 0.01), false, 142.91129);
    add_stir_row("logcosh_s1", log_cosh(1), false, 644.123794);
    add_stir_row("logcosh_s5", log_cosh(0.2), false, 304.506577);
    add_stir_row("logcosh_s5_kappa", log_cosh(0.2), true, 129.474351);
    add_stir_row("pls", {.name = PriorName::parallel_level_sets, .scale = raw, .alpha = 0.5, .eta = 0.3}, false,
                 1025.39157);
    add_stir_row("pls_kappa", {.name = PriorName::parallel_level_sets, .scale = raw, .alpha = 0.1, .eta = 1}, true,
                 456.156956);
  }

  void equals_stir() {
    if (!std::filesystem::exists(stir_file("image.hv"))) {
      QSKIP("The files of STIR lie beside the checkout; they are not there.");
    }
    QFETCH(PriorOptions, options);
    QFETCH(bool, with_kappa);
    QFETCH(double, value);
    constexpr double strength = 0.7;
    const Image x = read_stir_image(stir_file("image.hv")), anatomy = read_stir_image(stir_file("anatomical.hv"));
    const Image kappa = with_kappa ? read_stir_image(stir_file("kappa.hv")) : Image(x.grid, 1);
    const auto prior = make_prior(options, {.grid = x.grid, .kappa = kappa.values, .anatomical = &anatomy});
    QVERIFY(close(strength * prior->value(x.values.data()), value, 1e-6 * value));
    const auto file = stir_file(QString(QTest::currentDataTag()) + "_gradient.hv");
    if (!std::filesystem::exists(file)) {
      return;
    }
    const Image expected = read_stir_image(file);
    Image gradient(x.grid, 0);
    prior->gradient(x.values.data(), gradient.values.data(), nullptr);
    // STIR's gradient of level sets is the derivative of its value in the interior only.
    const std::int64_t rim = options.name == PriorName::parallel_level_sets ? 1 : 0;
    const double largest =
        std::abs(*std::ranges::max_element(expected.values, {}, [](float v) { return std::abs(v); }));
    for (std::int64_t i = rim; i < x.grid.shape[0] - rim; ++i) {
      for (std::int64_t j = rim; j < x.grid.shape[1] - rim; ++j) {
        for (std::int64_t k = rim; k < x.grid.shape[2] - rim; ++k) {
          QVERIFY(close(strength * gradient.at(i, j, k), expected.at(i, j, k), 1e-5 * largest));
        }
      }
    }
  }

  /// Values so small that their squares are 0 in single precision, and two zeros.
  void tiny_values() {
    const kernels::RelativeDifference psi{2, 0};
    QVERIFY(close(psi.slope(1e-25F, 3e-25F), -0.4375, 1e-6));
    QVERIFY(close(psi.slope(1.0F, 3.0F), -0.4375, 1e-6));
    QVERIFY(close(psi.slope(1e-35F, 3e-35F), -0.4375, 1e-5));
    QCOMPARE(psi.value(0.0F, 0.0F), 0.0F);
    QCOMPARE(psi.slope(0.0F, 0.0F), 0.0F);
    QCOMPARE(psi.curvature(0.0F, 0.0F), 0.0F);
  }

  /// A smooth image has the same penalty in fine and coarse voxels, where the sensitivity is proportional to the
  /// volume.
  void voxel_size_does_not_matter() {
    for (const PriorName name : {PriorName::quadratic, PriorName::relative_difference, PriorName::total_variation}) {
      double values[2];
      for (const int fine : {0, 1}) {
        const std::int64_t n = fine ? 80 : 40;
        const float size = fine ? 1 : 2;
        const ImageGrid grid = centred_grid({n, n, n}, {size, size, size}, {0, 0, 0});
        const Image x = by_place(grid, [&](auto i, auto j, auto k) {
          const auto bump = [&](auto place) {
            const double mm = double(grid.origin_mm[0]) + double(place) * size;
            return std::exp(-mm * mm / 200);
          };
          return 1 + 0.1 * bump(i) * bump(j) * bump(k);
        });
        const Image kappa(grid, std::sqrt(size * size * size));
        values[fine] = make_prior({.name = name}, {.grid = grid, .kappa = kappa.values})->value(x.values.data());
      }
      QVERIFY(close(values[1], values[0], 0.02 * values[0]));
    }
  }

  /// Where nothing is reconstructed, images are 0: that is no edge of the image within the mask.
  void no_edges_at_the_mask() {
    const Image anatomy = test_anatomy();
    Image kappa = test_kappa();
    kappa.at(0, 1, 1) = kappa.at(1, 1, 1) = kappa.at(2, 0, 2) = kappa.at(1, 2, 0) = 0;
    Image flat(small_grid, 3);
    std::ranges::transform(flat.values, kappa.values, flat.values.begin(),
                           [](float x, float k) { return k > 0 ? x : 0; });
    for (const PriorName name : all_priors()) {
      const auto prior =
          make_prior({.name = name}, {.grid = small_grid, .kappa = kappa.values, .anatomical = &anatomy});
      std::vector<float> gradient(flat.values.size());
      prior->gradient(flat.values.data(), gradient.data(), nullptr);
      QCOMPARE(prior->value(flat.values.data()), 0.0);
      QVERIFY(std::ranges::all_of(gradient, [](float slope) { return slope == 0; }));
    }
  }

  void threads_do_not_matter() {
    const Image x = test_image(), kappa = test_kappa(), anatomy = test_anatomy();
    for (const PriorName name : all_priors()) {
      std::vector<double> values;
      std::vector<std::vector<float>> gradients;
      for (const int threads : {1, 3}) {
        const auto prior =
            make_prior({.name = name},
                       {.grid = small_grid, .kappa = kappa.values, .anatomical = &anatomy, .num_threads = threads});
        values.push_back(prior->value(x.values.data()));
        gradients.emplace_back(x.values.size());
        prior->gradient(x.values.data(), gradients.back().data(), nullptr);
      }
      QCOMPARE(values[0], values[1]);
      QCOMPARE(gradients[0], gradients[1]);
    }
  }

  void wrong_options() {
    const Image kappa = test_kappa();
    const auto make = [&](const PriorOptions& options) {
      return make_prior(options, {.grid = small_grid, .kappa = kappa.values});
    };
    QVERIFY(make({}) == nullptr);
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::relative_difference, .gamma = -1}));
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::quadratic, .strength = -1}));
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::bowsher, .neighbours = 27}));
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::bowsher}));
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::parallel_level_sets}));
    QVERIFY_THROWS_EXCEPTION(InputError, make({.name = PriorName::total_variation, .alpha = 0}));
  }

 private:
  static double high_percentile_of_gradient(const Image& v) {
    std::vector<double> lengths;
    for (std::int64_t i = 0; i < 3; ++i) {
      for (std::int64_t j = 0; j < 3; ++j) {
        for (std::int64_t k = 0; k < 3; ++k) {
          const double g0 = i < 2 ? (v.at(i + 1, j, k) - v.at(i, j, k)) / 2.0 : 0;
          const double g1 = j < 2 ? (v.at(i, j + 1, k) - v.at(i, j, k)) / 3.0 : 0;
          const double g2 = k < 2 ? (v.at(i, j, k + 1) - v.at(i, j, k)) / 4.0 : 0;
          lengths.push_back(std::sqrt(g0 * g0 + g1 * g1 + g2 * g2));
        }
      }
    }
    std::ranges::sort(lengths);
    return lengths[static_cast<std::size_t>(0.99 * double(lengths.size() - 1))];
  }
};

COINCIDE_TEST_CLASS(PriorsTest)

}  // namespace coincide::tests

#include "priors_test.moc"
