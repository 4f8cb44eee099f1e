#include "recon/data/nuclides.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace coincide::recon {
namespace {

constexpr std::array<Nuclide, 9> table{{{"F-18", 6584.04, 0.9686},
                                        {"C-11", 1221.66, 0.9975},
                                        {"N-13", 598.02, 0.9982},
                                        {"O-15", 122.46, 0.9989},
                                        {"Ga-68", 4069.8, 0.8888},
                                        {"Cu-64", 45721.4, 0.1752},
                                        {"Rb-82", 75.45, 0.9543},
                                        {"Zr-89", 282276, 0.2274},
                                        {"I-124", 360806, 0.227}}};

/// "F-18", "18f" and "[18F]" become "f18".
std::string spelling(std::string_view text) {
  std::string letters, digits;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte) != 0) {
      digits += c;
    } else if (std::isalpha(byte) != 0) {
      letters += static_cast<char>(std::tolower(byte));
    }
  }
  return letters + digits;
}

}  // namespace

std::span<const Nuclide> nuclides() { return table; }

const Nuclide* find_nuclide(std::string_view text) {
  const auto* const found = std::ranges::find_if(
      table, [wanted = spelling(text)](const Nuclide& nuclide) { return spelling(nuclide.name) == wanted; });
  return found != table.end() ? found : nullptr;
}

}  // namespace coincide::recon
