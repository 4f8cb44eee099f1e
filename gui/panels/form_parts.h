#pragma once

#include <QDialogButtonBox>
#include <QLabel>
#include <QProgressBar>
#include <QSettings>
#include <QTreeWidget>

class QDialog;

namespace coincide::gui {

/// With the letter that leads to its widget.
QLabel* label_for(const QString& text, QWidget* buddy);

/// Rows to be read, each column as wide as it needs.
QTreeWidget* plain_table(const char* name);

/// A bar of thousandths.
QProgressBar* part_bar();
void show_part(QProgressBar& bar, double part);

/// Close, which rejects the dialog; others are added to it.
QDialogButtonBox* closing_buttons(QDialog& dialog);

/// A spin box for a number that begins as it was last left, under a key of the preferences.
template <class Box, class Number>
Box* remembered_box(const char* name, const QString& key, Number least, Number most, Number usual,
                    const QString& suffix) {
  auto* box = new Box;
  box->setObjectName(name);
  box->setRange(least, most);
  box->setSuffix(suffix);
  box->setValue(QSettings().value(key, usual).template value<Number>());
  return box;
}

}  // namespace coincide::gui
