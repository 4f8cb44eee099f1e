#pragma once

#include <string>

#include "recon/image.h"

namespace coincide::recon {

/// What CT numbers above some 1,200 HU are taken for.
enum class DenseMatter {
  bone,   ///< the line of bone goes on
  metal,  ///< metal or contrast agent, which CT sees far too dense: the curve is nearly flat from there on
};

/// Linear attenuation at 511 keV of what has a CT number: one line for mixtures of air and water, another for water and
/// bone. Source: Carney, Townsend, Rappoport, Bendriem, Medical Physics 33(4), 2006.
class CtCurve {
 public:
  /// For X-rays of that tube voltage. Throws InputError beyond 80 to 140 kV.
  explicit CtCurve(double tube_kv, DenseMatter dense = DenseMatter::bone);
  /// In 1/cm; 0 below -1000 HU.
  double mu_per_cm(double hu) const;
  /// From where on a number can hardly be bone.
  double dense_from_hu() const { return dense_from_hu_; }
  /// "CT numbers at 120 kV by the curve of Carney et al. 2006"
  std::string name() const;

 private:
  double tube_kv_;
  DenseMatter dense_;
  double bone_per_hu_ = 0;    ///< slope of the line of bone [1/cm/HU]
  double bone_from_hu_ = 0;   ///< where the two lines meet
  double dense_from_hu_ = 0;  ///< where the line of bone ends
};

/// The attenuation image [1/cm] of a CT image [HU], on its grid.
Image attenuation_of_ct(const Image& ct, const CtCurve& curve, int num_threads = 0);

/// Part of the body (what is denser than -500 HU) that the curve takes for more than bone; 0 where there is none.
double dense_part(const Image& ct, const CtCurve& curve);

}  // namespace coincide::recon
