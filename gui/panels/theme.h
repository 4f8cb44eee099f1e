#pragma once

#include <QStringList>

namespace coincide::gui {

/// Colours of the window: "as the system", "light", "dark".
const QStringList& theme_names();
/// Changes the whole application at once; an unknown name is the system's.
void apply_theme(const QString& name);

}  // namespace coincide::gui
