#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recon/algorithms/algorithms.h"
#include "recon/algorithms/figures.h"
#include "recon/compute_device.h"
#include "recon/data/histogram_source.h"
#include "recon/data/tof_bin_counts.h"
#include "recon/events.h"
#include "recon/image.h"
#include "recon/listmode_data.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/problem.h"
#include "recon/model.h"
#include "recon/motion/poses.h"
#include "recon/options.h"
#include "recon/pipeline/checkpoint.h"
#include "recon/pipeline/quantify.h"
#include "recon/pipeline/sensitivity_store.h"
#include "recon/post_filter.h"
#include "recon/psf_widths.h"
#include "recon/reporter.h"
#include "recon/scatter/scatter_result.h"
#include "recon/time_intervals.h"

namespace coincide::recon {

/// Settings of a run, where the job holds them.
struct RunSettings {
  const FrameOptions& frame;
  MotionOptions motion;
  const CorrectionOptions& corrections;
  const AlgorithmOptions& algorithm;
  const PriorOptions& prior;
  const StopOptions& stop;
  const QuantificationOptions& quantification;
  double sensitivity_fraction = 0;     ///< as SensitivityOptions::fraction
  std::optional<double> decay_to_s{};  ///< moment that decay is corrected to; none: the start of the frame
  std::uint64_t memory_limit_bytes = 0;
  int num_threads = 0;
  int checkpoint_passes = 0;  ///< as RunOptions
  double checkpoint_s = 0;    ///< as RunOptions
  PostFilterOptions filter{};

  const AlgorithmKind& algorithm_kind() const { return recon::algorithm_kind(algorithm.name, prior.name); }
  int passes() const { return static_cast<int>(passes_of(stop, algorithm_kind())); }
};

/// A histogram and the files that belong to it, with bins of the same LORs.
struct HistogramInputs {
  HistogramSource* counts = nullptr;          ///< null: events were measured
  HistogramSource* multiplicative = nullptr;  ///< factors, as CorrectionOptions says; null: none
  HistogramSource* additive = nullptr;        ///< background likewise
};

/// What a run is made from, opened and checked.
struct RunInputs {
  EventSource* events = nullptr;  ///< null: a histogram was measured
  HistogramInputs histogram{};
  ImageGrid grid;
  const Image* attenuation = nullptr;             ///< 1/cm, on any grid; null: none
  std::string attenuation_made{};                 ///< what that was made from, for the record; empty: read as it is
  const Image* start_image = nullptr;             ///< on the grid, in the unit of the result; null: uniform
  std::shared_ptr<const Image> anatomical;        ///< on the grid, for priors that need one
  Psf psf_table{};                                ///< widths over the radius; none: one, as the options say
  std::vector<PoseRow> poses;                     ///< of the body; empty: it does not move
  std::shared_ptr<const SensitivityStore> store;  ///< of earlier sensitivity images; null: none
  /// That decide into how many subsets the events go; none: their own number.
  std::optional<std::uint64_t> prompts_for_subsets{};
  bool parts_cover_data = false;                   ///< gates, whose table must tell of all that was recorded
  std::vector<double> singles_background_per_s{};  ///< by crystal: what it counts by itself; empty: nothing
  bool may_have_randoms = true;                    ///< though there are no delayed coincidences
  bool may_have_scatter = true;                    ///< as all measured data; simulated ones need not
  std::shared_ptr<const ScatterResult> scatter{};  ///< of an earlier job on the same data, to be used; null: none
  /// Asked once, when the events have been read: what is wrong with them for an image. May be empty.
  std::function<std::vector<std::string>()> findings;
  ProblemSettings problem_settings{};  ///< for checkpoints
  // By the part of the acquisition, as RunRecord::part. All may be empty.
  /// Where an earlier run of the part has got to, to go on from there; none: it begins at its beginning.
  std::function<std::optional<RunCheckpoint>(const std::string&)> find_checkpoint{};
  std::function<void(const std::string&, const RunCheckpoint&)> keep_checkpoint{};
  std::function<void(const std::string&, const ScatterResult&)> keep_scatter{};
  /// Of a histogram, once all corrections are applied: m and b of its bins, of the processes (LorShare) one after the
  /// other. All processes call it.
  std::function<void(const std::vector<float>& factor, const std::vector<float>& additive)> keep_factors{};

  const Scanner& scanner() const { return events != nullptr ? events->scanner() : histogram.counts->scanner(); }
  /// Those of the events' file; a histogram has none.
  const Efficiencies& efficiencies() const;
  /// The resolution model.
  Psf psf(const AlgorithmOptions& algorithm) const {
    return psf_table.is_none() ? Psf(algorithm.psf_fwhm_mm) : psf_table;
  }
  /// A histogram is as its bins are.
  bool uses_tof(const AlgorithmOptions& algorithm) const {
    return events != nullptr ? algorithm.tof && events->scanner().has_tof() : histogram.counts->facts().tof.has_value();
  }
};

/// What is known of a run in the end: for its record.
struct RunRecord {
  std::string part;  ///< "frame 3 of 12", "gate 2" where the acquisition is dealt into parts; else empty
  std::string events_format;
  std::string scanner;
  EventCounts counts;  ///< in the frame
  std::uint64_t prompts_used = 0;
  std::uint64_t prompts_impossible = 0;  ///< left out: the scanner says that such a pair cannot be
  std::vector<std::pair<std::string, std::string>> corrections;  ///< (effect, what was really done)
  std::vector<TofBinCounts> tof_profile;                         ///< where scatter was corrected, with TOF
  std::vector<IterationFigures> figures;
  double resumed_from = 0;  ///< passes that were done before; 0: it began at the beginning
  double iterations_done = 0;
  std::int64_t subsets = 1;  ///< that the algorithm used
  bool stopped = false;
  ImageGrid grid;
  std::string unit;
  bool tof = false;  ///< used, not only wished for
  Psf psf{};         ///< resolution model
  bool decay_corrected = false;
  double decay_reference_s = 0;  ///< moment that it is corrected to
  double frame_start_s = 0;
  double frame_duration_s = 0;         ///< 0: not known
  std::vector<TimeInterval> recorded;  ///< of the frame, ascending, without the pauses
  double decay_factor = 1;             ///< that values were multiplied by
};

/// A run on its way: each stage leaves here what the next ones need.
struct RunState {
  RunState(const RunInputs& run_inputs, const RunSettings& run_settings, ComputeDevice& run_device,
           Reporter& run_reporter);

  const RunInputs& inputs;
  const RunSettings& settings;
  ComputeDevice& device;
  Reporter& reporter;

  MultiplicativeModel model;
  std::optional<ListmodeData> data;
  std::optional<Histogram> histogram;                  ///< instead of events
  std::vector<std::vector<float>> subset_sensitivity;  ///< of a histogram; empty: all subsets see the same
  TimeIntervals recorded;                              ///< of the frame; none where its duration is not known
  double num_background = 0;                           ///< randoms and scatter in the model
  double num_scattered = 0;                            ///< of these scatter
  bool too_many_subsets = false;                       ///< asked for, for the counts
  Image sensitivity;                                   ///< without resolution model; no values before it is made
  UnitScale scale;                                     ///< from the unit of the algorithm to that of the result
  Image image;                                         ///< the result, in its unit; no values before the first update
  RunRecord record;

  const Scanner& scanner() const { return inputs.scanner(); }
  /// Prompts that are reconstructed.
  double num_counts() const { return static_cast<double>(record.prompts_used); }
  bool tof() const { return inputs.uses_tof(settings.algorithm); }
  /// `image` of the algorithm as the run shows and writes it.
  Image as_result(const Image& image, double iterations) const;
};

}  // namespace coincide::recon
