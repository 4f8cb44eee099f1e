// Files as a user opens and drops them: what can be used is shown, for the rest the window says why.

#include <QAction>
#include <QFileInfo>
#include <QLabel>
#include <QtTest>
#include <fstream>

#include "gui/driven_window.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

class WindowFilesTest : public tests::DrivenWindow {
  Q_OBJECT

 private slots:
  void init() { open_new_window(); }
  void cleanup() { close_window(); }

  void wrong_files_are_explained() {
    std::ofstream(path("not_data.petsird")) << "no listmode data at all";
    open("not_data.petsird");
    QVERIFY(take_error().contains("not_data.petsird"));

    std::ofstream(path("typo.toml")) << "[algorithm]\niteratoins = 3\n";
    open("typo.toml");
    const QString error = take_error();
    QVERIFY2(error.contains("iteratoins") && error.contains("algorithm.iterations"), qPrintable(error));

    open("missing.petsird");
    QVERIFY(take_error().contains("missing.petsird"));
    QVERIFY(window_->windowTitle().contains("new job"));  // nothing was opened
  }

  /// What is said of one job's file does not stay for the next job.
  void data_go_with_their_job() {
    std::ofstream(path("no_file.toml")) << "[input]\nevents = \"nothing_here.petsird\"\n";
    open("no_file.toml");
    const auto* sentence = window_->findChild<QLabel*>("data_sentence");
    QTRY_VERIFY_WITH_TIMEOUT(sentence->text().contains("nothing_here.petsird"), tests::patience_ms);
    write_job("simulated.toml", 1, 1);
    open("simulated.toml");
    QTRY_VERIFY_WITH_TIMEOUT(!sentence->text().contains("nothing_here.petsird"), tests::patience_ms);
  }

  void dropped_file_is_opened() {
    write_job("dropped.toml", 1, 1);
    QVERIFY(drop(text_path("dropped.toml")));
    QVERIFY(window_->windowTitle().contains("dropped.toml"));
  }

  void dropped_data_of_any_format_are_shown_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"petsird/points/points_head.petsird", "stir/osem-span3/prompts.hs",
                             "stir/mmr/PET_ACQ_small.l.hdr.STIR", "stir/safir-generic/listmode_input_SAFIR.par"}) {
      QTest::newRow(file) << QString(COINCIDE_SHARED_DATA "/") + file;
    }
    QTest::newRow("table") << QString();
  }

  /// Its facts are shown, and a job on it is there to be run.
  void dropped_data_of_any_format_are_shown() {
    QFETCH(QString, file);
    if (file.isEmpty()) {
      write_table("table.csv");
      file = text_path("table.csv");
    } else if (!QFile::exists(file)) {
      QSKIP("the files of other programs are not beside the checkout");
    }
    QVERIFY(drop(file));
    QCOMPARE(take_error(), QString());
    const auto* sentence = window_->findChild<QLabel*>("data_sentence");
    QTRY_COMPARE_WITH_TIMEOUT(sentence->text(), QFileInfo(file).fileName(), tests::patience_ms);
    QVERIFY(window_->findChild<QAction*>("run")->isEnabled());
  }

  void dropped_file_of_no_use_says_why() {
    std::ofstream(path("letter.txt")) << "Dear physicist,\n";
    QVERIFY(drop(text_path("letter.txt")));
    QVERIFY(take_error().contains("letter.txt"));
  }

  void data_become_a_job() {
    const QString points = QStringLiteral(COINCIDE_SHARED_DATA "/petsird/points/points_head.petsird");
    if (!QFile::exists(points)) {
      QSKIP("the PETSIRD points file is not beside the checkout");
    }
    window_->open_file(points);
    QVERIFY(take_error().isEmpty());
    auto* editor = window_->findChild<JobForm*>()->editor("input.data");
    QVERIFY(editor != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_TOF sign") != nullptr, tests::patience_ms);
    QVERIFY(window_->findChild<QLabel*>("check_TOF sign")->text().contains("as documented"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QLabel*>("check_Image grid") != nullptr, tests::patience_ms);
  }
};

COINCIDE_TEST_CLASS(WindowFilesTest)
#include "window_files_test.moc"
