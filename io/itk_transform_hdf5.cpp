#include "io/itk_transform_hdf5.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>

#include "io/hdf5/hdf5_file.h"
#include "io/tables/hdf5_values.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

// ITK, Modules/IO/TransformHDF5: /TransformGroup/0, /TransformGroup/1 ..., each with a type and two lists.
constexpr const char* all_transforms = "TransformGroup";
constexpr std::uint64_t most_numbers = 16;

bool is_hdf5(const std::filesystem::path& path) {
  constexpr std::array<char, 4> signature{'\x89', 'H', 'D', 'F'};
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return begin == signature;
}

/// One text, of a length of its own in the file.
std::string text_of(hid_t group, const char* name) {
  const Hdf5Id dataset = open_hdf5_values(group, name);
  const Hdf5Id type(H5Dget_type(dataset), H5Tclose, fmt::format("read the type of {}", name));
  if (hdf5_size(dataset, name) != 1 || H5Tis_variable_str(type) <= 0) {
    throw FileError(fmt::format("its {} is no text", name));
  }
  char* letters = nullptr;
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<void*>(&letters)) < 0) {
    throw FileError(fmt::format("its {} cannot be read", name));
  }
  std::string text = letters == nullptr ? "" : letters;
  H5free_memory(letters);
  return text;
}

/// Under the name of today, or as ITK wrote it before its version 5.
std::vector<double> numbers_of(hid_t group, const char* name, const char* old_name) {
  const char* found = hdf5_has(group, name) ? name : old_name;
  if (!hdf5_has(group, found)) {
    return {};
  }
  const Hdf5Id dataset = open_hdf5_values(group, found);
  return hdf5_size(dataset, found) > most_numbers ? std::vector<double>()
                                                  : read_hdf5_values<double>(group, found, most_numbers);
}

}  // namespace

bool is_itk_transform_hdf5(const std::filesystem::path& path) {
  if (!is_hdf5(path)) {
    return false;
  }
  const Hdf5Quiet quiet;
  try {
    return hdf5_has(open_hdf5_file(path), all_transforms);
  } catch (const FileError&) {
    return false;
  }
}

std::vector<ItkParameters> read_itk_transform_hdf5(const std::filesystem::path& path) {
  const Hdf5Quiet quiet;
  const Hdf5Id file = open_hdf5_file(path);
  const Hdf5Id all(H5Gopen2(file, all_transforms, H5P_DEFAULT), H5Gclose, "open its transforms");
  std::vector<ItkParameters> found;
  constexpr int most = 64;
  for (int i = 0; i < most && hdf5_has(all, std::to_string(i)); ++i) {
    const Hdf5Id one(H5Gopen2(all, std::to_string(i).c_str(), H5P_DEFAULT), H5Gclose, "open a transform");
    found.push_back({.type = text_of(one, "TransformType"),
                     .moving = numbers_of(one, "TransformParameters", "TranformParameters"),
                     .fixed = numbers_of(one, "TransformFixedParameters", "TranformFixedParameters")});
  }
  return found;
}

}  // namespace coincide::io
