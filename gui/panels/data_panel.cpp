#include "gui/panels/data_panel.h"

#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QTabWidget>
#include <QVBoxLayout>
#include <numbers>

#include "gui/panels/detector_map_view.h"
#include "gui/panels/form_parts.h"
#include "gui/panels/setting_words.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/plain_text.h"

namespace coincide::gui {
namespace {

QLabel* text_label(const QString& text) {
  auto* label = new QLabel(text);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

QStyle::StandardPixmap verdict_icon(io::Verdict verdict) {
  switch (verdict) {
    case io::Verdict::good:
      return QStyle::SP_DialogApplyButton;
    case io::Verdict::unknown:
      return QStyle::SP_MessageBoxQuestion;
    case io::Verdict::notice:
      return QStyle::SP_MessageBoxWarning;
    case io::Verdict::bad:
      return QStyle::SP_MessageBoxCritical;
  }
  return QStyle::SP_MessageBoxQuestion;
}

void clear(QLayout& layout) {
  while (QLayoutItem* item = layout.takeAt(0)) {
    delete item->widget();
    delete item;
  }
}

QString map_text(const DetectorMap& map) {
  return QString(
             QObject::tr(
                 "To the right: around the bore of %4 mm from +x towards +y. Upwards: z from %1 to %2 mm. Black: no "
                 "counts. %3"))
      .arg(map.z_low_mm, 0, 'f', 0)
      .arg(map.z_high_mm, 0, 'f', 0)
      .arg(QString::fromStdString(map.note))
      .arg(map.around_mm / std::numbers::pi, 0, 'f', 0);
}

QLabel* heading(const QString& text) {
  auto* label = new QLabel(text);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

}  // namespace

struct DataPanel::Parts {
  QLabel* sentence = text_label({});
  QWidget* reading = new QWidget;
  QProgressBar* bar = part_bar();
  QTabWidget* tabs = new QTabWidget;
  QFormLayout* facts = new QFormLayout;
  QGridLayout* checks = new QGridLayout;
  ChartView* rate = new ChartView;
  ChartView* tof = new ChartView;
  DetectorMapView* map = new DetectorMapView;
  QLabel* under_mouse = new QLabel(" ");
  QLabel* map_note = text_label({});
  std::vector<io::DataCheck> of_data;
  std::optional<io::DataCheck> of_grid;

  QWidget* make_reading(DataPanel& panel);
  QWidget* make_overview();
  QWidget* make_map(DataPanel& panel);
  void add_check(const io::DataCheck& check);
  void show_checks();
};

QWidget* DataPanel::Parts::make_reading(DataPanel& panel) {
  auto* layout = new QHBoxLayout(reading);
  layout->setContentsMargins(0, 0, 0, 0);
  bar->setFormat(tr("reading the events: %p %"));
  auto* stop = new QPushButton(tr("Stop"));
  stop->setToolTip(tr("Stops reading; what has been read is shown"));
  layout->addWidget(bar, 1);
  layout->addWidget(stop);
  connect(stop, &QPushButton::clicked, &panel, &DataPanel::stop_requested);
  reading->hide();
  return reading;
}

QWidget* DataPanel::Parts::make_overview() {
  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  facts->setHorizontalSpacing(12);
  facts->setVerticalSpacing(3);
  facts->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
  checks->setColumnStretch(1, 1);
  layout->addWidget(heading(tr("Checks")));
  layout->addLayout(checks);
  layout->addSpacing(8);
  layout->addWidget(heading(tr("The file")));
  layout->addLayout(facts);
  layout->addStretch(1);
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setWidget(content);
  return area;
}

QWidget* DataPanel::Parts::make_map(DataPanel& panel) {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->addWidget(map, 1);
  layout->addWidget(under_mouse);
  layout->addWidget(map_note);
  connect(map, &DetectorMapView::hovered, under_mouse,
          [this](const QString& text) { under_mouse->setText(text.isEmpty() ? " " : text); });
  connect(map, &DetectorMapView::crystal_chosen, &panel, &DataPanel::crystal_chosen);
  return page;
}

void DataPanel::Parts::add_check(const io::DataCheck& check) {
  const int row = checks->rowCount();
  auto* icon = new QLabel;
  const int size = icon->style()->pixelMetric(QStyle::PM_SmallIconSize);
  icon->setPixmap(icon->style()->standardIcon(verdict_icon(check.verdict)).pixmap(size));
  const QString verdict = QString::fromStdString(verdict_text(check.verdict));
  icon->setToolTip(verdict);
  checks->addWidget(icon, row, 0, Qt::AlignTop);
  auto* text = text_label(shown_text(check.name) + ": " + shown_text(check.sentence) + ".");
  text->setObjectName("check_" + QString::fromStdString(check.name));
  text->setAccessibleDescription(verdict);
  checks->addWidget(text, row, 1);
  if (!check.remedy.empty()) {
    QLabel* remedy = text_label(shown_text(check.remedy));
    QFont font = remedy->font();
    font.setItalic(true);
    remedy->setFont(font);
    checks->addWidget(remedy, row + 1, 1);
  }
}

/// What needs attention first.
void DataPanel::Parts::show_checks() {
  clear(*checks);
  std::vector<io::DataCheck> all = of_data;
  if (of_grid) {
    all.push_back(*of_grid);
  }
  std::ranges::stable_sort(all, std::greater{}, &io::DataCheck::verdict);
  for (const io::DataCheck& check : all) {
    add_check(check);
  }
}

DataPanel::DataPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  auto* rates = new QWidget;
  auto* rates_layout = new QVBoxLayout(rates);
  rates_layout->addWidget(parts_->rate, 1);
  rates_layout->addWidget(parts_->tof, 1);
  parts_->tabs->addTab(parts_->make_overview(), tr("Overview"));
  parts_->tabs->addTab(rates, tr("Rate and TOF"));
  parts_->tabs->addTab(parts_->make_map(*this), tr("Detectors"));
  parts_->sentence->setObjectName("data_sentence");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(6, 6, 6, 6);
  layout->addWidget(parts_->sentence);
  layout->addWidget(parts_->make_reading(*this));
  layout->addWidget(parts_->tabs, 1);
}

DataPanel::~DataPanel() = default;

void DataPanel::show_sentence(const QString& sentence, bool is_problem) {
  parts_->sentence->setText(sentence);
  parts_->reading->hide();
  parts_->tabs->hide();
  parts_->sentence->setAlignment(is_problem ? Qt::AlignLeft : Qt::AlignCenter);
}

void DataPanel::show_data(const LoadedData& data) {
  parts_->sentence->setText(QString::fromStdString(data.path.filename().string()));
  parts_->sentence->setToolTip(plain_tip(QString::fromStdString(data.path.string())));
  parts_->sentence->setAlignment(Qt::AlignLeft);
  parts_->tabs->show();
  while (parts_->facts->rowCount() > 0) {
    parts_->facts->removeRow(0);
  }
  for (const io::DataFact& fact : data.facts) {
    const QString indent = fact.part ? "    " : "";
    parts_->facts->addRow(indent + shown_text(fact.name), text_label(shown_text(fact.value)));
  }
  parts_->of_data = data.summary.checks;
  parts_->show_checks();
  const bool has_events = !data.summary.prompts_per_crystal.empty();
  parts_->rate->show_chart(has_events ? rate_chart(data) : Chart{});
  const Chart tof = has_events ? tof_chart(data) : Chart{};
  parts_->tof->show_chart(tof);
  parts_->tof->setVisible(!tof.is_empty());
  DetectorMap map = has_events ? detector_map(data.scanner, data.summary.prompts_per_crystal) : DetectorMap{};
  parts_->map_note->setText(has_events ? map_text(map) : QString());
  parts_->map->show_map(std::move(map));
}

void DataPanel::show_progress(double fraction) {
  parts_->reading->setVisible(fraction < 1);
  show_part(*parts_->bar, fraction);
}

void DataPanel::show_grid_check(const std::optional<io::DataCheck>& check) {
  parts_->of_grid = check;
  parts_->show_checks();
}

}  // namespace coincide::gui
