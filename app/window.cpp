#include "app/window.h"

#include <fmt/format.h>

#include <QApplication>
#include <cstdlib>
#include <string_view>

#include "app/command_line.h"
#include "app/window_services.h"
#include "gui/panels/language.h"
#include "gui/panels/main_window.h"
#include "gui/panels/preferences.h"
#include "gui/viewer/opengl.h"
#include "io/provenance.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

constexpr const char* remedy = "Use --batch JOB.toml to reconstruct without a display, --help for all options.";

/// Says at once what can be said without Qt.
void check_display() {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("QT_QPA_PLATFORM")) {
    throw InputError(
        fmt::format("there is no display for the window (neither DISPLAY nor WAYLAND_DISPLAY is set). {}", remedy));
  }
}

/// Without destructors: Qt is in the middle of its start, or has half a display.
[[noreturn]] void end_without_display(const std::string& why) {
  std::_Exit(fail(no_device_or_memory, fmt::format("the window cannot be opened: {}. {}", why, remedy).c_str()));
}

std::string line_of(const QString& message) {
  const QString line = message.simplified();
  return (line.endsWith('.') ? line.chopped(1) : line).toStdString();
}

/// What Qt says of the display before it gives it up.
std::string display_trouble;
char** program_arguments = nullptr;

/// Stands in for Qt's own words while it opens the display: where it cannot, it would end the program by abort() after
/// many lines.
void hear_of_display(QtMsgType type, const QMessageLogContext& context, const QString& message) {
  if (type == QtFatalMsg) {
    if (message.contains("GLX") || message.contains("OpenGL")) {
      gui::restart_without_opengl(program_arguments);
    }
    end_without_display(display_trouble.empty() ? line_of(message) : display_trouble);
  }
  if (std::string_view(context.category).starts_with("qt.qpa")) {
    display_trouble += (display_trouble.empty() ? "" : "; ") + line_of(message);
  } else {
    fmt::print(stderr, "{}\n", message.toStdString());
  }
}

}  // namespace

int run_window(int argc, char** argv, const std::string& file) {
  check_display();
  gui::prepare_opengl();
  program_arguments = argv;
  const QtMessageHandler usual = qInstallMessageHandler(hear_of_display);
  QApplication application(argc, argv);
  qInstallMessageHandler(usual);
  if (QGuiApplication::primaryScreen() == nullptr) {
    end_without_display("the display has no screen");
  }
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide");
  QApplication::setDesktopFileName("coincide");  // whose icon the desktop shows
  QApplication::setApplicationVersion(QString::fromStdString(io::program_version()));
  QApplication::setStyle("Fusion");  // the one style that takes the palettes of theme.h as they are
  gui::apply_language(gui::Preferences::saved().language);
  gui::Preferences::saved().apply_look();
  gui::MainWindow window(make_window_services());
  window.show();
  if (!file.empty()) {
    window.open_file(QString::fromStdString(file));
  }
  return QApplication::exec();
}

}  // namespace coincide::app
