#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "recon/data/histogram.h"
#include "recon/data/tof_axis.h"
#include "recon/events.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// What a file says of its histogram beside the bins.
struct HistogramFacts {
  std::string format;  ///< "STIR sinogram (Interfile)"
  std::string bins;    ///< how they are arranged: "3 segments, 48 views, 95 tangential positions"
  std::int64_t num_lors = 0;
  std::optional<TofAxis> tof{};  ///< of every LOR
  double start_s = 0;
  double duration_s = 0;                             ///< 0: not known
  EventTerms terms{};                                ///< what m and b of its bins hold
  bool is_absolute = false;                          ///< m makes annihilations per mm^3
  std::vector<std::string> notes{};                  ///< sentences: what is assumed
  std::vector<std::filesystem::path> other_files{};  ///< that hold it, beside the one that was named
  std::vector<std::string> warnings{};               ///< sentences: what may make an image wrong

  std::int64_t num_bins() const { return num_lors * (tof ? tof->num_bins : 1); }
};

/// A histogram in a file: counts, or factors or background of such bins. Opened, its scanner and size are known.
class HistogramSource {
 public:
  virtual ~HistogramSource() = default;

  /// That it was measured with, in the axes of the LORs: for the size of images, and for pictures.
  virtual const Scanner& scanner() const = 0;
  virtual const HistogramFacts& facts() const = 0;
  /// The bins of some LORs, or all, with the file's values as counts, m = 1 and b = 0 unless it has factors and
  /// background of its own. Negative values, which precorrected data may hold, are kept. Throws FileError.
  virtual Histogram read_share(const LorShare& share) = 0;
  Histogram read() { return read_share({}); }
  /// By which the work of a run is foretold: about `enough_lors` of the LORs, or all if there are fewer, of directions
  /// spread over all of them. Sources that are not in memory read not much more of their file than these. Throws
  /// FileError.
  virtual Histogram read_sample(std::int64_t enough_lors) {
    const std::int64_t step = facts().num_lors / std::max<std::int64_t>(enough_lors, 1);
    return read_share({static_cast<int>(std::max<std::int64_t>(step, 1)), 0});
  }
};

}  // namespace coincide::recon
