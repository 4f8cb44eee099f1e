// A file of its own: glew.h and Qt's OpenGL headers exclude each other.
#include <GL/glew.h>

#include "gui/viewer/vtk_render_window.h"

#include <vtkObjectFactory.h>
#include <vtkVersionMacros.h>

namespace coincide::gui {

vtkStandardNewMacro(VtkRenderWindow);

void VtkRenderWindow::OpenGLInitContext() {
#if VTK_VERSION_NUMBER < VTK_VERSION_CHECK(9, 4, 0)  // later versions do without GLEW
  if (!Initialized && glewInit() == GLEW_ERROR_NO_GLX_DISPLAY && GLEW_VERSION_3_2) {
    ContextCreationTime.Modified();
    GlewInitValid = true;
    Initialized = true;
    MaximumHardwareLineWidth = 1;
    return;
  }
#endif
  Superclass::OpenGLInitContext();
}

}  // namespace coincide::gui
