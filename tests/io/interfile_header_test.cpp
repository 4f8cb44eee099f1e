#include "io/interfile/interfile_header.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "io/companion_file.h"
#include "io/raw_values.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

using io::InterfileHeader;

class InterfileHeaderTest : public QObject {
  Q_OBJECT

 private slots:
  void keys_are_compared_as_stir_does() {
    QCOMPARE(io::interfile_key("!Matrix_size  [1] "), std::string("matrix size[1]"));
    QCOMPARE(io::interfile_key("\tmatrix size[1]"), std::string("matrix size[1]"));
    QCOMPARE(io::interfile_key("%SMS-MI header  name"), std::string("%sms-mi header name"));
  }

  void values_are_read() {
    const InterfileHeader header = written(
        "!INTERFILE  :=\r\n; a remark := 3\n!matrix_size [1] := { 1,-2.5e1,+3 }\nname of data file := a \\\nb.s\n"
        "rings:=64\nrings := 65\nempty :=\n!number format := signed integer\nnumber of bytes per pixel := 2\n"
        "!END OF INTERFILE :=\nafter := 1\n");
    QCOMPARE(header.numbers("Matrix Size[1]"), (std::vector<double>{1, -25, 3}));
    QCOMPARE(header.text("name of data file"), std::string("a b.s"));
    QCOMPARE(header.count("rings", 1, 100), 65);
    QCOMPARE(header.number("empty", 7), 7.0);
    QVERIFY(!header.has("after") && !header.has("a remark"));
    const io::RawFormat format = header.number_format();
    QVERIFY(format.kind == io::NumberKind::signed_integer && format.bytes == 2 && format.big_endian);
  }

  void some_values_are_said_anew() {
    const InterfileHeader header = written(
        "!INTERFILE :=\n; kept\n  Rings := 64\n!data_offset [1] := 3\ndata offset[2] := 4\nold := 1\n"
        "!END OF INTERFILE :=\nafter := 1\n");
    QCOMPARE(header.text_with({{"data offset", "7"}, {"old", ""}, {"new", "a"}}),
             std::string("!INTERFILE :=\n; kept\n  Rings := 64\ndata offset := 7\nnew := a\n!END OF INTERFILE :=\n"));
    QCOMPARE(header.text_with({}), std::string("!INTERFILE :=\n; kept\n  Rings := 64\n!data_offset [1] := 3\n"
                                               "data offset[2] := 4\nold := 1\n!END OF INTERFILE :=\n"));
  }

  void wrong_values_are_named_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("says");
    QTest::newRow("missing") << ""
                             << "does not say \"n\"";
    QTest::newRow("word") << "n := many"
                          << "\"n := many\" is no number";
    QTest::newRow("half") << "n := 2.5"
                          << "must be a whole number from 1 to 9";
    QTest::newRow("large") << "n := 10"
                           << "must be a whole number";
    QTest::newRow("not finite") << "n := inf"
                                << "is no number";
  }
  void wrong_values_are_named() {
    QFETCH(QString, line);
    QFETCH(QString, says);
    const InterfileHeader header = written("!INTERFILE :=\n" + line.toStdString() + "\n");
    QVERIFY2(sentence([&] { header.count("n", 1, 9); }).contains(says), "");
    QVERIFY(sentence([&] { header.count("n", 1, 9); }).contains("header.hs"));
  }

  void other_files_are_refused() {
    QVERIFY(sentence([&] { written("GIF89a"); }).contains("no Interfile header"));
    QVERIFY(sentence([&] { written(""); }).contains("it is empty"));
    QVERIFY(sentence([&] { InterfileHeader(folder_.path().toStdString() + "/none.hs"); }).contains("no such file"));
  }

  void companions_are_found_near_the_header_only() {
    const std::filesystem::path folder = folder_.path().toStdString();
    std::filesystem::create_directories(folder / "here/below");
    std::filesystem::create_directories(folder / "here/other");
    write(folder / "here/a.s", "1");
    write(folder / "here/below/b.CDF", "1");
    write(folder / "outside.s", "1");
    const std::filesystem::path header = folder / "here/a.hs";
    QCOMPARE(io::companion_file(header, "a.s"), folder / "here/a.s");
    QCOMPARE(io::companion_file(header, "b.cdf"), folder / "here/below/b.CDF");
    QCOMPARE(io::companion_file(header, "/old/place/b.cdf"), folder / "here/below/b.CDF");
    for (const char* name : {"../outside.s", "/etc/passwd", "below/../../outside.s"}) {
      QVERIFY2(sentence([&] { io::companion_file(header, name); }).contains("not followed to other places"), name);
    }
    QVERIFY(sentence([&] { io::companion_file(header, "c.s"); }).contains("no such file"));
    QVERIFY(sentence([&] { io::companion_file(header, ""); }).contains("which is no file"));
    QVERIFY(sentence([&] { io::companion_file(header, ".."); }).contains("which is no file"));
    write(folder / "here/other/b.cdf", "1");
    QVERIFY(sentence([&] { io::companion_file(header, "b.cdf"); }).contains("several of that name"));
  }

  void raw_values_have_kind_size_and_order() {
    const std::filesystem::path path = folder_.path().toStdString() + "/raw";
    write(path, std::string("xx\x01\x02\xff\xfe", 6));
    using enum io::NumberKind;
    QCOMPARE(io::read_raw_values(path, {signed_integer, 2, true}, 2, 2), (std::vector<float>{258, -2}));
    QCOMPARE(io::read_raw_values(path, {unsigned_integer, 2, false}, 2, 2), (std::vector<float>{513, 65279}));
    QCOMPARE(io::read_raw_values(path, {signed_integer, 1, false}, 4, 2), (std::vector<float>{-1, -2}));
    QVERIFY(sentence([&] { io::read_raw_values(path, {signed_integer, 2, true}, 2, 3); }).contains("ends too early"));
    QVERIFY(sentence([&] { io::read_raw_values(path, {floating, 4, true}, 7, 0); }).contains("ends too early"));
    QVERIFY(sentence([&] { io::read_raw_values(path, {floating, 8, false}, 0, ~0ULL); }).contains("ends too early"));
    QVERIFY(sentence([&] { io::read_raw_values(path, {floating, 2, false}, 0, 1); }).contains("2 bytes"));
    write(path, std::string("\xff\xff\xff\xff", 4));
    QVERIFY(sentence([&] { io::read_raw_values(path, {floating, 4, false}, 0, 1); }).contains("number 0 is"));
  }

 private:
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  InterfileHeader written(const std::string& text) const {
    const std::filesystem::path path = folder_.path().toStdString() + "/header.hs";
    write(path, text);
    return InterfileHeader(path);
  }
  template <class Work>
  static QString sentence(const Work& work) {
    try {
      work();
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(InterfileHeaderTest)

}  // namespace coincide::tests

#include "interfile_header_test.moc"
