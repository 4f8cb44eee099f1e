#pragma once

#include <cstdint>
#include <vector>

#include "recon/compute_device.h"
#include "recon/data/histogram.h"
#include "recon/image.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct HistogramSensitivityOptions {
  int num_threads = 0;
  ComputeDevice* device = nullptr;  ///< null: the CPU
  /// Of the images of subsets. If they need more, all subsets must see every plane along z alike within 1 %.
  std::uint64_t memory_limit_bytes = std::uint64_t{4} << 30;
};

/// A^T m over all bins of a histogram, without resolution model.
struct HistogramSensitivity {
  Image whole;                                ///< [unit of m, times mm]; without values if the reporter asked to stop
  std::vector<std::vector<float>> by_subset;  ///< A_k^T m_k; empty: subsets see their share of `whole`
};

/// Projects the bins' own LORs back, once. Where the factors of a LOR's TOF bins are equal and these cover the image,
/// their sum is the projection without TOF. Throws InputError as Histogram::check() and lors_of_subset(), and where
/// subsets differ but there is no memory for their images.
HistogramSensitivity histogram_sensitivity(const Histogram& histogram, const ImageGrid& grid, int num_subsets,
                                           const HistogramSensitivityOptions& options, Reporter& reporter);

}  // namespace coincide::recon
