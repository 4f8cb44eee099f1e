#include "io/dicom/pet_attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <optional>
#include <vector>

#include "io/dicom/date_time.h"
#include "io/dicom/quantised.h"
#include "io/dicom/terms.h"
#include "io/dicom/uid.h"
#include "io/provenance.h"
#include "recon/data/frame_decay.h"
#include "recon/data/nuclides.h"
#include "recon/units.h"

namespace coincide::io::dicom {
namespace {

/// What a file must have even if nothing is known.
void put_nothing(Attributes& attributes, std::initializer_list<Tag> tags) {
  for (const Tag& tag : tags) {
    tag.kind == Kind::items ? attributes.put_items(tag, {}) : attributes.put_text(tag, "");
  }
}

void put_moment(const Tag& date, const Tag& time, double moment_s, Attributes& attributes) {
  attributes.put_text(date, date_text(moment_s));
  attributes.put_text(time, time_text(moment_s));
}

void put_patient(const recon::Patient& patient, Attributes& attributes) {
  put_nothing(attributes, {tag::patient_name, tag::patient_id, tag::patient_birth});
  constexpr std::array sexes = {"", "M", "F", "O"};
  attributes.put_text(tag::patient_sex, sexes[static_cast<std::size_t>(patient.sex)]);
  if (patient.weight_kg) {
    attributes.put_number(tag::patient_weight, *patient.weight_kg);
  }
  if (patient.height_m) {
    attributes.put_number(tag::patient_size, *patient.height_m);
  }
}

void put_study(const SeriesClock& clock, Attributes& attributes) {
  attributes.put_text(tag::study_uid, new_uid());
  put_moment(tag::study_date, tag::study_time, clock.reference_s, attributes);
  put_nothing(attributes, {tag::referring_physician, tag::study_id, tag::accession});
}

std::vector<Attributes> nuclide_items(const std::string& name) {
  const recon::Nuclide* nuclide = recon::find_nuclide(name);
  const auto* const found =
      std::ranges::find(nuclide_terms, nuclide != nullptr ? nuclide->name : name, &NuclideTerm::name);
  if (found == nuclide_terms.end()) {
    return {};
  }
  Attributes code;
  code.put_text(tag::code_value, found->code);
  code.put_text(tag::coding_scheme, "SRT");
  code.put_text(tag::code_meaning, found->code_meaning);
  return {code};
}

/// Without a dose where values are not absolute: it would invite to compute SUV.
Attributes tracer_item(const recon::ImageSeries& series, const SeriesClock& clock) {
  Attributes item;
  item.put_text(tag::radiopharmaceutical, series.tracer.name);
  item.put_items(tag::nuclide_codes, nuclide_items(series.tracer.nuclide));
  if (series.injection_s) {
    const double injection_s = clock.zero_s + *series.injection_s;
    item.put_text(tag::injection_time, time_text(injection_s));
    item.put_text(tag::injection_date_time, date_text(injection_s) + time_text(injection_s));
  }
  if (series.tracer.dose_bq && series.unit == "Bq/mL") {
    item.put_number(tag::total_dose, *series.tracer.dose_bq);
  }
  if (series.half_life_s > 0) {
    item.put_number(tag::half_life, series.half_life_s);
  }
  if (series.tracer.positrons) {
    item.put_number(tag::positron_fraction, *series.tracer.positrons);
  }
  return item;
}

void put_corrections(const recon::ImageSeries& series, const SeriesClock& clock, Attributes& attributes) {
  std::vector<std::string> words;
  for (const CorrectionTerm& term : correction_terms) {
    if (std::ranges::find(series.corrected, term.effect) != series.corrected.end()) {
      words.emplace_back(term.term);
    }
  }
  if (series.decay_corrected) {
    words.emplace_back("DECY");
  }
  attributes.put_texts(tag::corrected_image, words);
  attributes.put_text(tag::decay_correction, !series.decay_corrected ? "NONE" : clock.to_injection ? "ADMIN" : "START");
}

void put_series(const recon::ImageSeries& series, const SeriesClock& clock, Attributes& attributes) {
  const bool dynamic = series.frames.size() > 1;
  attributes.put_text(tag::modality, "PT");
  attributes.put_text(tag::series_uid, new_uid());
  attributes.put_whole(tag::series_number, 1);
  attributes.put_text(tag::series_description, series.description);
  put_moment(tag::series_date, tag::series_time, clock.reference_s, attributes);
  attributes.put_text(tag::units, units_word(series.unit));
  attributes.put_text(tag::counts_source, series.unit == "1/cm" ? "TRANSMISSION" : "EMISSION");
  attributes.put_texts(tag::series_type, {dynamic ? "DYNAMIC" : "STATIC", "IMAGE"});
  attributes.put_whole(tag::num_slices, series.grid.shape[2]);
  if (dynamic) {
    attributes.put_whole(tag::num_time_slices, static_cast<std::int64_t>(series.frames.size()));
  }
  attributes.put_text(tag::method, series.description);
  put_corrections(series, clock, attributes);
  attributes.put_items(tag::tracer_items, {tracer_item(series, clock)});
  put_nothing(attributes, {tag::collimator, tag::laterality, tag::patient_orientation_codes, tag::gantry_codes});
}

void put_space(const recon::ImageGrid& grid, Attributes& attributes) {
  attributes.put_text(tag::space_uid, new_uid());
  put_nothing(attributes, {tag::position_reference});
  attributes.put_numbers(tag::orientation, std::array<double, 6>{1, 0, 0, 0, 1, 0});
  attributes.put_numbers(tag::pixel_spacing, std::array<double, 2>{grid.voxel_size_mm[1], grid.voxel_size_mm[0]});
  attributes.put_number(tag::slice_thickness, grid.voxel_size_mm[2]);
  attributes.put_whole(tag::rows, grid.shape[1]);
  attributes.put_whole(tag::columns, grid.shape[0]);
}

void put_pixel_form(Attributes& attributes) {
  attributes.put_whole(tag::samples, 1);
  attributes.put_text(tag::photometric, "MONOCHROME2");
  attributes.put_whole(tag::bits_allocated, 16);
  attributes.put_whole(tag::bits_stored, 16);
  attributes.put_whole(tag::high_bit, 15);
  attributes.put_whole(tag::is_signed, 1);
  attributes.put_whole(tag::intercept, 0);
}

/// By row.
std::vector<float> plane_of(const recon::ImageGrid& grid, const std::vector<float>& values, std::int64_t plane) {
  std::vector<float> pixels;
  pixels.reserve(static_cast<std::size_t>(grid.shape[0] * grid.shape[1]));
  for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
    for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
      pixels.push_back(values[static_cast<std::size_t>((i * grid.shape[1] + j) * grid.shape[2] + plane)]);
    }
  }
  return pixels;
}

}  // namespace

std::string units_word(const std::string& unit) {
  const std::string_view known = unit.empty() || unit == "1" ? "counts" : std::string_view(unit);
  const auto* const found = std::ranges::find(unit_terms, known, &UnitTerm::unit);
  return found == unit_terms.end() ? "" : std::string(found->term);
}

SeriesClock series_clock(const recon::ImageSeries& series) {
  SeriesClock clock;
  clock.zero_s =
      moment(series.date.empty() ? "19700101" : series.date, series.time_zero.empty() ? "12:00:00" : series.time_zero)
          .value_or(0);
  clock.to_injection = series.decay_corrected && series.injection_s && *series.injection_s == series.reference_s;
  const bool to_start = series.decay_corrected && !clock.to_injection;
  clock.reference_s = clock.zero_s + (to_start ? series.reference_s : series.frames.front().start_s);
  return clock;
}

Attributes series_attributes(const recon::ImageSeries& series, const SeriesClock& clock) {
  Attributes attributes;
  attributes.put_text(tag::character_set, "ISO_IR 192");
  attributes.put_text(tag::sop_class, pet_class);
  attributes.put_texts(tag::image_type, {"ORIGINAL", "PRIMARY"});
  attributes.put_text(tag::manufacturer, "Coincide");
  attributes.put_text(tag::software, program_version());
  put_moment(tag::content_date, tag::content_time, static_cast<double>(std::time(nullptr)), attributes);
  put_patient(series.patient, attributes);
  put_study(clock, attributes);
  put_series(series, clock, attributes);
  put_space(series.grid, attributes);
  put_pixel_form(attributes);
  return attributes;
}

void put_frame(const recon::ImageSeries& series, std::size_t frame, const SeriesClock& clock, Attributes& attributes) {
  const recon::SeriesFrame& of = series.frames[frame];
  const double start_s = clock.zero_s + of.start_s;
  put_moment(tag::acquisition_date, tag::acquisition_time, start_s, attributes);
  attributes.put_whole(tag::frame_duration, std::llround(recon::ms_per_s * of.duration_s));
  const double mean_s = start_s - clock.reference_s + recon::mean_activity_s(series.half_life_s, of.duration_s);
  attributes.put_number(tag::frame_reference_time, recon::ms_per_s * mean_s);
  if (series.decay_corrected) {
    attributes.put_number(tag::decay_factor, of.decay_factor);
  }
}

void put_plane(const recon::ImageSeries& series, std::size_t frame, std::int64_t plane, Attributes& attributes) {
  const recon::ImageGrid& grid = series.grid;
  const std::int64_t index = static_cast<std::int64_t>(frame) * grid.shape[2] + plane + 1;
  attributes.put_text(tag::sop_instance, new_uid());
  attributes.put_whole(tag::instance_number, index);
  attributes.put_whole(tag::image_index, index);
  attributes.put_numbers(tag::position, std::array<double, 3>{grid.origin_mm[0], grid.origin_mm[1],
                                                              grid.origin_mm[2] + double{grid.voxel_size_mm[2]} *
                                                                                      static_cast<double>(plane)});
  const QuantisedPlane pixels = quantised(plane_of(grid, series.frames[frame].values, plane));
  attributes.put_text(tag::slope, pixels.slope);
  attributes.put_pixels(pixels.numbers);
}

}  // namespace coincide::io::dicom
