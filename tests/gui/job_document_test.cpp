// The document behind the job form: edits, undo, invalid texts, and a file that is the same job again.

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "gui/model/job_document.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

class JobDocumentTest : public QObject {
  Q_OBJECT

  QTemporaryDir temporary_;

  /// A folder of its own for each test.
  fs::path folder() const {
    const fs::path path = fs::path(temporary_.path().toStdString()) / QTest::currentTestFunction();
    fs::create_directories(path);
    return path;
  }

  static std::string content(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private slots:
  void new_job_has_the_defaults() {
    const gui::JobDocument document;
    QVERIFY(!document.settings().empty());
    for (const io::Setting& setting : document.settings()) {
      QVERIFY2(document.is_default(setting.key), setting.key.c_str());
      QCOMPARE(document.text(setting.key), document.default_text(setting.key));
      QCOMPARE(document.error(setting.key), std::string());
    }
    QVERIFY(!document.is_modified());
    QVERIFY(!document.can_undo());
    QVERIFY(!document.can_redo());
    QCOMPARE(document.title(), std::string("new job"));
  }

  void texts_are_as_typed() {
    gui::JobDocument document;
    QCOMPARE(document.text("image.voxel_size_mm"), std::string("2, 2, 2"));
    QCOMPARE(document.text("image.size"), std::string("0, 0, 0"));
    QCOMPARE(document.text("algorithm.name"), std::string("auto"));
    QCOMPARE(document.text("algorithm.tof"), std::string("true"));
    QCOMPARE(document.text("output.folder"), std::string("results"));
    QVERIFY(!document.set("image.voxel_size_mm", "[1.5, 2,0.25]"));
    QCOMPARE(document.text("image.voxel_size_mm"), std::string("1.5, 2, 0.25"));
    QVERIFY(!document.set("corrections.randoms", "none"));
    QCOMPARE(document.text("corrections.randoms"), std::string("none"));
    QVERIFY(document.job().corrections.randoms == recon::RandomsMethod::none);
  }

  /// The form shows each text and may set what it shows.
  void each_text_can_be_set_again_data() {
    QTest::addColumn<std::string>("name");
    QTest::newRow("plain") << std::string("scan 1");
    QTest::newRow("equals sign") << std::string("a=b # c");
    QTest::newRow("quote in front") << std::string("\"a\" and b");
    QTest::newRow("letters") << std::string("näme's \\ \"x\"");
  }
  void each_text_can_be_set_again() {
    QFETCH(std::string, name);
    io::Job job;
    job.output.name = name;
    gui::JobDocument document;
    document.replace(job);
    for (const io::Setting& setting : document.settings()) {
      QVERIFY2(!document.set(setting.key, document.text(setting.key)), setting.key.c_str());
    }
    QCOMPARE(io::job_text(document.job()), io::job_text(job));
    QVERIFY(!document.can_undo());
  }

  void settings_follow_the_document() {
    gui::JobDocument document;
    document.set("stop.passes", "9");
    const auto& settings = document.settings();
    const auto value = [&] { return io::value_text(settings[io::find_setting(settings, "stop.passes")]); };
    QCOMPARE(value(), std::string("9"));
    document.undo();
    QCOMPARE(value(), std::string("0"));
    io::Job job;
    job.stop.passes = 7;
    document.replace(job);
    QCOMPARE(value(), std::string("7"));
  }

  void undo_and_redo() {
    gui::JobDocument document;
    document.set("stop.passes", "5");
    document.set("stop.passes", "6");
    document.set("algorithm.name", "mlem");
    QVERIFY(!document.is_default("algorithm.name"));
    document.undo();
    QCOMPARE(document.text("algorithm.name"), std::string("auto"));
    QVERIFY(document.is_default("algorithm.name"));
    document.undo();
    QCOMPARE(document.job().stop.passes, std::int64_t{5});
    document.redo();
    document.redo();
    QCOMPARE(document.job().stop.passes, std::int64_t{6});
    QVERIFY(document.job().algorithm.name == recon::AlgorithmName::mlem);
    QVERIFY(!document.can_redo());

    document.undo();
    document.set("algorithm.subsets", "3");
    QVERIFY(!document.can_redo());
    document.redo();
    QVERIFY(document.job().algorithm.name == recon::AlgorithmName::automatic);
    while (document.can_undo()) {
      document.undo();
    }
    QCOMPARE(io::job_text(document.job()), io::job_text(io::Job{}));
    QVERIFY(!document.is_modified());
  }

  void same_value_is_no_step() {
    gui::JobDocument document;
    document.set("stop.passes", "5");
    document.undo();
    document.set("stop.passes", "0");
    QVERIFY(!document.can_undo());
    QVERIFY(document.can_redo());
  }

  void invalid_text_is_kept_and_explained() {
    gui::JobDocument document;
    document.set("stop.passes", "5");
    const std::optional<std::string> reason = document.set("stop.passes", "-1");
    QVERIFY(reason);
    QCOMPARE(*reason, std::string("stop.passes = -1 is not possible. Allowed: a whole number from 0 to 100000."));
    QCOMPARE(document.error("stop.passes"), *reason);
    QCOMPARE(document.text("stop.passes"), std::string("-1"));
    QCOMPARE(document.job().stop.passes, std::int64_t{5});
    QVERIFY(document.has_errors());

    QVERIFY(!document.set("stop.passes", "5"));
    QVERIFY(!document.has_errors());
    QCOMPARE(document.text("stop.passes"), std::string("5"));
    QCOMPARE(document.error("stop.passes"), std::string());
  }

  void invalid_texts_vanish_with_undo_and_open() {
    gui::JobDocument document;
    document.set("algorithm.subsets", "5");
    document.set("image.voxel_size_mm", "2, 2");
    document.set("algorithm.tof", "perhaps");
    document.set("input.start_s", "");
    QVERIFY(!document.error("image.voxel_size_mm").empty());
    QVERIFY(!document.error("algorithm.tof").empty());
    QVERIFY(!document.error("input.start_s").empty());
    document.undo();
    QVERIFY(!document.has_errors());
    QVERIFY(!document.can_undo());
    QCOMPARE(document.text("image.voxel_size_mm"), std::string("2, 2, 2"));

    document.set("algorithm.tof", "perhaps");
    document.save(folder() / "job.toml");
    document.open(folder() / "job.toml");
    QVERIFY(!document.has_errors());
  }

  /// All of them in one step, or none.
  void several_settings_are_one_step() {
    gui::JobDocument document;
    document.set("stop.passes", "7");
    document.set("algorithm.tof", "perhaps");
    document.set_together({{"corrections.attenuation_shift_mm", "1,2,3"}, {"algorithm.tof", "false"}});
    QCOMPARE(document.job().corrections.attenuation_place.shift_mm, (recon::Point{1, 2, 3}));
    QVERIFY(!document.has_errors());
    QVERIFY_EXCEPTION_THROWN(document.set_together({{"stop.passes", "9"}, {"algorithm.subsets", "many"}}), InputError);
    QCOMPARE(document.text("stop.passes"), std::string("7"));
    document.undo();
    QCOMPARE(document.job().corrections.attenuation_place.shift_mm, recon::Point{});
    QCOMPARE(document.text("stop.passes"), std::string("7"));
    document.undo();
    QVERIFY(!document.can_undo());
    document.redo();
    document.redo();
    QCOMPARE(document.job().corrections.attenuation_place.shift_mm, (recon::Point{1, 2, 3}));
    QVERIFY(!document.can_redo());
  }

  void unknown_key_is_an_error() {
    gui::JobDocument document;
    QVERIFY_EXCEPTION_THROWN(document.set("algorithm.colour", "1"), InputError);
    QVERIFY_EXCEPTION_THROWN(document.text("algorithm.colour"), InputError);
  }

  void saved_file_is_the_same_job() {
    gui::JobDocument document;
    document.set("algorithm.psf_fwhm_mm", "4.123456789012345");
    document.set("image.size", "5, 7, 11");
    document.set("simulation.phantom", "nema_iq");
    document.set("input.data", (folder() / "data/scan.petsird").string());
    document.set("corrections.attenuation", "/elsewhere/mu's \"map\".nii.gz");
    QVERIFY(document.is_modified());
    const fs::path file = folder() / "my job.toml";
    document.save(file);
    QVERIFY(!document.is_modified());
    QCOMPARE(document.title(), std::string("my job.toml"));
    QCOMPARE(document.file(), file);

    const io::Job batch = io::load_job(file);
    QCOMPARE(io::job_text(batch), io::job_text(document.job()));
    QCOMPARE(batch.file, document.job().file);
    QCOMPARE(batch.simulation.phantom, fs::path("nema_iq"));
    QCOMPARE(batch.input.data, folder() / "data/scan.petsird");
    QCOMPARE(batch.output.folder, folder() / "results");

    gui::JobDocument other;
    other.open(file);
    QCOMPARE(io::job_text(other.job()), io::job_text(document.job()));
    QVERIFY(!other.is_modified());
    QVERIFY(!other.can_undo());
    other.set("stop.passes", "11");
    QVERIFY(other.is_modified());
    other.undo();
    QVERIFY(!other.is_modified());
  }

  void paths_beside_the_file_move_with_it() {
    gui::JobDocument document;
    document.set("input.data", (folder() / "scan.petsird").string());
    document.set("simulation.scanner", (folder() / "mine").string());
    document.save(folder() / "job.toml");
    const std::string text = content(folder() / "job.toml");
    QVERIFY(text.find("data = \"scan.petsird\"") != std::string::npos);
    QVERIFY(text.find("folder = \"results\"") != std::string::npos);
    // The bare word would be a scanner of the program.
    QCOMPARE(io::load_job(folder() / "job.toml").simulation.scanner, folder() / "mine");

    fs::create_directories(folder() / "new");
    document.save(folder() / "new/job.toml");
    QCOMPARE(io::load_job(folder() / "new/job.toml").input.data, folder() / "scan.petsird");
    QCOMPARE(io::load_job(folder() / "new/job.toml").output.folder, folder() / "results");
  }

  void relative_path_counts_from_the_file() {
    gui::JobDocument document;
    document.set("input.data", "scan.petsird");
    QCOMPARE(document.job().input.data, fs::current_path() / "scan.petsird");
    document.save(folder() / "job.toml");
    QVERIFY(document.is_default("output.folder"));
    QCOMPARE(document.job().input.data, fs::current_path() / "scan.petsird");
    document.set("input.data", "data/../scan.petsird");
    QCOMPARE(document.job().input.data, folder() / "scan.petsird");
    document.set("output.folder", "other");
    QCOMPARE(document.job().output.folder, folder() / "other");
    QVERIFY(!document.is_default("output.folder"));
    document.set("output.folder", document.default_text("output.folder"));
    QVERIFY(document.is_default("output.folder"));
    QCOMPARE(document.job().output.folder, folder() / "results");
  }

  void default_folder_of_a_new_job_waits_for_the_file() {
    gui::JobDocument document;
    document.set("output.folder", "other");
    document.set("output.folder", "results");
    QVERIFY(document.is_default("output.folder"));
    document.save(folder() / "job.toml");
    QCOMPARE(document.job().output.folder, folder() / "results");
    document.undo();
    document.undo();
    QCOMPARE(document.job().output.folder, folder() / "results");
    QCOMPARE(document.file(), folder() / "job.toml");
    QVERIFY(!document.is_modified());
  }

  void failed_open_and_save_change_nothing() {
    gui::JobDocument document;
    document.set("stop.passes", "5");
    document.set("algorithm.subsets", "none");
    const std::string before = io::job_text(document.job());
    std::ofstream(folder() / "bad.toml") << "[algorithm]\niterations = -1\n";
    QVERIFY_EXCEPTION_THROWN(document.open(folder() / "bad.toml"), InputError);
    QVERIFY_EXCEPTION_THROWN(document.open(folder() / "missing.toml"), InputError);
    QVERIFY_EXCEPTION_THROWN(document.save(folder() / "no such folder/job.toml"), FileError);
    QCOMPARE(io::job_text(document.job()), before);
    QCOMPARE(document.text("algorithm.subsets"), std::string("none"));
    QCOMPARE(document.title(), std::string("new job"));
    QVERIFY(document.can_undo());
    QVERIFY(document.is_modified());
  }

  void replaced_job_is_unsaved() {
    gui::JobDocument document;
    document.save(folder() / "job.toml");
    document.replace(document.job());
    QVERIFY(!document.is_modified());
    QVERIFY(document.file().empty());
    document.set("stop.passes", "9");
    QVERIFY(document.is_modified());
    document.reset();
    QVERIFY(!document.is_modified());
    QCOMPARE(document.job().output.folder, fs::path("results"));
  }

  void every_change_is_told() {
    gui::JobDocument document;
    int calls = 0;
    const gui::Subscription follows = document.listen([&] { ++calls; });
    document.set("stop.passes", "5");
    document.set("stop.passes", "-1");
    document.undo();
    document.redo();
    document.save(folder() / "job.toml");
    document.open(folder() / "job.toml");
    document.reset();
    QCOMPARE(calls, 7);
    document.undo();
    QCOMPARE(calls, 7);
  }
};

COINCIDE_TEST_CLASS(JobDocumentTest)
#include "job_document_test.moc"
