#include "gui/viewer/opengl.h"

#include <unistd.h>
#include <vtkVersion.h>

#include <QApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QStringList>
#include <QSurfaceFormat>

namespace coincide::gui {
namespace {

constexpr std::pair oldest_version{3, 2};  // what VTK 9 needs
constexpr const char* switch_off = "COINCIDE_NO_OPENGL";

QString no_driver() {
  return QObject::tr("This display gives no OpenGL context. Install a driver, for example libgl1-mesa-dri.");
}

/// Qt 6.4 ends the program where a QOpenGLWidget is shown without OpenGL: this is asked before.
QString find_problem() {
  if (qEnvironmentVariable(switch_off) == "missing") {
    return no_driver();
  }
  if (qEnvironmentVariableIsSet(switch_off)) {
    return QObject::tr("OpenGL is turned off by COINCIDE_NO_OPENGL in the environment.");
  }
  const QString platform = QGuiApplication::platformName();
  if (QStringList{"offscreen", "minimal", "vnc", "linuxfb"}.contains(platform)) {
    return QObject::tr("The display \"%1\" has no OpenGL.").arg(platform);
  }
  QOpenGLContext context;
  QOffscreenSurface surface;
  surface.create();
  if (!context.create() || !context.makeCurrent(&surface)) {
    return no_driver();
  }
  const std::pair version = context.format().version();
  context.doneCurrent();
  if (version < oldest_version) {
    return QObject::tr("This display has OpenGL %1.%2; 3.2 is needed.").arg(version.first).arg(version.second);
  }
  return {};
}

}  // namespace

void prepare_opengl() {
  QSurfaceFormat format;
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setVersion(oldest_version.first, oldest_version.second);
  format.setProfile(QSurfaceFormat::CoreProfile);
  format.setDepthBufferSize(24);
  format.setStencilBufferSize(8);
  format.setAlphaBufferSize(8);
  format.setSamples(0);  // VTK's own frame buffers carry the samples
  QSurfaceFormat::setDefaultFormat(format);
  const bool has_use = !qEnvironmentVariableIsSet(switch_off);
  QApplication::setAttribute(Qt::AA_ShareOpenGLContexts, has_use);  // or a dock that floats would lose its context
}

void restart_without_opengl(char** arguments) {
  if (!qEnvironmentVariableIsSet(switch_off)) {
    qputenv(switch_off, "missing");
    execv("/proc/self/exe", arguments);
  }
}

QString vtk_version() { return vtkVersion::GetVTKVersion(); }

const QString& opengl_problem() {
  static const QString problem = find_problem();
  return problem;
}

}  // namespace coincide::gui
