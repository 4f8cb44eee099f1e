#include "recon/pipeline/joint_patlak.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "projectors/error.h"
#include "recon/engine/engine.h"
#include "recon/kinetics/direct_patlak.h"
#include "recon/post_filter.h"
#include "recon/units.h"

namespace coincide::recon {
namespace {

/// Of the nested fit, which costs no projection.
constexpr int fits_per_update = 20;
constexpr std::string_view stage = "reconstruction";

/// One attempt, on one device.
class Reconstruction {
 public:
  Reconstruction(const std::vector<PartProblem>& frames, std::span<const PatlakTerms> terms, const PatlakImages& start,
                 ComputeDevice& device, Reporter& reporter)
      : settings_(frames.front().run->settings),
        reporter_(reporter),
        engines_(make_engines(frames, device, reporter)),
        direct_(dynamic_frames(frames, terms, engines_), fits_per_update),
        state_(state_of(start, *engines_.front())) {
    result_.subsets = frames.front().made.problem.data.num_subsets();
    std::ranges::transform(frames, std::back_inserter(result_.frames), &PartProblem::part);
  }

  JointPatlak run(const std::vector<PartProblem>& frames) {
    while (result_.passes_done < settings_.passes() && run_pass()) {
      keep_images(frames);
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
  Reporter& reporter_;
  Engines engines_;
  DirectPatlak direct_;
  PatlakState state_;
  JointPatlak result_;
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
