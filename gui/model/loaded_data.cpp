#include "gui/model/loaded_data.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "gui/model/translated.h"
#include "io/data_file.h"
#include "recon/events.h"

namespace coincide::gui {
namespace {

constexpr std::size_t most_steps = 500;

void end_last_step(Chart::Series& series, double end) {
  series.x.push_back(end);
  series.y.push_back(series.y.back());
}

Chart::Series rate_series(const std::string& name, const std::vector<std::uint64_t>& per_second, double duration_s) {
  const std::size_t seconds_per_step = (per_second.size() + most_steps - 1) / most_steps;
  Chart::Series series{name, {}, {}};
  double end_s = 0;
  for (std::size_t start = 0; start < per_second.size(); start += seconds_per_step) {
    const std::size_t stop = std::min(per_second.size(), start + seconds_per_step);
    std::uint64_t count = 0;
    for (std::size_t second = start; second < stop; ++second) {
      count += per_second[second];
    }
    end_s = static_cast<double>(stop);
    // Data rarely end on a full second; a rate over too long a time would seem to fall.
    if (stop == per_second.size() && duration_s > static_cast<double>(start)) {
      end_s = std::min(end_s, duration_s);
    }
    series.x.push_back(static_cast<double>(start));
    series.y.push_back(static_cast<double>(count) / (end_s - static_cast<double>(start)));
  }
  end_last_step(series, end_s);
  return series;
}

/// TOF bins of one or several pairs of module types, by place along the LOR.
struct TofSpectrum {
  std::string types;
  std::vector<std::pair<double, double>> edges_mm;  ///< of each bin
  std::vector<double> counts;
};

TofSpectrum spectrum_of(const LoadedData& data, std::size_t type_a, std::size_t type_b) {
  const recon::TofRange& range = data.scanner.tof_range(type_a, type_b);
  std::vector<std::tuple<double, double, double>> bins;  // edges, count
  for (std::size_t i = range.first; i < range.first + range.count; ++i) {
    const recon::TofBin& bin = data.scanner.tof_bins[i];
    const double half = 0.5 * bin.width_mm;
    bins.emplace_back(bin.centre_mm - half, bin.centre_mm + half,
                      static_cast<double>(data.summary.prompts_per_tof_bin[i]));
  }
  std::ranges::sort(bins);
  TofSpectrum spectrum{std::to_string(type_a) + "-" + std::to_string(type_b), {}, {}};
  for (const auto& [low, high, count] : bins) {
    spectrum.edges_mm.emplace_back(low, high);
    spectrum.counts.push_back(count);
  }
  return spectrum;
}

/// Adds to the spectrum with the same bins, if there is one.
void add_spectrum(TofSpectrum added, std::vector<TofSpectrum>& spectra) {
  const auto same = std::ranges::find(spectra, added.edges_mm, &TofSpectrum::edges_mm);
  if (same == spectra.end()) {
    spectra.push_back(std::move(added));
    return;
  }
  same->types += ", " + added.types;
  std::ranges::transform(same->counts, added.counts, same->counts.begin(), std::plus<>{});
}

LoadedData of_histogram(const std::filesystem::path& path, const recon::HistogramSource& histogram,
                        const recon::Histogram* bins) {
  return {path, histogram.scanner(), {}, io::histogram_facts(histogram, bins), {}, bins != nullptr};
}

}  // namespace

std::string verdict_text(io::Verdict verdict) {
  switch (verdict) {
    case io::Verdict::good:
      return translated("good");
    case io::Verdict::unknown:
      return translated("the data cannot tell");
    case io::Verdict::notice:
      return translated("unusual");
    case io::Verdict::bad:
      return translated("wrong");
  }
  return {};
}

LoadedData open_data(const std::filesystem::path& path, const io::ListmodeOptions& options) {
  const io::MeasuredData data = io::open_data(path, options);
  if (data.histogram) {
    return of_histogram(path, *data.histogram, nullptr);
  }
  return {path, data.scanner(), data.events->efficiencies(), io::header_facts(*data.events), {}, false};
}

LoadedData read_data(const std::filesystem::path& path, const io::ListmodeOptions& options, recon::Reporter& reporter) {
  const io::MeasuredData data = io::open_data(path, options);
  if (data.histogram) {
    const recon::Histogram bins = data.histogram->read();
    return of_histogram(path, *data.histogram, &bins);
  }
  const auto& source = data.events;
  io::DataSummary summary = io::check_data(*source, reporter);
  std::vector<io::DataFact> facts = io::data_facts(*source, summary);
  const bool complete = summary.complete;
  return {path, source->scanner(), source->efficiencies(), std::move(facts), std::move(summary), complete};
}

Chart rate_chart(const LoadedData& data) {
  Chart chart{
      translated("Count rate"),     translated("time (s)"), translated("rate (counts/s)"), Chart::Style::steps, {},
      data.path.filename().string()};
  const io::DataSummary& summary = data.summary;
  if (summary.prompts_per_second.empty()) {
    return chart;
  }
  const double duration_s = 1e-3 * (static_cast<double>(summary.counts.last_ms) - summary.first_event_ms);
  chart.series.push_back(rate_series(translated("prompts"), summary.prompts_per_second, duration_s));
  if (summary.counts.delayeds > 0) {
    chart.series.push_back(rate_series(translated("delayeds"), summary.delayeds_per_second, duration_s));
  }
  return chart;
}

Chart tof_chart(const LoadedData& data) {
  Chart chart{translated("TOF spectrum"),
              translated("place along the LOR (mm)"),
              translated("prompts per bin"),
              Chart::Style::steps,
              {},
              data.path.filename().string()};
  if (data.summary.prompts_per_tof_bin.empty()) {
    return chart;
  }
  std::vector<TofSpectrum> spectra;
  const std::size_t types = data.scanner.module_types.size();
  for (std::size_t a = 0; a < types; ++a) {
    for (std::size_t b = 0; b < types; ++b) {
      if (data.scanner.tof_range(a, b).count > 1) {
        add_spectrum(spectrum_of(data, a, b), spectra);
      }
    }
  }
  for (const TofSpectrum& spectrum : spectra) {
    Chart::Series series{
        spectra.size() == 1 ? translated("prompts") : translated_with("types {}", spectrum.types), {}, spectrum.counts};
    for (const auto& [low, high] : spectrum.edges_mm) {
      series.x.push_back(low);
    }
    end_last_step(series, spectrum.edges_mm.back().second);
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace coincide::gui
