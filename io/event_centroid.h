#pragma once

#include <Eigen/LU>
#include <cstdint>
#include <optional>

#include "io/data_checks.h"

namespace coincide::io {

/// Least squares of what events tell of the middle of all activity: where it is, whether it moves, and whether time of
/// flight is measured from another time than 0. Random coincidences are taken off as delayeds.
class EventCentroid {
 public:
  /// Keeps a reference to the scanner.
  explicit EventCentroid(const recon::Scanner& scanner);
  explicit EventCentroid(const recon::Scanner&&) = delete;

  void add(std::uint32_t crystal_a, std::uint32_t crystal_b, std::uint32_t time_ms, bool delayed);
  /// Of a prompt, `tof_mm` from the middle of its LOR towards the second crystal.
  void add_tof(std::uint32_t crystal_a, std::uint32_t crystal_b, float tof_mm);

  /// How fast the middle moves. Nothing where events are few or their time is short.
  std::optional<DataCheck> drift() const;
  /// What differences of arrival times have in common that no place explains.
  DataCheck tof_offset() const;

 private:
  using Vector6 = Eigen::Matrix<double, 6, 1>;
  using Matrix6 = Eigen::Matrix<double, 6, 6>;

  const recon::Scanner& scanner_;
  Eigen::Vector3d middle_mm_;
  // Of place and speed: a line is as far from the place as the component across it.
  Matrix6 normal_ = Matrix6::Zero();
  Vector6 right_ = Vector6::Zero();
  double squares_mm2_ = 0;
  double prompts_ = 0, delayeds_ = 0;
  std::uint32_t first_ms_ = UINT32_MAX, last_ms_ = 0;
  // Of offset and place: TOF is as far from the offset as the place is along the line. Along other lines other places
  // are seen, from both ends of a line the same, though formats that order crystals list it from one alone: all terms
  // but the offset are odd in the direction, to the third power, or to the first and linear in where the line passes.
  static constexpr int tof_terms = 19;
  using TofVector = Eigen::Matrix<double, tof_terms, 1>;
  using TofMatrix = Eigen::Matrix<double, tof_terms, tof_terms>;
  TofMatrix normal_of_tof_ = TofMatrix::Zero();
  TofVector right_of_tof_ = TofVector::Zero();
  double squares_of_tof_mm2_ = 0;
  double tof_events_ = 0;
};

}  // namespace coincide::io
