#include "gui/panels/run_details.h"

#include <QAction>
#include <QComboBox>
#include <QDesktopServices>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QRegularExpression>
#include <QSplitter>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "gui/panels/form_parts.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/settings_table.h"
#include "gui/viewer/chart_view.h"

namespace coincide::gui {
namespace {

QTreeWidget* make_figures() {
  QTreeWidget* table = plain_table("figures");
  table->setHeaderLabels({QObject::tr("Iteration"), QObject::tr("Log likelihood before it"), QObject::tr("Penalty"),
                          QObject::tr("Distance %"), QObject::tr("Expected counts"),
                          QObject::tr("Sum before calibration"), QObject::tr("Seconds")});
  table->setToolTip(QObject::tr(
      "Log likelihood: of the image before the iteration, less a constant; it rises.\n"
      "Penalty: the prior's, with its strength, before the iteration; taken off the log likelihood, it gives the "
      "objective.\n"
      "Distance: estimated, to the image that the algorithm ends in; rms in the object, of its mean.\n"
      "Expected counts: what the model expects of the image after it; the prompts less the randoms, once converged."));
  return table;
}

QTreeWidgetItem* figures_row(const recon::IterationFigures& figures) {
  auto* row = new QTreeWidgetItem(
      {QString::number(figures.iteration, 'g', 6), QString::number(figures.log_likelihood, 'f', 1),
       figures.has_penalty() ? QString::number(figures.penalty, 'f', 1) : QString(),
       figures.distance_percent >= 0 ? QString::number(figures.distance_percent, 'g', 3) : QString(),
       QString::number(figures.expected_counts, 'f', 0), QString::number(figures.image_sum, 'g', 6),
       QString::number(figures.seconds, 'f', 2)});
  for (int column = 0; column < row->columnCount(); ++column) {
    row->setTextAlignment(column, Qt::AlignRight);
  }
  return row;
}

/// Names of settings and files may be wider than the list: their lines end after points, strokes and slashes, too.
class BreakingDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QString displayText(const QVariant& value, const QLocale&) const override {
    static const QRegularExpression inside("(?<=\\w)([._/=])(?=\\w)");
    return value.toString().replace(inside, QString("\\1") + QChar(0x200B));
  }
};

void add_message(QListWidget& messages, QStyle::StandardPixmap icon, const QString& text) {
  messages.addItem(new QListWidgetItem(messages.style()->standardIcon(icon), text));
}

}  // namespace

struct RunDetails::Parts {
  std::shared_ptr<const Run> run;
  QLabel* progress = new QLabel;
  QProgressBar* bar = part_bar();
  QAction *reuse = nullptr, *folder = nullptr, *remove = nullptr;
  QLineEdit *name = new QLineEdit, *note = new QLineEdit;
  QTreeWidget* figures = make_figures();
  QComboBox* curve = new QComboBox;
  ChartView* chart = new ChartView;
  QListWidget* messages = new QListWidget;
  SettingsTable* settings = new SettingsTable;
  std::size_t lines_shown = 0;  ///< the run's error comes after them
  bool error_shown = false;

  QWidget* make_curves();
  QWidget* make_tabs();
  void show_progress();
  void clear();
  bool add_figures();
  void add_messages();
};

QWidget* RunDetails::Parts::make_curves() {
  curve->setObjectName("curve");
  for (const FigureCurve& of_figure : figure_curves()) {
    curve->addItem(tr(of_figure.name));
  }
  curve->addItem(tr("Counts by TOF bin"));
  curve->setToolTip(tr(
      "What is drawn over the iterations; or, of a finished run with scatter and TOF, prompts, randoms and scatter by "
      "TOF bin"));
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  curve->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  layout->addWidget(curve);
  layout->addWidget(chart, 1);
  return page;
}

QWidget* RunDetails::Parts::make_tabs() {
  messages->setObjectName("messages");
  messages->setWordWrap(true);
  messages->setItemDelegate(new BreakingDelegate(messages));
  auto* tabs = new QTabWidget;
  tabs->setDocumentMode(true);
  tabs->setUsesScrollButtons(false);  // rather cut a word than hide a tab
  tabs->setElideMode(Qt::ElideRight);
  tabs->addTab(messages, tr("Log"));
  tabs->addTab(figures, tr("Numbers"));
  tabs->addTab(settings, tr("Settings"));
  tabs->setTabToolTip(2, tr("Those that differ from their defaults, or from those of another run"));
  return tabs;
}

void RunDetails::Parts::show_progress() {
  progress->setText(run ? QString::fromStdString(progress_text(*run)) : tr("No run is chosen."));
  show_part(*bar, run ? shown_fraction(*run) : 0);
  reuse->setEnabled(run != nullptr);
  folder->setEnabled(run && run->is_over() && !run->folder.empty());
  remove->setEnabled(run && (run->is_over() || run->state == RunState::waiting));
  for (QLineEdit* line : {name, note}) {
    line->setEnabled(run != nullptr);
  }
  if (!name->hasFocus()) {
    name->setText(run ? QString::fromStdString(run->name) : QString());
    name->setPlaceholderText(run ? QString::fromStdString(run->job.result_name()) : tr("Name"));
  }
  if (!note->hasFocus()) {
    note->setText(run ? QString::fromStdString(run->note) : QString());
  }
}

void RunDetails::Parts::clear() {
  figures->clear();
  messages->clear();
  lines_shown = 0;
  error_shown = false;
}

/// Adds those that are new: a run reports many times per second. True if there are any.
bool RunDetails::Parts::add_figures() {
  const auto first_new = static_cast<std::size_t>(figures->topLevelItemCount());
  for (std::size_t i = first_new; i < run->figures.size(); ++i) {
    figures->addTopLevelItem(figures_row(run->figures[i]));
    figures->scrollToBottom();
  }
  return first_new < run->figures.size();
}

void RunDetails::Parts::add_messages() {
  for (; lines_shown < run->lines.size(); ++lines_shown) {
    const RunLine& line = run->lines[lines_shown];
    add_message(*messages, line.is_warning ? QStyle::SP_MessageBoxWarning : QStyle::SP_MessageBoxInformation,
                shown_text(line.text));
    messages->scrollToBottom();
  }
  if (!run->error.empty() && !error_shown) {
    error_shown = true;
    add_message(*messages, QStyle::SP_MessageBoxCritical, shown_text(run->error));
    messages->scrollToBottom();
  }
}

QAction* RunDetails::make_action(const QString& text, const QString& tool_tip) {
  auto* action = new QAction(text, this);
  action->setToolTip(tool_tip);
  return action;
}

QWidget* RunDetails::make_head() {
  parts_->progress->setObjectName("progress");
  parts_->progress->setWordWrap(true);
  parts_->reuse = make_action(tr("Use these settings"), tr("The job becomes that of the run"));
  parts_->folder = make_action(tr("Open folder"), tr("Shows the files of the run"));
  connect(parts_->reuse, &QAction::triggered, this, [this] { emit settings_requested(parts_->run->job); });
  connect(parts_->folder, &QAction::triggered, this, [this] {
    QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(parts_->run->folder.string())));
  });
  parts_->remove =
      make_action(tr("Delete"), tr("Takes the run off the list and its images out of the memory; its files "
                                   "stay"));
  parts_->remove->setObjectName("delete_run");
  connect(parts_->remove, &QAction::triggered, this, [this] { emit removal_requested(*parts_->run); });
  auto* head = new QWidget;
  auto* layout = new QGridLayout(head);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(make_names(), 0, 0, 1, 3);
  layout->addWidget(parts_->progress, 1, 0, 1, 2);
  layout->addWidget(parts_->bar, 2, 0, 1, 3);
  const auto add_button = [layout](QAction* action, int row, int column, int columns) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    layout->addWidget(button, row, column, 1, columns);
  };
  add_button(parts_->remove, 1, 2, 1);
  add_button(parts_->reuse, 3, 0, 1);
  add_button(parts_->folder, 3, 1, 2);
  return head;
}

QWidget* RunDetails::make_names() {
  auto* names = new QWidget;
  auto* row = new QHBoxLayout(names);
  row->setContentsMargins(0, 0, 0, 0);
  parts_->name->setObjectName("run_name");
  parts_->name->setAccessibleName(tr("Name of the run"));
  parts_->name->setToolTip(tr("What the run is called in the window; its files keep their names"));
  parts_->note->setObjectName("run_note");
  parts_->note->setAccessibleName(tr("Note on the run"));
  parts_->note->setPlaceholderText(tr("Note"));
  parts_->note->setToolTip(tr("What you want to remember of the run; reports and sessions have it"));
  row->addWidget(parts_->name, 2);
  row->addWidget(parts_->note, 3);
  connect(parts_->name, &QLineEdit::editingFinished, this, [this] {
    if (parts_->run) {
      emit renamed(*parts_->run, parts_->name->text().trimmed());
    }
  });
  connect(parts_->note, &QLineEdit::editingFinished, this, [this] {
    if (parts_->run) {
      emit noted(*parts_->run, parts_->note->text().trimmed());
    }
  });
  return names;
}

RunDetails::RunDetails(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* halves = new QSplitter(Qt::Vertical);
  halves->setChildrenCollapsible(false);
  halves->addWidget(parts_->make_curves());
  halves->addWidget(parts_->make_tabs());
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(4, 8, 4, 4);
  layout->addWidget(make_head());
  layout->addWidget(halves, 1);
  connect(parts_->curve, &QComboBox::currentIndexChanged, this, &RunDetails::show_curve);
  parts_->show_progress();
}

QList<QAction*> RunDetails::menu() const { return {parts_->reuse, parts_->folder, parts_->remove}; }

void RunDetails::set_runs(const std::vector<std::shared_ptr<const Run>>& runs) { parts_->settings->set_runs(runs); }

void RunDetails::compare_with(const std::shared_ptr<const Run>& other) { parts_->settings->compare_with(other); }

RunDetails::~RunDetails() {
  hide();
}  // a line that loses the focus hands over its text: while there is somebody to hear

void RunDetails::show_run(const std::shared_ptr<const Run>& run) {
  const bool is_another = run != parts_->run;
  parts_->run = run;
  parts_->show_progress();
  if (is_another) {
    parts_->clear();
    parts_->settings->show_run(run);
  }
  if (run == nullptr) {
    parts_->chart->show_chart({});
    return;
  }
  if (parts_->add_figures() || is_another || run->is_over()) {
    show_curve();
  }
  parts_->add_messages();
}

void RunDetails::show_curve() {
  if (parts_->run) {
    const auto chosen = static_cast<std::size_t>(parts_->curve->currentIndex());
    parts_->chart->show_chart(chosen < figure_curves().size() ? figure_chart(*parts_->run, figure_curves()[chosen])
                                                              : tof_profile_chart(*parts_->run));
  }
}

}  // namespace coincide::gui
