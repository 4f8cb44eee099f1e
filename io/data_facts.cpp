#include "io/data_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "recon/field_of_view.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Scanner;
using Facts = std::vector<DataFact>;

void add_scanner(const Scanner& scanner, Facts& facts) {
  const recon::Vec3 half = scanner.half_extent_mm();
  facts.push_back({"Scanner", scanner.name.empty() ? "without a name" : scanner.name});
  facts.push_back({"crystals", fmt::format("{} in {} modules", scanner.num_crystals(), scanner.num_modules()), true});
  facts.push_back({"extent",
                   fmt::format("{:.1f} x {:.1f} x {:.1f} mm, bore radius {:.1f} mm (crystal centres)", 2 * half[0],
                               2 * half[1], 2 * half[2], recon::FieldOfView(scanner).bore_radius_mm()),
                   true});
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    const recon::ModuleType& modules = scanner.module_types[type];
    const auto& edges = modules.energy_edges_kev;
    const std::string energy = edges.size() < 2
                                   ? "energy window not stated"
                                   : fmt::format("{} energy window{} from {:g} to {:g} keV", edges.size() - 1,
                                                 edges.size() == 2 ? "" : "s", edges.front(), edges.back());
    facts.push_back(
        {fmt::format("type {}", type),
         fmt::format("{} modules of {} crystals, {}", modules.num_modules, modules.crystals_per_module, energy), true});
  }
}

void add_tof(const Scanner& scanner, Facts& facts) {
  if (!scanner.has_tof()) {
    facts.push_back({"TOF", "none"});
    return;
  }
  for (std::size_t a = 0; a < scanner.module_types.size(); ++a) {
    for (std::size_t b = 0; b < scanner.module_types.size(); ++b) {
      const recon::TofRange& range = scanner.tof_range(a, b);
      if (range.count == 0) {
        continue;
      }
      const recon::TofBin& bin = scanner.tof_bins[range.first + range.count / 2];
      const double fwhm_mm = bin.sigma_mm * recon::fwhm_per_sigma;
      facts.push_back({"TOF", fmt::format("types {}-{}: {} bins of {:.2f} mm, resolution {:.0f} ps FWHM ({:.1f} mm)", a,
                                          b, range.count, bin.width_mm, fwhm_mm / recon::mm_per_ps, fwhm_mm)});
    }
  }
}

void add_efficiencies(const recon::Efficiencies& efficiencies, Facts& facts) {
  std::string text = efficiencies.bin.empty() ? "none by crystal" : "by crystal";
  text += efficiencies.has_pair_values() ? ", by pair" : ", none by pair";
  text += efficiencies.calibration_stated ? fmt::format(", calibration factor {:g}", efficiencies.calibration_factor)
                                          : ", no calibration: images have an arbitrary unit";
  text += efficiencies.calibration_problem.empty() ? "" : " (" + efficiencies.calibration_problem + ")";
  facts.push_back({"Efficiencies", text});
}

void add_counts(const recon::EventCounts& counts, Facts& facts) {
  const auto add = [&](const char* name, std::uint64_t count) {
    facts.push_back({name, counts.duration_s > 0 ? fmt::format("{}, {:.0f} per second", count,
                                                               static_cast<double>(count) / counts.duration_s)
                                                 : fmt::format("{}", count)});
  };
  facts.push_back({"Duration", fmt::format("{:.3f} s, from {:.3f} to {:.3f} s", counts.duration_s,
                                           counts.first_ms / 1000.0, counts.last_ms / 1000.0)});
  add("Prompts", counts.prompts);
  add("Delayeds", counts.delayeds);
  if (counts.singles > 0) {
    add("Singles", counts.singles);
  }
  if (counts.triples + counts.quadruples > 0) {
    add("Triples", counts.triples);
    add("Quadruples", counts.quadruples);
  }
  if (counts.out_of_range > 0) {
    facts.push_back({"Left out", fmt::format("{} events that the scanner cannot have", counts.out_of_range)});
  }
  if (counts.dead_time_blocks > 0) {
    facts.push_back({"Dead time", fmt::format("stated by {} time block{}; images are corrected for it",
                                              counts.dead_time_blocks, counts.dead_time_blocks == 1 ? "" : "s")});
  }
  if (counts.singles_blocks > 0) {
    facts.push_back({"Singles", fmt::format("counts stated by {} time block{}", counts.singles_blocks,
                                            counts.singles_blocks == 1 ? "" : "s")});
  }
  if (!counts.not_used.empty()) {
    facts.push_back({"Not used", fmt::format("{}", fmt::join(counts.not_used, "; "))});
  }
  if (counts.moves || counts.starts_elsewhere) {
    facts.push_back({"Motion", fmt::format("the bed or the gantry {}; images are corrected for it",
                                           counts.moves ? "changes place" : "stands off its reference position")});
  }
}

void add_warnings(const DataSummary& summary, Facts& facts) {
  for (const std::string& warning : summary.counts.all_warnings()) {
    facts.push_back({warning_fact, warning});
  }
  if (!summary.counts.no_duration.empty()) {
    facts.push_back({warning_fact,
                     summary.counts.no_duration +
                         ", so the duration is not known: images have an arbitrary unit, and decay is not corrected"});
  }
  if (!summary.complete) {
    facts.push_back({warning_fact, "stopped before the end of the file"});
  }
}

void add_values(const std::vector<float>& values, Facts& facts) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const auto [least, most] = std::ranges::minmax(values);
  const auto filled = std::ranges::count_if(values, [](float value) { return value != 0; });
  facts.push_back(
      {"Values", fmt::format("{:.10g} in all, from {:g} to {:g}, in {} of the bins not 0", sum, least, most, filled)});
}

}  // namespace

std::vector<DataFact> header_facts(const recon::EventSource& source) {
  Facts facts{{"Format", source.format()}};
  add_scanner(source.scanner(), facts);
  add_tof(source.scanner(), facts);
  add_efficiencies(source.efficiencies(), facts);
  return facts;
}

std::vector<DataFact> histogram_facts(const recon::HistogramSource& source, const recon::Histogram* bins) {
  const recon::HistogramFacts& said = source.facts();
  Facts facts{{"Format", said.format}, {"Bins", fmt::format("{}: {}", said.num_bins(), said.bins)}};
  add_scanner(source.scanner(), facts);
  add_tof(source.scanner(), facts);
  if (said.duration_s > 0) {
    facts.push_back({"Duration", fmt::format("{:g} s, from {:g} s", said.duration_s, said.start_s)});
  }
  if (bins != nullptr) {
    add_values(bins->counts, facts);
  }
  for (const std::string& note : said.notes) {
    facts.push_back({"Note", note});
  }
  for (const std::string& warning : said.warnings) {
    facts.push_back({warning_fact, warning});
  }
  return facts;
}

std::vector<DataFact> data_facts(const recon::EventSource& source, const DataSummary& summary) {
  Facts facts = header_facts(source);
  add_counts(summary.counts, facts);
  add_warnings(summary, facts);
  return facts;
}

}  // namespace coincide::io
