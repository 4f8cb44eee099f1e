#include "gui/panels/setting_words.h"

#include <QStringList>

#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

/// Empty: the language has no name of its own.
QString own_name(const std::string& key) {
  const std::string text = "name of " + key;
  const std::string name = translated(text.c_str());
  return name == text ? QString() : QString::fromStdString(name);
}

}  // namespace

QString shown_text(const std::string& sentence) { return QString::fromStdString(in_language(sentence)); }

QString name_of(const io::Setting& setting) {
  if (QString own = own_name(setting.key); !own.isEmpty()) {
    return own;
  }
  QString name = QString::fromStdString(setting.key.substr(setting.key.rfind('.') + 1));
  const QString unit_suffix = "_" + QString::fromStdString(setting.unit).toLower();
  if (name.endsWith(unit_suffix)) {
    name.chop(unit_suffix.size());
  }
  QStringList words = name.split('_', Qt::SkipEmptyParts);
  for (QString& word : words) {
    if (word == "tof" || word == "psf" || word == "fwhm" || word == "ct") {
      word = word.toUpper();
    }
    if (word == "kvp") {
      word = "kVp";
    }
  }
  words.front()[0] = words.front()[0].toUpper();
  return words.join(' ');
}

QString name_of_section(const std::string& section) {
  if (QString own = own_name(section); !own.isEmpty()) {
    return own;
  }
  QString name = QString::fromStdString(section);
  name[0] = name[0].toUpper();
  return name;
}

QString help_of(const io::Setting& setting) { return shown_text(setting.help); }

}  // namespace coincide::gui
