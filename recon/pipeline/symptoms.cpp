#include "recon/pipeline/symptoms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recon/corrections/map_agreement.h"
#include "recon/field_of_view.h"

namespace coincide::recon {
namespace {

/// What is looked at.
struct Evidence {
  const RunState& run;
  std::optional<MapAgreement> map;  ///< of a finished image
};

/// Thresholds are those of experience with simulated data; real ones may teach better.
struct Symptom {
  std::string_view name;
  /// A sentence or two with cause and remedy; empty where all is well.
  std::string (*find)(const Evidence& evidence);
};

std::string too_much_background(const Evidence& evidence) {
  constexpr double most = 1;
  const double prompts = evidence.run.num_counts(), background = evidence.run.num_background;
  if (!(background > most * prompts)) {
    return "";
  }
  return fmt::format(
      "The model holds {:.4g} counts of randoms and scatter, more than the {:.0f} prompts: the image comes out far too "
      "low. A background that was stored for whole LORs counts once for each TOF bin, and rates are no counts "
      "(corrections.additive, corrections.additive_is, corrections.randoms).",
      background, prompts);
}

/// A body of 35 cm has 0.8 times as many scattered coincidences as true ones.
std::string too_much_scatter(const Evidence& evidence) {
  constexpr double most = 1;
  const RunState& run = evidence.run;
  const double trues = run.num_counts() - run.num_background;
  if (!(run.num_scattered > most * trues)) {
    return "";
  }
  return fmt::format(
      "The model holds {:.4g} scattered counts, more than the {:.4g} that are neither scattered nor random: what lies "
      "beside hot organs will come out too dark. See whether the attenuation image is in 1/cm and of this body "
      "(corrections.attenuation), or choose the other corrections.scatter_scale.",
      run.num_scattered, std::max(0.0, trues));
}

/// The pitch of crystals is about the edge of their faces.
std::string too_wide_resolution(const Evidence& evidence) {
  constexpr double most = 1.5;
  const Scanner& scanner = evidence.run.scanner();
  if (!evidence.run.inputs.psf_table.is_none() || scanner.crystal_face_mm2.empty()) {
    return "";
  }
  std::vector<float> faces = scanner.crystal_face_mm2;
  std::ranges::nth_element(faces, faces.begin() + std::ssize(faces) / 2);
  const double pitch_mm = std::sqrt(faces[faces.size() / 2]);
  const double fwhm_mm = evidence.run.settings.algorithm.psf_fwhm_mm;
  if (!(pitch_mm > 0) || !(fwhm_mm > most * pitch_mm)) {
    return "";
  }
  return fmt::format(
      "algorithm.psf_fwhm_mm = {:g} is more than {:g} times the crystals' {:.3g} mm: edges will ring, and small "
      "objects "
      "exceed their activity. The resolution of scanners is about the width of their crystals.",
      fwhm_mm, most, pitch_mm);
}

/// Part of a plane across z that is tissue.
double tissue_in_plane(const Image& mu, std::int64_t k) {
  constexpr float tissue_per_cm = 0.05F;
  double tissue = 0;
  for (std::int64_t i = 0; i < mu.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < mu.grid.shape[1]; ++j) {
      tissue += mu.at(i, j, k) > tissue_per_cm ? 1 : 0;
    }
  }
  return tissue / static_cast<double>(mu.grid.shape[0] * mu.grid.shape[1]);
}

std::string map_ends_in_body(const Evidence& evidence) {
  constexpr float within_mm = 5;
  constexpr double least_tissue = 0.01;
  const Image* mu = evidence.run.inputs.attenuation;
  const Scanner& scanner = evidence.run.scanner();
  if (mu == nullptr || std::abs(FieldOfView(scanner).axis()[2]) < 0.99F) {
    return "";
  }
  const float middle_mm = scanner.centre_mm()[2], half_mm = scanner.half_extent_mm()[2];
  const float size_mm = mu->grid.voxel_size_mm[2];
  const float low_mm = mu->grid.origin_mm[2] - 0.5F * size_mm;
  const float high_mm = low_mm + size_mm * static_cast<float>(mu->grid.shape[2]);
  const bool low = low_mm > middle_mm - half_mm + within_mm && tissue_in_plane(*mu, 0) > least_tissue;
  const bool high =
      high_mm < middle_mm + half_mm - within_mm && tissue_in_plane(*mu, mu->grid.shape[2] - 1) > least_tissue;
  if (!low && !high) {
    return "";
  }
  return fmt::format(
      "The attenuation image ends within the body, at z = {:.0f} mm, where the crystals go on to {:.0f} mm: what lies "
      "beyond is not corrected, and planes near the end come out too dark. Give an image that covers all of the "
      "scanner's length.",
      low ? low_mm : high_mm, low ? middle_mm - half_mm : middle_mm + half_mm);
}

bool corrects(const RunState& run, std::string_view effect) {
  const auto found = std::ranges::find(run.record.corrections, effect, &std::pair<std::string, std::string>::first);
  return found != run.record.corrections.end() && !found->second.starts_with("not corrected");
}

std::string haze_around_body(const Evidence& evidence) {
  constexpr double most = 0.01;  // a tenth of it where both are corrected
  const RunState& run = evidence.run;
  const bool scatter = corrects(run, "scatter") || !run.inputs.may_have_scatter;
  const bool randoms = corrects(run, "randoms") || !run.inputs.may_have_randoms;
  if (!evidence.map || !(evidence.map->haze > most) || (scatter && randoms)) {
    return "";
  }
  return fmt::format(
      "Around the body the image has {:.2g} % of the mean in it: {} not corrected, and what is measured of it there is "
      "in the body, too (corrections.scatter, corrections.randoms).",
      100 * evidence.map->haze,
      !scatter && !randoms ? "scatter and randoms are"
      : scatter            ? "randoms are"
                           : "scatter is");
}

std::string activity_beside_map(const Evidence& evidence) {
  constexpr double most = 0.03;
  if (!evidence.map || evidence.map->beside <= most) {
    return "";
  }
  return fmt::format(
      "{:.2g} % of the activity lies where the attenuation image has nothing: arms that the CT has cut off, or an "
      "image "
      "of another place. Lines through it are not corrected, which leaves streaks. See whether the two fit "
      "(corrections.attenuation, corrections.attenuation_shift_mm).",
      100 * evidence.map->beside);
}

constexpr double least_correlation = 0.3;

std::string shifted_map(const Evidence& evidence) {
  constexpr double least_gain = 1.1;
  constexpr double least_mm = 8;  // a voxel
  if (!evidence.map || evidence.map->correlation < least_correlation || evidence.map->shift_gain < least_gain) {
    return "";
  }
  const auto& [x, y, z] = evidence.map->shift_mm;
  if (std::hypot(x, y, z) < least_mm) {
    return "";
  }
  return fmt::format(
      "The edges of the attenuation image fit those of the activity better if it is moved by ({:.0f}, {:.0f}, {:.0f}) "
      "mm "
      "(correlation {:.2f} instead of {:.2f}): if the body lay so, add that to corrections.attenuation_shift_mm.",
      x, y, z, evidence.map->correlation, evidence.map->correlation / evidence.map->shift_gain);
}

std::string mirrored_map(const Evidence& evidence) {
  constexpr double least_gain = 1.1;
  if (!evidence.map || evidence.map->mirror_gain < least_gain) {
    return "";
  }
  return fmt::format(
      "Mirrored along {}, the attenuation image would cover {:.2g} % more of the activity: its axes may be turned. See "
      "how it lies (coincide --info says how it was read).",
      std::string_view("xyz").substr(static_cast<std::size_t>(evidence.map->mirror), 1),
      100 * (evidence.map->mirror_gain - 1));
}

std::string activity_hardly_seen(const Evidence& evidence) {
  constexpr float hardly = 0.01F;
  constexpr double most = 0.05;
  const Image& seen = evidence.run.sensitivity;
  const Image& image = evidence.run.image;
  if (seen.values.size() != image.values.size()) {
    return "";
  }
  const float highest = std::ranges::max(seen.values);
  double all = 0, there = 0;
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    all += image.values[i];
    there += seen.values[i] < hardly * highest ? image.values[i] : 0;
  }
  if (!(there > most * all)) {
    return "";
  }
  return fmt::format(
      "{:.2g} % of the activity lies where the scanner sees less than a hundredth of what it sees best, as in end "
      "planes: activity outside the field makes these hot. Leave them out (image.size), or do not read values there.",
      100 * there / all);
}

constexpr Symptom of_model[] = {{"all too low", too_much_background},
                                {"dark halo", too_much_scatter},
                                {"edges that ring", too_wide_resolution},
                                {"dark end planes", map_ends_in_body}};

constexpr Symptom of_image[] = {{"haze around the body", haze_around_body},
                                {"streaks from arms", activity_beside_map},
                                {"bright rim on one side", shifted_map},
                                {"organs on the wrong side", mirrored_map},
                                {"hot end planes", activity_hardly_seen}};

void tell(const Evidence& evidence, std::span<const Symptom> symptoms) {
  for (const Symptom& symptom : symptoms) {
    if (const std::string sentence = symptom.find(evidence); !sentence.empty()) {
      evidence.run.reporter.warning(sentence);
    }
  }
}

}  // namespace

void tell_of_model(const RunState& run) { tell({.run = run, .map = std::nullopt}, of_model); }

void tell_of_image(const RunState& run) {
  constexpr double enough_updates = 16;  // until the image has left its uniform start
  const bool is_ready = run.record.iterations_done * static_cast<double>(run.record.subsets) >= enough_updates;
  if (!is_ready || run.record.stopped || run.image.values.empty()) {
    return;
  }
  Evidence evidence{.run = run, .map = std::nullopt};
  if (run.inputs.attenuation != nullptr) {
    evidence.map = compare_with_map(run.image, *run.inputs.attenuation, run.sensitivity, run.settings.num_threads);
  }
  tell(evidence, of_image);
}

}  // namespace coincide::recon
