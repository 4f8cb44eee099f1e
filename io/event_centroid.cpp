#include "io/event_centroid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "recon/units.h"
#include "recon/vectors.h"

namespace coincide::io {
namespace {

constexpr double sigmas = 5;  // of chance
constexpr double enough_events = 10'000;

double median_sigma_mm(const recon::Scanner& scanner) {
  std::vector<float> sigmas_mm;
  for (const recon::TofBin& bin : scanner.tof_bins) {
    sigmas_mm.push_back(bin.sigma_mm);
  }
  std::ranges::nth_element(sigmas_mm, sigmas_mm.begin() + std::ssize(sigmas_mm) / 2);
  return sigmas_mm[sigmas_mm.size() / 2];
}

}  // namespace

EventCentroid::EventCentroid(const recon::Scanner& scanner)
    : scanner_(scanner), middle_mm_(recon::to_eigen(scanner.centre_mm())) {}

void EventCentroid::add(std::uint32_t crystal_a, std::uint32_t crystal_b, std::uint32_t time_ms, bool delayed) {
  const Eigen::Vector3d a = recon::to_eigen(scanner_.crystal_centre_mm[crystal_a]) - middle_mm_;
  const Eigen::Vector3d b = recon::to_eigen(scanner_.crystal_centre_mm[crystal_b]) - middle_mm_;
  const Eigen::Vector3d u = (b - a).normalized();
  if (!u.allFinite()) {
    return;
  }
  const double weight = delayed ? -1 : 1, t_s = 1e-3 * time_ms;
  const Eigen::Matrix3d across = Eigen::Matrix3d::Identity() - u * u.transpose();
  const Eigen::Vector3d from_middle = across * a;  // the nearest of the line
  Matrix6 more;
  more << across, t_s * across, t_s * across, t_s * t_s * across;
  normal_ += weight * more;
  right_.head<3>() += weight * from_middle;
  right_.tail<3>() += weight * t_s * from_middle;
  squares_mm2_ += weight * from_middle.squaredNorm();
  (delayed ? delayeds_ : prompts_) += 1;
  first_ms_ = std::min(first_ms_, time_ms);
  last_ms_ = std::max(last_ms_, time_ms);
}

void EventCentroid::add_tof(std::uint32_t crystal_a, std::uint32_t crystal_b, float tof_mm) {
  const Eigen::Vector3d a = recon::to_eigen(scanner_.crystal_centre_mm[crystal_a]) - middle_mm_;
  const Eigen::Vector3d b = recon::to_eigen(scanner_.crystal_centre_mm[crystal_b]) - middle_mm_;
  const Eigen::Vector3d u = (b - a).normalized();
  if (!u.allFinite()) {
    return;
  }
  const double along_mm = tof_mm + 0.5 * (a + b).dot(u);
  constexpr double unit_mm = 100;
  const double x = u.x(), y = u.y(), z = u.z();
  const Eigen::Vector3d q = (a - a.dot(u) * u) / unit_mm;  // nearest to the middle
  // The first powers are among the third, since u has the length 1, and z q.z() among the rest, since q is across it.
  TofVector row;
  row << 1, x * x * x, y * y * y, z * z * z, x * x * y, x * x * z, y * y * x, y * y * z, z * z * x, z * z * y,
      x * y * z, x * q.x(), x * q.y(), x * q.z(), y * q.x(), y * q.y(), y * q.z(), z * q.x(), z * q.y();
  normal_of_tof_ += row * row.transpose();
  right_of_tof_ += along_mm * row;
  squares_of_tof_mm2_ += along_mm * along_mm;
  ++tof_events_;
}

std::optional<DataCheck> EventCentroid::drift() const {
  constexpr double s_per_minute = 60;
  constexpr double most_mm_per_minute = 3;
  constexpr double least_way_mm = 2;
  constexpr double least_s = 1;
  const double time_s = 1e-3 * (last_ms_ - std::min(first_ms_, last_ms_)), trues = prompts_ - delayeds_;
  const Eigen::FullPivLU<Eigen::MatrixXd> solver(normal_);
  if (trues < enough_events || time_s < least_s || !solver.isInvertible()) {
    return std::nullopt;
  }
  const Vector6 place = solver.solve(right_);
  const double speed_mm_per_s = place.tail<3>().norm();
  const double variance_mm2 = (squares_mm2_ - place.dot(right_)) / trues * (prompts_ + delayeds_) / trues;
  const double chance_mm_per_s = std::sqrt(variance_mm2 * solver.inverse().diagonal().tail<3>().maxCoeff());
  const std::string sentence =
      fmt::format("the middle of the activity moves by {:.3g} mm per minute, give or take {:.2g}",
                  s_per_minute * speed_mm_per_s, s_per_minute * chance_mm_per_s);
  const bool moves = speed_mm_per_s * s_per_minute > most_mm_per_minute && speed_mm_per_s * time_s > least_way_mm &&
                     speed_mm_per_s > sigmas * chance_mm_per_s;
  return DataCheck{
      "Drift", moves ? Verdict::notice : Verdict::good, sentence,
      moves ? "If the body moved, give its poses (input.motion) or reconstruct frames; a tracer that spreads moves, "
              "too."
            : ""};
}

DataCheck EventCentroid::tof_offset() const {
  constexpr double most_sigma = 0.2;    // of the resolution
  constexpr double most_extent = 0.03;  // of the activity's: the larger it is, the less exactly are places known
  const Eigen::FullPivLU<Eigen::MatrixXd> solver(normal_of_tof_);
  if (tof_events_ < enough_events || !solver.isInvertible()) {
    return {"TOF offset", Verdict::unknown, "too few prompts, or all in one direction: the data cannot tell",
            "Check with a longer measurement."};
  }
  const TofVector found = solver.solve(right_of_tof_);
  const double variance_mm2 = (squares_of_tof_mm2_ - found.dot(right_of_tof_)) / tof_events_;
  const double chance_mm = std::sqrt(variance_mm2 * solver.inverse()(0, 0));
  const double sigma_mm = median_sigma_mm(scanner_);
  const double extent_mm = std::sqrt(std::max(0.0, variance_mm2 - sigma_mm * sigma_mm));
  const double offset_mm = found[0];
  const std::string sentence =
      fmt::format("time of flight is {:.2g} mm ({:.2g} ps) off on average", offset_mm, offset_mm / recon::mm_per_ps);
  if (std::abs(offset_mm) <= most_sigma * sigma_mm + most_extent * extent_mm ||
      std::abs(offset_mm) <= sigmas * chance_mm) {
    return {"TOF offset", Verdict::good, sentence, ""};
  }
  return {"TOF offset", Verdict::notice, sentence + ": points will be split, or stretched along lines",
          "Correct the offset of the times when converting the data, or set algorithm.tof = false.", true};
}

}  // namespace coincide::io
