#include "io/data_conversion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>

#include "io/atomic_file.h"
#include "io/castor/castor_histogram.h"
#include "io/castor/castor_writer.h"
#include "io/data_file.h"
#include "io/interfile/stir_factors.h"
#include "io/interfile/stir_pair_factors.h"
#include "io/interfile/stir_sinogram_writer.h"
#include "io/petsird_conversion.h"
#include "io/petsird_writer.h"
#include "io/tables/table_writer.h"
#include "projectors/error.h"
#include "recon/crystal_boxes.h"
#include "recon/normalization/normalized_events.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using Sentences = std::vector<std::string>;

struct Task {
  const fs::path& out;
  const StirUnlistOptions& unlisting;
  recon::Reporter& reporter;
};

Sentences to_petsird(recon::EventSource& source, const Task& task) {
  recon::Scanner scanner = source.scanner();
  const bool knows_sizes = !scanner.crystal_corners_mm.empty();
  if (!knows_sizes) {
    scanner.crystal_corners_mm = recon::cubes_on_faces(scanner);
  }
  PetsirdWriter writer(task.out, scanner, source.efficiencies());
  Sentences told = write_petsird(source, writer, task.reporter);
  if (!knows_sizes) {
    told.push_back(
        fmt::format("PETSIRD states the size of a crystal, which is not known here: cubes of {:.3g} mm stand for them, "
                    "around the places that LORs run between.",
                    std::sqrt(scanner.crystal_face_mm2.front())));
  }
  return told;
}

Sentences to_hdf5(recon::EventSource& source, const Task& task) {
  write_hdf5_table(source, task.out);
  return {};
}

Sentences to_csv(recon::EventSource& source, const Task& task) {
  write_csv_table(source, task.out);
  return {"A CSV table has no scanner, efficiencies or time blocks."};
}

Sentences to_castor(recon::EventSource& source, const Task& task) { return write_castor(source, task.out); }

/// What listmode jobs have as m without attenuation, for the bins that the prompts are sorted into. False: stopped.
bool write_factors_beside(const recon::EventSource& source, const StirDetectors& detectors, StirSinogramLayout layout,
                          const StirSinogramHead& head, const Task& task) {
  layout.tof.reset();  // the same for all TOF bins
  const recon::CorrectionOptions as_in_jobs;
  const recon::MultiplicativeModel model(source.scanner(), source.efficiencies(), as_in_jobs);
  const std::vector<float> factors = pair_factors(layout, detectors, model, task.reporter);
  if (factors.empty()) {
    return false;
  }
  fs::path path = task.out;
  path.replace_filename(fmt::format("{}_multiplicative.hs", task.out.stem().string()));
  write_stir_sinogram(path, layout, head, stir_multiplicative(factors));
  task.reporter.note(fmt::format(
      "{} holds its corrections.multiplicative, 1 / m of all pairs of crystals that each bin gathers.", path.string()));
  return true;
}

Sentences to_sinogram(recon::EventSource& source, const Task& task) {
  const StirDetectors detectors = stir_detectors(source.scanner());
  const StirUnlisted unlisted = unlist(source, detectors, task.unlisting, task.reporter);
  const StirSinogramHead head{.axes = detectors.axes,
                              .start_s = unlisted.start_s,
                              .duration_s = unlisted.duration_s,
                              .energy_kev = source.scanner().module_types.front().energy_edges_kev};
  write_stir_sinogram(task.out, unlisted.layout, head, unlisted.counts);
  task.reporter.note(
      fmt::format("{} are sorted into {}.", task.unlisting.delayeds ? "Delayeds" : "Prompts", unlisted.layout.words()));
  Sentences told;
  if (task.unlisting.tof_mashing == 0 && source.scanner().has_tof()) {
    told.emplace_back("The time of flight is left out: --tof-mashing 1 keeps it.");
  }
  if (unlisted.num_left_out > 0) {
    told.push_back(fmt::format("{} events have no bin there and are left out.", unlisted.num_left_out));
  }
  if (!task.unlisting.delayeds && !write_factors_beside(source, detectors, unlisted.layout, head, task)) {
    told.emplace_back("Stopped: there are no factors of its bins.");
  }
  return told;
}

Sentences histogram_to_castor(recon::HistogramSource& source, const Task& task) {
  const recon::HistogramFacts& facts = source.facts();
  const auto ms = [](double seconds) { return static_cast<std::uint32_t>(std::llround(1e3 * seconds)); };
  return write_castor_histogram(source.read(), nullptr, {ms(facts.start_s), ms(facts.start_s + facts.duration_s)}, 1,
                                task.out);
}

/// The way to see where the LORs of a histogram run: only bins with counts.
Sentences histogram_to_csv(recon::HistogramSource& source, const Task& task) {
  const recon::Histogram bins = source.read();
  AtomicFile target(task.out);
  std::ofstream file(target.temporary_path());
  file << "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm," << (bins.tof ? "tof_mm," : "") << "counts\n";
  const std::int64_t per_lor = bins.bins_per_lor();
  for (std::int64_t i = 0; i < bins.num_bins(); ++i) {
    const float count = bins.counts[static_cast<std::size_t>(i)];
    if (count == 0) {
      continue;
    }
    const auto lor = static_cast<std::size_t>(i / per_lor);
    const recon::Vec3 &a = bins.point_mm[bins.start[lor]], &b = bins.point_mm[bins.end[lor]];
    file << fmt::format("{:.7g},{:.7g},{:.7g},{:.7g},{:.7g},{:.7g},", a[0], a[1], a[2], b[0], b[1], b[2]);
    if (bins.tof) {
      const double place = static_cast<double>(i % per_lor) - 0.5 * static_cast<double>(per_lor - 1);
      file << fmt::format("{:.7g},", place * static_cast<double>(bins.tof->bin_width_mm));
    }
    file << fmt::format("{:.9g}\n", count);
  }
  file.close();
  if (!file) {
    throw cannot_write(task.out);
  }
  target.commit();
  return {"Bins without counts are left out."};
}

struct Format {
  std::string_view suffix;
  bool holds_event_terms;  ///< factors and rates of single events
  Sentences (*write_events)(recon::EventSource& source, const Task& task);
  Sentences (*write_histogram)(recon::HistogramSource& source, const Task& task);  ///< null: events alone
};

/// The first whose suffix fits is taken: longer ones stand before shorter ones.
constexpr std::array written_formats{
    Format{"petsird", false, to_petsird, nullptr},
    Format{"petsird.h5", false, to_petsird, nullptr},
    Format{"h5", false, to_hdf5, nullptr},
    Format{"csv", false, to_csv, histogram_to_csv},
    Format{"cdh", true, to_castor, histogram_to_castor},
    Format{"hs", false, to_sinogram, nullptr},
};

const Format* format_of(const fs::path& out) {
  const std::string name = out.filename().string();
  const auto* const found = std::ranges::find_if(
      written_formats, [&](const Format& format) { return name.ends_with(fmt::format(".{}", format.suffix)); });
  return found == written_formats.end() ? nullptr : found;
}

bool loses_terms(const recon::EventSource& source, const Format& format) {
  const recon::EventTerms terms = source.event_terms();
  return !format.holds_event_terms && (terms.factor() || terms.additive());
}

/// A calibration holds with the efficiencies that it was found with: without those of single events it is none.
void leave_out_calibration(std::unique_ptr<recon::EventSource>& source) {
  recon::Efficiencies efficiencies = source->efficiencies();
  if (!source->event_terms().normalization || !efficiencies.calibration_stated) {
    return;
  }
  efficiencies.calibration_stated = false;
  efficiencies.calibration_factor = 1;
  efficiencies.calibration_problem =
      "the normalization factors of single events, with which it was calibrated, were lost in a conversion";
  source = std::make_unique<recon::NormalizedEvents>(std::move(source), std::move(efficiencies));
}

/// And what is lost of them in any format, or in this one.
Sentences convert_events(recon::EventSource& source, const Format& format, const Task& task) {
  Sentences told = format.write_events(source, task);
  if (loses_terms(source, format)) {
    told.push_back(fmt::format(
        "Factors and rates of single events are lost, and the calibration that goes with them: .{} files have none. "
        "Convert to .cdh to keep them.",
        format.suffix));
  }
  if (source.counts().singles_blocks > 0) {
    told.emplace_back("Counts of singles are lost: they are not written.");
  }
  if (!source.counts().not_used.empty()) {
    told.push_back(fmt::format("Lost, as nothing here uses it: {}.", fmt::join(source.counts().not_used, ", ")));
  }
  return told;
}

}  // namespace

std::vector<std::string> data_suffixes() {
  std::vector<std::string> suffixes;
  std::ranges::transform(written_formats, std::back_inserter(suffixes),
                         [](const Format& format) { return std::string(format.suffix); });
  return suffixes;
}

bool can_write_data(const fs::path& out) { return format_of(out) != nullptr; }

std::vector<std::string> convert_data(const fs::path& in, const fs::path& out, const ListmodeOptions& options,
                                      const StirUnlistOptions& unlisting, recon::Reporter& reporter) {
  std::error_code error;
  if (fs::equivalent(in, out, error)) {
    throw InputError(fmt::format("{} would be written over itself; choose another name.", out.string()));
  }
  MeasuredData data = open_data(in, options);
  const Format* format = format_of(out);
  const bool writes = format != nullptr && (data.events || format->write_histogram != nullptr);
  if (!writes) {
    throw InputError(fmt::format("{} ({}) cannot be written as {}.{}", in.string(), data.format(),
                                 out.filename().string(),
                                 data.histogram ? " Histograms are written as .csv and .cdh." : ""));
  }
  if (data.events && loses_terms(*data.events, *format)) {
    leave_out_calibration(data.events);
  }
  const Task task{.out = out, .unlisting = unlisting, .reporter = reporter};
  return data.events ? convert_events(*data.events, *format, task) : format->write_histogram(*data.histogram, task);
}

}  // namespace coincide::io
