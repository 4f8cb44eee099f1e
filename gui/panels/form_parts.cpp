#include "gui/panels/form_parts.h"

#include <QDialog>
#include <QHeaderView>

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
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  return buttons;
}

}  // namespace coincide::gui
