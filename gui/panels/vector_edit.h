#pragma once

#include <QWidget>
#include <array>

class QLineEdit;

namespace coincide::gui {

/// Three values along x, y and z, a box for each. As one text they stand with commas between them: "2, 2, 4".
class VectorEdit : public QWidget {
  Q_OBJECT

 public:
  /// `key` names the boxes for tests: "image.size" has "image.size.x" first.
  explicit VectorEdit(const QString& key, QWidget* parent = nullptr);

  const std::array<QLineEdit*, 3>& boxes() const { return boxes_; }
  /// "Voxel size": the boxes are said to be "Voxel size x" and so on.
  void set_name(const QString& name);
  /// What stands in the boxes, be it numbers or not. Three values in one box, as they are pasted, are shared out first.
  QString take_text();
  /// Whatever has no three parts is shown, too: all after the second comma is in the last box.
  void set_text(const QString& text);

 signals:
  /// A box into which something was typed has been left.
  void edited();

 private:
  QString joined() const;

  std::array<QLineEdit*, 3> boxes_;
};

}  // namespace coincide::gui
