#pragma once

#include <QIcon>
#include <QString>

namespace coincide::gui {

/// The drawing resources/icons/NAME.svg in the colour of the text, at any size and in any theme. Throws
/// std::logic_error if there is none of that name.
QIcon line_icon(const QString& name);

}  // namespace coincide::gui
