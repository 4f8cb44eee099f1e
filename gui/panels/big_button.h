#pragma once

#include <QAbstractButton>

namespace coincide::gui {

/// A button with an icon, a title and an explanation below it: of a card in as many lines as it needs, of a row
/// shortened where there is no room.
class BigButton : public QAbstractButton {
  Q_OBJECT

 public:
  enum class Look {
    card,  ///< large, with a frame
    row,   ///< of a list; without a frame until it is pointed at
  };

  BigButton(Look look, const QString& title, const QString& explanation, const QIcon& icon, QWidget* parent = nullptr);
  /// Shortens the explanation in the middle, as is good for a path, not at its end.
  void set_explanation_is_path() { elide_ = Qt::ElideMiddle; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QFont title_font() const;
  int padding() const;
  int explanation_height(int width) const;

  Look look_;
  QString explanation_;
  Qt::TextElideMode elide_ = Qt::ElideRight;
};

}  // namespace coincide::gui
