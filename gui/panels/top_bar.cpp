#include "gui/panels/top_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QToolButton>

namespace coincide::gui {

TopBar::TopBar(QWidget* parent) : QWidget(parent), menus_(new QMenuBar) {
  menus_->setNativeMenuBar(false);
  menus_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(2, 2, 4, 2);
  layout->setSpacing(2);
  layout->addWidget(menus_, 0, Qt::AlignVCenter);
  style_menus();
}

QWidget* TopBar::add_buttons(const QList<QAction*>& actions, Qt::ToolButtonStyle style) {
  auto* group = new QWidget;
  auto* row = new QHBoxLayout(group);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(1);
  for (QAction* action : actions) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setObjectName(action->objectName());
    button->setToolButtonStyle(style);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    row->addWidget(button);
  }
  layout()->addWidget(group);
  return group;
}

void TopBar::set_modes(const QList<QAction*>& modes) {
  auto* line = static_cast<QHBoxLayout*>(layout());
  line->addStretch(1);
  modes_ = add_buttons(modes, Qt::ToolButtonTextOnly);
  modes_->setObjectName("modes");
  style_modes();
  line->addStretch(1);
}

/// Without the line that some styles draw below menus, which would end where they do.
void TopBar::style_menus() {
  menus_->setStyleSheet(
      "QMenuBar { border: none; background: transparent; }"
      "QMenuBar::item { padding: 3px 7px; border-radius: 4px; background: transparent; }"
      "QMenuBar::item:selected { background: palette(highlight); color: palette(highlighted-text); }");
}

/// Where one is, in the colour of what is chosen; the ring of the focus lies within, so that nothing moves.
void TopBar::style_modes() {
  modes_->setStyleSheet(
      "QToolButton { padding: 3px 12px; border: 2px solid transparent; border-radius: 5px; color: "
      "palette(window-text); }"
      "QToolButton:hover { background: palette(midlight); }"
      "QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); }"
      "QToolButton:focus { border-color: palette(window-text); }");
}

/// A style sheet keeps the colours of the theme that it was set in.
void TopBar::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && modes_ != nullptr) {
    style_menus();
    style_modes();
  }
}

void TopBar::set_run_actions(const QList<QAction*>& actions) { add_buttons(actions, Qt::ToolButtonTextBesideIcon); }

}  // namespace coincide::gui
