#include "projectors/bench/listmode.h"

#include <algorithm>
#include <vector>

#include "projectors/lor_order.h"

namespace coincide::projectors::bench {
namespace {

/// Quotient of the one count of an event and its expectation.
class Quotient final : public ValueStep {
 public:
  explicit Quotient(const float* contamination) : contamination_(contamination) {}

  void operator()(std::int64_t first, std::int64_t count, float* values) const override {
    for (std::int64_t i = 0; i < count; ++i) {
      values[i] = 1 / (values[i] + contamination_[first + i]);
    }
  }

 private:
  const float* contamination_;
};

std::vector<float> constant_contamination(std::int64_t num_events) {
  return std::vector<float>(static_cast<std::size_t>(num_events), contamination_mm);
}

/// Arrays for as many events as the scene has.
Scene same_size(const Scene& scene) {
  Scene sized{.order = std::string(sorted_order), .grid = scene.grid};
  sized.start_mm.resize(scene.start_mm.size());
  sized.end_mm.resize(scene.end_mm.size());
  sized.tof_bins.resize(scene.tof_bins.size());
  sized.sigma_mm.resize(scene.sigma_mm.size());
  sized.center_offset_mm.resize(scene.center_offset_mm.size());
  return sized;
}

/// Copies the events in the order to `sorted`, whose arrays have their size.
void gather(const Scene& scene, const LorOrder& order, int num_threads, Scene& sorted) {
#pragma omp parallel for schedule(static) num_threads(num_threads)
  for (std::int64_t i = 0; i < scene.count(); ++i) {
    const std::int64_t event = order[i];
    std::copy_n(&scene.start_mm[3 * event], 3, &sorted.start_mm[3 * i]);
    std::copy_n(&scene.end_mm[3 * event], 3, &sorted.end_mm[3 * i]);
    sorted.tof_bins[i] = scene.tof_bins[event];
    if (scene.has_tof_per_lor()) {
      sorted.sigma_mm[i] = scene.sigma_mm[event];
      sorted.center_offset_mm[i] = scene.center_offset_mm[event];
    }
  }
}

/// Events first, first + step, ... of a scene, sorted.
Scene sorted_subset(const Scene& scene, std::int64_t first, std::int64_t step, int num_threads) {
  Scene part{.order = scene.order, .grid = scene.grid};
  part.reserve((scene.count() + step - 1) / step);
  for (std::int64_t i = first; i < scene.count(); i += step) {
    part.add(scene, i);
  }
  if (scene.order == sorted_order) {
    return part;
  }
  Scene sorted = same_size(part);
  gather(part, LorOrder(part.grid, part.lors(), 0, part.count(), num_threads), num_threads, sorted);
  return sorted;
}

class ListmodeStep final : public Projection {
 public:
  ListmodeStep(const Scene& scene, const ProjectorOptions& options, Contents contents)
      : scene_(scene),
        projector_(scene.grid, options),
        contamination_(constant_contamination(scene.count())),
        result_(static_cast<std::size_t>(scene.grid.num_voxels())) {
    if (contents == Contents::varied) {
      varied_image_ = varied_values(scene.grid.num_voxels());
    }
    if (scene.order != sorted_order) {
      sorted_ = same_size(scene);
      sorted_contamination_ = contamination_;
    }
  }

  void clear() override { std::fill(result_.begin(), result_.end(), 0.0f); }

  void run() override {
    const float* image = varied_image_.empty() ? scene_.image.data() : varied_image_.data();
    if (scene_.order == sorted_order) {
      projector_.forward_back(scene_.lors(), scene_.events(), image, Quotient(contamination_.data()), result_.data());
    } else {
      sort();
      projector_.forward_back(sorted_.lors(), sorted_.events(), image, Quotient(sorted_contamination_.data()),
                              result_.data());
    }
  }

  std::vector<float> result() const override { return result_; }

 private:
  void sort() {
    const int num_threads = projector_.options().num_threads;
    const LorOrder order(scene_.grid, scene_.lors(), 0, scene_.count(), num_threads);
    gather(scene_, order, num_threads, sorted_);
#pragma omp parallel for schedule(static) num_threads(num_threads)
    for (std::int64_t i = 0; i < scene_.count(); ++i) {
      sorted_contamination_[i] = contamination_[order[i]];
    }
  }

  const Scene& scene_;
  Projector projector_;
  std::vector<float> varied_image_;  ///< empty: the scene's image
  std::vector<float> contamination_, sorted_contamination_;
  Scene sorted_;
  std::vector<float> result_;
};

class OsemIteration final : public Projection {
 public:
  OsemIteration(const Scene& scene, const ProjectorOptions& options)
      : projector_(scene.grid, options),
        image_(static_cast<std::size_t>(scene.grid.num_voxels())),
        back_(image_.size()) {
    subsets_ = osem_subsets(scene, options.num_threads);
    contamination_ = constant_contamination(subsets_.front().count());
    sensitivity_.assign(image_.size(), subset_sensitivity(scene));
  }

  void clear() override {
    std::fill(image_.begin(), image_.end(), 1.0f);
    std::fill(back_.begin(), back_.end(), 0.0f);
  }

  void run() override {
    for (const Scene& subset : subsets_) {
      projector_.forward_back(subset.lors(), subset.events(), image_.data(), Quotient(contamination_.data()),
                              back_.data());
      update();
    }
  }

  std::vector<float> result() const override { return image_; }

 private:
  /// Also zeroes the back projection for the next subset.
  void update() {
#pragma omp parallel for schedule(static) num_threads(projector_.options().num_threads)
    for (std::size_t i = 0; i < image_.size(); ++i) {
      if (sensitivity_[i] > 0) {
        image_[i] *= back_[i] / sensitivity_[i];
      }
      back_[i] = 0;
    }
  }

  Projector projector_;
  std::vector<Scene> subsets_;
  std::vector<float> contamination_;  ///< one for all subsets, which have as many events or one less
  std::vector<float> sensitivity_;    ///< the share of a subset
  std::vector<float> image_, back_;
};

}  // namespace

std::unique_ptr<Projection> make_listmode_step(const Scene& scene, const ProjectorOptions& options, Contents contents) {
  return std::make_unique<ListmodeStep>(scene, options, contents);
}

int num_osem_subsets(std::int64_t num_events) { return num_events >= 1'000'000 ? 34 : num_events >= 1'000 ? 2 : 1; }

std::vector<Scene> osem_subsets(const Scene& scene, int num_threads) {
  const int num_subsets = num_osem_subsets(scene.count());
  std::vector<Scene> subsets;
  for (int subset = 0; subset < num_subsets; ++subset) {
    subsets.push_back(sorted_subset(scene, subset, num_subsets, num_threads));
  }
  return subsets;
}

float subset_sensitivity(const Scene& scene) {
  return static_cast<float>(static_cast<double>(scene.count()) / num_osem_subsets(scene.count()) /
                            static_cast<double>(scene.grid.num_voxels()));
}

std::unique_ptr<Projection> make_osem_iteration(const Scene& scene, const ProjectorOptions& options) {
  return std::make_unique<OsemIteration>(scene, options);
}

}  // namespace coincide::projectors::bench
