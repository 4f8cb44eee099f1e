#include "fuzz/damage.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace coincide::fuzz {
namespace {

std::size_t below(std::size_t limit, std::mt19937_64& random) { return random() % std::max<std::size_t>(1, limit); }

void flip_bit(std::string& input, std::mt19937_64& random) {
  input[below(input.size(), random)] ^= static_cast<char>(1U << below(8, random));
}

/// 1, 2, 4 or 8 bytes: 0, 1, the largest and smallest values, or any.
void put_number(std::string& input, std::mt19937_64& random) {
  const std::size_t width = std::size_t{1} << below(4, random);
  const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
  const std::array<std::uint64_t, 6> values{0, 1, sign, sign - 1, ~std::uint64_t{0}, random()};
  const std::uint64_t value = values[below(values.size(), random)];
  const std::size_t at = below(input.size(), random);
  for (std::size_t byte = 0; byte < width && at + byte < input.size(); ++byte) {
    input[at + byte] = static_cast<char>(value >> (8 * byte));
  }
}

/// The next number in the text becomes another one.
void put_text_number(std::string& input, std::mt19937_64& random) {
  constexpr std::array values{"0",
                              "-1",
                              "1",
                              "2",
                              "3",
                              "1e9",
                              "1e300",
                              "-1e-300",
                              "nan",
                              "inf",
                              "65536",
                              "2147483648",
                              "99999999999999999999",
                              "many",
                              "",
                              "0.5"};
  const auto is_digit = [](unsigned char letter) { return std::isdigit(letter) != 0; };
  const auto first =
      std::find_if(input.begin() + static_cast<std::ptrdiff_t>(below(input.size(), random)), input.end(), is_digit);
  input.replace(first, std::find_if_not(first, input.end(), is_digit), values[below(values.size(), random)]);
}

void erase_piece(std::string& input, std::mt19937_64& random) {
  input.erase(below(input.size(), random), 1 + below(64, random));
}

void repeat_piece(std::string& input, std::mt19937_64& random) {
  const std::string piece = input.substr(below(input.size(), random), 1 + below(64, random));
  input.insert(below(input.size(), random), piece);
}

void cut_end(std::string& input, std::mt19937_64& random) { input.resize(below(input.size(), random)); }

}  // namespace

void damage(std::string& input, std::mt19937_64& random) {
  constexpr std::array kinds{flip_bit,    put_number,   put_number,      put_text_number, put_text_number,
                             erase_piece, repeat_piece, put_text_number, put_number,      cut_end};
  for (std::size_t changes = 1 + below(4, random); changes > 0 && !input.empty(); --changes) {
    kinds[below(kinds.size(), random)](input, random);
  }
}

}  // namespace coincide::fuzz
