// What a reader of a histogram gives a process of several is what cutting the whole one leaves, for each process.
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "io/data_conversion.h"
#include "io/data_file.h"
#include "io/interfile/stir_sinogram_layout.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Histogram;
using recon::LorShare;

std::filesystem::path stir_data() { return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir"; }

/// One of some processes, as far as shares ask.
class Rank final : public recon::Communicator {
 public:
  Rank(int rank, int size) : rank_(rank), size_(size) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }

 private:
  int rank_;
  int size_;
};

}  // namespace

class HistogramShareTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  /// A copy of a header that lies there alone, with numbers that all differ.
  std::filesystem::path with_data(const std::filesystem::path& header) const {
    std::filesystem::path copy = folder_.filePath("safir/copy.hs").toStdString();
    std::filesystem::copy(header.parent_path(), copy.parent_path());
    std::filesystem::copy_file(header, copy);
    const io::InterfileHeader parsed(header);
    const std::int64_t bins = io::read_stir_layout(parsed).first.num_bins();
    std::vector<float> numbers(static_cast<std::size_t>(bins));
    std::iota(numbers.begin(), numbers.end(), 0.0F);
    std::ofstream(copy.parent_path() / parsed.text("name of data file", ""), std::ios::binary)
        .write(reinterpret_cast<const char*>(numbers.data()), bins * static_cast<std::int64_t>(sizeof(float)));
    return copy;
  }

 private slots:
  void shares_are_read_data() {
    QTest::addColumn<QString>("sinogram");
    QTest::addColumn<QString>("as");
    QTest::newRow("cylinder") << "osem-span3/prompts.hs"
                              << "";
    QTest::newRow("cylinder, TOF") << "osem-tof/prompts.hs"
                                   << "";
    QTest::newRow("pairs of crystals") << "safir-generic/muppet.hs"
                                       << "";
    QTest::newRow("CASToR, TOF") << "osem-tof/prompts.hs"
                                 << "bins.cdh";
    QTest::newRow("table") << "osem-span3/prompts.hs"
                           << "bins.csv";
  }
  void shares_are_read() {
    QFETCH(const QString, sinogram);
    QFETCH(const QString, as);
    std::filesystem::path path = stir_data() / sinogram.toStdString();
    if (!std::filesystem::exists(path)) {
      QSKIP("needs the shared data");
    }
    if (path.filename() == "muppet.hs") {
      path = with_data(path);
    }
    if (!as.isEmpty()) {
      const std::filesystem::path converted = folder_.filePath(as).toStdString();
      recon::Reporter silent;
      io::convert_data(path, converted, {}, {}, silent);
      path = converted;
    }
    const auto source = io::open_data(path).histogram;
    QVERIFY(source != nullptr);
    std::int64_t read = 0;
    for (int rank = 0; rank < 3; ++rank) {
      const LorShare share(Rank(rank, 3));
      const Histogram own = source->read_share(share);
      Histogram expected = source->read();
      expected.keep(share);
      QVERIFY(own.num_lors() > 100);
      QVERIFY(own.point_mm == expected.point_mm && own.start == expected.start && own.end == expected.end);
      QVERIFY(own.counts == expected.counts && own.factor == expected.factor && own.additive == expected.additive);
      QVERIFY(own.view == expected.view);
      read += own.num_lors();
    }
    QCOMPARE(read, source->facts().num_lors);
  }
};

COINCIDE_TEST_CLASS(HistogramShareTest)

}  // namespace coincide::tests

#include "histogram_share_test.moc"
