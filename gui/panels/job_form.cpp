#include "gui/panels/job_form.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "gui/model/basic_settings.h"
#include "gui/panels/estimate_strip.h"
#include "gui/panels/setting_line.h"
#include "gui/panels/setting_words.h"

namespace coincide::gui {
namespace {

constexpr std::chrono::milliseconds estimate_delay{800};  ///< no plan is made while the user is still choosing

/// A titled group that folds.
struct Section {
  QToolButton* header;
  QWidget* body;
  QLabel* intro;
  std::vector<SettingLine*> lines;
};

QToolButton* make_header(const std::string& name) {
  auto* header = new QToolButton;
  header->setText(name_of_section(name));
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
Section make_section(JobDocument& document, const std::string& name, const std::string& title, QVBoxLayout* column) {
  Section section{make_header(name), new QWidget, new QLabel(shown_text(title)), {}};
  auto* body_layout = new QVBoxLayout(section.body);
  body_layout->setContentsMargins(10, 0, 4, 8);
  body_layout->setSpacing(2);
  section.intro->setWordWrap(true);
  section.intro->setForegroundRole(QPalette::PlaceholderText);
  body_layout->addWidget(section.intro);
  for (const io::Setting& setting : document.settings()) {
    if (setting.key.starts_with(name + ".")) {
      auto* line = new SettingLine(document, setting);
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
  explicit Lines(JobDocument& of) : document(of) {}

  JobDocument& document;
  std::vector<Section> sections;
  QLineEdit* filter = new QLineEdit;
  QCheckBox* all = new QCheckBox(tr("A&ll"));
  QCheckBox* explain = new QCheckBox(tr("E&xplain"));
  QLabel* nothing = new QLabel(tr("No setting has these words."));
  EstimateStrip* estimate = new EstimateStrip;
  QTimer estimate_timer;
  std::string noted_job;  ///< io::job_text() at the last change

  /// Why nothing can be estimated; empty: it can.
  QString obstacle() const {
    const io::Job& job = document.job();
    if (document.has_errors()) {
      return tr("A setting is not valid: Check goes to it. Memory and time are estimated afterwards.");
    }
    return job.input.data.empty() && !job.simulates() ? tr("Choose events, or a phantom and a scanner to simulate.")
                                                      : QString();
  }

  void show_answer(const std::function<void(EstimateStrip&)>& show) const {
    if (!obstacle().isEmpty()) {
      return;  // the answer to what the job was before
    }
    show(*estimate);
    if (estimate_timer.isActive()) {
      estimate->set_outdated();
    }
  }

  /// Null for an unknown key.
  SettingLine* find(const std::string& key) const {
    for (const Section& section : sections) {
      for (SettingLine* line : section.lines) {
        if (line->key() == key) {
          return line;
        }
      }
    }
    return nullptr;
  }

  /// Null if all are valid.
  SettingLine* first_wrong() const {
    for (const Section& section : sections) {
      if (const auto wrong = std::ranges::find_if_not(section.lines, &SettingLine::is_valid);
          wrong != section.lines.end()) {
        return *wrong;
      }
    }
    return nullptr;
  }

  bool is_wanted(const SettingLine& line, const QString& words) const {
    return words.isEmpty() ? all->isChecked() || is_basic(line.key()) || !document.is_default(line.key())
                           : line.matches(words);
  }

  void show_what_matches() {
    const QString words = filter->text().trimmed();
    bool any = false;
    for (Section& section : sections) {
      bool has_match = false;
      bool has_error = false;
      for (SettingLine* line : section.lines) {
        // What must be put right is never hidden.
        const bool shown = !line->is_valid() || (document.has_use(line->key()) && is_wanted(*line, words));
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

JobForm::JobForm(JobDocument& document, QWidget* parent) : QWidget(parent), lines_(std::make_unique<Lines>(document)) {
  lines_->filter->setPlaceholderText(tr("Find a setting"));
  lines_->filter->setToolTip(tr("Shows only the settings with these words in their name or help"));
  lines_->filter->setClearButtonEnabled(true);
  lines_->all->setObjectName("all_settings");
  lines_->all->setToolTip(tr("Shows all settings there are, not only those that most jobs need"));
  lines_->explain->setToolTip(tr("Shows a sentence of help below each setting"));
  lines_->explain->setChecked(true);
  auto* top = new QHBoxLayout;
  top->addWidget(lines_->filter, 1);
  top->addWidget(lines_->all);
  top->addWidget(lines_->explain);

  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(4, 4, 4, 4);
  column->setSpacing(2);
  for (const auto& [name, title] : io::job_sections()) {
    lines_->sections.push_back(make_section(document, name, title, column));
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
  layout->addWidget(lines_->estimate);

  const auto show_what_matches = [this] { lines_->show_what_matches(); };
  connect(lines_->filter, &QLineEdit::textChanged, this, show_what_matches);
  connect(lines_->all, &QCheckBox::toggled, this, show_what_matches);
  connect(lines_->explain, &QCheckBox::toggled, this, show_what_matches);
  for (const Section& section : lines_->sections) {
    connect(section.header, &QToolButton::toggled, this, show_what_matches);
    for (const SettingLine* line : section.lines) {
      connect(line, &SettingLine::edited, this, &JobForm::refresh);
    }
  }
  lines_->estimate_timer.setSingleShot(true);
  lines_->estimate_timer.setInterval(estimate_delay);
  connect(&lines_->estimate_timer, &QTimer::timeout, this, &JobForm::ask_for_estimate);
  connect(lines_->estimate, &EstimateStrip::check_requested, this, [this, scroll] {
    commit();
    if (SettingLine* wrong = lines_->first_wrong(); wrong != nullptr) {
      scroll->ensureWidgetVisible(wrong);
      wrong->editor()->setFocus();
    }
    ask_for_estimate();
  });
  lines_->show_what_matches();
  lines_->estimate->show_idle(lines_->obstacle());
  note_changes();
}

JobForm::~JobForm() { hide(); }  // a line that loses the focus hands over its text: to what is still there

void JobForm::refresh() {
  for (const Section& section : lines_->sections) {
    for (SettingLine* line : section.lines) {
      line->refresh();
    }
  }
  lines_->show_what_matches();
  note_changes();
}

/// The document also calls for a refresh where no setting has changed.
void JobForm::note_changes() {
  std::string job = io::job_text(lines_->document.job()) + (lines_->document.has_errors() ? "errors" : "");
  if (job != lines_->noted_job) {
    lines_->noted_job = std::move(job);
    lines_->estimate->set_outdated();
    lines_->estimate_timer.start();
  }
}

void JobForm::ask_for_estimate() {
  lines_->estimate_timer.stop();
  const QString obstacle = lines_->obstacle();
  if (obstacle.isEmpty()) {
    emit estimate_requested();
  } else {
    lines_->estimate->show_idle(obstacle);
  }
}

void JobForm::show_estimate(const JobEstimate& estimate) {
  lines_->show_answer([&](EstimateStrip& strip) { strip.show_estimate(estimate); });
}

void JobForm::show_no_estimate(const QString& why) {
  lines_->show_answer([&](EstimateStrip& strip) { strip.show_problem(why); });
}

void JobForm::show_estimate_pending() {
  if (const QString obstacle = lines_->obstacle(); !obstacle.isEmpty()) {
    lines_->estimate->show_idle(obstacle);
    return;
  }
  lines_->estimate->show_pending();
}

void JobForm::commit() {
  for (const Section& section : lines_->sections) {
    for (SettingLine* line : section.lines) {
      line->commit();
    }
  }
}

QWidget* JobForm::editor(const QString& key) const {
  const SettingLine* line = lines_->find(key.toStdString());
  return line != nullptr ? line->editor() : nullptr;
}

void JobForm::show_devices(const std::vector<DeviceChoice>& devices) {
  lines_->find(device_setting)->show_devices(devices);
}

void JobForm::offer(const QString& key, const std::vector<std::string>& words) {
  lines_->find(key.toStdString())->offer(words);
}

}  // namespace coincide::gui
