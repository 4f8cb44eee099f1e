// Image files in the window: opened as a user does, looked at, measured.

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QSlider>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/analysis_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/value_line.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/image_viewer.h"
#include "io/image_file.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

class ImageFilesTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;

  std::filesystem::path path(const char* name) const { return folder_.filePath(name).toStdString(); }
  QString title() const {
    return window_->findChild<QComboBox*>("shown")->currentText() + " · " +
           window_->findChild<QLabel*>("shown_detail")->text();
  }
  void drop(const char* name) const {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(folder_.filePath(name))});
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &enter);
    QDropEvent dropped({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window_.get(), &dropped);
  }
  /// The value at the crosshair, as the line at the bottom says it.
  double value() const {
    return window_->findChild<ValueLine*>()->text().section(" · ", 2).section(' ', 0, 0).toDouble();
  }
  static double at_crosshair(const recon::Image& image) { return image.at(10, 11, 12); }
  bool shows(const QString& name) const { return title().startsWith("Image · " + name); }

 private slots:
  void init() {
    QSettings().clear();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
  }
  void cleanup() { window_.reset(); }

  /// The values of an image or sinogram without what they are: beside them lies what says it, or not.
  void a_file_of_numbers_names_its_header() {
    const auto refusal = [&](const char* name) {
      std::ofstream(path(name)) << std::string("\1\0\2\0\3", 5);
      drop(name);
      const auto dialog = [this] { return window_->findChild<QMessageBox*>("error_dialog"); };
      if (!QTest::qWaitFor([&] { return dialog() != nullptr; }, patience_ms)) {
        return QString();
      }
      QString text = dialog()->text();
      delete dialog();
      return text;
    };
    std::ofstream(path("emission.hv")) << "!INTERFILE :=\n";
    std::ofstream(path("prompts.hs")) << "!INTERFILE :=\n";
    QVERIFY(
        refusal("emission.v").endsWith("emission.v holds numbers alone. Open emission.hv, which says what they are."));
    QVERIFY(refusal("prompts.s").endsWith("Open prompts.hs, which says what they are."));
    QVERIFY(refusal("alone.v").contains("Its first bytes fit none of"));
  }

  void images_of_all_formats_are_shown_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& suffix : io::image_suffixes()) {
      QTest::newRow(suffix.c_str()) << QString::fromStdString("image." + suffix);
    }
  }

  void images_of_all_formats_are_shown() {
    QFETCH(QString, name);
    auto image = *test_image();
    image.frame_duration_s = 60;
    try {
      io::write_image(path(qPrintable(name)), image);
    } catch (const std::exception& error) {
      QSKIP(error.what());  // of DICOM, which wants to know more
    }
    drop(qPrintable(name));
    QTRY_VERIFY_WITH_TIMEOUT(shows(name), patience_ms);
    QVERIFY2(std::abs(value() / at_crosshair(image) - 1) < 1e-4, qPrintable(QString::number(value())));
    QVERIFY(window_->findChild<QAction*>("save_image")->isEnabled());
  }

  void frames_are_gone_through() {
    recon::ImageSeries series{.grid = test_image()->grid, .unit = "Bq/mL"};
    for (int frame = 0; frame < 3; ++frame) {
      series.frames.push_back(
          {.values = test_image(1 + frame)->values, .start_s = 60.0 * frame, .duration_s = 60, .decay_factor = 1});
    }
    io::write_image_series(path("series.nii.gz"), series);
    window_->open_file(folder_.filePath("series.nii.gz"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("series.nii.gz"), patience_ms);
    QCOMPARE(title(), QString("Image · series.nii.gz · frame 1 of 3, 0 to 60 s · Bq/mL"));
    const double first = value();
    window_->findChild<QSlider*>("step")->setValue(2);
    QCOMPARE(title(), QString("Image · series.nii.gz · frame 3 of 3, 120 to 180 s · Bq/mL"));
    QVERIFY(std::abs(value() / (3 * first) - 1) < 1e-4);
  }

  /// The mean of the region in each frame, as the arrays have it, over the middle of the frame.
  void regions_have_curves_over_the_frames() {
    recon::ImageSeries series{.grid = test_image()->grid, .unit = "Bq/mL"};
    for (const double factor : {1.0, 4.0, 2.5}) {
      const double start = 60.0 * static_cast<double>(series.frames.size());
      series.frames.push_back(
          {.values = test_image(factor)->values, .start_s = start, .duration_s = 60, .decay_factor = 1});
    }
    io::write_image_series(path("curve.nii.gz"), series);
    window_->open_file(folder_.filePath("curve.nii.gz"));
    QTRY_VERIFY_WITH_TIMEOUT(shows("curve.nii.gz"), patience_ms);
    window_->findChild<RoiTable*>()->add(RoiShape::box);
    window_->findChild<QTabWidget*>("side")->setCurrentIndex(2);
    auto* panel = window_->findChild<AnalysisPanel*>();
    panel->findChild<QComboBox*>()->setCurrentText("Regions over the frames");
    const auto* chart = panel->findChild<ChartView*>();
    QTRY_COMPARE_WITH_TIMEOUT(chart->chart().x_label, std::string("time (s)"), patience_ms);
    QCOMPARE(chart->chart().series.size(), std::size_t{1});
    QCOMPARE(chart->chart().series[0].x, (std::vector<double>{30, 90, 150}));
    double sum = 0;
    int voxels = 0;
    const recon::Image& image = *test_image();  // the box is 20 mm wide, around voxel 10, 11, 12
    for (std::int64_t i = 5; i <= 15; ++i) {
      for (std::int64_t j = 8; j <= 14; ++j) {
        for (std::int64_t k = 10; k <= 14; ++k) {
          sum += image.at(i, j, k);
          ++voxels;
        }
      }
    }
    for (std::size_t frame = 0; frame < 3; ++frame) {
      const double expected = sum / voxels * std::array{1.0, 4.0, 2.5}[frame];
      QVERIFY(std::abs(chart->chart().series[0].y[frame] / expected - 1) < 1e-4);
    }
  }

  /// The header goes from one to the other; what belongs to each stays with it.
  void images_and_jobs_stand_beside_each_other() {
    std::ofstream(path("job.toml")) << "[simulation]\nphantom = \"orientation\"\nscanner = \"small\"\n";
    window_->open_file(folder_.filePath("job.toml"));
    io::write_image(path("one.nii.gz"), *test_image(1));
    io::write_image(path("two.nii.gz"), *test_image(2));
    drop("one.nii.gz");
    QTRY_VERIFY_WITH_TIMEOUT(shows("one.nii.gz"), patience_ms);
    QVERIFY(window_->windowTitle().contains("job.toml"));  // the job is still open
    const double one = value();
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    drop("two.nii.gz");
    QTRY_VERIFY_WITH_TIMEOUT(shows("two.nii.gz"), patience_ms);
    QVERIFY(std::abs(value() / (2 * one) - 1) < 1e-4);
    auto* shown = window_->findChild<QComboBox*>("shown");
    const auto choose = [shown](int index) {
      shown->setCurrentIndex(index);
      emit shown->activated(index);  // as the user does
    };
    QCOMPARE(shown->count(), 3);
    choose(0);
    QVERIFY(title().startsWith("Simulation · orientation in small"));
    QVERIFY(!window_->findChild<QAction*>("save_image")->isEnabled());
    choose(1);
    QVERIFY(shows("one.nii.gz"));
    QCOMPARE(value(), one);
  }

  void a_damaged_image_says_why() {
    std::ofstream(path("bad.nii")) << "no image";
    drop("bad.nii");
    const auto dialog = [this] { return window_->findChild<QMessageBox*>("error_dialog"); };
    QTRY_VERIFY_WITH_TIMEOUT(dialog() != nullptr, patience_ms);
    QVERIFY(dialog()->text().contains("bad.nii"));
  }
};

COINCIDE_TEST_CLASS(ImageFilesTest)
#include "image_files_test.moc"
