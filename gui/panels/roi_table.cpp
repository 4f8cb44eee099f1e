#include "gui/panels/roi_table.h"

#include <QAction>
#include <QClipboard>
#include <QColorDialog>
#include <QFile>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/model/no_numbers.h"
#include "gui/panels/roi_cells.h"
#include "io/atomic_file.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

constexpr std::chrono::milliseconds measure_delay{100};

QToolButton* tool_button(const QString& text, const QString& tip) {
  auto* button = new QToolButton;
  button->setText(text);
  button->setToolTip(tip);
  button->setFocusPolicy(Qt::StrongFocus);
  return button;
}

QGridLayout* tight_grid(QWidget* owner) {
  auto* layout = new QGridLayout(owner);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  return layout;
}

/// Three in a row, as wide as the panel.
void add_button(QGridLayout& grid, QToolButton* button) {
  constexpr int in_a_row = 3;
  button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  grid.addWidget(button, grid.count() / in_a_row, grid.count() % in_a_row);
}

}  // namespace

RoiTable::RoiTable(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      task_({.answered =
                 [this](Figures&& figures) {
                   figures_ = std::move(figures);
                   show_figures();
                 }}),
      table_(make_roi_table()),
      draw_(tool_button(tr("+ Poly&gon"),
                        tr("Draws a region in a slice, or through the slab that is shown; Size makes it "
                           "thicker or thinner afterwards"))),
      note_(new QLabel(tr("Regions can be added when there is an image."))) {
  note_->setWordWrap(true);
  note_->setTextFormat(Qt::PlainText);  // names of regions and files stand in it
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(3, 8, 3, 4);  // a narrow panel need not scroll
  layout->addWidget(make_add_buttons());
  layout->addWidget(table_, 1);
  layout->addWidget(make_buttons());
  layout->addWidget(note_);

  auto* remove = new QAction(tr("Delete the chosen regions"), this);
  remove->setShortcut(QKeySequence::Delete);
  remove->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(remove, &QAction::triggered, this, &RoiTable::remove_chosen);
  table_->addAction(remove);
  connect(table_, &QTableWidget::cellChanged, this, &RoiTable::edit);
  timer_.setSingleShot(true);
  timer_.setInterval(measure_delay);
  connect(&timer_, &QTimer::timeout, this, &RoiTable::request_figures);
  setEnabled(false);
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

RoiTable::~RoiTable() { hide(); }  // ends the editing of a cell while there is somebody to hear of it

QWidget* RoiTable::make_add_buttons() {
  auto* row = new QWidget;
  auto* layout = tight_grid(row);
  struct Kind {
    QString text, tip;
    RoiShape shape;
  };
  const std::array<Kind, 5> shapes{
      {{tr("+ &Sphere"), tr("Adds a sphere at the crosshair"), RoiShape::sphere},
       {tr("+ &Ellipsoid"), tr("Adds an ellipsoid at the crosshair"), RoiShape::ellipsoid},
       {tr("+ &Box"), tr("Adds a box at the crosshair"), RoiShape::box},
       {tr("+ &Threshold"), tr("Adds what lies above a threshold in a box at the crosshair"), RoiShape::threshold},
       {tr("+ &Peak"), tr("Adds the peak in a box at the crosshair"), RoiShape::peak}}};
  QList<QToolButton*> buttons;
  for (const auto& [text, tip, roi_shape] : shapes) {
    buttons << tool_button(text, tip);
    connect(buttons.back(), &QToolButton::clicked, this, [this, roi_shape = roi_shape] { add(roi_shape); });
  }
  draw_->setCheckable(true);
  draw_->setObjectName("draw_polygon");
  connect(draw_, &QToolButton::clicked, this, [this](bool on) { state_.draw_polygon(on); });
  constexpr int after_the_box = 3;
  buttons.insert(after_the_box, draw_);
  for (QToolButton* button : buttons) {
    add_button(*layout, button);
  }
  return row;
}

QWidget* RoiTable::make_buttons() {
  auto* rows = new QWidget;
  auto* layout = tight_grid(rows);
  auto* copy = tool_button(tr("Copy"), tr("Copies the table as CSV"));
  connect(copy, &QToolButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(csv())); });
  auto* save_button =
      tool_button(tr("Save..."), tr("Saves the figures as CSV, or the regions as JSON to be opened again"));
  connect(save_button, &QToolButton::clicked, this, [this] {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the regions"),
                                                      QString::fromStdString(state_.subject().file) + "_regions.csv",
                                                      tr("Figures (*.csv);;Regions (*.json)"));
    if (!path.isEmpty()) {
      save(path);
    }
  });
  auto* open_button = tool_button(tr("Open..."), tr("Adds the regions of a JSON file"));
  connect(open_button, &QToolButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open regions"), {}, tr("Regions (*.json)"));
    if (!path.isEmpty()) {
      open(path);
    }
  });
  auto* colour = tool_button(tr("Colour..."), tr("Colour of the chosen regions, in slices, curves and table"));
  colour->setObjectName("region_colour");
  connect(colour, &QToolButton::clicked, this, &RoiTable::ask_for_colour);
  auto* remove = tool_button(tr("Delete"), tr("Deletes the chosen regions (Del)"));
  connect(remove, &QToolButton::clicked, this, &RoiTable::remove_chosen);
  for (QToolButton* button : {copy, save_button, open_button, colour, remove}) {
    add_button(*layout, button);
  }
  return rows;
}

Roi RoiTable::new_roi(RoiShape roi_shape) {
  Roi roi;
  roi.name = QString("%1 %2").arg(shape_name(roi_shape)).arg(++num_added_).toStdString();
  roi.shape = roi_shape;
  roi.centre_mm = state_.cursor_mm();
  if (roi_shape == RoiShape::threshold || roi_shape == RoiShape::peak) {
    constexpr double box_half_mm = 25;
    roi.half_size_mm = {box_half_mm, box_half_mm, box_half_mm};
  }
  if (roi_shape == RoiShape::threshold) {
    // R. Boellaard et al., FDG PET/CT: EANM procedure guidelines, version 2.0, 2015.
    roi.threshold_percent = 41;
  }
  return roi;
}

void RoiTable::add(RoiShape roi_shape) {
  std::vector<Roi> rois = state_.rois();
  rois.push_back(new_roi(roi_shape));
  state_.set_rois(std::move(rois));
  table_->selectRow(table_->rowCount() - 1);
}

void RoiTable::refresh() {
  const std::shared_ptr<const recon::Image> other =
      state_.comparison() && state_.has_image() ? state_.comparison()->other.image : nullptr;
  if (draw_->isChecked() != state_.polygon_draft().has_value()) {
    draw_->setChecked(state_.polygon_draft().has_value());
    show_note();
  }
  if (rois_ == state_.rois() && image_ == state_.image() && other_ == other) {
    return;
  }
  other_ = other;
  rois_ = state_.rois();
  image_ = state_.image();
  figures_ = {};
  fit_rows();
  show_columns();
  for (int row = 0; row < table_->rowCount(); ++row) {
    show_roi(row);
  }
  setEnabled(state_.has_image());
  show_note();
  if (!timer_.isActive()) {
    timer_.start();
  }
}

void RoiTable::show_note() {
  if (!state_.has_image()) {
    note_->setText(tr("Regions can be added when there is an image."));
  } else if (state_.polygon_draft()) {
    note_->setText(tr(
        "Click three corners or more in a slice that is not turned. Return or a double click ends it, Backspace takes "
        "a corner back, Esc gives it up."));
  } else {
    const std::string& unit = state_.image()->unit;
    const QString values =
        unit == "1" ? tr("Values in an arbitrary unit.") : tr("Values in %1.").arg(QString::fromStdString(unit));
    note_->setText(left_out() + values + " " +
                   tr("Double-click name, centre, size or threshold to edit; Ctrl + drag in a slice moves a region."));
  }
}

void RoiTable::fit_rows() {
  const QSignalBlocker quiet(table_);
  const int before = table_->rowCount();
  table_->setRowCount(static_cast<int>(rois_.size()));
  for (int row = before; row < table_->rowCount(); ++row) {
    for (int column = 0; column < num_roi_columns; ++column) {
      auto* item = new QTableWidgetItem;
      if ((column >= mean && column <= least) || column >= other_mean) {
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      }
      table_->setItem(row, column, item);
    }
  }
}

/// Of a comparison the figures of both stand beside each other; what the region is, is left out.
void RoiTable::show_columns() {
  for (int column = volume; column <= threshold; ++column) {
    table_->setColumnHidden(column, other_ != nullptr);
  }
  for (int column = other_mean; column < num_roi_columns; ++column) {
    table_->setColumnHidden(column, other_ == nullptr);
  }
}

void RoiTable::show_roi(int row) {
  const QSignalBlocker quiet(table_);
  const Roi& roi = rois_[static_cast<std::size_t>(row)];
  const auto text = [&](int column, const QString& value) { table_->item(row, column)->setText(value); };
  text(name, QString::fromStdString(roi.name));
  table_->item(row, name)->setData(Qt::DecorationRole, QColor(QString::fromStdString(roi.colour)));
  text(shape, shape_name(roi.shape));
  text(centre, three(roi.centre_mm));
  text(RoiColumn::size, roi.shape == RoiShape::sphere ? number(roi_size_mm(roi)[0]) : three(roi_size_mm(roi)));
  text(threshold, roi.shape == RoiShape::threshold
                      ? (roi.threshold_percent > 0 ? number(roi.threshold_percent) + " %" : number(roi.threshold))
                      : QString());
  for (int column = 0; column < num_roi_columns; ++column) {
    QTableWidgetItem* item = table_->item(row, column);
    const bool editable = column == name || column == centre || column == RoiColumn::size ||
                          (column == threshold && roi.shape == RoiShape::threshold);
    item->setFlags(editable ? item->flags() | Qt::ItemIsEditable : item->flags() & ~Qt::ItemIsEditable);
  }
}

void RoiTable::request_figures() {
  if (!state_.has_image() || rois_.empty()) {
    return;
  }
  task_.request([rois = rois_, image = image_, other = other_](const recon::Reporter& reporter) {
    Figures figures;
    const auto stop = [&reporter] { return reporter.stop_requested(); };
    for (const Roi& roi : rois) {
      figures.of_image.push_back(measure(roi, *image, stop));
      if (other) {
        figures.of_other.push_back(measure(roi, *other, stop));
      }
    }
    return figures;
  });
}

void RoiTable::show_figures() {
  const QSignalBlocker quiet(table_);
  // A region added in the meantime is measured by the next request.
  for (int row = 0; row < std::min(table_->rowCount(), static_cast<int>(figures_.of_image.size())); ++row) {
    const RoiFigures& found = figures_.of_image[static_cast<std::size_t>(row)];
    const auto show = [&](int column, const RoiFigures& of, double value) {
      table_->item(row, column)->setText(of.voxels > 0 ? number(value) : "-");
    };
    show(mean, found, found.mean);
    show(deviation, found, found.standard_deviation);
    show(least, found, found.least);
    show(most, found, found.most);
    show(volume, found, found.volume_ml);
    if (row < std::ssize(figures_.of_other)) {
      const RoiFigures& other = figures_.of_other[static_cast<std::size_t>(row)];
      show(other_mean, other, other.mean);
      show(other_deviation, other, other.standard_deviation);
      show(other_most, other, other.most);
      const bool has_quotient = found.voxels > 0 && other.voxels > 0 && other.mean != 0;
      table_->item(row, quotient)->setText(has_quotient ? number(found.mean / other.mean) : "-");
    }
  }
  if (!left_out().isEmpty()) {
    show_note();
  }
}

/// A sentence for the regions that hold voxels without a number.
QString RoiTable::left_out() const {
  QStringList found;
  for (std::size_t i = 0; i < std::min(rois_.size(), figures_.of_image.size()); ++i) {
    if (const std::int64_t count = figures_.of_image[i].no_numbers; count > 0) {
      found
          << tr("%1 in %2").arg(QString::fromStdString(no_numbers_text(count)), QString::fromStdString(rois_[i].name));
    }
  }
  return found.isEmpty() ? QString() : tr("Left out: %1. ").arg(found.join(", "));
}

void RoiTable::edit(int row, int column) {
  std::vector<Roi> rois = rois_;
  const QString reason = assign(rois[static_cast<std::size_t>(row)], column, table_->item(row, column)->text());
  if (reason.isEmpty()) {
    state_.set_rois(std::move(rois));
  } else {
    note_->setText(reason);
  }
  show_roi(row);
}

void RoiTable::save(const QString& path) {
  try {
    io::write_text_file(path.toStdString(), path.endsWith(".json", Qt::CaseInsensitive)
                                                ? rois_text(in_scale(rois_, 1 / state_.scale().factor))
                                                : csv());
  } catch (const FileError& error) {
    note_->setText(error.what());
  }
}

void RoiTable::open(const QString& path) {
  QFile file(path);
  file.open(QIODevice::ReadOnly);  // what is empty is no JSON
  try {
    std::vector<Roi> rois = state_.rois();
    std::ranges::copy(in_scale(rois_of_text(file.readAll().toStdString(), path.toStdString()), state_.scale().factor),
                      std::back_inserter(rois));
    state_.set_rois(std::move(rois));
  } catch (const FileError& error) {
    note_->setText(error.what());
  }
}

void RoiTable::remove_chosen() {
  std::vector<Roi> rois = rois_;
  for (int row = table_->rowCount() - 1; row >= 0; --row) {
    if (table_->selectionModel()->isRowSelected(row, {})) {
      rois.erase(rois.begin() + row);
    }
  }
  table_->clearSelection();
  state_.set_rois(std::move(rois));
}

void RoiTable::ask_for_colour() {
  const QModelIndexList chosen = table_->selectionModel()->selectedRows();
  if (chosen.isEmpty()) {
    note_->setText(tr("Choose a region in the table first."));
    return;
  }
  std::vector<Roi> rois = rois_;
  const std::string& now = rois[static_cast<std::size_t>(chosen.front().row())].colour;
  const QColor colour = QColorDialog::getColor(QString::fromStdString(now), this, tr("Colour of the region"));
  if (colour.isValid()) {
    for (const QModelIndex& row : chosen) {
      rois[static_cast<std::size_t>(row.row())].colour = colour.name().toStdString();
    }
    state_.set_rois(std::move(rois));
  }
}

std::string RoiTable::csv() const {
  if (!state_.has_image()) {
    return {};
  }
  const std::string of_image = roi_csv(rois_, *image_, state_.caption());
  return other_ ? of_image + roi_csv(rois_, *other_, "B: " + caption(state_.comparison()->subject, {})) : of_image;
}

}  // namespace coincide::gui
