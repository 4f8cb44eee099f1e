#include "gui/viewer/view_header.h"

#include <QAction>
#include <QGridLayout>
#include <QLabel>
#include <QToolButton>

#include "gui/model/no_numbers.h"
#include "gui/viewer/choice_box.h"
#include "gui/viewer/elided_label.h"
#include "gui/viewer/plain_text.h"
#include "gui/viewer/step_picker.h"

namespace coincide::gui {
namespace {

template <class Label>
QLabel* text_label(const char* name) {
  auto* label = new Label;
  label->setObjectName(name);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

ViewHeader::ViewHeader(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      letter_(new QLabel(tr("A:"))),
      subjects_(new ChoiceBox),
      steps_(new StepPicker),
      detail_(text_label<ElidedLabel>("shown_detail")),
      hint_(text_label<QLabel>("shown_hint")),
      begin_(new QHBoxLayout),
      end_(new QHBoxLayout),
      no_numbers_({.answered = [this](std::int64_t&& count) {
        show_hint(state_.has_image() ? no_numbers_sentence(count, state_.image()->grid) : state_.subject().hint);
      }}) {
  subjects_->setObjectName("shown");
  subjects_->setAccessibleName(tr("What is shown"));
  subjects_->setToolTip(tr("What the views show: the data of the job, or a run of this session"));
  subjects_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  subjects_->setMinimumContentsLength(8);
  QFont bold = subjects_->font();
  bold.setBold(true);
  subjects_->setFont(bold);
  hint_->setWordWrap(true);
  detail_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // cut off rather than holding the window wide
  auto* layout = new QGridLayout(this);
  layout->setContentsMargins(4, 2, 4, 2);
  layout->setHorizontalSpacing(6);
  layout->setColumnStretch(4, 1);
  layout->addLayout(begin_, 0, 0);
  layout->addWidget(letter_, 0, 1);
  layout->addWidget(subjects_, 0, 2);
  layout->addWidget(steps_, 0, 3);
  layout->addWidget(detail_, 0, 4);
  layout->addLayout(end_, 0, 5);
  layout->addWidget(hint_, 1, 0, 1, 6);
  connect(subjects_, &QComboBox::activated, this, &ViewHeader::chosen);
  connect(steps_, &StepPicker::chosen, this, &ViewHeader::step_chosen);
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

void ViewHeader::set_choices(const QStringList& names, int shown) { subjects_->set_choices(names, shown); }

void ViewHeader::set_steps(const Steps& steps) { steps_->set_steps(steps); }

void ViewHeader::add_button(QAction* action, Qt::Edge edge) {
  auto* button = new QToolButton;
  button->setDefaultAction(action);
  button->setObjectName(action->objectName());
  button->setAutoRaise(true);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setFocusPolicy(Qt::StrongFocus);
  (edge == Qt::LeftEdge ? begin_ : end_)->addWidget(button);
  const auto show_use = [button, action] { button->setVisible(action->isEnabled()); };
  connect(action, &QAction::changed, button, show_use);
  show_use();
}

void ViewHeader::refresh() {
  const Subject& subject = state_.subject();
  letter_->setVisible(state_.comparison().has_value() && state_.has_image());
  const std::string unit = state_.has_image() ? state_.image()->unit : std::string();
  detail_->setText(QString::fromStdString(caption({.detail = subject.detail}, unit)));
  detail_->setToolTip(plain_tip(QString::fromStdString(state_.caption())));
  if (state_.image() == counted_ && state_.has_image()) {
    return;
  }
  if (!state_.has_image() || counted_ == nullptr) {  // else what is said stays until the answer: no line comes and goes
    show_hint(state_.has_image() ? std::string() : subject.hint);
  }
  counted_ = state_.image();
  if (state_.has_image()) {
    no_numbers_.request([image = counted_](const recon::Reporter&) { return count_no_numbers(image->values); });
  }
}

void ViewHeader::show_hint(const std::string& hint) {
  hint_->setText(QString::fromStdString(hint));
  hint_->setVisible(!hint.empty());
}

}  // namespace coincide::gui
