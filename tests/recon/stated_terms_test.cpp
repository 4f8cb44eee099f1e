// Factors and rates that a file states of single events, and of LORs one by one.

#include <QtTest>
#include <cmath>

#include "projectors/error.h"
#include "recon/data/lor_table.h"
#include "recon/listmode_data.h"
#include "recon/sensitivity.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::EventTerms;
using recon::ListmodeData;
using recon::LorTable;
using recon::PromptColumns;

/// 40 prompts in 4 time blocks of 500 ms; event i has NF = 1 + i / 8, ACF 2, rates 1 + i and 100.
MemoryEvents acquisition() {
  MemoryEvents source(small_scanner(), 7);
  source.step_ms = 500;
  source.terms = {.normalization = true, .attenuation = true, .scatter = true, .randoms = true};
  for (std::uint32_t i = 0; i < 40; ++i) {
    source.add(i % 6, 24 + i % 5, 0, i / 10 * 500, false);
    const float normalization = 1 + 0.125F * static_cast<float>(i);
    source.events.factor.push_back(1 / (2 * normalization));
    source.events.attenuation.push_back(0.5F);
    source.events.scatter_per_s.push_back(1 + static_cast<float>(i));
    source.events.additive_per_s.push_back(101 + static_cast<float>(i));
  }
  return source;
}

ListmodeData load(recon::EventSource& source, const recon::LoadOptions& options) {
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {.geometric = recon::Switch::off});
  recon::Reporter reporter;
  return ListmodeData::load(source, model, options, reporter);
}

LorTable table_of(std::size_t crystals, const std::vector<std::tuple<std::uint32_t, std::uint32_t, float>>& lors) {
  return {crystals, false, [&](const LorTable::Add& add) {
            for (const auto& [a, b, factor] : lors) {
              add(a, b, factor);
            }
          }};
}

}  // namespace

class StatedTermsTest : public QObject {
  Q_OBJECT

 private slots:
  void factors_and_rates_enter_the_model() {
    MemoryEvents source = acquisition();
    source.table.calibration_factor = 4;
    ListmodeData data = load(source, {.subsets = 3});
    for (std::size_t subset = 0; subset < 3; ++subset) {
      const PromptColumns columns = data.subset(static_cast<int>(subset));
      for (std::size_t row = 0; row < columns.size(); ++row) {
        const std::size_t i = 3 * row + subset;
        QCOMPARE(columns.factor[row], 4 * source.events.factor[i]);
        QCOMPARE(columns.additive[row], 2 * source.events.additive_per_s[i]);  // of 2 s
      }
    }
    QCOMPARE(data.stated().scatter_counts, 2 * 40 * 20.5);
    QCOMPARE(data.stated().randoms_counts, 2 * 40 * 100.0);
    data.limit_subsets(1);
    for (std::size_t i = 0; i < 40; ++i) {
      QCOMPARE(data.subset(0).additive[i], 2 * source.events.additive_per_s[i]);
    }
  }

  void parts_may_be_left_out() {
    MemoryEvents source = acquisition();
    const auto loaded = [&](const EventTerms& use) { return load(source, {.use = use}); };
    ListmodeData whole = loaded({.normalization = true, .scatter = true});
    QCOMPARE(whole.subset(0).factor[8], 0.5F);
    QCOMPARE(whole.subset(0).additive[8], 18.0F);
    QCOMPARE(whole.stated().randoms_counts, 0.0);
    ListmodeData other = loaded({.attenuation = true, .randoms = true});
    QCOMPARE(other.subset(0).factor[8], 0.5F);
    QCOMPARE(other.subset(0).additive[8], 200.0F);
    QCOMPARE(loaded({}).subset(0).factor[8], 1.0F);
    QCOMPARE(loaded({}).subset(0).additive[8], 0.0F);
  }

  /// Rates become counts of the time that the part was recorded.
  void frames_have_their_own_counts() {
    MemoryEvents source = acquisition();
    const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
    recon::Reporter reporter;
    const recon::TimeParts parts(
        recon::parts_of(recon::make_frames(std::vector<recon::FrameTime>{{0, 1.5}, {1.5, 0.5}})));
    std::vector<ListmodeData> data = ListmodeData::load_parts(source, model, parts, {}, reporter);
    QCOMPARE(data.at(0).subset(0).additive[0], 1.5F * 101);
    QCOMPARE(data.at(1).subset(0).additive[0], 0.5F * 131);
    QCOMPARE(data.at(1).stated().randoms_counts, 0.5 * 10 * 100);
  }

  void rates_in_a_scratch_file() {
    MemoryEvents source = acquisition();
    ListmodeData data = load(source, {.memory_limit_bytes = 1});
    QVERIFY(data.in_scratch_file());
    for (std::size_t i = 0; i < 40; ++i) {
      QCOMPARE(data.subset(0).additive[i], 2 * source.events.additive_per_s[i]);
    }
  }

  /// m of a LOR that several records list is their sum; what is not listed cannot be measured.
  void table_of_lors() {
    const LorTable table = table_of(48, {{7, 30, 0.5F}, {30, 7, 0.25F}, {3, 47, 2}, {3, 40, 1}});
    QCOMPARE(table.num_lors(), std::size_t{3});
    QCOMPARE(table.factor(30, 7), 0.75F);
    QCOMPARE(table.factor(3, 40), 1.0F);
    QCOMPARE(table.factor(47, 3), 2.0F);
    QCOMPARE(table.factor(3, 41), 0.0F);
    QCOMPARE(table.factor(46, 47), 0.0F);
    QVERIFY_THROWS_EXCEPTION(InputError, table_of(48, {{7, 48, 1}}));
    QVERIFY_THROWS_EXCEPTION(InputError, table_of(48, {{7, 7, 1}}));
    QVERIFY_THROWS_EXCEPTION(InputError, table_of(48, {{7, 30, -1}}));
    QVERIFY_THROWS_EXCEPTION(InputError, table_of(48, {{7, 30, NAN}}));
  }

  /// The sensitivity image of a table that lists every pair with its efficiency is that of the efficiencies.
  void sensitivity_of_a_table() {
    const recon::Scanner scanner = small_scanner();
    const auto crystals = static_cast<std::uint32_t>(scanner.num_crystals());
    recon::Efficiencies by_crystal, by_lor;
    by_crystal.bin.resize(1);
    std::vector<std::tuple<std::uint32_t, std::uint32_t, float>> lors;
    for (std::uint32_t a = 0; a < crystals; ++a) {
      by_crystal.bin[0].push_back(0.5F + 0.25F * static_cast<float>(a % 3));
    }
    for (std::uint32_t a = 0; a < crystals; ++a) {
      for (std::uint32_t b = a + 1; b < crystals; ++b) {
        lors.emplace_back(b, a, by_crystal.bin[0][a] * by_crystal.bin[0][b]);
      }
    }
    by_lor.lors = std::make_shared<const LorTable>(table_of(crystals, lors));
    const recon::ImageGrid grid = recon::centred_grid({9, 9, 5}, {6, 6, 6}, scanner.centre_mm());
    recon::Reporter reporter;
    const auto image_of = [&](const recon::Efficiencies& efficiencies) {
      const recon::MultiplicativeModel model(scanner, efficiencies, {});
      return recon::sensitivity_image(model, grid, nullptr, {}, reporter).values;
    };
    const std::vector<float> wanted = image_of(by_crystal);
    QVERIFY(wanted.at(wanted.size() / 2) > 0);
    QCOMPARE(image_of(by_lor), wanted);
    lors.resize(lors.size() / 2);
    by_lor.lors = std::make_shared<const LorTable>(table_of(crystals, lors));
    QVERIFY(image_of(by_lor) != wanted);
  }

  void rates_without_a_duration_are_refused() {
    MemoryEvents source = acquisition();
    source.step_ms = 0xffffffff;
    QVERIFY_THROWS_EXCEPTION(InputError, load(source, {}));
  }
};

COINCIDE_TEST_CLASS(StatedTermsTest)

}  // namespace coincide::tests

#include "stated_terms_test.moc"
