// What a reader of a histogram gives a process of several is what cutting the whole one leaves, for each process; and
// what it gives as a sample is of the whole.
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

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
    const std::filesystem::path folder = folder_.filePath("copies").toStdString();
    const std::filesystem::path copy = folder / header.parent_path().filename() / "copy.hs";
    if (std::filesystem::exists(copy)) {
      return copy;
    }
    std::filesystem::create_directories(folder);
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

  /// A sinogram of the shared data, or what it is converted to; null: it is not there.
  std::unique_ptr<recon::HistogramSource> opened(const QString& sinogram, const QString& as) const {
    std::filesystem::path path = stir_data() / sinogram.toStdString();
    if (!std::filesystem::exists(path)) {
      return nullptr;
    }
    if (!path.filename().string().starts_with("prompts")) {
      path = with_data(path);
    }
    if (!as.isEmpty()) {
      const std::filesystem::path converted = folder_.filePath(as).toStdString();
      recon::Reporter silent;
      io::convert_data(path, converted, {}, {}, silent);
      path = converted;
    }
    return io::open_data(path).histogram;
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
    QTest::newRow("by sinogram") << "ecat953-sensitivity/Utahscat600k_ca_seg4.hs"
                                 << "";
    QTest::newRow("CASToR, TOF") << "osem-tof/prompts.hs"
                                 << "bins.cdh";
    QTest::newRow("table") << "osem-span3/prompts.hs"
                           << "bins.csv";
  }
  void shares_are_read() {
    QFETCH(const QString, sinogram);
    QFETCH(const QString, as);
    const auto source = opened(sinogram, as);
    if (source == nullptr) {
      QSKIP("needs the shared data");
    }
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

  void samples_are_of_the_whole_data() { shares_are_read_data(); }
  /// None twice, with their own counts, from all over.
  void samples_are_of_the_whole() {
    QFETCH(const QString, sinogram);
    QFETCH(const QString, as);
    const auto source = opened(sinogram, as);
    if (source == nullptr) {
      QSKIP("needs the shared data");
    }
    const Histogram whole = source->read();
    const std::int64_t enough = whole.num_lors() / 100;
    const Histogram sample = source->read_sample(enough);
    QVERIFY2(sample.num_lors() > enough / 2 && sample.num_lors() < 3 * enough,
             qPrintable(QString("%1 instead of %2").arg(sample.num_lors()).arg(enough)));
    const auto bins = static_cast<std::size_t>(whole.bins_per_lor());
    QCOMPARE(sample.num_bins(), std::ssize(sample.counts));
    std::map<std::array<recon::Vec3, 2>, std::size_t> place;
    for (std::size_t lor = 0; lor < whole.start.size(); ++lor) {
      place[{whole.point_mm[whole.start[lor]], whole.point_mm[whole.end[lor]]}] = lor;
    }
    std::set<std::size_t> met;
    std::set<std::size_t> tenths;
    for (std::size_t lor = 0; lor < sample.start.size(); ++lor) {
      const auto found = place.find({sample.point_mm[sample.start[lor]], sample.point_mm[sample.end[lor]]});
      QVERIFY(found != place.end());
      QVERIFY(met.insert(found->second).second);
      tenths.insert(10 * found->second / whole.start.size());
      QVERIFY(std::equal(sample.counts.begin() + static_cast<std::ptrdiff_t>(lor * bins),
                         sample.counts.begin() + static_cast<std::ptrdiff_t>((lor + 1) * bins),
                         whole.counts.begin() + static_cast<std::ptrdiff_t>(found->second * bins)));
    }
    if (whole.view.empty()) {
      QCOMPARE(tenths.size(), std::size_t{10});
    } else {  // of each segment some views
      QVERIFY(std::set<std::uint32_t>(sample.view.begin(), sample.view.end()).size() >= 2);
      QVERIFY(tenths.size() >= 5);
    }
    const Histogram all = source->read_sample(2 * whole.num_lors());
    QVERIFY(all.start == whole.start && all.end == whole.end && all.counts == whole.counts);
  }
};

COINCIDE_TEST_CLASS(HistogramShareTest)

}  // namespace coincide::tests

#include "histogram_share_test.moc"
