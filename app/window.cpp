#include "app/window.h"

#include <QApplication>
#include <QSettings>
#include <cstdlib>

#include "app/window_services.h"
#include "gui/panels/main_window.h"
#include "gui/panels/theme.h"
#include "gui/viewer/opengl.h"
#include "io/provenance.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

/// Qt ends the program where it finds no display: this is asked before.
void check_display() {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("QT_QPA_PLATFORM")) {
    throw InputError(
        "there is no display for the window (neither DISPLAY nor WAYLAND_DISPLAY is set). Use --batch JOB.toml to "
        "reconstruct without one, --help for all options.");
  }
}

}  // namespace

int run_window(int argc, char** argv, const std::string& file) {
  check_display();
  gui::prepare_opengl();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide");
  QApplication::setApplicationVersion(QString::fromStdString(io::program_version()));
  QApplication::setStyle("Fusion");  // the one style that takes the palettes of theme.h as they are
  gui::apply_theme(QSettings().value("theme").toString());
  gui::MainWindow window(make_window_services());
  window.show();
  if (!file.empty()) {
    window.open_file(QString::fromStdString(file));
  }
  return QApplication::exec();
}

}  // namespace coincide::app
