#include "gui/viewer/vtk_widget.h"

#include <vtkOpenGLState.h>
#include <vtkProp.h>
#include <vtkPropCollection.h>
#include <vtkRenderer.h>
#include <vtkRendererCollection.h>
#include <vtkUnsignedCharArray.h>

#include <QElapsedTimer>
#include <QMouseEvent>
#include <QOpenGLContext>
#include <QOpenGLExtraFunctions>
#include <QScopedValueRollback>
#include <QScreen>
#include <QTimer>
#include <algorithm>
#include <cmath>

#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_render_window.h"

namespace coincide::gui {
namespace {

constexpr int wheel_step = 120;  // of a mouse; touch pads send smaller ones

}  // namespace

vtkStandardNewMacro(VtkInteractor);

VtkWidget::VtkWidget(QWidget* parent) : QOpenGLWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  window_->SetReadyForRendering(false);  // until there is a context
  window_->SetOwnContext(0);
  window_->SetFrameBlitModeToNoBlit();  // paintGL does it
  window_->SetForceMaximumHardwareLineWidth(1);
  window_->SetMultiSamples(0);
  window_->SetInteractor(interactor_);
  interactor_->Initialize();
  // A style that wants a picture asks Qt for it: nothing is drawn outside paintGL.
  interactor_->EnableRenderOff();
  interactor_->AddObserver(vtkCommand::RenderEvent, this, &VtkWidget::request_render);
  window_->AddObserver(vtkCommand::WindowMakeCurrentEvent, this, &VtkWidget::make_current);
  window_->AddObserver(vtkCommand::WindowIsCurrentEvent, this, &VtkWidget::tell_if_current);
  window_->AddObserver(vtkCommand::WindowFrameEvent, this, &VtkWidget::show_frame);
}

VtkWidget::~VtkWidget() {
  release();
  window_->RemoveAllObservers();
  interactor_->RemoveAllObservers();
  window_->SetInteractor(nullptr);
  interactor_->SetRenderWindow(nullptr);
}

vtkRenderWindow& VtkWidget::render_window() { return *window_; }

VtkInteractor& VtkWidget::interactor() { return *interactor_; }

void VtkWidget::request_render() {
  needs_render_ = true;
  update();
}

/// makeCurrent() also binds the widget's frame buffer, and VTK asks in mid-frame with its own bound: only if needed.
void VtkWidget::make_current(vtkObject*, unsigned long, void*) {
  if (QOpenGLContext::currentContext() != context()) {
    makeCurrent();
  }
}

void VtkWidget::tell_if_current(vtkObject*, unsigned long, void* data) {
  *static_cast<bool*>(data) = context() != nullptr && QOpenGLContext::currentContext() == context();
}

void VtkWidget::show_frame() {
  needs_render_ = false;
  if (!painting_) {
    update();
  }
}

/// Called again if a move to another window made Qt drop the context.
void VtkWidget::initializeGL() {
  disconnect(context_ends_);
  context_ends_ =
      connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &VtkWidget::release, Qt::DirectConnection);
  window_->SetReadyForRendering(true);
  window_->GetState()->Reset();
  window_->OpenGLInitContext();
  has_painted_ = false;
  drawn_.clear();
  fit_size();
  needs_render_ = true;
}

void VtkWidget::release() {
  disconnect(context_ends_);
  if (window_->GetReadyForRendering()) {
    makeCurrent();
    window_->Finalize();
    window_->SetReadyForRendering(false);
    doneCurrent();
  }
}

void VtkWidget::fit_size() {
  const double ratio = devicePixelRatioF();
  const auto pixels = [ratio](int length) { return std::max(1, static_cast<int>(std::lround(length * ratio))); };
  window_->SetDPI(static_cast<int>(std::lround(72 * ratio)));
  if (const QScreen* on = screen()) {
    window_->SetScreenSize(pixels(on->size().width()), pixels(on->size().height()));
  }
  const int* size = window_->GetSize();
  if (size[0] != pixels(width()) || size[1] != pixels(height())) {
    interactor_->UpdateSize(pixels(width()), pixels(height()));
    window_->SetSize(pixels(width()), pixels(height()));
    interactor_->InvokeEvent(vtkCommand::ConfigureEvent);
    needs_render_ = true;
  }
}

void VtkWidget::resizeGL(int, int) {
  fit_size();
  needs_render_ = true;
}

/// Qt paints at every step of a layout, though only what comes last is seen: that is left to the paint that follows.
void VtkWidget::resizeEvent(QResizeEvent* event) {
  const QScopedValueRollback<bool> now_resizing(resizing_, true);
  QOpenGLWidget::resizeEvent(event);
  update();
}

void VtkWidget::paintGL() {
  if (painting_ || resizing_) {
    return;
  }
  if (!has_painted_) {
    has_painted_ = true;
    show_ground();
    request_soon();
    return;
  }
  const QScopedValueRollback<bool> now_painting(painting_, true);
  fit_size();  // the pixel ratio may have changed without a resize
  QOpenGLExtraFunctions* gl = QOpenGLContext::currentContext()->extraFunctions();
  vtkOpenGLState* state = window_->GetState();
  state->Reset();
  state->Push();
  state->vtkglDepthFunc(GL_LEQUAL);  // VTK expects it, Qt leaves GL_LESS
  const bool renders = needs_render_;
  bool is_whole = true;
  double milliseconds = 0;
  if (renders) {
    QElapsedTimer clock;
    clock.start();
    is_whole = !render_new_things_singly();
    gl->glFinish();  // the copy below would wait as well
    milliseconds = 1e-6 * static_cast<double>(clock.nsecsElapsed());
    needs_render_ = false;
  }
  makeCurrent();  // an observer of the drawing may have changed it
  gl->glBindFramebuffer(GL_DRAW_FRAMEBUFFER, defaultFramebufferObject());
  const GLenum target = GL_COLOR_ATTACHMENT0;
  gl->glDrawBuffers(1, &target);
  const int* size = window_->GetSize();
  window_->BlitDisplayFramebuffer(0, 0, 0, size[0], size[1], 0, 0, size[0], size[1], GL_COLOR_BUFFER_BIT, GL_NEAREST);
  // Opaque, or Qt blends the picture with what lies behind the window.
  gl->glDisable(GL_SCISSOR_TEST);
  gl->glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_TRUE);
  gl->glClearColor(0, 0, 0, 1);
  gl->glClear(GL_COLOR_BUFFER_BIT);
  gl->glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  state->Pop();
  if (!is_whole) {
    request_soon();
  } else if (renders) {
    emit rendered(milliseconds);
  }
}

/// At the first picture of a window, for which frame buffers must be made.
void VtkWidget::show_ground() {
  double red = 0, green = 0, blue = 0;
  if (vtkRenderer* lowest = window_->GetRenderers()->GetFirstRenderer()) {
    lowest->GetBackground(red, green, blue);
  }
  QOpenGLFunctions* gl = QOpenGLContext::currentContext()->functions();
  gl->glClearColor(static_cast<float>(red), static_cast<float>(green), static_cast<float>(blue), 1);
  gl->glClear(GL_COLOR_BUFFER_BIT);
}

/// After those who wait for an answer of the window.
void VtkWidget::request_soon() { QTimer::singleShot(0, this, &VtkWidget::request_render); }

/// What has not been drawn before makes the driver compile its programs, which takes a tenth of a second each without a
/// graphics card: one such thing a picture, and the window answers in between. Returns whether there was one.
bool VtkWidget::render_new_things_singly() {
  std::vector<vtkProp*> waiting;
  bool has_new = false;
  vtkCollectionSimpleIterator next_renderer = nullptr, next_prop = nullptr;
  window_->GetRenderers()->InitTraversal(next_renderer);
  while (vtkRenderer* renderer = window_->GetRenderers()->GetNextRenderer(next_renderer)) {
    renderer->GetViewProps()->InitTraversal(next_prop);
    while (vtkProp* prop = renderer->GetViewProps()->GetNextProp(next_prop)) {
      if (prop->GetVisibility() == 0 || drawn_.contains(prop)) {
        continue;
      }
      if (has_new) {
        waiting.push_back(prop);
        prop->VisibilityOff();
      } else {
        drawn_.insert(prop);
        has_new = true;
      }
    }
  }
  window_->Render();
  for (vtkProp* prop : waiting) {
    prop->VisibilityOn();
  }
  return has_new;
}

void VtkWidget::at_size(const QSize& pixels, double pixel_ratio, const std::function<void()>& work) {
  if (!window_->GetReadyForRendering() || pixels.isEmpty()) {
    return;
  }
  const QScopedValueRollback<bool> now_painting(painting_, true);
  makeCurrent();
  vtkOpenGLState* state = window_->GetState();
  state->Reset();
  state->Push();
  state->vtkglDepthFunc(GL_LEQUAL);
  window_->SetDPI(static_cast<int>(std::lround(72 * pixel_ratio)));
  window_->SetSize(pixels.width(), pixels.height());
  if (drawn_.empty()) {
    window_->Render();  // charts cannot be exported before
  }
  work();
  state->Pop();
  fit_size();
  request_render();
}

QImage VtkWidget::picture(const QSize& pixels, double pixel_ratio) {
  QImage picture;
  at_size(pixels, pixel_ratio, [&] {
    window_->Render();
    const vtkNew<vtkUnsignedCharArray> colours;
    window_->GetPixelData(0, 0, pixels.width() - 1, pixels.height() - 1, 0, colours.Get(), 0);
    picture = QImage(colours->GetPointer(0), pixels.width(), pixels.height(), 3 * qsizetype{pixels.width()},
                     QImage::Format_RGB888)
                  .mirrored();
  });
  return picture;
}

void VtkWidget::tell_mouse(const QPointF& position, Qt::KeyboardModifiers modifiers, int clicks) {
  const double ratio = devicePixelRatioF();
  interactor_->SetEventInformationFlipY(static_cast<int>(std::lround(position.x() * ratio)),
                                        static_cast<int>(std::lround(position.y() * ratio)),
                                        modifiers.testFlag(Qt::ControlModifier) ? 1 : 0,
                                        modifiers.testFlag(Qt::ShiftModifier) ? 1 : 0, 0, clicks, nullptr);
}

void VtkWidget::mouse_button(QMouseEvent* event, bool pressed, int clicks) {
  tell_mouse(event->position(), event->modifiers(), clicks);
  const auto send = [&](unsigned long press, unsigned long release_event) {
    interactor_->InvokeEvent(pressed ? press : release_event, event);
  };
  if (event->button() == Qt::LeftButton) {
    send(vtkCommand::LeftButtonPressEvent, vtkCommand::LeftButtonReleaseEvent);
  } else if (event->button() == Qt::MiddleButton) {
    send(vtkCommand::MiddleButtonPressEvent, vtkCommand::MiddleButtonReleaseEvent);
  } else if (event->button() == Qt::RightButton) {
    send(vtkCommand::RightButtonPressEvent, vtkCommand::RightButtonReleaseEvent);
  }
}

void VtkWidget::mousePressEvent(QMouseEvent* event) { mouse_button(event, true, 0); }
void VtkWidget::mouseDoubleClickEvent(QMouseEvent* event) { mouse_button(event, true, 1); }
void VtkWidget::mouseReleaseEvent(QMouseEvent* event) { mouse_button(event, false, 0); }

void VtkWidget::mouseMoveEvent(QMouseEvent* event) {
  tell_mouse(event->position(), event->modifiers(), 0);
  interactor_->InvokeEvent(vtkCommand::MouseMoveEvent, event);
}

void VtkWidget::wheelEvent(QWheelEvent* event) {
  tell_mouse(event->position(), event->modifiers(), 0);
  wheel_rest_ += event->angleDelta().y();
  for (; wheel_rest_ >= wheel_step; wheel_rest_ -= wheel_step) {
    interactor_->InvokeEvent(vtkCommand::MouseWheelForwardEvent, event);
  }
  for (; wheel_rest_ <= -wheel_step; wheel_rest_ += wheel_step) {
    interactor_->InvokeEvent(vtkCommand::MouseWheelBackwardEvent, event);
  }
}

void VtkWidget::leaveEvent(QEvent* event) { interactor_->InvokeEvent(vtkCommand::LeaveEvent, event); }

}  // namespace coincide::gui
