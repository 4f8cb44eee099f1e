// Damaged and hostile files of every image format end in one sentence, whatever is wrong with them.

#include <hdf5.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>

#include "io/image_file.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Three frames of 5 x 7 x 11 voxels.
recon::ImageSeries whole_series() {
  recon::ImageSeries series{.grid = recon::centred_grid({5, 7, 11}, {1.5F, 2.25F, 3}, {10, -20, 30}), .unit = "Bq/mL"};
  for (int frame = 0; frame < 3; ++frame) {
    series.frames.push_back({.values = {}, .start_s = 60.0 * frame, .duration_s = 60});
    for (int voxel = 0; voxel < 385; ++voxel) {
      series.frames.back().values.push_back(static_cast<float>(voxel + 1000 * frame));
    }
  }
  return series;
}

/// What is done to a file: `from` becomes `to`, or is cut off where `to` is none.
struct Damage {
  const char* file;
  const char* from;
  const char* to;
};

constexpr const char* cut = nullptr;

}  // namespace

class ImageDamageTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

  /// The sentence about an image that was made whole, and then changed.
  QString complaint(const char* image, const std::function<void()>& change) const {
    io::write_image_frames(path(image), whole_series());
    change();
    try {
      io::read_image_series(path(image));
    } catch (const FileError& error) {
      return error.what();
    }
    return {};
  }

  void damage(const Damage& done) const {
    std::string bytes = bytes_of(path(done.file));
    const std::size_t at = *done.from == '\0' ? bytes.size() / 2 : bytes.find(done.from);
    QVERIFY2(at != std::string::npos, done.from);
    if (done.to == cut) {
      bytes.resize(at);
    } else {
      bytes.replace(at, std::strlen(done.from), done.to);
    }
    std::ofstream(path(done.file), std::ios::binary) << bytes;
  }

  void check_text(const char* image, const std::vector<Damage>& all) const {
    QCOMPARE(complaint(image, [] {}), QString());
    QVERIFY(all.size() >= 20);
    for (const Damage& one : all) {
      const QString sentence = complaint(image, [&] { damage(one); });
      const std::string what = std::string(one.from) + " -> " + (one.to == cut ? "(cut)" : one.to);
      QVERIFY2(sentence.contains(QString::fromStdString(path("").string())),
               (what + ": " + sentence.toStdString()).c_str());
    }
  }

  void put(const char* file, std::size_t offset, auto value) const {
    std::string bytes = bytes_of(path(file));
    std::memcpy(bytes.data() + offset, &value, sizeof(value));
    std::ofstream(path(file), std::ios::binary) << bytes;
  }

 private slots:
  void stir() {
    check_text("s.hv", {
                           {"s.hv", "!INTERFILE", "!OTHERFILE"},
                           {"s.hv", "!INTERFILE", cut},
                           {"s.hv", "data file := s.v", "data file := t.v"},
                           {"s.hv", "data file := s.v", "data file := ../../etc/passwd"},
                           {"s.hv", "data file := s.v", "data file := /etc/passwd"},
                           {"s.hv", "data file := s.v", "data file :="},
                           {"s.hv", "data type := Image", "data type := Emission"},
                           {"s.hv", "[1] := 5", "[1] := 6"},
                           {"s.hv", "[1] := 5", "[1] := 0"},
                           {"s.hv", "[1] := 5", "[1] := -5"},
                           {"s.hv", "[1] := 5", "[1] := 5.5"},
                           {"s.hv", "[1] := 5", "[1] := many"},
                           {"s.hv", "[1] := 5", "[1] := 99999999999999999999"},
                           {"s.hv", "[3] := 11", "[3] := 65535"},
                           {"s.hv", "!matrix size [2]", "matrix rows [2]"},
                           {"s.hv", ":= 1.5", ":= 0"},
                           {"s.hv", ":= 1.5", ":= nan"},
                           {"s.hv", ":= 1.5", ":= wide"},
                           {"s.hv", "label [1] := x", "label [1] := view"},
                           {"s.hv", "dimensions := 3", "dimensions := 2"},
                           {"s.hv", "number format := float", "number format := ascii"},
                           {"s.hv", "bytes per pixel := 4", "bytes per pixel := 3"},
                           {"s.hv", "bytes per pixel := 4", "bytes per pixel := 8"},
                           {"s.hv", "LITTLEENDIAN", "MIDDLEENDIAN"},
                           {"s.hv", "time frames := 3", "time frames := 4000"},
                           {"s.hv", "offset in bytes[3] := 3080", "offset in bytes[3] := 3084"},
                           {"s.hv", "offset in bytes[3] := 3080", "offset in bytes[3] := -1"},
                           {"s.hv", "scaling factor[1] := 1", "scaling factor[1] := {1, 2}"},
                           {"s.hv", "scaling factor[1] := 1", "scaling factor[1] := {1"},
                           {"s.hv", "duration (sec)[2] := 60", "duration (sec)[2] := -60"},
                           {"s.hv", "duration (sec)[2] := 60", "duration (sec)[2] := 1 min"},
                           {"s.hv", "!PET STUDY", "patient rotation := left\n!PET STUDY"},
                           {"s.v", "", cut},
                       });
  }

  void castor() {
    check_text("c.hdr", {
                            {"c.hdr", "!INTERFILE", "!OTHERFILE"},
                            {"c.hdr", "!matrix size [1]", cut},
                            {"c.hdr", "data file := c.img", "data file := d.img"},
                            {"c.hdr", "data file := c.img", "data file := ../c.img/../../x"},
                            {"c.hdr", "data file := c.img", "data file := .."},
                            {"c.hdr", "[1] := 5", "[1] := 50"},
                            {"c.hdr", "[1] := 5", "[1] := 0"},
                            {"c.hdr", "[1] := 5", "[1] := five"},
                            {"c.hdr", "[2] := 7", "[2] := 1e5"},
                            {"c.hdr", "[2] := 7", "[2] := 1e300"},
                            {"c.hdr", "[3] := 11", "[3] := 10"},
                            {"c.hdr", "number of images := 33", "number of images := 44"},
                            {"c.hdr", "number of images := 33", "number of images := 34"},
                            {"c.hdr", "number of images := 33", "number of images := -33"},
                            {"c.hdr", ":= 1.5", ":= -1e9"},
                            {"c.hdr", ":= 2.25", ":= x"},
                            {"c.hdr", "offset (mm) [1] := 10", "offset (mm) [1] := 1e30"},
                            {"c.hdr", "offset (mm) [1] := 10", "offset (mm) [1] := inf"},
                            {"c.hdr", "offset in bytes := 0", "offset in bytes := 1"},
                            {"c.hdr", "offset in bytes := 0", "offset in bytes := 1e18"},
                            {"c.hdr", "short float", "bit"},
                            {"c.hdr", "bytes per pixel := 4", "bytes per pixel := 0"},
                            {"c.hdr", "rescale slope := 1", "rescale slope := one"},
                            {"c.hdr", "rescale offset := 0", "rescale offset := zero"},
                            {"c.hdr", "process status :=", "data compression := gzip"},
                            {"c.img", "", cut},
                        });
  }

  void metaimage() {
    check_text("m.mhd", {
                            {"m.mhd", "ObjectType = Image", "ObjectType = Mesh"},
                            {"m.mhd", "ObjectType = Image", "Object"},
                            {"m.mhd", "DimSize", cut},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = n.raw"},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = ../m.raw/../n"},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = /dev/zero"},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = LIST"},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = slice%03d.raw 1 3 1"},
                            {"m.mhd", "ElementDataFile = m.raw", "ElementDataFile = LOCAL"},
                            {"m.mhd", "NDims = 4", "NDims = 2"},
                            {"m.mhd", "NDims = 4", "NDims = 3"},
                            {"m.mhd", "NDims = 4", "NDims = four"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 5 7 11"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 5 7 11 30"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 0 7 11 3"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 65535 65535 65535 65535"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 5, 7, 11, 3"},
                            {"m.mhd", "DimSize = 5 7 11 3", "DimSize = 5 7 11 2.5"},
                            {"m.mhd", "ElementSpacing = 1.5", "ElementSpacing = 0"},
                            {"m.mhd", "ElementSpacing = 1.5", "ElementSpacing = inf"},
                            {"m.mhd", "ElementSpacing = 1.5", "ElementSpacing ="},
                            {"m.mhd", "MET_FLOAT", "MET_STRING"},
                            {"m.mhd", "MET_FLOAT", "MET_DOUBLE"},
                            {"m.mhd", "BinaryData = True", "BinaryData = False"},
                            {"m.mhd", "CompressedData = False", "CompressedData = True"},
                            {"m.mhd", "TransformMatrix = 1 0 0 0 0 1", "TransformMatrix = 1 0 0 0 1 0"},
                            {"m.mhd", "TransformMatrix = 1", "TransformMatrix = 0"},
                            {"m.mhd", "CenterOfRotation", "ElementNumberOfChannels = 3\nCenterOfRotation"},
                            {"m.mhd", "CenterOfRotation", "HeaderSize = 4\nCenterOfRotation"},
                            {"m.raw", "", cut},
                        });
  }

  void nifti() {
    QCOMPARE(complaint("n.nii", [] {}), QString());
    const auto wrong = [&](std::size_t offset, auto value) {
      const QString sentence = complaint("n.nii", [&] { put("n.nii", offset, value); });
      QVERIFY2(sentence.contains("n.nii"), qPrintable(QString("%1: %2").arg(offset).arg(sentence)));
    };
    wrong(0, std::int32_t{0});
    for (const std::int16_t axes : {0, 1, 9, -3}) {
      wrong(40, axes);
    }
    for (const std::size_t size : {42, 44, 46, 48}) {  // nx, ny, nz, nt
      wrong(size, std::int16_t{32767});
      wrong(size, std::int16_t{-1});
    }
    wrong(70, std::int16_t{0});    // type: none
    wrong(70, std::int16_t{32});   // complex
    wrong(70, std::int16_t{128});  // colours
    wrong(70, std::int16_t{64});   // double: twice the bytes
    wrong(108, 1e9F);              // voxels far away
    wrong(108, -1.0F);
    wrong(280, 1e9F);  // first step of the sform
    wrong(280, std::numeric_limits<float>::quiet_NaN());
    wrong(292, std::numeric_limits<float>::infinity());
    wrong(296, 100.0F);  // sform against qform
    wrong(344, 'x');     // magic
    QVERIFY(complaint("n.nii", [&] { fs::resize_file(path("n.nii"), 200); }).contains("n.nii"));
    QVERIFY(complaint("n.nii", [&] { fs::resize_file(path("n.nii"), 4000); }).contains("n.nii"));
    QVERIFY(complaint("n.nii.gz", [&] { fs::resize_file(path("n.nii.gz"), 300); }).contains("n.nii.gz"));
    QVERIFY(complaint("n.nii.gz", [&] { put("n.nii.gz", 600, 0x1234567812345678); }).contains("n.nii.gz"));
  }

  void hdf5_data() {
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"no image",          "no voxel size",  "two voxel sizes",    "size of text",    "zero size",
          "negative size",     "far origin",     "wrong axes",         "axes of numbers", "short rotation",
          "singular rotation", "too few starts", "too many durations", "unit of numbers", "two images",
          "image of text",     "two axes",       "five axes",          "no storage",      "a group as image"}) {
      QTest::newRow(name) << name;
    }
  }
  void hdf5() {
    QFETCH(QString, name);
    const QString sentence = complaint("h.h5", [&] { change_hdf5(name); });
    QVERIFY2(sentence.contains("h.h5"), qPrintable(sentence));
  }

  void cut_hdf5() {
    QCOMPARE(complaint("h.h5", [] {}), QString());
    for (const double part : {0.0, 0.1, 0.3, 0.5, 0.7, 0.9}) {
      const QString sentence = complaint("h.h5", [&] {
        fs::resize_file(path("h.h5"),
                        static_cast<std::uintmax_t>(part * static_cast<double>(fs::file_size(path("h.h5")))));
      });
      QVERIFY2(sentence.contains("h.h5"), qPrintable(sentence));
    }
  }

 private:
  static void put_attribute(hid_t object, const char* name, hid_t type, const std::vector<double>& values) {
    H5Adelete(object, name);
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (type == H5T_NATIVE_DOUBLE) {
      H5Awrite(attribute, type, values.data());
    }
    H5Aclose(attribute);
    H5Sclose(space);
  }

  /// Instead of the image.
  static void put_set(hid_t file, const std::vector<hsize_t>& sizes, hid_t type, const char* where = "result/image") {
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t set = H5Dcreate2(file, where, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(set);
    H5Sclose(space);
  }

  void change_hdf5(const QString& name) const {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const hid_t file = H5Fopen(path("h.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t set = H5Dopen2(file, "result/image", H5P_DEFAULT);
    const auto numbers = [&](const char* attribute, const std::vector<double>& values) {
      put_attribute(set, attribute, H5T_NATIVE_DOUBLE, values);
    };
    const std::map<QString, std::function<void()>> changes = {
        {"no voxel size", [&] { H5Adelete(set, "voxel_size_mm"); }},
        {"two voxel sizes",
         [&] {
           numbers("voxel_size_mm", {1, 2});
         }},
        {"size of text",
         [&] {
           put_attribute(set, "voxel_size_mm", H5T_C_S1, {1, 2, 3});
         }},
        {"zero size",
         [&] {
           numbers("voxel_size_mm", {1, 0, 1});
         }},
        {"negative size",
         [&] {
           numbers("voxel_size_mm", {1, 1e9, 1});
         }},
        {"far origin",
         [&] {
           numbers("origin_mm", {1, 1e30, 1});
         }},
        {"wrong axes",
         [&] {
           put_attribute(set, "axes", H5T_C_S1, {1});
           H5Adelete(set, "axes");
           put_attribute(set, "axes", H5T_C_S1, {1, 2});
         }},
        {"axes of numbers",
         [&] {
           numbers("axes", {1, 2, 3});
         }},
        {"short rotation",
         [&] {
           numbers("scanner_to_lps", {1, 0, 0, 1});
         }},
        {"singular rotation",
         [&] {
           numbers("scanner_to_lps", {1, 0, 0, 1, 0, 0, 0, 0, 1});
         }},
        {"too few starts",
         [&] {
           numbers("frame_start_s", {0, 60});
         }},
        {"too many durations",
         [&] {
           numbers("frame_duration_s", {60, 60, 60, 60});
         }},
        {"unit of numbers", [&] { numbers("unit", {1}); }},
        {"two images",
         [&] {
           H5Gclose(H5Gcreate2(file, "other", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
           put_set(file, {5, 7, 11}, H5T_NATIVE_FLOAT, "other/image");
         }},
        {"no image", [&] { H5Ldelete(file, "result/image", H5P_DEFAULT); }},
        {"image of text",
         [&] {
           H5Ldelete(file, "result/image", H5P_DEFAULT);
           put_set(file, {5, 7, 11}, H5T_C_S1);
         }},
        {"two axes",
         [&] {
           H5Ldelete(file, "result/image", H5P_DEFAULT);
           put_set(file, {5, 7}, H5T_NATIVE_FLOAT);
         }},
        {"five axes",
         [&] {
           H5Ldelete(file, "result/image", H5P_DEFAULT);
           put_set(file, {1, 1, 5, 7, 11}, H5T_NATIVE_FLOAT);
         }},
        {"no storage",
         [&] {
           H5Ldelete(file, "result/image", H5P_DEFAULT);
           put_set(file, {60000, 60000, 60000}, H5T_NATIVE_FLOAT);
         }},
        {"a group as image",
         [&] {
           H5Ldelete(file, "result/image", H5P_DEFAULT);
           H5Gclose(H5Gcreate2(file, "result/image", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
         }},
    };
    changes.at(name)();
    H5Dclose(set);
    H5Fclose(file);
  }
};

COINCIDE_TEST_CLASS(ImageDamageTest)

}  // namespace coincide::tests

#include "image_damage_test.moc"
