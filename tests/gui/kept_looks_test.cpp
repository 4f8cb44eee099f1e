// How a window shows its images, saved with the session and found again: layers, comparison, slab, turn, mosaic.

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/model/session_file.h"
#include "gui/panel_support.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/value_line.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/scene_view.h"
#include "io/image_file.h"
#include "projectors/error.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

class KeptLooksTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<MainWindow> window_;

  QString path(const char* name) const { return folder_->filePath(name); }
  /// But for what rounding does to some pixels.
  static bool alike(const QImage& a, const QImage& b) {
    if (a.isNull() || a.size() != b.size()) {
      return false;
    }
    int others = 0;
    for (int y = 0; y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) {
        others += std::abs(a.pixelColor(x, y).lightness() - b.pixelColor(x, y).lightness()) > 8 ? 1 : 0;
      }
    }
    return others < a.width() * a.height() / 200;
  }
  template <class Widget>
  Widget& find(const char* name) const {
    return *window_->findChild<Widget*>(name);
  }
  QString line() const { return window_->findChild<ValueLine*>()->text(); }
  QString shown() const { return find<QComboBox>("shown").currentText(); }
  void make_window() {
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
  }
  void open_image(const char* name, double factor) const {
    recon::Image image = *test_image(factor);
    image.grid = recon::centred_grid({20, 22, 24}, {2, 3, 4}, {0, 0, 0});
    io::write_image(path(name).toStdString(), image);
    window_->open_file(path(name));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · ") + name, patience_ms);
  }
  void add_layer(const QString& words) const {
    QMenu& menu = window_->findChild<LayerPanel*>()->add_menu();
    emit menu.aboutToShow();
    const int before = find<QListWidget>("layers").count();
    for (QAction* action : menu.actions()) {
      if (action->text().remove('&').contains(words)) {
        action->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(find<QListWidget>("layers").count(), before + 1, patience_ms);
        return;
      }
    }
    QFAIL(qPrintable(words));
  }
  void choose(const char* box, int index) const {
    find<QComboBox>(box).setCurrentIndex(index);
    emit find<QComboBox>(box).activated(index);
  }
  void save_and_reopen() {
    window_->save_session(path("all.coincide"));
    make_window();
    window_->open_file(path("all.coincide"));
  }

 private slots:
  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    make_window();
    std::ofstream(path("job.toml").toStdString())
        << "[simulation]\nphantom = \"cylinder\"\nscanner = \"small\"\n[image]\nvoxel_size_mm = [4, 4, 4]\n";
    window_->open_file(path("job.toml"));
    open_image("other.nii.gz", 3);
    open_image("base.nii.gz", 1);
  }
  void cleanup() { window_.reset(); }

  /// Their values stand in the line, so they are the same images in the same places.
  void layers_and_turns_come_back() {
    add_layer("attenuation map");
    find<QSlider>("layer_opacity").setValue(20);
    add_layer("other.nii.gz");
    find<QListWidget>("layers").item(1)->setCheckState(Qt::Unchecked);
    find<QListWidget>("layers").item(1)->setCheckState(Qt::Checked);
    find<QDoubleSpinBox>("turn_tilt").setValue(30);
    const QString before = line();
    QVERIFY2(before.contains("attenuation 0.096 1/cm") && before.contains("other.nii.gz"), qPrintable(before));
    save_and_reopen();
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · base.nii.gz"), patience_ms);
    QCOMPARE(line(), before);
    auto& layers = find<QListWidget>("layers");
    QCOMPARE(layers.count(), 2);
    QCOMPARE(layers.item(0)->text(), QString("attenuation"));
    layers.setCurrentRow(0);
    QCOMPARE(find<QSlider>("layer_opacity").value(), 20);
    QCOMPARE(find<QComboBox>("layer_colours").currentText(), QString("viridis"));
    layers.setCurrentRow(1);
    QCOMPARE(find<QSlider>("layer_opacity").value(), 50);
    QCOMPARE(find<QDoubleSpinBox>("turn_tilt").value(), 30.0);
  }

  void comparison_and_slab_come_back() {
    find<QAction>("compare").trigger();
    choose("combination", static_cast<int>(Combination::ratio));
    choose("slab_kind", static_cast<int>(SlabKind::maximum));
    find<QDoubleSpinBox>("slab_thickness").setValue(35);
    const QString before = line();
    QVERIFY2(before.contains("A - B"), qPrintable(before));
    save_and_reopen();
    QTRY_VERIFY_WITH_TIMEOUT(find<QAction>("compare").isChecked(), patience_ms);
    QCOMPARE(line(), before);
    QCOMPARE(find<QComboBox>("combination").currentIndex(), static_cast<int>(Combination::ratio));
    QCOMPARE(find<QComboBox>("other").currentText(), QString("Image · other.nii.gz"));
    QCOMPARE(find<QComboBox>("slab_kind").currentIndex(), static_cast<int>(SlabKind::maximum));
    QCOMPARE(find<QDoubleSpinBox>("slab_thickness").value(), 35.0);
  }

  void a_mosaic_comes_back() {
    find<QAction>("mosaic").trigger();
    find<QSpinBox>("mosaic_columns").setValue(5);
    choose("mosaic_plane", 1);
    save_and_reopen();
    QTRY_VERIFY_WITH_TIMEOUT(find<QAction>("mosaic").isChecked(), patience_ms);
    QCOMPARE(find<QSpinBox>("mosaic_columns").value(), 5);
    QCOMPARE(find<QComboBox>("mosaic_plane").currentIndex(), 1);
  }

  /// The frame that was shown, SUV, and what the 3-D view shows.
  void frame_units_and_scene_come_back() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    recon::ImageSeries series{.grid = recon::centred_grid({20, 22, 24}, {2, 3, 4}, {0, 0, 0}), .unit = "Bq/mL"};
    for (const double factor : {1, 2, 3}) {
      series.frames.push_back({.values = test_image(factor)->values, .start_s = 60 * (factor - 1), .duration_s = 60});
    }
    io::write_image_series(path("frames.nii.gz").toStdString(), series);
    window_->open_file(path("frames.nii.gz"));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · frames.nii.gz"), patience_ms);
    auto& slider = find<QSlider>("step");
    slider.setValue(2);
    choose("volume_style", static_cast<int>(VolumeStyle::rendering));
    find<QAction>("scene_layers").trigger();
    const QString before = line();
    save_and_reopen();
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · frames.nii.gz"), patience_ms);
    QTRY_COMPARE_WITH_TIMEOUT(line(), before, patience_ms);
    QCOMPARE(find<QSlider>("step").value(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(find<QComboBox>("volume_style").currentIndex(), static_cast<int>(VolumeStyle::rendering),
                              patience_ms);
    QVERIFY(!find<QAction>("scene_layers").isChecked());
  }

  /// From where the 3-D view is looked at, of each image its own; a session opened again beside itself, too.
  void the_camera_comes_back() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    const auto picture = [this] {
      return window_->findChild<ImageViewer*>()->scene_picture()({300, 300}, 2, {0, 0, 0}, 1);
    };
    auto* view = window_->findChild<SceneView*>();
    QTRY_VERIFY_WITH_TIMEOUT(view->is_up_to_date(), patience_ms);
    const QImage as_it_was = picture();
    view->look_from({1, 0.3, 0.2}, {0, 0, 1});
    view->turn(15);
    const QImage turned = picture();
    QVERIFY(turned != as_it_was);
    window_->save_session(path("all.coincide"));
    view->look_from({0, -1, 0}, {0, 0, 1});
    window_->open_file(path("all.coincide"));
    QTRY_VERIFY_WITH_TIMEOUT(alike(picture(), turned), patience_ms);
    make_window();
    window_->open_file(path("all.coincide"));
    QTRY_COMPARE_WITH_TIMEOUT(shown(), QString("Image · base.nii.gz"), patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<SceneView*>()->is_up_to_date() && alike(picture(), turned),
                             patience_ms);
    QVERIFY(!alike(picture(), as_it_was));
  }

  /// What has gone is told, the rest opens; a file that somebody has spoilt is refused.
  void what_is_missing_is_told() {
    add_layer("attenuation map");
    add_layer("other.nii.gz");
    find<QAction>("compare").trigger();
    window_->save_session(path("all.coincide"));
    QVERIFY(QFile::remove(path("other.nii.gz")));
    make_window();
    window_->open_file(path("all.coincide"));
    const auto dialog = [this] { return window_->findChild<QMessageBox*>("error_dialog"); };
    QTRY_VERIFY_WITH_TIMEOUT(dialog() != nullptr, patience_ms);
    QVERIFY2(dialog()->text().contains("other.nii.gz is left out"), qPrintable(dialog()->text()));
    QCOMPARE(shown(), QString("Image · base.nii.gz"));
    QCOMPARE(find<QListWidget>("layers").count(), 1);
    QVERIFY(!find<QAction>("compare").isChecked());
    std::ofstream(path("bad.coincide").toStdString())
        << R"({"coincide_session": 1, "job": "", "runs": [], "images": [], "colour_map": "grey", "looks": {},)"
        << R"( "slab": {"kind": "mean", "thickness_mm": "thick"}})";
    QVERIFY_THROWS_EXCEPTION(FileError, read_session(path("bad.coincide").toStdString()));
  }
};

COINCIDE_TEST_CLASS(KeptLooksTest)
#include "kept_looks_test.moc"
