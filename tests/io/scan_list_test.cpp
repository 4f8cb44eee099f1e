// Lists of scans: which files they name, and when those start.

#include "io/scan_list.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

class ScanListTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path write(const QString& text) const {
    const std::filesystem::path path = folder_.filePath("scans.toml").toStdString();
    write_bytes(path, text.toStdString());
    return path;
  }

 private slots:
  void initTestCase() {
    const std::filesystem::path folder = folder_.path().toStdString();
    std::filesystem::copy_file(petsird_file("tiny_head.petsird"), folder / "one.petsird");
    std::filesystem::copy_file(petsird_file("kitchen_head.petsird"), folder / "other.petsird");
  }

  void scans_of_a_list_are_on_one_clock() {
    const auto path = write(
        "# after the break\n[[scan]]\ndata = \"one.petsird\"\n[[scan]]\ndata = \"./one.petsird\"\nstart_s = 7701\n");
    const auto source = io::open_listmode(path);
    const recon::EventBlock events = read_all(*source);
    const auto alone = io::open_listmode(petsird_file("tiny_head.petsird"));
    const std::uint32_t first_ms = read_all(*alone).time_ms.front();
    QCOMPARE(events.time_ms, (std::vector<std::uint32_t>{first_ms, 7'701'000 + first_ms}));
    QCOMPARE(source->counts().prompts, 2U);
    QVERIFY(source->format().starts_with("2 scans on one clock"));
    const auto one = path.parent_path() / "one.petsird";
    QCOMPARE(io::files_of_data(path), (std::vector<std::filesystem::path>{path, one, one}));
    QCOMPARE(io::files_of_data(one), std::vector<std::filesystem::path>{one});
  }

  void what_is_no_list_is_refused_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const QString one = "[[scan]]\ndata = \"one.petsird\"\n";
    QTest::newRow("no start") << one + one << "scan 2 does not say when it starts";
    QTest::newRow("before") << one + "start_s = 5\n" + one + "start_s = 4\n"
                            << "scan 2 starts at 4 s, before";
    QTest::newRow("negative") << one + "start_s = -1\n"
                              << "scan 1 starts at -1 s";
    QTest::newRow("word") << one + "start_s = \"now\"\n"
                          << "scan 1 does not say when it starts";
    QTest::newRow("key") << one + "stop_s = 3\n"
                         << "the key \"stop_s\"";
    QTest::newRow("no data") << "[[scan]]\nstart_s = 3\n"
                             << "scan 1 names no data";
    QTest::newRow("broken") << one + "=\n"
                            << "line 3";
    QTest::newRow("missing") << "[[scan]]\ndata = \"none.petsird\"\n"
                             << "none.petsird";
    QTest::newRow("itself") << "[[scan]]\ndata = \"scans.toml\"\n"
                            << "a list of scans within another";
    QTest::newRow("scanners") << one + "[[scan]]\ndata = \"other.petsird\"\nstart_s = 9\n"
                              << "one.petsird and other.petsird were measured with different scanners";
  }
  void what_is_no_list_is_refused() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    const auto path = write(text);
    const QString sentence = message_of<FileError>([&] { io::open_listmode(path); });
    QVERIFY2(sentence.contains(says), qPrintable(sentence));
  }
};

COINCIDE_TEST_CLASS(ScanListTest)

}  // namespace coincide::tests

#include "scan_list_test.moc"
