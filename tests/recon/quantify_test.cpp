// The unit of a result.

#include "recon/pipeline/quantify.h"

#include <QtTest>
#include <memory>
#include <string>

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
};

COINCIDE_TEST_CLASS(QuantifyTest)
#include "quantify_test.moc"
