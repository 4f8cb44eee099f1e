#pragma once

#include <QImage>
#include <QString>

namespace coincide::gui {

/// The picture with a line over it that says what it shows, which is its title as a file, too. The line gets shorter in
/// its middle where the picture is narrow.
QImage captioned(const QImage& picture, const QString& caption);

}  // namespace coincide::gui
