#include "io/checkpoint_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include <nlohmann/json.hpp>
#include <span>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_arrays.h"
#include "io/hdf5/hdf5_file.h"
#include "io/json_number.h"
#include "io/yardl_hdf5.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Json = nlohmann::ordered_json;

/// Of the states of the algorithms: to be raised when what they hold changes its meaning.
constexpr int state_version = 2;
constexpr const char* images_group = "images";
constexpr const char* image = "x";
constexpr const char* facts = "facts";  ///< everything that is not an image, as JSON

Json figures_json(const recon::IterationFigures& figures) {
  return {figures.iteration, figures.log_likelihood, figures.image_sum,       figures.expected_counts,
          figures.seconds,   figures.penalty,        figures.distance_percent};
}

recon::IterationFigures figures_of(const Json& json) {
  return {.iteration = json.at(0),
          .log_likelihood = json.at(1),
          .image_sum = json.at(2),
          .expected_counts = json.at(3),
          .seconds = json.at(4),
          .penalty = json.at(5),
          .distance_percent = json.at(6)};
}

/// Numbers keep all their bits: JSON writes the shortest text that reads back as the same double.
std::string facts_json(const recon::RunCheckpoint& checkpoint) {
  const recon::SavedState& state = checkpoint.at.state;
  Json json{{"version", state_version},
            {"problem", checkpoint.problem},
            {"device", checkpoint.device},
            {"pass", state.pass},
            {"update", state.update},
            {"log_sum", state.log_sum},
            {"counts_before", state.counts_before},
            {"numbers", state.numbers},
            {"settings", checkpoint.settings},
            {"figures", Json::array()}};
  for (const recon::IterationFigures& figures : checkpoint.at.figures) {
    json["figures"].push_back(figures_json(figures));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void read_facts(const std::string& text, recon::RunCheckpoint& checkpoint) {
  const Json json = Json::parse(text);
  if (const int version = whole_number<int>(json.at("version")); version != state_version) {
    throw FileError(fmt::format("it is of version {} of the program's states, and this program has version {}", version,
                                state_version));
  }
  recon::SavedState& state = checkpoint.at.state;
  checkpoint.problem = json.at("problem");
  checkpoint.device = json.at("device");
  state.pass = whole_number<int>(json.at("pass"));
  state.update = whole_number<int>(json.at("update"));
  state.log_sum = json.at("log_sum");
  state.counts_before = json.at("counts_before");
  json.at("numbers").get_to(state.numbers);
  json.at("settings").get_to(checkpoint.settings);
  for (const Json& figures : json.at("figures")) {
    checkpoint.at.figures.push_back(figures_of(figures));
  }
}

void write_contents(const std::filesystem::path& path, const recon::RunCheckpoint& checkpoint) {
  const Hdf5Id file(make_hdf5_file(path));
  const std::string text = facts_json(checkpoint);
  write_array(file, facts, H5T_NATIVE_CHAR, text.data(), text.size());
  const recon::SavedState& state = checkpoint.at.state;
  write_array(file, image, H5T_NATIVE_FLOAT, state.x.data(), state.x.size());
  const Hdf5Id group(H5Gcreate2(file, images_group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                     "make the group images");
  for (const auto& [name, values] : state.images) {
    write_array(group, name, H5T_NATIVE_FLOAT, values.data(), values.size());
  }
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) {
    throw FileError(fmt::format("cannot write all of it: {}.", why_not_written()));
  }
}

std::vector<std::string> names_in(hid_t group) {
  H5G_info_t info{};
  H5Gget_info(group, &info);
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char name[64] = {};
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof(name), H5P_DEFAULT) < 0) {
      throw FileError("cannot list its images");
    }
    names.emplace_back(name);
  }
  return names;
}

recon::RunCheckpoint read_contents(const std::filesystem::path& path) {
  const Hdf5Id file = open_hdf5_file(path);
  recon::RunCheckpoint checkpoint;
  read_facts(read_array<std::string>(file, facts, H5T_NATIVE_CHAR), checkpoint);
  recon::SavedState& state = checkpoint.at.state;
  state.x = read_array<std::vector<float>>(file, image, H5T_NATIVE_FLOAT);
  const Hdf5Id group(H5Gopen2(file, images_group, H5P_DEFAULT), H5Gclose, "open the group images");
  for (const std::string& name : names_in(group)) {
    state.images[name] = read_array<std::vector<float>>(group, name, H5T_NATIVE_FLOAT);
    if (state.images[name].size() != state.x.size()) {
      throw FileError(
          fmt::format("its image {} has {} voxels instead of {}", name, state.images[name].size(), state.x.size()));
    }
  }
  return checkpoint;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const recon::RunCheckpoint& checkpoint) {
  const Hdf5Quiet quiet;
  AtomicFile file(path);
  try {
    write_contents(file.temporary_path(), checkpoint);
  } catch (FileError& error) {
    error.prepend(fmt::format("Cannot write the checkpoint {}", path.string()));
    throw;
  }
  file.commit();
}

recon::RunCheckpoint read_checkpoint(const std::filesystem::path& path) {
  const auto refuse = [&path](const std::string& why) {
    return FileError(
        fmt::format("{} is no checkpoint to resume from: {}. Run the job without --resume, from its beginning.",
                    path.string(), why));
  };
  if (!std::filesystem::exists(path)) {
    throw refuse("there is no such file (output.checkpoint makes one)");
  }
  const Hdf5Quiet quiet;
  try {
    return read_contents(path);
  } catch (const FileError& error) {
    throw refuse(error.what());
  } catch (const Json::exception&) {
    throw refuse("its list of facts is damaged");
  }
}

}  // namespace coincide::io
