// NIfTI files keep values, places, units and times, whatever their axes and number types are. An independent reader
// checks the files in tests/python/test_nifti.py.

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "io/image_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;

namespace {

recon::Image numbered_image() {
  recon::Image image(recon::centred_grid({5, 7, 11}, {1.5F, 2.25F, 3}, {10, -20, 30.5F}), 0, "Bq/mL");
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 7; ++j) {
      for (int k = 0; k < 11; ++k) {
        image.at(i, j, k) = static_cast<float>(i + 100 * j + 10000 * k);
      }
    }
  }
  image.description = "listmode OSEM, 4 iterations";
  image.frame_start_s = 12.5;
  image.frame_duration_s = 60;
  return image;
}

/// What a test puts into a NIfTI-1 header, which it writes byte by byte, without the library.
struct Header {
  std::array<std::int16_t, 8> dim{3, 2, 3, 4, 1, 1, 1, 1};
  std::int16_t datatype = 4;  ///< int16
  std::int16_t bitpix = 16;
  std::array<float, 8> pixdim{1, 2, 3, 4, 0, 0, 0, 0};
  float slope = 1, intercept = 0;
  std::int16_t qform_code = 0, sform_code = 1;
  std::array<float, 3> quaternion{};  ///< 0: straight
  std::array<float, 3> q_offset{};
  std::array<float, 12> rows{2, 0, 0, -10, 0, 3, 0, -20, 0, 0, 4, -30};
};

template <class T>
void put(std::string& bytes, std::size_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

template <class T>
std::string nifti_bytes(const Header& header, const std::vector<T>& values) {
  std::string bytes(352 + values.size() * sizeof(T), '\0');
  put(bytes, 0, std::int32_t{348});
  put(bytes, 40, header.dim);
  put(bytes, 70, header.datatype);
  put(bytes, 72, header.bitpix);
  put(bytes, 76, header.pixdim);
  put(bytes, 108, 352.0F);
  put(bytes, 112, header.slope);
  put(bytes, 116, header.intercept);
  put(bytes, 252, header.qform_code);
  put(bytes, 254, header.sform_code);
  put(bytes, 256, header.quaternion);
  put(bytes, 268, header.q_offset);
  put(bytes, 280, header.rows);
  std::memcpy(bytes.data() + 344, "n+1", 3);
  std::memcpy(bytes.data() + 352, values.data(), values.size() * sizeof(T));
  return bytes;
}

/// 0 ... 23 in the order of the file.
template <class T>
std::vector<T> counted() {
  std::vector<T> values(24);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(i);
  }
  return values;
}

}  // namespace

class NiftiImageTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  recon::Image read_back(const std::string& bytes) const {
    std::ofstream(path("foreign.nii"), std::ios::binary) << bytes;
    return io::read_image(path("foreign.nii"));
  }
  QString complaint_about(const std::string& bytes) const {
    try {
      read_back(bytes);
    } catch (const FileError& error) {
      return error.what();
    }
    return {};
  }
  template <class T>
  void check_type(std::int16_t datatype) const {
    Header header;
    header.datatype = datatype;
    header.bitpix = 8 * sizeof(T);
    header.slope = 0.5F;
    header.intercept = 1;
    const recon::Image image = read_back(nifti_bytes(header, counted<T>()));
    // The file's x and y run against ours (RAS, LPS): its first voxel is our last in x and y.
    QCOMPARE(image.at(1, 2, 0), 1.0F);
    QCOMPARE(image.at(0, 2, 0), 1.5F);
    QCOMPARE(image.at(1, 1, 0), 2.0F);
    QCOMPARE(image.at(1, 2, 1), 4.0F);
  }

 private slots:
  void two_places_must_be_one() {
    Header header;
    header.qform_code = 1;
    header.q_offset = {-10, -20, -30};
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).isEmpty());
    header.q_offset[1] = -19.9F;  // less than a tenth of a voxel
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).isEmpty());
    header.q_offset[1] = -50;
    const QString moved = complaint_about(nifti_bytes(header, counted<std::int16_t>()));
    QVERIFY2(moved.contains("sform and its qform") && moved.contains("30.0 mm apart"), qPrintable(moved));
    header.q_offset[1] = -20;
    header.quaternion = {0, 0, 1};  // half a turn about z
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).contains("sform and its qform"));
    header.qform_code = 0;  // the remedy
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).isEmpty());
  }

  void impossible_voxels_are_named() {
    Header header;
    header.rows[0] = 1e9F;
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).contains("a voxel of 1e+09 mm"));
    header.rows[0] = 2;
    header.rows[3] = std::numeric_limits<float>::infinity();
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).contains("is not possible"));
  }

  void round_trip_keeps_everything_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << "image.nii";
    QTest::newRow("compressed") << "image.nii.gz";
  }
  void round_trip_keeps_everything() {
    QFETCH(QString, name);
    const recon::Image image = numbered_image();
    const auto file = path(qPrintable(name));
    io::write_image(file, image);
    const recon::Image read = io::read_image(file);
    QVERIFY(read.grid == image.grid);
    QCOMPARE(read.values, image.values);
    QCOMPARE(read.unit, image.unit);
    QCOMPARE(read.description, image.description);
    QCOMPARE(read.frame_start_s, image.frame_start_s);
    QCOMPARE(read.frame_duration_s, image.frame_duration_s);
  }

  void only_the_finished_file_remains() {
    io::write_image(path("alone.nii"), numbered_image());
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path().toStdString())) {
      QVERIFY2(!entry.path().string().ends_with(".part"), entry.path().c_str());
    }
  }

  void a_long_description_keeps_the_unit() {
    recon::Image image = numbered_image();
    image.description = std::string(200, 'x');
    io::write_image(path("long.nii"), image);
    QCOMPARE(io::read_image(path("long.nii")).unit, image.unit);
  }

  void number_types_and_slopes() {
    check_type<std::uint8_t>(2);
    check_type<std::int16_t>(4);
    check_type<std::int32_t>(8);
    check_type<float>(16);
    check_type<double>(64);
    check_type<std::uint16_t>(512);
    check_type<std::int64_t>(1024);
    check_type<std::uint64_t>(1280);
  }

  void slope_0_means_unscaled() {
    Header header;
    header.slope = 0;
    header.intercept = 5;
    QCOMPARE(read_back(nifti_bytes(header, counted<std::int16_t>())).at(0, 2, 0), 1.0F);
  }

  void permuted_and_flipped_axes_are_put_in_order() {
    // Columns of the file run along z, x, y (RAS); z backwards.
    Header header;
    header.rows = {0, 3, 0, -20, 0, 0, 4, -30, -2, 0, 0, 10};
    const recon::Image image = read_back(nifti_bytes(header, counted<std::int16_t>()));
    QCOMPARE(image.grid.shape, (std::array<std::int64_t, 3>{3, 4, 2}));
    QCOMPARE(image.grid.voxel_size_mm, (std::array<float, 3>{3, 4, 2}));
    // RAS x of the file's voxels is -20, -17, -14: LPS 14, 17, 20; y is 30 ... 18; z is 10, 8.
    QCOMPARE(image.grid.origin_mm, (std::array<float, 3>{14, 18, 8}));
    QCOMPARE(image.at(2, 3, 1), 0.0F);
    QCOMPARE(image.at(2, 3, 0), 1.0F);
    QCOMPARE(image.at(1, 3, 1), 2.0F);
    QCOMPARE(image.at(2, 2, 1), 6.0F);
  }

  void without_orientation_the_image_is_centred() {
    Header header;
    header.sform_code = 0;
    std::ofstream(path("nowhere.nii"), std::ios::binary) << nifti_bytes(header, counted<std::int16_t>());
    std::vector<std::string> warnings;
    const recon::Image image = io::read_image(path("nowhere.nii"), warnings);
    QCOMPARE(warnings.size(), std::size_t{1});
    QVERIFY(warnings[0].find("does not say how it lies") != std::string::npos);
    QCOMPARE(image.grid.origin_mm, (std::array<float, 3>{-1, -3, -6}));
    QCOMPARE(image.at(1, 0, 0), 1.0F);
  }

  void one_frame_of_four_dimensions_is_fine() {
    Header header;
    header.dim = {4, 2, 3, 4, 1, 1, 1, 1};
    QCOMPARE(read_back(nifti_bytes(header, counted<std::int16_t>())).grid.num_voxels(), 24);
  }

  void other_byte_order_is_read() {
    std::string bytes = nifti_bytes(Header{}, counted<std::int16_t>());
    const auto swap = [&bytes](std::size_t first, std::size_t count, std::size_t size) {
      for (std::size_t i = 0; i < count; ++i) {
        std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(first + i * size),
                     bytes.begin() + static_cast<std::ptrdiff_t>(first + (i + 1) * size));
      }
    };
    swap(0, 1, 4);
    swap(40, 8, 2);
    swap(70, 2, 2);
    swap(76, 11, 4);
    swap(252, 2, 2);
    swap(280, 12, 4);
    swap(352, 24, 2);
    QCOMPARE(read_back(bytes).at(0, 2, 0), 1.0F);
  }

  void a_damaged_compressed_file_is_refused() {
    io::write_image(path("whole.nii.gz"), numbered_image());
    std::ifstream in(path("whole.nii.gz"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::ofstream(path("cut.nii.gz"), std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_image(path("cut.nii.gz")));
  }

  void several_frames_are_refused() {
    Header header;
    header.dim = {4, 2, 3, 2, 2, 1, 1, 1};
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).contains("2 frames"));
  }

  /// x + 10 y + 100 z of the scanner is linear, so that trilinear values are exact between the voxels of the file.
  void oblique_images_are_resampled() {
    Header header;
    header.dim = {3, 9, 10, 12, 1, 1, 1, 1};
    header.datatype = 16;
    header.bitpix = 32;
    const float c = std::cos(0.3F), s = std::sin(0.3F);
    header.rows = {2 * c, -3 * s, 0, -10, 2 * s, 3 * c, 0, -20, 0, 0, 4, -30};
    std::vector<float> values;
    for (int k = 0; k < 12; ++k) {
      for (int j = 0; j < 10; ++j) {
        for (int i = 0; i < 9; ++i) {
          const auto ras = [&](int row) {
            const auto* r = &header.rows[4 * static_cast<std::size_t>(row)];
            return r[0] * static_cast<float>(i) + r[1] * static_cast<float>(j) + r[2] * static_cast<float>(k) + r[3];
          };
          values.push_back(-ras(0) - 10 * ras(1) + 100 * ras(2));
        }
      }
    }
    std::ofstream(path("oblique.nii"), std::ios::binary) << nifti_bytes(header, values);
    std::vector<std::string> warnings;
    const recon::Image image = io::read_image(path("oblique.nii"), warnings);
    QCOMPARE(warnings.size(), std::size_t{1});
    QVERIFY2(warnings[0].find("17.2 degrees") != std::string::npos, warnings[0].c_str());
    QCOMPARE(image.grid.shape, (std::array<std::int64_t, 3>{14, 12, 12}));  // 26.0 x 34.0 x 48 mm
    const Eigen::Matrix2d turn{{-c, s}, {-s, -c}};                          // LPS
    int within = 0;
    for (int i = 0; i < 14; ++i) {
      for (int j = 0; j < 12; ++j) {
        for (int k = 0; k < 12; ++k) {
          const Eigen::Vector2d mm(image.grid.origin_mm[0] + 2 * i, image.grid.origin_mm[1] + 3 * j);
          const Eigen::Vector2d file_mm = turn.inverse() * (mm - Eigen::Vector2d(10, 20));
          if (file_mm.minCoeff() >= 0 && file_mm[0] <= 16 && file_mm[1] <= 27) {
            const double z_mm = image.grid.origin_mm[2] + 4 * k;
            QVERIFY(std::abs(image.at(i, j, k) - (mm[0] + 10 * mm[1] + 100 * z_mm)) < 2e-3);
            ++within;
          }
        }
      }
    }
    QVERIFY2(within > 600 && image.at(0, 0, 0) == 0, qPrintable(QString::number(within)));
  }

  void labels_stay_labels_whatever_their_axes() {
    Header header;
    const float c = std::cos(0.3F), s = std::sin(0.3F);
    header.rows = {2 * c, -3 * s, 0, -10, 2 * s, 3 * c, 0, -20, 0, 0, 4, -30};
    std::ofstream(path("mask.nii"), std::ios::binary) << nifti_bytes(header, counted<std::int16_t>());
    std::vector<std::string> warnings;
    const recon::Image labels = io::read_labels(path("mask.nii"), warnings);
    QCOMPARE(warnings.size(), std::size_t{1});
    QVERIFY(std::ranges::all_of(labels.values, [](float value) { return value == std::round(value); }));
    const std::set<float> found(labels.values.begin(), labels.values.end());
    QVERIFY2(found.size() > 16, qPrintable(QString::number(found.size())));  // of 24; linear values would be mixed
  }

  void axes_that_span_no_room_are_refused() {
    Header header;
    header.rows = {2, 2, 0, -10, 1, 1.02F, 0, -20, 0, 0, 4, -30};
    QVERIFY(complaint_about(nifti_bytes(header, counted<std::int16_t>())).contains("do not span a room"));
  }

  void damaged_files_are_refused() {
    const std::string good = nifti_bytes(Header{}, counted<std::int16_t>());
    QVERIFY(complaint_about(good).isEmpty());
    QVERIFY(complaint_about("").contains("it is empty"));
    QVERIFY(complaint_about("this is text").contains("not a whole NIfTI"));
    QVERIFY(complaint_about(good.substr(0, 100)).contains("not a whole NIfTI"));
    QVERIFY(complaint_about(good.substr(0, good.size() - 2)).contains("not a whole NIfTI"));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_image("/no/such/image.nii"));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_image("/no/such/image.jpg"));
  }

  void impossible_writes_are_refused() {
    QVERIFY_THROWS_EXCEPTION(FileError, io::write_image("/proc/no/image.nii", numbered_image()));
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image(path("image.jpg"), numbered_image()));
    const recon::Image flat(recon::centred_grid({40000, 1, 1}, {1, 1, 1}, {0, 0, 0}), 0);
    QVERIFY_THROWS_EXCEPTION(InputError, io::write_image(path("wide.nii"), flat));
  }
};

COINCIDE_TEST_CLASS(NiftiImageTest)
#include "nifti_image_test.moc"
