#include "app/attenuation_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/input_images.h"
#include "app/job_inputs.h"
#include "projectors/error.h"
#include "recon/corrections/attenuation_unit.h"
#include "recon/corrections/ct_numbers.h"
#include "recon/psf.h"
#include "recon/resample.h"

namespace coincide::app {
namespace {

using recon::AttenuationUnit;

/// One of the images, with the setting that names it.
struct MapSetting {
  const char* key;
  const std::filesystem::path& path;
  const recon::Registration& place;

  std::string setting() const { return fmt::format("{} = \"{}\"", key, path.string()); }
};

void add_to(std::string& list, const std::string& text) { list += (list.empty() || text.empty() ? "" : "; ") + text; }

double tube_kv_of(const MapSetting& map, const recon::Image& ct, const io::Job& job, JobSetup& setup) {
  constexpr double usual_kv = 120;
  if (job.corrections.ct_kvp > 0) {
    return job.corrections.ct_kvp;
  }
  if (ct.tube_kv > 0) {
    return ct.tube_kv;
  }
  setup.warnings.push_back(fmt::format(
      "{} holds CT numbers, but not the tube voltage of the CT: it is taken to be {:g} kV. Set corrections.ct_kvp.",
      map.setting(), usual_kv));
  return usual_kv;
}

void warn_of_dense_matter(const MapSetting& map, const recon::Image& ct, const recon::CtCurve& curve,
                          const io::Job& job, JobSetup& setup) {
  constexpr double noticeable = 1e-3;
  const double dense = recon::dense_part(ct, curve);
  if (job.corrections.ct_dense == recon::DenseMatter::bone && dense > noticeable) {
    setup.warnings.push_back(
        fmt::format("{}: {:.2g} % of the body is above {:.0f} HU, where contrast agent and metal lie and bone hardly "
                    "does; their attenuation comes out too high. corrections.ct_dense = \"metal\" flattens the curve "
                    "there.",
                    map.setting(), 100 * dense, curve.dense_from_hu()));
  }
}

/// The curve is not linear: CT numbers become attenuation before anything is averaged.
recon::Image from_ct(const MapSetting& map, const recon::Image& ct, const io::Job& job, JobSetup& setup) {
  const int threads = static_cast<int>(job.compute.threads);
  const recon::CtCurve curve(tube_kv_of(map, ct, job, setup), job.corrections.ct_dense);
  warn_of_dense_matter(map, ct, curve, job, setup);
  recon::Image mu = recon::attenuation_of_ct(ct, curve, threads);
  const auto& [x, y, z] = ct.grid.voxel_size_mm;
  const double own_mm = std::cbrt(double{x} * y * z), wanted_mm = job.corrections.ct_smoothing_mm;
  if (wanted_mm > own_mm) {
    recon::GaussianFilter(mu.grid, std::sqrt(wanted_mm * wanted_mm - own_mm * own_mm), threads).apply(mu.values);
  }
  const std::string made =
      curve.name() + (wanted_mm > own_mm ? fmt::format(", smoothed to {:g} mm", wanted_mm) : ", not smoothed");
  setup.notes.push_back(fmt::format("{} is a CT image: {}.", map.setting(), made));
  add_to(setup.attenuation_made, made);
  setup.attenuation_of_ct = true;
  return mu;
}

[[noreturn]] void refuse_unit(const MapSetting& map, const char* unit, const char* remedy) {
  throw InputError(
      fmt::format("{} holds {}; linear attenuation in 1/cm is needed (water 0.096). {}.", map.setting(), unit, remedy));
}

/// On the grid of its file.
recon::Image in_per_cm(const MapSetting& map, recon::Image image, const io::Job& job, JobSetup& setup) {
  switch (recon::attenuation_unit(image)) {
    case AttenuationUnit::ct_numbers:
      return from_ct(map, image, job, setup);
    case AttenuationUnit::per_mm:
      refuse_unit(map, "values in 1/mm", "Multiply them by 10");
    case AttenuationUnit::per_m:
      refuse_unit(map, "values in 1/m", "Multiply them by 0.01");
    case AttenuationUnit::mask:
      refuse_unit(map, "0 and 1 only, a mask", "Multiply it by the attenuation of what it marks: 0.096 for water");
    case AttenuationUnit::factors:
      refuse_unit(map, "1 around the body, as attenuation factors do", "Give the image that they were made from");
    case AttenuationUnit::per_cm:
    case AttenuationUnit::unknown:
      break;
  }
  check_attenuation(image, map.setting());
  return image;
}

struct PartImage {
  recon::Image image;  ///< 1/cm, on the grid of its file
  bool is_ct = false;
};

PartImage read(const MapSetting& map, const io::Job& job, JobSetup& setup) {
  recon::Image image = image_at(map.key, map.path, setup.warnings);
  check_finite(image, map.setting());
  setup.inputs.emplace_back("attenuation", map.path);
  const bool is_ct = recon::attenuation_unit(image) == AttenuationUnit::ct_numbers;
  return {in_per_cm(map, std::move(image), job, setup), is_ct};
}

/// At its place in the scanner.
recon::Image open(const MapSetting& map, const io::Job& job, JobSetup& setup) {
  const int threads = static_cast<int>(job.compute.threads);
  auto [image, is_ct] = read(map, job, setup);
  image = placed(map.setting(), image, map.place, 0, threads, setup);
  add_to(setup.attenuation_made, recon::sentence_of(map.place));
  return is_ct ? recon::box_averaged(image, recon::grid_over({&image.grid, 1}, setup.grid), threads) : image;
}

recon::Image sum(const recon::Image& one, const recon::Image& other, const io::Job& job, const JobSetup& setup) {
  const int threads = static_cast<int>(job.compute.threads);
  const recon::ImageGrid grid = recon::grid_over(std::array{one.grid, other.grid}, setup.grid);
  recon::Image result = recon::box_averaged(one, grid, threads);
  std::ranges::transform(result.values, recon::box_averaged(other, grid, threads).values, result.values.begin(),
                         std::plus());
  return result;
}

/// Two places may be meant: one image of two alike.
void refuse_counting_twice(const io::Job::Corrections& corrections) {
  std::error_code error;
  if (corrections.attenuation_place == corrections.hardware_place &&
      std::filesystem::equivalent(corrections.attenuation, corrections.hardware, error)) {
    throw InputError(fmt::format(
        "corrections.hardware and corrections.attenuation are both {}, in one place, which would count twice: leave "
        "corrections.hardware empty if bed and coils are in that image.",
        corrections.attenuation.string()));
  }
}

MapSetting map_of(const io::Job::Corrections& corrections, AttenuationOf what) {
  return what == AttenuationOf::body
             ? MapSetting{"corrections.attenuation", corrections.attenuation, corrections.attenuation_place}
             : MapSetting{"corrections.hardware", corrections.hardware, corrections.hardware_place};
}

}  // namespace

recon::Image attenuation_in_file(const io::Job& job, AttenuationOf what, JobSetup& setup) {
  return read(map_of(job.corrections, what), job, setup).image;
}

void open_attenuation(const io::Job& job, JobSetup& setup) {
  refuse_counting_twice(job.corrections);
  if (!job.corrections.attenuation.empty()) {
    setup.attenuation = open(map_of(job.corrections, AttenuationOf::body), job, setup);
  }
  if (!job.corrections.hardware.empty()) {
    const recon::Image hardware = open(map_of(job.corrections, AttenuationOf::hardware), job, setup);
    setup.attenuation = setup.attenuation ? sum(*setup.attenuation, hardware, job, setup) : hardware;
  }
}

}  // namespace coincide::app
