#include "app/file_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/job_setup.h"
#include "io/data_facts.h"
#include "io/job.h"

namespace coincide::app {
namespace {

std::string fact_text(const io::DataFact& fact) {
  return fact.part ? fmt::format("  {:<11} {}\n", fact.name, fact.value)
                   : fmt::format("{:<13} {}\n", fact.name, fact.value);
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

std::string check_text(const io::DataCheck& check) {
  std::string text = fmt::format("  {:<5} {:<10} {}\n", verdict_word(check.verdict), check.name, check.sentence);
  if (!check.remedy.empty()) {
    text += fmt::format("  {:<5} {:<10} remedy: {}\n", "", "", check.remedy);
  }
  return text;
}

/// The warnings apart: last, where a reader of a terminal sees them.
std::pair<std::string, std::string> facts_text(const std::vector<io::DataFact>& facts) {
  std::string text;
  std::string warnings;
  for (const io::DataFact& fact : facts) {
    (fact.name == io::warning_fact ? warnings : text) += fact_text(fact);
  }
  return {text, warnings};
}

/// There is no job: the image that a job gets whose [image] is left as it is.
std::string grid_text(const recon::Scanner& scanner) {
  return check_text(io::check_grid(scanner, automatic_grid(scanner, io::Job{}.image.voxel_size_mm)));
}

}  // namespace

std::string file_info_text(const recon::EventSource& source, const io::DataSummary& summary) {
  auto [text, warnings] = facts_text(io::data_facts(source, summary));
  text += rate_text(summary.prompts_per_second) + "Checks\n";
  for (const io::DataCheck& check : summary.checks) {
    text += check_text(check);
  }
  return text + grid_text(source.scanner()) + warnings;
}

std::string histogram_info_text(recon::HistogramSource& histogram) {
  const recon::Histogram bins = histogram.read();
  const auto [text, warnings] = facts_text(io::histogram_facts(histogram, &bins));
  return text + "Checks\n" + grid_text(histogram.scanner()) + warnings;
}

}  // namespace coincide::app
