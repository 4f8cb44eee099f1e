#include "recon/corrections/ct_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

constexpr double water_per_hu = 9.6e-5;  // 0.096 1/cm at 0 HU, none at -1000
constexpr double air_hu = -1000;
constexpr double dense_per_hu = 6e-6;

struct TubeRow {
  double tube_kv;
  double bone_per_hu;
  double bone_from_hu;
  double dense_from_hu;  ///< as scanners do at 100, 120, 140 kV; at 80 kV where the same attenuation is reached
};

constexpr TubeRow rows[] = {{80, 3.64e-5, 50, 1620},  {100, 4.43e-5, 52, 1340}, {110, 4.92e-5, 43, 1270},
                            {120, 5.10e-5, 47, 1200}, {130, 5.51e-5, 37, 1150}, {140, 5.64e-5, 30, 1100}};

}  // namespace

CtCurve::CtCurve(double tube_kv, DenseMatter dense) : tube_kv_(tube_kv), dense_(dense) {
  const auto above = std::ranges::find_if(rows, [&](const TubeRow& row) { return row.tube_kv >= tube_kv; });
  if (above == std::end(rows) || !(tube_kv >= rows[0].tube_kv)) {
    throw InputError(fmt::format("CT numbers at {:g} kV cannot be converted: the curves are known from {:g} to {:g} kV",
                                 tube_kv, rows[0].tube_kv, std::prev(std::end(rows))->tube_kv));
  }
  const TubeRow& below = above == std::begin(rows) ? *above : *std::prev(above);
  const double step = above->tube_kv - below.tube_kv;
  const double part = step > 0 ? (tube_kv - below.tube_kv) / step : 0;
  bone_per_hu_ = std::lerp(below.bone_per_hu, above->bone_per_hu, part);
  bone_from_hu_ = std::lerp(below.bone_from_hu, above->bone_from_hu, part);
  dense_from_hu_ = std::lerp(below.dense_from_hu, above->dense_from_hu, part);
}

double CtCurve::mu_per_cm(double hu) const {
  const double bone = std::clamp(hu, bone_from_hu_, dense_ == DenseMatter::metal ? dense_from_hu_ : INFINITY);
  const double water = std::clamp(hu, air_hu, bone_from_hu_);
  const double dense = dense_ == DenseMatter::metal ? std::max(0.0, hu - dense_from_hu_) : 0;
  return water_per_hu * (water - air_hu) + bone_per_hu_ * (bone - bone_from_hu_) + dense_per_hu * dense;
}

std::string CtCurve::name() const {
  return fmt::format("CT numbers at {:g} kV by the curve of Carney et al. 2006{}", tube_kv_,
                     dense_ == DenseMatter::metal ? fmt::format(", flattened above {:.0f} HU", dense_from_hu_) : "");
}

Image attenuation_of_ct(const Image& ct, const CtCurve& curve, int num_threads) {
  Image mu(ct.grid, 0, "1/cm");
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
  for (std::size_t i = 0; i < ct.values.size(); ++i) {
    mu.values[i] = static_cast<float>(curve.mu_per_cm(ct.values[i]));
  }
  return mu;
}

double dense_part(const Image& ct, const CtCurve& curve) {
  constexpr float body_from_hu = -500;
  const auto dense_from_hu = static_cast<float>(curve.dense_from_hu());
  const auto body = std::ranges::count_if(ct.values, [](float hu) { return hu > body_from_hu; });
  const auto dense = std::ranges::count_if(ct.values, [=](float hu) { return hu > dense_from_hu; });
  return body > 0 ? static_cast<double>(dense) / static_cast<double>(body) : 0;
}

}  // namespace coincide::recon
