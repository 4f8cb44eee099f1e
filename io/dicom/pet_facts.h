#pragma once

#include <string>
#include <vector>

#include "io/dicom/decay.h"
#include "recon/data/image_series.h"

namespace coincide::io::dicom {

/// Unit of the values after `factor`.
struct Unit {
  std::string name;
  double factor = 1;
  std::vector<std::string> warnings{};
};

/// Of a PET series: Bq/mL, SUV, or counts, which the private factors of one vendor turn into Bq/mL or SUV.
Unit pet_unit(const PictureData& data);

/// Tracer, patient and what values are corrected for, as far as the file says; what is there but wrong is left out with
/// a warning. `first_start_s` decides which day an injection was on whose date is missing.
TracerMoments read_facts(const PictureData& data, std::optional<double> first_start_s, recon::ImageSeries& series,
                         std::vector<std::string>& warnings);

}  // namespace coincide::io::dicom
