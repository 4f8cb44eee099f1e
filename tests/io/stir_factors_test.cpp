// Factors and background as STIR has them: in the order of the sinogram that they belong to, with its header.
#include "io/interfile/stir_factors.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

#include "io/input_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

fs::path stir_data() { return fs::path(COINCIDE_SHARED_DATA) / "stir"; }

std::vector<float> floats_in(const fs::path& path) {
  const std::string bytes = io::read_text_file(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace

class StirFactorsTest : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    if (!fs::exists(stir_data())) {
      QSKIP("needs the shared data");
    }
  }

  void bins_keep_their_order_and_header_data() {
    QTest::addColumn<QString>("header");
    QTest::addColumn<QStringList>("changes");
    QTest::newRow("cylinder") << "osem-span3/prompts.hs" << QStringList{};
    QTest::newRow("TOF") << "osem-tof/prompts.hs" << QStringList{};
    QTest::newRow("planes before views, segments and TOF bins in another order")
        << "osem-tof/prompts.hs"
        << QStringList{"matrix axis label [3] := axial coordinate",
                       "!matrix size [3] := {16,15,15}",
                       "matrix axis label [2] := view",
                       "!matrix size [2] := 48",
                       "minimum ring difference per segment := {0,1,-1}",
                       "maximum ring difference per segment := {0,1,-1}",
                       "TOF bin order := {0,1,-1,2,-2}"};
    QTest::newRow("table of crystals") << "safir-generic/muppet.hs" << QStringList{};
  }
  void bins_keep_their_order_and_header() {
    QFETCH(const QString, header);
    QFETCH(const QStringList, changes);
    const fs::path path = with_data(stir_data() / header.toStdString(), changes);
    io::StirSinogram sinogram(path);
    const recon::Histogram histogram = sinogram.read();
    std::vector<float> factor(histogram.counts.size());
    std::ranges::transform(histogram.counts, factor.begin(), [](float value) { return 1 / value; });
    const std::vector<fs::path> files =
        io::write_stir_factors(sinogram, factor, histogram.counts, 1, path.parent_path() / "new");
    QCOMPARE(files.size(), std::size_t{header.contains("safir") ? 6U : 4U});
    for (const fs::path& file : files) {
      QVERIFY(fs::exists(file));
      const std::string ending = file.filename().string().substr(3);
      QVERIFY(std::ranges::count(io::stir_factor_endings(), ending) == 1);
    }

    const std::vector<float> given = floats_in(sinogram.header().data_file());
    const std::vector<float> corrections = floats_in(path.parent_path() / "new_multiplicative.s");
    const std::vector<float> terms = floats_in(path.parent_path() / "new_additive.s");
    QCOMPARE(corrections.size(), given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
      QVERIFY(std::abs(corrections[i] / given[i] - 1) < 2e-7F);
      QVERIFY(std::abs(terms[i] / given[i] / given[i] - 1) < 4e-7F);
    }
    io::StirSinogram again(path.parent_path() / "new_multiplicative.hs");
    const recon::Histogram read = again.read();
    QCOMPARE(read.start, histogram.start);
    QCOMPARE(read.point_mm, histogram.point_mm);
    QCOMPARE(again.facts().duration_s, sinogram.facts().duration_s);

    // What is derived carries the header of its data.
    std::map<std::string, std::string, std::less<>> before = sinogram.header().values(), now = again.header().values();
    for (const char* key : {"name of data file", "name of crystal map", "number format", "number of bytes per pixel"}) {
      before.erase(key);
      now.erase(key);
    }
    QVERIFY(before == now);
  }

  void shares_of_processes_are_put_together_data() {
    QTest::addColumn<QString>("header");
    QTest::newRow("cylinder") << "osem-span3/prompts.hs";
    QTest::newRow("TOF") << "osem-tof/prompts.hs";
  }
  void shares_of_processes_are_put_together() {
    QFETCH(const QString, header);
    const fs::path path = with_data(stir_data() / header.toStdString(), {});
    io::StirSinogram sinogram(path);
    std::vector<float> shares;
    for (int rank = 0; rank < 3; ++rank) {
      const std::vector<float> share = sinogram.read_share(recon::LorShare(3, rank)).counts;
      shares.insert(shares.end(), share.begin(), share.end());
    }
    const std::vector<float> whole = sinogram.read().counts;
    QVERIFY(shares != whole);
    io::write_stir_factors(sinogram, shares, shares, 3, path.parent_path() / "three");
    io::write_stir_factors(sinogram, whole, whole, 1, path.parent_path() / "one");
    for (const char* ending : {"_multiplicative.s", "_additive.s"}) {
      QVERIFY(floats_in(path.parent_path() / (std::string("three") + ending)) ==
              floats_in(path.parent_path() / (std::string("one") + ending)));
    }
  }

  // Zeros are told from all others, whatever the unit of m.
  void gaps_are_far_above_the_rest_data() {
    QTest::addColumn<float>("unit");
    QTest::newRow("parts of counts") << 1.0F;
    QTest::newRow("small") << 1e-9F;
    QTest::newRow("large") << 1e9F;
  }
  void gaps_are_far_above_the_rest() {
    QFETCH(const float, unit);
    const fs::path path = with_data(stir_data() / "osem-span3/prompts.hs", {});
    io::StirSinogram sinogram(path);
    std::vector<float> factor(static_cast<std::size_t>(sinogram.facts().num_lors));
    const std::vector<float> background(factor.size(), 5);
    for (std::size_t i = 0; i < factor.size(); ++i) {
      factor[i] = unit * static_cast<float>(i % 4);
    }
    io::write_stir_factors(sinogram, factor, background, 1, path.parent_path() / "gaps");
    const std::vector<float> corrections = floats_in(path.parent_path() / "gaps_multiplicative.s");
    const std::vector<float> terms = floats_in(path.parent_path() / "gaps_additive.s");
    for (std::size_t i = 0; i < factor.size(); ++i) {
      QVERIFY(factor[i] > 0 ? corrections[i] == 1 / factor[i]
                            : corrections[i] >= 1e12F && std::isfinite(corrections[i]));
      QVERIFY(corrections[i] < 1e6F || corrections[i] > 1e11F / unit || factor[i] > 0);
      QVERIFY(terms[i] == (factor[i] > 0 ? 5 / factor[i] : 0));
    }
  }

  void a_folder_that_takes_no_files_is_an_error() {
    const fs::path path = with_data(stir_data() / "osem-span3/prompts.hs", {});
    io::StirSinogram sinogram(path);
    const std::vector<float> values = sinogram.read().counts;
    QVERIFY_THROWS_EXCEPTION(FileError,
                             io::write_stir_factors(sinogram, values, values, 1, path.parent_path() / "none" / "x"));
  }

 private:
  /// A copy of a header, of floats, with other values of some keys and numbers that all differ beside it.
  fs::path with_data(const fs::path& header, const QStringList& changes) {
    const fs::path folder = folder_.filePath(QString::number(++copies_)).toStdString();
    fs::copy(header.parent_path(), folder);
    std::vector<std::pair<std::string, std::string>> said{
        {"name of data file", "data.s"}, {"number format", "float"}, {"number of bytes per pixel", "4"}};
    for (const QString& change : changes) {
      const QStringList parts = change.split(" := ");
      said.emplace_back(parts[0].toStdString(), parts[1].toStdString());
    }
    fs::path path = folder / "data.hs";
    std::ofstream(path) << io::InterfileHeader(header).text_with(said);
    std::vector<float> numbers(
        static_cast<std::size_t>(io::read_stir_layout(io::InterfileHeader(path)).first.num_bins()));
    std::iota(numbers.begin(), numbers.end(), 1.0F);
    std::ofstream(folder / "data.s", std::ios::binary)
        .write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(float)));
    return path;
  }

  QTemporaryDir folder_;
  int copies_ = 0;
};

COINCIDE_TEST_CLASS(StirFactorsTest)

}  // namespace coincide::tests

#include "stir_factors_test.moc"
