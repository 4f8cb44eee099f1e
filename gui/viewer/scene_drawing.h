#pragma once

#include <vtkNew.h>

#include <QImage>
#include <QTimer>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "gui/model/scanner_faces.h"
#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"
#include "gui/viewer/scene_camera.h"
#include "gui/viewer/scene_layers.h"
#include "gui/viewer/volume_prop.h"
#include "gui/worker/latest_task.h"

class vtkActor;
class vtkAxesActor;
class vtkCaptionActor2D;
class vtkPolyData;
class vtkPolyDataMapper;
class vtkRenderer;

namespace coincide::gui {

class VtkWidget;

/// What the 3-D view draws of the two states, in a widget: the volume, and lines, points and faces in and around it.
/// All of it is drawn with as few rays as keep it moving, and exactly once it rests.
class SceneDrawing {
 public:
  /// All three outlive this.
  SceneDrawing(ViewState& view, SceneState& scene, VtkWidget& widget);
  ~SceneDrawing();

  /// Takes over what has changed in the states.
  void refresh();
  void look_obliquely();
  void look_from(const std::array<double, 3>& from, const std::array<double, 3>& up);
  void turn(double azimuth_degrees, double elevation_degrees);
  void zoom(double factor);
  /// Whoever looks at it has turned, zoomed or moved: the slices follow.
  void interacted();
  /// A picture has been drawn in that time.
  void drawn(double milliseconds);
  /// What the states hold is drawn: the volume of a new image takes its time.
  bool is_up_to_date() const;
  /// With that point in the middle; texts and lines are as large as on a screen of `pixel_ratio`. Null before the
  /// widget has been shown.
  QImage picture(const QSize& pixels, double pixels_per_mm, const std::array<double, 3>& centre_mm, double pixel_ratio);

 private:
  /// One set of lines, points or faces.
  struct Shape {
    Shape();
    ~Shape();
    void show(vtkPolyData* shape);
    vtkNew<vtkPolyDataMapper> mapper;
    vtkNew<vtkActor> actor;
    float width = 1;  ///< of its lines, in pixels of a screen of ratio 1
  };

  void add_shapes();
  void set_pixel_ratio(double ratio);
  void refresh_image();
  void refresh_scanner(bool new_scanner);
  void refresh_events();
  void take_volume(std::shared_ptr<const Volume> made);
  void place_axes(const QSize& points);
  std::array<vtkCaptionActor2D*, 3> captions() const;
  void set_ray_distance(float pixels);
  void moved();

  ViewState& view_;
  SceneState& scene_;
  VtkWidget& widget_;
  vtkNew<vtkRenderer> renderer_;
  vtkNew<vtkRenderer> overlay_;  ///< what the image must not hide
  SceneCamera camera_;
  VolumeProp volume_;
  SceneLayers layers_;
  Shape crystals_, lors_, places_, fan_, box_, crosshair_, regions_;
  vtkNew<vtkAxesActor> axes_;

  QTimer still_;
  bool is_moving_ = false;
  float ray_distance_ = 1;
  bool has_volume_ = false;
  double last_ms_ = 0;

  // What is drawn now, to draw anew only what has changed.
  std::shared_ptr<const recon::Image> image_;
  std::string shown_name_;
  std::shared_ptr<const JobGeometry> geometry_;
  std::shared_ptr<const io::DataSummary> data_;
  SceneOptions options_;
  std::vector<CrystalFace> faces_;
  LatestTask<std::shared_ptr<const Volume>> volume_task_;
};

}  // namespace coincide::gui
