#include "io/interfile/stir_unlisting.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <numeric>
#include <random>

#include "io/data_conversion.h"
#include "io/interfile/stir_pair_factors.h"
#include "io/interfile/stir_sinogram.h"
#include "io/interfile/stir_sinogram_writer.h"
#include "io/scanner_of_rings.h"
#include "io/tables/table_writer.h"
#include "projectors/error.h"
#include "recon/units.h"
#include "support/memory_events.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {

using recon::Scanner;
using recon::Vec3;

namespace {

constexpr double pi = std::numbers::pi;

io::CrystalRings circles(std::int64_t tof_bins) {
  io::CrystalRings rings{.name = "circles", .rings = 5, .per_ring = 48, .place_mm = {}, .crystals_per_block = 4};
  for (std::int64_t ring = 0; ring < rings.rings; ++ring) {
    for (std::int64_t crystal = 0; crystal < rings.per_ring; ++crystal) {
      const double angle = 0.3 + 2 * pi * static_cast<double>(crystal) / 48;
      rings.place_mm.push_back({static_cast<float>(100 * std::cos(angle)), static_cast<float>(100 * std::sin(angle)),
                                static_cast<float>(12 * ring - 24)});
    }
  }
  if (tof_bins > 0) {
    rings.tof_bins = io::bins_of({.num_bins = static_cast<std::int32_t>(tof_bins), .bin_width_mm = 5, .sigma_mm = 12});
  }
  return rings;
}

double distance(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

}  // namespace

class StirUnlistingTest : public QObject {
  Q_OBJECT

 private slots:
  // One event at a time, through the file: its bin's LOR runs between its crystals, as far as interleaving and span
  // let it, and its TOF bin lies towards the same one of them.
  void events_lie_on_the_lors_of_their_bins_data() {
    QTest::addColumn<int>("span");
    QTest::addColumn<int>("mashing");
    QTest::addColumn<int>("tof_mashing");
    QTest::newRow("plain") << 1 << 1 << 0;
    QTest::newRow("TOF") << 1 << 1 << 1;
    QTest::newRow("span 3, mashed") << 3 << 2 << 3;
  }
  void events_lie_on_the_lors_of_their_bins() {
    QFETCH(int, span);
    QFETCH(int, mashing);
    QFETCH(int, tof_mashing);
    const Scanner scanner = io::scanner_of_rings(circles(15));
    const io::StirDetectors detectors = io::stir_detectors(scanner);
    std::mt19937 random(1);
    std::uniform_int_distribution<std::uint32_t> crystal(0, 239);
    std::uniform_int_distribution<std::uint16_t> tof(2, 12);
    for (int event = 0; event < 60; ++event) {
      MemoryEvents source(scanner);
      const std::uint32_t a = crystal(random), b = crystal(random);
      const std::uint16_t bin = tof(random);
      const Vec3 &from = scanner.crystal_centre_mm[a], &to = scanner.crystal_centre_mm[b];
      if (std::hypot(from[0] - to[0], from[1] - to[1]) < 160) {
        continue;  // beyond half of the tangential positions
      }
      source.add(a, b, bin, 0);
      const recon::Histogram histogram =
          through_file(source, detectors, {.span = span, .view_mashing = mashing, .tof_mashing = tof_mashing});
      const auto found = std::ranges::find(histogram.counts, 1.0F);
      QVERIFY(found != histogram.counts.end());
      const std::int64_t at = found - histogram.counts.begin();
      const auto lor = static_cast<std::size_t>(at / histogram.bins_per_lor());
      const Vec3 &start = histogram.point_mm[histogram.start[lor]], &end = histogram.point_mm[histogram.end[lor]];
      const bool as_it_is = distance(start, from) + distance(end, to) < distance(start, to) + distance(end, from);
      const double off_mm =
          as_it_is ? distance(start, from) + distance(end, to) : distance(start, to) + distance(end, from);
      const double pitch_mm = 2 * pi * 100 / 48;
      QVERIFY2(off_mm < (mashing == 1 && span == 1 ? 0.51 * 2 * pitch_mm : 3 * pitch_mm),
               qPrintable(QString::number(off_mm)));
      if (tof_mashing > 0) {
        const double place_mm = (static_cast<double>(at % histogram.bins_per_lor()) -
                                 0.5 * static_cast<double>(histogram.bins_per_lor() - 1)) *
                                histogram.tof->bin_width_mm;
        const double wanted_mm = scanner.tof_bins[bin].centre_mm * (as_it_is ? 1 : -1);
        QVERIFY2(std::abs(place_mm - wanted_mm) < 0.5 * histogram.tof->bin_width_mm + 1e-3, "TOF");
      }
    }
  }

  // m of all pairs of crystals, one by one, sorted into bins as their events are.
  void factors_are_sums_over_pairs_data() {
    QTest::addColumn<int>("span");
    QTest::addColumn<int>("mashing");
    QTest::newRow("plain") << 1 << 1;
    QTest::newRow("span 3") << 3 << 1;
    QTest::newRow("span 5, mashed") << 5 << 2;
  }
  void factors_are_sums_over_pairs() {
    QFETCH(int, span);
    QFETCH(int, mashing);
    const Scanner scanner = io::scanner_of_rings(circles(0));
    const io::StirDetectors detectors = io::stir_detectors(scanner);
    recon::Efficiencies efficiencies;
    std::mt19937 random(2);
    std::uniform_real_distribution<float> value(0.5F, 1.5F);
    efficiencies.bin.emplace_back();
    for (std::size_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
      efficiencies.bin.front().push_back(crystal == 77 ? 0 : value(random));
    }
    const recon::CorrectionOptions options{.geometric = recon::Switch::off};
    const recon::MultiplicativeModel model(scanner, efficiencies, options);
    MemoryEvents none(scanner);
    recon::Reporter silent;
    const io::StirSinogramLayout layout =
        io::unlist(none, detectors, {.span = span, .view_mashing = mashing}, silent).layout;
    std::vector<double> wanted(static_cast<std::size_t>(layout.num_lors()));
    for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
      for (std::uint32_t b = 0; b < a; ++b) {
        const auto bin =
            layout.bin_of(detectors.ring[a], detectors.detector[a], detectors.ring[b], detectors.detector[b]);
        if (bin) {
          wanted[static_cast<std::size_t>(layout.lor(*bin))] += model.factor_over_windows(a, b);
        }
      }
    }
    const std::vector<float> found = io::pair_factors(layout, detectors, model, silent);
    QCOMPARE(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      QVERIFY2(std::abs(found[i] - wanted[i]) < 1e-5 * (1 + wanted[i]),
               qPrintable(QString("%1: %2, not %3").arg(i).arg(found[i]).arg(wanted[i])));
    }
    QVERIFY(std::ranges::max(found) > (span == 1 ? 1.0F : 2.0F));
    QVERIFY(span > 1 || std::ranges::min(found) == 0);  // the dead crystal's
  }

  void delayeds_and_what_has_no_place_are_told_apart() {
    const Scanner scanner = io::scanner_of_rings(circles(0));
    const io::StirDetectors detectors = io::stir_detectors(scanner);
    MemoryEvents source(scanner);
    const auto opposite = [](std::uint32_t crystal) { return (crystal + 120) % 240; };
    source.add(0, opposite(0), 0, 0);
    source.add(7, opposite(7), 0, 0, true);
    source.add(0, 1, 0, 0);  // neighbours
    recon::Reporter silent;
    const io::StirUnlisted prompts = io::unlist(source, detectors, {}, silent);
    QCOMPARE(std::accumulate(prompts.counts.begin(), prompts.counts.end(), 0.0), 1.0);
    QCOMPARE(prompts.num_left_out, std::uint64_t{1});
    const io::StirUnlisted delayeds = io::unlist(source, detectors, {.delayeds = true}, silent);
    QCOMPARE(std::accumulate(delayeds.counts.begin(), delayeds.counts.end(), 0.0), 1.0);
    QVERIFY(delayeds.counts != prompts.counts);
  }

  void time_of_flight_is_not_lost_without_a_word() {
    const auto told = [&](std::int64_t tof_bins, std::int64_t mashing) {
      MemoryEvents source(io::scanner_of_rings(circles(tof_bins)));
      source.add(0, 120, 0, 0);
      const std::string path = folder_.path().toStdString();
      io::write_hdf5_table(source, path + "/tof.h5");
      recon::Reporter silent;
      const auto sentences = io::convert_data(path + "/tof.h5", path + "/tof.hs", {}, {.tof_mashing = mashing}, silent);
      return std::ranges::any_of(sentences, [](const std::string& one) { return one.find("flight") < one.size(); });
    };
    QVERIFY(told(15, 0));
    QVERIFY(!told(15, 1));
    QVERIFY(!told(0, 0));
  }

  void other_scanners_are_refused() {
    io::CrystalRings moved = circles(0);
    moved.place_mm[77][0] += 3;
    QVERIFY(refusal(io::scanner_of_rings(moved)).contains("do not lie evenly on circles"));
    io::CrystalRings gap = circles(0);
    for (std::size_t i = 96; i < gap.place_mm.size(); ++i) {
      gap.place_mm[i][2] += 6;
    }
    QVERIFY(refusal(io::scanner_of_rings(gap)).contains("equal distances along z"));
    QVERIFY(refusal(small_scanner()).contains("the scanner has no STIR sinograms"));
    QCOMPARE(refusal(io::scanner_of_rings(circles(15))), QString("no error"));
  }

  // Edges of TOF bins come in single precision.
  void tof_bins_may_differ_by_rounding() {
    Scanner scanner = io::scanner_of_rings(circles(15));
    scanner.tof_bins[3].width_mm *= 1 + 2e-6F;
    scanner.tof_bins[7].centre_mm += 1e-5F;
    QCOMPARE(refusal(scanner), QString("no error"));
    QVERIFY(std::abs(io::stir_detectors(scanner).scanner.tof_bin_ps / (5 / recon::mm_per_ps) - 1) < 1e-6);
    scanner.tof_bins[3].width_mm *= 1.01F;
    QVERIFY(refusal(scanner).contains("TOF bins are not equal"));
  }

  void options_that_do_not_suit_are_refused() {
    const Scanner scanner = io::scanner_of_rings(circles(15));
    const io::StirDetectors detectors = io::stir_detectors(scanner);
    MemoryEvents source(scanner);
    recon::Reporter silent;
    for (const io::StirUnlistOptions& wrong : {io::StirUnlistOptions{.span = 2},
                                               {.farthest_ring = 5},
                                               {.view_mashing = 5},
                                               {.tof_mashing = 2},
                                               {.tangential = 60}}) {
      QVERIFY_THROWS_EXCEPTION(InputError, io::unlist(source, detectors, wrong, silent));
    }
  }

 private:
  recon::Histogram through_file(MemoryEvents& source, const io::StirDetectors& detectors,
                                const io::StirUnlistOptions& options) const {
    recon::Reporter silent;
    const io::StirUnlisted unlisted = io::unlist(source, detectors, options, silent);
    const std::filesystem::path path = folder_.path().toStdString() + "/events.hs";
    io::write_stir_sinogram(path, unlisted.layout, {.axes = detectors.axes}, unlisted.counts);
    return io::StirSinogram(path).read();
  }
  static QString refusal(const Scanner& scanner) {
    try {
      io::stir_detectors(scanner);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(StirUnlistingTest)

}  // namespace coincide::tests

#include "stir_unlisting_test.moc"
