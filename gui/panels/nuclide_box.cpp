#include "gui/panels/nuclide_box.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QLineEdit>

#include "recon/data/nuclides.h"

namespace coincide::gui {
namespace {

/// In the unit that people say it in: "2.041 min", "109.7 min", "12.7 h", "4.18 d".
QString half_life_text(double half_life_s) {
  constexpr double minute_s = 60, hour_s = 3600, day_s = 86400;
  const auto in = [half_life_s](double unit_s) { return QString::number(half_life_s / unit_s, 'g', 4); };
  return half_life_s < 2 * minute_s ? QObject::tr("%1 s").arg(in(1))
         : half_life_s < 3 * hour_s ? QObject::tr("%1 min").arg(in(minute_s))
         : half_life_s < 4 * day_s  ? QObject::tr("%1 h").arg(in(hour_s))
                                    : QObject::tr("%1 d").arg(in(day_s));
}

}  // namespace

NuclideBox::NuclideBox(QWidget* parent) : QComboBox(parent) {
  setEditable(true);
  setInsertPolicy(QComboBox::NoInsert);
  QStringList names;
  for (const recon::Nuclide& nuclide : recon::nuclides()) {
    const QString name = QString::fromUtf8(nuclide.name.data(), static_cast<qsizetype>(nuclide.name.size()));
    addItem(tr("%1: half-life %2, %3 % positrons")
                .arg(name, half_life_text(nuclide.half_life_s), QString::number(100 * nuclide.positrons, 'f', 1)),
            name);
    names << name;
  }
  setCompleter(new QCompleter(names, this));
  setMinimumContentsLength(4);
  setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  view()->setMinimumWidth(view()->sizeHintForColumn(0));  // the menu is wider than the box
  setFocusPolicy(Qt::StrongFocus);                        // the wheel scrolls the form
  set_text({});
  connect(this, &QComboBox::activated, this, [this](int index) { emit chosen(itemData(index).toString()); });
}

void NuclideBox::set_text(const QString& text) {
  const int cursor = lineEdit()->cursorPosition();
  setCurrentIndex(findData(text));
  setEditText(text);
  lineEdit()->setCursorPosition(cursor);
}

}  // namespace coincide::gui
