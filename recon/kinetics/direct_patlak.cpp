#include "recon/kinetics/direct_patlak.h"

#include <fmt/format.h>

#include <utility>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

std::vector<DynamicFrame> checked(std::vector<DynamicFrame> frames) {
  if (frames.size() < 2) {
    throw InputError(fmt::format("Patlak's model needs two frames or more, there are {}", frames.size()));
  }
  PatlakTerms sum;
  for (const auto& [engine, terms] : frames) {
    const Problem &problem = engine->problem(), &first = frames.front().engine->problem();
    if (problem.grid != first.grid || problem.data.num_subsets() != first.data.num_subsets()) {
      throw InputError("the frames of a direct reconstruction must have one grid and one number of subsets");
    }
    if (!(terms.integral >= 0 && terms.activity >= 0)) {
      throw InputError(
          fmt::format("Patlak's model has the terms {} and {} in a frame: they must not be negative, so "
                      "look at the blood curve",
                      terms.integral, terms.activity));
    }
    sum = {sum.integral + terms.integral, sum.activity + terms.activity};
  }
  if (!(sum.integral > 0 && sum.activity > 0)) {
    throw InputError("the blood curve is 0 in all frames of the direct reconstruction");
  }
  return frames;
}

}  // namespace

DirectPatlak::DirectPatlak(std::vector<DynamicFrame> frames, int fits_per_update)
    : frames_(checked(std::move(frames))),
      fits_per_update_(fits_per_update),
      norm_slope_(first().make_image()),
      norm_intercept_(first().make_image()) {
  if (fits_per_update < 1) {
    throw InputError(fmt::format("K and V cannot be fitted {} times per update: once is the least", fits_per_update));
  }
  for (const auto& [engine, terms] : frames_) {
    engine->apply(kernels::Combine{1, terms.integral}, norm_slope_, engine->sensitivity());
    engine->apply(kernels::Combine{1, terms.activity}, norm_intercept_, engine->sensitivity());
    images_.push_back(engine->make_image());
  }
}

PatlakState DirectPatlak::start() const {
  double counts = 0;
  for (const DynamicFrame& frame : frames_) {
    counts += total_counts(frame.engine->problem().data);
  }
  PatlakState state{first().make_image(), first().make_image()};
  std::vector<float> values(static_cast<std::size_t>(state.slope.size()));
  for (const auto& [image, norm] : {std::pair(&state.slope, &norm_slope_), {&state.intercept, &norm_intercept_}}) {
    values.assign(values.size(), static_cast<float>(counts / 2 / first().sum(*norm)));
    image->upload(values.data());
  }
  return state;
}

void DirectPatlak::frame_image(std::size_t frame, const PatlakState& state, EngineImage& out) const {
  const auto& [engine, terms] = frames_[frame];
  engine->apply(kernels::Combine{0, terms.integral}, out, state.slope);
  engine->apply(kernels::Combine{1, terms.activity}, out, state.intercept);
}

bool DirectPatlak::update(int subset, PatlakState& state, double& log_sum, const GoOn& go_on) {
  const auto part = 1.0 / static_cast<double>(frames_.size());
  for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
    Engine& engine = *frames_[frame].engine;
    EngineImage& back = first().scratch(0);
    frame_image(frame, state, images_[frame]);
    const auto goes_on = [&](double done) { return go_on(part * (static_cast<double>(frame) + done)); };
    if (!engine.back_project(subset, images_[frame], back, log_sum, goes_on)) {
      return false;
    }
    if (const double share = engine.problem().data.share(subset); share > 0) {
      engine.apply(kernels::EmStep{share}, images_[frame], back, engine.sensitivity());
    }
  }
  fit(images_, state);
  return true;
}

void DirectPatlak::fit(const std::vector<EngineImage>& images, PatlakState& state) const {
  EngineImage& in_slope = first().scratch(0);
  EngineImage& in_intercept = first().scratch(1);
  for (int step = 0; step < fits_per_update_; ++step) {
    in_slope.clear();
    in_intercept.clear();
    for (std::size_t frame = 0; frame < frames_.size(); ++frame) {
      const auto& [engine, terms] = frames_[frame];
      engine->apply(kernels::AddPatlakRatio{terms.integral, terms.activity}, in_slope, in_intercept, images[frame],
                    state.slope, state.intercept, engine->sensitivity());
    }
    first().apply(kernels::EmStep{1}, state.slope, in_slope, norm_slope_);
    first().apply(kernels::EmStep{1}, state.intercept, in_intercept, norm_intercept_);
  }
}

}  // namespace coincide::recon
