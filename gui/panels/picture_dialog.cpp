#include "gui/panels/picture_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

#include "gui/panels/form_parts.h"
#include "gui/viewer/image_viewer.h"

namespace coincide::gui {
namespace {

constexpr QSize preview_size(460, 400);

QString title_of(const QString& view) {
  return view.isEmpty() ? QObject::tr("All views") : view == "scene" ? QObject::tr("3-D view") : view;
}

}  // namespace

PictureDialog::PictureDialog(const ImageViewer& viewer, const QString& view, const QString& file, QWidget* parent)
    : QDialog(parent),
      viewer_(viewer),
      file_(file),
      view_(new QComboBox),
      width_mm_(remembered_box<QDoubleSpinBox>("width_mm", "picture/width_mm", 30.0, 1000.0, 170.0, " mm")),
      dots_per_inch_(
          remembered_box<QSpinBox>("dots_per_inch", "picture/dots_per_inch", 72, 1200, 300, tr(" dots per inch"))),
      crosshair_(new QCheckBox(tr("With the &crosshair"))),
      size_(new QLabel),
      preview_(new QLabel) {
  setWindowTitle(tr("Picture"));
  setObjectName("picture_dialog");
  for (const QString& name : QStringList{QString()} + ImageViewer::view_names()) {
    view_->addItem(title_of(name), name);
  }
  view_->setCurrentIndex(view_->findData(view));
  preview_->setFixedSize(preview_size);
  preview_->setAlignment(Qt::AlignCenter);
  preview_->setAccessibleName(tr("The picture"));
  auto* columns = new QHBoxLayout(this);
  columns->addWidget(make_form());
  columns->addWidget(preview_, 1);
  connect(view_, &QComboBox::currentIndexChanged, this, &PictureDialog::show_preview);
  connect(width_mm_, &QDoubleSpinBox::valueChanged, this, &PictureDialog::show_preview);
  connect(dots_per_inch_, &QSpinBox::valueChanged, this, &PictureDialog::show_preview);
  connect(crosshair_, &QCheckBox::toggled, this, &PictureDialog::show_preview);
  show_preview();
}

QWidget* PictureDialog::make_form() {
  width_mm_->setDecimals(0);
  width_mm_->setToolTip(tr("Of the picture on paper; texts keep their size"));
  dots_per_inch_->setSingleStep(50);
  crosshair_->setChecked(QSettings().value("picture/crosshair", true).toBool());
  size_->setObjectName("pixels");
  auto* form = new QWidget;
  auto* rows = new QFormLayout(form);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->addRow(tr("&View"), view_);
  rows->addRow(tr("&Width"), width_mm_);
  rows->addRow(tr("&Fineness"), dots_per_inch_);
  rows->addRow(crosshair_);
  rows->addRow(size_);
  QDialogButtonBox* buttons = closing_buttons(*this);
  QPushButton* save_button = buttons->addButton(tr("&Save..."), QDialogButtonBox::ActionRole);
  QPushButton* copy_button = buttons->addButton(tr("C&opy"), QDialogButtonBox::ActionRole);
  connect(save_button, &QPushButton::clicked, this, &PictureDialog::ask_and_save);
  connect(copy_button, &QPushButton::clicked, this, &PictureDialog::copy);
  rows->addRow(buttons);
  return form;
}

ViewPicture PictureDialog::picture() const {
  return viewer_.picture(view_->currentData().toString(), width_mm_->value(), crosshair_->isChecked());
}

/// As coarse as the dialog.
void PictureDialog::show_preview() {
  const ViewPicture whole = picture();
  const double ratio = dots_per_inch_->value() / 96.0;
  const QSize pixels = (QSizeF(whole.size()) * ratio).toSize();
  size_->setText(tr("%1 x %2 pixels").arg(pixels.width()).arg(pixels.height()));
  const double shown = devicePixelRatioF() * 96 * preview_size.width() / whole.size().width();
  QImage image = whole.image(std::min(shown, 2.0 * 96), viewer_.scene_picture());
  image = image.scaled(preview_size * devicePixelRatioF(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
  image.setDevicePixelRatio(devicePixelRatioF());
  preview_->setPixmap(QPixmap::fromImage(image));
}

bool PictureDialog::save(const QString& path) {
  const ViewPicture whole = picture();
  const int dots_per_inch = dots_per_inch_->value();
  const bool is_pdf = path.endsWith(".pdf", Qt::CaseInsensitive);
  if (!(is_pdf ? whole.write_pdf(path, dots_per_inch, viewer_.scene_picture())
               : whole.image(dots_per_inch, viewer_.scene_picture()).save(path))) {
    auto* box = new QMessageBox(QMessageBox::Warning, tr("The picture cannot be saved"),
                                tr("%1 cannot be written. Choose another folder, and .png or .pdf.").arg(path),
                                QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
    return false;
  }
  QSettings settings;
  settings.setValue("picture/width_mm", width_mm_->value());
  settings.setValue("picture/dots_per_inch", dots_per_inch);
  settings.setValue("picture/crosshair", crosshair_->isChecked());
  return true;
}

void PictureDialog::ask_and_save() {
  const QString view = view_->currentData().toString();
  const QString path = QFileDialog::getSaveFileName(this, tr("Save the picture"),
                                                    file_ + "_" + (view.isEmpty() ? "views" : view) + ".png",
                                                    tr("Picture (*.png);;PDF (*.pdf)"));
  if (!path.isEmpty() && save(path)) {
    accept();
  }
}

void PictureDialog::copy() {
  QGuiApplication::clipboard()->setImage(picture().image(dots_per_inch_->value(), viewer_.scene_picture()));
}

}  // namespace coincide::gui
