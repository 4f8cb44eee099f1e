#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

// By the format page: where the values of tiny_head begin, and its event in there.
constexpr std::size_t tiny_values = 12937;
constexpr std::size_t tiny_event = tiny_values + 319;
constexpr std::size_t kitchen_values = 12937;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// A binary yardl file of another protocol, without values.
std::string empty_protocol(const std::string& name) {
  const std::string schema = "{\"protocol\":{\"name\":\"" + name + "\",\"sequence\":[]},\"types\":[]}";
  return std::string("yardl\1\0\0\0", 9) + static_cast<char>(schema.size()) + schema;
}

}  // namespace

class PetsirdDamageTest : public QObject {
  Q_OBJECT

 private slots:
  void other_files_are_refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const QByteArray tiny = QByteArray::fromStdString(read_bytes(petsird_file("tiny_head.petsird")));
    QTest::newRow("empty") << QByteArray() << "is empty";
    QTest::newRow("other kind") << QByteArray(
                                       "\x7f"
                                       "ELF....")
                                << "fit none of: PETSIRD";
    QTest::newRow("text") << QByteArray("{\"yardl\":{\"version\":1") << "Convert it to binary PETSIRD";
    QTest::newRow("ROOT") << QByteArray("root\0\0\xf3\xc0", 8) << "coincide-gate";
    QTest::newRow("zip") << QByteArray("PK\3\4....") << "Unpack it";
    QTest::newRow("first draft") << QByteArray::fromStdString(empty_protocol("PrdExperiment")) << "v0.1";
    QTest::newRow("other protocol") << QByteArray::fromStdString(empty_protocol("MRD")) << "protocol 'MRD'";
    QTest::newRow("other version") << QByteArray("yardl\2\0\0\0\1x", 11) << "version 2";
    QTest::newRow("HDF5 signature only") << QByteArray("\x89HDF\r\n\x1a\n") << "damaged or cut off";
    QTest::newRow("header cut") << tiny.left(tiny_values + 200) << "in the middle of its header";
    QTest::newRow("schema cut") << tiny.left(1000) << "in the middle of its header";
  }
  void other_files_are_refused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    write_bytes(path_, bytes.toStdString());
    const QString message = message_of<FileError>([&] { io::open_listmode(path_); });
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(message.contains(QString::fromStdString(path_.string())), qPrintable(message));
  }

  void missing_files_and_folders_are_refused() {
    QVERIFY(message_of<FileError>([&] { io::open_listmode(path_.parent_path() / "no"); }).contains("no such file"));
    QVERIFY(message_of<FileError>([&] { io::open_listmode(path_.parent_path()); }).contains("is a folder"));
  }

  void truncated_file_is_refused_or_read_so_far() {
    // The last event block of the kitchen has three prompts; the end of the stream takes one byte.
    const std::string kitchen = read_bytes(petsird_file("kitchen_head.petsird"));
    write_bytes(path_, std::string_view(kitchen).substr(0, kitchen.size() - 10));
    const auto strict = io::open_listmode(path_);
    const QString message = message_of<FileError>([&] { read_all(*strict); });
    QVERIFY2(message.contains("is damaged or cut off in time block 8 (byte "), qPrintable(message));
    QVERIFY2(message.contains("input.allow_truncated = true"), qPrintable(message));

    const auto lenient = io::open_listmode(path_, {.allow_truncated = true});
    QCOMPARE(read_all(*lenient).size(), 6U);
    QCOMPARE(lenient->counts().prompts, 5U);
    QCOMPARE(lenient->counts().delayeds, 1U);
    QCOMPARE(lenient->counts().time_blocks, 7U);
    QVERIFY(lenient->counts().truncated.find("time block 8") != std::string::npos);
  }

  void missing_end_mark_is_a_truncation() {
    const std::string kitchen = read_bytes(petsird_file("kitchen_head.petsird"));
    write_bytes(path_, std::string_view(kitchen).substr(0, kitchen.size() - 1));
    const auto source = io::open_listmode(path_, {.allow_truncated = true});
    QCOMPARE(read_all(*source).size(), 9U);
    QVERIFY(!source->counts().truncated.empty());
  }

  void bytes_behind_the_end_are_mentioned() {
    write_bytes(path_, read_bytes(petsird_file("tiny_head.petsird")) + "abc");
    const auto source = io::open_listmode(path_);
    QCOMPARE(read_all(*source).size(), 1U);
    QCOMPARE(source->counts().warnings.size(), 1U);
    QVERIFY(source->counts().warnings[0].starts_with("3 bytes follow"));
  }

  void impossible_events_are_counted_and_left_out_data() {
    QTest::addColumn<int>("at");
    QTest::newRow("first crystal") << 0;
    QTest::newRow("second crystal") << 1;
    QTest::newRow("TOF bin") << 2;
  }
  void impossible_events_are_counted_and_left_out() {
    QFETCH(int, at);
    std::string tiny = read_bytes(petsird_file("tiny_head.petsird"));
    tiny[tiny_event + static_cast<std::size_t>(at)] = 3;
    write_bytes(path_, tiny);
    const auto source = io::open_listmode(path_);
    QCOMPARE(read_all(*source).size(), 0U);
    QCOMPARE(source->counts().prompts, 0U);
    QCOMPARE(source->counts().out_of_range, 1U);
  }

  void unknown_kinds_of_blocks_are_left_out() {
    const std::string kitchen = read_bytes(petsird_file("kitchen_head.petsird"));
    write_bytes(path_, replaced(kitchen, "BedMovementTimeBlock", "FutureThingTimeBlock"));
    const auto source = io::open_listmode(path_);
    QCOMPARE(read_all(*source).size(), 9U);
    QVERIFY(!source->counts().moves);
    QVERIFY(std::ranges::any_of(source->counts().not_used, [](const std::string& words) {
      return words == "2 time blocks of the kind 'FutureThingTimeBlock'";
    }));
  }

  void missing_field_is_named() {
    const std::string tiny = read_bytes(petsird_file("tiny_head.petsird"));
    write_bytes(path_, replaced(tiny, "\"tofBinEdges\"", "\"tofBinEdgeX\""));
    const QString message = message_of<FileError>([&] { io::open_listmode(path_); });
    QVERIFY2(message.contains("lacks 'tofBinEdges' in its ScannerInformation"), qPrintable(message));
  }

  void impossible_calibration_counts_as_one() {
    std::string tiny = read_bytes(petsird_file("tiny_head.petsird"));
    tiny.replace(tiny_values + 302, 4, std::string(4, '\0'));
    write_bytes(path_, tiny);
    const auto source = io::open_listmode(path_);
    QCOMPARE(source->efficiencies().calibration_factor, 1.0);
    QVERIFY(!source->efficiencies().calibration_stated);
    QVERIFY(source->efficiencies().calibration_problem.find("is 0, which cannot be") != std::string::npos);
  }

  /// Whatever the bytes are, a file is read or refused with a FileError.
  void damaged_bytes_never_do_more_than_fail() {
    const std::string tiny = read_bytes(petsird_file("tiny_head.petsird"));
    const std::string kitchen = read_bytes(petsird_file("kitchen_head.petsird"));
    int refused = 0;
    for (const std::string* file : {&tiny, &kitchen}) {
      const std::size_t values = file == &tiny ? tiny_values : kitchen_values;
      for (std::size_t at = 0; at < file->size(); at += at < values ? 211 : (file == &tiny ? 1 : 9)) {
        for (const int pattern : {0x01, 0x80, 0xff}) {
          std::string damaged = *file;
          damaged[at] = static_cast<char>(damaged[at] ^ pattern);
          refused += is_refused(damaged) ? 1 : 0;
        }
        refused += is_refused(file->substr(0, at)) ? 1 : 0;
      }
    }
    QVERIFY(refused > 500);
  }

  void init() { path_ = folder_.filePath("file.petsird").toStdString(); }

 private:
  bool is_refused(const std::string& bytes) {
    write_bytes(path_, bytes);
    try {
      read_all(*io::open_listmode(path_));
      return false;
    } catch (const FileError&) {
      return true;
    }
  }

  QTemporaryDir folder_;
  std::filesystem::path path_;
};

COINCIDE_TEST_CLASS(PetsirdDamageTest)

}  // namespace coincide::tests

#include "petsird_damage_test.moc"
