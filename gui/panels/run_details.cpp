#include "gui/panels/run_details.h"

#include <QComboBox>
#include <QFontDatabase>
#include <QHeaderView>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QStyle>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "gui/viewer/chart_view.h"

namespace coincide::gui {
namespace {

QTreeWidget* make_figures() {
  auto* table = new QTreeWidget;
  table->setObjectName("figures");
  table->setHeaderLabels({"Iteration", "Log likelihood before it", "Penalty", "Distance %", "Expected counts",
                          "Sum before calibration", "Seconds"});
  table->setToolTip(
      "Log likelihood: of the image before the iteration, less a constant; it rises.\n"
      "Penalty: the prior's, with its strength, before the iteration; taken off the log likelihood, it gives the "
      "objective.\n"
      "Distance: estimated, to the image that the algorithm ends in; rms in the object, of its mean.\n"
      "Expected counts: what the model expects of the image after it; the prompts less the randoms, once converged.");
  table->setRootIsDecorated(false);
  table->setUniformRowHeights(true);
  table->setAlternatingRowColors(true);
  table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->header()->setStretchLastSection(false);
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

void add_message(QListWidget& messages, QStyle::StandardPixmap icon, const QString& text) {
  messages.addItem(new QListWidgetItem(messages.style()->standardIcon(icon), text));
}

QString settings_text(const io::Job& job) {
  QStringList lines;
  for (const std::string& line : io::changed_settings(job)) {
    lines << QString::fromStdString(line);
  }
  return lines.join('\n');
}

}  // namespace

struct RunDetails::Parts {
  std::shared_ptr<const Run> run;
  QTreeWidget* figures = make_figures();
  QComboBox* curve = new QComboBox;
  ChartView* chart = new ChartView;
  QListWidget* messages = new QListWidget;
  QPlainTextEdit* settings = new QPlainTextEdit;
  std::size_t lines_shown = 0;  ///< the run's error comes after them
  bool error_shown = false;

  QWidget* make_curves();
  QWidget* make_tabs();
  void clear();
  bool add_figures();
  void add_messages();
};

QWidget* RunDetails::Parts::make_curves() {
  curve->setObjectName("curve");
  for (const FigureCurve& of_figure : figure_curves()) {
    curve->addItem(of_figure.name);
  }
  curve->addItem("Counts by TOF bin");
  curve->setToolTip(
      "What is drawn over the iterations; or, of a finished run with scatter and TOF, prompts, randoms and scatter by "
      "TOF bin");
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(4, 4, 4, 4);
  layout->addWidget(curve, 0, Qt::AlignLeft);
  layout->addWidget(chart, 1);
  return page;
}

QWidget* RunDetails::Parts::make_tabs() {
  messages->setObjectName("messages");
  messages->setWordWrap(true);
  settings->setObjectName("settings");
  settings->setReadOnly(true);
  settings->setTabChangesFocus(true);
  settings->setLineWrapMode(QPlainTextEdit::NoWrap);
  settings->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  settings->setPlaceholderText("All settings have their default values.");
  auto* tabs = new QTabWidget;
  tabs->addTab(figures, "Iterations");
  tabs->addTab(make_curves(), "Curves");
  tabs->addTab(messages, "Messages");
  tabs->addTab(settings, "Changed settings");
  return tabs;
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
                QString::fromStdString(line.text));
    messages->scrollToBottom();
  }
  if (!run->error.empty() && !error_shown) {
    error_shown = true;
    add_message(*messages, QStyle::SP_MessageBoxCritical, QString::fromStdString(run->error));
    messages->scrollToBottom();
  }
}

RunDetails::RunDetails(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(parts_->make_tabs(), 1);
  connect(parts_->curve, &QComboBox::currentIndexChanged, this, &RunDetails::show_curve);
}

RunDetails::~RunDetails() = default;

void RunDetails::show_run(const std::shared_ptr<const Run>& run) {
  const bool is_another = run != parts_->run;
  parts_->run = run;
  if (is_another) {
    parts_->clear();
    parts_->settings->setPlainText(run ? settings_text(run->job) : QString());
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
