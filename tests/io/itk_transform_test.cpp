// Registrations of ITK: which way they go, in numbers worked out by hand; what is none is refused with a reason.

#include <hdf5.h>

#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "io/itk_transform.h"
#include "projectors/error.h"
#include "recon/motion/registration_of_pose.h"
#include "support/test_main.h"

namespace coincide::tests {

using recon::Point;

class ItkTransformTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  recon::Pose read(const std::string& type, const std::string& parameters, const std::string& fixed) const {
    std::ofstream(path("t.tfm")) << "#Insight Transform File V1.0\n#Transform 0\nTransform: " << type
                                 << "_double_3_3\nParameters: " << parameters << "\nFixedParameters: " << fixed << "\n";
    return io::read_itk_transform(path("t.tfm"));
  }
  std::string refusal(const std::string& text) const {
    std::ofstream(path("bad.tfm")) << text;
    try {
      io::read_itk_transform(path("bad.tfm"));
      return "read";
    } catch (const FileError& error) {
      return error.what();
    }
  }
  /// Where the pose brings a point of the moving image.
  struct Part {
    const char* type;
    std::vector<double> moving, fixed;
  };
  /// As ITK lays it out in HDF5; a part without numbers, as the head of a composite, has no lists.
  void write_hdf5(const char* name, const std::vector<Part>& parts, const char* moving = "TransformParameters",
                  const char* fixed = "TransformFixedParameters") const {
    const hid_t file = H5Fcreate(path(name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t all = H5Gcreate2(file, "TransformGroup", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    const auto put = [](hid_t group, const char* dataset, hid_t type, hsize_t size, const void* values) {
      const hid_t space = H5Screate_simple(1, &size, nullptr);
      const hid_t made = H5Dcreate2(group, dataset, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
      H5Dclose(made);
      H5Sclose(space);
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const hid_t one = H5Gcreate2(all, std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      put(one, "TransformType", text, 1, static_cast<const void*>(&parts[i].type));
      if (!parts[i].moving.empty()) {
        put(one, moving, H5T_NATIVE_DOUBLE, parts[i].moving.size(), parts[i].moving.data());
        put(one, fixed, H5T_NATIVE_DOUBLE, parts[i].fixed.size(), parts[i].fixed.data());
      }
      H5Gclose(one);
    }
    H5Tclose(text);
    H5Gclose(all);
    H5Fclose(file);
  }
  std::string refusal_of_hdf5(const std::vector<Part>& parts) const {
    write_hdf5("bad.h5", parts);
    try {
      io::read_itk_transform(path("bad.h5"));
      return "read";
    } catch (const FileError& error) {
      return error.what();
    }
  }
  static bool brings(const recon::Pose& pose, const Point& from, const Point& to) {
    const Point found = recon::PoseMap(pose).to_scanner(from);
    return std::hypot(found[0] - to[0], found[1] - to[1], found[2] - to[2]) < 1e-9;
  }

 private slots:
  /// A point of the fixed image plus 10 mm is that of the moving one: its content moves 10 mm to the right side, -x.
  void a_shift_goes_the_other_way() {
    QVERIFY(brings(read("TranslationTransform", "10 0 -3", ""), {10, 0, 0}, {0, 0, 3}));
    QVERIFY(brings(read("AffineTransform", "1 0 0 0 1 0 0 0 1 10 0 -3", "5 6 7"), {1, 2, 3}, {-9, 2, 6}));
  }

  /// By 90 degrees about z with the centre (10, 0, 0): the fixed point (11, 0, 0) is the moving one (10, 1, 0); with a
  /// shift of (1, 2, 3) it is (11, 3, 3).
  void a_turn_is_about_the_centre() {
    const double quarter = std::numbers::pi / 2, half = std::sqrt(0.5);
    const Point fixed{11, 0, 0}, moving{11, 3, 3};
    QVERIFY(brings(read("AffineTransform", "0 -1 0 1 0 0 0 0 1 1 2 3", "10 0 0"), moving, fixed));
    QVERIFY(brings(read("MatrixOffsetTransformBase", "0 -1 0 1 0 0 0 0 1 1 2 3", "10 0 0"), moving, fixed));
    std::ostringstream euler, versor;
    euler.precision(17);
    versor.precision(17);
    euler << "0 0 " << quarter << " 1 2 3";
    versor << "0 0 " << half << " 1 2 3";
    QVERIFY(brings(read("Euler3DTransform", euler.str(), "10 0 0"), moving, fixed));
    QVERIFY(brings(read("VersorRigid3DTransform", versor.str(), "10 0 0"), moving, fixed));
  }

  /// Quarter turns about x and y: with ITK's usual order, y first, the fixed (1, 0, 0) goes by y to (0, 0, -1), and
  /// that by x to (0, 1, 0); in the order x, y it stays under x and becomes (0, 0, -1).
  void both_orders_of_euler_angles() {
    std::ostringstream angles;
    angles.precision(17);
    angles << std::numbers::pi / 2 << ' ' << std::numbers::pi / 2 << " 0 0 0 0";
    QVERIFY(brings(read("Euler3DTransform", angles.str(), "0 0 0"), {0, 1, 0}, {1, 0, 0}));
    QVERIFY(brings(read("Euler3DTransform", angles.str(), "0 0 0 0"), {0, 1, 0}, {1, 0, 0}));
    QVERIFY(brings(read("Euler3DTransform", angles.str(), "0 0 0 1"), {0, 0, -1}, {1, 0, 0}));
  }

  /// As ANTs leaves it: 12 parameters and the centre, in columns.
  void matlab_files() {
    std::ofstream out(path("0GenericAffine.mat"), std::ios::binary);
    const auto put = [&out](const std::string& name, const std::vector<double>& values) {
      const std::array<std::int32_t, 5> head{0, static_cast<std::int32_t>(values.size()), 1, 0,
                                             static_cast<std::int32_t>(name.size() + 1)};
      out.write(reinterpret_cast<const char*>(head.data()), sizeof head);
      out.write(name.c_str(), static_cast<std::streamsize>(name.size() + 1));
      out.write(reinterpret_cast<const char*>(values.data()),
                static_cast<std::streamsize>(values.size() * sizeof(double)));
    };
    put("AffineTransform_double_3_3", {0, -1, 0, 1, 0, 0, 0, 0, 1, 1, 2, 3});
    put("fixed", {10, 0, 0});
    out.close();
    QVERIFY(io::is_itk_transform(path("0GenericAffine.mat")));
    QVERIFY(brings(io::read_itk_transform(path("0GenericAffine.mat")), {11, 3, 3}, {11, 0, 0}));
    std::filesystem::resize_file(path("0GenericAffine.mat"), 150);
    QVERIFY(!io::is_itk_transform(path("0GenericAffine.mat")));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_itk_transform(path("0GenericAffine.mat")));
  }

  /// SimpleITK 2.5 (ITK 5.4.8) maps (7, 8, 9) by the composite of this affine and this Euler transform, in this order
  /// in its file, to the point below. As text and as HDF5, under the names of today and those of ITK 4.
  void composites_and_hdf5() {
    const Part head{"CompositeTransform_double_3_3", {}, {}};
    const Part affine{"AffineTransform_double_3_3", {1, 0, 0, 0, 1, 0, 0, 0, 1, 10, 2, 3}, {0, 0, 0}};
    const Part euler{"Euler3DTransform_double_3_3", {0.1, 0.2, 0.3, 4, 5, 6}, {1, 2, 3, 0}};
    const Point fixed{7, 8, 9}, moving{20.130593930381117, 16.346272134027934, 17.263961593167362};
    const auto far_moving = Point{moving[0] - 10, moving[1] - 2, moving[2] - 3};  // by the Euler transform alone
    write_hdf5("composite.h5", {head, affine, euler});
    QVERIFY(io::is_itk_transform(path("composite.h5")));
    QVERIFY(brings(io::read_itk_transform(path("composite.h5")), moving, fixed));
    write_hdf5("old.h5", {euler}, "TranformParameters", "TranformFixedParameters");
    QVERIFY(brings(io::read_itk_transform(path("old.h5")), far_moving, fixed));
    std::ofstream(path("composite.tfm")) << "#Insight Transform File V1.0\nTransform: CompositeTransform_double_3_3\n"
                                            "Transform: AffineTransform_double_3_3\n"
                                            "Parameters: 1 0 0 0 1 0 0 0 1 10 2 3\nFixedParameters: 0 0 0\n"
                                            "Transform: Euler3DTransform_double_3_3\n"
                                            "Parameters: 0.1 0.2 0.3 4 5 6\nFixedParameters: 1 2 3 0\n";
    QVERIFY(brings(io::read_itk_transform(path("composite.tfm")), moving, fixed));
  }

  /// A field of displacements has millions of numbers; they are not even read.
  void hdf5_of_no_turn_and_shift_is_refused() {
    const Part affine{"AffineTransform_double_3_3", {1, 0, 0, 0, 1, 0, 0, 0, 1, 10, 2, 3}, {0, 0, 0}};
    const Part field{"DisplacementFieldTransform_double_3_3", std::vector<double>(3000), {10, 10, 10}};
    const auto has = [](const std::string& sentence, const char* what) {
      return sentence.find("bad.h5 cannot be used: ") != sentence.npos && sentence.find(what) != sentence.npos;
    };
    QVERIFY(has(refusal_of_hdf5({{"CompositeTransform_double_3_3", {}, {}}, affine, field}), "DisplacementField"));
    QVERIFY(has(refusal_of_hdf5({affine, affine}), "several transforms"));
    QVERIFY(has(refusal_of_hdf5({}), "holds no transform"));
    write_hdf5("cut.h5", {affine});
    std::filesystem::resize_file(path("cut.h5"), std::filesystem::file_size(path("cut.h5")) / 2);
    QVERIFY(!io::is_itk_transform(path("cut.h5")));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_itk_transform(path("cut.h5")));
  }

  /// A layer's registration through a file and back, also where two angles do the same.
  void what_is_written_is_read_again() {
    const Point middle{12, -7, 30};
    for (const Point& turn : {Point{3, -20, 170}, Point{-100, 40, 5}, Point{20, 90, 0}, Point{0, 0, 0}}) {
      const recon::Registration place{.shift_mm = {1.5, -2.25, 100}, .turn_degrees = turn};
      io::write_itk_transform(path("own.tfm"), recon::pose_of(place, middle));
      const recon::Registration again = recon::registration_of(io::read_itk_transform(path("own.tfm")), middle);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(std::abs(again.shift_mm[axis] - place.shift_mm[axis]) < 1e-9);
        QVERIFY(std::abs(again.turn_degrees[axis] - turn[axis]) < 1e-5);
      }
    }
    QVERIFY(io::is_itk_transform(path("own.tfm")));
    QVERIFY_THROWS_EXCEPTION(FileError, io::write_itk_transform("/no/such/folder/t.tfm", {}));
  }

  /// A shift of (10, 0, 0) of the layer is one of -10 in the file, as SimpleITK would resample with.
  void what_is_written_goes_from_fixed_to_moving() {
    io::write_itk_transform(path("own.tfm"), recon::pose_of({.shift_mm = {10, 0, 0}}, {1, 2, 3}));
    std::ifstream in(path("own.tfm"));
    const std::string text(std::istreambuf_iterator<char>(in), {});
    QVERIFY2(text.find("Transform: AffineTransform_double_3_3\nParameters: 1 0 0 0 1 0 0 0 1 -10 ") != text.npos,
             text.c_str());
  }

  void what_is_none_is_refused() {
    const std::string head = "#Insight Transform File V1.0\n";
    const auto has = [](const std::string& sentence, const char* what) {
      return sentence.find("bad.tfm cannot be used: ") != sentence.npos && sentence.find(what) != sentence.npos;
    };
    const std::string affine = head + "Transform: AffineTransform_double_3_3\n";
    QVERIFY(has(refusal(affine + "Parameters: 2 0 0 0 2 0 0 0 2 0 0 0\n"), "(volumes become 8 times as large)"));
    QVERIFY(has(refusal(affine + "Parameters: -1 0 0 0 1 0 0 0 1 0 0 0\n"), "mirrors"));
    QVERIFY(has(refusal(affine + "Parameters: 1 0 0 0 1 0 0 0 1 0 0\n"), "of 11 parameters"));
    QVERIFY(has(refusal(affine + "Parameters: 1 0 0 0 1 0 0 0 1 0 nan 0\n"), "no list of numbers"));
    QVERIFY(has(refusal(affine + "Parameters: 1 0 0 0 1 0 0 0 1 0 1e300 0\n"), "no places in a scanner"));
    QVERIFY(has(refusal(head + "Transform: BSplineTransform_double_3_3\nParameters: 1 2\n"), "\"BSplineTransform"));
    QVERIFY(has(refusal(head), "holds no transform"));
    const std::string shift = "Transform: TranslationTransform_double_3_3\nParameters: 1 2 3\nFixedParameters:\n";
    QVERIFY(has(refusal(head + shift + shift), "several transforms"));
    QCOMPARE(refusal(head + "Transform: CompositeTransform_double_3_3\n" + shift), std::string("read"));
    QVERIFY(has(refusal("x,y,z\n1,2,3\n"), "no transform of ITK"));
    QVERIFY(has(refusal(""), "no transform of ITK"));
    QVERIFY(!io::is_itk_transform(path("none.tfm")) && !io::is_itk_transform(folder_.path().toStdString()));
    QVERIFY_THROWS_EXCEPTION(FileError, io::read_itk_transform(path("none.tfm")));
  }
};

COINCIDE_TEST_CLASS(ItkTransformTest)

}  // namespace coincide::tests

#include "itk_transform_test.moc"
