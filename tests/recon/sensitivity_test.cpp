#include "recon/sensitivity.h"

#include "projectors/projector.h"

#include <QtTest>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <set>

#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::ImageGrid;
using recon::MultiplicativeModel;
using recon::SensitivityOptions;

recon::Efficiencies uneven_efficiencies(const recon::Scanner& scanner) {
  recon::Efficiencies table;
  table.bin.resize(1);
  for (std::size_t c = 0; c < scanner.num_crystals(); ++c) {
    table.bin[0].push_back(1 + 0.1F * static_cast<float>(c % 4));
  }
  return table;
}

Image water(double mu_per_cm) {
  return {recon::centred_grid({10, 10, 10}, {4, 4, 4}, {5, 0, 0}), static_cast<float>(mu_per_cm), "1/cm"};
}

/// All pairs, no shortcuts. `tof`: a bin for all LORs, or none.
std::vector<double> brute_force(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                                const projectors::TofBin* tof = nullptr) {
  const projectors::Projector projector(grid, {.num_threads = 1});
  const recon::Scanner& scanner = model.scanner();
  const auto crystals = static_cast<std::uint32_t>(scanner.num_crystals());
  std::vector<std::uint32_t> ends(crystals);
  std::iota(ends.begin(), ends.end(), 0);
  const std::vector<std::uint16_t> first_bin(crystals);
  std::vector<double> sum(static_cast<std::size_t>(grid.num_voxels()));
  for (std::uint32_t a = 0; a < crystals; ++a) {
    const std::vector<std::uint32_t> starts(crystals, a);
    const projectors::Lors lors{.start_mm = scanner.crystal_centre_mm.front().data(),
                                .end_mm = scanner.crystal_centre_mm.front().data(),
                                .count = crystals,
                                .start_index = starts.data(),
                                .end_index = ends.data()};
    std::vector<float> exponents(crystals);
    if (attenuation != nullptr) {
      projectors::Projector(attenuation->grid, {.num_threads = 1})
          .forward(lors, projectors::NoTof{}, attenuation->values.data(), exponents.data());
    }
    std::vector<float> values(crystals);
    for (std::uint32_t b = a + 1; b < crystals; ++b) {
      values[b] = model.factor(a, 0, b, 0) * std::exp(-exponents[b] / 10);
    }
    std::vector<float> part(sum.size());
    if (tof != nullptr) {
      const projectors::TofTable table{.bins = tof, .bin_index = first_bin.data()};
      projector.back(lors, table, values.data(), part.data());
    } else {
      projector.back(lors, projectors::NoTof{}, values.data(), part.data());
    }
    std::ranges::transform(sum, part, sum.begin(), std::plus<>{});
  }
  return sum;
}

Image sensitivity(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation = nullptr,
                  const SensitivityOptions& options = {}) {
  recon::Reporter reporter;
  return recon::sensitivity_image(model, grid, attenuation, options, reporter);
}

double largest_difference(const std::vector<float>& a, const std::vector<double>& b) {
  double largest = 0;
  double highest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
    highest = std::max(highest, b[i]);
  }
  return largest / highest;
}

/// Of a part of the pairs, each drawn by itself.
Image at_random_pairs(const MultiplicativeModel& model, const ImageGrid& grid, double part) {
  const recon::Scanner& scanner = model.scanner();
  std::mt19937 random(1);
  std::vector<std::uint32_t> starts;
  std::vector<std::uint32_t> ends;
  std::vector<float> values;
  for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
    for (std::uint32_t b = a + 1; b < scanner.num_crystals(); ++b) {
      if (random() < part * 0x1p32 && scanner.crystal_module[a] != scanner.crystal_module[b]) {
        starts.push_back(a);
        ends.push_back(b);
        values.push_back(static_cast<float>(model.factor(a, 0, b, 0) / part));
      }
    }
  }
  Image image(grid, 0);
  projectors::Projector(grid, {.num_threads = 1})
      .back(recon::lors_between(scanner.crystal_centre_mm, starts.data(), ends.data(), std::ssize(starts)),
            projectors::NoTof{}, values.data(), image.values.data());
  return image;
}

/// Root mean square over voxels that are not 0 in both.
double relative_difference(const Image& a, const Image& b) {
  double squares = 0;
  double count = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    if (b.values[i] > 0) {
      squares += std::pow(a.values[i] / b.values[i] - 1, 2);
      count += 1;
    }
  }
  return std::sqrt(squares / count);
}

/// 0 outside a box.
Image in_box(Image image, const Image& box) {
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
        const std::array<std::int64_t, 3> index{i, j, k};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const double at_mm =
              image.grid.origin_mm[axis] + static_cast<double>(index[axis]) * image.grid.voxel_size_mm[axis];
          const double last_mm =
              box.grid.origin_mm[axis] + static_cast<double>(box.grid.shape[axis] - 1) * box.grid.voxel_size_mm[axis];
          if (at_mm < box.grid.origin_mm[axis] || at_mm > last_mm) {
            image.at(i, j, k) = 0;
          }
        }
      }
    }
  }
  return image;
}

double total(const Image& image) { return std::reduce(image.values.begin(), image.values.end(), 0.0); }

}  // namespace

class SensitivityTest : public QObject {
  Q_OBJECT

 private slots:
  /// An image off the middle, so that many LORs miss it and are skipped.
  void agrees_with_brute_force() {
    const recon::Scanner scanner = small_scanner();
    const recon::Efficiencies table = uneven_efficiencies(scanner);
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({6, 5, 4}, {5, 4, 3}, {-12, 20, 2});
    QVERIFY(largest_difference(sensitivity(model, grid).values, brute_force(model, grid, nullptr)) < 1e-6);
    const Image mu = water(0.096);
    const Image attenuated = sensitivity(model, grid, &mu);
    QVERIFY(largest_difference(attenuated.values, brute_force(model, grid, &mu)) < 1e-6);
    QVERIFY(total(attenuated) < 0.9 * total(sensitivity(model, grid)));
  }

  /// More pairs than fit in a block.
  void agrees_with_brute_force_over_several_blocks() {
    const recon::Scanner scanner = small_scanner({.modules = 12, .transaxial = 8, .axial = 8, .pitch_mm = 2});
    const recon::Efficiencies table = uneven_efficiencies(scanner);
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({3, 3, 3}, {4, 4, 4}, {0, 0, 0});
    QVERIFY(recon::num_measurable_lors(model) > 250'000);
    QVERIFY(largest_difference(sensitivity(model, grid).values, brute_force(model, grid, nullptr)) < 1e-5);
  }

  void tof_bins_that_cover_the_image_change_nothing() {
    const recon::Scanner scanner = small_scanner({.tof_bins = 20, .tof_width_mm = 20, .tof_sigma_mm = 15});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({8, 8, 4}, {5, 5, 5}, {0, 0, 0});
    QCOMPARE(sensitivity(model, grid, nullptr, {.tof = true}).values,
             sensitivity(model, grid, nullptr, {.tof = false}).values);
  }

  void short_tof_range_counts_only_what_it_covers() {
    const recon::Scanner scanner = small_scanner({.tof_bins = 3, .tof_width_mm = 10, .tof_sigma_mm = 6});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({8, 8, 4}, {8, 8, 5}, {0, 0, 0});
    const projectors::TofBin whole{.centre_mm = 0, .width_mm = 30, .sigma_mm = 6};
    const Image with_tof = sensitivity(model, grid, nullptr, {.tof = true});
    QVERIFY(largest_difference(with_tof.values, brute_force(model, grid, nullptr, &whole)) < 1e-5);
    QVERIFY(total(with_tof) < 0.8 * total(sensitivity(model, grid, nullptr, {.tof = false})));
  }

  /// In columns of so many rings that LORs between two of them are projected together; bins to one side of the middle,
  /// seen from the crystal with the lower number.
  void columns_agree_with_brute_force() {
    recon::Scanner scanner = small_scanner(
        {.axial = 12, .pitch_mm = 5, .tof_bins = 2, .tof_width_mm = 20, .tof_sigma_mm = 4, .turn_rad = 0.05F});
    const recon::Efficiencies table = uneven_efficiencies(scanner);
    const ImageGrid grid = recon::centred_grid({13, 12, 14}, {5, 5, 4}, {2, 0, 0});
    const Image mu = water(0.096);
    for (const float centre_mm : {0.0F, 11.0F, -6.5F}) {
      scanner.tof_bins[0].centre_mm = centre_mm - 10;
      scanner.tof_bins[1].centre_mm = centre_mm + 10;
      const MultiplicativeModel model(scanner, table, {});
      const projectors::TofBin whole{.centre_mm = centre_mm, .width_mm = 40, .sigma_mm = 4};
      const double error =
          largest_difference(sensitivity(model, grid, &mu).values, brute_force(model, grid, &mu, &whole));
      // Seen from its other end, a LOR may have one plane more or less in a bin's reach, of a thousandth of its weight.
      QVERIFY2(error < 3e-5, qPrintable(QString::number(error)));
    }
  }

  void excluded_pairs_do_not_count() {
    const recon::Scanner scanner = small_scanner();
    recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    // 8 modules of 6 crystals: 28 pairs of modules.
    QCOMPARE(recon::num_measurable_lors(model), 28U * 36U);
    table.pairs.resize(1);
    table.pairs[0].num_modules_b = 8;
    for (int a = 0; a < 8; ++a) {
      for (int b = 0; b < 8; ++b) {
        table.pairs[0].group.push_back(b == a + 4 ? 0 : -1);
      }
    }
    QCOMPARE(recon::num_measurable_lors(model), 4U * 36U);
    const ImageGrid grid = recon::centred_grid({5, 5, 3}, {5, 5, 5}, {0, 0, 0});
    QVERIFY(largest_difference(sensitivity(model, grid).values, brute_force(model, grid, nullptr)) < 1e-6);
  }

  void a_part_of_the_pairs_is_unbiased() {
    const recon::Scanner scanner = small_scanner({.modules = 12, .transaxial = 6, .axial = 6, .pitch_mm = 3});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({3, 3, 3}, {10, 10, 5}, {0, 0, 0});
    const Image all = sensitivity(model, grid);
    const Image part = sensitivity(model, grid, nullptr, {.fraction = 0.25});
    QVERIFY(part.values != all.values);
    QVERIFY2(std::abs(total(part) / total(all) - 1) < 0.02, qPrintable(QString::number(total(part) / total(all))));
    QVERIFY_THROWS_EXCEPTION(InputError, sensitivity(model, grid, nullptr, {.fraction = -0.1}));
    QVERIFY_THROWS_EXCEPTION(InputError, sensitivity(model, grid, nullptr, {.fraction = 1.5}));
  }

  /// Along a long scanner steep pairs count little: fewer of them are used, in the place of all.
  void a_part_of_unequal_pairs_is_unbiased() {
    const recon::Scanner scanner =
        small_scanner({.modules = 16, .transaxial = 6, .axial = 60, .radius_mm = 80, .pitch_mm = 4});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({8, 8, 24}, {8, 8, 8}, {0, 0, 0});
    const Image mu{grid, 0.05F, "1/cm"};
    const Image all = sensitivity(model, grid, &mu);
    const Image part = sensitivity(model, grid, &mu, {.fraction = 0.3});
    QVERIFY2(std::abs(total(part) / total(all) - 1) < 0.005, qPrintable(QString::number(total(part) / total(all))));
    const double noise = relative_difference(part, all);
    QVERIFY2(noise < 0.02 && noise > 1e-4, qPrintable(QString::number(noise)));
  }

  /// As many pairs drawn at random leave twice the noise.
  void a_part_of_the_pairs_has_little_noise() {
    const recon::Scanner scanner =
        small_scanner({.modules = 24, .transaxial = 8, .axial = 8, .radius_mm = 150, .pitch_mm = 4});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({20, 20, 4}, {6, 6, 4}, {0, 0, 0});
    const Image all = sensitivity(model, grid);
    const double noise = relative_difference(sensitivity(model, grid, nullptr, {.fraction = 0.3}), all);
    const double at_random = relative_difference(at_random_pairs(model, grid, 0.3), all);
    QVERIFY2(noise < 0.5 * at_random && noise > 0, qPrintable(QString("%1, at random %2").arg(noise).arg(at_random)));
  }

  /// More pairs than are all used: the noise that is told is that of the result, and below what is promised.
  void part_is_chosen_for_the_noise() {
    struct Notes : recon::Reporter {
      std::string text;
      double done = 0;
      bool falls_back = false;
      void note(std::string_view sentence) override { text = sentence; }
      void progress(std::string_view, double fraction) override {
        falls_back = falls_back || fraction < done - 1e-9;
        done = fraction;
      }
    } notes;
    const recon::Scanner scanner =
        small_scanner({.modules = 32, .transaxial = 12, .axial = 18, .radius_mm = 200, .pitch_mm = 3});
    const recon::Efficiencies table = uneven_efficiencies(scanner);
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({32, 32, 9}, {6, 6, 6}, {0, 0, 0});
    const Image mu{recon::centred_grid({24, 20, 10}, {6, 6, 6}, {6, 0, 0}), 0.096F, "1/cm"};
    QVERIFY(recon::expected_fraction(model, grid, &mu, {}) < 0.3);
    const Image chosen = recon::sensitivity_image(model, grid, &mu, {.fraction = 0}, notes);
    QVERIFY2(notes.text.find("% of the crystal pairs") != std::string::npos, notes.text.c_str());
    const Image more = sensitivity(model, grid, &mu, {.fraction = 0.6});
    const double noise = relative_difference(in_box(chosen, mu), in_box(more, mu));
    QVERIFY2(noise < 0.0125 && noise > 0.002, qPrintable(QString("%1, said: %2").arg(noise).arg(notes.text.c_str())));
    QVERIFY(!notes.falls_back);

    // A part that turns out to be too small is left for all pairs, and the progress goes on.
    notes = {};
    QCOMPARE(recon::sensitivity_image(model, grid, &mu, {.fraction = 0, .num_prompts = 1'000'000'000}, notes).values,
             sensitivity(model, grid, &mu).values);
    QVERIFY(!notes.falls_back && notes.done == 1 && notes.text.empty());

    // A map of nothing is as no map.
    const Image air{mu.grid, 0, "1/cm"};
    QCOMPARE(sensitivity(model, grid, &air, {.fraction = 0}).values,
             sensitivity(model, grid, nullptr, {.fraction = 0}).values);
  }

  /// Noise of a quarter needs 4^(1 / 0.7) times the pairs: that of the prompts falls with the root of their number.
  void many_prompts_take_more_of_the_pairs() {
    const recon::Scanner scanner =
        small_scanner({.modules = 32, .transaxial = 24, .axial = 40, .radius_mm = 400, .pitch_mm = 3, .tof_bins = 3});
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({100, 100, 30}, {4, 4, 4}, {0, 0, 0});
    const Image mu{recon::centred_grid({50, 50, 30}, {4, 4, 4}, {0, 0, 0}), 0.096F, "1/cm"};
    const auto part = [&](std::uint64_t prompts, bool tof) {
      return recon::expected_fraction(model, grid, &mu, {.tof = tof, .num_prompts = prompts});
    };
    const double least = recon::expected_fraction(model, grid, &mu, {.tof = false});
    QVERIFY2(least < 0.08, qPrintable(QString::number(least)));
    QCOMPARE(part(1000, false), least);
    // 75,000 voxels of 4 mm in water, 169 mm long: 0.3 of the noise of 1e6 prompts is 0.84 %, of 4e6 0.42 %.
    const double once = part(1'000'000, false);
    QVERIFY(std::abs(once / least - std::pow(2, 0.5 / 0.7)) < 1e-6);
    QVERIFY(std::abs(part(4'000'000, false) / once - std::pow(2, 1 / 0.7)) < 1e-6);
    QVERIFY(part(4'000'000, true) < part(4'000'000, false));  // fewer are near a voxel
    QCOMPARE(part(1'000'000'000, false), 1.0);
  }

  void few_pairs_are_all_used() {
    const recon::Scanner scanner = small_scanner();
    const recon::Efficiencies table;
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({5, 5, 3}, {5, 5, 5}, {0, 0, 0});
    QCOMPARE(sensitivity(model, grid, nullptr, {.fraction = 0}).values, sensitivity(model, grid).values);
  }

  void threads_do_not_matter() {
    const recon::Scanner scanner = small_scanner({.modules = 12, .transaxial = 8, .axial = 8, .pitch_mm = 2});
    const recon::Efficiencies table = uneven_efficiencies(scanner);
    const MultiplicativeModel model(scanner, table, {});
    const ImageGrid grid = recon::centred_grid({9, 8, 7}, {4, 4, 3}, {3, 0, 0});
    const Image mu = water(0.1);
    QCOMPARE(sensitivity(model, grid, &mu, {.num_threads = 3}).values,
             sensitivity(model, grid, &mu, {.num_threads = 1}).values);
  }

  void stop_gives_an_empty_image() {
    struct Stop : recon::Reporter {
      bool stop_requested() const override { return true; }
    } reporter;
    const recon::Scanner scanner = small_scanner();
    const recon::Efficiencies table;
    const ImageGrid grid = recon::centred_grid({5, 5, 3}, {5, 5, 5}, {0, 0, 0});
    const MultiplicativeModel model(scanner, table, {});
    QVERIFY(recon::sensitivity_image(model, grid, nullptr, {}, reporter).values.empty());
  }

  void key_changes_with_every_input() {
    struct Input {
      recon::Scanner scanner = small_scanner({.tof_bins = 3});
      recon::Efficiencies table;
      recon::CorrectionOptions corrections;
      ImageGrid grid = recon::centred_grid({5, 5, 3}, {5, 5, 5}, {0, 0, 0});
      Image attenuation = water(0.1);
      bool attenuated = true;
      SensitivityOptions options;
      std::string key() const {
        return recon::sensitivity_key(MultiplicativeModel(scanner, table, corrections), grid,
                                      attenuated ? &attenuation : nullptr, options);
      }
    };
    const std::vector<std::function<void(Input&)>> changes = {
        [](Input& i) { i.scanner.crystal_centre_mm[3][1] += 0.01F; },
        [](Input& i) { i.scanner.crystal_normal[3][1] += 0.01F; },
        [](Input& i) { i.scanner.crystal_face_mm2[3] += 0.01F; },
        [](Input& i) { i.scanner.tof_bins[1].width_mm += 1; },
        [](Input& i) { i.scanner.tof_ranges[0].count = 2; },
        [](Input& i) {
          i.scanner.module_types[0].energy_edges_kev = {1, 2, 3};
        },
        [](Input& i) { i.table.calibration_factor = 2; },
        [](Input& i) {
          i.table.bin = {{1, 2, 3}};
        },
        [](Input& i) {
          i.table.bin = {{1, 2}, {3}};
        },
        [](Input& i) { i.table.pairs.resize(1); },
        [](Input& i) { i.table.pairs = {{.group = {1}, .num_modules_b = 1, .values = {}, .bins_per_module_b = 0}}; },
        [](Input& i) { i.table.pairs = {{.group = {}, .num_modules_b = 1, .values = {{1}}, .bins_per_module_b = 1}}; },
        [](Input& i) { i.corrections.efficiencies = false; },
        [](Input& i) { i.corrections.geometric = recon::Switch::off; },
        [](Input& i) {
          i.grid.shape = {5, 3, 5};
        },
        [](Input& i) { i.grid.origin_mm[2] += 1; },
        [](Input& i) { i.grid.voxel_size_mm[0] = 4; },
        [](Input& i) { i.attenuated = false; },
        [](Input& i) { i.attenuation.values[17] = 0.2F; },
        [](Input& i) { i.attenuation.grid.origin_mm[0] = 1; },
        [](Input& i) { i.options.tof = false; },
        [](Input& i) { i.options.fraction = 0.5; },
        [](Input& i) { i.options.fraction = 0; },
    };
    std::set<std::string> keys{Input{}.key()};
    QCOMPARE(keys.begin()->size(), 32U);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      Input input;
      changes[i](input);
      QVERIFY2(keys.insert(input.key()).second, qPrintable(QString("change %1 goes unnoticed").arg(i)));
    }
    Input same;
    same.options.num_threads = 7;
    QVERIFY(keys.contains(same.key()));
  }
};

COINCIDE_TEST_CLASS(SensitivityTest)

}  // namespace coincide::tests

#include "sensitivity_test.moc"
