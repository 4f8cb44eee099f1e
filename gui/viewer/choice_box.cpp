#include "gui/viewer/choice_box.h"

#include <QSignalBlocker>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <algorithm>

namespace coincide::gui {

void ChoiceBox::set_choices(const QStringList& names, int shown) {
  const QSignalBlocker not_the_user(this);
  QStringList before;
  for (int i = 0; i < count(); ++i) {
    before << itemText(i);
  }
  if (names != before) {  // or a list that is open would close
    clear();
    addItems(names);
  }
  setCurrentIndex(shown);
  updateGeometry();
}

void ChoiceBox::paintEvent(QPaintEvent*) {
  QStylePainter painter(this);
  QStyleOptionComboBox option;
  initStyleOption(&option);
  const QRect room = style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this);
  option.currentText = fontMetrics().elidedText(option.currentText, Qt::ElideRight, room.width() - 2);
  painter.drawComplexControl(QStyle::CC_ComboBox, option);
  painter.drawControl(QStyle::CE_ComboBoxLabel, option);
}

QSize ChoiceBox::sizeHint() const {
  const QSize usual = QComboBox::sizeHint();
  if (sizeAdjustPolicy() != QComboBox::AdjustToContents) {
    return usual;
  }
  QStyleOptionComboBox option;
  initStyleOption(&option);
  const QSize text(fontMetrics().horizontalAdvance(currentText() + "  "), usual.height());
  const int width = style()->sizeFromContents(QStyle::CT_ComboBox, &option, text, this).width();
  return {std::clamp(width, minimumSizeHint().width(), std::max(minimumSizeHint().width(), usual.width())),
          usual.height()};
}

}  // namespace coincide::gui
