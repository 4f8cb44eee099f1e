#pragma once

#include "recon/motion/registration.h"

namespace coincide::recon {

/// pose_of() the other way round: the registration that brings an image with that middle to the pose.
Registration registration_of(const Pose& pose, const Point& middle_mm);

}  // namespace coincide::recon
