#pragma once

#include <cstddef>
#include <string>

#include "recon/data/image_series.h"

namespace coincide::recon {

/// What the activity of the tissue is divided by, beside the injected one.
enum class SuvKind {
  body_weight,           ///< g/mL
  lean_body_mass,        ///< g/mL; Janmahasatian et al., Clin. Pharmacokinet. 44, 2005
  lean_body_mass_james,  ///< g/mL; James 1976 with 128 for men (DICOM's LBMJAMES128): falls again in large patients
  body_surface,          ///< cm^2/mL; Du Bois 1916
};

/// What Bq/mL are multiplied by to be SUV.
struct SuvFactor {
  double factor = 0;  ///< 0: not known
  std::string unit;
  std::string missing;  ///< what keeps it from being known, as the end of a sentence; empty: nothing
};

/// Throws InputError above the body mass index up to which the formula of James rises (43 and 36 kg/m^2).
double lean_body_mass_kg(SuvKind kind, const Patient& patient);
double body_surface_m2(const Patient& patient);

/// Of the values of a frame. Decay since the injection is counted to the moment that the values are corrected to; those
/// of a series that is not corrected are corrected first, by the same factor.
SuvFactor suv_factor(const ImageSeries& series, std::size_t frame, SuvKind kind = SuvKind::body_weight);

/// The one of all frames by body weight; missing as well where each frame has one of its own, as without correction for
/// decay.
SuvFactor common_suv_factor(const ImageSeries& series);

/// "SUVbw = value x 0.000365 g/mL (...), SUVlbm ..." or which fact is missing for it.
std::string suv_sentence(const ImageSeries& series);

}  // namespace coincide::recon
