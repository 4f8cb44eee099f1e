// Layers as a user adds and changes them, and what is seen of them in the slices.

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/model/colour_maps.h"
#include "gui/panel_support.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/value_line.h"
#include "gui/view_support.h"
#include "gui/viewer/qt_colours.h"
#include "io/image_file.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;         // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;    // NOLINT(google-build-using-namespace): a test
using namespace coincide::tests;  // NOLINT(google-build-using-namespace): a test

class LayerPanelTest : public QObject, ShownImage {
  Q_OBJECT

  /// 3 in the half of larger x, 1 in the other, on a finer grid that the bright image's does not divide.
  static std::shared_ptr<const recon::Image> halves() {
    recon::Image image(recon::centred_grid({40, 50, 50}, {1.5, 1.5, 1.5}, {10, -20, 30}), 1, "1/cm");
    for (std::size_t i = image.values.size() / 2; i < image.values.size(); ++i) {
      image.values[i] = 3;
    }
    return std::make_shared<const recon::Image>(image);
  }
  /// Of the axial view, away from crosshair and letters.
  QColor colour_at(double x_mm, double y_mm) const {
    QWidget* view = slice("axial");
    const auto& centre = state_->camera().centre_mm;
    const QPoint at(static_cast<int>(0.5 * view->width() + (x_mm - centre[0]) * state_->pixels_per_mm()),
                    static_cast<int>(0.5 * view->height() + (y_mm - centre[1]) * state_->pixels_per_mm()));
    return view->grab().toImage().pixelColor(at);
  }
  static bool alike(const QColor& a, const QColor& b) {
    return std::abs(a.red() - b.red()) < 4 && std::abs(a.green() - b.green()) < 4 && std::abs(a.blue() - b.blue()) < 4;
  }

 private slots:
  void init() { open(); }
  void cleanup() { close(); }

  /// Window, colours and opacity of the panel are those of the picture; the image below is as dark as it was.
  void controls_change_the_picture() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("map", halves())});
    panel.findChild<QDoubleSpinBox*>("layer_low")->setValue(0);
    panel.findChild<QDoubleSpinBox*>("layer_high")->setValue(4);
    panel.findChild<QComboBox*>("layer_colours")->setCurrentText("viridis");
    panel.findChild<QSlider*>("layer_opacity")->setValue(60);
    const auto expected = [](double value) {  // over black
      const auto rgb = find_colour_map("viridis").colour(value / 4);
      return qt_colour({0.6 * rgb[0], 0.6 * rgb[1], 0.6 * rgb[2]});
    };
    QTRY_VERIFY_WITH_TIMEOUT(alike(colour_at(0, -15), expected(1)), patience_ms);
    QVERIFY(alike(colour_at(20, -15), expected(3)));
    QVERIFY(alike(colour_at(10 + 30 + 4, -15), Qt::black));  // beside the layer

    auto* list = panel.findChild<QListWidget*>("layers");
    list->item(0)->setCheckState(Qt::Unchecked);
    QTRY_VERIFY_WITH_TIMEOUT(alike(colour_at(20, -15), Qt::black), patience_ms);
    list->item(0)->setCheckState(Qt::Checked);
    QTRY_VERIFY_WITH_TIMEOUT(alike(colour_at(20, -15), expected(3)), patience_ms);
    button_of(panel, "Remove")->click();
    QVERIFY(state_->layers().empty() && list->count() == 0);
    QTRY_VERIFY_WITH_TIMEOUT(alike(colour_at(20, -15), Qt::black), patience_ms);
  }

  /// A line where the value passes 2, between the two voxels of 1 and 3, and nothing else.
  void contour_lies_where_the_value_is() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("map", halves())});
    panel.findChild<QComboBox*>("layer_colours")->setCurrentText("viridis");
    panel.findChild<QCheckBox*>("layer_has_contour")->click();
    panel.findChild<QDoubleSpinBox*>("layer_contour")->setValue(2);
    QVERIFY(state_->layers().front().contour == 2.0);
    const QColor line = qt_colour(find_colour_map("viridis").colour(0.75));
    QTRY_VERIFY_WITH_TIMEOUT(colour_at(10, -15).green() > line.green() / 2, patience_ms);
    QVERIFY(alike(colour_at(5, -15), Qt::black) && alike(colour_at(15, -15), Qt::black));
  }

  /// The phantom's attenuation by one entry of the menu; an image of a file by another. The line says their values.
  void window_adds_the_attenuation_map_and_files() {
    QSettings().clear();
    QTemporaryDir folder;
    const auto path = [&](const char* name) { return folder.filePath(name); };
    MainWindow window(app::make_window_services());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, patience_ms));
    std::ofstream(path("job.toml").toStdString())
        << "[simulation]\nphantom = \"cylinder\"\nscanner = \"small\"\n[image]\nvoxel_size_mm = [4, 4, 4]\n";
    window.open_file(path("job.toml"));
    auto base = *test_image();
    base.grid = recon::centred_grid({20, 22, 24}, {2, 3, 4}, {0, 0, 0});
    io::write_image(path("base.nii.gz").toStdString(), base);
    window.open_file(path("base.nii.gz"));
    const auto* line = window.findChild<ValueLine*>();
    QTRY_VERIFY_WITH_TIMEOUT(line->text().contains("Bq/mL"), patience_ms);

    QMenu& menu = window.findChild<LayerPanel*>()->add_menu();
    const auto choose = [&](const QString& words) {
      emit menu.aboutToShow();
      for (QAction* action : menu.actions()) {
        if (action->text().remove('&').contains(words)) {
          action->trigger();
          return true;
        }
      }
      return false;
    };
    QVERIFY(choose("attenuation map"));
    QTRY_VERIFY_WITH_TIMEOUT(line->text().contains("attenuation 0.096 1/cm"), patience_ms);
    QVERIFY(choose("base.nii.gz"));
    QCOMPARE(window.findChild<QListWidget*>("layers")->count(), 2);
    const QString value = line->text().section(" · ", 2, 2);
    QVERIFY2(line->text().endsWith("base.nii.gz " + value), qPrintable(line->text()));
  }

  /// A job without one says so.
  void no_attenuation_map_is_explained() {
    io::Job job;
    job.simulation.phantom = "cylinder";
    job.simulation.scanner = "small";
    job.simulation.attenuation = false;
    QVERIFY_THROWS_EXCEPTION(InputError, app::make_window_services().job_attenuation(job));
  }
};

COINCIDE_TEST_CLASS(LayerPanelTest)
#include "layer_panel_test.moc"
