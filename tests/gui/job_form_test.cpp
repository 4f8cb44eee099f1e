#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>
#include <algorithm>
#include <memory>

#include "gui/model/basic_settings.h"
#include "gui/panel_support.h"
#include "gui/panels/estimate_strip.h"
#include "gui/panels/job_form.h"
#include "gui/panels/setting_line.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

using coincide::tests::button_of;
using coincide::tests::type;

namespace {

QString text_in(const JobForm& form, const QString& key) { return qobject_cast<QLineEdit*>(form.editor(key))->text(); }

SettingLine* line_of(const JobForm& form, const QString& key) {
  return qobject_cast<SettingLine*>(form.editor(key)->parentWidget());
}

/// Is any label of this text visible in the line?
bool shows(const SettingLine& line, const QString& text) {
  const auto labels = line.findChildren<QLabel*>();
  return std::ranges::any_of(labels, [&](const QLabel* label) { return label->isVisible() && label->text() == text; });
}

bool is_marked(const SettingLine& line) { return line.findChild<QLabel*>()->font().bold(); }

/// The lines of the strip at the bottom, with bars between them.
QString estimate_text(const JobForm& form) {
  QStringList lines;
  for (const auto* label : form.findChild<EstimateStrip*>()->findChildren<QLabel*>()) {
    if (!label->text().isEmpty()) {
      lines << label->text();
    }
  }
  return lines.join('|');
}

}  // namespace

class JobFormTest : public QObject {
  Q_OBJECT

 private slots:
  void every_setting_has_an_editor();
  void edits_reach_the_document();
  void invalid_text_is_kept_and_explained();
  void only_settings_with_a_use_are_shown();
  void basic_settings_come_first();
  void check_goes_to_what_is_wrong();
  void built_in_phantoms_are_offered();
  void undo_refreshes_the_editor();
  void typed_text_survives_a_refresh();
  void what_differs_from_the_default_is_marked();
  void filter_hides_other_settings();
  void commit_takes_what_is_being_typed();
  void typed_text_outlives_the_form();
  void device_is_chosen_among_those_there_are();
  void estimate_is_asked_for_after_a_change();
  void estimate_shows_the_gist_of_the_plan();
};

void JobFormTest::every_setting_has_an_editor() {
  JobDocument document;
  const JobForm form(document);
  for (const io::Setting& setting : document.settings()) {
    QVERIFY2(form.editor(QString::fromStdString(setting.key)) != nullptr, setting.key.c_str());
  }
  QVERIFY(form.editor("algorithm.no_such_setting") == nullptr);
}

void JobFormTest::edits_reach_the_document() {
  JobDocument document;
  const JobForm form(document);
  type(form.editor("stop.passes"), "12");
  QCOMPARE(document.job().stop.passes, 12);
  qobject_cast<QComboBox*>(form.editor("algorithm.name"))->setCurrentText("mlem");
  QVERIFY(document.job().algorithm.name == recon::AlgorithmName::mlem);
  qobject_cast<QCheckBox*>(form.editor("algorithm.tof"))->click();
  QVERIFY(!document.job().algorithm.tof);
  type(form.editor("simulation.phantom"), "nema_iq");
  QCOMPARE(document.job().simulation.phantom, std::filesystem::path("nema_iq"));
}

void JobFormTest::invalid_text_is_kept_and_explained() {
  JobDocument document;
  JobForm form(document);
  form.show();
  const SettingLine& line = *line_of(form, "stop.passes");
  type(form.editor("stop.passes"), "many");
  QCOMPARE(document.job().stop.passes, io::Job().stop.passes);
  QCOMPARE(text_in(form, "stop.passes"), QString("many"));
  const QString reason = QString::fromStdString(document.error("stop.passes"));
  QVERIFY(reason.contains("many"));
  QVERIFY(shows(line, reason));
  form.refresh();
  QCOMPARE(text_in(form, "stop.passes"), QString("many"));

  // It stays in sight in a group that is folded.
  button_of(form, "Stop")->click();
  QVERIFY(line.isVisible());
  type(form.editor("stop.passes"), "7");
  QCOMPARE(document.job().stop.passes, 7);
  QVERIFY(!document.has_errors());
  QVERIFY(!line.isVisible());
  button_of(form, "Stop")->click();
  QVERIFY(line.isVisible());
  QVERIFY(!shows(line, reason));
}

void JobFormTest::only_settings_with_a_use_are_shown() {
  JobDocument document;
  JobForm form(document);
  form.show();
  const auto choose = [&form](const char* key, const char* word) {
    qobject_cast<QComboBox*>(form.editor(key))->setCurrentText(word);
  };
  const auto shown = [&form](const char* key) { return line_of(form, key)->isVisible(); };
  form.findChild<QCheckBox*>("all_settings")->setChecked(true);
  QVERIFY(shown("algorithm.subsets") && shown("prior.name"));
  QVERIFY(!shown("prior.strength") && !shown("prior.gamma") && !shown("stop.change"));
  choose("prior.name", "relative-difference");
  QVERIFY(shown("prior.strength") && shown("prior.gamma") && shown("stop.change"));
  QVERIFY(!shown("prior.delta") && !shown("prior.anatomical"));
  choose("prior.name", "bowsher");
  QVERIFY(shown("prior.anatomical") && !shown("prior.gamma"));
  choose("prior.name", "none");
  choose("algorithm.name", "mlem");
  QVERIFY(!shown("prior.name") && !shown("algorithm.subsets"));
}

/// What most jobs need, what is not as by default, and what is looked for; the rest when it is asked for.
void JobFormTest::basic_settings_come_first() {
  JobDocument document;
  JobForm form(document);
  form.show();
  int basic = 0;
  for (const io::Setting& setting : document.settings()) {
    const bool shown = line_of(form, setting.key.c_str())->isVisible();
    QVERIFY2(shown == (is_basic(setting.key) && io::has_use(setting)), setting.key.c_str());
    basic += is_basic(setting.key) ? 1 : 0;
  }
  QCOMPARE(basic, 27);  // all of them are settings that there are
  const auto shown = [&form](const char* key) { return line_of(form, key)->isVisible(); };
  document.set("simulation.phantom", "cylinder");
  document.set("simulation.seed", "7");
  form.refresh();
  QVERIFY(shown("simulation.seed") && !shown("input.columns"));
  form.findChild<QCheckBox*>("all_settings")->click();
  QVERIFY(shown("input.columns"));
}

/// Though it lies out of sight.
void JobFormTest::check_goes_to_what_is_wrong() {
  JobDocument document;
  JobForm form(document);
  form.resize(400, 300);
  form.show();
  QVERIFY(QTest::qWaitForWindowExposed(&form, coincide::tests::patience_ms));
  type(form.editor("output.filter_fwhm_mm"), "wide");
  const SettingLine& line = *line_of(form, "output.filter_fwhm_mm");
  form.findChild<QScrollArea*>()->verticalScrollBar()->setValue(0);
  QVERIFY(line.visibleRegion().isEmpty());
  button_of(*form.findChild<EstimateStrip*>(), "Check")->click();
  QVERIFY(!line.visibleRegion().isEmpty());
}

/// A menu of the words for what comes with the program.
void JobFormTest::built_in_phantoms_are_offered() {
  JobDocument document;
  JobForm form(document);
  form.offer("simulation.phantom", {"nema_iq", "orientation"});
  const auto* menu = line_of(form, "simulation.phantom")->findChild<QMenu*>();
  QCOMPARE(menu->actions().front()->text(), QString("nema_iq"));
  menu->actions().front()->trigger();
  QCOMPARE(document.job().simulation.phantom, std::filesystem::path("nema_iq"));
  QCOMPARE(text_in(form, "simulation.phantom"), QString("nema_iq"));
}

void JobFormTest::undo_refreshes_the_editor() {
  JobDocument document;
  JobForm form(document);
  const Subscription follows = document.listen([&] { form.refresh(); });
  const QString before = text_in(form, "algorithm.subsets");
  type(form.editor("algorithm.subsets"), "21");
  document.undo();
  QCOMPARE(text_in(form, "algorithm.subsets"), before);
  document.redo();
  QCOMPARE(text_in(form, "algorithm.subsets"), QString("21"));
}

void JobFormTest::typed_text_survives_a_refresh() {
  JobDocument document;
  JobForm form(document);
  const Subscription follows = document.listen([&] { form.refresh(); });
  auto* line = qobject_cast<QLineEdit*>(form.editor("stop.passes"));
  line->selectAll();
  QTest::keyClicks(line, "15");
  document.set("algorithm.subsets", "3");
  QCOMPARE(line->text(), QString("15"));
  QVERIFY(document.job().stop.passes != 15);
  form.commit();
  QCOMPARE(document.job().stop.passes, 15);
}

void JobFormTest::what_differs_from_the_default_is_marked() {
  JobDocument document;
  JobForm form(document);
  form.show();
  const SettingLine& line = *line_of(form, "algorithm.psf_fwhm_mm");
  QVERIFY(!is_marked(line));
  type(form.editor("algorithm.psf_fwhm_mm"), "4.5");
  QVERIFY(is_marked(line));
  auto* reset = line.findChild<QToolButton*>();
  QVERIFY(reset->isVisible());
  reset->click();
  QCOMPARE(document.job().algorithm.psf_fwhm_mm, io::Job().algorithm.psf_fwhm_mm);
  QVERIFY(!is_marked(line));
  QVERIFY(!reset->isVisible());
}

void JobFormTest::filter_hides_other_settings() {
  JobDocument document;
  document.set("simulation.phantom", "cylinder");
  JobForm form(document);
  form.show();
  auto* filter = form.findChild<QLineEdit*>({}, Qt::FindDirectChildrenOnly);
  QTest::keyClicks(filter, "seed");
  QVERIFY(form.editor("simulation.seed")->isVisible());
  QVERIFY(!form.editor("simulation.duration_s")->isVisible());
  QVERIFY(!form.editor("stop.passes")->isVisible());
  filter->clear();
  QVERIFY(form.editor("stop.passes")->isVisible());
}

/// F5 and Ctrl+S end no editing: what has been typed is taken over by commit().
void JobFormTest::commit_takes_what_is_being_typed() {
  JobDocument document;
  JobForm form(document);
  const Subscription follows = document.listen([&] { form.refresh(); });
  form.show();
  form.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&form, tests::patience_ms));
  const auto type_only = [&](const char* key, const char* text) {
    form.editor(key)->setFocus();
    auto* line = qobject_cast<QLineEdit*>(QApplication::focusWidget());
    line->selectAll();
    QTest::keyClicks(line, text);
  };
  type_only("stop.passes", "15");
  QCOMPARE(document.job().stop.passes, io::Job().stop.passes);
  form.commit();
  QVERIFY(form.editor("stop.passes")->hasFocus());
  QCOMPARE(document.job().stop.passes, 15);
  // The second time adds no undo step.
  form.commit();
  document.undo();
  QVERIFY(!document.can_undo());
  QCOMPARE(text_in(form, "stop.passes"), QString::number(io::Job().stop.passes));

  type_only("image.voxel_size_mm", "3, 3, x");
  form.commit();
  QVERIFY(document.has_errors());
  QCOMPARE(document.text("image.voxel_size_mm"), std::string("3, 3, x"));
  type_only("simulation.phantom", "nema_iq");
  type_only("image.voxel_size_mm", "3, 3, 3");
  form.commit();
  QVERIFY(!document.has_errors());
  QCOMPARE(document.job().simulation.phantom, std::filesystem::path("nema_iq"));
  QCOMPARE(document.job().image.voxel_size_mm, (std::array<double, 3>{3, 3, 3}));
}

/// The line hands its text over when it loses the focus, be it because the form goes.
void JobFormTest::typed_text_outlives_the_form() {
  JobDocument document;
  auto form = std::make_unique<JobForm>(document);
  auto line = std::make_unique<SettingLine>(
      document, *std::ranges::find(document.settings(), std::string("output.name"), &io::Setting::key));
  const auto type_into = [](QWidget& window, QWidget* editor, const QString& text) {
    window.show();
    window.activateWindow();  // nobody else does where there is no window manager
    QVERIFY(QTest::qWaitForWindowActive(&window, tests::patience_ms));
    editor->setFocus();
    QTRY_VERIFY_WITH_TIMEOUT(editor->hasFocus(), tests::patience_ms);
    QTest::keyClick(editor, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(editor, text);
  };
  type_into(*form, form->editor("stop.passes"), "17");
  form.reset();
  QCOMPARE(document.job().stop.passes, 17);
  type_into(*line, line->editor(), "brain");
  line.reset();
  QCOMPARE(document.job().output.name, std::string("brain"));
}

void JobFormTest::device_is_chosen_among_those_there_are() {
  JobDocument document;
  document.set("compute.device", "cpu");
  JobForm form(document);
  const Subscription follows = document.listen([&] { form.refresh(); });
  form.show();
  auto* box = qobject_cast<QComboBox*>(form.editor("compute.device"));
  QVERIFY(box != nullptr);
  const auto words = [&] {
    QStringList list;
    for (int i = 0; i < box->count(); ++i) {
      list << box->itemText(i);
    }
    return list;
  };
  QCOMPARE(words(), (QStringList{"auto", "cpu"}));  // before it is known which there are
  QCOMPARE(box->currentText(), QString("cpu"));
  document.undo();
  form.show_devices({{"cpu", "CPU, AVX2, 8 threads", true, ""}, {"cuda:0", "GPU", false, "No driver."}});
  QVERIFY(!document.can_undo());
  QCOMPARE(box->currentText(), QString("auto"));
  QCOMPARE(words(), (QStringList{"auto", "cpu", "cuda:0"}));
  QVERIFY(box->model()->flags(box->model()->index(1, 0)) & Qt::ItemIsEnabled);
  QVERIFY(!(box->model()->flags(box->model()->index(2, 0)) & Qt::ItemIsEnabled));
  QCOMPARE(box->itemData(2, Qt::ToolTipRole).toString(), QString("No driver."));
  QVERIFY(shows(*line_of(form, "compute.device"), "cpu: CPU, AVX2, 8 threads\ncuda:0: No driver."));
  box->setCurrentText("cpu");
  QCOMPARE(document.job().compute.device, std::string("cpu"));

  // A word of the document that is not on offer is there until another one is chosen.
  document.set("compute.device", "cuda:7");
  QCOMPARE(box->currentText(), QString("cuda:7"));
  QCOMPARE(words().size(), 4);
  box->setCurrentText("auto");
  QCOMPARE(document.job().compute.device, std::string("auto"));
  QCOMPARE(words(), (QStringList{"auto", "cpu", "cuda:0"}));
}

void JobFormTest::estimate_is_asked_for_after_a_change() {
  JobDocument document;
  JobForm form(document);
  const Subscription follows = document.listen([&] { form.refresh(); });
  form.show();
  QSignalSpy asked(&form, &JobForm::estimate_requested);
  QAbstractButton* check = button_of(form, "Check");
  check->click();
  QCOMPARE(asked.count(), 0);  // there is nothing to reconstruct yet
  QVERIFY(estimate_text(form).contains("Choose events"));

  document.set("input.data", "/scans/a.petsird");
  document.set("stop.passes", "3");
  QCOMPARE(asked.count(), 0);
  QTRY_COMPARE_WITH_TIMEOUT(asked.count(), 1, tests::patience_ms);
  form.refresh();
  QVERIFY(!asked.wait(1000));
  QCOMPARE(asked.count(), 1);  // nothing has changed

  type(form.editor("stop.passes"), "many");
  check->click();
  QCOMPARE(asked.count(), 1);
  QVERIFY(estimate_text(form).contains("not valid"));
  document.undo();
  auto* line = qobject_cast<QLineEdit*>(form.editor("stop.passes"));
  line->selectAll();
  QTest::keyClicks(line, "5");
  check->click();
  QCOMPARE(asked.count(), 2);
  QCOMPARE(document.job().stop.passes, 5);
}

void JobFormTest::estimate_shows_the_gist_of_the_plan() {
  JobDocument document;
  document.set("input.data", "/scans/a.petsird");
  JobForm form(document);
  form.show();
  form.show_estimate_pending();
  QVERIFY(estimate_text(form).contains("Estimating"));
  JobEstimate estimate{.memory_bytes = 1'240'000'000,
                       .total_s = 190,
                       .sensitivity_s = 100,
                       .iteration_s = 30.2,
                       .warnings = {"The file ends early."},
                       .lines = {{"Scanner", "small"}}};
  form.show_estimate(estimate);
  QCOMPARE(estimate_text(form),
           QString("About 1.2 GB, 3 min: sensitivity image 2 min, each iteration 30 s|The file ends early."));
  QVERIFY(form.findChild<EstimateStrip*>()->toolTip().contains("small"));
  const auto* strip = form.findChild<EstimateStrip*>();
  const int low = strip->height();
  estimate.warnings.resize(20, "The file ends early, and nobody knows what was in the rest of it.");
  form.show_estimate(estimate);
  QTRY_VERIFY_WITH_TIMEOUT(strip->height() > low, tests::patience_ms);
  QVERIFY(strip->height() < form.height() / 2);  // the form keeps its room
  estimate = {.memory_bytes = 120'000'000'000, .total_s = 7200, .iteration_s = 2, .warnings = {}, .lines = {}};
  form.show_estimate(estimate);
  QCOMPARE(estimate_text(form), QString("About 120 GB, 2.0 h: each iteration 2.0 s"));
  QTRY_VERIFY_WITH_TIMEOUT(strip->height() <= low, tests::patience_ms);
  form.show_no_estimate("There is no file a.petsird.");
  QCOMPARE(estimate_text(form), QString("There is no file a.petsird."));
}

COINCIDE_TEST_CLASS(JobFormTest)
#include "job_form_test.moc"
