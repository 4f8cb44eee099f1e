#include "gui/panels/form_parts.h"

#include <QDialog>
#include <QHeaderView>
#include <QPushButton>

namespace coincide::gui {

QLabel* label_for(const QString& text, QWidget* buddy) {
  auto* label = new QLabel(text);
  label->setBuddy(buddy);
  return label;
}

QTreeWidget* plain_table(const char* name) {
  auto* table = new QTreeWidget;
  table->setObjectName(name);
  table->setRootIsDecorated(false);
  table->setUniformRowHeights(true);
  table->setAlternatingRowColors(true);
  table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->header()->setStretchLastSection(false);
  return table;
}

QDialogButtonBox* closing_buttons(QDialog& dialog) {
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  buttons->button(QDialogButtonBox::Close)->setIcon({});  // the style's is black, in the dark, too
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  return buttons;
}

}  // namespace coincide::gui
