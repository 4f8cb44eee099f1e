#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// How the image is shown: its window as numbers, colour map, smoothing, thickness of the slices.
class ViewTools : public QWidget {
  Q_OBJECT

 public:
  explicit ViewTools(ViewState& state, QWidget* parent = nullptr);
  ~ViewTools() override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
