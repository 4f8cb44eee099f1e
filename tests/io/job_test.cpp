// The job file: every setting can be written, read and set; everything wrong is named.

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <set>

#include "io/job.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;

namespace {

/// The message of the InputError that `deed` throws, else "".
template <class Deed>
QString complaint(Deed&& deed) {
  try {
    deed();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

/// A value other than the default and inside the limits.
void change(io::Setting& setting) {
  struct Change {
    io::Setting& setting;
    void operator()(bool* v) const { *v = !*v; }
    void operator()(std::int64_t* v) const { *v = static_cast<std::int64_t>(setting.least) + 2; }
    void operator()(double* v) const { *v = setting.least + 0.123456789012345678 * (setting.most < 1 ? 0.5 : 1.0); }
    void operator()(std::string* v) const { *v = "a \"quoted\" näme # \\ "; }
    void operator()(std::filesystem::path* v) const { *v = "/some where/it's.nii"; }
    void operator()(std::array<std::int64_t, 3>* v) const { *v = {5, 7, 11}; }
    void operator()(std::array<double, 3>* v) const { *v = {0.1, 2.5, 3.0000001}; }
    void operator()(const io::WordField& v) const { v.set((v.get() + 1) % setting.words.size()); }
  };
  std::visit(Change{setting}, setting.field);
}

}  // namespace

class JobTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path written(const std::string& text, const char* name = "job.toml") const {
    const std::filesystem::path path = std::filesystem::path(folder_.path().toStdString()) / name;
    std::ofstream(path) << text;
    return path;
  }
  QString complaint_about(const std::string& text) const {
    const auto path = written(text);
    return complaint([&] { io::load_job(path); });
  }

 private slots:
  void keys_are_unique_and_in_known_sections() {
    io::Job job;
    std::set<std::string> sections;
    for (const auto& [name, title] : io::job_sections()) {
      sections.insert(name);
    }
    std::set<std::string> keys;
    for (const io::Setting& setting : io::describe(job)) {
      QVERIFY2(keys.insert(setting.key).second, setting.key.c_str());
      QVERIFY2(sections.contains(setting.key.substr(0, setting.key.find('.'))), setting.key.c_str());
      QVERIFY2(setting.help.ends_with('.'), setting.key.c_str());
    }
  }

  void default_job_file_is_the_default_job() {
    const io::Job job = io::load_job(written(io::job_text({})));
    const std::string folder = folder_.path().toStdString();
    QCOMPARE(io::changed_settings(job), std::vector<std::string>{"output.folder = \"" + folder + "/results\""});
    QCOMPARE(job.result_name(), std::string("job"));
  }

  void every_setting_survives_a_round_trip() {
    io::Job job;
    std::vector<io::Setting> settings = io::describe(job);
    for (io::Setting& setting : settings) {
      change(setting);
    }
    QCOMPARE(io::changed_settings(job).size(), settings.size());
    const io::Job read = io::load_job(written(io::job_text(job)));
    QCOMPARE(io::changed_settings(read), io::changed_settings(job));
  }

  void every_setting_can_be_set_by_itself() {
    io::Job job;
    for (io::Setting& setting : io::describe(job)) {
      change(setting);
    }
    io::Job other;
    for (const std::string& line : io::changed_settings(job)) {
      const std::size_t equals = line.find(" = ");
      io::set_in_job(other, line.substr(0, equals) + "=" + line.substr(equals + 3));
    }
    QCOMPARE(io::changed_settings(other), io::changed_settings(job));
  }

  void assignments_need_no_quotes_or_brackets() {
    io::Job job;
    io::set_in_job(job, "image.size=5,7,11");
    io::set_in_job(job, "algorithm.name=mlem");
    io::set_in_job(job, "output.name=a=b");
    QCOMPARE(job.image.size[2], 11);
    QVERIFY(job.algorithm.name == recon::AlgorithmName::mlem);
    QCOMPARE(job.output.name, std::string("a=b"));
  }

  void a_setting_has_one_value_under_both_of_its_names() {
    io::Job job = io::load_job(written("input.events = \"scan.petsird\"\nalgorithm.iterations = 7\n"));
    QCOMPARE(job.stop.passes, 7);
    QCOMPARE(job.input.data.filename().string(), std::string("scan.petsird"));
    QVERIFY(io::job_text(job).find("[stop]") != std::string::npos);
    io::set_in_job(job, "algorithm.iterations=8");
    io::set_in_job(job, "stop.passes=9");
    QCOMPARE(job.stop.passes, 9);
    const QString twice = complaint_about("algorithm.iterations = 7\nstop.passes = 8\n");
    QVERIFY2(twice.contains("job.toml, line 2") && twice.contains("another name of algorithm.iterations"),
             qPrintable(twice));
  }

  void passes_left_to_the_algorithm_are_its_usual_ones() {
    io::Job job;
    QCOMPARE(job.passes(), 4);
    io::set_in_job(job, "prior.name=relative-difference");
    QCOMPARE(job.algorithm_kind().name, "map");
    QCOMPARE(job.passes(), 12);
    io::set_in_job(job, "algorithm.name=bsrem");
    QCOMPARE(job.passes(), 40);
    io::set_in_job(job, "stop.passes=3");
    QCOMPARE(job.passes(), 3);
  }

  void settings_have_a_use_where_algorithm_and_prior_have_them_data() {
    QTest::addColumn<QString>("set");
    QTest::addColumn<QStringList>("used");
    QTest::addColumn<QStringList>("idle");
    const QStringList parameters{"prior.gamma", "prior.epsilon",    "prior.delta", "prior.alpha",
                                 "prior.eta",   "prior.neighbours", "prior.pair",  "prior.anatomical"};
    const auto all_but = [&parameters](const QStringList& some) {
      QStringList rest = parameters;
      rest.removeIf([&some](const QString& key) { return some.contains(key); });
      return rest;
    };
    const QStringList shared{"prior.strength", "prior.scale"};
    QTest::newRow("default") << "" << QStringList{"algorithm.subsets", "prior.name"}
                             << parameters + shared + QStringList{"stop.change"};
    QTest::newRow("mlem") << "algorithm.name=mlem" << QStringList{"stop.passes"}
                          << QStringList{"algorithm.subsets", "prior.name", "stop.change"};
    const QStringList rdp{"prior.gamma", "prior.epsilon"};
    QTest::newRow("rdp") << "prior.name=relative-difference" << rdp + shared + QStringList{"stop.change"}
                         << all_but(rdp);
    QTest::newRow("bsrem") << "algorithm.name=bsrem prior.name=huber"
                           << shared + QStringList{"prior.delta", "algorithm.subsets"} << QStringList{"stop.change"};
    const QStringList of_bowsher{"prior.neighbours", "prior.pair", "prior.anatomical"};
    QTest::newRow("bowsher") << "prior.name=bowsher" << of_bowsher << all_but(of_bowsher);
    QTest::newRow("bowsher of log cosh") << "prior.name=bowsher prior.pair=log-cosh"
                                         << of_bowsher + QStringList{"prior.delta"}
                                         << all_but(of_bowsher + QStringList{"prior.delta"});
  }
  void settings_have_a_use_where_algorithm_and_prior_have_them() {
    QFETCH(QString, set);
    QFETCH(QStringList, used);
    QFETCH(QStringList, idle);
    io::Job job;
    for (const QString& assignment : set.split(' ', Qt::SkipEmptyParts)) {
      io::set_in_job(job, assignment.toStdString());
    }
    const std::vector<io::Setting> settings = io::describe(job);
    const auto has_use = [&settings](const QString& key) {
      return io::has_use(settings[io::find_setting(settings, key.toStdString())]);
    };
    for (const QString& key : used) {
      QVERIFY2(has_use(key), qPrintable(key));
    }
    for (const QString& key : idle) {
      QVERIFY2(!has_use(key), qPrintable(key));
    }
  }

  void idle_settings_are_named() {
    io::Job job;
    QVERIFY(io::settings_without_use(job).empty());
    io::set_in_job(job, "prior.gamma=1");
    io::set_in_job(job, "stop.passes=3");
    QCOMPARE(io::settings_without_use(job), std::vector<std::string>{"prior.gamma"});
    io::set_in_job(job, "prior.name=relative-difference");
    QVERIFY(io::settings_without_use(job).empty());
  }

  void help_names_each_algorithm_and_prior_with_its_source() {
    std::string help = io::settings_help();
    std::erase(help, '\n');
    for (const recon::AlgorithmKind& kind : recon::algorithms().subspan(1)) {
      QVERIFY2(help.find(std::string(kind.name) + ":") != std::string::npos, kind.name.data());
      QVERIFY2(!kind.source.empty(), kind.name.data());
    }
    for (const recon::PriorKind& kind : recon::priors().subspan(1)) {
      QVERIFY2(help.find(std::string(kind.name) + ":") != std::string::npos, kind.name.data());
      QVERIFY2(!kind.source.empty(), kind.name.data());
    }
  }

  void paths_count_from_the_job_file() {
    const io::Job job =
        io::load_job(written("input.data = \"../data/scan.petsird\"\ncorrections.attenuation = \"/mu.nii\"\n"
                             "simulation.scanner = \"dmi\"\nsimulation.phantom = \"mine.toml\"\n"));
    const std::filesystem::path folder = folder_.path().toStdString();
    QCOMPARE(job.input.data, folder.parent_path() / "data/scan.petsird");
    QCOMPARE(job.corrections.attenuation, std::filesystem::path("/mu.nii"));
    QCOMPARE(job.simulation.scanner, std::filesystem::path("dmi"));
    QCOMPARE(job.simulation.phantom, folder / "mine.toml");
  }

  void set_paths_count_from_the_working_directory() {
    io::Job job;
    io::set_in_job(job, "output.folder=there");
    QCOMPARE(job.output.folder, std::filesystem::current_path() / "there");
  }

  void whole_numbers_may_stand_for_real_ones() {
    QCOMPARE(io::load_job(written("[algorithm]\npsf_fwhm_mm = 4\n")).algorithm.psf_fwhm_mm, 4.0);
  }

  void errors_name_file_line_key_and_limits_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("says");
    QTest::newRow("typo") << "[algorithm]\n\niteratons = 3"
                          << QStringList{"job.toml, line 3", "algorithm.iteratons", "algorithm.iterations"};
    QTest::newRow("no section") << "iterations = 3" << QStringList{"line 1", "algorithm.iterations"};
    QTest::newRow("unknown section") << "[imagge]\nsize = [1, 2, 3]" << QStringList{"line 2", "image.size"};
    QTest::newRow("empty unknown section") << "[imagge]" << QStringList{"line 1", "[imagge]"};
    QTest::newRow("value in place of a section") << "image = 4" << QStringList{"line 1", "\"image\""};
    QTest::newRow("word for a number") << "[algorithm]\niterations = \"four\""
                                       << QStringList{"line 2", "\"four\"", "from 0 to 100000"};
    QTest::newRow("fraction for a count") << "[algorithm]\niterations = 2.5" << QStringList{"2.5", "whole number"};
    QTest::newRow("too small") << "[algorithm]\niterations = -1"
                               << QStringList{"algorithm.iterations = -1 ", "from 0 to 100000"};
    QTest::newRow("not a number") << "[algorithm]\npsf_fwhm_mm = nan" << QStringList{"nan", "from 0 to 50 mm"};
    QTest::newRow("one of three is wrong")
        << "[image]\nvoxel_size_mm = [2, -2, 2]" << QStringList{"-2", "from 0.05 to 100 mm"};
    QTest::newRow("two of three") << "[image]\nsize = [2, 2]" << QStringList{"line 2", "three whole numbers"};
    QTest::newRow("unknown word") << "[algorithm]\nname = \"fbp\"" << QStringList{"\"fbp\"", "\"mlem\", \"osem\""};
    QTest::newRow("format") << "[output]\nformat = \"dcm\"" << QStringList{"\"dcm\"", "nii.gz"};
    QTest::newRow("text for a switch") << "[algorithm]\ntof = \"yes\"" << QStringList{"true or false"};
    QTest::newRow("not TOML") << "[algorithm]\niterations = = 3" << QStringList{"job.toml, line 2", "not TOML"};
    QTest::newRow("given twice") << "[algorithm]\ntof = true\ntof = false" << QStringList{"line 3"};
  }
  void errors_name_file_line_key_and_limits() {
    QFETCH(QString, text);
    QFETCH(QStringList, says);
    const QString message = complaint_about(text.toStdString());
    for (const QString& part : says) {
      QVERIFY2(message.contains(part), qPrintable(part + " is missing in: " + message));
    }
  }

  void wrong_assignments_are_refused() {
    io::Job job;
    const auto message = [&job](const char* text) { return complaint([&] { io::set_in_job(job, text); }); };
    QVERIFY(message("stop.passes").contains("key=value"));
    QVERIFY(message("stop.passes=").contains("from 0 to 100000"));
    QVERIFY(message("stop.passes=4x").contains("from 0 to 100000"));
    QVERIFY(message("algorithm.subset=4").contains("algorithm.subsets"));
    QVERIFY(message("image.size=1,2").contains("three whole numbers"));
    QVERIFY(io::changed_settings(job).empty());
  }

  void a_missing_job_file_is_a_wrong_command_line() {
    QVERIFY(complaint([] { io::load_job("/no/such/job.toml"); }).contains("there is no such file"));
    QVERIFY(!complaint([this] { io::load_job(folder_.path().toStdString()); }).isEmpty());
  }
};

COINCIDE_TEST_CLASS(JobTest)
#include "job_test.moc"
