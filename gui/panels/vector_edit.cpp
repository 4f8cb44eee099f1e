#include "gui/panels/vector_edit.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>

namespace coincide::gui {

VectorEdit::VectorEdit(const QString& key, QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const QChar letter = "xyz"[axis];
    auto* box = boxes_[axis] = new QLineEdit;
    box->setObjectName(key + "." + letter);
    box->setMinimumWidth(box->fontMetrics().horizontalAdvance("0.00") + box->fontMetrics().height());
    auto* label = new QLabel(letter);
    label->setBuddy(box);
    label->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(label);
    row->addWidget(box, 1);
    connect(box, &QLineEdit::editingFinished, this, [this, box] {
      if (box->isModified()) {
        emit edited();
      }
    });
  }
  setFocusProxy(boxes_.front());
}

void VectorEdit::set_name(const QString& name) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    boxes_[axis]->setAccessibleName(QString("%1 %2").arg(name, QChar("xyz"[axis])));
  }
}

QString VectorEdit::take_text() {
  static const QRegularExpression between("[\\s,;\\[\\]]+");
  for (QLineEdit* box : boxes_) {
    const QStringList parts = box->text().split(between, Qt::SkipEmptyParts);
    if (box->isModified() && parts.size() == 3) {
      set_text(parts.join(", "));
      break;
    }
  }
  for (QLineEdit* box : boxes_) {
    box->setModified(false);
  }
  return joined();
}

void VectorEdit::set_text(const QString& text) {
  const bool is_new = text != joined();  // else the parts stay where the user has put them
  for (int axis = 0; axis < 3; ++axis) {
    QLineEdit* box = boxes_[static_cast<std::size_t>(axis)];
    const int cursor = box->cursorPosition();
    // Also where the text is the same: this forgets the box's own undo steps, so that Ctrl+Z is the document's.
    box->setText(is_new ? text.section(',', axis, axis == 2 ? -1 : axis).trimmed() : box->text());
    box->setCursorPosition(cursor);
  }
}

QString VectorEdit::joined() const {
  QStringList parts;
  for (const QLineEdit* box : boxes_) {
    parts << box->text().trimmed();
  }
  return parts.join(", ");
}

}  // namespace coincide::gui
