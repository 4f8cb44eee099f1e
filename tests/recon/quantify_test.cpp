// The unit of a result, and what is done about decay.

#include "recon/pipeline/quantify.h"

#include <QtTest>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;

class QuantifyTest : public QObject {
  Q_OBJECT

 private slots:
  /// Factors of events alone: the sensitivity image is in another unit, unless a calibration was found with it.
  void factors_of_events_alone_make_no_unit() {
    const recon::Scanner scanner = tests::small_scanner();
    recon::Efficiencies table;
    table.calibration_stated = true;
    const auto why = [&](const recon::CorrectionOptions& options, double calibration, recon::EventTerms stated) {
      return recon::why_arbitrary_unit(recon::MultiplicativeModel(scanner, table, options),
                                       {.calibration = calibration}, "", stated);
    };
    QVERIFY(why({}, 0, {.normalization = true}).find("corrections.normalization") != std::string::npos);
    QCOMPARE(why({}, 2, {.normalization = true}), std::string());
    QCOMPARE(why({}, 0, {.attenuation = true}), std::string());
    QCOMPARE(why({.efficiencies = false}, 0, {.normalization = true}).find("lacks"), std::string::npos);
    table.lors = std::make_shared<const recon::LorTable>(scanner.num_crystals(), false, [](const auto&) {});
    QCOMPARE(why({}, 0, {.normalization = true}), std::string());
  }

  void decay_that_leaves_nothing_is_refused() {
    const std::vector<recon::TimeInterval> recorded{{10000, 20000}, {30000, 40000}};
    const auto refused = [&](double half_life_s, std::optional<double> moment_s, const char* words) {
      try {
        recon::check_decay({.half_life_s = half_life_s}, moment_s, recorded);
      } catch (const InputError& error) {
        return std::string_view(error.what()).find(words) != std::string_view::npos;
      }
      return false;
    };
    QVERIFY(refused(0, 40, "negative"));
    QVERIFY(refused(100, 3600, "negative"));
    QVERIFY(refused(1, -11.1, "41.1 half-lives"));  // of the second, the first is 21.1
    QVERIFY(refused(0.5, 35, "50 half-lives"));
    recon::check_decay({.half_life_s = 1}, -9.9, recorded);
    recon::check_decay({.half_life_s = 100}, 39.9, recorded);  // a scan that began before the injection
    recon::check_decay({.half_life_s = 1e-9}, std::nullopt, recorded);
    recon::check_decay({.half_life_s = 1}, 1e9, {});  // no time is known
  }
};

COINCIDE_TEST_CLASS(QuantifyTest)
#include "quantify_test.moc"
