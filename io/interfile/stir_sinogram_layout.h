#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/interfile/interfile_header.h"
#include "io/interfile/stir_scanner.h"
#include "recon/data/histogram.h"
#include "recon/data/tof_axis.h"

namespace coincide::io {

/// LORs with a ring difference (of detector 2 and detector 1) from `least` to `most`, in planes along the axis.
struct StirSegment {
  std::int64_t least = 0, most = 0;
  std::int64_t planes = 0;

  double difference() const { return 0.5 * static_cast<double>(least + most); }
  /// Rings that planes are apart.
  double step() const { return least == most ? 1 : 0.5; }
  bool operator==(const StirSegment&) const = default;
};

/// A bin of STIR's projection data by its indices; tof from 0 on.
struct StirBin {
  std::int64_t segment = 0, view = 0, plane = 0, tangential = 0, tof = 0;
  bool operator==(const StirBin&) const = default;
};

/// How STIR arranges projection data, and where the bins' LORs run. Segments ascend by their ring difference here,
/// whatever the file's order.
struct StirSinogramLayout {
  StirScanner scanner;
  std::vector<StirSegment> segments;
  std::int64_t views = 0;
  std::int64_t tangential = 0;        ///< positions -tangential / 2 ...
  double arc_bin_mm = 0;              ///< distance of LORs in arc-corrected data; 0: they join detectors
  std::int64_t tof_mashing = 0;       ///< 0: no TOF
  std::optional<recon::TofAxis> tof;  ///< towards STIR's detector 1

  std::int64_t planes() const;
  std::int64_t num_lors() const { return planes() * views * tangential; }
  std::int64_t num_bins() const { return num_lors() * (tof ? tof->num_bins : 1); }
  /// Views of the scanner that are one here; 0 if their number does not divide.
  std::int64_t view_mashing() const;
  /// Number of a bin's LOR: segment, view, plane, tangential position, the last fastest.
  std::int64_t lor(const StirBin& bin) const;
  /// "3 segments, 48 views, 46 planes, 95 tangential positions, 5 TOF bins".
  std::string words() const;

  /// End points of a bin's LOR in STIR's axes with z = 0 in the middle of the rings: detector 1's, detector 2's. On a
  /// cylinder one thin line in the middle of all that the bin gathers.
  std::pair<recon::Vec3, recon::Vec3> ends_mm(const StirBin& bin) const;
  /// Where a pair of detectors of a cylinder is counted, with its difference of arrival times as a number of the
  /// scanner's own TOF bins (0 in the middle, positive towards detector 1); none if that is outside.
  std::optional<StirBin> bin_of(std::int64_t ring1, std::int64_t detector1, std::int64_t ring2, std::int64_t detector2,
                                std::int64_t tof_place = 0) const;
  /// The two detectors of a bin that is one pair: (ring, detector) twice. Only where nothing is mashed or compressed.
  std::array<std::int64_t, 4> detectors_of(const StirBin& bin) const;
};

/// Segments of `span` ring differences each (an odd number), as far as the farthest of them all: a Michelogram.
std::vector<StirSegment> segments_of_span(std::int64_t rings, std::int64_t span, std::int64_t farthest);

/// The order of a file, beside the layout.
struct StirFileOrder {
  std::vector<std::size_t> segments;  ///< of the layout, as they follow each other in the file
  std::vector<std::int64_t> tof;      ///< of the axis likewise
  bool by_sinogram = false;           ///< planes before views
};

/// Throws FileError for a header that is not possible, or of a kind that is not read here.
std::pair<StirSinogramLayout, StirFileOrder> read_stir_layout(const InterfileHeader& header);

}  // namespace coincide::io
