#include "gui/panels/shortcuts_dialog.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "gui/panels/form_parts.h"

namespace coincide::gui {
namespace {

QString plain(QString text) { return text.remove('&').remove("..."); }

/// With those of menus in it.
QList<QAction*> flat(const QList<QAction*>& actions) {
  QList<QAction*> all;
  for (QAction* action : actions) {
    all << (action->menu() != nullptr ? flat(action->menu()->actions()) : QList{action});
  }
  return all;
}

void add_group(const QString& title, const QList<QAction*>& actions, QTreeWidget& list) {
  auto* group = new QTreeWidgetItem(&list, {title});
  for (const QAction* action : actions) {
    if (!action->shortcut().isEmpty()) {
      new QTreeWidgetItem(group, {plain(action->text()), action->shortcut().toString(QKeySequence::NativeText)});
    }
  }
  group->setExpanded(true);
  if (group->childCount() == 0) {
    delete group;
  }
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(const QMenuBar& menus, const QList<const QWidget*>& views, QWidget* window)
    : QDialog(window) {
  setWindowTitle(tr("Keys and mouse"));
  setObjectName("shortcuts_dialog");
  auto* list = new QTreeWidget;
  list->setHeaderLabels({tr("What"), tr("Keys")});
  list->setSelectionMode(QAbstractItemView::NoSelection);
  QList<QAction*> others = window->findChildren<QAction*>();
  for (const QAction* menu : menus.actions()) {
    const QList<QAction*> actions = flat(menu->menu()->actions());
    add_group(plain(menu->text()), actions, *list);
    others.removeIf([&](QAction* action) { return actions.contains(action); });
  }
  add_group(tr("Panels"), others, *list);
  list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  list->header()->setStretchLastSection(false);
  list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  auto* rows = new QVBoxLayout(this);
  rows->addWidget(list, 1);
  for (const QWidget* view : views) {
    auto* sentence = new QLabel(tr("In the %1: %2").arg(view->accessibleName(), view->toolTip()));
    sentence->setWordWrap(true);
    sentence->setTextFormat(Qt::PlainText);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    rows->addWidget(sentence);
  }
  rows->addWidget(closing_buttons(*this));
  resize(480, 620);
}

}  // namespace coincide::gui
