#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

namespace coincide::gui {

/// "en" and those of resources/languages.
const QStringList& language_codes();
/// As its speakers call it: "English", "Deutsch".
QString language_name(const QString& code);

/// Each English text with its translation. Empty for English.
QHash<QByteArray, QString> language_texts(const QString& code);

/// Texts that are made from now on are in this language; empty: in that of the system, where it is there, else English.
/// A window that is open keeps its own.
void apply_language(const QString& code);

}  // namespace coincide::gui
