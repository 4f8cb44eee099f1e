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
#include <QToolButton>
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

  /// By numbers and by the mouse the layer goes where the words say: +10 mm of x is the patient's left, to the right.
  void place_moves_the_layer() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("map", halves())});
    panel.findChild<QDoubleSpinBox*>("layer_low")->setValue(0);
    panel.findChild<QComboBox*>("layer_colours")->setCurrentText("viridis");
    panel.findChild<QSlider*>("layer_opacity")->setValue(100);
    const auto border_lies_at = [&](double x_mm) {
      return !alike(colour_at(x_mm - 4, -15), colour_at(x_mm + 4, -15)) &&
             alike(colour_at(x_mm - 4, -15), colour_at(x_mm - 8, -15)) &&
             alike(colour_at(x_mm + 4, -15), colour_at(x_mm + 8, -15));
    };
    QTRY_VERIFY_WITH_TIMEOUT(border_lies_at(10), patience_ms);
    panel.findChild<QDoubleSpinBox*>("layer_shift_x")->setValue(10);
    QTRY_VERIFY_WITH_TIMEOUT(border_lies_at(20), patience_ms);
    QVERIFY(std::abs(layer_value(state_->layers()[0], {16, -15, 30}) - 1) < 1e-6);
    QVERIFY(std::abs(layer_value(state_->layers()[0], {24, -15, 30}) - 3) < 1e-6);

    // A half turn about z, through the middle at x = 10, then the shift: what was 3 is 1.
    panel.findChild<QDoubleSpinBox*>("layer_turn_z")->setValue(180);
    QVERIFY(std::abs(layer_value(state_->layers()[0], {16, -15, 30}) - 3) < 1e-6);
    panel.findChild<QToolButton*>("reset_layer")->click();
    QVERIFY(state_->layers()[0].place == recon::Registration{});
    QCOMPARE(panel.findChild<QDoubleSpinBox*>("layer_shift_x")->value(), 0.0);
    QTRY_VERIFY_WITH_TIMEOUT(border_lies_at(10), patience_ms);
  }

  /// As fit_a_narrow_panel() of the tools above it.
  void panel_is_narrow() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("map", halves())});
    panel.show();
    QVERIFY2(panel.minimumSizeHint().width() <= 234, qPrintable(QString::number(panel.minimumSizeHint().width())));
  }

  /// Only while the switch is on; the crosshair stays.
  void mouse_drags_the_layer() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("map", halves())});
    QWidget* view = slice("axial");
    const auto cursor = state_->cursor();
    const QPoint from(view->width() / 2, view->height() / 2), to = from + QPoint(30, -20);
    const auto drag = [&] {
      QTest::mousePress(view, Qt::LeftButton, {}, from);
      QTest::mouseMove(view, to);
      QTest::mouseRelease(view, Qt::LeftButton, {}, to);
    };
    auto* button = panel.findChild<QToolButton*>("drag_layer");
    button->click();
    drag();
    const recon::Point& shift = state_->layers()[0].place.shift_mm;
    const double mm = 1 / state_->pixels_per_mm();
    QVERIFY(std::abs(shift[0] - 30 * mm) < 1e-3 && std::abs(shift[1] + 20 * mm) < 1e-3 && std::abs(shift[2]) < 1e-9);
    QVERIFY(state_->cursor() == cursor);
    button->click();
    drag();
    QVERIFY(std::abs(state_->layers()[0].place.shift_mm[0] - 30 * mm) < 1e-3);
    QVERIFY(state_->cursor() != cursor);
  }

  /// Each number, each drag and a reset is a step; what a layer looks like is none, nor what has gone with a layer.
  void moves_are_taken_back() {
    LayerPanel panel(*state_);
    state_->set_layers({layer_of("below", halves()), layer_of("map", halves())});
    const auto place = [&] { return state_->layers().back().place; };
    QVERIFY(!state_->can_undo());
    panel.findChild<QDoubleSpinBox*>("layer_shift_x")->setValue(10);
    panel.findChild<QSlider*>("layer_opacity")->setValue(20);
    panel.findChild<QDoubleSpinBox*>("layer_turn_z")->setValue(-5);
    panel.findChild<QToolButton*>("drag_layer")->click();
    QWidget* view = slice("axial");
    QTest::mousePress(view, Qt::LeftButton, {}, {150, 100});
    QTest::mouseMove(view, {160, 110});
    QTest::mouseMove(view, {170, 130});
    QTest::mouseRelease(view, Qt::LeftButton, {}, {170, 130});
    const recon::Registration dragged = place();
    QVERIFY(dragged.shift_mm[0] > 10 && dragged.shift_mm[1] > 0);
    state_->set_rois({{.name = "sphere"}});
    panel.findChild<QToolButton*>("reset_layer")->click();
    QVERIFY(place() == recon::Registration{});

    state_->undo();
    QVERIFY(place() == dragged && state_->rois().size() == 1);
    state_->undo();
    QVERIFY(place() == dragged && state_->rois().empty());
    state_->undo();  // the drag, at once
    QVERIFY(place() == (recon::Registration{.shift_mm = {10, 0, 0}, .turn_degrees = {0, 0, -5}}));
    state_->redo();
    QVERIFY(place() == dragged);
    state_->undo();
    state_->undo();
    QVERIFY(place() == (recon::Registration{.shift_mm = {10, 0, 0}}));
    QVERIFY(std::abs(state_->layers().back().opacity - 0.2) < 1e-9);
    QCOMPARE(panel.findChild<QDoubleSpinBox*>("layer_turn_z")->value(), 0.0);
    state_->undo();
    QVERIFY(place() == recon::Registration{} && !state_->can_undo() && state_->can_redo());
    button_of(panel, "Remove")->click();  // steps of this layer alone are none any more; the region's is
    state_->redo();
    QVERIFY(state_->rois().size() == 1 && state_->layers().front().place == recon::Registration{});
    QVERIFY(!state_->can_redo());
  }

  /// The map of a job comes at the place that the job gives it, and the numbers go back into it.
  void place_is_kept_in_the_job() {
    QSettings().clear();
    QTemporaryDir folder;
    const auto path = [&](const char* name) { return folder.filePath(name); };
    io::write_image(path("map.nii.gz").toStdString(), *halves());
    io::write_image(path("base.nii.gz").toStdString(), *test_image());
    std::ofstream(path("job.toml").toStdString())
        << "[corrections]\nattenuation = \"map.nii.gz\"\nattenuation_shift_mm = [5, 0, 0]\n";
    MainWindow window(app::make_window_services());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, patience_ms));
    window.open_file(path("job.toml"));
    window.open_file(path("base.nii.gz"));
    auto* list = window.findChild<QListWidget*>("layers");
    QMenu& menu = window.findChild<LayerPanel*>()->add_menu();
    QTRY_VERIFY_WITH_TIMEOUT(window.findChild<ValueLine*>()->text().contains("Bq/mL"), patience_ms);
    emit menu.aboutToShow();
    menu.findChild<QAction*>("add_attenuation")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(list->count(), 1, patience_ms);
    auto* x = window.findChild<QDoubleSpinBox*>("layer_shift_x");
    QCOMPARE(x->value(), 5.0);
    x->setValue(7.5);
    window.findChild<QDoubleSpinBox*>("layer_turn_y")->setValue(-12);
    auto* keep = window.findChild<QToolButton*>("keep_layer");
    QVERIFY(keep->isEnabled());
    keep->menu()->actions().front()->trigger();
    const auto shift_in_job = [&] {
      window.findChild<QAction*>("save")->trigger();
      return io::load_job(path("job.toml").toStdString()).corrections.attenuation_place.shift_mm[0];
    };
    QCOMPARE(shift_in_job(), 7.5);
    auto* undo = window.findChild<QAction*>("undo");
    auto* redo = window.findChild<QAction*>("redo");
    undo->trigger();  // all of it at once, where it was done
    QCOMPARE(shift_in_job(), 5.0);
    QCOMPARE(x->value(), 7.5);
    undo->trigger();  // then the moves
    QCOMPARE(window.findChild<QDoubleSpinBox*>("layer_turn_y")->value(), 0.0);
    redo->trigger();
    redo->trigger();
    QCOMPARE(window.findChild<QDoubleSpinBox*>("layer_turn_y")->value(), -12.0);
    QCOMPARE(shift_in_job(), 7.5);
    for (QAction* action : window.findChildren<QAction*>()) {
      if (action->text() == "&Save job") {
        action->trigger();
      }
    }
    const io::Job job = io::load_job(path("job.toml").toStdString());
    QCOMPARE(job.corrections.attenuation_place.shift_mm, (recon::Point{7.5, 0, 0}));
    QCOMPARE(job.corrections.attenuation_place.turn_degrees, (recon::Point{0, -12, 0}));
    QCOMPARE(job.corrections.attenuation.filename().string(), std::string("map.nii.gz"));
  }

  /// A job without one says so.
  void no_attenuation_map_is_explained() {
    io::Job job;
    job.simulation.phantom = "cylinder";
    job.simulation.scanner = "small";
    job.simulation.attenuation = false;
    QVERIFY_THROWS_EXCEPTION(InputError, app::make_window_services().job_image(job, "corrections.attenuation"));
  }
};

COINCIDE_TEST_CLASS(LayerPanelTest)
#include "layer_panel_test.moc"
