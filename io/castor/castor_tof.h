#pragma once

#include <cstdint>
#include <vector>

#include "io/castor/castor_data.h"
#include "recon/scanner.h"

namespace coincide::io {

/// TOF bins that stand for the time differences of events: those of the file's quantisation or, where there is none or
/// it is finer, at most a fifth of sigma wide. Their centres lie on multiples of the quantisation, or midway between
/// where the file's differences do.
class CastorTofBins {
 public:
  /// Looks at the first events. Throws FileError for more bins than events can name.
  explicit CastorTofBins(const CastorData& data);
  explicit CastorTofBins(const CastorData&&) = delete;

  std::vector<recon::TofBin> bins() const;
  double width_mm() const;
  double range_mm() const;

  /// Number of the bin, from `num_bins()` on if there is none.
  std::uint32_t bin_of(float difference_ps) const {
    const float place = difference_ps * per_ps_ + middle_;
    return place >= 0 && place < static_cast<float>(num_bins_) ? static_cast<std::uint32_t>(place) : num_bins_;
  }
  std::uint32_t num_bins() const { return num_bins_; }

 private:
  const CastorData& data_;
  double width_ps_ = 0;
  std::uint32_t num_bins_ = 0;
  float per_ps_ = 0;
  float middle_ = 0;
};

}  // namespace coincide::io
