#include "io/dicom/uid.h"

#include <algorithm>
#include <random>

namespace coincide::io::dicom {

std::string decimal_digits(std::array<std::uint8_t, 16> number) {
  std::string digits;
  do {
    unsigned rest = 0;
    for (std::uint8_t& byte : number) {  // divides by 10
      const unsigned value = 256 * rest + byte;
      byte = static_cast<std::uint8_t>(value / 10);
      rest = value % 10;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + rest));
  } while (std::ranges::any_of(number, [](std::uint8_t byte) { return byte != 0; }));
  return digits;
}

std::string new_uid() {
  std::random_device random;
  std::array<std::uint8_t, 16> uuid{};
  std::ranges::generate(uuid, [&random] { return static_cast<std::uint8_t>(random()); });
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x40);  // version 4: random
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);
  return "2.25." + decimal_digits(uuid);
}

}  // namespace coincide::io::dicom
