#pragma once

#include <QComboBox>

namespace coincide::gui {

/// A nuclide by name, typed or chosen among those there are with half-life and branching ratio.
class NuclideBox : public QComboBox {
  Q_OBJECT

 public:
  explicit NuclideBox(QWidget* parent = nullptr);

  void set_text(const QString& text);

 signals:
  /// In the menu, by the user.
  void chosen(const QString& name);
};

}  // namespace coincide::gui
