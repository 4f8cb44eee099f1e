#include "gui/panels/run_panel.h"

#include <QAction>
#include <QDesktopServices>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QUrl>
#include <algorithm>
#include <cmath>
#include <map>

#include "gui/panels/run_details.h"

namespace coincide::gui {
namespace {

constexpr int bar_steps = 1000;
constexpr int name_column = 1;

QPushButton* make_button(const char* name, const QString& text, const QString& tool_tip) {
  auto* button = new QPushButton(text);
  button->setObjectName(name);
  button->setToolTip(tool_tip);
  return button;
}

QTreeWidget* make_list() {
  auto* list = new QTreeWidget;
  list->setObjectName("runs");
  list->setHeaderLabels({"Run", "Name", "State", "Iterations", "Time"});
  list->setToolTip("The runs of this session; choose one to see its image, figures, messages and settings");
  list->setRootIsDecorated(false);
  list->setUniformRowHeights(true);
  list->setAlternatingRowColors(true);
  list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  list->header()->setStretchLastSection(false);
  list->header()->setSectionResizeMode(name_column, QHeaderView::Stretch);
  list->setContextMenuPolicy(Qt::ActionsContextMenu);
  return list;
}

}  // namespace

struct RunPanel::Parts {
  QPushButton* start = make_button("start", "Run", "Run the job as the form shows it (F5)");
  QPushButton* pause = make_button("pause", "Pause", {});
  QPushButton* stop = make_button("stop", "Stop and keep", "End the run; the image so far is written (Shift+F5)");
  QLabel* progress = new QLabel("No run yet.");
  QProgressBar* bar = new QProgressBar;
  QTreeWidget* list = make_list();
  QPushButton* reuse = make_button("reuse", "Use these settings again", "The job becomes that of the chosen run");
  QPushButton* folder = make_button("folder", "Open folder", "Shows the files of the chosen run");
  RunDetails* details = new RunDetails;
  ImageChoice images;  ///< of the chosen run

  std::map<int, std::shared_ptr<const Run>> runs;  ///< by number

  QWidget* make_left_side();
  std::shared_ptr<const Run> newest() const { return runs.empty() ? nullptr : runs.rbegin()->second; }
  std::shared_ptr<const Run> run_of(const QTreeWidgetItem* row) const;
  QTreeWidgetItem* row_of(const Run& run) const;
  void show_row(const Run& run);
  void show_buttons();
  void show_chosen(const std::shared_ptr<const Run>& run);
};

QWidget* RunPanel::Parts::make_left_side() {
  bar->setRange(0, bar_steps);
  bar->setValue(0);
  progress->setObjectName("progress");
  auto* side = new QWidget;
  auto* layout = new QGridLayout(side);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(start, 0, 0);
  layout->addWidget(pause, 0, 1);
  layout->addWidget(stop, 0, 2);
  layout->addWidget(progress, 1, 0, 1, 3);
  layout->addWidget(bar, 2, 0, 1, 3);
  layout->addWidget(list, 3, 0, 1, 3);
  layout->addWidget(reuse, 4, 0, 1, 2);
  layout->addWidget(folder, 4, 2);
  return side;
}

std::shared_ptr<const Run> RunPanel::Parts::run_of(const QTreeWidgetItem* row) const {
  return row == nullptr ? nullptr : runs.at(row->data(0, Qt::UserRole).toInt());
}

/// Runs are never removed, and the newest is on top.
QTreeWidgetItem* RunPanel::Parts::row_of(const Run& run) const {
  return list->topLevelItem(static_cast<int>(std::distance(runs.upper_bound(run.number), runs.end())));
}

void RunPanel::Parts::show_row(const Run& run) {
  QTreeWidgetItem& row = *row_of(run);
  row.setText(0, QString::number(run.number));
  row.setText(1, QString::fromStdString(run.job.result_name()));
  row.setText(2, QString::fromStdString(run_state_name(run.state)));
  row.setToolTip(2, QString::fromStdString(run.error));
  row.setText(3, QString::fromStdString(iterations_text(run)));
  row.setText(4, QString::fromStdString(clock_text(run.seconds)));
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

void RunPanel::Parts::show_chosen(const std::shared_ptr<const Run>& run) {
  progress->setText(run ? QString::fromStdString(progress_text(*run)) : "No run is chosen.");
  bar->setValue(run ? static_cast<int>(std::lround(bar_steps * shown_fraction(*run))) : 0);
  reuse->setEnabled(run != nullptr);
  folder->setEnabled(run && run->is_over() && !run->folder.empty());
  details->show_run(run);
  images.follow(run);
}

RunPanel::RunPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* sides = new QSplitter;
  sides->setChildrenCollapsible(false);
  sides->addWidget(parts_->make_left_side());
  sides->addWidget(parts_->details);
  sides->setStretchFactor(1, 1);
  sides->setSizes({360, 800});
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
    parts_->show_chosen(chosen_run());
    emit run_chosen();
  });
  const auto add_action = [this](QPushButton* button, const auto& act) {
    connect(button, &QPushButton::clicked, this, act);
    button->setEnabled(false);
    auto* action = new QAction(button->text(), parts_->list);
    connect(action, &QAction::triggered, button, &QPushButton::click);
    parts_->list->addAction(action);
  };
  add_action(parts_->reuse, [this] { emit settings_requested(chosen_run()->job); });
  add_action(parts_->folder, [this] {
    QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(chosen_run()->folder.string())));
  });
  parts_->show_buttons();
}

RunPanel::~RunPanel() = default;

std::shared_ptr<const Run> RunPanel::chosen_run() const { return parts_->run_of(parts_->list->currentItem()); }

const ImageChoice& RunPanel::images() const { return parts_->images; }

void RunPanel::choose_image(std::size_t index) {
  parts_->images.choose(index);
  emit iteration_chosen();
}

std::vector<std::shared_ptr<const Run>> RunPanel::runs() const {
  std::vector<std::shared_ptr<const Run>> newest_first;
  for (const auto& [number, run] : parts_->runs) {
    newest_first.insert(newest_first.begin(), run);
  }
  return newest_first;
}

void RunPanel::choose(const std::shared_ptr<const Run>& run) {
  if (run == nullptr) {
    parts_->list->setCurrentItem(nullptr);
    parts_->list->clearSelection();
    return;
  }
  parts_->list->setCurrentItem(parts_->row_of(*run));
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
  if (chosen_run() == run) {
    parts_->show_chosen(run);
  }
}

}  // namespace coincide::gui
