#include "gui/viewer/choice_box.h"

#include <QSignalBlocker>

namespace coincide::gui {

void ChoiceBox::set_choices(const QStringList& names, int shown) {
  const QSignalBlocker not_the_user(this);
  QStringList before;
  for (int i = 0; i < count(); ++i) {
    before << itemText(i);
  }
  if (names != before) {  // or a list that is open would close
    clear();
    addItems(names);
  }
  setCurrentIndex(shown);
}

}  // namespace coincide::gui
