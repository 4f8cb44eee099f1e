#pragma once

#include <vector>

namespace coincide::io {

/// The limits of a window as recon::ModuleType has them; none for one that lets everything pass, from 0 to 1000 keV or
/// more, as simulations and writers state where there is no window: it says nothing of what a detector measured.
inline std::vector<float> stated_energy_window(double lowest_kev, double highest_kev) {
  constexpr double all_kev = 1000;
  const bool says_something = highest_kev > lowest_kev && (lowest_kev > 0 || highest_kev < all_kev);
  return says_something ? std::vector{static_cast<float>(lowest_kev), static_cast<float>(highest_kev)}
                        : std::vector<float>();
}

}  // namespace coincide::io
