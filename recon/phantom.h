#pragma once

#include <string>
#include <vector>

#include "recon/image.h"
#include "recon/scanner.h"

namespace coincide::recon {

enum class ShapeKind { ellipsoid, elliptic_cylinder, box };

/// A solid with uniform activity and attenuation. half_size_mm: semi-axes, or (semi-axis x, semi-axis y, half length)
/// of a cylinder along z, or half edges of a box. A later shape of a phantom replaces what earlier ones put there.
struct Shape {
  ShapeKind kind = ShapeKind::ellipsoid;
  std::string name;
  Vec3 centre_mm{};
  Vec3 half_size_mm{};
  double activity_bq_per_ml = 0;
  double mu_per_cm = 0;  ///< linear attenuation at 511 keV

  bool contains(const Vec3& point_mm) const;
  double volume_ml() const;
};

struct Box {
  Vec3 low_mm{};
  Vec3 high_mm{};
};

/// An object made of analytic shapes, of images, or of shapes in images. Positions relative to the middle of the
/// scanner.
struct Phantom {
  std::string name;
  std::vector<Shape> shapes;
  Image activity{};  ///< Bq/mL, where there is no shape; uniform in each voxel; may be empty
  Image mu{};        ///< 1/cm, the same

  /// At a point, Bq/mL: that of the last shape that contains it, else of the image, else 0.
  double activity_at(const Vec3& point_mm) const;
  double mu_at(const Vec3& point_mm) const;
  double highest_mu_per_cm() const;
  /// Around all shapes and all voxels that are not 0 in both images.
  Box box() const;
  /// Integral of mu along the segment from a to b [dimensionless], exact in shapes.
  double attenuation_exponent(const Vec3& a_mm, const Vec3& b_mm) const;
};

/// The phantom's activity [Bq/mL] or attenuation [1/cm] averaged over voxels with `samples`^3 points each.
Image activity_image(const Phantom& phantom, const ImageGrid& grid, const Vec3& phantom_origin_mm, int samples = 3,
                     int num_threads = 0);
Image attenuation_image(const Phantom& phantom, const ImageGrid& grid, const Vec3& phantom_origin_mm, int samples = 3,
                        int num_threads = 0);

}  // namespace coincide::recon
