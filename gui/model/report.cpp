#include "gui/model/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>
#include <utility>

#include "gui/model/chart.h"
#include "gui/model/loaded_data.h"
#include "gui/model/no_numbers.h"
#include "gui/model/round_numbers.h"
#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

/// In pixels of 1/96 inch, which browsers and QTextDocument understand alike.
constexpr const char* style =
    "body { font-family: sans-serif; font-size: 11px; color: #191919; background: #ffffff; max-width: 703px; }"
    "h1 { font-size: 18px; margin: 0 0 4px 0; } h2 { font-size: 13px; margin: 12px 0 2px 0; color: #1f4e8c; }"
    "p { margin: 2px 0; } table { font-size: 11px; } th { text-align: left; color: #5a5a5a; font-weight: normal; }"
    "td, th { padding-top: 1px; padding-bottom: 1px; padding-right: 12px; vertical-align: top; }"
    ".small { font-size: 9px; color: #5a5a5a; }";

std::string escaped(const std::string& text) {
  std::string html;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += letter;
    }
  }
  return html;
}

std::string heading(const std::string& text) { return fmt::format("<h2>{}</h2>\n", escaped(text)); }

/// Of the first row a head line if it is to be one; the others' first cells are what the rest is about.
std::string table_html(const Table& table, bool has_head) {
  std::string html = "<table cellspacing=\"0\" cellpadding=\"0\">\n";
  for (const Row& row : table) {
    const bool is_head = has_head && &row == &table.front();
    html += "<tr>";
    for (const std::string& cell : row) {
      const char* tag = is_head || (!has_head && &cell == &row.front()) ? "th" : "td";
      html += fmt::format("<{0}>{1}</{0}>", tag, escaped(cell));
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

/// Nothing at all of an empty one.
std::string section(const std::string& title, const Table& table, bool has_head = false) {
  return table.size() > (has_head ? 1U : 0U) ? heading(title) + table_html(table, has_head) : "";
}

std::string picture_html(const ReportPicture& picture) {
  constexpr double points_per_mm = 96 / 25.4;
  return fmt::format("<img src=\"{}\" width=\"{:.0f}\" alt=\"{}\">", picture.source, picture.width_mm * points_per_mm,
                     escaped(picture.shows));
}

std::string pictures_html(const Report& report) {
  std::string html;
  for (const ReportPicture& picture : report.pictures) {
    html += "<p>" + picture_html(picture) + "</p>\n";
  }
  if (!report.charts.empty()) {
    html += "<table cellspacing=\"0\"><tr>";
    for (const ReportPicture& chart : report.charts) {
      html += "<td>" + picture_html(chart) + "</td>";
    }
    html += "</tr></table>\n";
  }
  return html;
}

std::string unit_text(const std::string& unit) {
  return unit == "1" || unit.empty() ? translated("arbitrary unit") : unit;
}

Table image_rows(const recon::Image& image) {
  const recon::ImageGrid& grid = image.grid;
  Table rows{{translated("voxels"), fmt::format("{}", fmt::join(grid.shape, " x "))},
             {translated("voxel size"), fmt::format("{:g} mm", fmt::join(grid.voxel_size_mm, " x "))},
             {translated("middle of the first voxel"), fmt::format("{:g} mm", fmt::join(grid.origin_mm, ", "))},
             {translated("unit"), unit_text(image.unit)}};
  if (!image.description.empty()) {
    rows.push_back({translated("description"), in_language(image.description)});
  }
  return rows;
}

Table counts_rows(const io::Provenance& run) {
  Table rows;
  const auto add = [&rows](const char* name, std::uint64_t count) {
    if (count > 0) {
      rows.push_back({translated(name), fmt::format("{}", count)});
    }
  };
  if (!run.scanner.empty()) {
    rows.push_back({translated("scanner"), run.scanner});
  }
  rows.push_back({translated("time of flight"), run.tof ? translated("used") : translated("not used")});
  if (run.frame_duration_s > 0) {
    rows.push_back(
        {translated("frame"), translated_with("{:g} s from {:g} s", run.frame_duration_s, run.frame_start_s)});
  }
  add(to_translate("prompts"), run.counts.prompts);
  add(to_translate("prompts used"), run.prompts_used);
  add(to_translate("delayed coincidences"), run.counts.delayeds);
  add(to_translate("left out, being impossible"), run.prompts_impossible);
  add(to_translate("left out, out of range"), run.counts.out_of_range);
  if (run.decay_factor != 1) {
    rows.push_back({translated("decay factor"), fmt::format("{:.6g}", run.decay_factor)});
  }
  return rows;
}

std::string with_unit(const std::string& value, const std::string& unit) {
  return unit.empty() || value.empty() ? value : fmt::format("{} {}", value, in_language(unit));
}

Table settings_rows(const io::Job& job) {
  Table rows;
  for (const io::SettingDifference& setting : io::different_settings(job, io::Job{})) {
    rows.push_back({setting.key, with_unit(setting.value, setting.unit)});
  }
  return rows;
}

Table compared_rows(const io::Job& a, const io::Job& b) {
  Table rows{{translated("setting"), "A", "B"}};
  for (const io::SettingDifference& one : io::different_settings(a, b)) {
    rows.push_back({one.key, with_unit(one.value, one.unit), with_unit(one.other, one.unit)});
  }
  return rows;
}

Table corrections_rows(const recon::RunRecord& run) {
  Table rows;
  for (const auto& [effect, done] : run.corrections) {
    rows.push_back({in_language(effect), in_language(done)});
  }
  return rows;
}

Table checks_rows(const std::vector<io::DataCheck>& checks) {
  Table rows;
  for (const io::DataCheck& check : checks) {
    const std::string sentence = in_language(check.sentence);
    rows.push_back(
        {in_language(check.name), verdict_text(check.verdict),
         check.remedy.empty() ? sentence : translated_with("{}. Remedy: {}", sentence, in_language(check.remedy))});
  }
  return rows;
}

Table regions_rows(const Report& report) {
  Table rows{{translated("region"), translated("mean"), translated("SD"), translated("min"), translated("max"),
              translated("mL"), translated("voxels")}};
  for (const Roi& roi : report.regions) {
    const RoiFigures found = measure(roi, *report.image);
    const auto number = [](double value) { return fmt::format("{:.4g}", value); };
    rows.push_back(
        {roi.name, number(found.mean), number(found.standard_deviation), number(found.least), number(found.most),
         number(found.volume_ml),
         fmt::format("{}", found.voxels) +
             (found.no_numbers > 0 ? translated_with(", without {}", no_numbers_text(found.no_numbers)) : "")});
  }
  return rows;
}

Table iterations_rows(const io::Provenance& run) {
  Table rows{{translated("iteration"), translated("log likelihood before it"), translated("expected counts"),
              translated("seconds")}};
  constexpr std::size_t most_rows = 6;  // the last ones tell whether it has converged
  const std::size_t first = run.figures.size() > most_rows ? run.figures.size() - most_rows : 0;
  for (const recon::IterationFigures& one : std::span(run.figures).subspan(first)) {
    rows.push_back({fmt::format("{:g}", one.iteration), fmt::format("{:.1f}", one.log_likelihood),
                    fmt::format("{:.0f}", one.expected_counts), fmt::format("{:.1f}", one.seconds)});
  }
  return rows;
}

Table origin_rows(const io::Provenance& run) {
  const std::string subsets =
      run.subsets == 1 ? translated(", one subset") : translated_with(", {} subsets", run.subsets);
  const double done = run.iterations_done;
  const std::string iterations = in_language(fmt::format("{:g} iteration{}", done, done == 1 ? "" : "s"));
  Table rows{{translated("made by"), "Coincide " + run.version},
             {translated("algorithm"), fmt::format("{}, {}{}", run.job.algorithm_kind().title, iterations, subsets)},
             {translated("source"), std::string(run.job.algorithm_kind().source)},
             {translated("result"), run.stopped ? translated("stopped by the user") : translated("done")},
             {translated("device"),
              fmt::format("{} ({}), {}", run.device, run.instruction_set,
                          run.threads == 1 ? translated("1 thread") : translated_with("{} threads", run.threads))}};
  std::vector<std::string> stages;
  for (const auto& [stage, seconds] : run.stage_seconds) {
    stages.push_back(fmt::format("{} {} s", in_language(stage), text_beside(seconds, 100)));
  }
  rows.push_back({translated("time"), fmt::format("{}", fmt::join(stages, ", "))});
  rows.push_back({translated("files"), fmt::format("{}", fmt::join(run.outputs, ", "))});
  return rows;
}

std::string inputs_html(const std::vector<io::InputRecord>& inputs) {
  std::string html;
  for (const io::InputRecord& input : inputs) {
    html += fmt::format("<p>{}: {}<br><span class=\"small\">{}</span></p>\n", escaped(in_language(input.role)),
                        escaped(input.path.string()),
                        escaped(translated_with("{} bytes, SHA-256 {}", input.bytes,
                                                input.sha256.empty() ? translated("not known") : input.sha256)));
  }
  return html;
}

std::string list_html(const std::string& title, const std::vector<std::string>& sentences) {
  std::string html = sentences.empty() ? "" : heading(title);
  for (const std::string& sentence : sentences) {
    html += "<p>" + escaped(in_language(sentence)) + "</p>\n";
  }
  return html;
}

/// Image and data stand beside each other.
std::string image_and_data(const Report& report) {
  std::string html = "<table cellspacing=\"0\" width=\"100%\"><tr>";
  if (report.image) {
    html += "<td width=\"55%\">" + section(translated("Image"), image_rows(*report.image)) + "</td>";
  }
  if (report.record) {
    html += "<td>" + section(translated("Data"), counts_rows(*report.record)) + "</td>";
  }
  return html + "</tr></table>\n";
}

std::string record_html(const io::Provenance& run) {
  return section(translated("Settings that differ from the defaults"), settings_rows(run.job)) +
         section(translated("Corrections"), corrections_rows(run)) +
         section(translated("Checks of the data"), checks_rows(run.data_checks)) +
         list_html(translated("Warnings"), run.warnings) +
         section(translated("Iterations"), iterations_rows(run), true) +
         section(translated("Where it comes from"), origin_rows(run)) + inputs_html(run.inputs);
}

}  // namespace

std::string report_html(const Report& report) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{0}</title><style>{1}</style></head><body>\n"
      "<h1>{0}</h1>\n",
      escaped(report.title), style);
  if (!report.note.empty()) {
    html += fmt::format("<p><b>{}:</b> {}</p>\n", translated("Note"), escaped(report.note));
  }
  html += pictures_html(report) + image_and_data(report);
  if (report.image && !report.regions.empty()) {
    html +=
        section(translated_with("Regions, values in {}", unit_text(report.image->unit)), regions_rows(report), true);
  }
  for (const Table& table : report.figures) {
    html += section(translated("Figures of merit"), table, true);
  }
  if (report.record && report.other) {
    html += section(translated("Settings of A and B that are not the same"),
                    compared_rows(report.record->job, report.other->job), true);
  }
  html += report.record ? record_html(*report.record)
                        : fmt::format("<p>{}</p>\n", translated("There is no record beside this image: how it was "
                                                                "made is not known."));
  html += fmt::format("<p class=\"small\">{}</p>\n",
                      escaped(translated_with("Report of {}, made by {}.", report.made, report.program)));
  return html + "</body></html>\n";
}

}  // namespace coincide::gui
