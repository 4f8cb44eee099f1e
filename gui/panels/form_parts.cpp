#include "gui/panels/form_parts.h"

#include <QDialog>
#include <QHeaderView>
#include <QPushButton>
#include <cmath>

namespace coincide::gui {
namespace {

constexpr int bar_steps = 1000;

}  // namespace

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

QProgressBar* part_bar() {
  auto* bar = new QProgressBar;
  bar->setRange(0, bar_steps);
  return bar;
}

void show_part(QProgressBar& bar, double part) { bar.setValue(static_cast<int>(std::lround(bar_steps * part))); }

QDialogButtonBox* closing_buttons(QDialog& dialog) {
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  buttons->button(QDialogButtonBox::Close)->setIcon({});  // the style's is black, in the dark, too
  QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
  return buttons;
}

}  // namespace coincide::gui
