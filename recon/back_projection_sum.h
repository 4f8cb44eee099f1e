#pragma once

#include <cstdint>
#include <vector>

#include "projectors/device_floats.h"
#include "projectors/projector.h"
#include "recon/lors_added_well.h"
#include "recon/parallel.h"

namespace coincide::recon {

/// Back projection of very many LORs: single precision loses digits with the number of contributions, and stops growing
/// after some 10^7, so parts of the sum are moved to double precision from time to time.
class BackProjectionSum {
 public:
  explicit BackProjectionSum(const projectors::Projector&&) = delete;
  explicit BackProjectionSum(const projectors::Projector& projector)
      : projector_(projector),
        part_(projector.options().device, projector.grid().num_voxels()),
        part_on_host_(static_cast<std::size_t>(part_.size())),
        total_(part_on_host_.size()) {}

  template <class Tof>
  void add(const projectors::Lors& lors, const Tof& tof, const float* values) {
    projector_.back(lors, tof, values, part_.data());
    lors_in_part_ += lors.count;
    if (lors_in_part_ >= lors_added_well(projector_.grid())) {
      move_part();
    }
  }

  /// What has been added up to now.
  const std::vector<double>& total() {
    move_part();
    return total_;
  }

  std::vector<float> finish() { return {total().begin(), total().end()}; }

 private:
  void move_part() {
    if (lors_in_part_ == 0) {
      return;
    }
    part_.download(part_on_host_.data());
    part_.clear();
#pragma omp parallel for schedule(static) num_threads(thread_count(projector_.options().num_threads))
    for (std::size_t i = 0; i < total_.size(); ++i) {
      total_[i] += part_on_host_[i];
    }
    lors_in_part_ = 0;
  }

  const projectors::Projector& projector_;
  projectors::DeviceFloats part_;
  std::vector<float> part_on_host_;
  std::vector<double> total_;
  std::int64_t lors_in_part_ = 0;
};

}  // namespace coincide::recon
