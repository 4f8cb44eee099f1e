#include "io/time_activity_csv.h"

#include <fmt/format.h>

#include "io/csv_text.h"

namespace coincide::io {

std::string time_activity_csv(std::span<const recon::TimeActivity> rows, const std::string& unit,
                              const std::string& subject) {
  std::string text = csv_remark(subject) + "region,start_s,duration_s,middle_s,mean,sd,voxels,unit\n";
  for (const recon::TimeActivity& row : rows) {
    text += fmt::format("{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{},{}\n", csv_cell(row.region), row.start_s,
                        row.duration_s, row.middle_s, row.mean, row.standard_deviation, row.voxels, csv_cell(unit));
  }
  return text;
}

}  // namespace coincide::io
