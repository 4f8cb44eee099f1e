#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/opened_images.h"
#include "gui/model/run_list.h"
#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

/// A run as a session keeps it: its record is a file of its own, and so is its image.
struct SavedRun {
  std::string name, note;
  std::filesystem::path record;  ///< NAME.json
};

/// The other image of a comparison: one of the session's runs or images.
struct SavedComparison {
  std::optional<std::size_t> run, image;
  std::size_t frame = 0;                 ///< of the image
  std::optional<double> iteration = {};  ///< of the run, where it is not the newest
  std::optional<std::size_t> part = {};  ///< frame or gate of the run, where it is not the mean of all
  Combination combination = Combination::difference;
  double part_of_b = 0.5;
};

/// What the window had open. Images and layers come from their files again, iterations where the run has saved them.
struct Session {
  std::filesystem::path job;  ///< empty: none, or one without a file
  std::vector<SavedRun> runs;
  std::vector<std::filesystem::path> images;
  std::optional<std::size_t> chosen_run, chosen_image;  ///< what was looked at, if any; of the runs, of the images
  std::size_t frame = 0;                                ///< of that image
  std::optional<double> iteration = {};                 ///< of that run, where it is not the newest
  std::optional<std::size_t> part = {};                 ///< its frame or gate, where it is not the mean of all
  std::string colour_map;
  bool smooth = false;
  bool in_suv = false;
  SceneOptions scene;  ///< of the 3-D view of an image
  Slab slab;
  std::optional<Mosaic> mosaic;
  std::optional<SavedComparison> comparison;
  std::map<std::string, ViewState::Look> looks;  ///< by data
};

/// As JSON.
std::string session_text(const Session& session);
/// Throws FileError for a file that is no session.
Session read_session(const std::filesystem::path& path);

/// A session with all that its files hold.
struct RestoredSession {
  Session session;
  std::vector<std::shared_ptr<Run>> runs;                  ///< as Session::runs; null: it cannot be had
  std::vector<std::shared_ptr<const OpenedImage>> images;  ///< as Session::images; null likewise
  std::vector<std::string> problems;                       ///< a sentence for each that is missing
};
/// The image that a setting of a job names, where its file has it.
using ImageOfJob = std::function<std::shared_ptr<const recon::Image>(const io::Job&, const std::string& setting)>;
/// Reads records, images and layers. What is missing is told, and the rest is there.
RestoredSession restore(Session session, const ImageOfJob& image_of_job);

}  // namespace coincide::gui
