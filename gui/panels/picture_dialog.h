#pragma once

#include <QDialog>
#include <memory>

class QComboBox;
class QDoubleSpinBox;
class QSpinBox;
class QCheckBox;
class QLabel;

namespace coincide::gui {

class ImageViewer;
class ViewPicture;

/// Asks how large a picture of the views is to be, shows it, and saves or copies it.
class PictureDialog : public QDialog {
  Q_OBJECT

 public:
  /// `view` as ImageViewer::show_only(); `file` names what is shown. The viewer, which has an image, outlives this.
  PictureDialog(const ImageViewer& viewer, const QString& view, const QString& file, QWidget* parent = nullptr);

  /// As PNG or PDF, by the ending; an error becomes a dialog.
  bool save(const QString& path);

 private:
  QWidget* make_form();
  ViewPicture picture() const;
  void show_preview();
  void ask_and_save();
  void copy();

  const ImageViewer& viewer_;
  QString file_;
  QComboBox* view_;
  QDoubleSpinBox* width_mm_;
  QSpinBox* dots_per_inch_;
  QCheckBox* crosshair_;
  QLabel *size_, *preview_;
};

}  // namespace coincide::gui
