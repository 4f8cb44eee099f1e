#pragma once

#include <string>

#include <QString>

class QWidget;

namespace coincide::gui {

/// Asks for a file, with `proposal` as its name, and writes the table there; a file that cannot be written is told in a
/// dialog. `title` says what is saved: "Save the regions".
void save_csv(QWidget* parent, const QString& title, const QString& proposal, const std::string& csv);

}  // namespace coincide::gui
