#include "recon/data/suv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <vector>

#include "projectors/error.h"
#include "recon/data/frame_decay.h"

namespace coincide::recon {
namespace {

double body_mass_index(const Patient& patient) { return *patient.weight_kg / (*patient.height_m * *patient.height_m); }

/// Names of all that is not known, empty if nothing is missing.
std::string missing_facts(const ImageSeries& series, SuvKind kind) {
  const auto known = [](const std::optional<double>& value) { return value && *value > 0; };
  std::vector<std::string> missing;
  const auto need = [&](bool there, const char* what) {
    if (!there) {
      missing.emplace_back(what);
    }
  };
  need(series.unit == "Bq/mL", "values in Bq/mL");
  need(known(series.patient.weight_kg), "the patient's weight");
  if (kind != SuvKind::body_weight) {
    need(known(series.patient.height_m), "the patient's height");
  }
  if (kind == SuvKind::lean_body_mass || kind == SuvKind::lean_body_mass_james) {
    need(series.patient.sex == Sex::male || series.patient.sex == Sex::female, "the patient's sex");
  }
  need(known(series.tracer.dose_bq), "the injected activity");
  need(series.half_life_s > 0, "the half-life");
  need(series.injection_s.has_value(), "the time of the injection");
  need(series.decay_corrected || series.has_times(), "the times of the frames");
  return fmt::format("{}", fmt::join(missing, ", "));
}

/// What the kind divides by, in g or cm^2.
double norm(SuvKind kind, const Patient& patient) {
  constexpr double g_per_kg = 1000;
  constexpr double cm2_per_m2 = 1e4;
  switch (kind) {
    case SuvKind::body_weight:
      return g_per_kg * *patient.weight_kg;
    case SuvKind::body_surface:
      return cm2_per_m2 * body_surface_m2(patient);
    default:
      return g_per_kg * lean_body_mass_kg(kind, patient);
  }
}

/// Activity at the reference moment per mean activity in the frame; 1 if the values are corrected for decay.
double decay_to_reference(const ImageSeries& series, const SeriesFrame& frame) {
  return series.decay_corrected
             ? 1
             : frame_decay_factor(series.half_life_s, frame.start_s - series.reference_s, frame.duration_s);
}

}  // namespace

double lean_body_mass_kg(SuvKind kind, const Patient& patient) {
  const double weight_kg = *patient.weight_kg;
  const double index = body_mass_index(patient);
  const bool male = patient.sex == Sex::male;
  if (kind == SuvKind::lean_body_mass) {
    return male ? 9270 * weight_kg / (6680 + 216 * index) : 9270 * weight_kg / (8780 + 244 * index);
  }
  const double highest = male ? 43 : 36;
  if (index > highest) {
    throw InputError(fmt::format(
        "a body mass index of {:.1f} kg/m^2 is more than James's formula holds for ({:g}): use Janmahasatian's", index,
        highest));
  }
  const double squared = std::pow(weight_kg / (100 * *patient.height_m), 2);
  return male ? 1.10 * weight_kg - 128 * squared : 1.07 * weight_kg - 148 * squared;
}

double body_surface_m2(const Patient& patient) {
  return 0.007184 * std::pow(*patient.weight_kg, 0.425) * std::pow(100 * *patient.height_m, 0.725);
}

SuvFactor suv_factor(const ImageSeries& series, std::size_t frame, SuvKind kind) {
  SuvFactor suv{
      .factor = 0, .unit = kind == SuvKind::body_surface ? "cm^2/mL" : "g/mL", .missing = missing_facts(series, kind)};
  if (!suv.missing.empty()) {
    return suv;
  }
  const double left_bq =
      *series.tracer.dose_bq * std::exp2(-(series.reference_s - *series.injection_s) / series.half_life_s);
  try {
    suv.factor = norm(kind, series.patient) * decay_to_reference(series, series.frames[frame]) / left_bq;
  } catch (const InputError& error) {
    suv.missing = error.what();
  }
  return suv;
}

SuvFactor common_suv_factor(const ImageSeries& series) {
  SuvFactor suv = suv_factor(series, 0);
  if (suv.missing.empty() && !series.decay_corrected && series.frames.size() > 1) {
    suv = {.factor = 0, .unit = suv.unit, .missing = "frames that are corrected for decay"};
  }
  return suv;
}

std::string suv_sentence(const ImageSeries& series) {
  if (series.unit == "g/mL" || series.unit == "cm^2/mL") {
    return "The values are SUV (" + series.unit + ").";
  }
  const SuvFactor weight = suv_factor(series, 0);
  if (!weight.missing.empty()) {
    return "SUV is not possible: it needs " + weight.missing + ".";
  }
  if (!series.decay_corrected && series.frames.size() > 1) {
    return "SUV: the frames are not corrected for decay, so that each has a factor of its own.";
  }
  std::string text = fmt::format("SUVbw = value x {:.5g} {}", weight.factor, weight.unit);
  constexpr std::array<std::pair<SuvKind, const char*>, 2> others = {
      {{SuvKind::lean_body_mass, "SUVlbm"}, {SuvKind::body_surface, "SUVbsa"}}};
  for (const auto& [kind, name] : others) {
    if (const SuvFactor suv = suv_factor(series, 0, kind); suv.missing.empty()) {
      text += fmt::format(", {} = value x {:.5g} {}", name, suv.factor, suv.unit);
    } else {
      text += fmt::format(", {} needs {}", name, suv.missing);
    }
  }
  return text + fmt::format(" ({:g} kg, {:.5g} MBq {}injected {:g} s before the moment that decay is corrected to).",
                            *series.patient.weight_kg, 1e-6 * *series.tracer.dose_bq,
                            series.tracer.nuclide.empty() ? "" : series.tracer.nuclide + " ",
                            series.reference_s - *series.injection_s);
}

}  // namespace coincide::recon
