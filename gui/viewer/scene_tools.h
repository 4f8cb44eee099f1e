#pragma once

#include <QWidget>
#include <array>

#include "gui/model/scene_state.h"

class QAction;
class QComboBox;
class QMenu;
class QToolButton;

namespace coincide::gui {

/// The line of tools above the 3-D view: what is shown, from where, and whether it turns.
class SceneTools : public QWidget {
  Q_OBJECT

 public:
  explicit SceneTools(SceneState& scene, QWidget* parent = nullptr);
  /// Shows what the state says.
  void refresh();

 signals:
  void turning_requested(bool turning);
  /// Look from that direction, with that one upwards.
  void look_requested(const std::array<double, 3>& from, const std::array<double, 3>& up);

 private:
  QToolButton* menu_button(const QString& text, const QString& tip, QMenu* menu);
  QMenu* make_show_menu();
  QMenu* make_look_menu();
  template <class Change>
  void change(Change&& change_options);
  void ask_for_fan();

  SceneState& scene_;
  QComboBox* volume_;
  QAction *by_module_ = nullptr, *by_counts_ = nullptr, *no_crystals_ = nullptr, *events_ = nullptr, *box_ = nullptr,
          *crosshair_ = nullptr, *layers_ = nullptr, *fan_ = nullptr;
};

}  // namespace coincide::gui
