#include "gui/viewer/compare_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <cmath>

#include "gui/viewer/choice_box.h"
#include "gui/viewer/step_picker.h"

namespace coincide::gui {

CompareBar::CompareBar(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      others_(new ChoiceBox),
      steps_(new StepPicker),
      combinations_(new QComboBox),
      part_of_b_(new QSlider(Qt::Horizontal)) {
  others_->setObjectName("other");
  others_->setAccessibleName(tr("What the image is compared with"));
  others_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  others_->setMinimumContentsLength(16);
  combinations_->addItems({tr("side by side"), tr("A - B"), tr("A / B"), tr("by turns"), tr("blend")});
  combinations_->setObjectName("combination");
  combinations_->setAccessibleName(tr("What is shown beside A and B"));
  part_of_b_->setRange(0, 100);
  part_of_b_->setMaximumWidth(100);
  part_of_b_->setObjectName("part_of_b");
  part_of_b_->setToolTip(tr("How much of B is in the blend"));
  auto* end = new QToolButton;
  end->setText(tr("End"));
  end->setToolTip(tr("Shows one image again"));
  end->setFocusPolicy(Qt::StrongFocus);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(4, 0, 4, 2);
  auto* letter = new QLabel(tr("&B:"));
  letter->setBuddy(others_);
  layout->addWidget(letter);
  layout->addWidget(others_);
  layout->addWidget(steps_);
  layout->addStretch(1);
  layout->addWidget(combinations_);
  layout->addWidget(part_of_b_);
  layout->addWidget(end);
  connect(others_, &QComboBox::activated, this, &CompareBar::chosen);
  connect(steps_, &StepPicker::chosen, this, &CompareBar::step_chosen);
  connect(end, &QToolButton::clicked, this, &CompareBar::end_requested);
  connect(combinations_, &QComboBox::currentIndexChanged, this, [this](int index) {
    Comparison comparison = state_.comparison().value();
    comparison.combination = static_cast<Combination>(index);
    state_.set_comparison(std::move(comparison));
  });
  connect(part_of_b_, &QSlider::valueChanged, this, [this](int percent) {
    Comparison comparison = state_.comparison().value();
    comparison.part_of_b = 0.01 * percent;
    state_.set_comparison(std::move(comparison));
  });
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

void CompareBar::set_choices(const QStringList& names, int shown) { others_->set_choices(names, shown); }

void CompareBar::set_steps(const Steps& steps) { steps_->set_steps(steps); }

void CompareBar::refresh() {
  setVisible(state_.comparison().has_value() && state_.has_image());
  if (!state_.comparison()) {
    return;
  }
  const QSignalBlocker quiet_combinations(combinations_), quiet_part(part_of_b_);
  combinations_->setCurrentIndex(static_cast<int>(state_.comparison()->combination));
  part_of_b_->setValue(static_cast<int>(std::lround(100 * state_.comparison()->part_of_b)));
  part_of_b_->setVisible(state_.comparison()->combination == Combination::blend);
}

}  // namespace coincide::gui
