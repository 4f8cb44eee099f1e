// Nuclides and how they are spelt.

#include "recon/data/nuclides.h"

#include <QtTest>
#include <cmath>
#include <string>

#include "support/test_main.h"

namespace coincide::tests {

class NuclidesTest : public QObject {
  Q_OBJECT

 private slots:
  /// Against the rounded values of a review: Gimelli et al., J. Nucl. Med. 63, 2022, 649, table 3; of Ga-68, Rb-82 and
  /// I-124 it has the branches one by one.
  void values_are_those_of_the_field_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("half_life_min");
    QTest::addColumn<double>("positrons_percent");
    QTest::newRow("F-18") << "F-18" << 110. << 96.9;
    QTest::newRow("C-11") << "C-11" << 20.4 << 99.8;
    QTest::newRow("N-13") << "N-13" << 10. << 99.8;
    QTest::newRow("O-15") << "O-15" << 2. << 99.9;
    QTest::newRow("Ga-68") << "Ga-68" << 68. << 87.7 + 1.2;
    QTest::newRow("Cu-64") << "Cu-64" << 12.7 * 60 << 17.5;
    QTest::newRow("Rb-82") << "Rb-82" << 1.3 << 81.8 + 13.1;
    QTest::newRow("Zr-89") << "Zr-89" << 78.4 * 60 << 22.7;
    QTest::newRow("I-124") << "I-124" << 100.2 * 60 << 11.7 + 10.7 + 0.3;
  }
  void values_are_those_of_the_field() {
    QFETCH(QString, name);
    QFETCH(double, half_life_min);
    QFETCH(double, positrons_percent);
    const recon::Nuclide* nuclide = recon::find_nuclide(name.toStdString());
    QVERIFY(nuclide != nullptr);
    QVERIFY(std::abs(nuclide->half_life_s / 60 / half_life_min - 1) < 0.035);
    QVERIFY(std::abs(100 * nuclide->positrons - positrons_percent) < 0.6);
    QCOMPARE(recon::nuclides().size(), std::size_t{9});  // no other
  }

  void spellings_are_known() {
    for (const char* text : {"F-18", "F18", "18F", "[18F]", "f 18", "18-F"}) {
      QVERIFY2(recon::find_nuclide(text) != nullptr && recon::find_nuclide(text)->name == "F-18", text);
    }
    for (const char* text : {"", "F", "18", "F-181", "FDG", "F-18 FDG"}) {
      QVERIFY2(recon::find_nuclide(text) == nullptr, text);
    }
  }
};

COINCIDE_TEST_CLASS(NuclidesTest)

}  // namespace coincide::tests

#include "nuclides_test.moc"
