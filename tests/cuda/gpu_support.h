#pragma once

#include <QtTest>
#include <algorithm>

#include "projectors/device.h"
#include "support/cuda_on_host/cuda_on_host.h"

namespace coincide::tests {

inline bool has_gpu() {
  const std::vector<projectors::DeviceInfo> devices = projectors::available_devices();
  return std::ranges::any_of(
      devices, [](const auto& info) { return info.available && info.device.kind == projectors::DeviceKind::cuda; });
}

}  // namespace coincide::tests

/// In initTestCase(): on a machine without GPU the tests for one are left out.
#define COINCIDE_NEED_GPU()                                                         \
  if (!coincide::tests::has_gpu()) {                                                \
    QSKIP(coincide::projectors::available_devices().at(1).why_unavailable.c_str()); \
  }

/// In a test that sets or asks the machine.
#define COINCIDE_NEED_EMULATION()                      \
  if (!cuda_on_host::is_emulated()) {                  \
    QSKIP("Needs the stand-in for the CUDA runtime."); \
  }
