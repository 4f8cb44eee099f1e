// Pictures of the window, to be looked at: coincide_window_pictures FOLDER JOB.toml WIDTH HEIGHT [LANGUAGE] runs the
// job in a window of that size and saves a picture of each of its parts, light and dark. Under a display of any size,
// or `xvfb-run -a -s "-screen 0 1920x1080x24" ...`; QT_SCALE_FACTOR=2 for a fine screen.

#include <fmt/format.h>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>
#include <QEventLoop>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>
#include <QSettings>
#include <QTabWidget>
#include <QTimer>
#include <functional>

#include "app/window_services.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/estimate_strip.h"
#include "gui/panels/job_form.h"
#include "gui/panels/language.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/picture_dialog.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/theme.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/slice_view.h"
#include "support/home_of_its_own.h"

using namespace coincide;
using namespace coincide::gui;

namespace {

void rest(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

struct Photographer {
  MainWindow& window;
  QString folder;

  void take(const QString& name) const {
    for (const QString& theme : {QString("light"), QString("dark")}) {
      apply_theme(theme);
      rest(400);
      window.grab().save(QString("%1/%2_%3.png").arg(folder, name, theme));
    }
  }
  /// Pictures for paper of all views and one of them, charts as vector graphics, and the report.
  void take_papers() const {
    PictureDialog dialog(*window.findChild<ImageViewer*>(), {}, "picture", &window);
    dialog.show();
    rest(500);
    dialog.grab().save(folder + "/picture_dialog.png");
    dialog.save(folder + "/paper_170_mm.png");
    dialog.save(folder + "/paper_170_mm.pdf");
    dialog.findChild<QDoubleSpinBox*>("width_mm")->setValue(85);
    dialog.save(folder + "/paper_85_mm.png");
    dialog.findChild<QComboBox*>()->setCurrentIndex(1);
    dialog.save(folder + "/paper_axial.png");
    auto& side = *window.findChild<QTabWidget*>("side");
    side.setCurrentIndex(2);
    rest(1000);
    for (auto* chart : side.currentWidget()->findChildren<ChartView*>()) {
      if (chart->isVisible()) {
        chart->write_vector(folder + "/chart.svg");
        chart->write_vector(folder + "/chart.pdf");
      }
    }
    side.setCurrentIndex(0);
    for (const char* ending : {"pdf", "html"}) {
      window.write_report(QString("%1/report.%2").arg(folder, ending));
    }
  }
  /// As it is marked, and what is then said of memory and time.
  void take_wrong_value() const {
    auto* passes = qobject_cast<QLineEdit*>(window.findChild<JobForm*>()->editor("stop.passes"));
    const QString before = passes->text();
    const auto type = [passes](const QString& text) {
      passes->setText(text);
      emit passes->editingFinished();
    };
    type("many");
    window.findChild<EstimateStrip*>()->findChild<QAbstractButton*>()->click();  // brings it into sight
    rest(1000);
    take("job_wrong");
    type(before);
    rest(1000);
  }
  /// A slice out of the axes, with a region drawn in another one.
  void take_turned() const {
    window.findChild<RoiTable*>()->findChild<QAbstractButton*>("draw_polygon")->click();
    auto* axial = window.findChild<SliceView*>("axial");
    for (const QPointF& part : {QPointF(0.3, 0.3), QPointF(0.6, 0.35), QPointF(0.5, 0.5), QPointF(0.6, 0.7)}) {
      const QPointF at(part.x() * axial->width(), part.y() * axial->height());
      QMouseEvent click(QEvent::MouseButtonPress, at, axial->mapToGlobal(at), Qt::LeftButton, Qt::LeftButton, {});
      QCoreApplication::sendEvent(axial, &click);
    }
    rest(300);
    take("polygon_drawn");
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, {});
    QCoreApplication::sendEvent(axial, &enter);
    auto* slice = window.findChild<QComboBox*>("turn_slice");
    slice->setCurrentIndex(1);
    emit slice->activated(1);
    window.findChild<QDoubleSpinBox*>("turn_tilt")->setValue(20);
    window.findChild<QDoubleSpinBox*>("turn_swivel")->setValue(35);
    rest(500);
    take("turned");
    window.findChild<QAbstractButton*>("straighten")->click();
  }
  void take_dialogs() const {
    for (const char* action : {"preferences", "shortcuts", "about", "film"}) {
      trigger(action);
      rest(500);
      for (QDialog* dialog : window.findChildren<QDialog*>()) {
        dialog->grab().save(QString("%1/dialog_%2.png").arg(folder, action));
        delete dialog;
      }
    }
  }
  void trigger(const char* action) const { window.findChild<QAction*>(action)->trigger(); }
  /// One picture per tab.
  void take_tabs(QTabWidget& tabs, const QString& name) const {
    for (int tab = 0; tab < tabs.count(); ++tab) {
      tabs.setCurrentIndex(tab);
      rest(300);
      take(name + "_" + tabs.tabText(tab).toLower());
    }
    tabs.setCurrentIndex(0);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    fmt::print(stderr, "Usage: coincide_window_pictures FOLDER JOB.toml WIDTH HEIGHT [LANGUAGE]\n");
    return 2;
  }
  const coincide::tests::HomeOfItsOwn home;
  prepare_opengl();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide pictures");
  QSettings().clear();
  apply_language(argc == 6 ? argv[5] : "en");
  MainWindow window(app::make_window_services());
  window.resize(std::atoi(argv[3]), std::atoi(argv[4]));
  window.show();
  const Photographer photographer{window, argv[1]};
  rest(500);
  fmt::print("window of {} x {}, at least {} x {}\n", window.width(), window.height(), window.minimumSizeHint().width(),
             window.minimumSizeHint().height());
  photographer.take("start");
  window.open_file(argv[2]);
  rest(6000);
  fmt::print("window of {} x {}, at least {} x {}\n", window.width(), window.height(), window.minimumSizeHint().width(),
             window.minimumSizeHint().height());
  photographer.take("job");
  photographer.take_wrong_value();
  photographer.trigger("mode_data");
  photographer.take_tabs(*window.findChild<DataPanel*>()->findChild<QTabWidget*>(), "data");
  photographer.trigger("run");
  const auto* runs = window.findChild<RunPanel*>();
  while (runs->chosen_image().image == nullptr && !runs->chosen_run()->is_over()) {
    rest(50);
  }
  photographer.take("running");
  while (!runs->chosen_run()->is_over()) {
    rest(100);
  }
  rest(1500);
  photographer.take("result");
  photographer.trigger(window.findChild<QTabWidget*>("side")->isVisible() ? "shows_side" : "shows_runs");
  photographer.take("folded");
  photographer.trigger("shows_side");
  window.findChild<RoiTable*>()->add(RoiShape::sphere);
  QMenu& layers = window.findChild<LayerPanel*>()->add_menu();
  emit layers.aboutToShow();
  layers.actions().first()->trigger();  // the attenuation map
  rest(1000);
  photographer.take_tabs(*window.findChild<QTabWidget*>("side"), "result");
  photographer.take_turned();
  photographer.take_papers();
  photographer.take_dialogs();
  photographer.trigger("mosaic");
  rest(500);
  photographer.take("mosaic");
  photographer.trigger("mosaic");
  photographer.trigger("compare");
  rest(500);
  photographer.take_tabs(*window.findChild<QTabWidget*>("side"), "compare");
  return 0;
}
