#include "io/bids_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/input_file.h"
#include "io/text_pattern.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Json = nlohmann::ordered_json;

bool is_time_of_day(const std::string& text) {
  static const TextPattern form(R"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?)");
  return form.matches(text);
}

/// The numbers of a side file.
class SideFile {
 public:
  explicit SideFile(const std::filesystem::path& path)
      : name_(path.string()), json_(Json::parse(read_text_file(path), nullptr, false)) {
    if (!json_.is_object()) {
      throw FileError(fmt::format("{}: this is not a JSON file with one object.", name_));
    }
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  std::string text(const char* key) const {
    if (!json_[key].is_string()) {
      throw FileError(fmt::format("{}: {} is {}; text is needed.", name_, key, json_[key].dump()));
    }
    return json_[key].get<std::string>();
  }
  bool yes(const char* key) const {
    if (!json_[key].is_boolean()) {
      throw FileError(fmt::format("{}: {} is {}; true or false is needed.", name_, key, json_[key].dump()));
    }
    return json_[key].get<bool>();
  }
  double number(const char* key) const { return number(key, json_[key]); }
  /// One number per frame; a number alone is a list of one.
  std::vector<double> list(const char* key, std::size_t frames) const;
  const std::string& name() const { return name_; }

 private:
  double number(const char* key, const Json& value) const {
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
      throw FileError(
          fmt::format("{}: {} holds {}; a number is needed (times are in s from TimeZero, not times of "
                      "day).",
                      name_, key, value.dump()));
    }
    return value.get<double>();
  }

  std::string name_;
  Json json_;
};

std::vector<double> SideFile::list(const char* key, std::size_t frames) const {
  std::vector<double> numbers;
  if (!json_[key].is_array()) {
    numbers.push_back(number(key));
  } else {
    for (const Json& value : json_[key]) {
      numbers.push_back(number(key, value));
    }
  }
  if (numbers.size() != frames) {
    throw FileError(fmt::format("{}: {} has {} values, but the image has {} frames: one is needed for each.", name_,
                                key, numbers.size(), frames));
  }
  return numbers;
}

void read_clock(const SideFile& file, recon::ImageSeries& series) {
  if (file.has("TimeZero")) {
    series.time_zero = file.text("TimeZero");
    if (!is_time_of_day(series.time_zero)) {
      throw FileError(
          fmt::format("{}: TimeZero is \"{}\"; hh:mm:ss of 24 h is needed.", file.name(), series.time_zero));
    }
  }
  if (file.has("InjectionStart")) {
    series.injection_s = file.number("InjectionStart");
  }
}

void read_times(const SideFile& file, recon::ImageSeries& series, std::vector<std::string>& warnings) {
  if (!file.has("FrameTimesStart") || !file.has("FrameDuration")) {
    warnings.push_back(
        fmt::format("{} does not say when the frames were measured (FrameTimesStart, FrameDuration).", file.name()));
    return;
  }
  const std::vector<double> start_s = file.list("FrameTimesStart", series.frames.size());
  const std::vector<double> duration_s = file.list("FrameDuration", series.frames.size());
  for (std::size_t i = 0; i < series.frames.size(); ++i) {
    if (!(duration_s[i] > 0)) {
      throw FileError(fmt::format("{}: FrameDuration of frame {} is {} s; more than 0 is needed.", file.name(), i + 1,
                                  duration_s[i]));
    }
    series.frames[i].start_s = start_s[i];
    series.frames[i].duration_s = duration_s[i];
  }
}

void read_decay(const SideFile& file, recon::ImageSeries& series, std::vector<std::string>& warnings) {
  series.half_life_s = file.has("RadionuclideHalfLife") ? file.number("RadionuclideHalfLife") : 0;
  if (!file.has("ImageDecayCorrected")) {
    warnings.push_back(fmt::format(
        "{} does not say whether the images are corrected for decay (ImageDecayCorrected): taken as not corrected.",
        file.name()));
    return;
  }
  series.decay_corrected = file.yes("ImageDecayCorrected");
  if (file.has("ImageDecayCorrectionTime")) {
    series.reference_s = file.number("ImageDecayCorrectionTime");
  } else if (series.decay_corrected) {
    warnings.push_back(fmt::format(
        "{} does not say to when the images are corrected for decay (ImageDecayCorrectionTime): taken as its TimeZero.",
        file.name()));
  }
  if (file.has("DecayCorrectionFactor")) {
    const std::vector<double> factors = file.list("DecayCorrectionFactor", series.frames.size());
    for (std::size_t i = 0; i < factors.size(); ++i) {
      series.frames[i].decay_factor = factors[i];
    }
  } else if (series.decay_corrected) {
    warnings.push_back(
        fmt::format("{} lacks the factors of the decay correction (DecayCorrectionFactor): taken as 1.", file.name()));
  }
}

/// What is not there stays as it is known from elsewhere.
void take(const SideFile& file, const char* key, std::optional<double>& into) {
  if (file.has(key)) {
    into = file.number(key);
  }
}

void take(const SideFile& file, const char* key, std::string& into) {
  if (file.has(key)) {
    into = file.text(key);
  }
}

double becquerels_per(const SideFile& file) {
  static constexpr std::array<std::pair<const char*, double>, 5> units = {
      {{"Bq", 1}, {"kBq", 1e3}, {"MBq", 1e6}, {"GBq", 1e9}, {"mCi", 37e6}}};
  std::string unit;
  take(file, "InjectedRadioactivityUnits", unit);
  const auto* const found = std::ranges::find(units, unit, &std::pair<const char*, double>::first);
  if (found == units.end()) {
    throw FileError(fmt::format("{}: InjectedRadioactivityUnits is \"{}\"; Bq, kBq, MBq, GBq and mCi are known.",
                                file.name(), unit));
  }
  return found->second;
}

/// Who and what; the patient's keys are not in BIDS, but as converters from DICOM write them.
void read_tracer(const SideFile& file, recon::ImageSeries& series) {
  take(file, "TracerName", series.tracer.name);
  take(file, "TracerRadionuclide", series.tracer.nuclide);
  if (file.has("InjectedRadioactivity")) {
    series.tracer.dose_bq = file.number("InjectedRadioactivity") * becquerels_per(file);
  }
  take(file, "PatientWeight", series.patient.weight_kg);
  take(file, "PatientSize", series.patient.height_m);
  if (file.has("PatientSex")) {
    const std::string sex = file.text("PatientSex");
    series.patient.sex = sex == "M"   ? recon::Sex::male
                         : sex == "F" ? recon::Sex::female
                         : sex == "O" ? recon::Sex::other
                                      : recon::Sex::unknown;
  }
}

}  // namespace

std::filesystem::path side_file(const std::filesystem::path& image) {
  std::filesystem::path path = image.has_filename() ? image : image.parent_path();
  if (path.extension() == ".gz") {
    path.replace_extension();
  }
  return path.replace_extension(".json");
}

void put_facts(const recon::ImageSeries& series, nlohmann::ordered_json& json) {
  if (!series.time_zero.empty() && !is_time_of_day(series.time_zero)) {
    throw InputError(fmt::format("the time of day \"{}\" is not hh:mm:ss of 24 h", series.time_zero));
  }
  const auto put = [&json](const char* key, const auto& value) {
    if (value) {
      json[key] = *value;
    }
  };
  const auto put_text = [&json](const char* key, const std::string& text) {
    if (!text.empty()) {
      json[key] = text;
    }
  };
  put_text("TimeZero", series.time_zero);
  if (!series.time_zero.empty()) {
    json["ScanStart"] = 0;
  }
  put("InjectionStart", series.injection_s);
  if (series.half_life_s > 0) {
    json["RadionuclideHalfLife"] = series.half_life_s;
  }
  put_text("TracerName", series.tracer.name);
  put_text("TracerRadionuclide", series.tracer.nuclide);
  if (series.tracer.dose_bq) {
    json["InjectedRadioactivity"] = 1e-6 * *series.tracer.dose_bq;
    json["InjectedRadioactivityUnits"] = "MBq";
  }
  put("PatientWeight", series.patient.weight_kg);
  put("PatientSize", series.patient.height_m);
  constexpr std::array letters = {"", "M", "F", "O"};
  put_text("PatientSex", letters[static_cast<std::size_t>(series.patient.sex)]);
}

void put_frames(const recon::ImageSeries& series, nlohmann::ordered_json& json) {
  check_series(series);
  if (!series.has_times()) {
    throw InputError("the frames of the image series have no times, so none can be written beside them");
  }
  json["Units"] = series.unit;
  for (const char* list : {"FrameTimesStart", "FrameDuration", "DecayCorrectionFactor"}) {
    json[list] = Json::array();
  }
  for (const recon::SeriesFrame& frame : series.frames) {
    json["FrameTimesStart"].push_back(frame.start_s);
    json["FrameDuration"].push_back(frame.duration_s);
    json["DecayCorrectionFactor"].push_back(frame.decay_factor);
  }
  json["ImageDecayCorrected"] = series.decay_corrected;
  json["ImageDecayCorrectionTime"] = series.reference_s;
  put_facts(series, json);
}

std::vector<std::string> read_frames(const std::filesystem::path& json, recon::ImageSeries& series) {
  const SideFile file(json);
  std::vector<std::string> warnings;
  if (file.has("Units")) {
    series.unit = file.text("Units");
  }
  read_clock(file, series);
  read_times(file, series, warnings);
  read_decay(file, series, warnings);
  read_tracer(file, series);
  return warnings;
}

}  // namespace coincide::io
