#include "gui/panels/setting_line.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QStyle>
#include <QToolButton>
#include <algorithm>

#include "gui/panels/nuclide_box.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/vector_edit.h"
#include "gui/viewer/line_icon.h"
#include "recon/data/nuclides.h"

namespace coincide::gui {
namespace {

enum GridColumn { label_column, editor_column, unit_column, reset_column, num_columns };

bool is_path(const io::Setting& setting) { return std::holds_alternative<std::filesystem::path*>(setting.field); }

bool is_vector(const io::Setting& setting) {
  return std::holds_alternative<std::array<double, 3>*>(setting.field) ||
         std::holds_alternative<std::array<std::int64_t, 3>*>(setting.field);
}

/// Below the label a path and three numbers have all the width there is.
int row_of_editor(const io::Setting& setting) { return is_path(setting) || is_vector(setting) ? 1 : 0; }

/// A line for a path; a file that is dropped on it becomes its text.
class PathEdit : public QLineEdit {
 public:
  using QLineEdit::QLineEdit;

 protected:
  void dropEvent(QDropEvent* event) override {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.isEmpty() || !urls.front().isLocalFile()) {
      QLineEdit::dropEvent(event);
      return;
    }
    setText(urls.front().toLocalFile());
    event->acceptProposedAction();
    emit editingFinished();
  }
};

QComboBox* combo_box(const std::vector<std::string>& words) {
  auto* box = new QComboBox;
  for (const std::string& word : words) {
    box->addItem(QString::fromStdString(word));
  }
  box->setMinimumContentsLength(4);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  // The wheel scrolls the form; it changes a value only after a click.
  box->setFocusPolicy(Qt::StrongFocus);
  return box;
}

/// A line per device: its name, or why it is missing.
QString device_note(const std::vector<DeviceChoice>& devices) {
  QStringList lines;
  for (const DeviceChoice& device : devices) {
    const std::string& what = device.available ? device.name : device.why_unavailable;
    lines << QString::fromStdString(device.word + ": ") + shown_text(what);
  }
  return lines.join('\n');
}

QString explanation_of(const io::Setting& setting) {
  return setting.key != nuclide_setting
             ? help_of(setting)
             : QObject::tr("%1 One of the menu also sets half-life and branching ratio (quantification).")
                   .arg(help_of(setting));
}

QFont small(QFont font) {
  font.setPointSizeF(0.9 * font.pointSizeF());
  return font;
}

QLabel* small_label(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setFont(small(label->font()));
  return label;
}

}  // namespace

SettingLine::SettingLine(JobDocument& document, const io::Setting& setting, QWidget* parent)
    : QWidget(parent),
      document_(document),
      key_(setting.key),
      is_above_(row_of_editor(setting) > 0),
      grid_(new QGridLayout(this)),
      label_(new QLabel(name_of(setting))),
      reset_(new QToolButton),
      reason_(small_label({})),
      help_(small_label(explanation_of(setting))),
      note_(small_label({})) {
  grid_->setContentsMargins(0, 2, 0, 2);
  grid_->setHorizontalSpacing(6);
  grid_->setVerticalSpacing(1);
  grid_->setColumnStretch(editor_column, 1);
  grid_->addWidget(label_, 0, label_column, 1, is_above_ ? 2 : 1);
  make_editor(setting);
  make_beside(setting);
  make_below();
  refresh();
}

SettingLine::~SettingLine() { hide(); }  // a line that loses the focus hands over its text: to what is still there

QWidget* SettingLine::make_line_edit(bool is_path) {
  QLineEdit* line = is_path ? new PathEdit : new QLineEdit;
  line->setMinimumWidth(60);
  connect(line, &QLineEdit::editingFinished, this,
          &SettingLine::take_lines);  // not commit(): a dropped path is no typed text
  lines_ = {line};
  return line;
}

QWidget* SettingLine::make_vector_edit() {
  auto* vector = new VectorEdit(QString::fromStdString(key_));
  vector->set_name(label_->text());
  connect(vector, &VectorEdit::edited, this, &SettingLine::take_lines);
  lines_.assign(vector->boxes().begin(), vector->boxes().end());
  return vector;
}

QWidget* SettingLine::make_nuclide_box() {
  auto* box = new NuclideBox;
  connect(box, &NuclideBox::chosen, this, &SettingLine::set_nuclide);
  connect(box->lineEdit(), &QLineEdit::editingFinished, this, &SettingLine::commit);
  lines_ = {box->lineEdit()};
  return box;
}

void SettingLine::make_editor(const io::Setting& setting) {
  if (std::holds_alternative<bool*>(setting.field)) {
    auto* box = new QCheckBox;
    connect(box, &QCheckBox::toggled, this, [this](bool on) { set(on ? "true" : "false"); });
    editor_ = box;
  } else if (std::holds_alternative<io::WordField>(setting.field) || key_ == device_setting) {
    QComboBox* box = combo_box(key_ == device_setting ? std::vector<std::string>{"auto", "cpu"} : setting.words);
    connect(box, &QComboBox::currentTextChanged, this, &SettingLine::set);
    editor_ = box;
  } else if (key_ == nuclide_setting) {
    editor_ = make_nuclide_box();
  } else if (is_vector(setting)) {
    editor_ = make_vector_edit();
  } else {
    editor_ = make_line_edit(is_path(setting));
  }
  const auto shown = [](const std::string& text) { return QString::fromStdString(text); };
  const QString tip =
      tr("%1\nAllowed: %2.\n%3, default %4")
          .arg(help_->text(), shown(io::allowed_text(setting)), shown(key_), shown(document_.default_text(key_)));
  label_->setToolTip(tip);
  editor_->setToolTip(tip);
  editor_->setAccessibleName(label_->text());
  editor_->setObjectName(QString::fromStdString(key_));
  editor_->installEventFilter(this);
  for (QLineEdit* line : lines_) {
    line->installEventFilter(this);
  }
  label_->setBuddy(editor_);
  if (row_of_editor(setting) == 0) {
    grid_->addWidget(editor_, 0, editor_column);
  } else {
    grid_->addWidget(editor_, 1, label_column, 1, 2);
  }
}

void SettingLine::make_beside(const io::Setting& setting) {
  if (is_path(setting)) {
    auto* button = new QToolButton;
    button->setText("...");
    button->setToolTip(tr("Choose on the disk"));
    button->setAccessibleName(tr("Choose: %1").arg(label_->text()));
    connect(button, &QToolButton::clicked, this, &SettingLine::browse);
    beside_ = button;
  } else {
    beside_ = new QLabel(shown_text(setting.unit));
  }
  grid_->addWidget(beside_, row_of_editor(setting), unit_column);

  reset_->setIcon(line_icon("clear"));
  reset_->setAutoRaise(true);
  reset_->setToolTip(tr("Back to the default"));
  reset_->setAccessibleName(tr("Default of %1").arg(label_->text()));
  QSizePolicy policy = reset_->sizePolicy();
  policy.setRetainSizeWhenHidden(true);
  reset_->setSizePolicy(policy);
  connect(reset_, &QToolButton::clicked, this, [this] {
    document_.set(key_, document_.default_text(key_));
    emit edited();
  });
  grid_->addWidget(reset_, 0, reset_column);
}

void SettingLine::make_below() {
  QFont font = reason_->font();
  font.setBold(true);
  reason_->setFont(font);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* icon = new QLabel;
  const int size = style()->pixelMetric(QStyle::PM_SmallIconSize);
  icon->setPixmap(style()->standardIcon(QStyle::SP_MessageBoxWarning).pixmap(size));
  auto* row = new QWidget;
  auto* row_layout = new QHBoxLayout(row);
  row_layout->setContentsMargins(0, 0, 0, 0);
  row_layout->addWidget(icon, 0, Qt::AlignTop);
  row_layout->addWidget(reason_, 1);
  grid_->addWidget(row, 2, label_column, 1, num_columns);
  help_->setForegroundRole(QPalette::PlaceholderText);
  grid_->addWidget(help_, 3, label_column, 1, num_columns);
  grid_->addWidget(note_, 4, label_column, 1, num_columns);
  note_->hide();
}

/// A device that is missing stays in sight but cannot be chosen.
void SettingLine::show_devices(const std::vector<DeviceChoice>& devices) {
  auto* box = qobject_cast<QComboBox*>(editor_);
  const QSignalBlocker not_the_user(box);
  box->clear();
  box->addItem("auto");
  box->setItemData(0, tr("The first GPU, else the CPU"), Qt::ToolTipRole);
  auto& items = *qobject_cast<QStandardItemModel*>(box->model());
  for (const DeviceChoice& device : devices) {
    box->addItem(QString::fromStdString(device.word));
    QStandardItem& item = *items.item(box->count() - 1);
    item.setEnabled(device.available);
    item.setToolTip(shown_text(device.available ? device.name : device.why_unavailable));
  }
  note_->setText(device_note(devices));
  note_->show();
  refresh();
}

void SettingLine::offer(const std::vector<std::string>& words) {
  auto* button = qobject_cast<QToolButton*>(beside_);
  auto* menu = new QMenu(button);
  for (const std::string& word : words) {
    menu->addAction(QString::fromStdString(word), this, [this, word] { set(QString::fromStdString(word)); });
  }
  menu->addSeparator();
  menu->addAction(tr("Choose on the disk..."), this, &SettingLine::browse);
  button->setMenu(menu);
  button->setPopupMode(QToolButton::InstantPopup);
  button->setToolTip(tr("Those that come with the program, or one on the disk"));
  disconnect(button, &QToolButton::clicked, this, &SettingLine::browse);
}

bool SettingLine::matches(const QString& text) const {
  const QString all = label_->text() + " " + QString::fromStdString(key_) + " " + help_->text();
  return all.contains(text, Qt::CaseInsensitive);
}

void SettingLine::refresh() {
  show_text(QString::fromStdString(document_.text(key_)));
  const std::string error = document_.error(key_);
  reason_->setText(shown_text(error));
  reason_->parentWidget()->setVisible(!error.empty());
  const bool differs = !error.empty() || !document_.is_default(key_);
  reset_->setVisible(differs);
  QFont font = label_->font();
  font.setBold(differs);
  label_->setFont(font);
}

void SettingLine::show_text(const QString& text) {
  const QSignalBlocker quiet(editor_);
  if (auto* box = qobject_cast<QCheckBox*>(editor_)) {
    box->setChecked(text == "true");
  } else if (is_being_typed()) {
    return;
  } else if (auto* nuclide = qobject_cast<NuclideBox*>(editor_)) {
    nuclide->set_text(text);
  } else if (auto* words = qobject_cast<QComboBox*>(editor_)) {
    show_word(*words, text);
  } else if (auto* vector = qobject_cast<VectorEdit*>(editor_)) {
    vector->set_text(text);
  } else if (auto* line = qobject_cast<QLineEdit*>(editor_)) {
    // Also where the text is the same: this forgets the line's own undo steps, so that Ctrl+Z is the document's.
    const int cursor = line->cursorPosition();
    line->setText(text);
    line->setCursorPosition(cursor);
  }
}

/// A word that is not on offer ("cuda", or one that is wrong) is there as long as it is the document's.
void SettingLine::show_word(QComboBox& box, const QString& text) {
  const int guest = box.findData(true);
  if (guest >= 0 && box.itemText(guest) != text) {
    box.removeItem(guest);
  }
  if (box.findText(text) < 0) {
    box.addItem(text, true);
  }
  box.setCurrentText(text);
}

void SettingLine::set(const QString& text) {
  if (text != QString::fromStdString(document_.text(key_))) {
    document_.set(key_, text.toStdString());
    emit edited();
  }
  refresh();
}

void SettingLine::commit() {
  if (is_being_typed()) {
    take_lines();
  }
}

bool SettingLine::is_being_typed() const { return std::ranges::any_of(lines_, &QLineEdit::isModified); }

void SettingLine::take_lines() {
  if (auto* vector = qobject_cast<VectorEdit*>(editor_)) {
    set(vector->take_text());
    return;
  }
  lines_.front()->setModified(false);
  const QString text = lines_.front()->text().trimmed();
  key_ == nuclide_setting ? set_nuclide(text) : set(text);
}

/// A nuclide that is known brings what decay and counts are corrected with; all together are one step.
void SettingLine::set_nuclide(const QString& text) {
  const recon::Nuclide* nuclide = recon::find_nuclide(text.toStdString());
  if (nuclide == nullptr) {
    set(text);
    return;
  }
  document_.set_together({{key_, std::string(nuclide->name)},
                          {"quantification.half_life_s", QString::number(nuclide->half_life_s, 'g', 9).toStdString()},
                          {"quantification.branching_ratio", QString::number(nuclide->positrons).toStdString()}});
  emit edited();
  refresh();
}

void SettingLine::browse() {
  const QString now = QString::fromStdString(document_.text(key_));
  const QString start = QFileInfo(now).absolutePath();
  const QString title = tr("Choose: %1").arg(label_->text());
  const QString chosen = key_.ends_with("folder") ? QFileDialog::getExistingDirectory(this, title, now)
                                                  : QFileDialog::getOpenFileName(this, title, start);
  if (!chosen.isEmpty()) {
    set(chosen);
  }
}

void SettingLine::set_explained(bool explained) { help_->setVisible(explained); }

int SettingLine::label_width() const {
  if (is_above_) {
    return 0;
  }
  QFont bold = label_->font();
  bold.setBold(true);
  return QFontMetrics(bold).horizontalAdvance(label_->text()) + 2;
}

int SettingLine::unit_width() const { return beside_->sizeHint().width(); }

void SettingLine::set_widths(int label_width, int unit_width) {
  if (!is_above_) {
    label_->setFixedWidth(label_width);
  }
  beside_->setFixedWidth(unit_width);
}

bool SettingLine::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Wheel && !editor_->hasFocus()) {
    event->ignore();
    return true;
  }
  // A line edit keeps undo and redo for itself even where it has nothing to undo.
  if (auto* line = qobject_cast<QLineEdit*>(watched); line != nullptr && event->type() == QEvent::ShortcutOverride) {
    auto* key = dynamic_cast<QKeyEvent*>(event);
    const bool for_document = (key->matches(QKeySequence::Undo) && !line->isUndoAvailable()) ||
                              (key->matches(QKeySequence::Redo) && !line->isRedoAvailable());
    if (for_document) {
      event->ignore();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace coincide::gui
