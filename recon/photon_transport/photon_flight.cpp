#include "recon/photon_transport/photon_flight.h"

#include "recon/photon_transport/compton.h"

namespace coincide::recon {
namespace {

constexpr double mm_per_cm = 10;

Vec3 along(const Vec3& point, const Vec3& direction, double distance) {
  const auto step = static_cast<float>(distance);
  return {point[0] + step * direction[0], point[1] + step * direction[1], point[2] + step * direction[2]};
}

}  // namespace

PhotonFlight::PhotonFlight(const Phantom& phantom, Interactions interactions, double lowest_kev)
    : phantom_(phantom),
      interactions_(interactions),
      lowest_kev_(lowest_kev),
      highest_mu_per_mm_(interactions == Interactions::none ? 0 : phantom.highest_mu_per_cm() / mm_per_cm) {
  const Box box = phantom.box();
  low_mm_ = box.low_mm;
  high_mm_ = box.high_mm;
}

bool PhotonFlight::inside(const Vec3& point_mm) const {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(point_mm[axis] >= low_mm_[axis] && point_mm[axis] <= high_mm_[axis])) {
      return false;
    }
  }
  return true;
}

bool PhotonFlight::reach_collision(Photon& photon, RandomStream& random) const {
  if (highest_mu_per_mm_ == 0) {
    return false;
  }
  const double ratio = photon.scatters == 0 ? 1 : scatter_ratio(photon.energy_kev);
  double way_mm = 0;
  while (true) {
    way_mm += random.exponential() / (highest_mu_per_mm_ * ratio);
    const Vec3 point_mm = along(photon.point_mm, photon.direction, way_mm);
    if (!inside(point_mm)) {
      return false;
    }
    if (random.uniform() * highest_mu_per_mm_ * mm_per_cm < phantom_.mu_at(point_mm)) {
      photon.point_mm = point_mm;
      photon.way_mm += way_mm;
      return true;
    }
  }
}

bool PhotonFlight::collide(Photon& photon, RandomStream& random) const {
  if (interactions_ == Interactions::absorb || random.uniform() > compton_part_of_mu) {
    return false;
  }
  const ComptonScatter scatter = draw_compton(photon.energy_kev, random);
  photon.energy_kev *= scatter.part;
  photon.direction = turned(photon.direction, scatter.cosine, random);
  ++photon.scatters;
  return photon.energy_kev >= lowest_kev_;
}

bool PhotonFlight::follow(Photon& photon, RandomStream& random) const {
  while (reach_collision(photon, random)) {
    if (!collide(photon, random)) {
      return false;
    }
  }
  return true;
}

}  // namespace coincide::recon
