#include "gui/panels/language.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QTranslator>
#include <memory>
#include <string>
#include <unordered_map>

#include "gui/model/translated.h"

/// A static library's resources are left out by the linker unless somebody asks for them, which Qt allows outside of
/// namespaces only.
static void load_languages() { Q_INIT_RESOURCE(languages); }

namespace coincide::gui {
namespace {

/// By the text alone, wherever it stands: one word of English is one of another language, Qt's own buttons included.
class Dictionary : public QTranslator {
 public:
  explicit Dictionary(QHash<QByteArray, QString> texts) : texts_(std::move(texts)) {}

  bool isEmpty() const override { return texts_.isEmpty(); }
  QString translate(const char*, const char* text, const char*, int) const override { return texts_.value(text); }

 private:
  QHash<QByteArray, QString> texts_;
};

QString language_of_system() {
  for (const QString& wanted : QLocale().uiLanguages()) {
    if (language_codes().contains(wanted.section('-', 0, 0))) {
      return wanted.section('-', 0, 0);
    }
  }
  return language_codes().front();
}

}  // namespace

const QStringList& language_codes() {
  static const QStringList codes = {"en", "de"};
  return codes;
}

QString language_name(const QString& code) {
  const QString name = QLocale(code).nativeLanguageName();
  return code == "en" ? QString("English") : name;
}

QHash<QByteArray, QString> language_texts(const QString& code) {
  load_languages();
  QHash<QByteArray, QString> texts;
  QFile file(":/languages/" + code + ".json");
  if (file.open(QIODevice::ReadOnly)) {
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
    for (auto text = all.begin(); text != all.end(); ++text) {
      texts.insert(text.key().toUtf8(), text.value().toString());
    }
  }
  return texts;
}

void apply_language(const QString& code) {
  static std::unique_ptr<Dictionary> dictionary;
  dictionary.reset();  // it takes itself off the application
  const QHash<QByteArray, QString> texts = language_texts(code.isEmpty() ? language_of_system() : code);
  std::unordered_map<std::string, std::string> of_model;
  for (auto text = texts.begin(); text != texts.end(); ++text) {
    of_model.emplace(text.key().toStdString(), text.value().toStdString());
  }
  set_translation(of_model);
  if (!texts.isEmpty()) {
    dictionary = std::make_unique<Dictionary>(texts);
    QCoreApplication::installTranslator(dictionary.get());
  }
}

}  // namespace coincide::gui
