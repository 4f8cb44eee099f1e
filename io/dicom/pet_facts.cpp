#include "io/dicom/pet_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "io/dicom/date_time.h"
#include "io/dicom/terms.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

constexpr double day_s = 86400;

/// A fact that images can do without.
template <class Data>
std::optional<double> fact(const Data& data, const Tag& tag, std::vector<std::string>& warnings) {
  try {
    const std::optional<double> number = data.number(tag);
    return number && *number > 0 ? number : std::nullopt;
  } catch (const FileError& error) {
    warnings.push_back(fmt::format("{} It is left out.", error.what()));
    return {};
  }
}

/// Counts of one vendor, whose private attributes turn them into something.
Unit unit_of_counts(const PictureData& data) {
  const std::string creator = data.text(tag::philips_creator);
  const bool is_philips = creator.empty() || creator.find("Philips") != std::string::npos;
  Unit unit{.name = "counts"};
  const auto take = [&](const Tag& tag, const char* name) {
    const double factor = is_philips ? fact(data, tag, unit.warnings).value_or(0) : 0;
    if (factor > 0) {
      unit.name = name;
      unit.factor = factor;
      unit.warnings.push_back(fmt::format("Counts are turned into {} by the {} ({:04x},{:04x}) of {:g}.", name,
                                          tag.name, tag.group, tag.element, factor));
    }
    return factor > 0;
  };
  if (!take(tag::philips_activity, "Bq/mL") && !take(tag::philips_suv, "g/mL")) {
    unit.warnings.emplace_back("The values are counts (Units CNTS) and the file does not say how many Bq/mL they are.");
  }
  return unit;
}

/// The word of Units, or the one for what the Enhanced class says instead (UCUM).
std::string unit_word(const PictureData& data) {
  if (std::string word = data.text(tag::units); !word.empty() || data.items(tag::unit_codes).empty()) {
    return word;
  }
  const std::string code = data.items(tag::unit_codes).front().text(tag::code_value);
  return code == "Bq/ml" ? "BQML" : code.ends_with("g/ml") ? "GML" : code.ends_with("cm2/ml") ? "CM2ML" : code;
}

std::optional<double> injection(const DataSet& item, const PictureData& data, std::optional<double> first_start_s) {
  if (const std::optional<double> with_date = moment(item.text(tag::injection_date_time))) {
    return with_date;
  }
  std::string day = data.text(tag::series_date);
  if (first_start_s) {
    day = date_text(*first_start_s);
  }
  std::optional<double> moment_s = moment(day, item.text(tag::injection_time));
  if (moment_s && first_start_s && *moment_s > *first_start_s) {
    *moment_s -= day_s;  // a scan after midnight
  }
  return moment_s;
}

std::string nuclide_name(const DataSet& item) {
  if (item.items(tag::nuclide_codes).empty()) {
    return {};
  }
  const DataSet& code = item.items(tag::nuclide_codes).front();
  const std::string value = code.text(tag::code_value), meaning = code.text(tag::code_meaning);
  const auto found = std::ranges::find_if(nuclide_terms, [&](const NuclideTerm& nuclide) {
    return value == nuclide.code || value == nuclide.snomed_ct || meaning == nuclide.code_meaning;
  });
  return found != nuclide_terms.end() ? std::string(found->name) : meaning;
}

void read_patient(const PictureData& data, recon::Patient& patient, std::vector<std::string>& warnings) {
  constexpr double tallest_m = 3;
  patient.weight_kg = fact(data, tag::patient_weight, warnings);
  patient.height_m = fact(data, tag::patient_size, warnings);
  if (patient.height_m.value_or(0) > tallest_m) {
    warnings.push_back(fmt::format("{} is {:g} m: perhaps cm are meant. It is left out.", title(tag::patient_size),
                                   *patient.height_m));
    patient.height_m.reset();
  }
  const std::string sex = data.text(tag::patient_sex);
  patient.sex = sex == "M"   ? recon::Sex::male
                : sex == "F" ? recon::Sex::female
                : sex == "O" ? recon::Sex::other
                             : recon::Sex::unknown;
}

/// The Enhanced class states MBq, the others Bq.
void read_dose(const DataSet& item, const PictureData& data, recon::Tracer& tracer,
               std::vector<std::string>& warnings) {
  constexpr double bq_per_mbq = 1e6;
  constexpr double least_bq = 1e4;
  const bool enhanced = data.text(tag::sop_class) == "1.2.840.10008.5.1.4.1.1.130";
  tracer.dose_bq = fact(item, tag::total_dose, warnings);
  if (tracer.dose_bq && enhanced) {
    *tracer.dose_bq *= bq_per_mbq;
  } else if (tracer.dose_bq && *tracer.dose_bq < least_bq) {
    warnings.push_back(
        fmt::format("{} is {:g} Bq: perhaps MBq are meant. It is left out.", title(tag::total_dose), *tracer.dose_bq));
    tracer.dose_bq.reset();
  }
}

}  // namespace

Unit pet_unit(const PictureData& data) {
  const std::string word = unit_word(data);
  if (word == "CNTS") {
    return unit_of_counts(data);
  }
  const auto* const found = std::ranges::find(unit_terms, word, &UnitTerm::term);
  if (found == unit_terms.end()) {
    return {.name = "1",
            .warnings = {fmt::format("{} is \"{}\": the values have no unit here.", title(tag::units), word)}};
  }
  Unit unit{.name = std::string(found->unit)};
  if (const std::string kind = data.text(tag::suv_type); word == "GML" && !kind.empty()) {
    unit.warnings.push_back(fmt::format("The values are SUV ({}).", kind));
  }
  return unit;
}

TracerMoments read_facts(const PictureData& data, std::optional<double> first_start_s, recon::ImageSeries& series,
                         std::vector<std::string>& warnings) {
  TracerMoments moments;
  moments.series_s = moment(data.text(tag::series_date), data.text(tag::series_time));
  moments.corrected_s = moment(data.text(tag::decay_date_time));
  read_patient(data, series.patient, warnings);
  if (!data.items(tag::tracer_items).empty()) {
    const DataSet& item = data.items(tag::tracer_items).front();
    series.tracer.name = item.text(tag::radiopharmaceutical);
    series.tracer.nuclide = nuclide_name(item);
    series.tracer.positrons = fact(item, tag::positron_fraction, warnings);
    read_dose(item, data, series.tracer, warnings);
    moments.half_life_s = fact(item, tag::half_life, warnings).value_or(0);
    moments.injection_s = injection(item, data, first_start_s);
  }
  return moments;
}

}  // namespace coincide::io::dicom
