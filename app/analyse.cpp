#include "app/analyse.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/job_inputs.h"
#include "app/resources.h"
#include "io/atomic_file.h"
#include "io/figure_table.h"
#include "io/image_file.h"
#include "io/phantom_file.h"
#include "io/summary_picture.h"
#include "projectors/error.h"
#include "recon/figures/cross_calibration.h"
#include "recon/figures/image_quality.h"
#include "recon/figures/repeated_runs.h"
#include "recon/figures/resolution.h"
#include "recon/figures/small_animal.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

recon::Image image_of(const std::string& path) {
  std::vector<std::string> not_told;  // of the file's frame of time, which no figure depends on
  return image_at("--analyse", path, not_told);
}

/// "scan_nema-iq" of the image scan.nii.gz, in its folder.
fs::path result_of(fs::path image, const AnalyseOptions& options) {
  if (!image.has_filename()) {
    image = image.parent_path();  // a DICOM folder whose name ends in a slash
  }
  std::string name = image.filename().string();
  for (const std::string& suffix : io::image_suffixes()) {
    if (name.ends_with("." + suffix)) {
      name.resize(name.size() - suffix.size() - 1);
      break;
    }
  }
  return image.parent_path() / fmt::format("{}_{}", name, figures_words()[static_cast<std::size_t>(options.figures)]);
}

std::string written(const recon::FigureReport& report, const std::string& path, const recon::Image& image,
                    const AnalyseOptions& options) {
  const std::string result = result_of(path, options).string();
  io::write_text_file(result + ".csv", io::figures_csv(report, path));
  std::string files = result + ".csv";
  if (!report.regions.empty()) {
    io::write_summary_picture(result + ".png", image, {fs::path(result).filename().string(), report.notes.back()},
                              report.regions);
    files += ", " + result + ".png";
  }
  return fmt::format("{}\n{}Written: {}\n", path, io::figures_text(report), files);
}

recon::FigureReport figures_of(const recon::Image& image, const AnalyseOptions& options) {
  if (options.figures == Figures::resolution) {
    return recon::point_resolution(image);
  }
  const bool of_rods = options.figures == Figures::nu4_iq, of_cylinder = options.figures == Figures::calibration;
  const fs::path usual = of_rods ? "nu4_iq" : of_cylinder ? "cylinder" : "nema_iq";
  const fs::path file = find_resource(options.phantom.empty() ? usual : options.phantom, "phantoms");
  require_file("--phantom", file);
  const recon::Phantom phantom = io::read_phantom(file);
  if (of_cylinder) {
    return recon::cross_calibration(phantom, image);
  }
  if (of_rods) {
    return recon::small_animal_quality(recon::rod_phantom(phantom), recon::find_phantom(phantom, image), image);
  }
  const recon::SpherePhantom spheres = recon::sphere_phantom(phantom);
  return recon::image_quality(spheres, recon::find_spheres(spheres, image), image);
}

std::string analyse_noise(const std::vector<std::string>& paths, const AnalyseOptions& options) {
  if (options.regions.empty()) {
    throw InputError("the figures of noise need --regions, an image of whole numbers on the grid of the others.");
  }
  std::vector<recon::Image> images;
  std::ranges::transform(paths, std::back_inserter(images), image_of);
  std::vector<std::string> not_told;
  require_image("--regions", options.regions);
  const recon::Image regions = io::read_labels(options.regions, not_told);
  const auto truth = options.truth.empty() ? recon::Image() : image_at("--truth", options.truth, not_told);
  const recon::FigureReport report = recon::repeated_runs(images, regions, options.truth.empty() ? nullptr : &truth);
  return written(report, paths.front(), images.front(), options);
}

}  // namespace

std::vector<std::string> figures_words() { return {"nema-iq", "nu4-iq", "resolution", "noise", "calibration"}; }

std::string analyse(const std::vector<std::string>& images, const AnalyseOptions& options) {
  if (options.figures == Figures::noise) {
    return analyse_noise(images, options);
  }
  std::string text;
  for (const std::string& path : images) {
    const recon::Image image = image_of(path);
    try {
      text += written(figures_of(image, options), path, image, options);
    } catch (InputError& error) {
      error.prepend(path);
      throw;
    }
  }
  return text;
}

}  // namespace coincide::app
