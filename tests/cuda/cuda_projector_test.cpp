// The GPU's projectors against those of the CPU: on the CPU (support/cuda_on_host), or on a GPU.

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <thread>

#include "device_arrays.h"
#include "gpu_support.h"
#include "projectors/error.h"
#include "projectors/projector.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::projectors;
using namespace coincide::tests;

Q_DECLARE_METATYPE(coincide::tests::Where)

namespace {

const ImageGrid grid{{22, 37, 19}, {-21.0f, -36.0f, -18.0f}, {2.0f, 2.0f, 2.0f}};
const ImageGrid coarse_grid{{7, 18, 33}, {-30.3f, -25.2f, -40.1f}, {9.7f, 2.9f, 2.3f}};

constexpr int mixed_count = 1001;  // of no whole number of blocks

double largest_of(const std::vector<float>& values) {
  return std::abs(*std::ranges::max_element(values, {}, [](float value) { return std::abs(value); }));
}

/// Largest difference, relative to the largest value.
double difference(const std::vector<float>& one, const std::vector<float>& other) {
  double largest = one.size() == other.size() ? 0 : 1e30;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    const double here = std::abs(double{one[i]} - double{other[i]});
    largest = std::isfinite(here) ? std::max(largest, here) : 1e30;
  }
  return largest / std::max(largest_of(other), 1e-30);
}

/// The arrays of all kinds of TOF, in one kind of memory.
struct Tof {
  Where where;
  std::vector<float> random;
  Array<float> one_sigma, sigma, one_offset, offset;
  Array<std::int16_t> bin_index;
  Array<TofBin> table;
  Array<std::uint16_t> table_index;

  static std::vector<float> scaled(std::vector<float> values, float low, float high) {
    for (float& value : values) {
      value = low + (high - low) * value;
    }
    return values;
  }
  static std::vector<std::int16_t> bins_of(const std::vector<float>& values) {
    std::vector<std::int16_t> bins;
    for (const float value : values) {
      bins.push_back(static_cast<std::int16_t>(value * 16 - 1));  // two of them outside 0 ... 12
    }
    return bins;
  }

  Tof(Where place, std::size_t count, float the_sigma)
      : where(place),
        random(random_values(count, 91)),
        one_sigma(place, {the_sigma}),
        sigma(place, scaled(random, 0.7f * the_sigma, 1.3f * the_sigma)),
        one_offset(place, {4.0f}),
        offset(place, scaled(random_values(count, 92), -15, 15)),
        bin_index(place, bins_of(random)),
        table(place, {{-31, 12, 8}, {3, 5, the_sigma}, {20, 400, 11}}),
        table_index(place, table_indices(count)) {}

  static std::vector<std::uint16_t> table_indices(std::size_t count) {
    std::vector<std::uint16_t> indices(count);
    for (std::size_t i = 0; i < count; ++i) {
      indices[i] = static_cast<std::uint16_t>(i % 3);
    }
    return indices;
  }
  TofBins bins(bool per_lor, OffsetSign sign) const {
    return {.num_bins = 13,
            .bin_width_mm = 11.0f,
            .sigma_mm = per_lor ? sigma.data() : one_sigma.data(),
            .sigma_per_lor = per_lor,
            .center_offset_mm = per_lor ? offset.data() : one_offset.data(),
            .center_offset_per_lor = per_lor,
            .num_sigmas = 3,
            .offset_sign = sign};
  }
  TofEvents events(bool per_lor, OffsetSign sign) const { return {bins(per_lor, sign), bin_index.data()}; }
  TofTable tables() const { return {table.data(), table_index.data(), 3, 3}; }
};

/// Calls check(cpu TOF, gpu TOF, values per LOR, name) for all kinds.
template <class Check>
void for_all_tof(Where where, std::size_t count, Check&& check) {
  check(NoTof{}, NoTof{}, 1, "no TOF");
  for (const float sigma : {9.0f, 2.0f, 25.0f}) {  // windows of 8 and of few bins, and one that is too wide for both
    const Tof cpu(Where::managed, count, sigma);
    const Tof gpu(where, count, sigma);
    for (const bool per_lor : {false, true}) {
      const OffsetSign sign = per_lor ? OffsetSign::towards_end : OffsetSign::towards_positive_principal_axis;
      const std::string name = "sigma " + std::to_string(sigma) + (per_lor ? " per LOR" : "");
      check(cpu.bins(per_lor, sign), gpu.bins(per_lor, sign), 13, "sinogram, " + name);
      check(cpu.events(per_lor, sign), gpu.events(per_lor, sign), 1, "events, " + name);
    }
    check(cpu.tables(), gpu.tables(), 1, "table, " + std::to_string(sigma));
  }
}

ProjectorOptions on_gpu(BoundaryRule boundary) {
  return {.boundary = boundary, .device = {DeviceKind::cuda, 0}, .num_threads = 1};
}

/// Forward and back projection on the GPU, from one kind of memory, against the CPU.
template <class CpuTof, class GpuTof>
void check_pair(const ImageGrid& box, BoundaryRule boundary, const LorArrays& lors, Where where, const CpuTof& cpu_tof,
                const GpuTof& gpu_tof, std::int64_t values_per_lor, const std::string& name) {
  const auto count = static_cast<std::int64_t>(lors.start.size() / 3);
  const auto num_values = static_cast<std::size_t>(count * values_per_lor);
  const std::vector<float> image = random_values(static_cast<std::size_t>(box.num_voxels()), 8);
  const Projector cpu(box, {.boundary = boundary});
  const Projector gpu(box, on_gpu(boundary));
  const Array<float> start(where, lors.start), end(where, lors.end);
  const Lors lines{start.data(), end.data(), count};

  std::vector<float> expected(num_values);
  cpu.forward(lors.lors(), cpu_tof, image.data(), expected.data());
  const Array<float> voxels(where, image), values(where, std::vector<float>(num_values, 7.0f));
  gpu.forward(lines, gpu_tof, voxels.data(), values.data());
  const double forward_error = difference(values.values(), expected);

  const std::vector<float> measured = random_values(num_values, 9);
  std::vector<float> back_expected = image;
  cpu.back(lors.lors(), cpu_tof, measured.data(), back_expected.data());
  const Array<float> to_back(where, measured);
  gpu.back(lines, gpu_tof, to_back.data(), voxels.data());
  const double back_error = difference(voxels.values(), back_expected);
  // One plane more or less at the border of a TOF window, and different roundings.
  QVERIFY2(forward_error < 2e-5, qPrintable(QString("%1: forward %2").arg(name.c_str()).arg(forward_error)));
  QVERIFY2(back_error < 2e-5, qPrintable(QString("%1: back %2").arg(name.c_str()).arg(back_error)));
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

class CudaProjectorTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { COINCIDE_NEED_GPU(); }
  void cleanup() { cuda_on_host::machine() = {}; }

  void device_is_listed() {
    const std::vector<DeviceInfo> devices = available_devices();
    QVERIFY(devices.size() >= 2);
    QVERIFY(devices[1].available);
    QCOMPARE(find_device("auto"), (Device{DeviceKind::cuda, 0}));
    QCOMPARE(find_device("cuda:0"), (Device{DeviceKind::cuda, 0}));
    QCOMPARE(find_device("cpu"), Device{});
  }

  void missing_device_says_why_data() {
    QTest::addColumn<QString>("machine");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no driver") << "no driver"
                               << "cuda"
                               << "driver";
    QTest::newRow("no card") << "no card"
                             << "cuda"
                             << "finds no GPU";
    QTest::newRow("too old") << "old card"
                             << "cuda"
                             << "this one has 6.1";
    QTest::newRow("one card") << "one card"
                              << "cuda:3"
                              << "has 1 GPU, cuda:0";
  }

  void missing_device_says_why() {
    COINCIDE_NEED_EMULATION();
    QFETCH(const QString, machine);
    QFETCH(const QString, word);
    QFETCH(const QString, reason);
    cuda_on_host::machine().has_driver = machine != "no driver";
    cuda_on_host::machine().num_devices = machine == "no card" ? 0 : 1;
    cuda_on_host::machine().compute_capability = machine == "old card" ? 61 : 90;
    const std::string message = message_of([&] { find_device(word.toStdString()); });
    QVERIFY2(QString(message.c_str()).contains(reason), message.c_str());
    if (machine != "one card") {
      QCOMPARE(find_device("auto"), Device{});
      const DeviceInfo info = available_devices().at(1);
      QVERIFY(!info.available && QString(info.why_unavailable.c_str()).contains(reason));
    }
  }

  void equals_cpu_data() {
    QTest::addColumn<Where>("where");
    QTest::addColumn<bool>("clamped");
    for (const bool clamped : {false, true}) {
      const QByteArray rule = clamped ? ", clamped" : ", upstream";
      QTest::newRow("host" + rule) << Where::host << clamped;
      QTest::newRow("device" + rule) << Where::device << clamped;
      QTest::newRow("managed" + rule) << Where::managed << clamped;
    }
  }

  void equals_cpu() {
    QFETCH(const Where, where);
    QFETCH(const bool, clamped);
    for (const ImageGrid& box : {grid, coarse_grid}) {
      const LorArrays lors = mixed_lors(box, mixed_count, 7);
      for_all_tof(where, mixed_count,
                  [&](const auto& cpu, const auto& gpu, std::int64_t values, const std::string& name) {
                    check_pair(box, clamped ? BoundaryRule::clamped : BoundaryRule::upstream, lors, where, cpu, gpu,
                               values, name);
                  });
    }
  }

  /// However far the Gaussian reaches: images and values without negative numbers give none.
  void no_weight_is_negative() {
    const LorArrays lors = mixed_lors(grid, 210, 22);
    std::vector<float> hot(static_cast<std::size_t>(grid.num_voxels())), one_bin(210 * 13);
    for (std::size_t i = 0; i < hot.size(); i += 997) {
      hot[i] = 1;
    }
    for (std::size_t i = 5; i < one_bin.size(); i += 13) {
      one_bin[i] = 1;
    }
    const auto not_negative = [](float value) { return value >= 0; };
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end), sigma(Where::device, {9.0F});
    const Array<std::int16_t> bin(Where::device, std::vector<std::int16_t>(210, 5));
    const Lors lines{start.data(), end.data(), 210};
    const Projector projector(grid, on_gpu(BoundaryRule::clamped));
    const auto check = [&](const auto& tof, const std::string& name) {
      const Array<float> image(Where::device, hot), values(Where::device, one_bin);
      const Array<float> forward(Where::device, one_bin), back(Where::device, std::vector<float>(hot.size()));
      projector.forward(lines, tof, image.data(), forward.data());
      projector.back(lines, tof, values.data(), back.data());
      QVERIFY2(std::ranges::all_of(forward.values(), not_negative), name.c_str());
      QVERIFY2(std::ranges::all_of(back.values(), not_negative), name.c_str());
    };
    for (const float num_sigmas : {3.0F, 4.0F, 5.0F, 7.0F, 10.0F}) {
      for (const float width : {0.1F, 5.0F, 12.0F, 30.0F, 70.0F}) {
        const TofBins bins{.num_bins = 13, .bin_width_mm = width, .sigma_mm = sigma.data(), .num_sigmas = num_sigmas};
        const std::string name = std::to_string(num_sigmas) + " sigmas, bins of " + std::to_string(width) + " mm";
        check(bins, "sinogram, " + name);
        check(TofEvents{bins, bin.data()}, "events, " + name);
      }
    }
  }

  /// Planes much farther apart than bins and sigma are wide.
  void events_between_planes() {
    const ImageGrid coarse{{7, 9, 8}, {-36.3F, -39.2F, -38.1F}, {12, 10, 11}};
    const LorArrays lors = mixed_lors(coarse, mixed_count, 23);
    for (const float narrow : {1.2F, 0.5F, 0.15F}) {
      const Tof cpu(Where::managed, mixed_count, narrow), gpu(Where::device, mixed_count, narrow);
      const auto events = [&](const Tof& tof) {
        TofEvents narrow_bins = tof.events(false, OffsetSign::towards_end);
        narrow_bins.bins.bin_width_mm = 0.7F;
        return narrow_bins;
      };
      check_pair(coarse, BoundaryRule::clamped, lors, Where::device, events(cpu), events(gpu), 1,
                 std::to_string(narrow));
    }
  }

  /// From host arrays, where each call copies the image to the device and back, and at the same time on the CPU.
  void threads_project_back_into_one_image() {
    const LorArrays lors = lors_of_kind(grid, LorKind::any, 500, 24);
    const std::vector<float> values = random_values(500, 25);
    std::vector<float> expected(static_cast<std::size_t>(grid.num_voxels())), together(expected);
    const auto call = [&](int caller, std::vector<float>& image) {
      const Projector projector(grid, caller % 2 == 0 ? on_gpu(BoundaryRule::upstream)
                                                      : ProjectorOptions{.boundary = BoundaryRule::upstream});
      for (int i = 0; i < 3; ++i) {
        projector.back(lors.lors(), NoTof{}, values.data(), image.data());
      }
    };
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      call(caller, expected);
      callers.emplace_back(call, caller, std::ref(together));
    }
    std::ranges::for_each(callers, &std::thread::join);
    QVERIFY(difference(together, expected) < 1e-5);
  }

  /// Planes in reach that nobody counts, nearly all of them outside the image: no time of flight, in effect.
  void events_of_endless_resolution() {
    const LorArrays lors = mixed_lors(grid, mixed_count, 21);
    const Tof cpu(Where::managed, mixed_count, 1e6f), gpu(Where::device, mixed_count, 1e6f);
    const auto sign = OffsetSign::towards_end;
    check_pair(grid, BoundaryRule::clamped, lors, Where::device, cpu.events(false, sign), gpu.events(false, sign), 1,
               "");
  }

  /// Cards before compute capability 9, cards without memory pools, and images at an odd address.
  void other_cards() {
    COINCIDE_NEED_EMULATION();
    const LorArrays lors = mixed_lors(grid, mixed_count, 17);
    cuda_on_host::machine().compute_capability = 80;
    check_pair(grid, BoundaryRule::clamped, lors, Where::device, NoTof{}, NoTof{}, 1, "no pairs");
    cuda_on_host::machine() = {};
    cuda_on_host::machine().has_pools = false;
    check_pair(grid, BoundaryRule::clamped, lors, Where::host, NoTof{}, NoTof{}, 1, "no pools");
    cuda_on_host::machine() = {};

    const auto voxels = static_cast<std::size_t>(grid.num_voxels());
    std::vector<float> expected(voxels), ones(mixed_count, 1.0f);
    Projector(grid).back(lors.lors(), NoTof{}, ones.data(), expected.data());
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end), values(Where::device, ones);
    const Array<float> image(Where::device, std::vector<float>(voxels + 1));
    Projector(grid, on_gpu(BoundaryRule::clamped))
        .back({start.data(), end.data(), mixed_count}, NoTof{}, values.data(), image.data() + 1);
    std::vector<float> result = image.values();
    QCOMPARE(result.front(), 0.0f);
    result.erase(result.begin());
    QVERIFY(difference(result, expected) < 1e-5);
  }

  /// So many LORs in random order that the device sorts them.
  void many_random_lors() {
    const LorArrays lors = lors_of_kind(grid, LorKind::any, 30'000, 3);
    const std::int64_t launches = cuda_on_host::counts().launches;
    check_pair(grid, BoundaryRule::clamped, lors, Where::device, NoTof{}, NoTof{}, 1, "sorted");
    QVERIFY(!cuda_on_host::is_emulated() || cuda_on_host::counts().launches >= launches + 2 * (1 + 3 + 1));
  }

  /// More than one part of staged LORs; sinogram rows make the parts small.
  void host_arrays_in_parts() {
    const int count = 30'000;
    const ImageGrid small{{8, 9, 7}, {-7, -8, -6}, {2, 2, 2}};
    const LorArrays lors = lors_of_kind(small, LorKind::any, count, 4);
    const float sigma = 12;
    const TofBins bins{.num_bins = 800, .bin_width_mm = 8, .sigma_mm = &sigma};
    check_pair(small, BoundaryRule::clamped, lors, Where::host, bins, bins, bins.num_bins, "parts");
  }

  void crystal_table() {
    const LorArrays lors = mixed_lors(grid, mixed_count, 5);
    std::vector<float> points = lors.start;
    points.insert(points.end(), lors.end.begin(), lors.end.end());
    std::vector<std::uint32_t> a, b;
    for (std::uint32_t i = 0; i < mixed_count; ++i) {
      a.push_back(i);
      b.push_back(mixed_count + i);
    }
    const std::vector<float> image = random_values(static_cast<std::size_t>(grid.num_voxels()), 8);
    std::vector<float> expected(mixed_count);
    Projector(grid).forward(lors.lors(), NoTof{}, image.data(), expected.data());
    for (const Where where : {Where::host, Where::device}) {
      const Array<float> table(where, points), voxels(where, image), values(where, expected);
      const Array<std::uint32_t> from(where, a), to(where, b);
      Lors lines{table.data(), table.data(), mixed_count, from.data(), to.data(), 2 * mixed_count};
      Projector(grid, on_gpu(BoundaryRule::clamped)).forward(lines, NoTof{}, voxels.data(), values.data());
      QVERIFY(difference(values.values(), expected) < 1e-5);
      lines.num_points = 0;
      if (where == Where::host) {
        QVERIFY_EXCEPTION_THROWN(
            Projector(grid, on_gpu(BoundaryRule::clamped)).forward(lines, NoTof{}, voxels.data(), values.data()),
            InputError);
      }
    }
  }

  /// <A x, y> = <x, A^T y>.
  void adjoint() {
    const LorArrays lors = lors_of_kind(grid, LorKind::any, 500, 6);
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end);
    const Lors lines{start.data(), end.data(), 500};
    const Projector projector(grid, on_gpu(BoundaryRule::clamped));
    for_all_tof(Where::device, 500, [&](const auto&, const auto& tof, std::int64_t per_lor, const std::string& name) {
      const std::vector<float> x = random_values(static_cast<std::size_t>(grid.num_voxels()), 10);
      const std::vector<float> y = random_values(static_cast<std::size_t>(500 * per_lor), 11);
      const Array<float> image(Where::device, x), values(Where::device, y);
      const Array<float> forward(Where::device, y), back(Where::device, std::vector<float>(x.size()));
      projector.forward(lines, tof, image.data(), forward.data());
      projector.back(lines, tof, values.data(), back.data());
      const std::vector<float> ax = forward.values(), aty = back.values();
      double one = 0, other = 0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        one += double{ax[i]} * double{y[i]};
      }
      for (std::size_t i = 0; i < x.size(); ++i) {
        other += double{aty[i]} * double{x[i]};
      }
      QVERIFY2(std::abs(one - other) < 1e-6 * std::abs(one),
               qPrintable(QString("%1: %2, %3").arg(name.c_str()).arg(one, 0, 'g', 12).arg(other, 0, 'g', 12)));
    });
  }

  /// A call on device arrays only queues work: the host neither waits nor allocates nor copies.
  void device_arrays_are_not_waited_for() {
    COINCIDE_NEED_EMULATION();
    const LorArrays lors = lors_of_kind(grid, LorKind::any, 25'000, 12);
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end);
    const Lors lines{start.data(), end.data(), 25'000};
    const Array<float> image(Where::device, std::vector<float>(static_cast<std::size_t>(grid.num_voxels()), 1.0f));
    const Array<float> values(Where::device, std::vector<float>(25'000));
    const Tof tof(Where::device, 25'000, 9.0f);
    const Projector projector(grid, on_gpu(BoundaryRule::upstream));
    const cuda_on_host::Counts before = cuda_on_host::counts();
    projector.forward(lines, NoTof{}, image.data(), values.data());
    projector.forward(lines, tof.events(false, OffsetSign::towards_end), image.data(), values.data());
    projector.back(lines, tof.events(true, OffsetSign::towards_end), values.data(), image.data());
    const cuda_on_host::Counts& after = cuda_on_host::counts();
    QCOMPARE(after.stream_waits, before.stream_waits);
    QCOMPARE(after.allocations, before.allocations);
    QCOMPARE(after.copies, before.copies);
    QCOMPARE(after.bytes_in_use, before.bytes_in_use);
  }

  /// Origin and voxel size that the host cannot read.
  void grid_on_device() {
    const LorArrays lors = mixed_lors(coarse_grid, mixed_count, 13);
    const std::vector<float> image = random_values(static_cast<std::size_t>(coarse_grid.num_voxels()), 8);
    std::vector<float> expected(mixed_count);
    Projector(coarse_grid).forward(lors.lors(), NoTof{}, image.data(), expected.data());
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end), voxels(Where::device, image);
    const Array<float> values(Where::device, std::vector<float>(mixed_count, 3.0f));
    const Array<float> origin(Where::device, {coarse_grid.origin_mm.begin(), coarse_grid.origin_mm.end()});
    const Array<float> size(Where::device, {coarse_grid.voxel_size_mm.begin(), coarse_grid.voxel_size_mm.end()});
    const Array<float> bad_size(Where::device, {1, -2, 3});
    const ImageGrid unknown{coarse_grid.shape, {0, 0, 0}, {1, 1, 1}};
    ProjectorOptions options = on_gpu(BoundaryRule::clamped);
    options.cuda = {.origin_mm = origin.data(), .voxel_size_mm = size.data()};
    Projector(unknown, options).forward({start.data(), end.data(), mixed_count}, NoTof{}, voxels.data(), values.data());
    QVERIFY(difference(values.values(), expected) < 1e-6);
    options.cuda.voxel_size_mm = bad_size.data();
    Projector(unknown, options).forward({start.data(), end.data(), mixed_count}, NoTof{}, voxels.data(), values.data());
    QVERIFY(values.values() == std::vector<float>(mixed_count, 0.0f));
  }

  void empty_and_bad_input() {
    const Projector projector(grid, on_gpu(BoundaryRule::clamped));
    std::vector<float> image(static_cast<std::size_t>(grid.num_voxels()), 1.0f);
    projector.forward({nullptr, nullptr, 0}, NoTof{}, image.data(), nullptr);
    projector.back({nullptr, nullptr, 0}, NoTof{}, nullptr, image.data());
    QVERIFY(image == std::vector<float>(image.size(), 1.0f));

    const float nan = std::nanf("");
    const std::vector<float> start{nan, 0, 0, -100, 0, 0}, end{100, 0, 0, 100, 0, nan};
    std::vector<float> values{7, 7};
    projector.forward({start.data(), end.data(), 2}, NoTof{}, image.data(), values.data());
    QVERIFY((values == std::vector<float>{0, 0}));
    for (const float sigma : {0.0f, -1.0f, nan}) {
      const std::vector<float> from{-100, 0, 0}, to{100, 0, 0};
      const TofBins bins{.num_bins = 5, .bin_width_mm = 8, .sigma_mm = &sigma};
      std::vector<float> row(5, 7.0f);
      projector.forward({from.data(), to.data(), 1}, bins, image.data(), row.data());
      QVERIFY(row == std::vector<float>(5, 0.0f));
      const std::int16_t bin = 2;
      projector.forward({from.data(), to.data(), 1}, TofEvents{bins, &bin}, image.data(), row.data());
      QCOMPARE(row.front(), 0.0f);
    }
  }

  void array_on_another_gpu() {
    COINCIDE_NEED_EMULATION();
    cuda_on_host::machine().num_devices = 2;
    const LorArrays lors = mixed_lors(grid, 10, 1);
    cudaSetDevice(1);
    const Array<float> start(Where::device, lors.start);
    cudaSetDevice(0);
    const Array<float> end(Where::device, lors.end), values(Where::device, std::vector<float>(10));
    const Array<float> image(Where::device, std::vector<float>(static_cast<std::size_t>(grid.num_voxels())));
    const std::string message = message_of([&] {
      Projector(grid, on_gpu(BoundaryRule::clamped))
          .forward({start.data(), end.data(), 10}, NoTof{}, image.data(), values.data());
    });
    QCOMPARE(message, std::string("The array of start points lies on cuda:1, but the projector computes on cuda:0."));
  }

  /// A call that fails half-way leaves nothing that another call would find.
  void failure_in_the_middle() {
    COINCIDE_NEED_EMULATION();
    const ImageGrid small{{8, 9, 7}, {-7, -8, -6}, {2, 2, 2}};
    const LorArrays lors = lors_of_kind(small, LorKind::any, 30'000, 4);
    const std::vector<float> image = random_values(static_cast<std::size_t>(small.num_voxels()), 8);
    const float sigma = 12;
    const TofBins bins{.num_bins = 800, .bin_width_mm = 8, .sigma_mm = &sigma};
    const Projector projector(small, on_gpu(BoundaryRule::clamped));
    {
      std::vector<float> given_up(30'000 * 800);
      cuda_on_host::machine().launches_until_failure = 2;  // in the second of two parts
      const std::string message =
          message_of([&] { projector.forward(lors.lors(), bins, image.data(), given_up.data()); });
      QVERIFY2(message.find("unspecified launch failure") != std::string::npos, message.c_str());
    }
    cuda_on_host::repair();
    cuda_on_host::machine() = {};
    std::vector<float> values(30'000), expected(30'000);
    projector.forward(lors.lors(), NoTof{}, image.data(), values.data());
    Projector(small).forward(lors.lors(), NoTof{}, image.data(), expected.data());
    QVERIFY(difference(values, expected) < 1e-5);
  }

  /// The order of LORs and the shadow of an image only make calls faster: where they do not fit, these go without.
  void no_memory_to_spare() {
    COINCIDE_NEED_EMULATION();
    constexpr int count = 25'000;
    const LorArrays lors = lors_of_kind(grid, LorKind::any, count, 12);
    const auto voxels = static_cast<std::size_t>(grid.num_voxels());
    std::vector<float> expected(voxels), ones(count, 1.0f);
    const Array<float> start(Where::device, lors.start), end(Where::device, lors.end), values(Where::device, ones);
    const Array<float> image(Where::device, std::vector<float>(voxels));
    cuda_on_host::machine().memory_bytes = cuda_on_host::counts().bytes_in_use + 50'000;
    Projector(grid, on_gpu(BoundaryRule::upstream))
        .back({start.data(), end.data(), count}, NoTof{}, values.data(), image.data());
    Projector(grid, {.boundary = BoundaryRule::upstream}).back(lors.lors(), NoTof{}, ones.data(), expected.data());
    QVERIFY(difference(image.values(), expected) < 1e-5);
  }

  void out_of_memory() {
    COINCIDE_NEED_EMULATION();
    std::vector<float> image(static_cast<std::size_t>(grid.num_voxels())), value(1);
    const std::vector<float> from{-100, 0, 0}, to{100, 0, 0};
    const Projector projector(grid, on_gpu(BoundaryRule::clamped));
    cuda_on_host::machine().memory_bytes = cuda_on_host::counts().bytes_in_use + 50'000;
    const std::string message = message_of([&] {
      projector.forward({from.data(), to.data(), 1}, NoTof{}, image.data(), value.data());
    });
    QVERIFY2(message.find("Reserving 6.19e-05 GB on the GPU") == 0, message.c_str());
    QVERIFY2(message.find("compute on the CPU") != std::string::npos, message.c_str());
    cuda_on_host::machine() = {};
    projector.forward({from.data(), to.data(), 1}, NoTof{}, image.data(), value.data());
  }
};

COINCIDE_TEST_CLASS(CudaProjectorTest)
#include "cuda_projector_test.moc"
