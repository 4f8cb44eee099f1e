// Poses, the few that stand for many, and images and LORs that move with them.

#include <QtTest>
#include <cmath>
#include <cstring>
#include <numbers>
#include <random>
#include <vector>

#include "projectors/error.h"
#include "projectors/projector.h"
#include "recon/motion/moved_crystals.h"
#include "recon/motion/moved_image.h"
#include "recon/motion/pose_clusters.h"
#include "recon/motion/poses.h"
#include "recon/sensitivity.h"
#include "support/small_scanner.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Image;
using recon::LiveBlock;
using recon::Point;
using recon::Pose;
using recon::PoseMap;
using recon::PoseRow;
using recon::PoseTable;

Pose turned_about_z(double degrees, const Point& t_mm) {
  const double half = degrees / 2 * std::numbers::pi / 180;
  return {{std::cos(half), 0, 0, std::sin(half)}, t_mm};
}

/// 20 mm and 10 degrees.
Pose nodded() { return turned_about_z(10, {0, 20, 0}); }

/// Time blocks of 1 s.
std::vector<LiveBlock> recorded(std::uint32_t start_ms, std::uint32_t stop_ms) {
  std::vector<LiveBlock> blocks;
  for (; start_ms < stop_ms; start_ms += 1000) {
    blocks.push_back({{start_ms, std::min(start_ms + 1000, stop_ms)}});
  }
  return blocks;
}

/// A round warm object off the middle, much wider than a voxel.
Image blob(const Point& centre_mm) {
  Image image(recon::centred_grid({61, 61, 21}, {2, 2, 2}, {0, 0, 0}), 0, "Bq/mL");
  for (int i = 0; i < 61; ++i) {
    for (int j = 0; j < 61; ++j) {
      for (int k = 0; k < 21; ++k) {
        const double x = 2 * i - 60 - centre_mm[0], y = 2 * j - 60 - centre_mm[1], z = 2 * k - 20 - centre_mm[2];
        image.at(i, j, k) = static_cast<float>(std::exp(-(x * x + 0.5 * y * y + z * z) / 200));
      }
    }
  }
  return image;
}

double line_integral(const Image& image, const recon::Vec3& from, const recon::Vec3& to) {
  float value = 0;
  projectors::Projector(image.grid, {.num_threads = 1})
      .forward({.start_mm = from.data(), .end_mm = to.data(), .count = 1}, projectors::NoTof{}, image.values.data(),
               &value);
  return value;
}

}  // namespace

class MotionTest : public QObject {
  Q_OBJECT

 private slots:
  void poses_turn_and_shift() {
    const PoseMap map(turned_about_z(90, {10, 0, -5}));
    const Point moved = map.to_scanner({1, 2, 3});
    QVERIFY(std::abs(moved[0] - 8) < 1e-12 && std::abs(moved[1] - 1) < 1e-12 && std::abs(moved[2] + 2) < 1e-12);
    const PoseMap any({{0.5, -0.5, 0.5, 0.5}, {3, -7, 11}});
    const Point back = any.to_reference(any.to_scanner({1, 2, 3}));
    QVERIFY(std::abs(back[0] - 1) + std::abs(back[1] - 2) + std::abs(back[2] - 3) < 1e-12);
  }

  /// The same table counted from three zeros; rows in any order.
  void a_pose_holds_until_the_next() {
    for (const double zero_s : {0.0, 100.1, -3599.9}) {
      const std::vector<PoseRow> rows{{20.3 - zero_s, nodded()}, {-zero_s, {}}, {10.1 - zero_s, turned_about_z(5, {})}};
      const PoseTable table(rows, zero_s);
      QCOMPARE(table.pose(table.row_at(0)), Pose{});
      QCOMPARE(table.row_at(10'099), std::size_t{0});
      QCOMPARE(table.row_at(10'100), std::size_t{1});
      QCOMPARE(table.row_at(4'000'000'000), std::size_t{2});
      QCOMPARE(table.row_at(20'299), std::size_t{1});
    }
  }

  void tables_that_are_none_are_refused() {
    const auto refuses = [](const std::vector<PoseRow>& rows) {
      try {
        PoseTable table(rows, 0);
      } catch (const InputError&) {
        return true;
      }
      return false;
    };
    QVERIFY(refuses({}));
    QVERIFY(refuses({{0, {}}, {0.0001, nodded()}}));
    QVERIFY(refuses({{0, {{1, 0, 0, 0.2}, {}}}}));
    QVERIFY(refuses({{0, {{0, 0, 0, 0}, {}}}}));
    QVERIFY(refuses({{0, {{1, 0, 0, 0}, {std::nan(""), 0, 0}}}}));
    QVERIFY(!refuses({{0, {{1.004, 0, 0, 0}, {}}}}));
  }

  void tables_that_do_not_cover_the_frame_are_refused_data() {
    QTest::addColumn<int>("start_ms");
    QTest::addColumn<int>("stop_ms");
    QTest::addColumn<bool>("covers");
    QTest::newRow("within") << 1000 << 3000 << true;
    QTest::newRow("as long as the longest") << 1000 << 3500 << true;
    QTest::newRow("before") << 999 << 2000 << false;
    QTest::newRow("behind") << 2500 << 3501 << false;
  }
  /// Rows at 1, 1.5 and 2.5 s: the last may hold for 1 s, too, and then nothing is known. One pose is for all times.
  void tables_that_do_not_cover_the_frame_are_refused() {
    QFETCH(int, start_ms);
    QFETCH(int, stop_ms);
    QFETCH(bool, covers);
    const recon::TimeInterval frame{static_cast<std::uint32_t>(start_ms), static_cast<std::uint32_t>(stop_ms)};
    const std::vector<PoseRow> rows{{1, {}}, {1.5, nodded()}, {2.5, {}}}, one{{0, nodded()}};
    PoseTable(one, 0).check_covers(frame);
    try {
      const PoseTable table(rows, 0.5);
      table.check_covers({frame.start_ms + 500, frame.stop_ms + 500});
      QVERIFY(covers);
    } catch (const InputError& error) {
      const QString sentence = error.what();
      QVERIFY2(!covers && sentence.contains("begin at 1.5 s") && sentence.contains("the last of them at 3 s") &&
                   sentence.contains(QString("from %1 s to %2 s").arg(1e-3 * start_ms + 0.5).arg(1e-3 * stop_ms + 0.5)),
               error.what());
    }
  }

  void poses_follow_one_another() {
    const Pose first{{0.5, -0.5, 0.5, 0.5}, {3, -7, 11}}, second = turned_about_z(30, {1, 2, 3});
    const Point p{4, 5, 6};
    const Point expected = PoseMap(second).to_scanner(PoseMap(first).to_scanner(p));
    const Point both = PoseMap(then(first, second)).to_scanner(p);
    const Point back = PoseMap(inverse(first)).to_scanner(PoseMap(first).to_scanner(p));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      QVERIFY(std::abs(both[axis] - expected[axis]) < 1e-12 && std::abs(back[axis] - p[axis]) < 1e-12);
    }
    QCOMPARE(then(first, Pose{}), first);
    QCOMPARE(then(Pose{}, first), first);
    const std::vector<float> quarter{0, -1, 0, 7, 1, 0, 0, 8, 0, 0, 1, 9};
    const Point turned = PoseMap(recon::pose_of_matrix(quarter)).to_scanner(p);
    QVERIFY(std::abs(turned[0] - 2) + std::abs(turned[1] - 12) + std::abs(turned[2] - 15) < 1e-6);
    for (const std::vector<float>& wrong : {std::vector<float>{1, 0, 0, 0},
                                            {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0},
                                            {1, 0.1F, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0},
                                            {1, 0, 0, 0, 0, 1, 0, NAN, 0, 0, 1, 0}}) {
      QVERIFY_THROWS_EXCEPTION(InputError, recon::pose_of_matrix(wrong));
    }
  }

  /// 600 rows of noise around three poses.
  void clusters_stand_where_the_poses_are() {
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 0.05);
    const std::vector<Pose> stands{{}, nodded(), turned_about_z(-8, {5, 0, 3})};
    std::vector<PoseRow> rows;
    for (int i = 0; i < 600; ++i) {
      const std::size_t stand = i < 300 ? 0 : i < 500 ? 1 : 2;
      Pose pose = stands[stand];
      for (double& t : pose.t_mm) {
        t += noise(random);
      }
      if (i % 2 == 0) {  // the same rotation
        for (double& q : pose.q) {
          q = -q;
        }
      }
      rows.push_back({static_cast<double>(i), pose});
    }
    const auto clusters = recon::cluster_poses(PoseTable(rows, 0), recorded(0, 600'000), {.near_mm = 1});
    QCOMPARE(clusters.poses.size(), std::size_t{3});
    const std::array<double, 3> shares{300.0 / 600, 200.0 / 600, 100.0 / 600};
    for (std::size_t stand = 0; stand < 3; ++stand) {
      const std::uint32_t cluster = clusters.cluster_of_row[stand == 0 ? 0 : stand == 1 ? 300 : 599];
      QVERIFY(recon::distance_mm(clusters.poses[cluster], stands[stand], {}) < 0.02);
      QVERIFY(std::abs(clusters.weights[cluster] - shares[stand]) < 1e-12);
    }
    QVERIFY(clusters.farthest_mm > 0.05 && clusters.farthest_mm < 0.3);

    std::vector<PoseRow> drift;
    drift.reserve(1000);
    for (int i = 0; i < 1000; ++i) {
      drift.push_back({static_cast<double>(i), turned_about_z(0.01 * i, {0.02 * i, 0, 0})});
    }
    const auto few = recon::cluster_poses(PoseTable(drift, 0), recorded(0, 1'000'000), {});
    QCOMPARE(few.poses.size(), std::size_t{32});
    QVERIFY2(few.farthest_mm < 0.8, std::to_string(few.farthest_mm).c_str());  // 23 mm of way in 32 parts
  }

  /// What was not recorded in the frame has no part in it; decay and dead time have.
  void weights_are_those_of_the_frame() {
    const std::vector<PoseRow> rows{{0, {}}, {100, nodded()}, {200, {}}};
    const PoseTable table(rows, 0);
    const auto second = recon::cluster_poses(table, recorded(120'000, 180'000), {});
    QCOMPARE(second.poses, std::vector<Pose>{table.pose(1)});
    QCOMPARE(second.weights, std::vector<double>{1});
    QCOMPARE(second.cluster_of_row[0], recon::PoseClusters::none);

    std::vector<LiveBlock> gates = recorded(0, 10'000);
    for (const LiveBlock& block : recorded(100'000, 150'000)) {
      gates.push_back(block);
    }
    const auto uneven = recon::cluster_poses(table, gates, {});
    QVERIFY(std::abs(uneven.weights[uneven.cluster_of_row[1]] - 50.0 / 60) < 1e-12);
    for (LiveBlock& block : gates) {
      block.live = block.time.start_ms < 100'000 ? 1 : 0.2;
    }
    const auto dead = recon::cluster_poses(table, gates, {});
    QVERIFY(std::abs(dead.weights[dead.cluster_of_row[1]] - 0.5) < 1e-12);
    QVERIFY(std::abs(dead.randoms[dead.cluster_of_row[1]] - 0.5) < 1e-12);

    const auto decaying = recon::cluster_poses(table, recorded(0, 300'000), {.half_life_s = 100});
    QCOMPARE(decaying.poses.size(), std::size_t{2});  // the first and the last row are one pose
    QVERIFY(std::abs(decaying.weights[decaying.cluster_of_row[1]] - 2.0 / 7) < 1e-12);   // of 1, 1/2, 1/4
    QVERIFY(std::abs(decaying.randoms[decaying.cluster_of_row[1]] - 4.0 / 21) < 1e-12);  // of 1, 1/4, 1/16
    QVERIFY_THROWS_EXCEPTION(InputError, recon::cluster_poses(table, {}, {}));

    const std::vector<LiveBlock> long_block{{{90'000, 190'000}}};  // its events are all taken to be at its start
    QCOMPARE(recon::cluster_poses(table, long_block, {}).poses, std::vector<Pose>{Pose{}});
  }

  void what_does_not_move_keeps_its_bits() {
    std::mt19937 random(3);
    Image image(recon::centred_grid({7, 8, 9}, {1.3F, 2.7F, 3.1F}, {11.7F, -3.3F, 0.9F}), 0);
    for (float& value : image.values) {
      value = static_cast<float>(random()) * 1e-9F;
    }
    const std::vector<PoseRow> rows{{0, {}}, {10, {}}};
    const auto clusters = recon::cluster_poses(PoseTable(rows, 0), recorded(0, 20'000), {});
    QCOMPARE(recon::moved_image(image, clusters.poses[0], image.grid).values, image.values);
    const auto& crystals = small_scanner().crystal_centre_mm;
    QCOMPARE(recon::points_at_reference(crystals, clusters.poses), crystals);
  }

  /// A LOR through the body in the scanner and the moved LOR through the body at its reference see the same.
  void lors_move_against_the_body() {
    const Image at_reference = blob({10, -5, 2});
    const Image in_scanner = recon::moved_image(at_reference, nodded(), at_reference.grid);
    QCOMPARE(in_scanner.unit, std::string("Bq/mL"));
    const std::vector<recon::Vec3> ends = small_scanner({.modules = 12, .radius_mm = 150}).crystal_centre_mm;
    const std::vector<Pose> poses{{}, nodded()};
    const std::vector<recon::Vec3> points = recon::points_at_reference(ends, poses);
    QCOMPARE(points.size(), 2 * ends.size());
    double largest = 0, worst = 0, unmoved = 0;
    for (std::size_t a = 0; a < ends.size(); ++a) {
      for (std::size_t b = a + 24; b < ends.size(); ++b) {
        const double expected = line_integral(in_scanner, ends[a], ends[b]);
        const double moved = line_integral(at_reference, points[ends.size() + a], points[ends.size() + b]);
        largest = std::max(largest, expected);
        worst = std::max(worst, std::abs(moved - expected));
        unmoved = std::max(unmoved, std::abs(line_integral(at_reference, ends[a], ends[b]) - expected));
      }
    }
    QVERIFY2(worst < 0.02 * largest, std::to_string(worst / largest).c_str());
    QVERIFY(unmoved > 0.3 * largest);
  }

  /// Even places give each pose as many as it weighs.
  void pairs_are_shared_out_by_weight() {
    const std::vector<recon::Vec3> points(6);
    const std::vector<double> weights{1, 0, 3};
    const recon::MovedCrystals moved(points, weights);
    QCOMPARE(moved.num_crystals(), 2U);
    std::array<int, 3> count{};
    for (int place = 0; place < 400; ++place) {
      ++count[moved.pose_at((place + 0.5) / 400)];
    }
    QCOMPARE(count, (std::array<int, 3>{100, 0, 300}));
    QCOMPARE(moved.pose_at(1), 2U);
    const std::vector<double> two{1, 1}, four{1, 1, 1, 1}, nothing{0, 0, 0};
    QCOMPARE(recon::MovedCrystals(points, two).num_crystals(), 3U);
    QVERIFY_THROWS_EXCEPTION(InputError, recon::MovedCrystals(points, four));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::MovedCrystals(points, nothing));
    QVERIFY_THROWS_EXCEPTION(InputError, recon::MovedCrystals(points, two, {1}));
    const recon::MovedCrystals decaying(points, two, {1.5, 0.5});
    QCOMPARE(decaying.randoms_at(2), 1.5);  // of three points each
    QCOMPARE(decaying.randoms_at(3), 0.5);
    QCOMPARE(moved.randoms_at(5), 1.0);
  }

  void sensitivity_is_that_of_the_places_stood_at_data() {
    QTest::addColumn<bool>("tof");
    QTest::newRow("non-TOF") << false;
    QTest::newRow("short TOF range") << true;
  }
  /// s_ref(v) = sum w_k s(T_k v), from the sensitivity of the scanner at rest on a grid around all poses.
  void sensitivity_is_that_of_the_places_stood_at() {
    QFETCH(bool, tof);
    SmallScannerOptions options{.modules = 16, .transaxial = 6, .axial = 6, .radius_mm = 130};
    options.tof_bins = tof ? 5 : 1;
    options.tof_width_mm = tof ? 20 : 400;
    const recon::Scanner scanner = small_scanner(options);
    const recon::Efficiencies none;
    const recon::MultiplicativeModel model(scanner, none, {});
    const std::vector<Pose> poses{{}, turned_about_z(10, {0, 12, 6})};
    const std::vector<double> weights{0.3, 0.7};
    const recon::MovedCrystals moved(recon::points_at_reference(scanner.crystal_centre_mm, poses), weights);
    const recon::ImageGrid grid = recon::centred_grid({15, 15, 9}, {4, 4, 4}, {0, 0, 0});
    recon::Reporter silent;
    const Image found = recon::sensitivity_image(model, grid, nullptr, {.tof = tof, .moved = &moved}, silent);
    const Image at_rest = recon::sensitivity_image(model, recon::centred_grid({31, 31, 17}, {4, 4, 4}, {0, 0, 0}),
                                                   nullptr, {.tof = tof}, silent);
    // T_1 as the inverse of the pose that turns and shifts back.
    const Point back = PoseMap(poses[1]).to_reference({});
    const Image first = recon::moved_image(at_rest, {}, grid);
    const Image second = recon::moved_image(at_rest, turned_about_z(-10, back), grid);
    double squares = 0, unmoved = 0, mean = 0;
    for (std::size_t i = 0; i < found.values.size(); ++i) {
      const double expected = 0.3 * first.values[i] + 0.7 * second.values[i];
      squares += std::pow(found.values[i] - expected, 2);
      unmoved += std::pow(first.values[i] - expected, 2);
      mean += expected;
    }
    const auto voxels = static_cast<double>(found.values.size());
    mean /= voxels;
    const double error = std::sqrt(squares / voxels) / mean, without = std::sqrt(unmoved / voxels) / mean;
    qInfo("rms error %.4f of the mean; without movement %.4f", error, without);
    QVERIFY(error < 0.05);
    QVERIFY(without > 3 * error);
  }

  /// Noise of drawing a pose for each pair goes into each update, as that of the prompts does.
  void many_prompts_draw_more_poses() {
    const recon::Scanner scanner = small_scanner({.modules = 16, .transaxial = 6, .axial = 6, .radius_mm = 130});
    const recon::Efficiencies none;
    const recon::MultiplicativeModel model(scanner, none, {});
    const recon::ImageGrid grid = recon::centred_grid({15, 15, 9}, {4, 4, 4}, {0, 0, 0});
    const std::vector<Pose> poses{{}, turned_about_z(10, {0, 12, 6}), turned_about_z(4, {5, 0, 1})};
    const std::vector<double> weights{0.3, 0.5, 0.2};
    recon::Reporter silent;
    const auto of_poses = [&](std::span<const Pose> some, std::span<const double> shares, std::uint64_t prompts) {
      const recon::MovedCrystals moved(recon::points_at_reference(scanner.crystal_centre_mm, some), shares);
      return recon::sensitivity_image(model, grid, nullptr, {.num_prompts = prompts, .moved = &moved}, silent).values;
    };
    std::vector<double> exact(static_cast<std::size_t>(grid.num_voxels()));
    for (std::size_t i = 0; i < poses.size(); ++i) {
      const std::vector<float> of_one = of_poses(std::span(poses).subspan(i, 1), std::span(weights).subspan(i, 1), 0);
      for (std::size_t voxel = 0; voxel < exact.size(); ++voxel) {
        exact[voxel] += weights[i] * of_one[voxel];
      }
    }
    const auto error = [&](std::uint64_t prompts) {
      const std::vector<float> found = of_poses(poses, weights, prompts);
      double squares = 0, mean = 0;
      for (std::size_t voxel = 0; voxel < exact.size(); ++voxel) {
        squares += std::pow(found[voxel] - exact[voxel], 2);
        mean += exact[voxel];
      }
      const auto voxels = static_cast<double>(exact.size());
      return std::sqrt(squares / voxels) / (mean / voxels);
    };
    const double usual = error(0), of_many = error(100'000'000);
    qInfo("rms error %.5f of the mean; for many prompts %.5f", usual, of_many);
    QVERIFY(usual < 0.01);
    QVERIFY(of_many < 0.2 * usual);
    const recon::MovedCrystals moved(recon::points_at_reference(scanner.crystal_centre_mm, poses), weights);
    QVERIFY(recon::sensitivity_key(model, grid, nullptr, {.moved = &moved}) !=
            recon::sensitivity_key(model, grid, nullptr, {.num_prompts = 100'000'000, .moved = &moved}));
  }
};

COINCIDE_TEST_CLASS(MotionTest)

}  // namespace coincide::tests

#include "motion_test.moc"
