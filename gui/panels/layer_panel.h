#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/view_state.h"

class QMenu;

namespace coincide::gui {

/// The images over the one that is shown: which of them are, in which window and colours, how opaque, or as a contour.
/// Edits the state and follows it.
class LayerPanel : public QWidget {
  Q_OBJECT

 public:
  explicit LayerPanel(ViewState& state, QWidget* parent = nullptr);
  ~LayerPanel() override;

  /// Which one is edited; -1: none.
  int chosen_row() const;
  /// That of the button which adds a layer, to be filled with what there is.
  QMenu& add_menu();

 signals:
  /// The file and the place of the layer that is edited are wanted in the job.
  void keep_wanted(const QString& setting);
  /// Its place is wanted from a file, or in one.
  void open_place_wanted();
  void save_place_wanted();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
