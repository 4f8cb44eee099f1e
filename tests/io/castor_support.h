#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

namespace coincide::tests {

/// 8 blocks of 4 x 3 crystals around the axis, 1 layer: 96 crystals, 32 in a ring; CASToR's description of it.
inline const std::string ring_geom =
    "# a ring\nmodality : PET\nscanner name : RING\nnumber of elements : 96\nnumber of layers : 1\n"
    "scanner radius : 100   # to the front\nnumber of rsectors : 8\nnumber of crystals transaxial : 4\n"
    "number of crystals axial : 3\ncrystals size depth : 20\ncrystals size trans : 4\ncrystals size axial : 5\n"
    "crystal gap transaxial : 1\ncrystal gap axial : 0.5\nmean depth of interaction : -1\n"
    "min angle difference : 60\nvoxels number transaxial : 32\n";

/// Little-endian numbers, one after the other.
class Bytes {
 public:
  template <class T>
  Bytes& put(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    all_.append(bytes, sizeof value);
    return *this;
  }
  Bytes& u32(std::uint32_t value) { return put(value); }
  Bytes& f32(float value) { return put(value); }
  const std::string& all() const { return all_; }

 private:
  std::string all_;
};

/// The keys that every listmode header has, for `events` events in data.cdf.
inline std::string listmode_header(std::size_t events, const std::string& more = "") {
  return "Scanner name: RING\nData filename: data.cdf\nNumber of events: " + std::to_string(events) +
         "\nData mode: list-mode\nData type: PET\nStart time (s): 0\nDuration (s): 2\n" + more;
}

}  // namespace coincide::tests
