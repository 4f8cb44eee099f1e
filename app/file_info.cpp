#include "app/file_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace coincide::app {
namespace {

using recon::Scanner;

/// Half of the speed of light: a time difference moves the annihilation by so much [mm/ps].
constexpr double mm_per_ps = 0.299792458 / 2;
constexpr double fwhm_per_sigma = 2.354820045;

std::string scanner_text(const Scanner& scanner) {
  const recon::Vec3 half = scanner.half_extent_mm();
  std::string text = fmt::format("Scanner       {}\n", scanner.name.empty() ? "without a name" : scanner.name);
  text += fmt::format("  crystals    {} in {} modules\n", scanner.num_crystals(), scanner.num_modules());
  text += fmt::format("  extent      {:.1f} x {:.1f} x {:.1f} mm, bore radius {:.1f} mm (crystal centres)\n",
                      2 * half[0], 2 * half[1], 2 * half[2], scanner.bore_radius_mm());
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    const recon::ModuleType& modules = scanner.module_types[type];
    text +=
        fmt::format("  type {}      {} modules of {} crystals", type, modules.num_modules, modules.crystals_per_module);
    const auto& edges = modules.energy_edges_kev;
    if (edges.size() < 2) {
      text += ", energy window not stated\n";
    } else {
      text += fmt::format(", {} energy {} from {:g} to {:g} keV\n", edges.size() - 1,
                          edges.size() == 2 ? "window" : "windows", edges.front(), edges.back());
    }
  }
  return text;
}

std::string tof_text(const Scanner& scanner) {
  if (!scanner.has_tof()) {
    return "TOF           none\n";
  }
  std::string text;
  for (std::size_t a = 0; a < scanner.module_types.size(); ++a) {
    for (std::size_t b = 0; b < scanner.module_types.size(); ++b) {
      const recon::TofRange& range = scanner.tof_range(a, b);
      if (range.count == 0) {
        continue;
      }
      const recon::TofBin& bin = scanner.tof_bins[range.first + range.count / 2];
      text += fmt::format("TOF           types {}-{}: {} bins of {:.2f} mm, resolution {:.0f} ps FWHM ({:.1f} mm)\n", a,
                          b, range.count, bin.width_mm, bin.sigma_mm * fwhm_per_sigma / mm_per_ps,
                          bin.sigma_mm * fwhm_per_sigma);
    }
  }
  return text;
}

std::string efficiencies_text(const recon::Efficiencies& efficiencies) {
  std::string text = "Efficiencies ";
  text += efficiencies.bin.empty() ? " none by crystal" : " by crystal";
  text += efficiencies.has_pair_values() ? ", by pair" : ", none by pair";
  text += efficiencies.calibration_stated ? fmt::format(", calibration factor {:g}", efficiencies.calibration_factor)
                                          : ", no calibration: images have an arbitrary unit";
  return text + "\n";
}

std::string counts_text(const recon::EventCounts& counts) {
  const auto line = [&](const char* name, std::uint64_t count) {
    return fmt::format("{:<13} {}{}\n", name, count,
                       counts.duration_s > 0
                           ? fmt::format(", {:.0f} per second", static_cast<double>(count) / counts.duration_s)
                           : "");
  };
  std::string text = fmt::format("Duration      {:.3f} s, from {:.3f} to {:.3f} s\n", counts.duration_s,
                                 counts.first_ms / 1000.0, counts.last_ms / 1000.0);
  text += line("Prompts", counts.prompts) + line("Delayeds", counts.delayeds);
  if (counts.singles > 0) {
    text += line("Singles", counts.singles);
  }
  if (counts.triples + counts.quadruples > 0) {
    text += line("Triples", counts.triples) + line("Quadruples", counts.quadruples);
  }
  if (counts.out_of_range > 0) {
    text += fmt::format("Left out      {} events that the scanner cannot have\n", counts.out_of_range);
  }
  return text;
}

/// Prompts over time as a list of bars, at most `most_rows` rows.
std::string rate_text(const std::vector<std::uint64_t>& per_second) {
  constexpr std::size_t most_rows = 20;
  constexpr std::size_t bar_letters = 40;
  if (per_second.empty()) {
    return "";
  }
  const std::size_t seconds_per_row = (per_second.size() + most_rows - 1) / most_rows;
  std::vector<std::uint64_t> rows((per_second.size() + seconds_per_row - 1) / seconds_per_row, 0);
  for (std::size_t second = 0; second < per_second.size(); ++second) {
    rows[second / seconds_per_row] += per_second[second];
  }
  const std::uint64_t most = std::max<std::uint64_t>(1, *std::ranges::max_element(rows));
  std::string text = fmt::format("Prompts in steps of {} s\n", seconds_per_row);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    text += fmt::format("  {:6} s    {:>12}  {}\n", row * seconds_per_row, rows[row],
                        std::string(rows[row] * bar_letters / most, '#'));
  }
  return text;
}

const char* verdict_word(io::Verdict verdict) {
  switch (verdict) {
    case io::Verdict::good:
      return "good";
    case io::Verdict::unknown:
      return "?";
    case io::Verdict::notice:
      return "NOTE";
    case io::Verdict::bad:
      return "BAD";
  }
  return "";
}

}  // namespace

std::string file_info_text(const recon::EventSource& source, const io::DataSummary& summary) {
  std::string text = fmt::format("Format        {}\n", source.format());
  text += scanner_text(source.scanner()) + tof_text(source.scanner()) + efficiencies_text(source.efficiencies());
  text += counts_text(summary.counts) + rate_text(summary.prompts_per_second);
  if (summary.counts.moves) {
    text += "Motion        the bed or the gantry changes place\n";
  }
  text += "Checks\n";
  for (const io::DataCheck& check : summary.checks) {
    text += fmt::format("  {:<5} {:<10} {}\n", verdict_word(check.verdict), check.name, check.sentence);
  }
  for (const std::string& warning : summary.counts.warnings) {
    text += "Warning       " + warning + "\n";
  }
  if (!summary.counts.truncated.empty()) {
    text += "Warning       " + summary.counts.truncated + "\n";
  }
  if (!summary.complete) {
    text += "Warning       stopped before the end of the file\n";
  }
  return text;
}

}  // namespace coincide::app
