#pragma once

#include <QString>
#include <QTextDocument>

namespace coincide::gui {

/// For a tool tip, which takes what looks like markup for it: names of files, runs and regions may.
inline QString plain_tip(const QString& text) {
  return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal) : text;
}

}  // namespace coincide::gui
