#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gui/model/chart.h"
#include "io/job.h"
#include "io/provenance.h"
#include "recon/algorithms/figures.h"
#include "recon/data/image_series.h"
#include "recon/data/suv.h"
#include "recon/data/tof_bin_counts.h"
#include "recon/image.h"

namespace coincide::gui {

enum class RunState { waiting, running, paused, stopping, done, stopped, failed };

/// "waiting", "running", ... for the list.
std::string run_state_name(RunState state);

/// The image after a whole iteration, or a finished one of a frame or gate.
struct KeptImage {
  double iteration = 0;
  std::shared_ptr<const recon::Image> image;
  std::string part = {};  ///< "frame 2 of 4", "gate 2"; empty: none, or the mean of all
};

/// What a run has said.
struct RunLine {
  std::string text;
  bool is_warning = false;
};

/// One run of the session: its settings, how far it is and what came of it.
struct Run {
  int number = 0;
  std::string name = {};  ///< the user's; empty: that of the results
  std::string note = {};  ///< the user's
  io::Job job;
  RunState state = RunState::running;
  std::string stage;
  double fraction = 0;       ///< of the stage
  double seconds = 0;        ///< since the start, without pauses
  double seconds_left = -1;  ///< of the stage; < 0: not known yet
  double iteration = 0;      ///< of the newest image
  std::shared_ptr<const recon::Image> image;
  std::vector<KeptImage> kept;        ///< in the order of the iterations
  std::vector<KeptImage> parts = {};  ///< once it is over: the images of frames or gates, of which `image` is the mean
  std::vector<recon::IterationFigures> figures;
  std::vector<RunLine> lines;
  std::string error;  ///< of a failed run
  std::filesystem::path folder;
  std::vector<std::string> files;  ///< names in `folder`
  recon::SuvFactor suv{.factor = 0, .unit = {}, .missing = "the end of the run"};
  std::vector<recon::TofBinCounts> tof_profile{};  ///< once it is over, where scatter was corrected with TOF
  std::shared_ptr<const io::Provenance> record{};  ///< once it is over and was not failed: as its file has it

  std::string shown_name() const { return name.empty() ? job.result_name() : name; }
  /// Whole iterations, with fractions, that there is an image or are figures of.
  double iterations_done() const { return std::max(iteration, figures.empty() ? 0 : figures.back().iteration); }
  bool is_over() const { return state == RunState::done || state == RunState::stopped || state == RunState::failed; }
};

/// A run that is over, as its record tells of it; without its image.
Run recorded_run(const std::shared_ptr<const io::Provenance>& record);

/// NAME.json of a run that is over.
std::filesystem::path record_file_of(const Run& run);
/// Of the result of a run that is over, which it has left in its folder.
std::filesystem::path image_file_of(const Run& run);

/// Bytes of the images of iterations that are kept in memory, of all runs.
inline constexpr std::size_t most_bytes_kept = 2'000'000'000;
/// The images of iterations that a run that is over has left beside its result (output.save_every_iteration), by their
/// iteration.
std::map<int, std::filesystem::path> iteration_files_of(const Run& run);

/// The images of the frames or gates of a run, which its record names; none if they are not as many.
std::vector<KeptImage> parts_of(const recon::ImageSeries& series, const io::Provenance& record);

/// The listmode file that the run has simulated; empty if it has written none.
std::filesystem::path simulated_events(const Run& run);

/// How far a run is, for a bar: of the stage while it runs; of all iterations once it is over, whatever the last stage
/// was. 0 ... 1.
double shown_fraction(const Run& run);
/// "2.5 of 4"; those of frames or gates count on, without an end that is known: "7".
std::string iterations_text(const Run& run);
/// "reconstruction, 1:20 left", "reconstruction (paused)", "stopped after 2.5 of 4 iterations".
std::string progress_text(const Run& run);
/// What there is of it, for the list: "iteration 2.5 of 4", "4 frames".
std::string extent_text(const Run& run);
/// "0:59", "1:01:01".
std::string clock_text(double seconds);

/// A figure of the iterations that is drawn over them, where it is known.
struct FigureCurve {
  const char* name;
  const char* title;
  std::optional<double> (*value)(const recon::IterationFigures&);
};
std::span<const FigureCurve> figure_curves();
Chart figure_chart(const Run& run, const FigureCurve& curve);
/// Prompts by their TOF bins, and what of them are randoms and scatter; empty where that is not known.
Chart tof_profile_chart(const Run& run);

}  // namespace coincide::gui
