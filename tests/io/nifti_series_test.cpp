// Frames keep values and times through NIfTI and the JSON beside it. An independent reader checks the files in
// tests/python/test_nifti.py.

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/bids_frames.h"
#include "io/image_file.h"
#include "projectors/error.h"
#include "recon/data/frames.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using Json = nlohmann::ordered_json;
using recon::ImageSeries;

/// Value i + 10 j + 100 k + 1000 frame.
ImageSeries numbered(std::string_view durations) {
  ImageSeries series{.grid = recon::centred_grid({2, 3, 4}, {1.5F, 2.25F, 3}, {10, -20, 30.5F}),
                     .unit = "Bq/mL",
                     .decay_corrected = true,
                     .reference_s = -61.5,
                     .half_life_s = 6584.04,
                     .injection_s = -61.5,
                     .time_zero = "14:05:09",
                     .description = "listmode OSEM"};
  for (const recon::Frame& frame : recon::parse_durations(durations, 12.5)) {
    const auto number = static_cast<float>(series.frames.size());
    recon::Image image(series.grid, 0);
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 3; ++j) {
        for (int k = 0; k < 4; ++k) {
          image.at(i, j, k) = static_cast<float>(i + 10 * j + 100 * k) + 1000 * number;
        }
      }
    }
    series.frames.push_back({image.values, frame.start_s(), frame.duration_s(), 1 + 0.125 * number});
  }
  return series;
}

}  // namespace

class NiftiSeriesTest : public QObject {
  Q_OBJECT

 private slots:
  void uneven_frames_come_back_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << "pet.nii";
    QTest::newRow("compressed") << "pet.nii.gz";
  }
  void uneven_frames_come_back() {
    QFETCH(QString, name);
    const ImageSeries series = numbered("10x30, 5x60");
    io::write_image_series(path(name), series);
    const auto [back, warnings] = io::read_image_series(path(name));
    QVERIFY(warnings.empty());
    QCOMPARE(back.grid, series.grid);
    QCOMPARE(back.unit, series.unit);
    QCOMPARE(back.description, series.description);
    QCOMPARE(back.decay_corrected, true);
    QCOMPARE(back.reference_s, -61.5);
    QCOMPARE(back.half_life_s, 6584.04);
    QCOMPARE(back.injection_s, series.injection_s);
    QCOMPARE(back.time_zero, series.time_zero);
    QCOMPARE(back.frames.size(), std::size_t{15});
    for (std::size_t i = 0; i < 15; ++i) {
      QCOMPARE(back.frames[i].values, series.frames[i].values);
      QCOMPARE(back.frames[i].start_s, series.frames[i].start_s);
      QCOMPARE(back.frames[i].duration_s, series.frames[i].duration_s);
      QCOMPARE(back.frames[i].decay_factor, series.frames[i].decay_factor);
    }
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder_.path().toStdString()), {}), 2);
  }

  /// The header's step is read by others; ours takes no time from it.
  void only_even_frames_state_a_step() {
    const auto step_of = [&](std::string_view durations) {
      io::write_image_frames(path("step.nii"), numbered(durations));
      std::ifstream file(path("step.nii"), std::ios::binary);
      float step = -1;
      file.seekg(76 + 4 * sizeof(float)).read(reinterpret_cast<char*>(&step), sizeof(step));
      return step;
    };
    QCOMPARE(step_of("10x30, 5x60"), 0.0F);
    QCOMPARE(step_of("5x30"), 30.0F);
    ImageSeries apart = numbered("3x30");
    apart.frames[2].start_s += 10;
    io::write_image_frames(path("apart.nii"), apart);
    QCOMPARE(io::read_image_series(path("apart.nii")).series.frames[1].duration_s, 0.0);
    const auto [series, warnings] = io::read_image_series(path("step.nii"));
    QVERIFY(!series.has_times() && !series.injection_s && !series.decay_corrected);
    QCOMPARE(warnings.size(), std::size_t{1});
    QVERIFY(warnings[0].find("step.json") != std::string::npos);
  }

  void one_image_is_not_made_of_several() {
    io::write_image_frames(path("two.nii"), numbered("2x30"));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_image(path("two.nii")));
    io::write_image_frames(path("one.nii"), numbered("30"));
    const recon::Image image = io::read_image(path("one.nii"));
    QCOMPARE(image.frame_start_s, 12.5);
    QCOMPARE(image.frame_duration_s, 30.0);
    QCOMPARE(io::read_image_series(path("one.nii")).series.frames.size(), std::size_t{1});
  }

  void wrong_side_files_are_refused_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::newRow("too many starts") << "FrameTimesStart"
                                     << "[0, 30, 60, 90]";
    QTest::newRow("too few durations") << "FrameDuration"
                                       << "[30, 30]";
    QTest::newRow("one factor for all") << "DecayCorrectionFactor"
                                        << "1.5";
    QTest::newRow("times of day") << "FrameTimesStart"
                                  << R"(["14:05:09", "14:05:39", "14:06:09"])";
    QTest::newRow("twelve hours") << "TimeZero"
                                  << R"("02:05:09 PM")";
    QTest::newRow("seconds of the day") << "TimeZero"
                                        << "50709";
    QTest::newRow("no such time") << "TimeZero"
                                  << R"("24:00:00")";
    QTest::newRow("a word") << "ImageDecayCorrected"
                            << R"("yes")";
    QTest::newRow("no time") << "FrameDuration"
                             << "[30, 0, 30]";
  }
  void wrong_side_files_are_refused() {
    QFETCH(QString, key);
    QFETCH(QString, value);
    io::write_image_series(path("wrong.nii"), numbered("3x30"));
    Json json = Json::parse(std::ifstream(path("wrong.json")));
    QVERIFY(json.contains(key.toStdString()));
    json[key.toStdString()] = Json::parse(value.toStdString());
    std::ofstream(path("wrong.json")) << json;
    try {
      io::read_image_series(path("wrong.nii"));
      QFAIL("no error");
    } catch (const FileError& error) {
      QVERIFY2(QString(error.what()).contains(key), error.what());
    }
  }

  void what_a_side_file_leaves_out_is_told() {
    io::write_image_series(path("poor.nii"), numbered("3x30"));
    std::ofstream(path("poor.json")) << R"({"Units": "kBq/mL", "ImageDecayCorrected": true})";
    const auto [series, warnings] = io::read_image_series(path("poor.nii"));
    QCOMPARE(series.unit, std::string("kBq/mL"));
    QCOMPARE(warnings.size(), std::size_t{3});
    std::ofstream(path("poor.json")) << "{";
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_image_series(path("poor.nii")));
  }

  void series_that_cannot_be_said_are_not_written() {
    ImageSeries series = numbered("3x30");
    series.time_zero = "2:05:09";
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image_series(path("no.nii"), series));
    series = numbered("3x30");
    series.frames[1].duration_s = 0;
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image_series(path("no.nii"), series));
    series.frames.clear();
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image_series(path("no.nii"), series));
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image_frames(path("no.nii"), series));
    QVERIFY(!std::filesystem::exists(path("no.nii")) && !std::filesystem::exists(path("no.json")));
  }

  void init() {
    folder_ = QTemporaryDir();
    QVERIFY(folder_.isValid());
  }

 private:
  std::filesystem::path path(const QString& name) const { return folder_.filePath(name).toStdString(); }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(NiftiSeriesTest)

}  // namespace coincide::tests

#include "nifti_series_test.moc"
