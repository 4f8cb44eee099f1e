#include "recon/pipeline/joint_patlak.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "projectors/error.h"
#include "recon/engine/engine.h"
#include "recon/kinetics/direct_patlak.h"
#include "recon/pipeline/checkpoint.h"
#include "recon/post_filter.h"
#include "recon/sha256.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// Of the nested fit, which costs no projection.
constexpr int fits_per_update = 20;
constexpr std::string_view stage = "reconstruction";
constexpr const char* intercept = "intercept";  ///< in a checkpoint; the slope is its image

using Clock = std::chrono::steady_clock;

/// Of all that K and V are made from.
std::string hash_of(const std::vector<PartProblem>& frames, std::span<const PatlakTerms> terms,
                    const PatlakImages& start, Communicator& ranks) {
  Sha256 sha;
  for (const PartProblem& frame : frames) {
    const std::string digits = problem_hash(frame.made.problem, nullptr, ranks);
    sha.add(digits.data(), digits.size());
  }
  for (const auto& [integral, activity] : terms) {
    const double values[] = {integral, activity};
    sha.add(values, sizeof(values));
  }
  for (const Image* image : {&start.slope, &start.intercept}) {
    sha.add(image->values.data(), sizeof(float) * image->values.size());
  }
  return sha.digits();
}

/// One attempt, on one device.
class Reconstruction {
 public:
  Reconstruction(const std::vector<PartProblem>& frames, std::span<const PatlakTerms> terms, const PatlakImages& start,
                 ComputeDevice& device, Reporter& reporter)
      : settings_(frames.front().run->settings),
        inputs_(frames.front().run->inputs),
        device_(device),
        reporter_(reporter),
        engines_(make_engines(frames, device, reporter)),
        direct_(dynamic_frames(frames, terms, engines_), fits_per_update),
        state_(state_of(start, *engines_.front())) {
    result_.subsets = frames.front().made.problem.data.num_subsets();
    std::ranges::transform(frames, std::back_inserter(result_.frames), &PartProblem::part);
    from_ = inputs_.find_checkpoint ? inputs_.find_checkpoint(patlak_part) : std::nullopt;
    if (from_ || keeps_checkpoints()) {
      hash_ = hash_of(frames, terms, start, device.ranks());
    }
  }

  JointPatlak run(const std::vector<PartProblem>& frames) {
    if (resume()) {
      keep_images(frames);
    }
    while (result_.passes_done < settings_.passes() && run_pass()) {
      keep_images(frames);
      take_checkpoint();
    }
    if (checkpoint_ && kept_pass_ != checkpoint_->at.state.pass) {
      keep_checkpoint();
    }
    return std::move(result_);
  }

 private:
  using Engines = std::vector<std::unique_ptr<Engine>>;

  /// EM finds nothing where it starts from 0.
  static EngineImage positive(const Image& image, double factor, const Engine& engine) {
    constexpr double least_of_mean = 0.01;
    std::vector<float> values = image.values;
    double sum = 0;
    for (const float value : values) {
      sum += std::max(0.0F, value);
    }
    const auto least = static_cast<float>(least_of_mean * sum / static_cast<double>(values.size()));
    std::ranges::for_each(values, [&](float& value) { value = static_cast<float>(factor * std::max(value, least)); });
    EngineImage made = engine.make_image();
    made.upload(values.data());
    return made;
  }

  static PatlakState state_of(const PatlakImages& start, const Engine& engine) {
    return {positive(start.slope, 1 / s_per_min, engine), positive(start.intercept, 1, engine)};
  }

  static Engines make_engines(const std::vector<PartProblem>& frames, ComputeDevice& device, Reporter& reporter) {
    const int threads = frames.front().run->settings.num_threads;
    const bool on_gpu = device.get().kind == projectors::DeviceKind::cuda;
    Engines engines;
    for (const PartProblem& frame : frames) {
      const Problem& problem = frame.made.problem;
      std::unique_ptr<Engine> own = on_gpu ? make_cuda_engine(problem, threads, device.get().index,
                                                              [&](const std::string& note) { reporter.note(note); })
                                           : make_cpu_engine(problem, threads);
      engines.push_back(share_out(std::move(own), device.ranks()));
    }
    return engines;
  }

  static std::vector<DynamicFrame> dynamic_frames(const std::vector<PartProblem>& frames,
                                                  std::span<const PatlakTerms> terms, const Engines& engines) {
    std::vector<DynamicFrame> dynamic;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const double w = 1 / frames[i].run->scale.factor;  // from the result's unit, decay corrected, to the frame's own
      dynamic.push_back({engines[i].get(), {w * terms[i].integral, w * terms[i].activity}});
    }
    return dynamic;
  }

  /// False, with K and V as the last update left them, if the reporter asked to stop.
  bool run_pass() {
    const int pass = result_.passes_done, passes = settings_.passes();
    const auto subsets = static_cast<int>(result_.subsets);
    reporter_.step(fmt::format("iteration {} of {}", pass + 1, passes));
    double log_likelihood = -expected_counts();
    for (int update = 0; update < subsets; ++update) {
      const auto go_on = [&](double done) {
        reporter_.progress(stage, (pass + (update + done) / subsets) / passes);
        return !reporter_.stop_requested();
      };
      if (!direct_.update(subset_at(update, pass, subsets), state_, log_likelihood, go_on)) {
        result_.stopped = true;
        return false;
      }
    }
    ++result_.passes_done;
    result_.log_likelihood.push_back(log_likelihood);
    return true;
  }

  /// From the last whole pass of an earlier run, if there is one that was made of the same.
  bool resume() {
    if (!from_) {
      return false;
    }
    const SavedState& saved = from_->at.state;
    const bool is_whole = std::ssize(saved.x) == state_.slope.size() && saved.images.contains(intercept);
    if (from_->problem != hash_ || !is_whole) {
      reporter_.note("K and V begin anew: their checkpoint is of other images of the frames, or another blood curve.");
      return false;
    }
    state_.slope.upload(saved.x.data());
    state_.intercept.upload(saved.images.at(intercept).data());
    result_.passes_done = kept_pass_ = saved.pass;
    std::ranges::transform(from_->at.figures, std::back_inserter(result_.log_likelihood),
                           &IterationFigures::log_likelihood);
    reporter_.note(fmt::format("K and V are resumed after iteration {}.", saved.pass));
    return true;
  }

  bool keeps_checkpoints() const { return settings_.checkpoint_passes > 0 || settings_.checkpoint_s > 0; }

  /// After a whole pass, and hands it out if it is time.
  void take_checkpoint() {
    if (!keeps_checkpoints()) {
      return;
    }
    const auto values_of = [](const EngineImage& image) {
      std::vector<float> values(static_cast<std::size_t>(image.size()));
      image.download(values.data());
      return values;
    };
    checkpoint_.emplace();
    checkpoint_->device = projectors::device_word(device_.get());
    checkpoint_->problem = hash_;
    checkpoint_->settings = inputs_.problem_settings;
    SavedState& state = checkpoint_->at.state;
    state.pass = result_.passes_done;
    state.x = values_of(state_.slope);
    state.images[intercept] = values_of(state_.intercept);
    for (const double log_likelihood : result_.log_likelihood) {
      checkpoint_->at.figures.push_back({.log_likelihood = log_likelihood});
    }
    const std::chrono::duration<double> since_last = Clock::now() - kept_at_;
    if ((settings_.checkpoint_passes > 0 && result_.passes_done % settings_.checkpoint_passes == 0) ||
        (settings_.checkpoint_s > 0 && since_last.count() >= settings_.checkpoint_s)) {
      keep_checkpoint();
    }
  }

  void keep_checkpoint() {
    kept_pass_ = checkpoint_->at.state.pass;
    kept_at_ = Clock::now();
    inputs_.keep_checkpoint(patlak_part, *checkpoint_);
  }

  double expected_counts() {
    double sum = 0;
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      Engine& engine = *engines_[i];
      EngineImage& image = engines_.front()->scratch(0);
      direct_.frame_image(i, state_, image);
      sum += engine.dot(engine.sensitivity(), image);
    }
    return sum;
  }

  void keep_images(const std::vector<PartProblem>& frames) {
    result_.images = {parameter_image(frames, state_.slope, s_per_min, "1/min"),
                      parameter_image(frames, state_.intercept, 1, "1")};
  }

  Image parameter_image(const std::vector<PartProblem>& frames, const EngineImage& values, double factor,
                        const char* unit) const {
    const RunRecord &first = frames.front().run->record, &last = frames.back().run->record;
    Image image(first.grid, 0, unit);
    values.download(image.values.data());
    for (float& value : image.values) {
      value = static_cast<float>(factor * value);
    }
    image = filtered(image, settings_.filter, settings_.num_threads);
    image.frame_start_s = first.frame_start_s;
    image.frame_duration_s = last.frame_start_s + last.frame_duration_s - first.frame_start_s;
    return image;
  }

  const RunSettings& settings_;
  const RunInputs& inputs_;
  ComputeDevice& device_;
  Reporter& reporter_;
  Engines engines_;
  DirectPatlak direct_;
  PatlakState state_;
  JointPatlak result_;
  std::optional<RunCheckpoint> from_;        ///< of an earlier run
  std::string hash_;                         ///< of what it is made from; empty where nobody asks
  std::optional<RunCheckpoint> checkpoint_;  ///< of the last whole pass
  int kept_pass_ = 0;
  Clock::time_point kept_at_ = Clock::now();
};

}  // namespace

JointPatlak reconstruct_patlak(const std::vector<PartProblem>& frames, std::span<const PatlakTerms> terms,
                               const PatlakImages& start, ComputeDevice& device, Reporter& reporter) {
  if (frames.size() < 2) {
    throw InputError(fmt::format("Patlak's model needs two frames with prompts, there are {}", frames.size()));
  }
  reporter.begin_stage(stage);
  try {
    return Reconstruction(frames, terms, start, device, reporter).run(frames);
  } catch (const DeviceError& error) {
    if (!device.may_be_given_up()) {
      throw;
    }
    device.give_up(error, "Patlak's K and V", reporter);
    return Reconstruction(frames, terms, start, device, reporter).run(frames);
  }
}

}  // namespace coincide::recon
