#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recon/data/tracer.h"
#include "recon/image.h"

namespace coincide::recon {

/// What values may be corrected for, beside decay.
enum class Effect { normalization, dead_time, randoms, attenuation, scatter, motion };

/// One picture of a series: values in the order of Image, and when they were measured.
struct SeriesFrame {
  std::vector<float> values;
  double start_s = 0;       ///< of the first time block, on the series' clock
  double duration_s = 0;    ///< recorded, without pauses; 0: not known
  double decay_factor = 1;  ///< D: activity at ImageSeries::reference_s over the mean one while the frame was recorded
};

/// Pictures of one object on one grid, one after the other in time. Times count from the zero of the data's clock.
struct ImageSeries {
  ImageGrid grid;
  std::vector<SeriesFrame> frames{};
  std::vector<std::string> parameters{};  ///< what each frame is, if they are not frames in time: "slope"
  std::string unit{};                     ///< "Bq/mL", "1"
  bool decay_corrected = false;           ///< values hold their frames' decay factors
  double reference_s = 0;                 ///< t_ref: the moment that decay is corrected to, one for all frames
  double half_life_s = 0;                 ///< 0: not known, or no decay
  std::optional<double> injection_s{};    ///< if it is known
  std::string time_zero{};                ///< when the clock's zero was, "hh:mm:ss" of 24 h; empty: not known
  std::string date{};                     ///< of that moment, "yyyy-mm-dd"; empty: not known
  std::string description{};
  Tracer tracer{};
  Patient patient{};
  double tube_kv = 0;               ///< as Image::tube_kv
  std::vector<Effect> corrected{};  ///< empty: none, or not known

  bool has_times() const;
  Image image(std::size_t frame) const;
};

/// Mean of the frames, weighted by what they last (alike if that is not known), with the time from the first start to
/// the last stop. 0 frames: no values.
Image mean_of(const ImageSeries& series);

/// Throws InputError unless all frames have the grid's voxels and those with times follow each other.
void check_series(const ImageSeries& series);

/// What a frame's values are to be multiplied by to be decay corrected, or not to be. Throws InputError if that needs
/// a decay factor and none is known (half-life 0 in a series that is not corrected).
double decay_scale(const ImageSeries& series, std::size_t frame, bool decay_corrected);

}  // namespace coincide::recon
