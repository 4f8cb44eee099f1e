#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/dicom/dicom_file.h"

namespace coincide::io::dicom {

/// The attributes of one picture of a file. In files of several pictures they stand in groups, per picture and shared
/// by all, and the file's own come last.
class PictureData {
 public:
  PictureData(const DataSet& file, std::size_t picture);

  std::string text(const Tag& tag) const;
  std::vector<std::string> texts(const Tag& tag) const;
  std::vector<double> numbers(const Tag& tag) const;
  std::optional<double> number(const Tag& tag) const { return first(numbers(tag)); }
  const std::vector<DataSet>& items(const Tag& tag) const;

 private:
  static std::optional<double> first(const std::vector<double>& list);
  /// The one of the data sets that has it; null: none.
  const DataSet* holder(const Tag& tag) const;

  std::vector<const DataSet*> where_;  ///< in the order in which they are asked
};

/// How the numbers of a file's pictures are stored.
struct PixelLayout {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t pictures = 1;
  int bits_allocated = 16;
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;

  std::uint64_t picture_bytes() const { return static_cast<std::uint64_t>(rows * columns * (bits_allocated / 8)); }
};

/// One picture of a series in space and time.
struct Plane {
  std::shared_ptr<const DicomFile> file;
  std::size_t picture = 0;  ///< of the file
  PixelLayout layout;

  Eigen::Vector3d position_mm;  ///< of the centre of its first voxel, LPS
  Eigen::Vector3d along_row;    ///< direction in which columns count
  Eigen::Vector3d along_column;
  double column_step_mm = 0;  ///< from one column to the next
  double row_step_mm = 0;

  double slope = 1;
  double intercept = 0;
  std::optional<std::pair<double, double>> padding;  ///< stored numbers, from and to, that are no measurement

  std::optional<double> start_s;            ///< when its measurement began, since 1970
  std::optional<double> reference_time_ms;  ///< Frame Reference Time
  double duration_s = 0;                    ///< 0: not known
  std::optional<double> decay_factor;
  std::int64_t temporal_index = 0;
  std::int64_t image_index = 0;
  std::int64_t instance = 0;

  PictureData data() const { return {file->data, picture}; }
  /// "IM0003.dcm", "all.dcm, picture 7"
  std::string name() const;
};

/// Throws FileError for pixels of other kinds (colours, 1 or 64 bits), without size, or more than the file can hold.
PixelLayout pixel_layout(const DicomFile& file);

/// The pictures of a file. Throws FileError, with its name: no pixels, place or orientation, or numbers that are text.
std::vector<Plane> planes_of(const std::shared_ptr<const DicomFile>& file);

}  // namespace coincide::io::dicom
