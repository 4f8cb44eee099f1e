// What the header of an HDF5 file states of sizes is held against the file before anything is allocated for it.

#include "io/hdf5/hdf5_size.h"

#include <hdf5.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <limits>
#include <vector>

#include "io/checkpoint_file.h"
#include "io/image_file.h"
#include "io/json_number.h"
#include "io/yardl_memory.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using io::Hdf5Id;

struct Layout {
  std::vector<hsize_t> sizes;
  hid_t type;
  bool deflated = false;
};

/// A data set of zeros; `place`: a file or group.
Hdf5Id make_set(hid_t place, const char* name, const Layout& layout) {
  const auto axes = static_cast<int>(layout.sizes.size());
  const Hdf5Id space(H5Screate_simple(axes, layout.sizes.data(), nullptr), H5Sclose, "space");
  const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "properties");
  if (layout.deflated) {
    H5Pset_chunk(properties, axes, layout.sizes.data());
    H5Pset_deflate(properties, 9);
  }
  Hdf5Id set(H5Dcreate2(place, name, layout.type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose, "set");
  const std::vector<char> zeros(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)) *
                                H5Tget_size(layout.type));
  H5Dwrite(set, layout.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
  return set;
}

std::string number_bytes(std::uint64_t number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

/// Wherever the number stands in the file, another one stands.
void state_instead(const std::filesystem::path& path, std::uint64_t number, std::uint64_t other) {
  std::string bytes = read_bytes(path);
  std::size_t at = bytes.find(number_bytes(number));
  QVERIFY(at != std::string::npos);
  for (; at != std::string::npos; at = bytes.find(number_bytes(number), at)) {
    bytes.replace(at, sizeof number, number_bytes(other));
  }
  write_bytes(path, bytes);
}

}  // namespace

class Hdf5SizeTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path() const { return folder_.filePath("file.h5").toStdString(); }
  Hdf5Id new_file() const {
    return {H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "file"};
  }
  std::uint64_t size_of(const Layout& layout) const { return io::hdf5_size(make_set(new_file(), "x", layout), "x"); }

 private slots:
  void sizes_of_whole_data_sets() {
    QCOMPARE(size_of({{1237}, H5T_NATIVE_DOUBLE}), std::uint64_t{1237});
    QCOMPARE(size_of({{7, 11, 13}, H5T_NATIVE_UINT8}), std::uint64_t{1001});
    QCOMPARE(size_of({{}, H5T_NATIVE_FLOAT}), std::uint64_t{1});
    QCOMPARE(size_of({{3, 0}, H5T_NATIVE_FLOAT}), std::uint64_t{0});
    QCOMPARE(size_of({{1'000'000}, H5T_NATIVE_DOUBLE, true}), std::uint64_t{1'000'000});  // zeros pack a thousandfold
  }

  /// Contiguous sets state their bytes, too: both numbers are wrong together.
  void sizes_beyond_the_file_are_refused_data() {
    QTest::addColumn<quint64>("size");
    QTest::newRow("twice the file") << quint64{4000};
    QTest::newRow("more than memory") << (quint64{1} << 36);
    QTest::newRow("more than 64 bits of bytes") << (quint64{1} << 61);
  }
  void sizes_beyond_the_file_are_refused() {
    QFETCH(quint64, size);
    make_set(new_file(), "x", {{1237}, H5T_NATIVE_DOUBLE});
    state_instead(path(), 1237, size);
    state_instead(path(), 1237 * 8, size * 8);
    const Hdf5Id file(H5Fopen(path().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "file");
    const Hdf5Id set(H5Dopen2(file, "x", H5P_DEFAULT), H5Dclose, "set");
    const QString message = message_of<FileError>([&] { io::hdf5_size(set, "x"); });
    QVERIFY2(message.contains("data set x states more values"), qPrintable(message));
  }

  void image_beyond_the_file_is_refused() {
    {
      const Hdf5Id file = new_file();
      const Hdf5Id group(H5Gcreate2(file, "result", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "group");
      make_set(group, "image", {{11, 13, 17}, H5T_NATIVE_FLOAT});
    }
    for (const auto& [size, other] : {std::pair(11, 20'011), std::pair(13, 20'013), std::pair(17, 17'017)}) {
      state_instead(path(), static_cast<std::uint64_t>(size), static_cast<std::uint64_t>(other));
    }
    state_instead(path(), std::uint64_t{11} * 13 * 17 * 4, std::uint64_t{20'011} * 20'013 * 17'017 * 4);
    const QString message = message_of<FileError>([&] { io::read_image(path()); });
    QVERIFY2(message.contains("states more values"), qPrintable(message));
  }

  /// Numbers may be narrower in the file than in memory.
  void checkpoint_of_bytes_is_read_whole() {
    constexpr std::size_t voxels = 5000;
    recon::RunCheckpoint checkpoint;
    checkpoint.at.state.x = {1, 2, 3};
    io::write_checkpoint(path(), checkpoint);
    {
      const Hdf5Id file(H5Fopen(path().c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "file");
      H5Ldelete(file, "x", H5P_DEFAULT);
      make_set(file, "x", {{voxels}, H5T_NATIVE_UINT8});
    }
    QCOMPARE(io::read_checkpoint(path()).at.state.x, std::vector<float>(voxels, 0));
  }

  void checkpoint_beyond_the_file_is_refused() {
    recon::RunCheckpoint checkpoint;
    checkpoint.at.state.x.resize(1237);
    io::write_checkpoint(path(), checkpoint);
    QCOMPARE(io::read_checkpoint(path()).at.state.x.size(), std::size_t{1237});
    state_instead(path(), 1237, std::uint64_t{1} << 36);
    state_instead(path(), 1237 * 4, std::uint64_t{1} << 38);
    const QString message = message_of<FileError>([&] { io::read_checkpoint(path()); });
    QVERIFY2(message.contains("states more values"), qPrintable(message));
  }

  /// What JSON says of a whole number: the largest that fits, the next, and what is none.
  void a_whole_number_must_fit() {
    using nlohmann::json;
    constexpr int largest = std::numeric_limits<int>::max();
    QCOMPARE(io::whole_number<int>(json(largest)), largest);
    QCOMPARE(io::whole_number<int>(json(-7)), -7);
    QCOMPARE(io::whole_number<std::uint64_t>(json(~std::uint64_t{0})), ~std::uint64_t{0});
    for (const char* wrong : {"2147483648", "-2147483649", "1e300", "2.5", "\"3\"", "18446744073709551615", "null"}) {
      QVERIFY_THROWS_EXCEPTION(FileError, io::whole_number<int>(json::parse(wrong)));
    }
    QVERIFY_THROWS_EXCEPTION(FileError, io::whole_number<std::uint64_t>(json(-1)));
  }
};

COINCIDE_TEST_CLASS(Hdf5SizeTest)

}  // namespace coincide::tests

#include "hdf5_size_test.moc"
