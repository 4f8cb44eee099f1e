#pragma once

#include <optional>
#include <string>

namespace coincide::recon {

/// What was injected. When, and its half-life, say the images that it made (ImageSeries).
struct Tracer {
  std::string name{};                 ///< "FDG"; empty: not known
  std::string nuclide{};              ///< "F-18"; empty: not known
  std::optional<double> dose_bq{};    ///< activity at the injection, less what stayed in the syringe
  std::optional<double> positrons{};  ///< per decay
};

enum class Sex { unknown, male, female, other };

/// Who it was injected into, as far as uptake needs it.
struct Patient {
  std::optional<double> weight_kg{};
  std::optional<double> height_m{};
  Sex sex = Sex::unknown;
};

}  // namespace coincide::recon
