#include "gui/panels/layer_panel.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>
#include <functional>

#include "gui/model/chart.h"
#include "gui/panels/form_parts.h"
#include "gui/panels/place_boxes.h"
#include "gui/panels/value_box.h"
#include "gui/panels/window_boxes.h"
#include "gui/viewer/line_icon.h"

namespace coincide::gui {

struct LayerPanel::Parts {
  Parts(ViewState& of, const QWidget& owner) : state(of), colours(make_colour_map_box(owner)) {}

  ViewState& state;
  QMenu add_menu;
  QToolButton* add = new QToolButton;
  QToolButton* remove = new QToolButton;
  QListWidget* list = new QListWidget;
  QWidget* controls = new QWidget;
  WindowBoxes* window = new WindowBoxes("layer_");
  QComboBox* colours;
  QSlider* opacity = new QSlider(Qt::Horizontal);
  QCheckBox* has_contour = new QCheckBox(tr("Con&tour at"));
  ValueBox* contour = new ValueBox;
  QLabel* unit = new QLabel;
  PlaceBoxes* place = new PlaceBoxes;
  Subscription follows_state;

  QWidget* make_head();
  void make_controls();
  void refresh();
  void refresh_controls();
  /// The layer that is edited; null: none.
  const Layer* chosen() const;
  void change(const std::function<void(Layer&)>& change_layer);
};

const Layer* LayerPanel::Parts::chosen() const {
  const int row = list->currentRow();
  return row >= 0 && row < std::ssize(state.layers()) ? &state.layers()[static_cast<std::size_t>(row)] : nullptr;
}

void LayerPanel::Parts::change(const std::function<void(Layer&)>& change_layer) {
  std::vector<Layer> layers = state.layers();
  if (chosen() != nullptr) {
    change_layer(layers[static_cast<std::size_t>(list->currentRow())]);
    state.set_layers(std::move(layers));
  }
}

QWidget* LayerPanel::Parts::make_head() {
  auto* head = new QWidget;
  auto* row = new QHBoxLayout(head);
  row->setContentsMargins(0, 0, 0, 0);
  auto* title = new QLabel(tr("Layers over it"));
  QFont bold = title->font();
  bold.setBold(true);
  title->setFont(bold);
  row->addWidget(title, 1);
  add->setText(tr("Add"));
  add->setIcon(line_icon("add"));
  add->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  add->setPopupMode(QToolButton::InstantPopup);
  add->setMenu(&add_menu);
  add->setToolTip(tr("Lays another image over the one that is shown"));
  remove->setText(tr("Remove"));
  for (QToolButton* button : {add, remove}) {
    button->setFocusPolicy(Qt::StrongFocus);
    row->addWidget(button);
  }
  return head;
}

void LayerPanel::Parts::make_controls() {
  auto* grid = new QGridLayout(controls);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setColumnStretch(1, 1);
  grid->setColumnStretch(2, 1);
  opacity->setRange(0, 100);
  grid->addWidget(label_for(tr("W&indow"), window), 0, 0);
  grid->addWidget(window, 0, 1, 1, 2);
  grid->addWidget(label_for(tr("Co&lours"), colours), 1, 0);
  grid->addWidget(colours, 1, 1, 1, 2);
  grid->addWidget(label_for(tr("&Opacity"), opacity), 2, 0);
  grid->addWidget(opacity, 2, 1, 1, 2);
  grid->addWidget(has_contour, 3, 0, 1, 2);
  grid->addWidget(contour, 3, 2);
  grid->addWidget(unit, 4, 0, 1, 3);
  grid->addWidget(place, 5, 0, 1, 3);
  colours->setObjectName("layer_colours");
  opacity->setObjectName("layer_opacity");
  has_contour->setObjectName("layer_has_contour");
  contour->setObjectName("layer_contour");
  has_contour->setToolTip(tr("A line where the layer has this value, instead of its colours"));
  opacity->setToolTip(tr("How much of the image below is covered"));
}

void LayerPanel::Parts::refresh() {
  const QSignalBlocker quiet(list);
  const int row_before = list->currentRow();
  const int count_before = list->count();
  const auto count = static_cast<int>(state.layers().size());
  while (list->count() > count) {
    delete list->takeItem(list->count() - 1);
  }
  for (int row = 0; row < count; ++row) {
    const Layer& layer = state.layers()[static_cast<std::size_t>(row)];
    if (row == list->count()) {
      list->addItem(QString());
    }
    list->item(row)->setText(QString::fromStdString(layer.name));
    list->item(row)->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    list->item(row)->setCheckState(layer.is_shown ? Qt::Checked : Qt::Unchecked);
  }
  list->setCurrentRow(count > count_before ? count - 1 : std::min(row_before, count - 1));  // a new one is edited
  add->setEnabled(state.has_image());
  list->setVisible(count > 0);
  refresh_controls();
}

void LayerPanel::Parts::refresh_controls() {
  const Layer* layer = chosen();
  remove->setEnabled(layer != nullptr);
  controls->setVisible(layer != nullptr);
  if (layer == nullptr) {
    return;
  }
  const QSignalBlocker quiet_colours(colours), quiet_opacity(opacity), quiet_has(has_contour), quiet_contour(contour);
  window->set_window({.low = layer->low, .high = layer->high});
  contour->set_step_for(layer->high - layer->low);
  colours->setCurrentText(QString::fromStdString(layer->colour_map));
  opacity->setValue(static_cast<int>(std::lround(100 * layer->opacity)));
  opacity->setEnabled(!layer->contour);
  has_contour->setChecked(layer->contour.has_value());
  contour->setEnabled(layer->contour.has_value());
  contour->setValue(layer->contour.value_or(0.5 * (layer->low + layer->high)));
  place->set_layer(*layer, state.dragged_layer() == static_cast<std::size_t>(list->currentRow()));
  const std::string shown = shown_unit(layer->image->unit);
  unit->setText(shown.empty() ? tr("Values in an arbitrary unit")
                              : tr("Values in %1").arg(QString::fromStdString(shown)));
}

LayerPanel::LayerPanel(ViewState& state, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>(state, *this)) {
  Parts& parts = *parts_;
  parts.list->setObjectName("layers");
  parts.list->setAccessibleName(tr("Layers"));
  parts.list->setMaximumHeight(6 * fontMetrics().height());
  parts.list->setTextElideMode(Qt::ElideMiddle);
  parts.make_controls();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(parts.make_head());
  layout->addWidget(parts.list);
  layout->addWidget(parts.controls);

  connect(parts.list, &QListWidget::currentRowChanged, this, [this] {
    parts_->state.drag_layer({});
    parts_->refresh_controls();
  });
  connect(parts.list, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
    parts_->list->setCurrentItem(item);
    parts_->change([&](Layer& layer) { layer.is_shown = item->checkState() == Qt::Checked; });
  });
  connect(parts.remove, &QToolButton::clicked, this, [this] {
    std::vector<Layer> layers = parts_->state.layers();
    layers.erase(layers.begin() + parts_->list->currentRow());
    parts_->state.set_layers(std::move(layers));
  });
  connect(parts.window, &WindowBoxes::changed, this, [this](double low, double high) {
    parts_->change([&](Layer& layer) {
      layer.low = low;
      layer.high = high;
    });
  });
  connect(parts.colours, &QComboBox::currentTextChanged, this, [this](const QString& name) {
    parts_->change([&](Layer& layer) { layer.colour_map = name.toStdString(); });
  });
  connect(parts.opacity, &QSlider::valueChanged, this,
          [this](int percent) { parts_->change([&](Layer& layer) { layer.opacity = 0.01 * percent; }); });
  connect(parts.place, &PlaceBoxes::changed, this,
          [this](const recon::Registration& place) { parts_->change([&](Layer& layer) { layer.place = place; }); });
  connect(parts.place, &PlaceBoxes::drag_wanted, this, [this](bool on) {
    parts_->state.drag_layer(on ? std::optional(static_cast<std::size_t>(chosen_row())) : std::nullopt);
  });
  connect(parts.place, &PlaceBoxes::keep_wanted, this, &LayerPanel::keep_wanted);
  connect(parts.place, &PlaceBoxes::open_wanted, this, &LayerPanel::open_place_wanted);
  connect(parts.place, &PlaceBoxes::save_wanted, this, &LayerPanel::save_place_wanted);
  const auto take_contour = [this] {
    parts_->change([&](Layer& layer) {
      layer.contour = parts_->has_contour->isChecked() ? std::optional(parts_->contour->value()) : std::nullopt;
    });
  };
  connect(parts.has_contour, &QCheckBox::toggled, this, take_contour);
  connect(parts.contour, &QDoubleSpinBox::valueChanged, this, take_contour);
  parts.follows_state = state.listen([this] { parts_->refresh(); });
  parts.refresh();
}

LayerPanel::~LayerPanel() { hide(); }  // a box that loses the focus hands over its value: to what is still there

int LayerPanel::chosen_row() const { return parts_->list->currentRow(); }

QMenu& LayerPanel::add_menu() { return parts_->add_menu; }

}  // namespace coincide::gui
