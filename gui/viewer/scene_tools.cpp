#include "gui/viewer/scene_tools.h"

#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>

namespace coincide::gui {

SceneTools::SceneTools(SceneState& scene, QWidget* parent) : QWidget(parent), scene_(scene), volume_(new QComboBox) {
  volume_->addItems({tr("No image"), tr("Maximum"), tr("Volume")});  // in the order of VolumeStyle
  volume_->setToolTip(tr("How the image is drawn in three dimensions: its maximum along each ray, or as a volume"));
  volume_->setObjectName("volume_style");
  volume_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);  // the columns are alike
  volume_->setMinimumContentsLength(7);
  connect(volume_, &QComboBox::activated, this, [this](int index) {
    change([index](SceneOptions& options) { options.volume = static_cast<VolumeStyle>(index); });
  });
  auto* turn = new QToolButton;
  turn->setText(tr("Turn"));
  turn->setObjectName("turn");
  turn->setCheckable(true);
  turn->setToolTip(tr("Turns the picture by itself"));
  connect(turn, &QToolButton::toggled, this, &SceneTools::turning_requested);

  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(2, 2, 2, 2);
  layout->setSpacing(2);
  layout->addWidget(volume_);
  layout->addWidget(menu_button(tr("Show"), tr("What is drawn beside the image"), make_show_menu()));
  layout->addWidget(menu_button(tr("From"), tr("Where to look from"), make_look_menu()));
  layout->addWidget(turn);
  layout->addStretch(1);
  refresh();
}

QToolButton* SceneTools::menu_button(const QString& text, const QString& tip, QMenu* menu) {
  auto* button = new QToolButton;
  button->setText(text);
  button->setToolTip(tip);
  button->setPopupMode(QToolButton::InstantPopup);
  button->setFocusPolicy(Qt::StrongFocus);
  menu->setParent(button, Qt::Popup);
  button->setMenu(menu);
  return button;
}

template <class Change>
void SceneTools::change(Change&& change_options) {
  SceneOptions options = scene_.options();
  change_options(options);
  scene_.set_options(options);
}

QMenu* SceneTools::make_show_menu() {
  auto* menu = new QMenu;
  auto* colours = new QActionGroup(menu);
  const auto crystal_action = [&](const QString& text, CrystalColours choice) {
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    colours->addAction(action);
    connect(action, &QAction::triggered, this,
            [this, choice] { change([choice](SceneOptions& options) { options.crystals = choice; }); });
    return action;
  };
  by_module_ = crystal_action(tr("Crystals, coloured by &module"), CrystalColours::by_module);
  by_counts_ = crystal_action(tr("Crystals, coloured by &counts"), CrystalColours::by_counts);
  no_crystals_ = crystal_action(tr("&No crystals"), CrystalColours::hidden);
  menu->addSeparator();
  const auto switch_action = [&](const QString& text, bool SceneOptions::*member) {
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    connect(action, &QAction::triggered, this,
            [this, member](bool on) { change([member, on](SceneOptions& options) { options.*member = on; }); });
    return action;
  };
  events_ = switch_action(tr("A sample of the &events"), &SceneOptions::events);
  box_ = switch_action(tr("&Box of the image"), &SceneOptions::image_box);
  crosshair_ = switch_action(tr("Cross&hair"), &SceneOptions::crosshair);
  layers_ = switch_action(tr("&Layers over the image"), &SceneOptions::layers);
  layers_->setObjectName("scene_layers");
  menu->addSeparator();
  fan_ = menu->addAction(tr("&Fan of one crystal..."));
  fan_->setCheckable(true);
  connect(fan_, &QAction::triggered, this, &SceneTools::ask_for_fan);
  return menu;
}

void SceneTools::ask_for_fan() {
  if (scene_.options().fan) {
    change([](SceneOptions& options) { options.fan.reset(); });
    return;
  }
  bool chosen = false;
  const int last = static_cast<int>(scene_.geometry()->scanner.num_crystals()) - 1;
  const int crystal = QInputDialog::getInt(
      this, tr("Fan of one crystal"),
      tr("Crystal whose possible partners are drawn (0 to %1; a click on the detector map chooses one too):").arg(last),
      0, 0, last, 1, &chosen);
  if (chosen) {
    change([crystal](SceneOptions& options) { options.fan = static_cast<std::uint32_t>(crystal); });
  }
  refresh();
}

QMenu* SceneTools::make_look_menu() {
  auto* menu = new QMenu;
  using Direction = std::array<double, 3>;
  const auto look_action = [&](const QString& text, const Direction& from, const Direction& up) {
    menu->addAction(text, this, [this, from, up] { emit look_requested(from, up); });
  };
  look_action(tr("&Oblique"), {0.5, -1, 0.35}, {0, 0, 1});
  look_action(tr("-&y, as the coronal slice"), {0, -1, 0}, {0, 0, 1});
  look_action(tr("+&x, as the sagittal slice"), {1, 0, 0}, {0, 0, 1});
  look_action(tr("+&z, along the scanner's axis"), {0, 0, 1}, {0, 1, 0});
  return menu;
}

void SceneTools::refresh() {
  const SceneOptions& options = scene_.options();
  volume_->setCurrentIndex(static_cast<int>(options.volume));
  by_module_->setChecked(options.crystals == CrystalColours::by_module);
  by_counts_->setChecked(options.crystals == CrystalColours::by_counts);
  no_crystals_->setChecked(options.crystals == CrystalColours::hidden);
  by_counts_->setEnabled(scene_.sample() != nullptr);
  events_->setChecked(options.events);
  events_->setEnabled(scene_.sample() != nullptr);
  box_->setChecked(options.image_box);
  crosshair_->setChecked(options.crosshair);
  layers_->setChecked(options.layers);
  fan_->setEnabled(scene_.geometry() != nullptr);
  fan_->setChecked(options.fan.has_value());
  fan_->setText(options.fan ? QString(tr("&Fan of crystal %1")).arg(*options.fan) : tr("&Fan of one crystal..."));
}

}  // namespace coincide::gui
