#include "io/itk_transform.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "io/atomic_file.h"
#include "io/itk_parameters.h"
#include "io/itk_transform_hdf5.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr std::string_view first_line = "#Insight Transform File";

std::string bytes_of(const std::filesystem::path& path) {
  constexpr std::size_t most_bytes = 100'000;  // such a file has some hundred
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw FileError("it cannot be read");
  }
  std::string bytes(most_bytes, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(most_bytes));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

std::vector<double> numbers_of(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  std::vector<double> numbers{std::istream_iterator<double>(in), {}};
  if (!in.eof()) {
    throw FileError(fmt::format("\"{:.60}\" is no list of numbers", text));
  }
  return numbers;
}

std::vector<ItkParameters> transforms_of_text(const std::string& text) {
  std::istringstream lines(text);
  std::vector<ItkParameters> found;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == line.npos) {
      continue;
    }
    const std::string name = line.substr(0, colon), value(recon::trimmed(std::string_view(line).substr(colon + 1)));
    if (name == "Transform" || found.empty()) {
      found.emplace_back();
    }
    if (name == "Transform") {
      found.back().type = value;
    } else if (name == "Parameters") {
      found.back().moving = numbers_of(value);
    } else if (name == "FixedParameters") {
      found.back().fixed = numbers_of(value);
    }
  }
  return found;
}

/// A variable of a MATLAB file of level 4 (MathWorks, MAT-File Format, "Level 4 MAT-Files"): five numbers, its name,
/// and its values column by column.
struct Variable {
  std::string name;
  std::vector<double> values;
};

template <class Number>
std::vector<double> take_values(std::string_view& bytes, std::size_t count) {
  std::vector<Number> numbers(count);
  std::memcpy(numbers.data(), bytes.data(), count * sizeof(Number));
  bytes.remove_prefix(count * sizeof(Number));
  return {numbers.begin(), numbers.end()};
}

std::optional<Variable> take_variable(std::string_view& bytes) {
  constexpr std::int32_t doubles = 0, singles = 10;  // full matrices of little-endian machines
  constexpr std::int32_t most = 64;
  std::array<std::int32_t, 5> head{};
  if (bytes.size() < sizeof head) {
    return std::nullopt;
  }
  std::memcpy(head.data(), bytes.data(), sizeof head);
  bytes.remove_prefix(sizeof head);
  const auto [type, rows, columns, is_complex, name_bytes] = head;
  if ((type != doubles && type != singles) || rows < 0 || rows > most || columns < 0 || columns > most ||
      is_complex != 0 || name_bytes < 1 || name_bytes > most) {
    return std::nullopt;
  }
  const auto name_size = static_cast<std::size_t>(name_bytes);
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  if (bytes.size() < name_size + count * (type == doubles ? sizeof(double) : sizeof(float))) {
    return std::nullopt;
  }
  Variable found{.name = std::string(bytes.substr(0, name_size - 1)), .values = {}};
  bytes.remove_prefix(name_size);
  found.values = type == doubles ? take_values<double>(bytes, count) : take_values<float>(bytes, count);
  return found;
}

std::optional<ItkParameters> parameters_of_matlab(std::string_view bytes) {
  std::optional<Variable> moving = take_variable(bytes);
  std::optional<Variable> fixed = moving ? take_variable(bytes) : std::nullopt;
  if (!fixed || fixed->name != "fixed") {
    return std::nullopt;
  }
  return ItkParameters{
      .type = std::move(moving->name), .moving = std::move(moving->values), .fixed = std::move(fixed->values)};
}

Matrix3d turn_about(int axis, double radians) {
  return Eigen::AngleAxisd(radians, Vector3d::Unit(axis)).toRotationMatrix();
}

/// ITK's Euler3DTransform turns about y first, then about x, then about z, unless its fourth fixed parameter says:
/// about x, then about y, then about z.
Matrix3d euler_turn(const ItkParameters& of) {
  const Matrix3d x = turn_about(0, of.moving[0]), y = turn_about(1, of.moving[1]), z = turn_about(2, of.moving[2]);
  const bool is_zyx = of.fixed.size() > 3 && of.fixed[3] != 0;
  return is_zyx ? Matrix3d(z * y * x) : Matrix3d(z * x * y);
}

/// ITK keeps the vector part of a quaternion of length 1.
Matrix3d versor_turn(const ItkParameters& of) {
  const Vector3d part(of.moving[0], of.moving[1], of.moving[2]);
  const double w = std::sqrt(std::max(0.0, 1 - part.squaredNorm()));
  return Eigen::Quaterniond(w, part.x(), part.y(), part.z()).normalized().toRotationMatrix();
}

/// p_moving = turn (p_fixed - centre) + centre + shift.
Eigen::Affine3d fixed_to_moving(const ItkParameters& of) {
  const auto is = [&](std::string_view kind, std::size_t count) {
    return of.type.starts_with(kind) && of.moving.size() == count;
  };
  Matrix3d matrix = Matrix3d::Identity();
  if (is("AffineTransform_", 12) || is("MatrixOffsetTransformBase_", 12)) {
    matrix = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(of.moving.data());
  } else if (is("Euler3DTransform_", 6)) {
    matrix = euler_turn(of);
  } else if (is("VersorRigid3DTransform_", 6)) {
    matrix = versor_turn(of);
  } else if (!is("TranslationTransform_", 3)) {
    throw FileError(fmt::format("it holds \"{:.60}\" of {} parameters, which is no turn and shift in three dimensions",
                                of.type, of.moving.size()));
  }
  const Vector3d shift = Eigen::Map<const Vector3d>(of.moving.data() + of.moving.size() - 3);
  Vector3d centre = Vector3d::Zero();
  if (of.fixed.size() >= 3) {
    centre = Eigen::Map<const Vector3d>(of.fixed.data());
  }
  return Eigen::Translation3d(centre + shift) * Eigen::Affine3d(matrix) * Eigen::Translation3d(-centre);
}

/// Of a composite, the parts act on a point from the last one to the first.
Eigen::Affine3d fixed_to_moving(const std::vector<ItkParameters>& transforms) {
  const bool is_composite = !transforms.empty() && transforms.front().type.starts_with("CompositeTransform");
  const auto parts = std::span(transforms).subspan(is_composite ? 1 : 0);
  if (parts.empty()) {
    throw FileError("it holds no transform");
  }
  if (parts.size() > 1 && !is_composite) {
    throw FileError("it holds several transforms, one after the other");
  }
  Eigen::Affine3d all = Eigen::Affine3d::Identity();
  for (const ItkParameters& part : parts) {
    all = all * fixed_to_moving(part);
  }
  return all;
}

/// Throws FileError where the body would not stay as it is.
recon::Pose rigid_pose(const Eigen::Affine3d& affine) {
  constexpr double rounding = 1e-3, farthest_mm = 1e5;
  const Matrix3d turn = affine.linear();
  const Vector3d shift = affine.translation();
  if (!affine.matrix().allFinite() || !(shift.cwiseAbs().maxCoeff() < farthest_mm)) {
    throw FileError("its numbers are no places in a scanner");
  }
  if (!((turn * turn.transpose() - Matrix3d::Identity()).cwiseAbs().maxCoeff() < rounding) || turn.determinant() < 0) {
    throw FileError(
        fmt::format("it scales, shears or mirrors (volumes become {:.4g} times as large), and a layer can only be "
                    "turned and shifted",
                    turn.determinant()));
  }
  const Eigen::Quaterniond q = Eigen::Quaterniond(turn).normalized();
  return {.q = {q.w(), q.x(), q.y(), q.z()}, .t_mm = {shift.x(), shift.y(), shift.z()}};
}

}  // namespace

bool is_itk_transform(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return false;
  }
  const std::string bytes = bytes_of(path);
  return bytes.starts_with(first_line) || parameters_of_matlab(bytes).has_value() || is_itk_transform_hdf5(path);
}

recon::Pose read_itk_transform(const std::filesystem::path& path) {
  try {
    const std::string bytes = bytes_of(path);
    std::vector<ItkParameters> found;
    if (bytes.starts_with(first_line)) {
      found = transforms_of_text(bytes);
    } else if (std::optional<ItkParameters> of_matlab = parameters_of_matlab(bytes)) {
      found.push_back(std::move(*of_matlab));
    } else if (is_itk_transform_hdf5(path)) {
      found = read_itk_transform_hdf5(path);
    } else {
      throw FileError("it is no transform of ITK as text, in ANTs' .mat or in HDF5");
    }
    return recon::inverse(rigid_pose(fixed_to_moving(found)));
  } catch (const FileError& error) {
    throw FileError(
        fmt::format("The registration {} cannot be used: {}; save a rigid registration as a text file (.tfm).",
                    path.string(), error.what()));
  }
}

void write_itk_transform(const std::filesystem::path& path, const recon::Pose& moving_to_fixed) {
  const recon::Pose back = recon::inverse(moving_to_fixed);
  const Eigen::Matrix<double, 3, 3, Eigen::RowMajor> turn =
      Eigen::Quaterniond(back.q[0], back.q[1], back.q[2], back.q[3]).toRotationMatrix();
  write_text_file(
      path, fmt::format("{} V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
                        "Parameters: {} {}\nFixedParameters: 0 0 0\n",
                        first_line, fmt::join(turn.data(), turn.data() + turn.size(), " "), fmt::join(back.t_mm, " ")));
}

}  // namespace coincide::io
