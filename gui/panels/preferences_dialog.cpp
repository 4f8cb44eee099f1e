#include "gui/panels/preferences_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

#include "gui/panels/form_parts.h"
#include "gui/panels/language.h"
#include "gui/panels/theme.h"

namespace coincide::gui {

PreferencesDialog::PreferencesDialog(const Preferences& now, QWidget* parent)
    : QDialog(parent),
      theme_(new QComboBox),
      text_points_(new QSpinBox),
      output_folder_(new QLineEdit(now.output_folder)),
      threads_(new QSpinBox),
      unit_(new QComboBox),
      orientation_(new QComboBox),
      language_(new QComboBox) {
  setWindowTitle(tr("Preferences"));
  setObjectName("preferences_dialog");
  make_boxes(now);
  auto* rows = new QFormLayout(this);
  rows->addRow(tr("&Colours"), theme_);
  rows->addRow(tr("&Text size"), text_points_);
  rows->addRow(tr("&Unit of activity"), unit_);
  rows->addRow(tr("&Orientation"), orientation_);
  rows->addRow(tr("&Language, from the next start on"), language_);
  rows->addRow(tr("&Results of new jobs"), make_folder_line());
  rows->addRow(tr("T&hreads of new jobs"), threads_);
  rows->addRow(closing_buttons(*this));
  for (QComboBox* box : {theme_, unit_, orientation_, language_}) {
    connect(box, &QComboBox::currentIndexChanged, this, &PreferencesDialog::tell);
  }
  for (QSpinBox* box : {text_points_, threads_}) {
    connect(box, &QSpinBox::valueChanged, this, &PreferencesDialog::tell);
  }
  connect(output_folder_, &QLineEdit::editingFinished, this, &PreferencesDialog::tell);
}

void PreferencesDialog::make_boxes(const Preferences& now) {
  theme_->setObjectName("theme");
  for (const QString& name : theme_names()) {
    theme_->addItem(tr(name.toUtf8()), name);
  }
  theme_->setCurrentIndex(std::max(0, theme_->findData(now.theme)));
  constexpr int smallest = 7, largest = 24, most_threads = 4096;
  text_points_->setObjectName("text_points");
  text_points_->setRange(smallest - 1, largest);
  text_points_->setSpecialValueText(tr("as the system"));
  text_points_->setSuffix(tr(" points"));
  text_points_->setValue(now.text_points);
  threads_->setObjectName("threads");
  threads_->setRange(0, most_threads);
  threads_->setSpecialValueText(tr("one per core"));
  threads_->setValue(now.threads);
  unit_->setObjectName("unit");
  unit_->addItems({"Bq/mL", "kBq/mL"});
  unit_->setCurrentIndex(now.in_kilo_bq ? 1 : 0);
  unit_->setToolTip(tr("In which activity is shown; files have Bq/mL"));
  orientation_->setObjectName("orientation");
  orientation_->addItems(
      {tr("radiological: patient's left at the right"), tr("neurological: patient's left at the left")});
  orientation_->setCurrentIndex(static_cast<int>(now.orientation));
  language_->setObjectName("language");
  language_->addItem(tr("as the system"), QString());
  for (const QString& code : language_codes()) {
    language_->addItem(language_name(code), code);
  }
  language_->setCurrentIndex(std::max(0, language_->findData(now.language)));
  orientation_->setToolTip(tr("Of axial and coronal slices in this window and in its pictures"));
}

QWidget* PreferencesDialog::make_folder_line() {
  output_folder_->setObjectName("output_folder");
  output_folder_->setPlaceholderText(tr("beside the data"));
  output_folder_->setToolTip(tr("Where new jobs write their results; empty: beside their data"));
  auto* browse = new QToolButton;
  browse->setText("...");
  browse->setAccessibleName(tr("Choose the folder"));
  browse->setFocusPolicy(Qt::StrongFocus);
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Where new jobs write their results"), output_folder_->text());
    if (!folder.isEmpty()) {
      output_folder_->setText(folder);
      tell();
    }
  });
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(output_folder_, 1);
  layout->addWidget(browse);
  line->setFocusProxy(output_folder_);
  return line;
}

void PreferencesDialog::tell() {
  const bool as_system = text_points_->value() == text_points_->minimum();
  emit changed({.theme = theme_->currentData().toString(),
                .text_points = as_system ? 0 : text_points_->value(),
                .output_folder = output_folder_->text().trimmed(),
                .threads = threads_->value(),
                .in_kilo_bq = unit_->currentIndex() == 1,
                .orientation = static_cast<ViewState::Orientation>(orientation_->currentIndex()),
                .language = language_->currentData().toString()});
}

}  // namespace coincide::gui
