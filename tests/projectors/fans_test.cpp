// LORs that the kernels take together, those between two places around a scanner, whatever rings they join, and those
// side by side: against the double-precision reference, and against themselves one by one.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "projectors/lor_order.h"
#include "projectors/projector.h"
#include "support/joseph_reference.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide::projectors;
using namespace coincide::tests;

namespace {

ImageGrid grid_with_rows_of(int voxels) {
  return {{23, 19, voxels}, {-25.3F, -21.7F, -0.9F * static_cast<float>(voxels)}, {2.3F, 2.5F, 1.8F}};
}

/// Between the places (x, y) of two LOR ends, `count` LORs of any two axial coordinates: most through the image, many
/// through its end planes or beside them, some so steep that they count planes along the axis.
void add_fan(const ImageGrid& grid, const float* a, const float* b, int count, std::mt19937_64& random,
             LorArrays& lors) {
  const float half_mm = 0.5F * static_cast<float>(grid.shape[2]) * grid.voxel_size_mm[2];
  for (int i = 0; i < count; ++i) {
    const float reach_mm = i % 50 == 7 ? 40 * half_mm : 1.5F * half_mm;
    const float a_z = uniform(random, -reach_mm, reach_mm);
    const float b_z = i % 9 == 0 ? a_z : uniform(random, -reach_mm, reach_mm);
    lors.start.insert(lors.start.end(), {a[0], a[1], a_z});
    lors.end.insert(lors.end.end(), {b[0], b[1], b_z});
  }
}

/// Fans of all sizes from 1 to more than are taken at once, in all directions, also along the image's faces.
LorArrays fans(const ImageGrid& grid, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LorArrays lors;
  const float low_x = grid.origin_mm[0] - 0.5F * grid.voxel_size_mm[0];
  for (const int count : {1, 2, 7, 8, 9, 15, 16, 17, 33, 100, 511, 512, 513, 1300}) {
    for (int turn = 0; turn < 3; ++turn) {
      const float angle = uniform(random, 0, 6.3);
      const float other = angle + uniform(random, 2, 4.2);
      const float a[2] = {60 * std::cos(angle), 60 * std::sin(angle)};
      const float b[2] = {60 * std::cos(other), 60 * std::sin(other)};
      add_fan(grid, a, b, count, random, lors);
    }
    const float along_face[2][2] = {{low_x, -60}, {low_x + (count % 2 == 0 ? 0.0F : 1e-3F), 60}};
    add_fan(grid, along_face[0], along_face[1], count, random, lors);
  }
  return lors;
}

/// `count` LORs along one axis that run near each other, some of them beside the image or through a corner, so that
/// they share few of their planes.
void add_neighbours(const ImageGrid& grid, int axis, int count, std::mt19937_64& random, LorArrays& lors) {
  const float half_mm = 0.5F * static_cast<float>(grid.shape[2]) * grid.voxel_size_mm[2];
  const float place = uniform(random, -15, 15), other = place + uniform(random, -20, 20);
  for (int i = 0; i < count; ++i) {
    const float aside = i % 40 == 11 ? uniform(random, -40, 40) : 0.4F * static_cast<float>(i % 16);
    const float a[2] = {-60, place + aside}, b[2] = {60, other + aside + uniform(random, -1, 1)};
    lors.start.insert(lors.start.end(), {a[axis], a[1 - axis], uniform(random, -1.2F * half_mm, 1.2F * half_mm)});
    lors.end.insert(lors.end.end(), {b[axis], b[1 - axis], uniform(random, -1.2F * half_mm, 1.2F * half_mm)});
  }
}

/// From fewer than fill a vector to more than are taken at once.
LorArrays side_by_side(const ImageGrid& grid, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LorArrays lors;
  for (const int count : {3, 4, 7, 8, 9, 15, 16, 17, 31, 64, 127, 128, 129, 300}) {
    for (const int axis : {0, 1}) {
      add_neighbours(grid, axis, count, random, lors);
    }
  }
  return lors;
}

LorArrays all_groups(const ImageGrid& grid, std::uint64_t seed) {
  LorArrays lors = fans(grid, seed);
  const LorArrays neighbours = side_by_side(grid, seed);
  lors.start.insert(lors.start.end(), neighbours.start.begin(), neighbours.start.end());
  lors.end.insert(lors.end.end(), neighbours.end.begin(), neighbours.end.end());
  return lors;
}

void add_back(const JosephReference::Line& line, double value, std::vector<double>& image) {
  for (const JosephReference::Plane& plane : line.planes) {
    for (std::size_t i = 0; i < plane.voxel.size(); ++i) {
      if (plane.voxel[i] >= 0) {
        image[static_cast<std::size_t>(plane.voxel[i])] += plane.weight[i] * line.step_mm * value;
      }
    }
  }
}

/// Keeps what is projected, and puts measurements in its place.
class Replace : public ValueStep {
 public:
  Replace(const std::vector<float>& measured, std::vector<float>& projected)
      : measured_(measured), projected_(projected) {}
  void operator()(std::int64_t first, std::int64_t count, float* values) const override {
    std::copy_n(values, count, projected_.begin() + first);
    std::copy_n(measured_.begin() + first, count, values);
  }

 private:
  const std::vector<float>& measured_;
  std::vector<float>& projected_;
};

double largest_difference(const std::vector<float>& values, const std::vector<double>& expected) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = std::abs(values[i] - expected[i]);
    difference = error <= difference ? difference : error;  // a NaN stays
    largest = std::max(largest, expected[i]);
  }
  return difference / largest;
}

void add_settings() {
  QTest::addColumn<bool>("clamped");
  QTest::addColumn<int>("set");
  QTest::addColumn<int>("row");
  for (const InstructionSet set : instruction_sets()) {
    for (const int row : {1, 2, 8, 31, 71}) {
      for (const bool clamped : {false, true}) {
        const QByteArray name = QByteArray(instruction_set_name(set).data()) + ", rows of " + QByteArray::number(row);
        QTest::newRow((name + (clamped ? ", clamped" : ", upstream")).constData())
            << clamped << static_cast<int>(set) << row;
      }
    }
  }
}

/// A row of add_settings(), and what is projected with it.
struct Setting {
  const ImageGrid grid = grid_with_rows_of(fetched<int>("row"));
  const BoundaryRule rule = fetched<bool>("clamped") ? BoundaryRule::clamped : BoundaryRule::upstream;
  const InstructionSet set = static_cast<InstructionSet>(fetched<int>("set"));
  const LorArrays arrays = all_groups(grid, static_cast<std::uint64_t>(grid.shape[2]));
  const std::size_t count = arrays.start.size() / 3;
  const std::vector<float> image = random_values(static_cast<std::size_t>(grid.num_voxels()), 2);
  const std::vector<float> measured = random_values(count, 3);

  template <class T>
  static T fetched(const char* column) {
    return *static_cast<T*>(QTest::qData(column, qMetaTypeId<T>()));
  }
};

}  // namespace

class FansTest : public QObject {
  Q_OBJECT

 private slots:
  void both_directions_equal_the_reference_data() { add_settings(); }
  void both_directions_equal_the_reference() {
    const Setting setting;
    const auto& [grid, rule, set, arrays, count, image, measured] = setting;
    std::vector<float> values(count, -1.0F), back(image.size(), 0.0F);
    const Projector projector(grid, {.boundary = rule, .instruction_set = set});
    projector.forward(arrays.lors(), NoTof{}, image.data(), values.data());
    projector.back(arrays.lors(), NoTof{}, measured.data(), back.data());
    std::vector<float> at_once(count), back_at_once(image.size(), 0.0F);
    const Replace step(measured, at_once);
    projector.forward_back(arrays.lors(), NoTof{}, image.data(), step, back_at_once.data());

    const JosephReference reference(grid, rule);
    std::vector<double> expected(count), expected_back(image.size());
    for (std::size_t i = 0; i < count; ++i) {
      const JosephReference::Line line = reference.line(&arrays.start[3 * i], &arrays.end[3 * i]);
      expected[i] = reference.forward(line, image);
      add_back(line, measured[i], expected_back);
    }
    const double forward_error = largest_difference(values, expected);
    const double back_error = largest_difference(back, expected_back);
    QVERIFY2(forward_error < 1e-5, qPrintable(QString("forward: %1").arg(forward_error)));
    QVERIFY2(back_error < 1e-5, qPrintable(QString("back: %1").arg(back_error)));
    QVERIFY(largest_difference(at_once, expected) < 1e-5);
    QVERIFY(largest_difference(back_at_once, expected_back) < 1e-5);
  }

  /// Bins from so narrow that none of them are flat to such that hold the image; the middle ones end inside. Against
  /// the kernels without vectors, which take LORs one by one, and as the adjoint of the forward projection.
  void wide_tof_bins_data() { add_settings(); }
  void wide_tof_bins() {
    const Setting setting;
    const auto& [grid, rule, set, arrays, count, image, measured] = setting;
    const std::vector<TofBin> bins{{.centre_mm = 3, .width_mm = 2, .sigma_mm = 4},
                                   {.centre_mm = -5, .width_mm = 30, .sigma_mm = 3},
                                   {.centre_mm = 20, .width_mm = 40, .sigma_mm = 1.5F},
                                   {.centre_mm = 0, .width_mm = 500, .sigma_mm = 10}};
    std::vector<std::uint16_t> bin(count);
    for (std::size_t i = 0; i < count; ++i) {
      bin[i] = static_cast<std::uint16_t>(i / 60 % bins.size());  // also more than one in a fan
    }
    const TofTable tof{.bins = bins.data(), .bin_index = bin.data(), .num_bins = std::ssize(bins)};
    std::vector<float> values(count), back(image.size()), one_by_one(image.size());
    const Projector projector(grid, {.boundary = rule, .instruction_set = set});
    projector.forward(arrays.lors(), tof, image.data(), values.data());
    projector.back(arrays.lors(), tof, measured.data(), back.data());
    Projector(grid, {.boundary = rule, .instruction_set = InstructionSet::scalar})
        .back(arrays.lors(), tof, measured.data(), one_by_one.data());
    const double error = largest_difference(back, {one_by_one.begin(), one_by_one.end()});
    QVERIFY2(error < 1e-5, qPrintable(QString::number(error)));
    double forward_sum = 0, back_sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      forward_sum += double{values[i]} * measured[i];
    }
    for (std::size_t i = 0; i < image.size(); ++i) {
      back_sum += double{image[i]} * back[i];
    }
    QVERIFY2(std::abs(forward_sum / back_sum - 1) < 1e-5, qPrintable(QString::number(forward_sum / back_sum - 1)));
  }

  /// Fans stay together and in their order, but for their steep LORs; what is in order stays as it is.
  void sorting_keeps_fans() {
    const ImageGrid grid = grid_with_rows_of(31);
    std::mt19937_64 random(4);
    LorArrays arrays = fans(grid, 3);
    const std::size_t in_fans = arrays.start.size() / 3;
    for (int i = 0; i < 5000; ++i) {
      add_lor(grid, LorKind::any, random, arrays);
    }
    const auto count = static_cast<std::int64_t>(arrays.start.size() / 3);
    const LorOrder order(grid, arrays.lors(), 0, count, 2);
    LorArrays sorted;
    std::int64_t followed = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto lor = static_cast<std::size_t>(order[i]);
      sorted.start.insert(sorted.start.end(), &arrays.start[3 * lor], &arrays.start[3 * lor] + 3);
      sorted.end.insert(sorted.end.end(), &arrays.end[3 * lor], &arrays.end[3 * lor] + 3);
      followed += i > 0 && lor < in_fans && order[i] > order[i - 1] && order[i] - order[i - 1] < 10 ? 1 : 0;
    }
    QVERIFY2(static_cast<double>(followed) > 0.9 * static_cast<double>(in_fans), qPrintable(QString::number(followed)));
    const LorOrder again(grid, sorted.lors(), 0, count, 1);
    for (std::int64_t i = 0; i < count; ++i) {
      QCOMPARE(again[i], i);
    }
  }

  /// LORs of fans that are dealt all over come together again, wherever they are.
  void sorting_gathers_fans() {
    const ImageGrid grid = grid_with_rows_of(31);
    std::mt19937_64 random(3);
    LorArrays arrays;
    for (int fan = 0; fan < 50; ++fan) {  // so near to each other that sorting by place does not tell them apart
      const float a[2] = {-60, 3}, b[2] = {60, -4 + 0.001F * static_cast<float>(fan)};
      add_fan(grid, a, b, 60, random, arrays);
    }
    const std::size_t count = arrays.start.size() / 3;
    std::vector<std::uint32_t> dealt(count);
    std::iota(dealt.begin(), dealt.end(), 0U);
    std::ranges::shuffle(dealt, std::mt19937_64(8));
    const Lors lors{.start_mm = arrays.start.data(),
                    .end_mm = arrays.end.data(),
                    .count = static_cast<std::int64_t>(count),
                    .start_index = dealt.data(),
                    .end_index = dealt.data()};
    const auto places_changed = [&](const LorOrder& order) {
      int changes = 0;
      for (std::int64_t i = 1; i < lors.count; ++i) {
        const float* before = &arrays.end[3 * dealt[static_cast<std::size_t>(order[i - 1])]];
        const float* here = &arrays.end[3 * dealt[static_cast<std::size_t>(order[i])]];
        changes += before[1] != here[1] ? 1 : 0;
      }
      return changes;
    };
    const int gathered = places_changed(LorOrder(grid, lors, 0, lors.count, 2, LorOrder::Fans::gathered));
    const int only_sorted = places_changed(LorOrder(grid, lors, 0, lors.count, 2));
    QVERIFY2(gathered < 200 && only_sorted > 2000, qPrintable(QString("%1, %2").arg(gathered).arg(only_sorted)));
  }

  /// A sinogram plane after plane: LORs between the same places lie far apart.
  void planes_one_after_the_other_are_gathered_data() { add_settings(); }
  void planes_one_after_the_other_are_gathered() {
    const Setting setting;
    const ImageGrid& grid = setting.grid;
    constexpr std::size_t planes = 40, places = 600;
    std::mt19937_64 random(9);
    LorArrays by_place, by_plane;
    for (std::size_t place = 0; place < places; ++place) {
      const float angle = uniform(random, 0, 6.3), other = angle + uniform(random, 2, 4.2);
      const float a[2] = {60 * std::cos(angle), 60 * std::sin(angle)};
      const float b[2] = {60 * std::cos(other), 60 * std::sin(other)};
      add_fan(grid, a, b, planes, random, by_place);
    }
    std::vector<float> measured = random_values(planes * places, 4), measured_by_plane;
    for (std::size_t i = 0; i < planes * places; ++i) {
      const std::size_t lor = i % places * planes + i / places;
      by_plane.start.insert(by_plane.start.end(), &by_place.start[3 * lor], &by_place.start[3 * lor] + 3);
      by_plane.end.insert(by_plane.end.end(), &by_place.end[3 * lor], &by_place.end[3 * lor] + 3);
      measured_by_plane.push_back(measured[lor]);
    }
    const std::int64_t count = planes * places;
    const auto some = [](const LorArrays& lors, std::int64_t first, std::int64_t some) {
      return Lors{.start_mm = &lors.start[static_cast<std::size_t>(3 * first)],
                  .end_mm = &lors.end[static_cast<std::size_t>(3 * first)],
                  .count = some};
    };
    QCOMPARE(fan_period(by_plane.lors()), std::int64_t{places});
    QCOMPARE(fan_period(some(by_plane, 77, count - 200)), std::int64_t{places});  // from one LOR to another
    QCOMPARE(fan_period(by_place.lors()), 0);                                     // as they should be
    QCOMPARE(fan_period(some(by_plane, 0, 10 * places)), 0);                      // too few planes
    QCOMPARE(fan_period(some(by_plane, 0, 1)), 0);
    QCOMPARE(fan_period(some(by_plane, 0, 0)), 0);

    const Projector projector(grid, {.boundary = setting.rule, .instruction_set = setting.set});
    std::vector<float> values(measured.size()), values_by_plane(measured.size());
    projector.forward(by_place.lors(), NoTof{}, setting.image.data(), values.data());
    projector.forward(by_plane.lors(), NoTof{}, setting.image.data(), values_by_plane.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      QCOMPARE(values_by_plane[i], values[i % places * planes + i / places]);
    }
    std::vector<float> back(setting.image.size(), 0.0F), back_by_plane(setting.image.size(), 0.0F);
    projector.back(by_place.lors(), NoTof{}, measured.data(), back.data());
    projector.back(by_plane.lors(), NoTof{}, measured_by_plane.data(), back_by_plane.data());
    QVERIFY(largest_difference(back_by_plane, std::vector<double>(back.begin(), back.end())) < 1e-5);
  }

  void number_of_threads_changes_no_bit() {
    const ImageGrid grid = grid_with_rows_of(31);
    const LorArrays arrays = all_groups(grid, 5);
    const std::vector<float> measured = random_values(arrays.start.size() / 3, 6);
    std::vector<std::vector<float>> images;
    for (const int threads : {1, 2, 5}) {
      images.emplace_back(static_cast<std::size_t>(grid.num_voxels()), 0.5F);
      Projector(grid, {.num_threads = threads}).back(arrays.lors(), NoTof{}, measured.data(), images.back().data());
      QCOMPARE(images.back(), images.front());
    }
  }

  /// A voxel or a measurement that is not a number concerns the LORs through that voxel, and the voxels of that LOR.
  void what_is_no_number_stays_where_it_is_data() {
    QTest::addColumn<int>("row");
    QTest::addColumn<bool>("in_fans");
    QTest::addColumn<int>("line");
    for (const int row : {8, 31}) {
      for (const bool in_fans : {false, true}) {
        for (const int line : {0, 9, 18}) {  // at the faces, where LORs leave beside others that go on, and in between
          QTest::newRow(
              qPrintable(QString("rows of %1, %2, line %3").arg(row).arg(in_fans ? "fans" : "side by side").arg(line)))
              << row << in_fans << line;
        }
      }
    }
  }
  void what_is_no_number_stays_where_it_is() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    QFETCH(const int, row);
    QFETCH(const bool, in_fans);
    QFETCH(const int, line);
    const ImageGrid grid = grid_with_rows_of(row);
    const LorArrays arrays = in_fans ? fans(grid, 7) : side_by_side(grid, 7);
    const auto count = arrays.start.size() / 3;
    std::vector<float> image(static_cast<std::size_t>(grid.num_voxels()), 1.0F);
    const auto bad_voxel = static_cast<std::size_t>((11 * grid.shape[1] + line) * row + row / 2);
    image[bad_voxel] = nan;
    std::vector<float> measured(count, 1.0F), values(count), back(image.size());
    const std::size_t bad_lor = count / 2;
    measured[bad_lor] = nan;
    const Projector projector(grid);
    projector.forward(arrays.lors(), NoTof{}, image.data(), values.data());
    projector.back(arrays.lors(), NoTof{}, measured.data(), back.data());
    const JosephReference reference(grid, BoundaryRule::clamped);
    int bad_values = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bool may_cross = false;
      for (const auto& plane : reference.line(&arrays.start[3 * i], &arrays.end[3 * i]).planes) {
        may_cross = may_cross || std::ranges::count(plane.voxel, static_cast<std::int64_t>(bad_voxel)) > 0;
      }
      bad_values += std::isnan(values[i]) ? 1 : 0;
      QVERIFY(may_cross || !std::isnan(values[i]));
    }
    QVERIFY(bad_values > 0);
    const auto on_bad_lor = reference.line(&arrays.start[3 * bad_lor], &arrays.end[3 * bad_lor]).planes;
    QVERIFY(!on_bad_lor.empty());
    const auto bad_voxels = std::ranges::count_if(back, [](float value) { return std::isnan(value); });
    QVERIFY(bad_voxels > 0 && bad_voxels <= static_cast<std::ptrdiff_t>(4 * on_bad_lor.size()));
  }

  /// Ends so far away that places in a row of voxels have no digits left, among LORs of the same fan that are sound.
  void far_ends_harm_no_other_lor() {
    const ImageGrid grid = grid_with_rows_of(31);
    const float a[2] = {-60, 3}, b[2] = {60, -4};
    std::mt19937_64 random(9);
    LorArrays arrays;
    add_fan(grid, a, b, 100, random, arrays);
    const std::vector<float> measured = random_values(100, 10);
    const auto with_ends_at = [&](float z) {
      LorArrays changed = arrays;
      for (std::size_t i = 3; i < 100; i += 10) {
        changed.start[3 * i + 2] = z;
        changed.end[3 * i + 2] = z;
      }
      std::vector<float> image(static_cast<std::size_t>(grid.num_voxels()));
      Projector(grid).back(changed.lors(), NoTof{}, measured.data(), image.data());
      return image;
    };
    const std::vector<float> beside = with_ends_at(1000);
    for (const float far : {1e6F, 3e9F, 1e20F, 3e38F, -3e38F, std::numeric_limits<float>::infinity()}) {
      const std::vector<float> image = with_ends_at(far);
      double difference = 0;
      for (std::size_t i = 0; i < image.size(); ++i) {
        difference = std::max(difference, double{std::abs(image[i] - beside[i])});
      }
      QVERIFY2(difference < 1e-4, qPrintable(QString("%1: %2").arg(far).arg(difference)));
    }
  }
};

COINCIDE_TEST_CLASS(FansTest)
#include "fans_test.moc"
