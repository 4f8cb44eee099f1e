#pragma once

#include <QDialog>

#include "gui/panels/preferences.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace coincide::gui {

/// Shows preferences and tells of every change at once; closing it is all that is left to do.
class PreferencesDialog : public QDialog {
  Q_OBJECT

 public:
  explicit PreferencesDialog(const Preferences& now, QWidget* parent = nullptr);

 signals:
  void changed(const coincide::gui::Preferences& preferences);

 private:
  void make_boxes(const Preferences& now);
  QWidget* make_folder_line();
  void tell();

  QComboBox* theme_;
  QSpinBox* text_points_;
  QLineEdit* output_folder_;
  QSpinBox* threads_;
  QComboBox *unit_, *orientation_, *language_;
};

}  // namespace coincide::gui
