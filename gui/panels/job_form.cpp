#include "gui/panels/job_form.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <vector>

#include "gui/panels/setting_line.h"

namespace coincide::gui {
namespace {

/// A titled group that folds.
struct Section {
  QToolButton* header;
  QWidget* body;
  QLabel* intro;
  std::vector<SettingLine*> lines;
};

QToolButton* make_header(const std::string& name) {
  auto* header = new QToolButton;
  QString title = QString::fromStdString(name);
  title[0] = title[0].toUpper();
  header->setText(title);
  header->setCheckable(true);
  header->setChecked(true);
  header->setAutoRaise(true);
  header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  QFont font = header->font();
  font.setBold(true);
  font.setPointSizeF(1.1 * font.pointSizeF());
  header->setFont(font);
  return header;
}

/// The group of one section, its widgets added to `column`.
Section make_section(JobDocument& document, const std::string& name, const std::string& title,
                     const QString& device_note, QVBoxLayout* column) {
  Section section{make_header(name), new QWidget, new QLabel(QString::fromStdString(title)), {}};
  auto* body_layout = new QVBoxLayout(section.body);
  body_layout->setContentsMargins(10, 0, 4, 8);
  body_layout->setSpacing(2);
  section.intro->setWordWrap(true);
  section.intro->setForegroundRole(QPalette::PlaceholderText);
  body_layout->addWidget(section.intro);
  for (const io::Setting& setting : document.settings()) {
    if (setting.key.starts_with(name + ".")) {
      auto* line = new SettingLine(document, setting, setting.key == "compute.device" ? device_note : QString());
      body_layout->addWidget(line);
      section.lines.push_back(line);
    }
  }
  column->addWidget(section.header);
  column->addWidget(section.body);
  return section;
}

}  // namespace

struct JobForm::Lines {
  std::vector<Section> sections;
  QLineEdit* filter = new QLineEdit;
  QCheckBox* explain = new QCheckBox("E&xplain");
  QLabel* nothing = new QLabel("No setting has these words.");

  void show_what_matches() {
    const QString words = filter->text().trimmed();
    bool any = false;
    for (Section& section : sections) {
      bool has_match = false;
      bool has_error = false;
      for (SettingLine* line : section.lines) {
        // What must be put right is never hidden.
        const bool shown = !line->is_valid() || line->matches(words);
        line->setVisible(shown);
        line->set_explained(explain->isChecked());
        has_match |= shown;
        has_error |= !line->is_valid();
      }
      const bool open = section.header->isChecked() || has_error || !words.isEmpty();
      section.header->setVisible(has_match);
      section.header->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
      section.body->setVisible(has_match && open);
      section.intro->setVisible(explain->isChecked() && words.isEmpty());
      any |= has_match;
    }
    nothing->setVisible(!any);
  }

  /// Labels, editors and units stand below each other over all groups.
  void align() {
    int label_width = 0;
    int unit_width = 0;
    for (const Section& section : sections) {
      for (const SettingLine* line : section.lines) {
        label_width = std::max(label_width, line->label_width());
        unit_width = std::max(unit_width, line->unit_width());
      }
    }
    for (const Section& section : sections) {
      for (SettingLine* line : section.lines) {
        line->set_widths(label_width, unit_width);
      }
    }
  }
};

JobForm::JobForm(JobDocument& document, const QStringList& device_lines, QWidget* parent)
    : QWidget(parent), lines_(std::make_unique<Lines>()) {
  lines_->filter->setPlaceholderText("Find a setting");
  lines_->filter->setToolTip("Shows only the settings with these words in their name or help");
  lines_->filter->setClearButtonEnabled(true);
  lines_->explain->setToolTip("Shows a sentence of help below each setting");
  lines_->explain->setChecked(true);
  auto* top = new QHBoxLayout;
  top->addWidget(lines_->filter, 1);
  top->addWidget(lines_->explain);

  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(4, 4, 4, 4);
  column->setSpacing(2);
  for (const auto& [name, title] : io::job_sections()) {
    lines_->sections.push_back(make_section(document, name, title, device_lines.join('\n'), column));
  }
  column->addWidget(lines_->nothing);
  column->addStretch(1);
  lines_->align();

  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(content);
  scroll->setMinimumWidth(content->minimumSizeHint().width() +
                          scroll->style()->pixelMetric(QStyle::PM_ScrollBarExtent));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 6, 0, 0);
  layout->addLayout(top);
  layout->addWidget(scroll, 1);

  const auto show_what_matches = [this] { lines_->show_what_matches(); };
  connect(lines_->filter, &QLineEdit::textChanged, this, show_what_matches);
  connect(lines_->explain, &QCheckBox::toggled, this, show_what_matches);
  for (const Section& section : lines_->sections) {
    connect(section.header, &QToolButton::toggled, this, show_what_matches);
    for (const SettingLine* line : section.lines) {
      connect(line, &SettingLine::edited, this, &JobForm::refresh);
    }
  }
  lines_->show_what_matches();
}

JobForm::~JobForm() = default;

void JobForm::refresh() {
  for (const Section& section : lines_->sections) {
    for (SettingLine* line : section.lines) {
      line->refresh();
    }
  }
  lines_->show_what_matches();
}

void JobForm::commit() {
  for (const Section& section : lines_->sections) {
    for (SettingLine* line : section.lines) {
      line->commit();
    }
  }
}

QWidget* JobForm::editor(const QString& key) const {
  for (const Section& section : lines_->sections) {
    for (const SettingLine* line : section.lines) {
      if (line->key() == key.toStdString()) {
        return line->editor();
      }
    }
  }
  return nullptr;
}

}  // namespace coincide::gui
