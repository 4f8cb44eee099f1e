#pragma once

#include <vtkNew.h>

#include <QImage>
#include <QOpenGLWidget>
#include <functional>
#include <set>

class vtkObject;
class vtkProp;
class vtkRenderWindow;

namespace coincide::gui {

class VtkInteractor;
class VtkRenderWindow;

/// Shows what a VTK render window draws. Qt owns the OpenGL context and says when to draw; VTK draws into its own frame
/// buffers and the result is copied into the widget's. The distribution's VTK is built for Qt 5, so this stands in for
/// its own widget. Only to be made where opengl_problem() is empty.
class VtkWidget : public QOpenGLWidget {
  Q_OBJECT

 public:
  explicit VtkWidget(QWidget* parent = nullptr);
  ~VtkWidget() override;

  vtkRenderWindow& render_window();
  VtkInteractor& interactor();
  /// Draws anew at the next paint; several requests are one.
  void request_render();
  /// What it shows, drawn in another size than on the screen, with texts as large as on one of `pixel_ratio`. Null
  /// before it has been shown.
  QImage picture(const QSize& pixels, double pixel_ratio);
  /// Does something with a render window of that size, of so many dots per inch as a screen of `pixel_ratio`;
  /// afterwards it is as on the screen again. Nothing before the widget has been shown.
  void at_size(const QSize& pixels, double pixel_ratio, const std::function<void()>& work);

 signals:
  /// A new picture has been drawn, which took so long. Not told of pictures in which something is still to come.
  void rendered(double milliseconds);

 protected:
  void initializeGL() override;
  void paintGL() override;
  void resizeGL(int width, int height) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void make_current(vtkObject* caller, unsigned long event, void* data);
  void tell_if_current(vtkObject* caller, unsigned long event, void* data);
  void show_frame();
  void release();
  void fit_size();
  void show_ground();
  void request_soon();
  bool render_new_things_singly();
  void tell_mouse(const QPointF& position, Qt::KeyboardModifiers modifiers, int clicks);
  void mouse_button(QMouseEvent* event, bool pressed, int clicks);

  vtkNew<VtkRenderWindow> window_;
  vtkNew<VtkInteractor> interactor_;
  QMetaObject::Connection context_ends_;
  std::set<const vtkProp*> drawn_;  ///< in this context, at least once
  bool needs_render_ = true;
  bool painting_ = false;
  bool resizing_ = false;
  bool has_painted_ = false;  ///< in this context
  int wheel_rest_ = 0;
};

}  // namespace coincide::gui
