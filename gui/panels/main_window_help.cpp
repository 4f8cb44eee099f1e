#include <QDesktopServices>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QUrl>

#include "gui/panels/main_window_parts.h"
#include "gui/panels/preferences_dialog.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/shortcuts_dialog.h"
#include "gui/panels/top_bar.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"
#include "io/job.h"

namespace coincide::gui {

/// What a person who is to help has to know.
QString MainWindow::Parts::circumstances() const {
  QStringList lines{"Coincide " + QString::fromStdString(services.version),
                    QString("Qt ") + qVersion() + ", VTK " + vtk_version() +
                        ", OpenGL: " + (opengl_problem().isEmpty() ? QString("yes") : opengl_problem())};
  lines << device_lines();
  lines << "Job: " + QString::fromStdString(document.title());
  for (const std::string& line : io::changed_settings(document.job())) {
    lines << "  " + QString::fromStdString(line);
  }
  return lines.join('\n');
}

QStringList MainWindow::Parts::device_lines() const {
  QStringList lines;
  for (const DeviceChoice& device : devices) {
    const QString why = shown_text(device.why_unavailable);
    const QString name = QString::fromStdString(device.word + ": ") + shown_text(device.name);
    lines << (device.available ? name : tr("%1 (not usable: %2)").arg(name, why));
  }
  return lines.isEmpty() ? QStringList{tr("devices: still being looked for")} : lines;
}

void MainWindow::Parts::about() {
  QString text = "<h3>Coincide " + QString::fromStdString(services.version).toHtmlEscaped() +
                 tr("</h3><p>PET reconstruction from listmode data and sinograms.</p><p>Licence: "
                    "Apache-2.0</p><p>Devices:</p><ul>");
  for (const QString& line : device_lines()) {
    text += "<li>" + line.toHtmlEscaped() + "</li>";
  }
  text += QString("</ul><p>Qt ") + qVersion() + ", VTK " + vtk_version() + "</p><p>" +
          tr("3-D view: %1").arg(opengl_problem().isEmpty() ? QString("OpenGL") : opengl_problem().toHtmlEscaped()) +
          "</p>";
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Coincide"), text, QMessageBox::Ok, &window);
  box->setObjectName("about_dialog");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setIconPixmap(window.windowIcon().pixmap(64, 64));
  box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  box->open();
}

void MainWindow::Parts::show_manual() {
  const QString how = tr("cmake --build --preset release --target manual makes it, in the folder of its sources.");
  if (services.manual.empty()) {
    show_error(tr("The manual has not been made"), tr("There are no pages beside this program: %1").arg(how));
  } else if (!QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(services.manual.string())))) {
    show_error(tr("The manual cannot be shown"), tr("No program on this desktop opens pages. Open %1 in a browser.")
                                                     .arg(QString::fromStdString(services.manual.string())));
  }
}

void MainWindow::Parts::show_shortcuts() {
  QList<const QWidget*> views;
  for (const char* name : {"axial", "scene_picture", "mosaic_view"}) {
    if (const auto* view = viewer->findChild<QWidget*>(name)) {
      views << view;
    }
  }
  auto* dialog = new ShortcutsDialog(top_bar->menus(), views, &window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();  // beside the window, to be read while it is tried
}

void MainWindow::Parts::ask_for_preferences() {
  auto* dialog = new PreferencesDialog(preferences, &window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &PreferencesDialog::changed, this, [this](const Preferences& changed) {
    preferences = changed;
    preferences.save();
    preferences.apply_look();
    apply(preferences);
  });
  dialog->open();
}

void MainWindow::Parts::apply(const Preferences& wanted) {
  UnitChoice units = view.units();
  units.in_kilo_bq = wanted.in_kilo_bq;
  view.set_units(units);
  view.set_orientation(wanted.orientation);
}

}  // namespace coincide::gui
