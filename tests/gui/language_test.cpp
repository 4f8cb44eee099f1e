// The window in another language: every text of its sources has a translation, and it is shown.

#include <QAction>
#include <QDir>
#include <QDirIterator>
#include <QLabel>
#include <QListWidget>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "app/run_job.h"
#include "app/window_services.h"
#include "gui/model/subject.h"
#include "gui/model/translated.h"
#include "gui/panel_support.h"
#include "gui/panels/data_panel.h"
#include "gui/panels/estimate_strip.h"
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

/// Pieces of a text side by side, as one.
QString joined(const QString& pieces) {
  static const QRegularExpression piece(R"re("((?:[^"\\]|\\.)*)")re");
  QString text;
  for (const QRegularExpressionMatch& part : piece.globalMatch(pieces)) {
    text += part.captured(1);
  }
  return text.replace("\\\"", "\"").replace("\\n", "\n");
}

/// What stands in tr("...") and in the like of the model, in the sources of the window, pieces side by side as one.
QStringList texts_of_sources() {
  static const QRegularExpression call(
      R"re(\b(?:tr|translated|translated_with|to_translate)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re");
  QStringList texts;
  for (const char* folder : {"model", "panels", "viewer"}) {
    const QDir sources(QString(COINCIDE_GUI) + "/" + folder);
    for (const QFileInfo& source : sources.entryInfoList({"*.cpp", "*.h"})) {
      QFile file(source.filePath());
      file.open(QIODevice::ReadOnly);
      const QString code = QString::fromUtf8(file.readAll());
      for (const QRegularExpressionMatch& found : call.globalMatch(code)) {
        texts << joined(found.captured(1));
      }
    }
  }
  return texts;
}

/// How a text of the layers below stands in the language: places without formats, and what joins it to others left out.
QString as_entry(QString text) {
  static const QRegularExpression place(R"re(\{[^{}]*(?:\{\})?[^{}]*\})re"), before("^[.,:;] "), after("[,:;] ?$");
  return text.replace(place, "{}").remove(before).remove(after);
}

QString code_of(const QString& path) {
  QFile file(path);
  file.open(QIODevice::ReadOnly);
  static const QRegularExpression not_shown("^ *(?://|#).*$|// .*$", QRegularExpression::MultilineOption);
  return QString::fromUtf8(file.readAll()).remove(not_shown);
}

/// Of the files that make checks, facts and estimates and refuse settings: what reads like words of a sentence, and the
/// names of checks and facts.
QStringList sentences_of(const QString& code) {
  static const QRegularExpression any(R"re((?:"(?:[^"\\]|\\.)*"\s*)+)re"),
      name(R"re((?:return|push_back\(|DataCheck)\s*\{\s*("\w[^"]*"),)re"),
      words(R"re([A-Za-z]\S* +(?:\S+ +)*\S*[A-Za-z])re"), label(R"re(\{"[^"]*", [a-z_]+\})re");
  const QString shown = QString(code).remove(label);
  QStringList found;
  for (const QRegularExpressionMatch& one : any.globalMatch(shown)) {
    const QString text = as_entry(joined(one.captured()));
    if (words.match(QString(text).remove("{}")).hasMatch()) {
      found << text;
    }
  }
  for (const QRegularExpressionMatch& one : name.globalMatch(shown)) {
    found << joined(one.captured(1));
  }
  return found;
}

/// What is told while a file is read and a job is worked on.
QStringList told_in(const QString& code) {
  static const QRegularExpression call(
      R"re((?:\b(?:warnings|notes|not_used|time_warnings)_?\.(?:push|emplace)_back|[Rr]eporter(?:_|\(\))?(?:\.|->)(?:note|warning)|progress)\(\s*(?:fmt::format\()?\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re");
  QStringList found;
  for (const QRegularExpressionMatch& one : call.globalMatch(code)) {
    found << as_entry(joined(one.captured(1)));
  }
  return found;
}

/// Of the layers below the window, which shows them.
QStringList texts_of_layers_below() {
  const QString root = QString(COINCIDE_GUI) + "/../";
  QStringList speaking = {"io/data_checks.cpp",
                          "io/crystal_checks.cpp",
                          "io/efficiency_check.cpp",
                          "io/event_centroid.cpp",
                          "io/tof_places.cpp",
                          "io/grid_check.cpp",
                          "io/data_facts.cpp",
                          "io/job_facts.cpp",
                          "io/petsird_not_used.cpp",
                          "recon/data/part_clock.cpp",
                          "recon/scatter/scatter_rounds.cpp",
                          "recon/pipeline/sentences.h",
                          "app/plan_job.cpp",
                          "app/plan_text.cpp",
                          "app/job_memory.cpp",
                          "app/job_setup.cpp",
                          "app/job_parts.cpp",
                          "app/job_kinetics.cpp",
                          "app/input_images.cpp",
                          "app/attenuation_input.cpp",
                          "app/job_inputs.cpp",
                          "app/run_job.cpp"};
  for (const QFileInfo& stage : QDir(root + "recon/pipeline").entryInfoList({"*.cpp"})) {
    speaking << "recon/pipeline/" + stage.fileName();
  }
  QStringList texts;
  for (const QString& file : speaking) {
    texts << sentences_of(code_of(root + file));
  }
  for (const char* layer : {"io", "recon", "app"}) {
    QDirIterator files(root + layer, {"*.cpp", "*.h"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
      const QString file = files.next();
      if (!file.contains("/recon/figures/") && !file.contains("/app/python/")) {  // which the window does not show
        texts << told_in(code_of(file));
      }
    }
  }
  texts.removeDuplicates();
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

  /// What checks, facts, estimates, refusals and warnings are made from: with as many values, or some of them by
  /// number.
  void every_sentence_of_the_layers_below_has_a_translation() {
    const QStringList texts = texts_of_layers_below();
    QVERIFY2(texts.size() > 400, qPrintable(QString::number(texts.size())));
    for (const QString& code : language_codes().mid(1)) {
      QHash<QString, QString> entries;
      const QHash<QByteArray, QString> all = language_texts(code);
      for (auto text = all.begin(); text != all.end(); ++text) {
        entries.insert(QString::fromUtf8(text.key()).replace(QRegularExpression(R"(\{[^{}]*\})"), "{}"), text.value());
      }
      QStringList missing;
      std::ranges::copy_if(texts, std::back_inserter(missing), [&](const QString& text) {
        return entries.value(text, entries.value(text.trimmed())).isEmpty();
      });
      QVERIFY2(missing.isEmpty(), qPrintable(code + " lacks:\n" + missing.join("\n")));
      for (const QString& text : texts) {
        const QString translation = entries.value(text, entries.value(text.trimmed()));
        const QStringList numbers = marks_of(translation, R"(\{\d\})");
        const auto values = text.count("{}");
        QVERIFY2(numbers.isEmpty() ? marks_of(translation, R"(\{[^{}]*\})").size() == values
                                   : numbers.last() < QString("{%1}").arg(values),
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

  /// Of data with much to complain of, in what is said of them and of a job with them.
  void data_and_estimate_speak_german() {
    QTemporaryDir folder;
    const std::filesystem::path place = folder.path().toStdString();
    io::Job job;
    job.simulation.phantom = "orientation";
    job.simulation.scanner = "small";
    job.simulation.duration_s = 0.2;
    job.output.folder = place;
    job.output.name = "scan";
    recon::Reporter quiet;
    app::simulate_job(job, quiet);

    apply_language("de");
    MainWindow window(app::make_window_services());
    window.show();
    window.open_file(QString::fromStdString((place / "scan.petsird").string()));
    const auto* panel = window.findChild<DataPanel*>();
    const auto* estimate = window.findChild<EstimateStrip*>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->findChild<QLabel*>("check_Delayeds") != nullptr, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(panel->findChild<QLabel*>("check_Image grid") != nullptr, patience_ms);
    QTRY_VERIFY_WITH_TIMEOUT(!estimate->toolTip().isEmpty(), patience_ms);
    QCOMPARE(panel->findChild<QLabel*>("check_Time")->text(), QString("Zeit: läuft vorwärts."));
    QStringList texts{estimate->toolTip()};
    for (const QWidget* part : {static_cast<const QWidget*>(panel), static_cast<const QWidget*>(estimate)}) {
      for (const QLabel* label : part->findChildren<QLabel*>()) {
        texts << label->text();
      }
    }
    QVERIFY2(texts.size() > 30, qPrintable(texts.join("\n")));
    const QRegularExpression english("\\b(the|of|and|is|are|from|with|not|to|they|by|no|it)\\b");
    for (const QString& text : texts) {
      QVERIFY2(!english.match(text).hasMatch(), qPrintable(text));
    }
  }

  /// Why a setting is refused, and a file that is none of the window's.
  void refusals_are_german() {
    apply_language("de");
    JobDocument document;
    JobForm form(document);
    document.set("stop.passes", "-1");
    form.refresh();
    const auto labels = form.findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
      return label->text().startsWith("stop.passes = -1 ist nicht möglich. Erlaubt: eine ganze Zahl von 0 bis ");
    }));
    QCOMPARE(in_language("the job has no data: set input.data to a listmode file or histogram, or simulation.phantom "
                         "and simulation.scanner."),
             std::string("der Auftrag hat keine Daten: Setzen Sie input.data auf eine Listmode-Datei oder ein "
                         "Histogramm, oder simulation.phantom und simulation.scanner."));
    QCOMPARE(in_language("Frame 2 of 5: Scatter, round 1: 2e+05 counts, scale 1.020 to 1.100."),
             std::string("Frame 2 von 5: Streuung, Runde 1: 2e+05 Ereignisse, Skala 1.020 bis 1.100."));
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
