// Counts of singles in PETSIRD files: by detection bin, module or unit of modules, in the windows of the prompts.

#include "io/petsird_singles.h"

#include <QTemporaryDir>
#include <QtTest>

#include "io/petsird_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using io::PetsirdSingles;
using io::YardlValue;

YardlValue numbers(std::vector<float> values) { return YardlValue(YardlValue::Floats(std::move(values))); }

template <class... Values>
YardlValue list(Values... values) {
  YardlValue::List result;
  (result.push_back(std::move(values)), ...);
  return YardlValue(std::move(result));
}

/// Types of 3 modules of 2 crystals, and of 2 modules of 1 crystal in 2 energy windows.
recon::Scanner two_types() {
  recon::Scanner scanner;
  scanner.module_types = {
      {.first_crystal = 0, .num_modules = 3, .crystals_per_module = 2, .energy_edges_kev = {430, 650}},
      {.first_crystal = 6, .num_modules = 2, .crystals_per_module = 1, .energy_edges_kev = {430, 500, 650}}};
  return scanner;
}

/// Of a header with those edges for both types.
PetsirdSingles with_edges(const std::vector<float>& first, const std::vector<float>& second) {
  static io::YardlType type;
  type = {.kind = io::YardlKind::record,
          .name = "ScannerInformation",
          .fields = {{"singlesHistogramEnergyBinEdges", nullptr}}};
  YardlValue::Record header{.type = &type, .values = {}};
  header.values.push_back(list(numbers(first), numbers(second)));
  return io::understand_petsird_singles(YardlValue(std::move(header)), two_types());
}

}  // namespace

class PetsirdSinglesTest : public QObject {
  Q_OBJECT

 private slots:
  /// In both containers of the version that is written.
  void detection_bins_are_written_and_read() {
    const recon::Scanner scanner = small_scanner();
    recon::SinglesCounts singles{.time = {20, 1020}, .bin = {std::vector<float>(48)}};
    for (std::size_t i = 0; i < 48; ++i) {
      singles.bin[0][i] = static_cast<float>(1000 * i + 7);
    }
    const QTemporaryDir folder;
    for (const char* name : {"a.petsird", "a.h5"}) {
      const std::filesystem::path path = folder.filePath(name).toStdString();
      io::PetsirdWriter writer(path, scanner, {}, true);
      writer.write({0, 10}, {});
      writer.write(singles);
      recon::SinglesCounts wrong = singles;
      wrong.bin[0].pop_back();
      QVERIFY_THROWS_EXCEPTION(InputError, writer.write(wrong));
      writer.finish();
      const auto source = io::open_listmode(path);
      const recon::EventBlock block = read_all(*source);
      QCOMPARE(block.singles.size(), std::size_t{1});
      QVERIFY(block.singles.front().time == singles.time);
      QCOMPARE(block.singles.front().bin, singles.bin);
      QVERIFY(!block.singles.front().shared_out);
      QCOMPARE(source->counts().singles_blocks, 1U);
    }
  }

  /// Models before v0.12 state modules in the same field as crystals; what was counted together is dealt evenly.
  void modules_and_units_are_dealt_evenly() {
    const recon::Scanner scanner = two_types();
    PetsirdSingles how = with_edges({430, 650}, {430, 500, 650});
    QVERIFY(how.problem.empty());
    const auto by_module =
        io::read_singles("singlesHistograms", list(numbers({10, 20, 30}), numbers({1, 2, 3, 4})), how, scanner);
    QCOMPARE(by_module.bin[0], (std::vector<float>{5, 5, 10, 10, 15, 15}));
    QCOMPARE(by_module.bin[1], (std::vector<float>{1, 2, 3, 4}));
    QVERIFY(by_module.shared_out);
    how = with_edges({430, 650}, {430, 650});
    how.unit_of_module = {{1, 0, -1}, {}};
    const auto by_unit =
        io::read_singles("singlesPerSinglesUnitHistogram", list(numbers({8}), numbers({2})), how, scanner);
    QCOMPARE(by_unit.bin[0], (std::vector<float>{1, 1, 4, 4, 0, 0}));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_singles("singlesHistograms", list(numbers({1, 2})), how, scanner));
    QVERIFY(io::read_singles("singlesHistograms", list(), how, scanner).bin.empty());
  }

  /// Finer bins, and bins beside the windows, are as good; wider ones hold what prompts do not.
  void energies_must_be_those_of_the_prompts() {
    const PetsirdSingles finer = with_edges({350, 430, 540, 650, 800}, {430, 500, 650});
    QVERIFY(finer.problem.empty());
    QCOMPARE(finer.window[0], (std::vector<std::int32_t>{-1, 0, 0, -1}));
    const auto counts = io::read_singles("singlesHistograms", list(numbers({99, 1, 2, 99, 99, 3, 4, 99, 99, 5, 6, 99})),
                                         finer, two_types());
    QCOMPARE(counts.bin[0], (std::vector<float>{1.5F, 1.5F, 3.5F, 3.5F, 5.5F, 5.5F}));
    QCOMPARE(with_edges({400, 650}, {430, 500, 650}).problem,
             std::string("they are of 400 to 650 keV, prompts of 430 to 650 keV"));
    QVERIFY(!with_edges({430, 650}, {430, 650}).problem.empty());
    QVERIFY(!with_edges({430, 540}, {430, 500, 650}).problem.empty());
  }
};

COINCIDE_TEST_CLASS(PetsirdSinglesTest)

}  // namespace coincide::tests

#include "petsird_singles_test.moc"
