#pragma once

// A cylinder that was scanned once, by simulation, and recordings made of its events for tests of frames.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/run_job.h"
#include "io/image_file.h"
#include "io/job.h"
#include "io/listmode_file.h"
#include "io/petsird_writer.h"
#include "projectors/error.h"
#include "recon/reporter.h"

namespace coincide::tests {

namespace fs = std::filesystem;

inline constexpr double block_s = 0.01;  ///< of the simulation
inline constexpr std::size_t blocks_in_frame = 20;

/// Stops when a step whose name starts with `step` begins; keeps what is said.
class Listener : public recon::Reporter {
 public:
  explicit Listener(std::string stop_at = "none") : stop_at_(std::move(stop_at)) {}
  void step(std::string_view name) override { stop_ = stop_ || name.starts_with(stop_at_); }
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  bool wants_images() const override { return true; }
  void intermediate_image(const recon::Image& image, double) override { descriptions.push_back(image.description); }
  void progress(std::string_view stage, double fraction) override {
    if (stage == "reconstruction") {
      progresses.push_back(fraction);
    }
  }
  bool stop_requested() const override { return stop_; }

  std::vector<std::string> warnings;
  std::vector<std::string> notes;
  std::vector<std::string> descriptions;
  std::vector<double> progresses;

 private:
  std::string stop_at_;
  bool stop_ = false;
};

inline bool says(const std::vector<std::string>& sentences, const std::string& words) {
  return std::ranges::any_of(sentences,
                             [&](const std::string& sentence) { return sentence.find(words) != std::string::npos; });
}

/// The events of a simulation by its time blocks.
inline std::vector<recon::EventBlock> blocks_of(recon::EventSource& source, std::size_t num_blocks) {
  std::vector<recon::EventBlock> blocks(num_blocks);
  recon::EventBlock block;
  while (source.read(block)) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      recon::EventBlock& one = blocks[block.time_ms[i] / 10];
      one.crystal_a.push_back(block.crystal_a[i]);
      one.crystal_b.push_back(block.crystal_b[i]);
      one.tof_bin.push_back(block.tof_bin[i]);
      one.delayed.push_back(block.delayed[i]);
    }
  }
  return blocks;
}

/// Edges between which the activity, falling with lambda [1/s] from `activity` at time 0, amounts to `amount` each.
inline std::vector<std::uint32_t> edges_of(const std::function<double(double)>& activity, double lambda, double start_s,
                                           double amount, std::size_t blocks) {
  constexpr double step_s = 1e-2;
  std::vector<std::uint32_t> edges{static_cast<std::uint32_t>(std::lround(1e3 * start_s))};
  double sum = 0;
  for (double t = start_s + step_s / 2; edges.size() <= blocks; t += step_s) {
    sum += step_s * activity(t) * std::exp(-lambda * t);
    if (sum >= amount * static_cast<double>(edges.size())) {
      edges.push_back(static_cast<std::uint32_t>(std::lround(1e3 * (t + step_s / 2))));
    }
  }
  return edges;
}

/// Frames of blocks_in_frame blocks each.
inline std::string durations_of(const std::vector<std::uint32_t>& edges_ms) {
  std::vector<double> durations;
  for (std::size_t i = blocks_in_frame; i < edges_ms.size(); i += blocks_in_frame) {
    durations.push_back(1e-3 * (edges_ms[i] - edges_ms[i - blocks_in_frame]));
  }
  return fmt::format("{}", fmt::join(durations, ", "));
}

/// The simulation and what belongs to it, in a folder of its own.
class CylinderStudy {
 public:
  /// Of so many frames' length.
  explicit CylinderStudy(std::size_t num_frames = 1) : num_blocks_(num_frames * blocks_in_frame) {}

  void simulate() {
    io::Job simulation = job("simulated");
    simulation.input.data.clear();
    simulation.corrections.attenuation.clear();
    simulation.simulation = {
        .phantom = "cylinder", .scanner = "small", .duration_s = block_s * static_cast<double>(num_blocks_)};
    app::run_job(simulation, silent_);
    io::Job first = job("first");
    first.input.stop_s = block_s * static_cast<double>(blocks_in_frame);
    const recon::Image whole = app::run_job(first, silent_).image;
    recon::Image mask(whole.grid, 0, "1");
    for (std::int64_t i = 8; i < 16; ++i) {
      for (std::int64_t j = 8; j < 16; ++j) {
        for (std::int64_t k = 6; k < whole.grid.shape[2] - 6; ++k) {
          mask.at(i, j, k) = i < 12 ? 1 : 2;
        }
      }
    }
    io::write_image(path("mask.nii.gz"), mask);
    region_bq_per_ml_ = mean_in(mask, whole.values);
  }

  /// Blocks that end at the edges [ms] and hold the events of its first so many blocks, over and over.
  void write_at(const std::vector<std::uint32_t>& edges_ms, const fs::path& to,
                std::size_t num_blocks = blocks_in_frame) const {
    const auto source = io::open_listmode(path("results/simulated.petsird"));
    const std::vector<recon::EventBlock> blocks = blocks_of(*source, num_blocks_);
    io::PetsirdWriter writer(to, source->scanner(), source->efficiencies());
    for (std::size_t i = 0; i + 1 < edges_ms.size(); ++i) {
      writer.write({edges_ms[i], edges_ms[i + 1]}, blocks[i % num_blocks]);
    }
    writer.finish();
  }

  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

  io::Job job(const char* name) const {
    io::Job job;
    job.image.size = {24, 24, 0};
    job.image.voxel_size_mm = {5, 5, 5};
    job.sensitivity.fraction = 0.2;
    job.sensitivity.cache_folder = path("cache");
    job.stop.passes = 2;
    job.algorithm.subsets = 2;
    job.output.folder = path("results");
    job.output.name = name;
    job.input.data = path("results/simulated.petsird");
    job.corrections.attenuation = path("results/simulated_mu.nii.gz");
    job.corrections.scatter = recon::ScatterMethod::none;  // as it was simulated
    return job;
  }
  static double mean_in(const recon::Image& mask, std::span<const float> values) {
    double sum = 0, voxels = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += mask.values[i] > 0 ? values[i] : 0;
      voxels += mask.values[i] > 0 ? 1 : 0;
    }
    return sum / voxels;
  }
  recon::Image mask() const { return io::read_image(path("mask.nii.gz")); }
  fs::path write_text(const char* name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }

 protected:
  QTemporaryDir folder_;
  recon::Reporter silent_;
  double region_bq_per_ml_ = 0;  ///< in the first frame's length

 private:
  std::size_t num_blocks_;
};

}  // namespace coincide::tests
