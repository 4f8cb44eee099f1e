#pragma once

#include <array>
#include <string_view>

#include "recon/data/image_series.h"

namespace coincide::io::dicom {

/// The code of one of recon::nuclides(). Source: DICOM PS3.16, CID 4020.
struct NuclideTerm {
  std::string_view name;
  std::string_view code;       ///< SNOMED's of old (SRT), which most scanners write
  std::string_view snomed_ct;  ///< the same in today's SNOMED CT (SCT)
  std::string_view code_meaning;
};

inline constexpr std::array<NuclideTerm, 9> nuclide_terms = {{{"F-18", "C-111A1", "77004003", "^18^Fluorine"},
                                                              {"C-11", "C-105A1", "40565003", "^11^Carbon"},
                                                              {"N-13", "C-107A1", "21576001", "^13^Nitrogen"},
                                                              {"O-15", "C-B1038", "129504001", "^15^Oxygen"},
                                                              {"Ga-68", "C-131A3", "35337001", "^68^Gallium"},
                                                              {"Cu-64", "C-127A2", "3932008", "^64^Copper"},
                                                              {"Rb-82", "C-159A2", "79197006", "^82^Rubidium"},
                                                              {"Zr-89", "C-168A4", "63360001", "^89^Zirconium"},
                                                              {"I-124", "C-114A5", "40937006", "^124^Iodine"}}};

/// A word of Units (0054,1001).
struct UnitTerm {
  std::string_view term;
  std::string_view unit;  ///< ours
};

/// Source: DICOM PS3.3, C.8.9.1.1.3.
inline constexpr std::array<UnitTerm, 6> unit_terms = {{{"BQML", "Bq/mL"},
                                                        {"GML", "g/mL"},
                                                        {"CM2ML", "cm^2/mL"},
                                                        {"1CM", "1/cm"},
                                                        {"MLMINML", "1/min"},
                                                        {"CNTS", "counts"}}};

/// A word of Corrected Image (0028,0051).
struct CorrectionTerm {
  std::string_view term;
  recon::Effect effect;
};

/// Source: DICOM PS3.3, C.8.9.1.
inline constexpr std::array<CorrectionTerm, 6> correction_terms = {{{"NORM", recon::Effect::normalization},
                                                                    {"DTIM", recon::Effect::dead_time},
                                                                    {"ATTN", recon::Effect::attenuation},
                                                                    {"SCAT", recon::Effect::scatter},
                                                                    {"RAN", recon::Effect::randoms},
                                                                    {"MOTN", recon::Effect::motion}}};

}  // namespace coincide::io::dicom
