#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "io/listmode_file.h"
#include "io/tables/table_columns.h"
#include "io/tables/table_rows.h"
#include "recon/data/histogram_source.h"

namespace coincide::io {

/// True for a table (HDF5 or CSV, as its first bytes tell) that has a column of counts.
bool is_table_histogram(const std::filesystem::path& path, std::string_view first_bytes,
                        const ListmodeOptions& options);

/// A histogram as a table: a row for each bin, those without counts as well, with the ends of its LOR or its crystals,
/// counts, and perhaps tof_bin (0 ... attribute tof_bins - 1; widths by the attribute tof_bin_ps, resolution by
/// tof_fwhm_ps), factor and additive. Scanner as TableSource.
class TableHistogram final : public recon::HistogramSource {
 public:
  /// Reads the whole table. Throws FileError.
  TableHistogram(const std::filesystem::path& path, const ListmodeOptions& options);
  ~TableHistogram() override;

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::HistogramFacts& facts() const override { return facts_; }
  recon::Histogram read_share(const recon::LorShare& share) override;

 private:
  class Builder;

  void find_scanner(const std::filesystem::path& path, const ListmodeOptions& options, const TableColumns& columns);
  std::optional<recon::TofAxis> tof_axis(const TableRows& rows, const TableColumns& columns,
                                         const ListmodeOptions& options) const;
  void add_facts(const TableRows& rows, const ListmodeOptions& options);

  recon::Scanner scanner_;
  recon::HistogramFacts facts_;
  recon::Histogram histogram_;
};

}  // namespace coincide::io
