#include "io/time_activity_csv.h"

#include <QtTest>
#include <vector>

#include "support/test_main.h"

namespace coincide::tests {

class TimeActivityCsvTest : public QObject {
  Q_OBJECT

 private slots:
  void a_row_per_region_and_frame() {
    const std::vector<recon::TimeActivity> rows{{"liver, left", 30, 60, 60, 1234.5, 12.25, 7},
                                                {"b", 90, 1, 90.5, 0, 0, 1}};
    QCOMPARE(io::time_activity_csv(rows, "Bq/mL", "run 1"),
             std::string("# run 1\nregion,start_s,duration_s,middle_s,mean,sd,voxels,unit\n"
                         "\"liver, left\",30,60,60,1234.5,12.25,7,Bq/mL\nb,90,1,90.5,0,0,1,Bq/mL\n"));
  }
};

COINCIDE_TEST_CLASS(TimeActivityCsvTest)

}  // namespace coincide::tests

#include "time_activity_csv_test.moc"
