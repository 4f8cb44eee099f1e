#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace coincide::tests {

/// A header of Interfile as STIR writes it, with the values that it describes.
class Interfile {
 public:
  explicit Interfile(const std::filesystem::path& path) : folder_(path.parent_path()) {
    std::ifstream text(path);
    std::string line;
    while (std::getline(text, line)) {
      const std::size_t middle = line.find(":=");
      if (middle != std::string::npos) {
        keys_[trimmed(line.substr(0, middle))] = trimmed(line.substr(middle + 2));
      }
    }
    if (keys_.empty()) {
      throw std::runtime_error(path.string() + " cannot be read");
    }
  }

  bool has(const std::string& key) const { return keys_.contains(key); }
  /// Throws std::out_of_range for a key that is not there, as those below.
  const std::string& text(const std::string& key) const { return keys_.at(key); }
  double number(const std::string& key) const { return std::stod(text(key)); }
  std::int64_t count(const std::string& key) const { return std::stoll(text(key)); }
  /// Of "{1, 2}", or of a number alone.
  std::vector<double> numbers(const std::string& key) const {
    std::string list = text(key);
    std::ranges::replace_if(
        list, [](char c) { return c == '{' || c == '}' || c == ','; }, ' ');
    std::istringstream stream(list);
    std::vector<double> numbers;
    for (double number = 0; stream >> number;) {
      numbers.push_back(number);
    }
    return numbers;
  }
  /// All values of the data file, which must be little endian, times their scale.
  std::vector<float> values() const {
    const std::string format = text("number format") + " " + text("number of bytes per pixel");
    const float scale = has("image scaling factor[1]") ? static_cast<float>(number("image scaling factor[1]")) : 1;
    if (text("imagedata byte order") != "LITTLEENDIAN") {
      throw std::runtime_error("only little endian data can be read");
    }
    return format == "float 4"              ? read<float>(scale)
           : format == "signed integer 2"   ? read<std::int16_t>(scale)
           : format == "unsigned integer 2" ? read<std::uint16_t>(scale)
           : format == "unsigned integer 1" ? read<std::uint8_t>(scale)
                                            : throw std::runtime_error("data of " + format + " bytes cannot be read");
  }

 private:
  /// Without blanks and exclamation marks at both ends.
  static std::string trimmed(const std::string& text) {
    const char* const blanks = " \t\r!";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
  }

  template <class T>
  std::vector<float> read(float scale) const {
    const std::filesystem::path path = folder_ / text("name of data file");
    std::vector<T> raw(std::filesystem::file_size(path) / sizeof(T));
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(raw.data()), static_cast<std::streamsize>(raw.size() * sizeof(T)));
    std::vector<float> values(raw.size());
    std::ranges::transform(raw, values.begin(), [scale](T value) { return scale * static_cast<float>(value); });
    return values;
  }

  std::filesystem::path folder_;
  std::map<std::string, std::string> keys_;
};

}  // namespace coincide::tests
