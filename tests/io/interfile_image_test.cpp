// Images in STIR's and CASToR's dialects of Interfile. tests/python/test_images.py reads what we write with others'
// programs.

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "io/image_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

std::filesystem::path stir_images() {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "stir" / "interfile-images";
}

/// 0 ... 5 as so many bytes.
template <class T>
std::string counted() {
  std::string bytes(6 * sizeof(T), '\0');
  for (int i = 0; i < 6; ++i) {
    const auto value = static_cast<T>(i);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

constexpr const char* castor_header =
    "!INTERFILE :=\nCASToR version := 3.1.1\n!name of data file := c.img\n!matrix size [1] := 3\n"
    "!matrix size [2] := 2\n!matrix size [3] := 1\n!number format := short float\n!number of bytes per pixel := 4\n"
    "scaling factor (mm/pixel) [1] := 2\nscaling factor (mm/pixel) [2] := 3\nscaling factor (mm/pixel) [3] := 4\n";

}  // namespace

class InterfileImageTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  io::PlacedSeries castor(const std::string& header, const std::string& bytes) const {
    std::ofstream(path("c.hdr"), std::ios::binary) << header << "!END OF INTERFILE :=\n";
    std::ofstream(path("c.img"), std::ios::binary) << bytes;
    return io::read_placed_series(path("c.hdr"));
  }

 private slots:
  /// Transaxial places as STIR converts them to LPS; axial ones count from the scanner's middle, as STIR's projectors
  /// have it, where STIR's conversion counts from the first plane.
  void voxels_lie_where_stir_has_them() {
    if (!std::filesystem::exists(stir_images())) {
      QSKIP("no shared data");
    }
    std::map<std::string, io::PlacedSeries> images;
    std::ifstream rows(stir_images() / "expected_voxels.csv");
    std::string line;
    std::getline(rows, line);
    int compared = 0;
    while (std::getline(rows, line)) {
      const QStringList row = QString::fromStdString(line).split(',');
      const std::string name = row[0].toStdString();
      if (!images.contains(name)) {
        images[name] = io::read_placed_series(stir_images() / (name + ".hv"));
      }
      const io::PlacedSeries& read = images[name];
      const auto& shape = read.series.grid.shape;
      const int i = row[2].toInt(), j = row[3].toInt(), k = row[4].toInt();
      const auto voxel = static_cast<std::size_t>((i * shape[1] + j) * shape[2] + k);
      QVERIFY(std::abs(read.series.frames.at(row[1].toUInt() - 1).values.at(voxel) - row[5].toFloat()) < 1e-6F);
      const Eigen::Vector3d mm = read.index_to_mm * Eigen::Vector3d(i, j, k);
      const double towards_head = name.find("_ff") != std::string::npos ? 1 : -1;
      const Eigen::Vector3d expected(row[12].toDouble(), row[13].toDouble(), towards_head * row[11].toDouble());
      QVERIFY2((mm - expected).norm() < 1e-4, qPrintable(QString::fromStdString(line)));
      QVERIFY(read.orientation.find(name.ends_with("p") ? "prone" : "supine") != std::string::npos);
      ++compared;
    }
    QCOMPARE(compared, 50);
    QCOMPARE(images.size(), std::size_t{7});
    const std::vector<recon::SeriesFrame>& frames = images["dynamic"].series.frames;
    QVERIFY(frames[2].start_s == 100 && frames[2].duration_s == 120);
    QCOMPARE(images["parametric"].series.parameters, (std::vector<std::string>{"slope", "intercept"}));
    QVERIFY(images["parametric"].warnings.empty());
  }

  void parameters_keep_their_names_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("STIR") << "p.hv";
    QTest::newRow("HDF5") << "p.h5";
  }
  void parameters_keep_their_names() {
    QFETCH(QString, name);
    recon::ImageSeries series{
        .grid = recon::centred_grid({3, 2, 4}, {2, 3, 4}, {1, -5, 7}), .parameters = {"K", "V"}, .unit = "1/min"};
    for (int i = 0; i < 2; ++i) {
      recon::SeriesFrame frame;
      for (int voxel = 0; voxel < 24; ++voxel) {
        frame.values.push_back(static_cast<float>(voxel + 100 * i));
      }
      series.frames.push_back(frame);
    }
    io::write_image_frames(path(qPrintable(name)), series);
    const io::ReadSeries read = io::read_image_series(path(qPrintable(name)));
    QCOMPARE(read.series.parameters, series.parameters);
    QCOMPARE(read.series.unit, series.unit);
    QVERIFY(read.series.grid == series.grid);
    QCOMPARE(read.series.frames[1].values, series.frames[1].values);
  }

  /// AMIDE finds no image where `number of time frames` stands elsewhere, and STIR none where it stands in other
  /// places.
  void keys_stand_where_others_find_them() {
    recon::Image image(recon::centred_grid({3, 2, 4}, {2, 3, 4}, {1, -5, 7}), 1);
    image.frame_duration_s = 60;
    io::write_image(path("order.hv"), image);
    std::ifstream file(path("order.hv"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t frames = text.find("number of time frames := 1");
    QVERIFY(frames != std::string::npos && frames > text.find("scaling factor (mm/pixel) [3]"));
    for (const char* later : {"first pixel offset (mm) [1]", "image duration (sec)[1]", "image relative start time"}) {
      QVERIFY2(text.find(later) != std::string::npos && text.find(later) > frames, later);
    }
  }

  void castor_images_are_centred_but_for_their_offset() {
    const io::PlacedSeries read =
        castor(std::string(castor_header) + "first pixel offset (mm) [1] := 10\n", counted<float>());
    QVERIFY((read.index_to_mm.translation() - Eigen::Vector3d(8, -1.5, 0)).norm() < 1e-9);
    QCOMPARE(read.series.frames[0].values, (std::vector<float>{0, 3, 1, 4, 2, 5}));
    QVERIFY(read.orientation.find("not stated") != std::string::npos);
  }

  void castor_values_are_scaled() {
    std::string header = castor_header;
    header += "data rescale slope := 0.5\nquantification units := 4\nrescale intercept := 1\n";
    QCOMPARE(castor(header, counted<float>()).series.frames[0].values, (std::vector<float>{1, 7, 3, 9, 5, 11}));
    const io::PlacedSeries text =
        castor(std::string(castor_header) + "quantification units := kBq/cc\n", counted<float>());
    QCOMPARE(text.series.frames[0].values[5], 5.0F);
    QVERIFY(text.warnings.at(0).find("kBq/cc") != std::string::npos);
  }

  void castor_numbers_of_every_kind() {
    const auto as = [&](const char* format, int bytes, const std::string& data) {
      QString header = castor_header;
      header.replace("short float", format).replace("per pixel := 4", QString("per pixel := %1").arg(bytes));
      return castor(header.toStdString(), data).series.frames[0].values;
    };
    const std::vector<float> expected{0, 3, 1, 4, 2, 5};
    QCOMPARE(as("long float", 8, counted<double>()), expected);
    QCOMPARE(as("signed integer", 2, counted<std::int16_t>()), expected);
    QCOMPARE(as("unsigned integer", 1, counted<std::uint8_t>()), expected);
    QCOMPARE(as("signed integer", 8, counted<std::int64_t>()), expected);
    QString header = castor_header;
    header.replace("!matrix size [3] := 1\n", "number of slices := 1\n");
    header.replace("scaling factor (mm/pixel) [3] := 4", "slice thickness (pixels) := 2");
    const io::PlacedSeries old = castor(header.toStdString(), counted<float>());
    QCOMPARE(old.index_to_mm.linear()(2, 2), 5.0);
  }

  void other_dialects_and_data_are_told_apart() {
    QVERIFY(!io::is_image(path("nothing.hv")));
    std::ofstream(path("prompts.hs")) << "!INTERFILE :=\n!PET data type := Emission\n!END OF INTERFILE :=\n";
    QVERIFY(!io::is_image(path("prompts.hs")));
    castor(castor_header, counted<float>());
    QVERIFY(io::is_image(path("c.hdr")));
    std::filesystem::copy(path("c.hdr"), path("named.hv"));  // what is in it counts, not the name
    QCOMPARE(io::read_placed_series(path("named.hv")).series.frames[0].values[1], 3.0F);
  }
};

COINCIDE_TEST_CLASS(InterfileImageTest)

}  // namespace coincide::tests

#include "interfile_image_test.moc"
