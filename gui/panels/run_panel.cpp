#include "gui/panels/run_panel.h"

#include <QFontDatabase>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStyle>
#include <QTabWidget>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>
#include <map>

namespace coincide::gui {
namespace {

constexpr int bar_steps = 1000;

QString clock_text(double seconds) {
  const auto whole = static_cast<qint64>(std::lround(seconds));
  const QString minutes_seconds =
      QString("%1:%2").arg(whole / 60 % 60, whole < 3600 ? 1 : 2, 10, QChar('0')).arg(whole % 60, 2, 10, QChar('0'));
  return whole < 3600 ? minutes_seconds : QString("%1:%2").arg(whole / 3600).arg(minutes_seconds);
}

QTreeWidget* make_table(const char* name, const QStringList& columns) {
  auto* table = new QTreeWidget;
  table->setObjectName(name);
  table->setHeaderLabels(columns);
  table->setRootIsDecorated(false);
  table->setUniformRowHeights(true);
  table->setAlternatingRowColors(true);
  table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  return table;
}

QPushButton* make_button(const char* name, const QString& text, const QString& tool_tip) {
  auto* button = new QPushButton(text);
  button->setObjectName(name);
  button->setToolTip(tool_tip);
  return button;
}

QString iterations_text(const Run& run) {
  const double done = std::max(run.iteration, run.figures.empty() ? 0 : run.figures.back().iteration);
  return QString("%1 of %2").arg(done, 0, 'g', 3).arg(run.job.algorithm.iterations);
}

QString progress_text(const Run& run) {
  const QString state = QString::fromStdString(run_state_name(run.state));
  if (run.is_over()) {
    return state;
  }
  QString text = QString::fromStdString(run.stage);
  if (run.state != RunState::running) {
    text += QString(" (%1)").arg(state);
  }
  if (run.seconds_left >= 0) {
    text += QString(", %1 left").arg(clock_text(run.seconds_left));
  }
  return text;
}

void add_message(QListWidget& messages, QStyle::StandardPixmap icon, const QString& text) {
  messages.addItem(new QListWidgetItem(messages.style()->standardIcon(icon), text));
}

void add_line(QListWidget& messages, const std::string& line) {
  constexpr std::string_view mark = "Warning: ";
  const bool is_warning = line.starts_with(mark);
  add_message(messages, is_warning ? QStyle::SP_MessageBoxWarning : QStyle::SP_MessageBoxInformation,
              QString::fromStdString(is_warning ? line.substr(mark.size()) : line));
}

QTreeWidgetItem* figures_row(const recon::IterationFigures& figures) {
  auto* row =
      new QTreeWidgetItem({QString::number(figures.iteration, 'g', 6), QString::number(figures.log_likelihood, 'f', 1),
                           QString::number(figures.expected_counts, 'f', 0), QString::number(figures.image_sum, 'g', 6),
                           QString::number(figures.seconds, 'f', 2)});
  for (int column = 0; column < row->columnCount(); ++column) {
    row->setTextAlignment(column, Qt::AlignRight);
  }
  return row;
}

}  // namespace

struct RunPanel::Parts {
  QPushButton* start = make_button("start", "Run", "Run the job as the form shows it (F5)");
  QPushButton* pause = make_button("pause", "Pause", {});
  QPushButton* stop = make_button("stop", "Stop and keep", "End the run; the image so far is written (Shift+F5)");
  QLabel* progress = new QLabel("No run yet.");
  QProgressBar* bar = new QProgressBar;
  QTreeWidget* list = make_table("runs", {"Run", "Name", "State", "Iterations", "Time"});
  QTreeWidget* figures = make_table(
      "figures", {"Iteration", "Log likelihood before it", "Expected counts", "Sum of the image", "Seconds"});
  QListWidget* messages = new QListWidget;
  QPlainTextEdit* settings = new QPlainTextEdit;

  std::map<int, std::shared_ptr<const Run>> runs;  ///< by number
  std::size_t lines_shown = 0;                     ///< of the chosen run; its error comes after them
  bool error_shown = false;

  QWidget* make_left_side();
  QWidget* make_right_side();
  std::shared_ptr<const Run> newest() const { return runs.empty() ? nullptr : runs.rbegin()->second; }
  std::shared_ptr<const Run> run_of(const QTreeWidgetItem* row) const;
  void show_row(const Run& run);
  void show_buttons();
  void clear_details();
  void show_details(const Run& run);
};

QWidget* RunPanel::Parts::make_left_side() {
  bar->setRange(0, bar_steps);
  bar->setValue(0);
  progress->setObjectName("progress");
  list->setToolTip("The runs of this session; choose one to see its image, figures, messages and settings");
  auto* side = new QWidget;
  auto* layout = new QGridLayout(side);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(start, 0, 0);
  layout->addWidget(pause, 0, 1);
  layout->addWidget(stop, 0, 2);
  layout->addWidget(progress, 1, 0, 1, 3);
  layout->addWidget(bar, 2, 0, 1, 3);
  layout->addWidget(list, 3, 0, 1, 3);
  return side;
}

QWidget* RunPanel::Parts::make_right_side() {
  figures->setToolTip(
      "Log likelihood: of the image before the iteration, less a constant; it rises.\n"
      "Expected counts: what the model expects of the image after it; the prompts less the randoms, once converged.");
  messages->setObjectName("messages");
  messages->setWordWrap(true);
  settings->setObjectName("settings");
  settings->setReadOnly(true);
  settings->setLineWrapMode(QPlainTextEdit::NoWrap);
  settings->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  settings->setPlaceholderText("All settings have their default values.");
  auto* tabs = new QTabWidget;
  tabs->addTab(figures, "Iterations");
  tabs->addTab(messages, "Messages");
  tabs->addTab(settings, "Changed settings");
  return tabs;
}

std::shared_ptr<const Run> RunPanel::Parts::run_of(const QTreeWidgetItem* row) const {
  return row == nullptr ? nullptr : runs.at(row->data(0, Qt::UserRole).toInt());
}

void RunPanel::Parts::show_row(const Run& run) {
  // Runs are never removed, and the newest is on top.
  const auto below = std::distance(runs.upper_bound(run.number), runs.end());
  QTreeWidgetItem& row = *list->topLevelItem(static_cast<int>(below));
  row.setText(0, QString::number(run.number));
  row.setText(1, QString::fromStdString(run.job.result_name()));
  row.setText(2, QString::fromStdString(run_state_name(run.state)));
  row.setToolTip(2, QString::fromStdString(run.error));
  row.setText(3, iterations_text(run));
  row.setText(4, clock_text(run.seconds));
}

void RunPanel::Parts::show_buttons() {
  const std::shared_ptr<const Run> run = newest();
  const bool active = run && !run->is_over();
  const bool paused = active && run->state == RunState::paused;
  start->setEnabled(!active);
  pause->setEnabled(paused || (active && run->state == RunState::running));
  pause->setText(paused ? "Continue" : "Pause");
  pause->setToolTip(paused ? "Go on with the run (F6)" : "Hold the run, to go on later (F6)");
  stop->setEnabled(active && run->state != RunState::stopping);
}

void RunPanel::Parts::clear_details() {
  figures->clear();
  messages->clear();
  lines_shown = 0;
  error_shown = false;
}

/// Adds what is new: a run reports many times per second.
void RunPanel::Parts::show_details(const Run& run) {
  progress->setText(progress_text(run));
  bar->setValue(static_cast<int>(std::lround(bar_steps * run.fraction)));
  for (auto i = static_cast<std::size_t>(figures->topLevelItemCount()); i < run.figures.size(); ++i) {
    figures->addTopLevelItem(figures_row(run.figures[i]));
    figures->scrollToBottom();
  }
  for (; lines_shown < run.lines.size(); ++lines_shown) {
    add_line(*messages, run.lines[lines_shown]);
    messages->scrollToBottom();
  }
  if (!run.error.empty() && !error_shown) {
    error_shown = true;
    add_message(*messages, QStyle::SP_MessageBoxCritical, QString::fromStdString(run.error));
    messages->scrollToBottom();
  }
}

RunPanel::RunPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* sides = new QSplitter;
  sides->setChildrenCollapsible(false);
  sides->addWidget(parts_->make_left_side());
  sides->addWidget(parts_->make_right_side());
  sides->setStretchFactor(1, 1);
  auto* layout = new QGridLayout(this);
  layout->addWidget(sides);

  connect(parts_->start, &QPushButton::clicked, this, &RunPanel::start_requested);
  connect(parts_->stop, &QPushButton::clicked, this, &RunPanel::stop_requested);
  connect(parts_->pause, &QPushButton::clicked, this, [this] {
    if (parts_->newest()->state == RunState::paused) {
      emit resume_requested();
    } else {
      emit pause_requested();
    }
  });
  connect(parts_->list, &QTreeWidget::currentItemChanged, this, [this] {
    show_chosen();
    emit run_chosen(chosen_run());
  });
  parts_->show_buttons();
}

RunPanel::~RunPanel() = default;

std::shared_ptr<const Run> RunPanel::chosen_run() const { return parts_->run_of(parts_->list->currentItem()); }

void RunPanel::show_chosen() {
  const std::shared_ptr<const Run> run = chosen_run();
  parts_->clear_details();
  QStringList lines;
  for (const std::string& line : io::changed_settings(run->job)) {
    lines << QString::fromStdString(line);
  }
  parts_->settings->setPlainText(lines.join('\n'));
  parts_->show_details(*run);
}

void RunPanel::show_run(const std::shared_ptr<const Run>& run) {
  const bool is_new = !parts_->runs.contains(run->number);
  parts_->runs[run->number] = run;
  if (is_new) {
    auto* row = new QTreeWidgetItem;
    row->setData(0, Qt::UserRole, run->number);
    const QSignalBlocker not_the_user(parts_->list);
    parts_->list->insertTopLevelItem(0, row);
    parts_->list->setCurrentItem(row);
  }
  parts_->show_row(*run);
  parts_->show_buttons();
  if (is_new) {
    show_chosen();
  } else if (chosen_run() == run) {
    parts_->show_details(*run);
  }
}

}  // namespace coincide::gui
