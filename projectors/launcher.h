#pragma once

#include "projectors/projector.h"

namespace coincide::projectors {

/// What a backend offers to class Projector, which has checked the arguments. See there for the meaning.
class Launcher {
 public:
  virtual ~Launcher() = default;

  virtual void forward(const Projector&, const Lors&, NoTof, const float* image, float* values) const = 0;
  virtual void forward(const Projector&, const Lors&, const TofBins&, const float* image, float* values) const = 0;
  virtual void forward(const Projector&, const Lors&, const TofEvents&, const float* image, float* values) const = 0;
  virtual void forward(const Projector&, const Lors&, const TofTable&, const float* image, float* values) const = 0;

  virtual void back(const Projector&, const Lors&, NoTof, const float* values, float* image) const = 0;
  virtual void back(const Projector&, const Lors&, const TofBins&, const float* values, float* image) const = 0;
  virtual void back(const Projector&, const Lors&, const TofEvents&, const float* values, float* image) const = 0;
  virtual void back(const Projector&, const Lors&, const TofTable&, const float* values, float* image) const = 0;

  virtual void forward_back(const Projector&, const Lors&, NoTof, const float* image, const ValueStep&,
                            float* back_image) const = 0;
  virtual void forward_back(const Projector&, const Lors&, const TofBins&, const float* image, const ValueStep&,
                            float* back_image) const = 0;
  virtual void forward_back(const Projector&, const Lors&, const TofEvents&, const float* image, const ValueStep&,
                            float* back_image) const = 0;
  virtual void forward_back(const Projector&, const Lors&, const TofTable&, const float* image, const ValueStep&,
                            float* back_image) const = 0;
};

// One copy of the CPU kernels per instruction set that the processor's kind may have (cpu/kernels.cpp).
namespace scalar {
const Launcher& cpu_launcher();
}
namespace neon {
const Launcher& cpu_launcher();
}
namespace avx2 {
const Launcher& cpu_launcher();
}
namespace avx512 {
const Launcher& cpu_launcher();
}

/// Of a set that the machine has.
const Launcher& cpu_launcher(InstructionSet set);

}  // namespace coincide::projectors
