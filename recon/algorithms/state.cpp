#include "recon/algorithms/state.h"

namespace coincide::recon {
namespace {

std::vector<float> on_host(const EngineImage& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  image.download(values.data());
  return values;
}

EngineImage on_device(const std::vector<float>& values, const Engine& engine) {
  EngineImage image = engine.make_image();
  image.upload(values.data());
  return image;
}

}  // namespace

SavedState saved(const State& state) {
  SavedState result{.pass = state.pass,
                    .update = state.update,
                    .x = on_host(state.x),
                    .images = {},
                    .numbers = state.numbers,
                    .log_sum = state.log_sum,
                    .counts_before = state.counts_before};
  for (const auto& [name, image] : state.images) {
    result.images.emplace(name, on_host(image));
  }
  return result;
}

State restored(const SavedState& saved, const Engine& engine) {
  State result{.pass = saved.pass,
               .update = saved.update,
               .x = on_device(saved.x, engine),
               .images = {},
               .numbers = saved.numbers,
               .log_sum = saved.log_sum,
               .counts_before = saved.counts_before};
  for (const auto& [name, values] : saved.images) {
    result.images.emplace(name, on_device(values, engine));
  }
  return result;
}

}  // namespace coincide::recon
