// CASToR data from their files to the image, compared with PETSIRD's of the same events.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>

#include "../io/castor_support.h"
#include "app/run_job.h"
#include "io/castor/castor_writer.h"
#include "io/listmode_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;
namespace fs = std::filesystem;

namespace {

const fs::path points_file = COINCIDE_SHARED_DATA "/petsird/points/points_head.petsird";

/// Of a crystal of the ring: blocks of four, 5 mm apart, 110 mm from the axis.
double azimuth_deg(std::uint32_t crystal) {
  const double across_mm = 5 * (crystal % 4 - 1.5);
  return 45.0 * (crystal % 32 / 4) + std::atan2(across_mm, 110) * 180 / M_PI;
}

double sum(const recon::Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

/// Of the voxels within 6 mm of a point, counted from the image's middle; as a part of the whole.
double share_at(const recon::Image& image, const recon::Vec3& point) {
  const recon::ImageGrid& grid = image.grid;
  double inside = 0;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const std::array<std::int64_t, 3> at{i, j, k};
        double distance2 = 0;
        for (std::size_t a = 0; a < 3; ++a) {
          const double place_mm =
              (static_cast<double>(at[a]) - 0.5 * static_cast<double>(grid.shape[a] - 1)) * grid.voxel_size_mm[a];
          distance2 += std::pow(place_mm - point[a], 2);
        }
        inside += distance2 < 36 ? image.at(i, j, k) : 0;
      }
    }
  }
  return inside / sum(image);
}

}  // namespace

class CastorImagesTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  recon::Reporter silent_;

  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

  io::Job job(const fs::path& data, const std::string& name) const {
    io::Job job;
    job.input.data = data;
    job.image.size = {55, 55, 19};
    job.image.voxel_size_mm = {2, 2, 2};
    job.sensitivity.use_cache = false;
    job.algorithm.subsets = 4;
    job.stop.passes = 2;
    job.corrections.randoms = recon::RandomsMethod::automatic;
    job.output.folder = path("results");
    job.output.name = name;
    return job;
  }

  static std::string record_of(const app::RunResult& result, const std::string& effect) {
    const auto& done = result.provenance.corrections;
    const auto found = std::ranges::find(done, effect, &std::pair<std::string, std::string>::first);
    return found == done.end() ? "" : found->second;
  }

  /// 4000 events between blocks that face each other, with the same factors and rates for all.
  fs::path small_data(const std::string& name, float scatter, float randoms, bool tof = false) const {
    constexpr std::size_t events = 4000;
    tests::Bytes bytes;
    std::mt19937 generator(5);
    for (std::size_t i = 0; i < events; ++i) {
      const std::uint32_t ring = generator() % 3 * 32, a = generator() % 16;
      bytes.u32(static_cast<std::uint32_t>(i / 2)).f32(2).f32(scatter).f32(randoms).f32(4);
      if (tof) {
        bytes.f32(0);
      }
      bytes.u32(ring + a).u32(generator() % 3 * 32 + a + 16);
    }
    std::string header = tests::listmode_header(events,
                                                "Attenuation correction flag: 1\nScatter correction flag: 1\n"
                                                "Random correction flag: 1\nNormalization correction flag: 1\n");
    header.replace(header.find("data.cdf"), 8, name + ".cdf");
    header += tof ? "TOF information flag: 1\nTOF resolution (ps): 200\nList TOF measurement range (ps): 1000\n" : "";
    std::ofstream(path("RING.geom")) << tests::ring_geom;
    std::ofstream(path(name + ".cdf"), std::ios::binary) << bytes.all();
    std::ofstream(path(name + ".cdh")) << header;
    return path(name + ".cdh");
  }

 private slots:
  void points_by_way_of_castor() {
    if (!fs::exists(points_file)) {
      QSKIP("The simulator's files are not beside this checkout.");
    }
    QVERIFY(io::write_castor(*io::open_listmode(points_file), path("points.cdh")).empty());
    const app::RunResult direct = app::run_job(job(points_file, "direct"), silent_);
    io::Job by_way = job(path("points.cdh"), "by_way");
    by_way.corrections.normalization = path("points_norm.cdh");
    const app::RunResult converted = app::run_job(by_way, silent_);
    QCOMPARE(converted.image.unit, std::string("Bq/mL"));
    QCOMPARE(direct.image.unit, converted.image.unit);
    QCOMPARE(converted.provenance.prompts_used, direct.provenance.prompts_used);
    QVERIFY(record_of(converted, "geometric").starts_with("held by"));

    // The factors are written as 1 / m in single precision, and TOF bins as multiples of their width: last digits.
    const double top = *std::ranges::max_element(direct.image.values);
    double largest = 0;
    for (std::size_t i = 0; i < direct.image.values.size(); ++i) {
      largest = std::max<double>(largest, std::abs(direct.image.values[i] - converted.image.values[i]));
    }
    qInfo("largest difference to PETSIRD's image / maximum: %.2g", largest / top);
    QVERIFY(largest < 1e-4 * top);
    const std::vector<std::pair<recon::Vec3, double>> points{{{-28, 0, -12}, 3}, {{-28, 0, 0}, 3}, {{0, -36, -12}, 2},
                                                             {{0, -36, 0}, 2},   {{0, 0, -12}, 4}, {{0, 0, 0}, 4}};
    for (const auto& [point, strength] : points) {
      const double share = 18 * share_at(converted.image, point);
      QVERIFY2(std::abs(share - strength) < 0.1 * strength,
               qPrintable(QString("%1 instead of %2").arg(share).arg(strength)));
    }
  }

  /// With time differences of the wrong sign the points are elsewhere: the test above would tell.
  void time_of_flight_has_a_sign() {
    if (!fs::exists(path("points.cdf"))) {
      QSKIP("The simulator's files are not beside this checkout.");
    }
    std::ifstream in(path("points.cdf"), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    constexpr std::size_t record = 20, tof_sign = 11;
    for (std::size_t at = tof_sign; at < bytes.size(); at += record) {
      bytes[at] = static_cast<char>(bytes[at] ^ 0x80);
    }
    fs::create_directory(path("turned"));
    std::ofstream(path("turned/points.cdf"), std::ios::binary) << bytes;
    for (const char* name : {"points.cdh", "PETSIRD_TEST.hscan", "PETSIRD_TEST.lut"}) {
      fs::copy(path(name), path("turned") / name);
    }
    io::Job turned = job(path("turned/points.cdh"), "turned");
    turned.corrections.normalization = path("points_norm.cdh");
    const recon::Image image = app::run_job(turned, silent_).image;
    QVERIFY(18 * share_at(image, {-28, 0, -12}) < 1.5);
  }

  void corrections_say_what_they_did() {
    const app::RunResult result = app::run_job(job(small_data("rates", 1e-4F, 3e-4F), "rates"), silent_);
    QVERIFY2(record_of(result, "scatter").find("0.8 counts") != std::string::npos,
             record_of(result, "scatter").c_str());
    QVERIFY2(record_of(result, "randoms").find("2.4 counts") != std::string::npos,
             record_of(result, "randoms").c_str());
    QVERIFY(record_of(result, "efficiencies").find("0.125 for the mean prompt") != std::string::npos);
    QVERIFY(record_of(result, "attenuation").starts_with("factors of the events"));
    const auto& warnings = result.provenance.warnings;
    QVERIFY(std::ranges::any_of(warnings, [](const std::string& text) {
      return text.find("Set corrections.normalization") != std::string::npos;
    }));
    io::Job without = job(path("rates.cdh"), "without");
    without.corrections.randoms = recon::RandomsMethod::none;
    QCOMPARE(record_of(app::run_job(without, silent_), "randoms"), std::string("not corrected"));
  }

  void columns_of_zeros_are_an_error() {
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(job(small_data("zeros", 0, 1), "zeros"), silent_));
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(job(small_data("zeros", 1, 0), "zeros"), silent_));
  }

  /// Rates of TOF bins are not those of whole LORs.
  void rates_without_tof() {
    io::Job non_tof = job(small_data("tof", 1e-4F, 3e-4F, true), "tof");
    const app::RunResult with_tof = app::run_job(non_tof, silent_);
    QVERIFY(record_of(with_tof, "scatter").find("counts") != std::string::npos);
    non_tof.algorithm.tof = false;
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(non_tof, silent_));
  }

  /// The same counts one by one and in bins: MLEM makes the same image of both.
  void histogram_and_listmode_agree() {
    std::ofstream(path("RING.geom")) << tests::ring_geom;
    std::mt19937 generator(7);
    tests::Bytes events, bins;
    std::size_t num_events = 0, num_bins = 0;
    for (std::uint32_t a = 0; a < 96; ++a) {
      for (std::uint32_t b = a + 1; b < 96; ++b) {
        const double apart_deg = std::abs(std::remainder(azimuth_deg(a) - azimuth_deg(b), 360));
        if (apart_deg < 60) {  // as the scanner's file says
          continue;
        }
        const std::uint32_t count = apart_deg > 170 ? generator() % 20 : 0;
        bins.u32(0).f32(static_cast<float>(count)).u32(a).u32(b);
        num_bins += 1;
        for (std::uint32_t i = 0; i < count; ++i, ++num_events) {
          events.u32(10).u32(a).u32(b);
        }
      }
    }
    std::ofstream(path("data.cdf"), std::ios::binary) << events.all();
    std::ofstream(path("data.cdh")) << tests::listmode_header(num_events);
    std::string header = tests::listmode_header(num_bins);
    header.replace(header.find("list-mode"), 9, "histogram").replace(header.find("data.cdf"), 8, "bins.cdf");
    std::ofstream(path("bins.cdf"), std::ios::binary) << bins.all();
    std::ofstream(path("bins.cdh")) << header;
    const auto image_of = [&](const char* name) {
      io::Job mlem = job(path(name), "agree");
      mlem.image.size = {24, 24, 5};
      mlem.image.voxel_size_mm = {5, 5, 3};
      mlem.algorithm.subsets = 1;
      mlem.algorithm.name = recon::AlgorithmName::mlem;
      mlem.corrections.geometric = recon::Switch::off;
      return app::run_job(mlem, silent_);
    };
    const app::RunResult by_event = image_of("data.cdh"), by_bin = image_of("bins.cdh");
    QCOMPARE(by_bin.provenance.prompts_used, by_event.provenance.prompts_used);
    const float top = *std::ranges::max_element(by_event.image.values);
    QVERIFY(top > 0);
    for (std::size_t i = 0; i < by_bin.image.values.size(); ++i) {
      QVERIFY(std::abs(by_bin.image.values[i] - by_event.image.values[i]) < 1e-4F * top);
    }
  }

  void histograms_with_their_own_factors() {
    tests::Bytes bins;
    for (std::uint32_t a = 0; a < 16; ++a) {
      bins.u32(0).f32(2).f32(0.5F).f32(4).f32(20).f32(0.5F).u32(a).u32(a + 16);
    }
    std::string header = tests::listmode_header(16,
                                                "Attenuation correction flag: 1\nScatter correction flag: 1\n"
                                                "Random correction flag: 1\nNormalization correction flag: 1\n"
                                                "Calibration factor: 10\n");
    header.replace(header.find("list-mode"), 9, "histogram").replace(header.find("data.cdf"), 8, "own.cdf");
    std::ofstream(path("RING.geom")) << tests::ring_geom;
    std::ofstream(path("own.cdf"), std::ios::binary) << bins.all();
    std::ofstream(path("own.cdh")) << header;
    const app::RunResult result = app::run_job(job(path("own.cdh"), "own"), silent_);
    QCOMPARE(result.image.unit, std::string("Bq/mL"));
    QVERIFY(record_of(result, "efficiencies").starts_with("normalization factors"));
    QVERIFY(record_of(result, "attenuation").starts_with("factors of the bins"));
    QVERIFY(record_of(result, "randoms").find("32 counts") != std::string::npos);  // 16 LORs of 1 / s in 2 s
  }

  void settings_that_do_not_fit() {
    if (!fs::exists(points_file)) {
      QSKIP("The simulator's files are not beside this checkout.");
    }
    io::Job petsird = job(points_file, "petsird");
    petsird.corrections.normalization = path("points_norm.cdh");
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_job(petsird, silent_));
  }
};

COINCIDE_TEST_CLASS(CastorImagesTest)
#include "castor_images_test.moc"
