// What the data panel shows of a file: its facts at once, and the charts of what a pass has counted.

#include <QtTest>
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>

#include "gui/model/loaded_data.h"
#include "projectors/error.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

using namespace coincide;
using gui::Chart;
using gui::LoadedData;

namespace {

/// Counts that a series of steps stands for: rate times time.
double counts_of(const Chart::Series& series) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < series.x.size(); ++i) {
    sum += series.y[i] * (series.x[i + 1] - series.x[i]);
  }
  return sum;
}

/// Data of `seconds` whole seconds and half a second more, with 100 prompts and 20 delayeds each.
LoadedData steady_data(std::size_t seconds) {
  LoadedData data;
  data.summary.first_event_ms = 3000;
  data.summary.counts.last_ms = static_cast<std::uint32_t>(3000 + 1000 * seconds + 500);
  data.summary.prompts_per_second.assign(seconds + 1, 100);
  data.summary.delayeds_per_second.assign(seconds + 1, 20);
  data.summary.prompts_per_second.back() = 50;
  data.summary.delayeds_per_second.back() = 10;
  data.summary.counts.delayeds = 20 * seconds + 10;
  return data;
}

/// Two types of modules whose pairs have three TOF bins each, those of 1-1 wider if asked.
LoadedData two_types(float width_of_last_mm) {
  LoadedData data;
  data.scanner = tests::small_scanner();
  data.scanner.module_types.resize(2);
  data.scanner.tof_bins.clear();
  data.scanner.tof_ranges.clear();
  for (std::uint32_t pair = 0; pair < 4; ++pair) {
    const float width_mm = pair == 3 ? width_of_last_mm : 10;
    data.scanner.tof_ranges.push_back({.first = 3 * pair, .count = 3});
    for (const float place : {1.0F, 0.0F, -1.0F}) {  // against the order of the chart
      data.scanner.tof_bins.push_back({.centre_mm = place * width_mm, .width_mm = width_mm, .sigma_mm = 5});
    }
  }
  data.summary.prompts_per_tof_bin = {1, 2, 3, 10, 20, 30, 100, 200, 300, 1000, 2000, 3000};
  return data;
}

std::filesystem::path shared_file() {
  return std::filesystem::path(COINCIDE_SHARED_DATA) / "petsird" / "points" / "points_head.petsird";
}

}  // namespace

class LoadedDataTest : public QObject {
  Q_OBJECT

 private slots:
  void rates_are_counts_per_second_to_the_end() {
    const Chart chart = gui::rate_chart(steady_data(7));
    QCOMPARE(chart.series.size(), std::size_t{2});
    QVERIFY(chart.style == Chart::Style::steps);
    QVERIFY(std::ranges::all_of(chart.series[0].y, [](double rate) { return rate == 100; }));
    QVERIFY(std::ranges::all_of(chart.series[1].y, [](double rate) { return rate == 20; }));
    QCOMPARE(chart.series[0].x.front(), 0.0);
    QCOMPARE(chart.series[0].x.back(), 7.5);
  }

  void long_measurements_have_few_steps_of_whole_seconds() {
    const Chart::Series series = gui::rate_chart(steady_data(1234)).series.at(0);
    QVERIFY(series.x.size() <= 501);
    QCOMPARE(series.x[1], 3.0);
    QCOMPARE(series.x[2], 6.0);
    QCOMPARE(counts_of(series), 123450.0);
  }

  void without_data_there_are_no_series() {
    QVERIFY(gui::rate_chart({}).series.empty());
    QVERIFY(gui::tof_chart({}).series.empty());
  }

  void pairs_of_types_with_equal_tof_bins_are_one_spectrum() {
    const Chart chart = gui::tof_chart(two_types(10));
    QCOMPARE(chart.series.size(), std::size_t{1});
    QVERIFY((chart.series[0].x == std::vector<double>{-15, -5, 5, 15}));
    QVERIFY((chart.series[0].y == std::vector<double>{3333, 2222, 1111, 1111}));
  }

  void other_tof_bins_are_another_spectrum() {
    const Chart chart = gui::tof_chart(two_types(20));
    QCOMPARE(chart.series.size(), std::size_t{2});
    QCOMPARE(chart.series[0].name, std::string("types 0-0, 0-1, 1-0"));
    QVERIFY((chart.series[1].x == std::vector<double>{-30, -10, 10, 30}));
    QVERIFY((chart.series[1].y == std::vector<double>{3000, 2000, 1000, 1000}));
  }

  void a_file_is_opened_at_once_and_then_read() {
    if (!std::filesystem::exists(shared_file())) {
      QSKIP("the shared PETSIRD data are not on this machine");
    }
    const LoadedData opened = gui::open_data(shared_file(), {});
    QVERIFY(!opened.complete);
    QCOMPARE(opened.scanner.num_crystals(), std::size_t{2160});
    QVERIFY(std::ranges::count(opened.facts, "Prompts", &io::DataFact::name) == 0);
    recon::Reporter silent;
    const LoadedData read = gui::read_data(shared_file(), {}, silent);
    QVERIFY(read.complete);
    QVERIFY(std::ranges::count(read.facts, "Prompts", &io::DataFact::name) == 1);
    QVERIFY(read.facts.size() > opened.facts.size());
    const double prompts = static_cast<double>(read.summary.counts.prompts);
    QVERIFY(std::abs(counts_of(gui::rate_chart(read).series.at(0)) - prompts) < 1e-6 * prompts);
    const Chart::Series tof = gui::tof_chart(read).series.at(0);
    QCOMPARE(std::accumulate(tof.y.begin(), tof.y.end() - 1, 0.0), prompts);
  }

  void a_missing_file_is_an_error() { QVERIFY_THROWS_EXCEPTION(FileError, gui::open_data("missing.petsird", {})); }
};

COINCIDE_TEST_CLASS(LoadedDataTest)
#include "loaded_data_test.moc"
