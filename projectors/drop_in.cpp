#include "projectors/drop_in.h"

#include <algorithm>
#include <string>
#include <vector>

#include "projectors/cuda/backend.h"
#include "projectors/error.h"

namespace coincide::projectors::drop_in {

Device computing_device(Device arrays, int device_id) {
  const bool on_host = arrays.kind == DeviceKind::cpu;
  if (on_host && device_id < 0) {
    return {};  // without starting CUDA, which a process that forks must not have done
  }
  static const std::vector<DeviceInfo> gpus = cuda::devices();  // asking anew takes longer than a small call
  if (on_host && std::ranges::none_of(gpus, &DeviceInfo::available)) {
    return {};
  }
  const Device wanted = on_host ? Device{DeviceKind::cuda, device_id} : arrays;
  const auto found = std::ranges::find(gpus, wanted, &DeviceInfo::device);
  if (found != gpus.end() && found->available) {
    return wanted;
  }
  try {
    return find_device(device_word(wanted));
  } catch (DeviceError& error) {
    error.prepend(on_host ? "device_id is " + std::to_string(device_id) + " (a negative one means the CPU)"
                          : "Arrays lie on " + device_word(wanted));
    throw;
  }
}

Projector make_projector(const Setting& setting, std::string_view shape_name) {
  try {
    return Projector(setting.grid,
                     {.boundary = BoundaryRule::upstream, .device = setting.device, .cuda = setting.cuda});
  } catch (InputError& error) {
    error.prepend(shape_name);
    throw;
  }
}

}  // namespace coincide::projectors::drop_in
