#include "gui/panels/analysis_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/model/histogram.h"
#include "gui/model/round_numbers.h"
#include "gui/viewer/chart_view.h"

namespace coincide::gui {
namespace {

/// The items of the combo box. The numbers of the first three are those of the axes; first_roi is the first of as many
/// as there are regions.
enum Item { along_x, along_y, along_z, along_line, whole_image, activity, first_roi };

bool is_histogram(int item) { return item == whole_image || item >= first_roi; }

constexpr qint64 least_wait_ms = 200;
constexpr qint64 least_wait_whole_image_ms = 1000;  ///< a live image may change several times in that time

QLabel* make_label(const char* name) {
  auto* label = new QLabel;
  label->setObjectName(name);
  label->setWordWrap(true);
  return label;
}

}  // namespace

AnalysisPanel::AnalysisPanel(ViewState& state, First first, QWidget* parent)
    : QWidget(parent),
      state_(state),
      first_(first),
      timer_(this),
      items_(new QComboBox),
      pages_(new QStackedWidget),
      logarithm_(new QCheckBox(tr("&Logarithm"))),
      zeros_(new QCheckBox(tr("&Zeros"))),
      chart_(new ChartView),
      width_(make_label("width")),
      sentence_(make_label("sentence")) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 0);
  layout->addWidget(make_choice());
  pages_->addWidget(make_page());
  sentence_->setAlignment(Qt::AlignCenter);
  pages_->addWidget(sentence_);
  layout->addWidget(pages_, 1);

  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &AnalysisPanel::update_chart);
  if (first == First::histogram) {
    choose(whole_image);
  }
  connect(items_, &QComboBox::currentIndexChanged, this, &AnalysisPanel::update_chart);
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

bool AnalysisPanel::Drawn::operator==(const Drawn& drawn) const {
  // By ownership: another image could stand at the address of one that is gone.
  const auto is_same = [](const auto& one, const auto& another) {
    return !one.owner_before(another) && !another.owner_before(one);
  };
  return is_same(image, drawn.image) && is_same(other, drawn.other) && caption == drawn.caption && item == drawn.item &&
         line == drawn.line && roi == drawn.roi && rois == drawn.rois && logarithm == drawn.logarithm &&
         zeros == drawn.zeros;
}

QWidget* AnalysisPanel::make_choice() {
  const std::array<std::pair<QString, int>, 6> fixed{{{tr("Profile along x"), along_x},
                                                      {tr("Profile along y"), along_y},
                                                      {tr("Profile along z"), along_z},
                                                      {tr("Profile along the drawn line"), along_line},
                                                      {tr("Histogram of the whole image"), whole_image},
                                                      {tr("Regions over the frames"), activity}}};
  for (const auto& [text, item] : fixed) {
    items_->addItem(text, item);
  }
  items_->setToolTip(
      tr("Profiles along x, y and z go through the crosshair. A line is drawn by dragging in a slice while Shift is "
         "pressed."));
  items_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  items_->setMinimumContentsLength(12);
  items_->setAccessibleName(tr("What is drawn"));
  auto* rows = new QWidget;
  auto* layout = new QVBoxLayout(rows);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(items_);
  auto* marks = new QHBoxLayout;
  layout->addLayout(marks);
  logarithm_->setObjectName("logarithm");
  logarithm_->setChecked(true);
  logarithm_->setToolTip(tr("Draws the numbers of voxels by their logarithm"));
  zeros_->setObjectName("zeros");
  zeros_->setToolTip(tr("Counts the voxels of exactly 0, too"));
  for (QCheckBox* box : {logarithm_, zeros_}) {
    marks->addWidget(box);
    connect(box, &QCheckBox::toggled, this, &AnalysisPanel::update_chart);
  }
  marks->addStretch(1);
  return rows;
}

QWidget* AnalysisPanel::make_page() {
  width_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  width_->setToolTip(tr(
      "Full width at half maximum of the highest peak, as in NEMA NU 2: the maximum by a parabola through three "
      "voxels, the half by linear interpolation, both counted from what all but a twentieth of the values exceed. None "
      "where the "
      "profile rises above 3/4 of the peak elsewhere, too."));
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(chart_, 1);
  layout->addWidget(width_);
  return page;
}

int AnalysisPanel::chosen_item() const { return items_->currentData().toInt(); }

void AnalysisPanel::choose(int item) { items_->setCurrentIndex(items_->findData(item)); }

void AnalysisPanel::list_rois() {
  const QString text_before = items_->currentText();
  const int item_before = chosen_item();
  const int count_before = items_->count() - first_roi;
  rois_ = state_.rois();
  const QSignalBlocker quiet(items_);
  while (items_->count() > first_roi) {
    items_->removeItem(items_->count() - 1);
  }
  for (std::size_t i = 0; i < rois_.size(); ++i) {
    items_->addItem(tr("Histogram of %1").arg(QString::fromStdString(rois_[i].name)), first_roi + static_cast<int>(i));
  }
  // As many as before: one was edited, its name perhaps. Else it goes by name, which numbers do not survive.
  const bool is_same_list = count_before == static_cast<int>(rois_.size());
  const int row = is_same_list ? items_->findData(item_before) : items_->findText(text_before);
  items_->setCurrentIndex(row >= 0 ? row : items_->findData(whole_image));
}

void AnalysisPanel::refresh() {
  if (state_.rois() != rois_) {
    list_rois();
  }
  if (state_.profile_line() != drawn_line_) {
    drawn_line_ = state_.profile_line();
    if (drawn_line_ && first_ == First::profile) {
      const QSignalBlocker quiet(items_);
      choose(along_line);
    }
  }
  schedule();
}

void AnalysisPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  schedule();
}

void AnalysisPanel::schedule() {
  if (!isVisible() || timer_.isActive()) {
    return;
  }
  const qint64 wait = chosen_item() == whole_image ? least_wait_whole_image_ms : least_wait_ms;
  const qint64 passed = since_update_.isValid() ? since_update_.elapsed() : wait;
  timer_.start(std::chrono::milliseconds(std::max<qint64>(0, wait - passed)));
}

AnalysisPanel::Drawn AnalysisPanel::wanted() const {
  Drawn now{.item = chosen_item(),
            .image = state_.image(),
            .other = state_.comparison() ? state_.comparison()->other.image : nullptr,
            .caption = state_.caption(),
            .line = {},
            .roi = {},
            .rois = {},
            .logarithm = false,
            .zeros = false};
  if (now.item <= along_z && state_.has_image()) {
    now.line = default_profile(state_.image()->grid, state_.cursor_mm(), now.item);
  } else if (now.item == along_line) {
    now.line = state_.profile_line();
  }
  if (now.item == activity) {
    now.rois = rois_;
  }
  if (is_histogram(now.item)) {
    now.logarithm = logarithm_->isChecked();
    now.zeros = zeros_->isChecked();
  }
  if (now.item >= first_roi) {
    now.roi = rois_.at(static_cast<std::size_t>(now.item - first_roi));
  }
  return now;
}

void AnalysisPanel::update_chart() {
  if (!isVisible()) {
    return;
  }
  timer_.stop();
  const Drawn now = wanted();
  logarithm_->setVisible(is_histogram(now.item));
  zeros_->setVisible(is_histogram(now.item));
  if (shown_ && *shown_ == now) {
    return;
  }
  shown_ = now;
  if (!state_.has_image()) {
    show_sentence(tr("Profiles and histograms appear here when there is an image."));
  } else if (now.line) {
    show_profile(*now.line);
  } else if (now.item == along_line) {
    show_sentence(tr("Draw a line: drag in a slice while Shift is pressed."));
  } else if (now.item == activity) {
    show_activity();
  } else {
    width_->hide();
    constexpr int bins = 128;
    Chart histogram =
        histogram_chart(*state_.image(), now.roi ? &*now.roi : nullptr, bins, now.zeros, now.other.lock().get());
    histogram.log_y = now.logarithm;
    show_chart(std::move(histogram));
    pages_->setCurrentIndex(0);
    if (chart_->chart().is_empty()) {
      show_sentence(now.roi ? tr("No voxel with a value lies in this region.") : tr("All voxels are 0."));
    }
  }
  since_update_.start();
}

void AnalysisPanel::show_activity() {
  if (state_.frames().empty()) {
    show_sentence(tr("Open an image of several frames to see its regions over the time."));
  } else if (Chart chart = activity_chart(state_.frames(), rois_, state_.scale()); chart.is_empty()) {
    show_sentence(tr("Add a region in the tab Regions."));
  } else {
    width_->hide();
    show_chart(std::move(chart));
    pages_->setCurrentIndex(0);
  }
}

void AnalysisPanel::show_profile(const ProfileLine& line) {
  Chart profile = profile_chart(*state_.image(), line);
  if (profile.is_empty()) {
    show_sentence(tr("The line does not cross the image. Draw another one."));
    return;
  }
  const std::optional<PeakWidth> width = peak_width(profile, voxel_mm_along(state_.image()->grid, line));
  width_->setText(
      width ? QString(tr("FWHM of the peak: %1 mm, over a baseline of %2 %3"))
                  .arg(width->fwhm_mm, 0, 'f', 2)
                  .arg(QString::fromStdString(text_beside(width->baseline, std::ranges::max(profile.series.front().y))))
                  .arg(QString::fromStdString(shown_unit(state_.image()->unit)))
                  .trimmed()
            : tr("FWHM: none. No single peak falls to half its height on both sides."));
  width_->show();
  if (state_.comparison()) {
    profile.series.front().name = std::string("A");
    profile.series.push_back(profile_of_other(state_.comparison()->other, profile, line, state_.image()->unit));
  }
  show_chart(std::move(profile));
  pages_->setCurrentIndex(0);
}

void AnalysisPanel::show_chart(Chart chart) {
  chart.subject = state_.caption();
  if (state_.comparison()) {
    chart.subject.insert(0, "A: ").append(" · B: ").append(caption(state_.comparison()->subject, {}));
  }
  chart_->show_chart(chart);
}

void AnalysisPanel::show_sentence(const QString& sentence) {
  sentence_->setText(sentence);
  pages_->setCurrentIndex(1);
}

}  // namespace coincide::gui
