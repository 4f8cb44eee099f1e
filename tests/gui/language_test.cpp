// The window in another language: every text of its sources has a translation, and it is shown.

#include <QAction>
#include <QDir>
#include <QLabel>
#include <QListWidget>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTabWidget>
#include <QtTest>
#include <algorithm>

#include "app/window_services.h"
#include "gui/model/subject.h"
#include "gui/panel_support.h"
#include "gui/panels/job_form.h"
#include "gui/panels/language.h"
#include "gui/panels/main_window.h"
#include "gui/panels/preferences_dialog.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/panels/start_page.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;

namespace {

/// What stands in tr("...") and in the like of the model, in the sources of the window, pieces side by side as one.
QStringList texts_of_sources() {
  static const QRegularExpression call(
      R"re(\b(?:tr|translated|translated_with|to_translate)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re");
  static const QRegularExpression piece(R"re("((?:[^"\\]|\\.)*)")re");
  QStringList texts;
  for (const char* folder : {"model", "panels", "viewer"}) {
    const QDir sources(QString(COINCIDE_GUI) + "/" + folder);
    for (const QFileInfo& source : sources.entryInfoList({"*.cpp", "*.h"})) {
      QFile file(source.filePath());
      file.open(QIODevice::ReadOnly);
      const QString code = QString::fromUtf8(file.readAll());
      for (const QRegularExpressionMatch& found : call.globalMatch(code)) {
        QString text;
        for (const QRegularExpressionMatch& part : piece.globalMatch(found.captured(1))) {
          text += part.captured(1);
        }
        texts << text.replace("\\\"", "\"").replace("\\n", "\n");
      }
    }
  }
  return texts;
}

QStringList marks_of(const QString& text, const QString& pattern) {
  QStringList marks;
  for (const QRegularExpressionMatch& found :
       QRegularExpression(pattern, QRegularExpression::UseUnicodePropertiesOption).globalMatch(text)) {
    marks << found.captured();
  }
  std::ranges::sort(marks);
  return marks;
}

}  // namespace

class LanguageTest : public QObject {
  Q_OBJECT

 private slots:
  void cleanup() { apply_language("en"); }

  /// With the same places for what is filled in, and a letter to press where the English text has one.
  void every_text_has_a_translation() {
    const QStringList texts = texts_of_sources();
    QVERIFY2(texts.size() > 400, qPrintable(QString::number(texts.size())));
    for (const QString& code : language_codes()) {
      const QHash<QByteArray, QString> translations = language_texts(code);
      for (const QString& text : code == "en" ? QStringList() : texts) {
        const QString translation = translations.value(text.toUtf8());
        QVERIFY2(!translation.isEmpty(), qPrintable(code + ": " + text));
        QVERIFY2(marks_of(translation, "%\\d") == marks_of(text, "%\\d"), qPrintable(code + ": " + translation));
        QVERIFY2(marks_of(translation, "\\{[^}]*\\}") == marks_of(text, "\\{[^}]*\\}"),
                 qPrintable(code + ": " + translation));
        QVERIFY2(marks_of(translation, "&\\w").size() == marks_of(text, "&\\w").size(),
                 qPrintable(code + ": " + translation));
      }
    }
  }

  /// Of the one list of settings names, help and units, as the job form shows them; it may change, and this with it.
  void every_setting_has_a_translation() {
    io::Job job;
    for (const QString& code : language_codes().mid(1)) {
      const QHash<QByteArray, QString> texts = language_texts(code);
      const auto has = [&](const std::string& text) {
        return text.empty() || !texts.value(QByteArray::fromStdString(text)).isEmpty();
      };
      for (const auto& [section, title] : io::job_sections()) {
        QVERIFY2(has("name of " + section) && has(title), (code.toStdString() + ": " + title).c_str());
      }
      for (const io::Setting& setting : io::describe(job)) {
        QVERIFY2(has("name of " + setting.key) && has(setting.help),
                 (code.toStdString() + ": " + setting.key + ": " + setting.help).c_str());
      }
    }
  }

  void a_job_form_speaks_german() {
    apply_language("de");
    JobDocument document;
    const JobForm form(document);
    const auto has_label = [&form](const QString& text) {
      const auto labels = form.findChildren<QLabel*>();
      return std::ranges::any_of(labels, [&](const QLabel* label) { return label->text() == text; });
    };
    QVERIFY(tests::button_of(form, "Quantifizierung") != nullptr);
    QVERIFY(has_label("Voxelgröße") && has_label("Kanten eines Voxels.") && has_label("Von Ereignissen zu Bq/mL."));
    QVERIFY(has_label("Durchläufe") && !has_label("Passes"));
    QVERIFY2(form.editor("image.voxel_size_mm")->toolTip().startsWith("Kanten eines Voxels.\nErlaubt: "),
             qPrintable(form.editor("image.voxel_size_mm")->toolTip()));
  }

  void a_window_speaks_german() {
    apply_language("de");
    MainWindow window(app::make_window_services());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, patience_ms));
    QVERIFY(tests::button_of(*window.findChild<StartPage*>(), "Mitgeliefertes Phantom probieren") != nullptr);
    QCOMPARE(window.findChild<QAction*>("run")->text(), QString("&Starten"));
    QCOMPARE(window.findChild<QTabWidget*>("side")->tabText(1), QString("ROIs"));
    const auto menus = window.findChild<QMenuBar*>()->actions();
    QCOMPARE(menus.front()->text(), QString("&Datei"));
  }

  /// What the model says of a run, whole sentences with their numbers, in the widgets that show them.
  void runs_are_told_of_in_german() {
    apply_language("de");
    auto run = std::make_shared<Run>();
    run->number = 2;
    run->job.output.name = "kopf";
    run->job.stop.passes = 4;
    run->iteration = 2.5;
    run->state = RunState::stopped;
    RunPanel panel;
    panel.show_run(run);
    const auto* list = panel.findChild<QListWidget*>();
    QCOMPARE(list->item(0)->text(), QString("2 · kopf\ngestoppt · 0:00\nIteration 2.5 von 4"));
    run->job.frames.durations = "2x30";
    run->parts.resize(2);
    run->state = RunState::done;
    panel.show_run(run);
    QCOMPARE(list->item(0)->text(), QString("2 · kopf\nfertig · 0:00\n2 Frames"));
    RunStatus status;
    run->state = RunState::running;
    run->stage = "reconstruction";
    run->seconds_left = 80;
    status.show_run(*run);
    const auto texts = status.findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(
        texts, [](const QLabel* label) { return label->text().contains("Rekonstruktion, noch 1:20"); }));
    run->state = RunState::failed;
    QCOMPARE(subject_of(*run, {}).hint,
             std::string("Lauf 2 ist gescheitert, bevor er ein Bild hatte. Der Reiter Lauf sagt, warum."));
    QCOMPARE(figure_chart(*run, figure_curves()[0]).title, std::string("Log-Likelihood vor jeder Iteration"));
    apply_language("en");
    QCOMPARE(run_state_name(RunState::done), std::string("done"));
  }

  /// No two entries of a menu by the same letter.
  void letters_of_menus_are_their_own() {
    for (const QString& code : language_codes()) {
      apply_language(code);
      const MainWindow window(app::make_window_services());
      for (const QAction* menu : window.findChild<QMenuBar*>()->actions()) {
        QStringList letters;
        for (const QAction* entry : menu->menu()->actions()) {
          const QStringList marks = marks_of(entry->text(), "&\\w");
          if (!marks.isEmpty()) {
            QVERIFY2(!letters.contains(marks.front().toLower()), qPrintable(code + ": " + entry->text()));
            letters << marks.front().toLower();
          }
        }
      }
    }
  }

  void unknown_languages_are_english() {
    apply_language("xx");
    QCOMPARE(QObject::tr("&File"), QString("&File"));
    apply_language("de");
    QCOMPARE(QObject::tr("&File"), QString("&Datei"));
    QCOMPARE(QObject::tr("no text of the window"), QString("no text of the window"));
  }
};

COINCIDE_TEST_CLASS(LanguageTest)
#include "language_test.moc"
