#include "io/time_tables.h"

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "io/csv_table.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {

class TimeTablesTest : public QObject {
  Q_OBJECT

 private slots:
  void columns_are_found_by_name_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("commas") << "time_s,activity\n0,1.5\n10,-2e3\n";
    QTest::newRow("semicolons") << "# by hand\n\n activity ; \"time_s\" \r\n1.5;0\r\n-2000;10\r\n";
    QTest::newRow("tabs, no end") << "note\ttime_s\tactivity\n1\t0\t1.5\n2\t10\t-2000.0";
  }
  void columns_are_found_by_name() {
    QFETCH(QString, text);
    const io::CsvTable table = io::CsvTable::read(written(text.toStdString()));
    QCOMPARE(table.num_rows(), std::size_t{2});
    QCOMPARE(table.column("time_s")[1], 10.0);
    QCOMPARE(table.column("activity")[0], 1.5);
    QCOMPARE(table.column("activity")[1], -2000.0);
    QVERIFY(!table.has("counts"));
    QVERIFY_THROWS_EXCEPTION(FileError, table.column("counts"));
  }

  void damaged_tables_are_refused_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << ""
                           << "it is empty";
    QTest::newRow("head only") << "time_s,activity\n"
                               << "no table";
    QTest::newRow("short row") << "a,b\n1,2\n3\n"
                               << "line 3: it has 1 cells";
    QTest::newRow("word") << "a,b\n1,two\n"
                          << "line 2: \"two\" in column b";
    QTest::newRow("empty cell") << "a,b\n1,\n"
                                << "line 2: \"\" in column b";
    QTest::newRow("decimal comma") << "a;b\n1;2,5\n"
                                   << "decimal point";
  }
  void damaged_tables_are_refused() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    try {
      io::CsvTable::read(written(text.toStdString()));
      QFAIL("no error");
    } catch (const FileError& error) {
      QVERIFY2(QString(error.what()).contains(says), error.what());
    }
  }

  void gates_stop_or_last() {
    const auto stops = io::read_gates(written("gate,start_s,stop_s\n1,0,2\n2,2,5\n1,5,6\n"));
    const auto lasts = io::read_gates(written("start_s,duration_s,gate\n0,2,1\n2,3,2\n5,1,1\n"));
    for (const auto& gates : {stops, lasts}) {
      QCOMPARE(gates.size(), std::size_t{3});
      QCOMPARE(gates[1].gate, 2);
      QCOMPARE(gates[1].start_s, 2.0);
      QCOMPARE(gates[1].stop_s, 5.0);
    }
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_gates(written("gate,start_s,stop_s\n1.5,0,2\n")));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_gates(written("gate,start_s\n1,0\n")));
  }

  void blood_curves_come_in_bq_per_ml() {
    const auto path = written("time_s,activity\n0,0\n12.5,2.5\n");
    QCOMPARE(io::read_blood_curve(path, "kBq/mL")[1].activity, 2500.0);
    QCOMPARE(io::read_blood_curve(path, "nCi/mL")[1].activity, 92.5);
    QCOMPARE(io::read_blood_curve(path, "Bq/mL")[1].time_s, 12.5);
    QVERIFY_THROWS_EXCEPTION(InputError, io::read_blood_curve(path, "kBq/L"));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_blood_curve(written("time_s,plasma\n0,0\n"), "Bq/mL"));
  }

  void poses_have_eight_columns() {
    const auto rows =
        io::read_poses(written("qx,qw,qy,qz,time_s,tx_mm,ty_mm,tz_mm\n0,1,0,0,0,0,0,0\n0.6,0.8,0,0,12.5,1,-2,3\n"));
    QCOMPARE(rows.size(), std::size_t{2});
    QCOMPARE(rows[1].time_s, 12.5);
    QCOMPARE(rows[1].pose, (recon::Pose{{0.8, 0.6, 0, 0}, {1, -2, 3}}));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_poses(written("time_s,qw,qx,qy,qz,tx,ty,tz\n0,1,0,0,0,0,0,0\n")));
  }

 private:
  std::filesystem::path written(const std::string& text) const {
    const std::filesystem::path path = folder_.filePath("table.csv").toStdString();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(TimeTablesTest)

}  // namespace coincide::tests

#include "time_tables_test.moc"
