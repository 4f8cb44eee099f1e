#include "app/normalization_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/job_inputs.h"
#include "app/resources.h"
#include "io/atomic_file.h"
#include "io/petsird_writer.h"
#include "io/phantom_file.h"
#include "projectors/error.h"
#include "recon/data/frame_decay.h"
#include "recon/normalization/normalization_scan.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// Activity in Bq/mL, and what it absorbs unless the job says that.
recon::Image source_image(const io::Job& job, JobSetup& setup) {
  const fs::path& source = job.normalization.source;
  if (source.extension() != ".toml" && !io::is_bare_name(source)) {
    setup.inputs.emplace_back("source", source);
    return image_at("normalization.source", source, setup.warnings);
  }
  const fs::path file = find_resource(source, "phantoms");
  require_file("normalization.source", file);
  setup.inputs.emplace_back("source", file);
  const recon::Phantom phantom = io::read_phantom(file);
  const recon::Vec3 middle_mm = setup.scanner().centre_mm();
  const auto threads = static_cast<int>(job.compute.threads);
  if (!setup.attenuation) {
    setup.attenuation = recon::attenuation_image(phantom, setup.grid, middle_mm, 4, threads);
  }
  return recon::activity_image(phantom, setup.grid, middle_mm, 4, threads);
}

/// Of the activity at the start of the scan, per mm^3 and in all of its time.
void make_annihilations(const recon::QuantificationOptions& options, double duration_s, recon::Image& activity) {
  constexpr double mm3_per_ml = 1000;
  const double decays = duration_s / recon::frame_decay_factor(options.half_life_s, 0, duration_s);
  const double per_bq_per_ml = decays * options.branching_ratio / mm3_per_ml;
  std::ranges::for_each(activity.values,
                        [per_bq_per_ml](float& value) { value = static_cast<float>(value * per_bq_per_ml); });
}

/// One pass, for what a file tells only at its end.
double duration_s(recon::EventSource& events, recon::Reporter& reporter) {
  recon::EventBlock block;
  while (!reporter.stop_requested() && events.read(block)) {
    reporter.progress("duration of the scan", events.fraction_read());
  }
  if (!events.counts().no_duration.empty()) {
    throw InputError(
        fmt::format("the duration of the normalization scan is not known: {}.", events.counts().no_duration));
  }
  return events.counts().duration_s;
}

std::vector<double> of_crystals(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies) {
  std::vector<double> result(scanner.num_crystals(), 1);
  for (std::size_t crystal = 0; crystal < result.size(); ++crystal) {
    const std::uint32_t type = scanner.crystal_type[crystal];
    if (!efficiencies.bin.empty() && !efficiencies.bin[type].empty()) {
      const recon::ModuleType& of = scanner.module_types[type];
      result[crystal] = efficiencies.bin[type][(crystal - of.first_crystal) * of.num_energy_windows()];
    }
  }
  return result;
}

std::string list_of(const std::vector<std::uint32_t>& crystals) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, crystals.size()); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", crystals[i]);
  }
  return text + (crystals.size() > most ? ", ..." : "");
}

void tell(const recon::NormalizationFit& fit, const recon::NormalizationScan& scan, recon::Reporter& reporter) {
  const auto crystals = static_cast<double>(fit.crystal.size());
  reporter.note(fmt::format(
      "Efficiencies of {} crystals from {} prompts ({} delayeds) in {} rounds; their noise is about {:.2g} %. "
      "Calibration {:.5g}.",
      fit.crystal.size(), scan.prompts(), scan.delayeds(), fit.rounds,
      100 * std::sqrt(crystals / (2 * static_cast<double>(scan.prompts()))), fit.calibration));
  if (!fit.dead.empty()) {
    reporter.warning(fmt::format("{} crystals count nothing: {}.", fit.dead.size(), list_of(fit.dead)));
  }
  if (!fit.unseen.empty() || fit.unseen_symmetries > 0) {
    reporter.warning(fmt::format(
        "The source does not reach {} crystals ({}) and {} classes of pairs: they are taken to be as the mean.",
        fit.unseen.size(), list_of(fit.unseen), fit.unseen_symmetries));
  }
  if (fit.change > recon::NormalizationOptions{}.tolerance) {
    reporter.warning(fmt::format("The efficiencies still change by {:.2g} after {} rounds.", fit.change, fit.rounds));
  }
}

/// Whether the efficiencies so far would have done.
void tell_of_old(const recon::Efficiencies& before, recon::NormalizationScan& scan, const recon::Scanner& scanner,
                 int threads, recon::Reporter& reporter) {
  constexpr double too_much = 1.5;
  const double chi2 = recon::fan_sums_chi2(scan.pairs(), of_crystals(scanner, before), threads);
  const std::string sentence = fmt::format(
      "The crystals' counts differ from what the efficiencies of the data explain by a chi^2 of {:.3g} per crystal",
      chi2);
  if (before.has_values() && chi2 > too_much) {
    reporter.warning(sentence + ": they no longer hold.");
  } else {
    reporter.note(sentence + ".");
  }
}

void write_table(const fs::path& path, const recon::Scanner& scanner, const recon::NormalizationFit& fit) {
  std::string text = "crystal,x_mm,y_mm,z_mm,efficiency,remark\n";
  for (std::uint32_t crystal = 0; crystal < fit.crystal.size(); ++crystal) {
    const recon::Vec3& at = scanner.crystal_centre_mm[crystal];
    const bool unseen = std::ranges::binary_search(fit.unseen, crystal);
    text += fmt::format("{},{:.3f},{:.3f},{:.3f},{:.6g},{}\n", crystal, at[0], at[1], at[2], fit.crystal[crystal],
                        unseen                      ? "not seen"
                        : fit.crystal[crystal] == 0 ? "dead"
                                                    : "");
  }
  io::write_text_file(path, text);
}

}  // namespace

std::uint64_t normalization_bytes(const io::Job& job, std::uint64_t num_pairs) {
  constexpr std::uint64_t of_pair = sizeof(std::uint32_t) + 2 * sizeof(float);  // partner, counts, expected
  const bool classes = job.normalization.pair_factors != recon::PairClasses::none;
  return num_pairs * (of_pair + (classes ? sizeof(std::uint32_t) : 0));
}

recon::NormalizationFit run_normalization(const io::Job& job, JobSetup& setup, recon::Reporter& reporter) {
  if (!setup.events) {
    throw InputError("normalization.source needs listmode data of the scan in input.data.");
  }
  const auto threads = static_cast<int>(job.compute.threads);
  const recon::Scanner& scanner = setup.scanner();
  const recon::Efficiencies& before = setup.efficiencies();
  recon::Image activity = source_image(job, setup);
  make_annihilations(job.quantification, duration_s(*setup.events, reporter), activity);
  recon::CorrectionOptions solid_angle;
  solid_angle.efficiencies = false;
  solid_angle.geometric = recon::Switch::on;
  const recon::MultiplicativeModel geometry(scanner, before, solid_angle);
  recon::ComputeDevice cpu;
  recon::NormalizationScan scan(geometry, activity, setup.attenuation ? &*setup.attenuation : nullptr, cpu, threads,
                                reporter);
  scan.count(*setup.events, reporter);
  tell_of_old(before, scan, scanner, threads, reporter);
  if (job.normalization.pair_factors != recon::PairClasses::none) {
    scan.pairs().symmetry = recon::PairSymmetry(scanner).classes(scan.pairs(), job.normalization.pair_factors);
  }
  recon::NormalizationFit fit = recon::fit_normalization(scan.pairs(), {.num_threads = threads}, reporter);
  tell(fit, scan, reporter);
  if (reporter.stop_requested()) {
    return fit;
  }
  io::PetsirdWriter writer(job.result_path(normalization_ending), scanner, scan.efficiencies(fit, before));
  writer.finish();
  write_table(job.result_path(efficiencies_ending), scanner, fit);
  reporter.note(fmt::format("Written: {}", job.result_path(normalization_ending).string()));
  return fit;
}

}  // namespace coincide::app
