// What lies among the program's resources: what a job calls by a bare name, and fonts for systems that have none.

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "app/resources.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

namespace fs = std::filesystem;

class ResourcesTest : public QObject {
  Q_OBJECT

  static constexpr const char* variable = "FONTCONFIG_FILE";  // of the library that finds fonts
  QByteArray fonts_before_;

  static void put(const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "here\n";
  }

 private slots:
  void initTestCase() { fonts_before_ = qgetenv(variable); }
  void init() { qunsetenv(variable); }
  void cleanup() {
    app::set_resource_folder({});
    fonts_before_.isNull() ? qunsetenv(variable) : qputenv(variable, fonts_before_);
  }

  void bare_names_are_looked_for_and_paths_are_not() {
    QVERIFY(fs::is_regular_file(app::find_resource("dmi", "scanners")));
    QCOMPARE(app::find_resource("no/such.toml", "scanners"), fs::path("no/such.toml"));
    try {
      app::find_resource("dmy", "scanners");
      QFAIL("a typing error is found");
    } catch (const InputError& error) {
      QVERIFY2(QString(error.what()).contains("\"dmy\"") && QString(error.what()).contains("dmi"), error.what());
    }
  }

  void fonts_that_an_archive_brings_are_used() {
    const QTemporaryDir folder;
    const fs::path fonts = fs::path(folder.path().toStdString()) / "fonts" / "fonts.conf";
    put(fonts);
    app::set_resource_folder(fonts.parent_path().parent_path());
    app::use_own_fonts();
    QCOMPARE(qgetenv(variable), QByteArray(fonts.c_str()));
  }

  void the_users_choice_of_fonts_stays() {
    const QTemporaryDir folder;
    put(fs::path(folder.path().toStdString()) / "fonts" / "fonts.conf");
    app::set_resource_folder(folder.path().toStdString());
    qputenv(variable, "/home/of/mine.conf");
    app::use_own_fonts();
    QCOMPARE(qgetenv(variable), QByteArray("/home/of/mine.conf"));
  }

  void without_fonts_of_its_own_the_program_leaves_them_to_the_system() {
    app::use_own_fonts();
    QVERIFY(!qEnvironmentVariableIsSet(variable));
  }
};

COINCIDE_TEST_CLASS(ResourcesTest)

}  // namespace coincide::tests

#include "resources_test.moc"
