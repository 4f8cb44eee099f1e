#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>
#include <vector>

#include "gui/model/roi.h"
#include "gui/model/view_state.h"

class QLabel;
class QTableWidget;

namespace coincide::gui {

/// The regions of interest with their figures in the newest image. Name, centre, size and threshold are edited in
/// place.
class RoiTable : public QWidget {
  Q_OBJECT

 public:
  explicit RoiTable(ViewState& state, QWidget* parent = nullptr);

  const std::vector<Roi>& rois() const { return rois_; }
  void add(RoiShape shape);
  /// See ViewTools::roi_csv().
  QString csv() const;
  /// Measures again if the image is another one: soon, and once for images that follow each other quickly.
  void refresh();

 signals:
  void changed();

 private:
  QWidget* make_add_buttons();
  QWidget* make_buttons();
  void add_row(const Roi& roi);
  void show_roi(int row);
  void measure_all();
  void edit(int row, int column);
  void remove_chosen();
  void save();
  Roi new_roi(RoiShape shape);
  RoiFigures figures(const Roi& roi) const;

  ViewState& state_;
  std::vector<Roi> rois_;
  std::shared_ptr<const recon::Image> measured_;
  QTimer timer_;
  int num_added_ = 0;
  QTableWidget* table_;
  QLabel* note_;
};

}  // namespace coincide::gui
