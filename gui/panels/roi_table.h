#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/roi.h"
#include "gui/model/view_state.h"
#include "gui/worker/latest_task.h"

class QLabel;
class QTableWidget;
class QToolButton;

namespace coincide::gui {

/// The regions of interest of the view with their figures in the newest image, of a comparison in both, which are taken
/// in the background. Name, centre, size and threshold are edited in place. Follows the state by itself.
class RoiTable : public QWidget {
  Q_OBJECT

 public:
  explicit RoiTable(ViewState& state, QWidget* parent = nullptr);
  ~RoiTable() override;

  /// A region around the crosshair.
  void add(RoiShape shape);
  /// Figures as CSV, or the regions themselves as JSON, by the ending. An error becomes a sentence below the table.
  void save(const QString& path);
  /// Adds those of a JSON file.
  void open(const QString& path);

 private:
  /// Takes over what changed in the state. Measures again soon, and once for images that follow each other quickly.
  void refresh();
  QWidget* make_add_buttons();
  QWidget* make_buttons();
  void fit_rows();
  void show_note();
  QString left_out() const;
  void show_columns();
  void show_roi(int row);
  void show_figures();
  void request_figures();
  void edit(int row, int column);
  void remove_chosen();
  void ask_for_colour();
  Roi new_roi(RoiShape shape);
  std::string csv() const;

  ViewState& state_;
  std::vector<Roi> rois_;  ///< as shown
  std::shared_ptr<const recon::Image> image_;
  std::shared_ptr<const recon::Image> other_;  ///< of a comparison; null: there is none
  /// In the image and in the other one.
  struct Figures {
    std::vector<RoiFigures> of_image, of_other;
  };
  Figures figures_;  ///< of the rois, as far as they have been measured
  QTimer timer_;
  LatestTask<Figures> task_;
  int num_added_ = 0;
  QTableWidget* table_;
  QToolButton* draw_;  ///< a polygon
  QLabel* note_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
