#include "io/job_facts.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "io/dicom/date_time.h"
#include "projectors/error.h"
#include "recon/data/nuclides.h"

namespace coincide::io {
namespace {

std::optional<double> if_known(double value) { return value > 0 ? std::optional(value) : std::nullopt; }

void put_time_zero(const std::string& text, recon::ImageSeries& series) {
  if (text.empty()) {
    return;
  }
  const bool has_date = text.size() > 10 && text[4] == '-';
  const std::string date = has_date ? text.substr(0, 10) : "1970-01-01";
  const std::optional<double> moment_s = dicom::moment(date, has_date ? text.substr(11) : text);
  if (!moment_s) {
    throw InputError(fmt::format(
        "input.time_zero = \"{}\" is no time: write \"2026-11-28 14:05:09\", or \"14:05:09\" where the date "
        "is not to be known.",
        text));
  }
  series.date = has_date ? date : "";
  series.time_zero = dicom::clock_text(*moment_s);
}

}  // namespace

std::optional<double> injection_s(const Job& job) {
  const std::string& text = job.input.injection;
  if (text.empty()) {
    return std::nullopt;
  }
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(std::abs(seconds) <= 1e9)) {
    throw InputError(fmt::format(
        "input.injection = \"{}\" is no time: write seconds in the time of the file (\"-3600\"), or nothing.", text));
  }
  return seconds;
}

void put_job_facts(const Job& job, recon::ImageSeries& series) {
  constexpr double bq_per_mbq = 1e6;
  series.half_life_s = job.quantification.half_life_s;
  series.tracer = {.name = job.tracer.name,
                   .nuclide = job.tracer.nuclide,
                   .dose_bq = if_known(bq_per_mbq * job.tracer.dose_mbq),
                   .positrons = std::nullopt};
  if (job.quantification.branching_ratio != 1) {
    series.tracer.positrons = job.quantification.branching_ratio;
  }
  series.patient = {
      .weight_kg = if_known(job.patient.weight_kg), .height_m = if_known(job.patient.height_m), .sex = job.patient.sex};
  series.injection_s = injection_s(job);
  put_time_zero(job.input.time_zero, series);
}

std::string doubt_of_half_life(const Job& job) {
  constexpr double alike = 0.02;  // tables differ by less
  const recon::Nuclide* nuclide = recon::find_nuclide(job.tracer.nuclide);
  const double half_life_s = job.quantification.half_life_s;
  if (nuclide == nullptr || std::abs(half_life_s / nuclide->half_life_s - 1) < alike) {
    return "";
  }
  return fmt::format("tracer.nuclide = \"{}\" has a half-life of {:g} s, but quantification.half_life_s is {:g}{}.",
                     job.tracer.nuclide, nuclide->half_life_s, half_life_s,
                     half_life_s > 0 ? ", in s, too: one of them is wrong" : ": decay is not corrected");
}

}  // namespace coincide::io
