// The C interface on arrays of a GPU, run on the CPU (support/cuda_on_host) or on one.

#include "parallelproj.h"

#include <QtTest>
#include <cmath>
#include <functional>
#include <string>

#include "device_arrays.h"
#include "gpu_support.h"
#include "projectors/error.h"
#include "support/random_lors.h"
#include "support/test_main.h"

using namespace coincide;
using namespace coincide::tests;

Q_DECLARE_METATYPE(coincide::tests::Where)

namespace {

constexpr int shape[] = {20, 17, 9};
constexpr std::size_t num_voxels = 20 * 17 * 9;
constexpr std::size_t num_lors = 501;
constexpr short num_bins = 13;
constexpr float bin_width_mm = 7;
const projectors::ImageGrid grid{{20, 17, 9}, {-19, -17, -13}, {2, 2.1f, 3}};
const float not_a_number = std::nanf("");

enum class Kind { no_tof, sinogram, events };
constexpr Kind kinds[] = {Kind::no_tof, Kind::sinogram, Kind::events};

std::size_t num_values(Kind kind) { return kind == Kind::sinogram ? num_lors * num_bins : num_lors; }

std::vector<float> scaled(std::vector<float> values, float low, float high) {
  for (float& value : values) {
    value = low + (high - low) * value;
  }
  return values;
}

std::vector<short> bin_indices() {
  std::vector<short> indices;
  for (std::size_t i = 0; i < num_lors; ++i) {
    indices.push_back(static_cast<short>(i % num_bins));
  }
  return indices;
}

/// The inputs that are the same for both directions, in one kind of memory.
struct Inputs {
  explicit Inputs(Where where, const LorArrays& lors = mixed_lors(grid, num_lors, 7))
      : start(where, lors.start),
        end(where, lors.end),
        origin(where, {grid.origin_mm.begin(), grid.origin_mm.end()}),
        voxel_size(where, {grid.voxel_size_mm.begin(), grid.voxel_size_mm.end()}),
        sigma(where, scaled(random_values(num_lors, 1), 5, 9)),
        offset(where, scaled(random_values(num_lors, 2), -6, 6)),
        bin_index(where, bin_indices()) {}

  Array<float> start, end, origin, voxel_size, sigma, offset;
  Array<short> bin_index;
};

/// The pointers of a call, for a test to change.
struct Call {
  explicit Call(const Inputs& in)
      : start(in.start.data()),
        end(in.end.data()),
        origin(in.origin.data()),
        voxel_size(in.voxel_size.data()),
        sigma(in.sigma.data()),
        offset(in.offset.data()),
        bin_index(in.bin_index.data()) {}

  void forward(Kind kind, const float* image, float* values) const {
    switch (kind) {
      case Kind::no_tof:
        return joseph3d_fwd(start, end, image, origin, voxel_size, values, num_lors, shape, device_id, threads);
      case Kind::sinogram:
        return joseph3d_tof_sino_fwd(start, end, image, origin, voxel_size, values, num_lors, shape, bin_width_mm,
                                     sigma, offset, 3, bins, per_lor, per_lor, device_id, threads);
      case Kind::events:
        return joseph3d_tof_lm_fwd(start, end, image, origin, voxel_size, values, num_lors, shape, bin_width_mm, sigma,
                                   offset, 3, bin_index, bins, per_lor, per_lor, device_id, threads);
    }
  }
  void back(Kind kind, float* image, const float* values) const {
    switch (kind) {
      case Kind::no_tof:
        return joseph3d_back(start, end, image, origin, voxel_size, values, num_lors, shape, device_id, threads);
      case Kind::sinogram:
        return joseph3d_tof_sino_back(start, end, image, origin, voxel_size, values, num_lors, shape, bin_width_mm,
                                      sigma, offset, 3, bins, per_lor, per_lor, device_id, threads);
      case Kind::events:
        return joseph3d_tof_lm_back(start, end, image, origin, voxel_size, values, num_lors, shape, bin_width_mm, sigma,
                                    offset, 3, bin_index, bins, per_lor, per_lor, device_id, threads);
    }
  }

  const float *start, *end, *origin, *voxel_size, *sigma, *offset;
  const short* bin_index;
  short bins = num_bins;
  unsigned char per_lor = 1;
  int device_id = 0, threads = 64;
};

double difference(const std::vector<float>& one, const std::vector<float>& other) {
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double here = std::abs(double{one[i]} - double{other[i]});
    error = std::isfinite(here) ? std::max(error, here) : 1e30;
    largest = std::max(largest, std::abs(double{other[i]}));
  }
  return error / std::max(largest, 1e-30);
}

template <class Failure>
std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<float>& image_values() {
  static const std::vector<float> values = random_values(num_voxels, 8);
  return values;
}

/// What the CPU makes of the same call.
std::vector<float> forward_on_cpu(Kind kind, unsigned char per_lor) {
  const Inputs inputs(Where::host);
  Call call(inputs);
  call.device_id = -1;
  call.per_lor = per_lor;
  std::vector<float> values(num_values(kind));
  call.forward(kind, image_values().data(), values.data());
  return values;
}

std::vector<float> back_on_cpu(Kind kind, unsigned char per_lor, const std::vector<float>& values) {
  const Inputs inputs(Where::host);
  Call call(inputs);
  call.device_id = -1;
  call.per_lor = per_lor;
  std::vector<float> image = image_values();
  call.back(kind, image.data(), values.data());
  return image;
}

}  // namespace

class CInterfaceTest : public QObject {
  Q_OBJECT

 private slots:
  /// The interface looks for GPUs once.
  void initTestCase() {
    cuda_on_host::machine().num_devices = 2;
    COINCIDE_NEED_GPU();
  }
  void cleanupTestCase() { cuda_on_host::machine() = {}; }

  void equals_cpu_data() {
    QTest::addColumn<Where>("where");
    QTest::newRow("host") << Where::host;
    QTest::newRow("device") << Where::device;
    QTest::newRow("managed") << Where::managed;
  }

  void equals_cpu() {
    QFETCH(const Where, where);
    const Inputs inputs(where);
    for (const Kind kind : kinds) {
      for (const unsigned char per_lor : {0, 1}) {
        Call call(inputs);
        call.per_lor = per_lor;
        const std::int64_t launches = cuda_on_host::counts().launches;
        const Array<float> image(where, image_values()),
            values(where, std::vector<float>(num_values(kind), not_a_number));
        call.forward(kind, image.data(), values.data());
        QVERIFY(difference(values.values(), forward_on_cpu(kind, per_lor)) < 1e-5);

        const std::vector<float> measured = random_values(num_values(kind), 9);
        const Array<float> to_back(where, measured);
        call.back(kind, image.data(), to_back.data());
        QVERIFY(difference(image.values(), back_on_cpu(kind, per_lor, measured)) < 1e-5);
        QVERIFY(!cuda_on_host::is_emulated() || cuda_on_host::counts().launches > launches + 2);
      }
    }
  }

  /// Any array on a GPU makes that GPU compute, whatever device_id says.
  void arrays_here_and_there() {
    const Inputs host(Where::host), device(Where::device);
    const Array<float> image(Where::host, image_values());
    const auto check = [&](const char* name, auto Call::*changed, Where result) {
      Call call(host);
      call.device_id = -1;
      call.*changed = Call(device).*changed;
      const Array<float> values(result, std::vector<float>(num_lors, not_a_number));
      const std::int64_t launches = cuda_on_host::counts().launches;
      call.forward(Kind::events, image.data(), values.data());
      QVERIFY2(!cuda_on_host::is_emulated() || cuda_on_host::counts().launches > launches, name);
      QVERIFY2(difference(values.values(), forward_on_cpu(Kind::events, 1)) < 1e-5, name);
    };
    for (const Where result : {Where::host, Where::device}) {
      check("start", &Call::start, result);
      check("end", &Call::end, result);
      check("origin", &Call::origin, result);
      check("voxel size", &Call::voxel_size, result);
      check("sigma", &Call::sigma, result);
      check("offset", &Call::offset, result);
      check("bin index", &Call::bin_index, result);
    }
  }

  void arrays_on_two_gpus() {
    COINCIDE_NEED_EMULATION();
    const Inputs inputs(Where::device);
    const Array<float> image(Where::device, image_values());
    cudaSetDevice(1);
    const Array<float> values(Where::device, std::vector<float>(num_lors));
    cudaSetDevice(0);
    const std::string message =
        message_of<InputError>([&] { Call(inputs).forward(Kind::events, image.data(), values.data()); });
    QVERIFY2(contains(message, "projection_values lies on cuda:1, image on cuda:0"), message.c_str());
  }

  void second_gpu() {
    COINCIDE_NEED_EMULATION();
    cudaSetDevice(1);
    const Inputs inputs(Where::device);
    const Array<float> image(Where::device, image_values()), values(Where::device, std::vector<float>(num_lors));
    cudaSetDevice(0);
    Call(inputs).forward(Kind::no_tof, image.data(), values.data());
    QVERIFY(difference(values.values(), forward_on_cpu(Kind::no_tof, 0)) < 1e-5);
  }

  void device_id_of_host_arrays() {
    COINCIDE_NEED_EMULATION();
    const Inputs inputs(Where::host);
    Call call(inputs);
    std::vector<float> values(num_lors);
    call.device_id = -1;
    const std::int64_t launches = cuda_on_host::counts().launches;
    call.forward(Kind::no_tof, image_values().data(), values.data());
    QCOMPARE(cuda_on_host::counts().launches, launches);
    call.device_id = 7;
    const std::string message =
        message_of<DeviceError>([&] { call.forward(Kind::no_tof, image_values().data(), values.data()); });
    QVERIFY2(contains(message, "device_id is 7"), message.c_str());
    QVERIFY2(contains(message, "2 GPUs"), message.c_str());
  }

  /// A GPU that is there and cannot be used does not keep the CPU from computing.
  void gpu_of_another_process() {
    COINCIDE_NEED_EMULATION();
    const Inputs inputs(Where::host);
    const Array<float> image(Where::host, image_values());
    Call call(inputs);
    call.device_id = -1;
    std::vector<float> values(num_lors);
    cuda_on_host::machine().is_taken = true;
    call.forward(Kind::no_tof, image.data(), values.data());
    cuda_on_host::machine().is_taken = false;
    QVERIFY(difference(values, forward_on_cpu(Kind::no_tof, 0)) < 1e-6);
  }

  /// No exception: on this interface what cannot be projected is 0, wherever the bad numbers lie.
  void bad_numbers_give_0_data() { equals_cpu_data(); }
  void bad_numbers_give_0() {
    QFETCH(const Where, where);
    const Inputs inputs(where);
    const Array<float> flat(where, {2, 0, 2}), not_finite(where, {0, not_a_number, 0});
    const Array<float> bad(where, std::vector<float>(num_lors, -1));
    const auto check = [&](Kind kind, const Call& call) {
      const Array<float> image(where, image_values()), values(where, std::vector<float>(num_values(kind), 3));
      call.forward(kind, image.data(), values.data());
      QVERIFY(values.values() == std::vector<float>(num_values(kind)));
      const Array<float> ones(where, std::vector<float>(num_values(kind), 1));
      call.back(kind, image.data(), ones.data());
      QVERIFY(image.values() == image_values());
    };
    for (const Kind kind : kinds) {
      Call call(inputs);
      call.voxel_size = flat.data();
      check(kind, call);
      call = Call(inputs);
      call.origin = not_finite.data();
      check(kind, call);
      if (kind != Kind::no_tof) {
        call = Call(inputs);
        call.sigma = bad.data();
        check(kind, call);
      }
    }
    Call no_bins(inputs);
    no_bins.bins = 0;
    check(Kind::events, no_bins);
    const Array<float> image(where, image_values()), values(where, {3});
    no_bins.forward(Kind::sinogram, image.data(), values.data());
    no_bins.back(Kind::sinogram, image.data(), values.data());
    QVERIFY(values.values() == std::vector<float>{3} && image.values() == image_values());
  }

  /// Calls on arrays of the device only queue work.
  void device_arrays_are_not_waited_for() {
    COINCIDE_NEED_EMULATION();
    const Inputs inputs(Where::device);
    const Array<float> image(Where::device, image_values());
    const Array<float> values(Where::device, std::vector<float>(num_lors * num_bins));
    const cuda_on_host::Counts before = cuda_on_host::counts();
    for (const Kind kind : kinds) {
      Call(inputs).forward(kind, image.data(), values.data());
      Call(inputs).back(kind, image.data(), values.data());
    }
    const cuda_on_host::Counts& after = cuda_on_host::counts();
    QCOMPARE(after.stream_waits, before.stream_waits);
    QCOMPARE(after.allocations, before.allocations);
    QCOMPARE(after.copies, before.copies);
    QCOMPARE(after.bytes_in_use, before.bytes_in_use);
  }
};

COINCIDE_TEST_CLASS(CInterfaceTest)
#include "c_interface_test.moc"
