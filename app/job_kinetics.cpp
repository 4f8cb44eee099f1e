#include "app/job_kinetics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

#include "app/job_inputs.h"
#include "app/job_parts.h"
#include "app/outputs.h"
#include "app/part_outputs.h"
#include "io/image_file.h"
#include "io/job_facts.h"
#include "io/summary_picture.h"
#include "io/time_tables.h"
#include "projectors/error.h"
#include "recon/kinetics/patlak.h"

namespace coincide::app {
namespace {

recon::BloodCurveClock clock_of(const io::Job& job) {
  using io::BloodDecay;
  const double injection = injection_s(job).value();
  const BloodDecay decay = job.kinetics.blood_decay;
  return {.zero_s = table_zero_s(job, job.kinetics.blood_zero, "kinetics.blood_zero"),
          .injection_s = injection,
          .decay = decay == BloodDecay::as_measured ? recon::CurveDecay::as_measured : recon::CurveDecay::corrected,
          .corrected_to_s = decay == BloodDecay::to_injection ? injection : 0,
          .reference_s = decay_reference_s(job).value(),
          .half_life_s = job.quantification.half_life_s};
}

/// The frames as they are asked for, without images.
recon::ImageSeries times_of(const io::Job& job, const std::vector<recon::TimePart>& parts) {
  recon::ImageSeries series;
  series.injection_s = injection_s(job);
  for (const recon::TimePart& part : parts) {
    series.frames.push_back({.values = {}, .start_s = part.span().start_s(), .duration_s = part.span().duration_s()});
  }
  return series;
}

recon::ImageSeries copy_of(const io::Job& job, std::vector<recon::PartResult> frames) { return series_of(job, frames); }

/// "frames 3 to 8 of 12", or "frames 3, 5, 6 of 12" where some had no prompts.
std::string frames_text(const std::vector<std::size_t>& frames, std::size_t all) {
  if (frames.back() - frames.front() + 1 == frames.size()) {
    return fmt::format("frames {} to {} of {}", frames.front() + 1, frames.back() + 1, all);
  }
  std::vector<std::size_t> numbers;
  std::ranges::transform(frames, std::back_inserter(numbers), [](std::size_t frame) { return frame + 1; });
  return fmt::format("frames {} of {}", fmt::join(numbers, ", "), all);
}

void write_map(const io::Job& job, const std::string& name, recon::Image image, const std::string& description,
               io::Provenance& provenance) {
  image.description = description;
  const std::string ending = "_patlak_" + name;
  const std::filesystem::path picture = job.result_path(ending + ".png");
  io::write_image(job.result_path(ending + "." + job.output.format), image);
  io::write_summary_picture(picture, image, {job.result_name() + ", Patlak's " + name, description});
  record_image(job, ending, provenance);
  provenance.outputs.push_back(picture.filename().string());
}

}  // namespace

void check_kinetics(const io::Job& job) {
  const auto needs = [&](bool given, const char* what) {
    if (!given) {
      throw InputError(fmt::format("kinetics.blood = \"{}\" is a blood curve for Patlak's model, which also needs {}.",
                                   job.kinetics.blood.string(), what));
    }
  };
  if (job.kinetics.blood.empty()) {
    return;
  }
  needs(!job.frames.durations.empty(), "several frames: set frames.durations");
  needs(injection_s(job).has_value(), "the time of the injection: set input.injection");
  needs(job.quantification.half_life_s > 0, "the decay to be corrected: set quantification.half_life_s");
  needs(job.kinetics.blood_unit != "unstated", "the curve's unit: set kinetics.blood_unit");
  needs(job.kinetics.blood_decay != io::BloodDecay::unstated,
        "to know whether the curve is corrected for decay, and to when: set kinetics.blood_decay");
  const recon::AlgorithmKind& algorithm = job.algorithm_kind();
  if (job.kinetics.is_direct() && algorithm.takes_prior) {
    throw InputError(fmt::format(
        "kinetics.method = \"direct\" reconstructs K and V by EM without a prior, the frames by \"{}\": set "
        "algorithm.name to osem or mlem and prior.name to none, or kinetics.method to indirect.",
        algorithm.name));
  }
}

void open_blood(const io::Job& job, JobSetup& setup) {
  const std::filesystem::path& path = job.kinetics.blood;
  if (path.empty()) {
    return;
  }
  require_file("kinetics.blood", path);
  const std::vector<recon::BloodSample> samples = io::read_blood_curve(path, job.kinetics.blood_unit);
  try {
    setup.blood.emplace(samples, clock_of(job));
    const recon::ImageSeries times = times_of(job, setup.parts);
    recon::patlak_terms(times, recon::patlak_frames(times, job.kinetics.t_star_s), *setup.blood);
  } catch (const InputError& error) {
    throw InputError(
        fmt::format("kinetics.blood = \"{}\": {}. See [kinetics] and input.injection.", path.string(), error.what()));
  }
  setup.inputs.emplace_back("blood curve", path);
}

recon::JointWork direct_patlak(const io::Job& job, const JobSetup& setup, recon::ComputeDevice& device,
                               std::optional<recon::JointPatlak>& result) {
  if (!job.kinetics.is_direct()) {
    return {};
  }
  const auto work = [&](const std::vector<recon::PartResult>& all, const std::vector<recon::PartProblem>& problems,
                        recon::Reporter& reporter) {
    const auto tell = [&](const char* what) {
      reporter.warning(fmt::format("The frames are finished, but not their K and V: {}.", what));
    };
    try {
      std::vector<std::size_t> frames(problems.size());
      std::ranges::transform(problems, frames.begin(), &recon::PartProblem::part);
      recon::ImageSeries finished = copy_of(job, all);
      const auto terms = recon::patlak_terms(finished, frames, *setup.blood);
      const recon::PatlakImages start =
          recon::indirect_patlak(finished, *setup.blood, job.kinetics.t_star_s, static_cast<int>(job.compute.threads));
      finished = {};
      result = recon::reconstruct_patlak(problems, terms, start, device, reporter);
    } catch (const std::bad_alloc&) {
      tell("the memory is not enough for the data of all frames at once");
    } catch (const InputError& error) {
      tell(error.what());
    } catch (const DeviceError& error) {
      tell(error.what());
    }
  };
  return {.name = "Patlak's K and V",
          .parts = recon::patlak_frames(times_of(job, setup.parts), job.kinetics.t_star_s),
          .work = work};
}

void write_patlak(const io::Job& job, const recon::BloodCurve& blood, const recon::ImageSeries& series,
                  const std::optional<recon::JointPatlak>& direct, io::Provenance& provenance) {
  const double t_star_s = job.kinetics.t_star_s;
  const bool is_direct = job.kinetics.is_direct();
  if (is_direct && !(direct && direct->passes_done > 0)) {
    return;
  }
  const std::vector<std::size_t> frames = is_direct ? direct->frames : recon::patlak_frames(series, t_star_s);
  recon::PatlakImages maps =
      is_direct ? direct->images
                : recon::indirect_patlak(series, blood, t_star_s, static_cast<int>(job.compute.threads));
  const std::string used = frames_text(frames, series.frames.size());
  const std::string made = is_direct ? fmt::format("{} at once, nested EM, {} iterations, {} subsets", used,
                                                   direct->passes_done, direct->subsets)
                                     : fmt::format("{}, {}", used, series.description);
  write_map(job, "K", std::move(maps.slope), "Patlak K, " + made, provenance);
  write_map(job, "V", std::move(maps.intercept), "Patlak V, " + made, provenance);
  provenance.kinetics = {
      {"model", fmt::format("Patlak, C(t) = K integral of Cp + V Cp, {}",
                            is_direct ? "reconstructed from the events of the frames by nested EM"
                                      : "fitted to the frames' images by weighted least squares")},
      {"source", fmt::format("Patlak, Blasberg and Fenstermacher, J. Cereb. Blood Flow Metab. 3, 1983{}",
                             is_direct ? "; Wang and Qi, Phys. Med. Biol. 55, 2010" : "")},
      {"frames", fmt::format("{}: those that begin {:g} s after the injection or later", used, t_star_s)},
      {"blood curve", fmt::format("corrected for decay to {:g} s, up to {:g} s after the injection", series.reference_s,
                                  blood.last_s())}};
  if (is_direct) {
    provenance.kinetics.emplace_back("log-likelihood after each iteration",
                                     fmt::format("{:.10g}", fmt::join(direct->log_likelihood, ", ")));
  }
}

}  // namespace coincide::app
