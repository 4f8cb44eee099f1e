#pragma once

#include <vtkGenericOpenGLRenderWindow.h>

namespace coincide::gui {

/// A render window on a context of Qt that may be an EGL one (Wayland, X without GLX). Distributions build GLEW for
/// GLX: there glewInit() loads all of OpenGL, then fails at its GLX part, and VTK 9.1 takes that for "no OpenGL". That
/// one failure is taken as a success.
class VtkRenderWindow : public vtkGenericOpenGLRenderWindow {
 public:
  static VtkRenderWindow* New();
  vtkTypeMacro(VtkRenderWindow, vtkGenericOpenGLRenderWindow);
  void OpenGLInitContext() override;

 protected:
  VtkRenderWindow() = default;
};

}  // namespace coincide::gui
