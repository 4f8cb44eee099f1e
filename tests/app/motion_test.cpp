// A run of data in which the object moves: simulated in two halves, with the phantom where the poses say it was.

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <utility>

#include "app/job_setup.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "io/scanner_file.h"
#include "projectors/error.h"
#include "recon/motion/live_blocks.h"
#include "recon/motion/poses.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/stages.h"
#include "recon/simulation/simulation.h"
#include "support/memory_events.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::Phantom;
using recon::Point;
using recon::Pose;
using recon::PoseMap;
using recon::PoseRow;
using recon::Shape;
using recon::Vec3;

constexpr double half_s = 0.5;            ///< of the acquisition
constexpr std::uint32_t start_ms = 5000;  ///< of it on the data's clock
constexpr auto half_time_ms = start_ms + static_cast<std::uint32_t>(1000 * half_s);

Pose turned_about_z(double degrees, const Point& t_mm) {
  const double half = degrees / 2 * std::numbers::pi / 180;
  return {{std::cos(half), 0, 0, std::sin(half)}, t_mm};
}

/// 20 mm and 10 degrees.
Pose nodded() { return turned_about_z(10, {0, 16, 12}); }

/// A cylinder and balls stay what they are when they are turned about z.
Phantom moved(Phantom phantom, const Pose& pose) {
  const PoseMap map(pose);
  for (Shape& shape : phantom.shapes) {
    const Point centre = map.to_scanner({shape.centre_mm[0], shape.centre_mm[1], shape.centre_mm[2]});
    shape.centre_mm = {static_cast<float>(centre[0]), static_cast<float>(centre[1]), static_cast<float>(centre[2])};
  }
  return phantom;
}

constexpr double activity = 30'000;  // Bq/mL

Phantom cylinder() {
  return {"cylinder", {{recon::ShapeKind::elliptic_cylinder, "body", {0, 0, 0}, {30, 30, 22}, activity, 0.096}}};
}

Phantom balls() {
  Phantom phantom = cylinder();
  for (const Vec3& centre : {Vec3{18, 0, 0}, Vec3{-8, 14, -8}, Vec3{-6, -16, 8}}) {
    phantom.shapes.push_back({recon::ShapeKind::ellipsoid, "ball", centre, {5, 5, 5}, 8 * activity, 0.096});
  }
  return phantom;
}

/// Hands events on, later.
class Later final : public recon::EventSink {
 public:
  Later(recon::EventSink& sink, std::uint32_t by_ms) : sink_(sink), by_ms_(by_ms) {}
  void write(recon::TimeInterval interval, const recon::EventBlock& events) override {
    sink_.write({interval.start_ms + by_ms_, interval.stop_ms + by_ms_}, events);
  }

 private:
  recon::EventSink& sink_;
  std::uint32_t by_ms_;
};

/// Two halves of a phantom, the second in another pose.
MemoryEvents acquisition(const Phantom& phantom, const Pose& first, const Pose& second,
                         recon::SimulationOptions options = {}) {
  const io::ScannerDescription small = io::read_scanner(COINCIDE_RESOURCES "/scanners/small.toml");
  MemoryEvents events(small.scanner, 100'000);
  events.table = small.efficiencies;
  recon::Reporter silent;
  options.duration_s = half_s;
  std::uint32_t later_ms = start_ms;
  for (const Pose& pose : {first, second}) {
    Later sink(events, later_ms);
    recon::simulate(events.scanner(), events.efficiencies(), moved(phantom, pose), options, sink, silent);
    later_ms += static_cast<std::uint32_t>(1000 * half_s);
    ++options.seed;
  }
  return events;
}

const recon::ImageGrid grid = recon::centred_grid({23, 23, 17}, {3.5F, 3.5F, 3.5F}, {0, 0, 0});

struct Job {
  recon::ImageGrid grid = tests::grid;
  std::vector<PoseRow> poses{};
  recon::MotionOptions motion{};
  recon::FrameOptions frame{};
  const Image* attenuation = nullptr;
  bool tof = true;
  recon::CorrectionOptions corrections{.scatter = recon::ScatterMethod::none};  // none is simulated
  recon::QuantificationOptions quantification{};
};

struct Done {
  Image image;
  recon::RunRecord record;
  std::vector<std::string> warnings;
};

/// Keeps warnings.
struct Listener final : recon::Reporter {
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  std::vector<std::string> warnings;
};

/// Calls `work` with a run of the job.
template <class Work>
void with_run(recon::EventSource& events, const Job& job, recon::Reporter& reporter, const Work& work) {
  recon::RunInputs inputs{.events = &events,
                          .grid = job.grid,
                          .attenuation = job.attenuation,
                          .anatomical = {},
                          .poses = job.poses,
                          .store = {},
                          .findings = {}};
  const recon::AlgorithmOptions algorithm{.subsets = 4, .tof = job.tof};
  const recon::PriorOptions prior;
  const recon::StopOptions stop{.passes = 4};
  const recon::RunSettings settings{.frame = job.frame,
                                    .motion = job.motion,
                                    .corrections = job.corrections,
                                    .algorithm = algorithm,
                                    .prior = prior,
                                    .stop = stop,
                                    .quantification = job.quantification};
  recon::ComputeDevice cpu;
  recon::RunState state(inputs, settings, cpu, reporter);
  work(state);
}

Done reconstruct(recon::EventSource& events, const Job& job) {
  Listener listener;
  Done done;
  with_run(events, job, listener, [&](recon::RunState& run) {
    recon::run_stages(run);
    done = {std::move(run.image), std::move(run.record), {}};
  });
  done.warnings = std::move(listener.warnings);
  return done;
}

/// What an error says; empty if there is none.
QString refusal(recon::EventSource& events, const Job& job) {
  try {
    reconstruct(events, job);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// The additive terms b of the events, in their order.
std::vector<float> randoms_of_events(recon::EventSource& events, const Job& job) {
  recon::Reporter silent;
  std::vector<float> all;
  with_run(events, job, silent, [&](recon::RunState& run) {
    recon::load_events(run);
    recon::correct_events(run);
    for (int subset = 0; subset < run.data->num_subsets(); ++subset) {
      const std::span<float> additive = run.data->subset(subset).additive;
      all.insert(all.end(), additive.begin(), additive.end());
    }
  });
  return all;
}

/// Writes the events of an acquisition, and each movement in front of the time blocks of its time.
void write_petsird(const MemoryEvents& source, const std::vector<recon::Movement>& movements,
                   const std::filesystem::path& path) {
  io::PetsirdWriter writer(path, source.scanner(), source.efficiencies());
  const recon::EventBlock& all = source.events;
  std::size_t next = 0;
  for (std::uint32_t time_ms = start_ms; next < all.size(); time_ms += source.step_ms) {
    for (const recon::Movement& movement : movements) {
      if (movement.start_ms >= time_ms && movement.start_ms < time_ms + source.step_ms) {
        writer.write(movement);
      }
    }
    recon::EventBlock block;
    for (; next < all.size() && all.time_ms[next] == time_ms; ++next) {
      block.crystal_a.push_back(all.crystal_a[next]);
      block.crystal_b.push_back(all.crystal_b[next]);
      block.tof_bin.push_back(all.tof_bin[next]);
      block.delayed.push_back(all.delayed[next]);
    }
    writer.write({time_ms, time_ms + source.step_ms}, block);
  }
  writer.finish();
}

/// Leaves out three of four events of the second half, whose crystals are then alive for half of the time.
void tire_at_half_time(MemoryEvents& events) {
  const recon::EventBlock all = std::exchange(events.events, {});
  std::mt19937 random(9);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.time_ms[i] < half_time_ms || random() % 4 == 0) {
      events.add(all.crystal_a[i], all.crystal_b[i], all.tof_bin[i], all.time_ms[i], all.delayed[i] != 0);
    }
  }
  const std::vector<float> halves(events.scanner().num_crystals(), 0.5F);
  events.alive = {{.time = {start_ms, half_time_ms}, .bin = {{}}, .module_pair = {}},
                  {.time = {half_time_ms, 2 * half_time_ms - start_ms}, .bin = {halves}, .module_pair = {}}};
}

/// The second pose from half time on, counted from the first moment of the data.
std::vector<PoseRow> at_half_time(const Pose& second) { return {{0, {}}, {half_s, second}}; }

std::string motion_row(const recon::RunRecord& record) {
  const auto row = std::ranges::find(record.corrections, "motion", &std::pair<std::string, std::string>::first);
  return row == record.corrections.end() ? "" : row->second;
}

Vec3 middle_of(const recon::ImageGrid& grid, std::int64_t i, std::int64_t j, std::int64_t k) {
  return {grid.origin_mm[0] + static_cast<float>(i) * grid.voxel_size_mm[0],
          grid.origin_mm[1] + static_cast<float>(j) * grid.voxel_size_mm[1],
          grid.origin_mm[2] + static_cast<float>(k) * grid.voxel_size_mm[2]};
}

template <class Visit>
void for_voxels(const Image& image, const Visit& visit) {
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < image.grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < image.grid.shape[2]; ++k) {
        visit(image.at(i, j, k), middle_of(image.grid, i, j, k));
      }
    }
  }
}

/// Mean in the hot balls over that of the phantom's body far from them.
double contrast(const Image& image, const Phantom& phantom) {
  double hot = 0, hot_voxels = 0, warm = 0, warm_voxels = 0;
  for_voxels(image, [&](float value, const Vec3& place) {
    const bool in_ball = phantom.activity_at(place) > 2 * activity;
    double nearest_mm = 1e9;
    for (const Shape& shape : phantom.shapes) {
      const Vec3& c = shape.centre_mm;
      nearest_mm = shape.name == "ball"
                       ? std::min<double>(nearest_mm, std::hypot(place[0] - c[0], place[1] - c[1], place[2] - c[2]))
                       : nearest_mm;
    }
    const bool in_body = std::hypot(place[0], place[1]) < 24 && std::abs(place[2]) < 16 && nearest_mm > 12;
    hot += in_ball ? value : 0;
    hot_voxels += in_ball;
    warm += in_body ? value : 0;
    warm_voxels += in_body;
  });
  return hot / hot_voxels / (warm / warm_voxels);
}

struct Flatness {
  double mean = 0;       ///< over the truth
  double deviation = 0;  ///< rms of the regions from the truth
};

/// Of means in 4 sectors x 2 rings x 4 slabs of the cylinder, away from its surface.
Flatness flatness(const Image& image) {
  std::array<double, 32> sum{}, voxels{};
  for_voxels(image, [&](float value, const Vec3& place) {
    const double r_mm = std::hypot(place[0], place[1]);
    if (r_mm < 24 && std::abs(place[2]) < 16) {
      const int sector = (place[0] > 0 ? 1 : 0) + (place[1] > 0 ? 2 : 0);
      const auto slab = static_cast<int>((place[2] + 16) / 8);
      const auto region = static_cast<std::size_t>((sector * 2 + (r_mm > 16 ? 1 : 0)) * 4 + slab);
      sum[region] += value;
      voxels[region] += 1;
    }
  });
  Flatness flat;
  for (std::size_t region = 0; region < sum.size(); ++region) {
    const double relative = sum[region] / voxels[region] / activity;
    flat.mean += relative / static_cast<double>(sum.size());
    flat.deviation += (relative - 1) * (relative - 1) / static_cast<double>(sum.size());
  }
  flat.deviation = std::sqrt(flat.deviation);
  return flat;
}

}  // namespace

class MotionCorrectionTest : public QObject {
  Q_OBJECT

 private slots:
  void poses_that_do_not_move_keep_the_bits() {
    MemoryEvents events = acquisition(balls(), {}, {}, {.randoms_fraction = 0.2});
    const Image mu = recon::attenuation_image(balls(), grid, {});
    const Image still = reconstruct(events, {.attenuation = &mu}).image;
    const Done identity = reconstruct(events, {.poses = {{0, {}}, {0.4, {}}, {0.6, {}}}, .attenuation = &mu});
    QVERIFY(still.values.size() == static_cast<std::size_t>(grid.num_voxels()));
    QCOMPARE(identity.image.values, still.values);
    QVERIFY2(motion_row(identity.record).find("3 poses gathered in 1, up to 0 mm") != std::string::npos,
             motion_row(identity.record).c_str());
  }

  /// A quarter turn and whole voxels: the grid that moves with the object has the same LORs to the same voxels.
  void a_constant_pose_gives_the_image_moved() {
    const Pose pose = turned_about_z(90, {10.5, -7, 7});
    MemoryEvents events = acquisition(balls(), pose, pose);
    const Image mu = recon::attenuation_image(balls(), grid, {});
    const Image mu_in_scanner = recon::attenuation_image(moved(balls(), pose), grid, {});
    const Image at_reference = reconstruct(events, {.poses = {{0, pose}}, .attenuation = &mu}).image;
    const Image in_scanner =
        reconstruct(events, {.grid = recon::centred_grid(grid.shape, grid.voxel_size_mm, {10.5, -7, 7}),
                             .attenuation = &mu_in_scanner})
            .image;
    const auto n = grid.shape[0];
    double largest = 0, squares = 0, all = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
          const double there = in_scanner.at(n - 1 - j, i, k);
          largest = std::max(largest, there);
          squares += std::pow(at_reference.at(i, j, k) - there, 2);
          all += there * there;
        }
      }
    }
    qInfo("rms difference %.2e of the image", std::sqrt(squares / all));
    QVERIFY(largest > 2 * activity);
    QVERIFY(std::sqrt(squares / all) < 0.01);
  }

  void what_moves_at_half_time_stays_sharp_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }
  void what_moves_at_half_time_stays_sharp() {
    QFETCH(bool, tof);
    const recon::SimulationOptions options{.attenuation = false};
    MemoryEvents still = acquisition(balls(), {}, {}, options);
    MemoryEvents moving = acquisition(balls(), {}, nodded(), options);
    const double sharp = contrast(reconstruct(still, {.tof = tof}).image, balls());
    const double corrected =
        contrast(reconstruct(moving, {.poses = at_half_time(nodded()), .tof = tof}).image, balls());
    const double blurred = contrast(reconstruct(moving, {.tof = tof}).image, balls());
    qInfo("contrast %.3f at rest, %.3f corrected, %.3f not corrected", sharp, corrected, blurred);
    QVERIFY(std::abs(corrected / sharp - 1) < 0.05);
    QVERIFY(blurred < 0.75 * sharp);
  }

  void a_cylinder_that_moves_at_half_time_is_flat_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("TOF") << true;
    QTest::newRow("non-TOF") << false;
  }
  void a_cylinder_that_moves_at_half_time_is_flat() {
    QFETCH(bool, tof);
    const Image mu = recon::attenuation_image(cylinder(), grid, {});
    const recon::SimulationOptions options{.randoms_fraction = 0.2};
    MemoryEvents still = acquisition(cylinder(), {}, {}, options);
    MemoryEvents moving = acquisition(cylinder(), {}, nodded(), options);
    const Flatness at_rest = flatness(reconstruct(still, {.attenuation = &mu, .tof = tof}).image);
    const Flatness corrected =
        flatness(reconstruct(moving, {.poses = at_half_time(nodded()), .attenuation = &mu, .tof = tof}).image);
    const Flatness without = flatness(reconstruct(moving, {.attenuation = &mu, .tof = tof}).image);
    qInfo("activity %.4f, %.4f of the truth; regions deviate by %.4f at rest, %.4f corrected, %.4f not corrected",
          at_rest.mean, corrected.mean, at_rest.deviation, corrected.deviation, without.deviation);
    QVERIFY(std::abs(corrected.mean - 1) < 0.02);
    QVERIFY(corrected.deviation < 1.5 * at_rest.deviation + 0.005);
    QVERIFY(without.deviation > 3 * corrected.deviation);
  }

  /// A frame within the second pose is that of an object that always stood so.
  void a_frame_has_the_poses_of_its_own_time() {
    MemoryEvents events = acquisition(balls(), {}, nodded(), {.attenuation = false});
    const recon::FrameOptions second{.start_s = 1e-3 * start_ms + half_s};
    const Done table = reconstruct(events, {.poses = at_half_time(nodded()), .frame = second});
    const Done constant = reconstruct(events, {.poses = {{0, nodded()}}, .frame = second});
    QCOMPARE(table.image.values, constant.image.values);
    QVERIFY(motion_row(table.record).find("1 poses gathered in 1") != std::string::npos);
  }

  /// The same table counted from three moments.
  void tables_count_from_the_moment_that_is_said() {
    MemoryEvents events = acquisition(balls(), {}, nodded(), {.attenuation = false});
    const Image scan = reconstruct(events, {.poses = at_half_time(nodded())}).image;
    const double clock_s = 1e-3 * start_ms;
    const Image clock = reconstruct(events, {.poses = {{clock_s, {}}, {clock_s + half_s, nodded()}},
                                             .motion = {.zero = recon::TableZero::clock}})
                            .image;
    const Image injection = reconstruct(events, {.poses = {{3600, {}}, {3600 + half_s, nodded()}},
                                                 .motion = {.zero = recon::TableZero::scan, .zero_s = -3600}})
                                .image;
    QVERIFY(!scan.values.empty());
    QCOMPARE(clock.values, scan.values);
    QCOMPARE(injection.values, scan.values);
    try {
      reconstruct(events,
                  {.poses = at_half_time(nodded()), .motion = {.zero = recon::TableZero::clock, .zero_s = 5.5}});
      QFAIL("not covered");
    } catch (const InputError& error) {
      const QString sentence = error.what();
      QVERIFY2(sentence.contains("begin at 5.5 s") && sentence.contains("5 s to 6 s"), error.what());
    }
  }

  void what_the_file_says_that_moves_stays_sharp_data() {
    QTest::addColumn<bool>("gantry");
    QTest::newRow("bed") << false;
    QTest::newRow("gantry") << true;
  }
  /// A body on the bed goes where the bed goes; in a gantry that moves it seems to go the other way.
  void what_the_file_says_that_moves_stays_sharp() {
    QFETCH(bool, gantry);
    const Pose stated = nodded(), seen = gantry ? inverse(stated) : stated;
    const recon::SimulationOptions options{.attenuation = false};
    MemoryEvents still = acquisition(balls(), {}, {}, options);
    const MemoryEvents moving = acquisition(balls(), {}, seen, options);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("moving.petsird").toStdString();
    write_petsird(moving, {{.start_ms = half_time_ms, .of_gantry = gantry, .pose = stated}}, path);
    const auto file = io::open_listmode(path);
    const double sharp = contrast(reconstruct(still, {}).image, balls());
    const Done corrected = reconstruct(*file, {});
    const Done off = reconstruct(*file, {.corrections = {.motion = recon::StatedMotion::off}});
    const double corrected_contrast = contrast(corrected.image, balls());
    const double blurred = contrast(off.image, balls());
    qInfo("contrast %.3f at rest, %.3f corrected, %.3f not corrected", sharp, corrected_contrast, blurred);
    QVERIFY(std::abs(corrected_contrast / sharp - 1) < 0.05);
    QVERIFY(blurred < 0.75 * sharp);
    QVERIFY2(QString::fromStdString(motion_row(corrected.record)).contains("bed and gantry, whose places the file"),
             motion_row(corrected.record).c_str());
    QVERIFY2(motion_row(off.record).starts_with("not corrected"), motion_row(off.record).c_str());
    QVERIFY(
        std::ranges::any_of(off.warnings, [](const auto& one) { return one.starts_with("The bed or gantry moves"); }));
    QVERIFY(std::ranges::none_of(corrected.warnings,
                                 [](const auto& one) { return one.find("gantry") != std::string::npos; }));
  }

  /// The image is of a body on the bed at its reference position, wherever the bed stands.
  void a_bed_that_stands_elsewhere_is_a_constant_pose() {
    const Pose pose = turned_about_z(90, {10.5, -7, 7});
    MemoryEvents events = acquisition(balls(), pose, pose, {.attenuation = false});
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("elsewhere.petsird").toStdString();
    write_petsird(events, {{.start_ms = start_ms, .of_gantry = false, .pose = pose}}, path);
    const auto file = io::open_listmode(path);
    const Image stated = reconstruct(*file, {}).image;
    const Image given = reconstruct(events, {.poses = {{0, pose}}}).image;
    QVERIFY(contrast(stated, balls()) > 4);
    QVERIFY(std::abs(contrast(stated, balls()) / contrast(given, balls()) - 1) < 1e-3);
    QVERIFY(refusal(*file, {.grid = recon::centred_grid(grid.shape, grid.voxel_size_mm, {0, 0, 500})})
                .contains("the scanner then sees it around (7, 1"));
  }

  /// Poses say where the body is in the scanner, on its bed.
  void poses_and_movements_of_the_file_exclude_each_other() {
    MemoryEvents events = acquisition(balls(), {}, nodded(), {.attenuation = false});
    const Image expected = reconstruct(events, {.poses = at_half_time(nodded())}).image;
    events.moves_at_ms = half_time_ms;
    Job job{.poses = at_half_time(nodded())};
    const QString sentence = refusal(events, job);
    QVERIFY2(sentence.contains("input.motion") && sentence.contains("corrections.motion"), qPrintable(sentence));
    job.corrections.motion = recon::StatedMotion::off;
    QCOMPARE(reconstruct(events, job).image.values, expected.values);
  }

  /// Poses weigh as long as detectors were alive in them: a quarter of all pairs in the second.
  void dead_time_counts_in_the_weights_of_poses() {
    const Image mu = recon::attenuation_image(cylinder(), grid, {});
    MemoryEvents events = acquisition(cylinder(), {}, nodded(), {.randoms_fraction = 0});
    tire_at_half_time(events);
    const Job job{.poses = at_half_time(nodded()), .attenuation = &mu};
    recon::Reporter silent;
    with_run(events, job, silent, [](recon::RunState& run) {
      recon::load_events(run);
      const std::vector<recon::LiveBlock> blocks = recon::live_blocks(*run.data, run.model);
      QVERIFY(std::abs(blocks.front().live - 1.6) < 1e-6 && std::abs(blocks.back().live - 0.4) < 1e-6);
      QVERIFY(std::abs(run.data->moved()->shares()[0] - 0.8) < 1e-3);
    });
    const Flatness corrected = flatness(reconstruct(events, job).image);
    qInfo("activity %.4f of the truth; regions deviate by %.4f", corrected.mean, corrected.deviation);
    QVERIFY(std::abs(corrected.mean - 1) < 0.02);
  }

  void randoms_go_as_the_square_of_the_activity_data() {
    QTest::addColumn<double>("half_life_s");
    QTest::addColumn<bool>("tells");
    QTest::newRow("a half decays") << 1.0 << true;
    QTest::newRow("10.1 %") << 6.51 << true;
    QTest::newRow("9.9 %") << 6.65 << false;
    QTest::newRow("nothing") << 0.0 << false;
  }
  /// Where more than 10 % of the activity decay in the frame of 1 s.
  void randoms_go_as_the_square_of_the_activity() {
    QFETCH(double, half_life_s);
    QFETCH(bool, tells);
    MemoryEvents events = acquisition(cylinder(), {}, nodded(), {.randoms_fraction = 0.3});
    Job job{.poses = at_half_time(nodded())};
    const std::vector<float> without = randoms_of_events(events, job);
    job.quantification.half_life_s = half_life_s;
    const std::vector<float> with = randoms_of_events(events, job);
    const double at_half_time = half_life_s > 0 ? std::exp2(-half_s / half_life_s) : 1;
    const double first = 2 / (1 + at_half_time * at_half_time) / (2 / (1 + at_half_time));  // of randoms, of decays
    const double second = first * at_half_time;
    std::size_t of_first = 0, of_second = 0;
    for (std::size_t i = 0; i < with.size(); ++i) {
      const double ratio = with[i] / static_cast<double>(without[i]);
      of_first += std::abs(ratio - (tells ? first : 1)) < 1e-4;
      of_second += std::abs(ratio - (tells ? second : 1)) < 1e-4;
    }
    QVERIFY(with.size() > 1000);
    QCOMPARE(of_first + of_second, (tells ? 1 : 2) * with.size());
    QVERIFY(of_first > 0.4 * static_cast<double>(with.size()) && of_second > 0.4 * static_cast<double>(with.size()));
  }

  /// As gates and blood curves, poses may count from the injection.
  void the_zero_of_poses_may_be_the_injection() {
    io::Job job;
    job.input.motion_zero = io::PoseZero::injection;
    job.input.motion_zero_s = 2;
    QVERIFY_THROWS_EXCEPTION(InputError, app::run_settings(job));
    job.input.injection = "-3600";
    const recon::MotionOptions options = app::run_settings(job).motion;
    QVERIFY(options.zero == recon::TableZero::clock);
    QCOMPARE(options.zero_s, -3598.0);
  }

  void wrong_tables_are_refused_before_events_are_read_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("none") << ""
                          << "input.motion";
    QTest::newRow("column") << "time_s,qw,qx,qy,qz,tx_mm,ty_mm\n0,1,0,0,0,0,0\n"
                            << "tz_mm";
    QTest::newRow("length") << "time_s,qw,qx,qy,qz,tx_mm,ty_mm,tz_mm\n0,1,0,0,0.5,0,0,0\n"
                            << "a quaternion of length 1";
    QTest::newRow("twice") << "time_s,qw,qx,qy,qz,tx_mm,ty_mm,tz_mm\n3,1,0,0,0,0,0,0\n3,1,0,0,0,1,0,0\n"
                           << "has two at 3 s";
  }
  void wrong_tables_are_refused_before_events_are_read() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    io::Job job;
    job.simulation.scanner = "small";
    job.simulation.phantom = "cylinder";
    job.output.folder = folder.path().toStdString();
    job.input.motion = folder.filePath("poses.csv").toStdString();
    if (!text.isEmpty()) {
      std::ofstream(job.input.motion) << text.toStdString();
    }
    try {
      app::prepare_job(job);
      QFAIL("no error");
    } catch (const FileError& error) {
      QVERIFY2(QString(error.what()).contains(says), error.what());
    }
    std::ofstream(job.input.motion) << "time_s,qw,qx,qy,qz,tx_mm,ty_mm,tz_mm\n0,1,0,0,0,0,0,0\n";
    QCOMPARE(app::prepare_job(job).poses.size(), std::size_t{1});
  }
};

COINCIDE_TEST_CLASS(MotionCorrectionTest)

}  // namespace coincide::tests

#include "motion_test.moc"
