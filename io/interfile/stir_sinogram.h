#pragma once

#include <filesystem>
#include <vector>

#include "io/interfile/interfile_header.h"
#include "io/interfile/stir_axes.h"
#include "io/interfile/stir_rows.h"
#include "io/interfile/stir_sinogram_layout.h"
#include "recon/data/histogram_source.h"

namespace coincide::io {

/// True for the header of projection data, not of an image or listmode.
bool is_stir_sinogram(const InterfileHeader& header);

/// Projection data in STIR's Interfile (.hs and .s): one LOR per bin, through the middle of all that it gathers, in the
/// patient's axes (StirAxes). LORs run from STIR's detector 2 to detector 1, so that TOF counts as everywhere here.
class StirSinogram final : public recon::HistogramSource {
 public:
  /// Throws FileError for a damaged header, a missing file of data, or one of another size.
  explicit StirSinogram(const std::filesystem::path& path);

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::HistogramFacts& facts() const override { return facts_; }
  recon::Histogram read_share(const recon::LorShare& share) override;
  /// Of some views.
  recon::Histogram read_sample(std::int64_t enough_lors) override;

  const InterfileHeader& header() const { return header_; }
  const StirSinogramLayout& layout() const { return layout_; }
  const StirFileOrder& order() const { return order_; }

 private:
  void check_size() const;
  void add_facts();
  std::vector<double> scales() const;
  recon::Histogram read_rows(const StirRows& rows);
  std::vector<float> values_in_order(const StirRows& rows);

  InterfileHeader header_;
  StirAxes axes_;
  StirSinogramLayout layout_;
  StirFileOrder order_;
  std::filesystem::path data_;
  RawFormat format_;
  std::uint64_t offset_ = 0;
  recon::Scanner scanner_;
  recon::HistogramFacts facts_;
};

/// The scanner of a layout in the patient's axes: each of STIR's detectors a crystal.
recon::Scanner scanner_of(const StirSinogramLayout& layout, const StirAxes& axes);

/// Bins of a layout, or a share of them, without counts, m = 1 and b = 0. Throws InputError if they need more end
/// points than can be numbered.
recon::Histogram empty_histogram(const StirSinogramLayout& layout, const StirAxes& axes,
                                 const recon::LorShare& share = {});

}  // namespace coincide::io
