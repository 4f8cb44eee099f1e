#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSignalSpy>
#include <QSlider>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "gui/panel_support.h"
#include "gui/panels/run_details.h"
#include "gui/panels/run_panel.h"
#include "gui/panels/run_status.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/step_picker.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::button_of;

namespace {

using ImagePointer = std::shared_ptr<const recon::Image>;

ImagePointer tiny_image() {
  return std::make_shared<const recon::Image>(recon::centred_grid({1, 1, 1}, {1, 1, 1}, {0, 0, 0}), 1.F, "1");
}

/// A run after `iterations` whole ones, as the session holds it.
std::shared_ptr<Run> run_after(int number, int iterations) {
  auto run = std::make_shared<Run>();
  run->number = number;
  run->job.stop.passes = 10;
  for (int i = 1; i <= iterations; ++i) {
    run->iteration = i;
    run->image = tiny_image();
    run->kept.push_back({run->iteration, run->image});
    run->figures.push_back({.iteration = run->iteration, .log_likelihood = -100.0 / i, .expected_counts = 50.0 * i});
  }
  return run;
}

/// The column of runs, and what is known of the chosen one, together as the window has them.
struct Panel : RunPanel {
  RunDetails details;
  Panel() {
    connect(this, &RunPanel::chosen_run_changed, &details, [this] { details.show_run(chosen_run()); });
  }
  QListWidget* list() const { return findChild<QListWidget*>("runs"); }
};

}  // namespace

class RunPanelTest : public QObject {
  Q_OBJECT

 private slots:
  void the_panel_shows_what_a_run_does();
  void the_status_shows_the_run_and_stops_it();
  void a_run_has_a_small_picture();
  void an_older_run_can_be_chosen();
  void charts_hold_the_figures();
  void events_are_those_that_were_written();
  void iterations_can_be_gone_back_to();
  void last_image_follows_the_newest();
  void step_picker_names_what_it_is_at();
  void step_picker_plays();
  void curves_follow_the_run();
  void settings_can_be_used_again();
};

void RunPanelTest::the_panel_shows_what_a_run_does() {
  Panel panel;
  auto* list = panel.list();
  auto* figures = panel.details.findChild<QTreeWidget*>("figures");
  auto* messages = panel.details.findChild<QListWidget*>("messages");
  QVERIFY(!panel.chosen_run());

  auto run = std::make_shared<Run>();
  run->number = 1;
  run->job.output.name = "brain";
  run->job.stop.passes = 6;
  run->stage = "reconstruction";
  run->fraction = 0.25;
  run->seconds = 61;
  run->seconds_left = 183;
  run->figures = {{.iteration = 1, .log_likelihood = -1234.5, .expected_counts = 1000}};
  run->lines = {{.text = "100 prompts."}, {.text = "few counts", .is_warning = true}};
  panel.show_run(run);
  QCOMPARE(panel.chosen_run(), std::shared_ptr<const Run>(run));
  const QListWidgetItem* row = list->item(0);
  QCOMPARE(row->text(), QString("1 · brain\nrunning · 1:01\niteration 1 of 6"));
  QVERIFY(row->icon().isNull());  // it has no image yet
  QCOMPARE(panel.details.findChild<QLabel*>("progress")->text(), QString("reconstruction, 3:03 left"));
  const auto* bar = panel.details.findChild<QProgressBar*>();
  QCOMPARE(4 * bar->value(), bar->maximum());
  QCOMPARE(figures->topLevelItem(0)->text(1), QString("-1234.5"));
  QCOMPARE(messages->count(), 2);
  QCOMPARE(messages->item(1)->text(), QString("few counts"));
  const auto* settings = panel.details.findChild<QTreeWidget*>("settings");
  const QList<QTreeWidgetItem*> passes = settings->findItems("stop.passes", Qt::MatchExactly);
  QCOMPARE(passes.size(), 1);
  QCOMPARE(passes.front()->text(1), QString("6"));

  run->figures.push_back({.iteration = 2});
  run->error = "the disk is full";
  run->state = RunState::failed;
  panel.show_run(run);
  panel.show_run(run);
  QCOMPARE(list->count(), 1);
  QCOMPARE(figures->topLevelItemCount(), 2);
  QCOMPARE(messages->count(), 3);
  QCOMPARE(messages->item(2)->text(), QString("the disk is full"));
  QVERIFY(row->text().contains("failed") && row->toolTip().contains("the disk is full"));
  // What was done, not how far the last stage was.
  QCOMPARE(panel.details.findChild<QLabel*>("progress")->text(), QString("failed after 2 of 6 iterations"));
  QCOMPARE(3 * bar->value(), bar->maximum() - 1);
}

/// In a line, whatever panels are open; what was done stays there.
void RunPanelTest::the_status_shows_the_run_and_stops_it() {
  RunStatus status;
  QVERIFY(status.isHidden());
  QSignalSpy stops(&status, &RunStatus::stop_requested);
  auto* stop = button_of(status, "Stop");
  const auto run = run_after(3, 2);
  run->stage = "reconstruction";
  run->fraction = 0.2;
  run->seconds = 3661;
  run->seconds_left = 60;
  status.show_run(*run);
  const auto text = [&] { return status.findChild<QLabel*>()->text(); };
  const auto* bar = status.findChild<QProgressBar*>();
  QCOMPARE(text(), QString("Run 3: reconstruction, 1:00 left · 1:01:01"));
  QCOMPARE(bar->value(), bar->maximum() / 5);
  stop->click();
  QCOMPARE(stops.size(), 1);
  run->state = RunState::stopping;
  status.show_run(*run);
  QVERIFY(!stop->isEnabled());
  run->state = RunState::stopped;
  run->fraction = 1;  // of what came last, the writing
  run->iteration = 2.5;
  status.show_run(*run);
  QCOMPARE(text(), QString("Run 3: stopped after 2.5 of 10 iterations · 1:01:01"));
  QCOMPARE(bar->value(), bar->maximum() / 4);
  QVERIFY(stop->isHidden());
  run->iteration = 0;
  run->figures.clear();
  status.show_run(*run);
  QCOMPARE(text(), QString("Run 3: stopped before the first image · 1:01:01"));
  QCOMPARE(bar->value(), 0);
}

/// The bright half of the picture is where that of the image is.
void RunPanelTest::a_run_has_a_small_picture() {
  Panel panel;
  auto run = run_after(1, 1);
  recon::Image image(recon::centred_grid({40, 20, 3}, {2, 2, 2}, {0, 0, 0}), 0.F, "Bq/mL");
  for (std::int64_t i = 20; i < 40; ++i) {
    for (std::int64_t j = 0; j < 20; ++j) {
      image.at(i, j, 1) = 5;
    }
  }
  run->image = std::make_shared<const recon::Image>(image);
  panel.show_run(run);
  const QSize size = panel.list()->iconSize();
  const QImage picture = panel.list()->item(0)->icon().pixmap(size).toImage();
  const auto light = [&](double x, double y) {
    return picture.pixelColor(static_cast<int>(x * picture.width()), static_cast<int>(y * picture.height()))
        .lightness();
  };
  QVERIFY(light(0.25, 0.5) < 10 && light(0.75, 0.5) > 200);
  QVERIFY(light(0.75, 0.02) < 10);  // twice as wide as high: above it there is nothing
}

void RunPanelTest::an_older_run_can_be_chosen() {
  Panel panel;
  auto* list = panel.list();
  QSignalSpy chosen(&panel, &RunPanel::run_chosen);
  std::vector<std::shared_ptr<Run>> runs;
  for (int number = 1; number <= 2; ++number) {
    runs.push_back(std::make_shared<Run>());
    runs.back()->number = number;
    runs.back()->state = RunState::done;
    runs.back()->lines = {{.text = "of run " + std::to_string(number)}};
    panel.show_run(runs.back());
  }
  QCOMPARE(panel.chosen_run()->number, 2);
  QCOMPARE(chosen.size(), 0);
  list->setCurrentRow(1);
  QCOMPARE(chosen.size(), 1);
  QCOMPARE(panel.chosen_run()->number, 1);
  const auto* messages = panel.details.findChild<QListWidget*>("messages");
  QCOMPARE(messages->item(0)->text(), QString("of run 1"));
  runs[1]->state = RunState::running;
  runs[1]->lines.push_back({.text = "more"});
  panel.show_run(runs[1]);  // not the chosen one
  QCOMPARE(messages->count(), 1);
  QVERIFY(list->item(0)->text().contains("running"));
}

void RunPanelTest::charts_hold_the_figures() {
  const auto run = run_after(1, 3);
  const Chart likelihood = figure_chart(*run, figure_curves()[0]);
  QCOMPARE(likelihood.series.size(), std::size_t{1});
  QCOMPARE(likelihood.series[0].x, (std::vector<double>{1, 2, 3}));
  QCOMPARE(likelihood.series[0].y, (std::vector<double>{-100, -50, -100.0 / 3}));
  QCOMPARE(figure_chart(*run, figure_curves()[3]).series[0].y, (std::vector<double>{50, 100, 150}));
  QVERIFY(figure_chart(Run(), figure_curves()[0]).series.empty());
}

/// A run that is stopped while it simulates leaves no events, but a log and a record.
void RunPanelTest::events_are_those_that_were_written() {
  Run run;
  run.job.simulation.phantom = "nema_iq";
  run.folder = "/results";
  run.files = {"a.log", "a.json"};
  QVERIFY(simulated_events(run).empty());
  run.files = {"a.log", "a.petsird", "a_truth.nii.gz"};
  QCOMPARE(simulated_events(run), std::filesystem::path("/results/a.petsird"));
}

void RunPanelTest::iterations_can_be_gone_back_to() {
  Panel panel;
  panel.show_run(run_after(1, 1));
  QCOMPARE(panel.images().images().size(), std::size_t{1});
  const auto run = run_after(2, 4);
  panel.show_run(run);
  QCOMPARE(panel.images().images().size(), std::size_t{4});
  QCOMPARE(panel.chosen_image().image, run->image);

  QSignalSpy chosen(&panel, &RunPanel::iteration_chosen);
  panel.choose_image(1);
  QCOMPARE(chosen.count(), 1);
  QCOMPARE(panel.chosen_image().image, run->kept[1].image);
  QCOMPARE(panel.chosen_image().iteration, 2.0);

  // Another run begins at its newest image.
  auto* list = panel.list();
  list->setCurrentRow(1);
  QCOMPARE(panel.chosen_image().iteration, 1.0);
  list->setCurrentRow(0);
  QCOMPARE(panel.chosen_image().image, run->image);
  QCOMPARE(chosen.count(), 1);
}

void RunPanelTest::last_image_follows_the_newest() {
  ImageChoice choice;
  QVERIFY(!choice.image().image);
  const auto run = run_after(1, 2);
  choice.follow(run);
  run->image = tiny_image();
  run->iteration = 2.5;  // within an iteration
  choice.follow(run);
  QCOMPARE(choice.images().size(), std::size_t{3});
  QCOMPARE(choice.image().iteration, 2.5);

  choice.choose(0);
  run->iteration = 3;
  run->kept.push_back({3, run->image});
  choice.follow(run);
  QCOMPARE(choice.images().size(), std::size_t{3});
  QCOMPARE(choice.image().iteration, 1.0);
  choice.choose(2);
  QCOMPARE(choice.image().image, run->image);
  run->iteration = 4;
  run->kept.push_back({4, run->image});
  choice.follow(run);
  QCOMPARE(choice.image().iteration, 4.0);
}

/// Of the line over the views.
void RunPanelTest::step_picker_names_what_it_is_at() {
  StepPicker picker;
  auto* slider = picker.findChild<QSlider*>("step");
  const auto* name = picker.findChild<QLabel*>("step_name");
  QSignalSpy chosen(&picker, &StepPicker::chosen);
  picker.set_steps({"Iteration", {"1"}, 0, 1});
  QVERIFY(picker.isHidden());  // nothing to choose from
  picker.set_steps({"Iteration", {"1", "2", "2.5"}, 2, 3});
  QVERIFY(!picker.isHidden());
  QCOMPARE(name->text(), QString("2.5"));
  QCOMPARE(chosen.count(), 0);
  slider->setValue(1);
  QCOMPARE(name->text(), QString("2"));
  QCOMPARE(chosen.at(0).at(0).toInt(), 1);
}

/// One after the other, the first after the last, at the speed chosen; until it is pressed again.
void RunPanelTest::step_picker_plays() {
  StepPicker picker;
  picker.set_steps({"Frame", {"1", "2", "3"}, 1, 3});
  picker.show();
  auto* play = picker.findChild<QToolButton*>("play");
  play->menu()->actions().last()->trigger();  // the quickest
  QSignalSpy chosen(&picker, &StepPicker::chosen);
  play->click();
  QTRY_VERIFY_WITH_TIMEOUT(chosen.count() >= 4, coincide::tests::patience_ms);
  play->click();
  for (int i = 0; i < 4; ++i) {
    QCOMPARE(chosen.at(i).at(0).toInt(), (2 + i) % 3);
  }
  const auto count = chosen.count();
  QTest::qWait(200);  // three times as long as one takes
  QCOMPARE(chosen.count(), count);
  play->click();
  picker.set_steps({"Frame", {"1"}, 0, 1});  // of another image
  QVERIFY(!play->isChecked());
}

void RunPanelTest::curves_follow_the_run() {
  Panel panel;
  const auto* chart = panel.details.findChild<ChartView*>();
  const auto run = run_after(1, 2);
  panel.show_run(run);
  QCOMPARE(chart->chart().series[0].y, figure_chart(*run, figure_curves()[0]).series[0].y);
  run->figures.push_back({.iteration = 3, .log_likelihood = -7, .expected_counts = 8});
  panel.show_run(run);
  QCOMPARE(chart->chart().series[0].y.back(), -7.0);
  panel.details.findChild<QComboBox*>("curve")->setCurrentText("Expected counts");
  QCOMPARE(chart->chart().series[0].y.back(), 8.0);
  QVERIFY(chart_csv(chart->chart()).starts_with("# Run 1 · image\niteration,"));
  panel.choose(nullptr);  // data are looked at
  QVERIFY(!panel.chosen_run() && !panel.chosen_image().image);
  QVERIFY(chart->chart().series.empty());
  panel.choose(run);
  QCOMPARE(chart->chart().series[0].y.back(), 8.0);
  panel.details.findChild<QComboBox*>("curve")->setCurrentText("Counts by TOF bin");
  QVERIFY(chart->chart().series.empty());
  run->tof_profile = {{.centre_mm = -20, .prompts = 90, .randoms = 5, .scatter = 10},
                      {.centre_mm = 0, .prompts = 300, .randoms = 5, .scatter = 30}};
  run->state = RunState::done;
  panel.show_run(run);
  QCOMPARE(chart->chart().series.size(), std::size_t{3});
  QCOMPARE(chart->chart().series[0].x, (std::vector<double>{-20, 0}));
  QCOMPARE(chart->chart().series[0].y, (std::vector<double>{90, 300}));
  QCOMPARE(chart->chart().series[1].y, (std::vector<double>{15, 35}));
  panel.details.findChild<QComboBox*>("curve")->setCurrentText("Penalty");
  QVERIFY(chart->chart().series.empty());
  panel.show_run(run_after(2, 0));
  QVERIFY(chart->chart().series.empty());
}

void RunPanelTest::settings_can_be_used_again() {
  Panel panel;
  QAbstractButton* reuse = button_of(panel.details, "Use these settings");
  QAbstractButton* folder = button_of(panel.details, "Open folder");
  QVERIFY(!reuse->isEnabled());
  QVERIFY(!folder->isEnabled());
  const auto first = run_after(1, 2);
  first->job.algorithm.subsets = 21;
  panel.show_run(first);
  QVERIFY(!folder->isEnabled());
  first->state = RunState::done;
  first->folder = "/results";
  panel.show_run(first);
  QVERIFY(folder->isEnabled());
  panel.show_run(run_after(2, 1));
  QVERIFY(!folder->isEnabled());

  QSignalSpy requested(&panel.details, &RunDetails::settings_requested);
  auto* list = panel.list();
  list->setCurrentRow(1);
  reuse->click();
  QCOMPARE(requested.count(), 1);
  QCOMPARE(requested.at(0).at(0).value<io::Job>().algorithm.subsets, 21);
}

COINCIDE_TEST_CLASS(RunPanelTest)
#include "run_panel_test.moc"
