#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/listmode_file.h"
#include "io/scanner_file.h"
#include "io/tables/crystal_finder.h"
#include "io/tables/table_clock.h"
#include "io/tables/table_columns.h"
#include "io/tables/table_rows.h"
#include "io/tables/table_scanner.h"
#include "io/tables/table_states.h"
#include "recon/events.h"

namespace coincide::io {

/// True if a file that begins so may be a CSV table: text whose first line that is no remark has a separator.
bool is_csv_table(std::string_view first_bytes);

/// A list of events as a table (HDF5 or CSV; columns: Meaning). Its scanner is the one in the file (our own tables have
/// one), that of the options, or is made of the ends of the LORs where these are crystals. Rows come in any order of
/// time. Attributes: start_s, duration_s, tof_fwhm_ps, calibration_factor.
class TableSource final : public recon::EventSource {
 public:
  enum class Kind { csv, hdf5 };
  /// Reads the whole table once if a scanner, the range of TOF or the times have to be found. Throws FileError.
  TableSource(const std::filesystem::path& path, Kind kind, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return description_.scanner; }
  const recon::Efficiencies& efficiencies() const override { return description_.efficiencies; }
  std::string format() const override { return rows_->words(); }
  bool read(recon::EventBlock& block) override;
  void rewind() override;
  double fraction_read() const override { return rows_->fraction_read(); }
  const recon::EventCounts& counts() const override { return counts_; }

 private:
  /// What the whole table tells.
  struct Survey {
    std::uint64_t rows = 0;
    double first_s = 0;
    double last_s = 0;
    double farthest_tof_mm = 0;
    EndPoints points;
  };
  /// How far the ends of LORs are from the crystals that they are taken for.
  struct Distances {
    std::uint64_t ends = 0;
    std::uint64_t too_far = 0;
    double sum_mm = 0;
    float largest_mm = 0;
    std::string words() const;
  };

  void open(Kind kind);
  void open_own_layout();
  bool needs_scanner() const { return description_.scanner.num_crystals() == 0; }
  Survey survey();
  void survey_rows(const TableColumns& columns, bool with_points, Survey& survey);
  void find_scanner(const Survey& survey);
  void find_tof_bins(const Survey& survey);
  void take_resolution_of_bins();
  void find_times(const Survey& survey);
  void check_distances();
  void begin();

  void decode(recon::EventBlock& block);
  void decode_points(recon::EventBlock& block);
  void decode_crystals(recon::EventBlock& block);
  void decode_tof(recon::EventBlock& block);
  void decode_times(recon::EventBlock& block);
  void decode_kinds(recon::EventBlock& block);
  void decode_windows(recon::EventBlock& block);
  void leave_out_sources();
  void drop(recon::EventBlock& block);
  void sum_up(const recon::EventBlock& states);
  std::string name() const { return path_.string(); }

  /// Calls use(row, value) for the column of the meaning, if there is one.
  template <class Use>
  void for_each(Meaning meaning, Use use) const {
    if (columns_->has(meaning)) {
      const auto [index, sign] = columns_->place(meaning);
      const std::span<const double> column = values_[index];
      for (std::size_t row = 0; row < column.size(); ++row) {
        use(row, sign * column[row]);
      }
    }
  }
  recon::Vec3 point(std::size_t row, Meaning x) const;

  std::filesystem::path path_;
  ListmodeOptions options_;
  std::unique_ptr<TableRows> rows_;
  std::unique_ptr<TableColumns> columns_;
  ScannerDescription description_;
  bool has_own_scanner_ = false;  ///< the file's
  std::unique_ptr<CrystalFinder> finder_;
  float farthest_mm_ = 0;  ///< that the end of a LOR may be from a crystal's middle
  TableStates states_;     ///< of our own layout: instead of the clock
  bool has_states_ = false;
  TableClock clock_;
  std::vector<std::string> warnings_;

  std::vector<std::vector<double>> values_;
  std::vector<std::uint8_t> keep_;  ///< by row of what was read: 0 where the scanner does not have it
  Distances distances_;
  std::uint64_t other_sources_ = 0;
  recon::EventCounts counts_;
  bool ended_ = false;
};

}  // namespace coincide::io
