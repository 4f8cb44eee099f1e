#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coincide::app {

/// Figures of merit that images of a known object give.
enum class Figures {
  nema_iq,      ///< contrast and variability of spheres in a warm body
  nu4_iq,       ///< recovery of rods and spill-over into chambers of a small-animal phantom
  resolution,   ///< widths of a point source
  noise,        ///< over repeated runs
  calibration,  ///< of a uniform cylinder of known activity
};

struct AnalyseOptions {
  Figures figures = Figures::nema_iq;
  std::filesystem::path phantom;  ///< a file, or the name of one of the program's; empty: nema_iq, nu4_iq, cylinder
  std::filesystem::path regions;  ///< of noise: whole numbers on the images' grid
  std::filesystem::path truth;    ///< of noise: an image of what would be right; empty: not known
};

/// Words of the command line, in the order of Figures.
std::vector<std::string> figures_words();

/// `coincide --analyse IMAGE...`: one table for each image, of noise one for all. Beside each image (the first) it
/// leaves the table as IMAGE_FIGURES.csv and, where it measured in circles, a picture IMAGE_FIGURES.png. Returns the
/// tables as text. Throws InputError for images that are not of the object, FileError as reading and writing do.
std::string analyse(const std::vector<std::string>& images, const AnalyseOptions& options);

}  // namespace coincide::app
