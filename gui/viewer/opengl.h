#pragma once

#include <QString>

namespace coincide::gui {

/// Sets the surface format that VTK needs. To be called before the QApplication is made.
void prepare_opengl();
/// Begins the program anew, without OpenGL: for a display whose lack of it would end Qt. Returns where that was done
/// already or cannot be. `arguments`: argv of main().
void restart_without_opengl(char** arguments);

/// Version of the library that draws the 3-D view and the charts.
QString vtk_version();

/// Why OpenGL cannot be used here, a sentence; empty if it can. Found out at the first call, after the QApplication is
/// made. Setting COINCIDE_NO_OPENGL in the environment turns OpenGL off, for a driver that misbehaves.
const QString& opengl_problem();

}  // namespace coincide::gui
