#pragma once

#include <cstdint>
#include <string>

#include "io/dicom/attributes.h"
#include "recon/data/image_series.h"

namespace coincide::io::dicom {

/// Positron Emission Tomography Image Storage.
inline constexpr const char* pet_class = "1.2.840.10008.5.1.4.1.1.128";

/// Moments of a series as DICOM counts them, in s since 1970. Without a date it is that of 1970, without a time noon.
struct SeriesClock {
  double zero_s = 0;          ///< of the series' clock
  double reference_s = 0;     ///< Series Time: what Frame Reference Times count from
  bool to_injection = false;  ///< decay is corrected to the injection, not to Series Time
};
SeriesClock series_clock(const recon::ImageSeries& series);

/// "BQML", "CNTS" ...; empty for units that PET images do not have.
std::string units_word(const std::string& unit);

/// What all files of a series have in common.
Attributes series_attributes(const recon::ImageSeries& series, const SeriesClock& clock);
/// Adds what those of a frame have.
void put_frame(const recon::ImageSeries& series, std::size_t frame, const SeriesClock& clock, Attributes& attributes);
/// Adds what a plane has of its own: place, slope and pixels.
void put_plane(const recon::ImageSeries& series, std::size_t frame, std::int64_t plane, Attributes& attributes);

}  // namespace coincide::io::dicom
