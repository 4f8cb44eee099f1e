#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <memory>
#include <optional>

#include "gui/model/scene_state.h"
#include "gui/model/values_at.h"
#include "gui/model/view_state.h"
#include "gui/viewer/view_picture.h"

namespace coincide::gui {

class CompareBar;
class ViewHeader;

/// Axial, coronal and sagittal slices with a linked crosshair, the 3-D view and the colour bar, under a header. Follows
/// the states by itself. Without an image there is the 3-D view alone. A double click shows one view alone, and all
/// again. In a comparison axial and coronal slices of A, of B and of what is made of them. What the mouse does:
/// SliceView, SceneView.
class ImageViewer : public QWidget {
  Q_OBJECT

 public:
  ImageViewer(ViewState& state, SceneState& scene, QWidget* parent = nullptr);
  ~ImageViewer() override;

  void reset_views();
  /// The names of the views, for show_only() and screenshot().
  static const QStringList& view_names();
  /// An empty name shows all.
  void show_only(const QString& view);
  /// The line over the views, which names what they show.
  ViewHeader& header();
  /// And below it, while two images are compared.
  CompareBar& compare_bar();
  /// One view as it is on the screen, under what it shows; of an empty name all views, with the colour bar.
  QImage screenshot(const QString& view = {});
  /// The same for paper, drawn anew; of all views only what the screen has of them. There has to be an image.
  ViewPicture picture(const QString& view, double width_mm, bool has_crosshair) const;
  /// What such a picture's 3-D view is made with.
  ScenePicture scene_picture() const;
  /// Such a picture has what is shown now: the 3-D view of a new image takes its time.
  bool is_scene_up_to_date() const;
  /// Turns the 3-D view about its vertical axis; nothing without OpenGL.
  void turn_scene(double degrees);
  /// What is shown, in one line.
  QString caption() const;

 signals:
  /// None when the mouse leaves the slices.
  void hovered(const std::optional<PointedAt>& point);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fit_slices();
  void arrange();
  ViewState& state_;
  struct Views;
  std::unique_ptr<Views> views_;
};

}  // namespace coincide::gui
