#include "io/castor/castor_tof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "io/castor/castor_records.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

/// True if most of the first events lie midway between multiples of the quantisation: an even number of bins.
bool lie_midway(const CastorData& data) {
  constexpr std::uint64_t enough = 10'000;
  constexpr double tolerance = 0.05;
  CastorRecords records(data);
  const std::span<const char> bytes = records.read(enough);
  const auto record = static_cast<std::size_t>(data.record.bytes);
  std::size_t midway = 0;
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    const double place = number_at<float>(bytes.data() + at + data.record.tof) / data.tof_quantisation_ps;
    midway += std::abs(place - std::floor(place) - 0.5) < tolerance ? 1 : 0;
  }
  return midway * record * 2 > bytes.size();
}

/// In ps. An odd number of steps of the quantisation, so that each of its values lies in one bin, not on an edge.
double width_of(const CastorData& data) {
  constexpr double bins_per_sigma = 5;
  const double fine_ps = data.tof_fwhm_ps / recon::fwhm_per_sigma / bins_per_sigma;
  const double step_ps = data.tof_quantisation_ps;
  if (step_ps == 0) {
    return fine_ps;
  }
  const double steps = std::floor(fine_ps / step_ps);
  return step_ps * std::max(1.0, std::fmod(steps, 2) == 0 ? steps - 1 : steps);
}

}  // namespace

CastorTofBins::CastorTofBins(const CastorData& data) : data_(data), width_ps_(width_of(data)) {
  constexpr double rounding = 1e-6;
  constexpr double most_bins = 65'535;
  const double half_ps = data.tof_range_ps / 2;
  const bool is_quantised = width_ps_ == data.tof_quantisation_ps;
  const bool is_midway = is_quantised && lie_midway(data);
  // Where differences are quantised, the range may be that of the bins' centres or of their edges.
  const double on_each_side = is_midway      ? std::floor(half_ps / width_ps_ + 0.5 + rounding)
                              : is_quantised ? std::floor(half_ps / width_ps_ + rounding)
                                             : std::ceil(half_ps / width_ps_ - 0.5 - rounding);
  const double count = 2 * on_each_side + (is_midway ? 0 : 1);
  if (!(count >= 1) || count > most_bins) {
    throw FileError(fmt::format(
        "{}: a TOF range of {} ps with a resolution of {} ps and steps of {} ps needs {:g} TOF bins: 1 to {:.0f} are "
        "possible.",
        data.header.string(), data.tof_range_ps, data.tof_fwhm_ps, data.tof_quantisation_ps, count, most_bins));
  }
  num_bins_ = static_cast<std::uint32_t>(count);
  per_ps_ = static_cast<float>(1 / width_ps_);
  middle_ = static_cast<float>(count / 2);
}

double CastorTofBins::width_mm() const { return width_ps_ * recon::mm_per_ps; }

double CastorTofBins::range_mm() const { return data_.tof_range_ps * recon::mm_per_ps; }

std::vector<recon::TofBin> CastorTofBins::bins() const {
  const double sigma_mm = data_.tof_fwhm_ps / recon::fwhm_per_sigma * recon::mm_per_ps;
  std::vector<recon::TofBin> bins;
  for (std::uint32_t i = 0; i < num_bins_; ++i) {
    bins.push_back({static_cast<float>((i - 0.5 * (num_bins_ - 1)) * width_mm()), static_cast<float>(width_mm()),
                    static_cast<float>(sigma_mm)});
  }
  return bins;
}

}  // namespace coincide::io
