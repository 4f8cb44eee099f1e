// What a run leaves beside its image.

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "io/file_hash.h"
#include "io/provenance.h"
#include "io/summary_picture.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;

class ProvenanceTest : public QObject {
  Q_OBJECT

 private slots:
  void json_holds_job_and_bids_keys() {
    io::Provenance run;
    run.job.stop.passes = 3;
    run.unit = "Bq/mL";
    run.frame_start_s = 5;
    run.frame_duration_s = 60;
    run.iterations_done = 2.5;
    run.stopped = true;
    run.figures = {{1, -10.5, 3, 4, 0.1}};
    run.corrections = {{"randoms", "from delayeds"}};
    run.inputs = {{"events", "/data/scan.petsird", 123, "abc"}};
    run.warnings = {"bad bytes \xff are kept out"};
    QJsonParseError error;
    const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(io::provenance_json(run)), &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(json["Units"].toString(), QString("Bq/mL"));
    QCOMPARE(json["FrameTimesStart"].toArray()[0].toDouble(), 5.0);
    QCOMPARE(json["FrameDuration"].toArray()[0].toDouble(), 60.0);
    QCOMPARE(json["ReconMethodParameterLabels"].toArray().size(), json["ReconMethodParameterValues"].toArray().size());
    QCOMPARE(json["ReconMethodParameterUnits"].toArray().size(), json["ReconMethodParameterValues"].toArray().size());
    const QJsonObject own = json["Coincide"].toObject();
    QCOMPARE(own["result"].toString(), QString("stopped by the user"));
    QCOMPARE(own["corrections"].toObject()["randoms"].toString(), QString("from delayeds"));
    QCOMPARE(own["inputs"].toArray()[0].toObject()["sha256"].toString(), QString("abc"));
    QCOMPARE(own["iterations"].toArray()[0].toObject()["log_likelihood"].toDouble(), -10.5);
    // Every setting of the list is there.
    QCOMPARE(own["job"].toObject()["stop"].toObject()["passes"].toInt(), 3);
    io::Job job;
    for (const io::Setting& setting : io::describe(job)) {
      const QString key = QString::fromStdString(setting.key);
      QVERIFY2(own["job"].toObject()[key.section('.', 0, 0)].toObject().contains(key.section('.', 1)), qPrintable(key));
    }
  }

  /// Written again it is the same: nothing that is shown is lost on the way.
  void a_record_can_be_read_again() {
    io::Provenance run;
    run.version = "0.0.1";
    run.job.stop.passes = 3;
    run.job.corrections.live_time = recon::Switch::off;
    run.job.algorithm.name = recon::AlgorithmName::mlem;
    run.job.image.voxel_size_mm = {1, 2, 3};
    run.job.tracer.dose_mbq = 250.5;
    run.job.input.data = "/data/scan.petsird";
    run.job.file = "/data/job.toml";
    run.scanner = "dmi";
    run.unit = "Bq/mL";
    run.subsets = 8;
    run.tof = true;
    run.decay_factor = 1.25;
    run.frame_start_s = 5;
    run.frame_duration_s = 60;
    run.iterations_done = 2.5;
    run.grid = recon::centred_grid({3, 4, 5}, {2, 2, 1.5F}, {1, 2, 3});
    run.counts.prompts = 1000;
    run.counts.not_used = {"hot wheels"};
    run.prompts_used = 900;
    run.figures = {{1, -10.5, 3, 4, 0.1}, {2, -9.5, 3, 4, 0.1, 2.5, 0.4}};
    run.corrections = {{"randoms", "from delayeds"}};
    run.tof_profile = {{-20, 4, 1, 0.5}, {20, 5, 1, 0.25}};
    run.inputs = {{"events", "/data/scan.petsird", 123, "abc"}};
    run.data_checks = {{"Drift", io::Verdict::notice, "it moves", "stop it"}, {"Tof", io::Verdict::good, "fine", ""}};
    run.stage_seconds = {{"sensitivity", 1.5}, {"reconstruction", 4}};
    run.device = "cpu";
    run.threads = 2;
    run.warnings = {"a warning"};
    run.outputs = {"demo.nii.gz", "demo.json"};
    recon::RunRecord part;
    part.part = "frame 1 of 1";
    part.frame_duration_s = 60;
    part.corrections = run.corrections;
    run.parts = {part};
    QTemporaryDir folder;
    const std::string path = folder.filePath("run.json").toStdString();
    std::ofstream(path) << io::provenance_json(run);
    const io::Provenance read = io::read_provenance(path);
    QCOMPARE(io::provenance_json(read), io::provenance_json(run));
    QVERIFY(io::different_settings(read.job, run.job).empty());
    run.frame_duration_s = 0;  // not known: nothing is said of it, or the image beside it could not be read
    QVERIFY(io::provenance_json(run).find("FrameDuration") == std::string::npos);
    std::ofstream(path) << "{\"Units\": \"Bq/mL\"}";
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_provenance(path));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_provenance("/no/such/file"));
  }

  void sha256_of_known_bytes() {
    // FIPS 180-2, appendix B.1.
    const char* const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    QTemporaryDir folder;
    const std::string path = folder.filePath("abc").toStdString();
    std::ofstream(path) << "abc";
    QCOMPARE(io::sha256_of_file(path), std::string(abc));
    QCOMPARE(io::sha256_of_bytes(std::as_bytes(std::span("abc", 3))), std::string(abc));
    QCOMPARE(io::sha256_of_file(path, [](std::uint64_t) { return false; }), std::string());
    QVERIFY_THROWS_EXCEPTION(FileError, io::sha256_of_file("/no/such/file"));
  }

  void picture_is_drawn_for_any_image() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("picture.png").toStdString();
    for (const auto& shape : {std::array<std::int64_t, 3>{1, 1, 1}, {20, 30, 10}, {10, 10, 200}}) {
      recon::Image image(recon::centred_grid(shape, {2, 3, 1.5F}, {0, 0, 0}), 0, "Bq/mL");
      io::write_summary_picture(path, image, {"empty", ""});
      image.at(shape[0] / 2, shape[1] / 2, shape[2] / 2) = std::numeric_limits<float>::quiet_NaN();
      io::write_summary_picture(path, image, {"not a number", ""});
      std::ranges::fill(image.values, 1.0F);
      io::write_summary_picture(path, image, {"uniform", "all 1"});
      std::ifstream in(path, std::ios::binary);
      std::string signature(4, ' ');
      in.read(signature.data(), 4);
      QCOMPARE(signature, std::string("\x89PNG"));
    }
    QVERIFY_THROWS_EXCEPTION(
        FileError, io::write_summary_picture("/proc/no/x.png", recon::Image({{1, 1, 1}, {}, {1, 1, 1}}, 0), {}));
  }
};

COINCIDE_TEST_CLASS(ProvenanceTest)
#include "provenance_test.moc"
