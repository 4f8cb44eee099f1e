#include "io/dicom/read_dicom.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/dicom/date_time.h"
#include "io/dicom/decay.h"
#include "io/dicom/pet_facts.h"
#include "io/dicom/pixels.h"
#include "io/dicom/series.h"
#include "io/dicom/stack.h"
#include "io/dicom/terms.h"
#include "projectors/error.h"
#include "recon/data/frame_decay.h"

namespace coincide::io::dicom {
namespace {

constexpr float air_hu = -1000;

/// What the values of each plane are multiplied by.
using PlaneFactors = std::vector<std::vector<double>>;

std::vector<Plane> all_planes(const Series& series) {
  std::vector<Plane> planes;
  for (const std::shared_ptr<const DicomFile>& file : series.files) {
    std::ranges::move(planes_of(file), std::back_inserter(planes));
  }
  return planes;
}

/// Of the Enhanced class, where numbers become values by another pair of slope and intercept.
void use_real_world_values(std::vector<Plane>& planes) {
  for (Plane& plane : planes) {
    const PictureData data = plane.data();
    if (const std::optional<double> slope = data.number(tag::real_slope); slope && data.text(tag::units).empty()) {
      plane.slope = *slope;
      plane.intercept = data.number(tag::real_intercept).value_or(0);
    }
  }
}

/// Values [column, row, plane], plane fastest.
std::vector<float> frame_values(const std::vector<Plane>& planes, const std::vector<double>& factors,
                                float for_padding) {
  const auto voxels = static_cast<std::size_t>(planes.front().layout.rows * planes.front().layout.columns);
  const auto rows = static_cast<std::size_t>(planes.front().layout.rows);
  const std::size_t columns = voxels / rows;
  std::vector<float> values(voxels * planes.size());
  for (std::size_t k = 0; k < planes.size(); ++k) {
    const std::vector<float> plane = plane_values(planes[k], for_padding);
    const auto factor = static_cast<float>(factors[k]);
    for (std::size_t j = 0; j < rows; ++j) {
      for (std::size_t i = 0; i < columns; ++i) {
        values[(i * rows + j) * planes.size() + k] = factor * plane[j * columns + i];
      }
    }
  }
  return values;
}

struct Span {
  double start_s;
  double stop_s;
  bool one_moment;
};

/// From the first start of a frame's planes to their last stop.
Span span_of(const std::vector<Plane>& planes) {
  constexpr double same_s = 1;
  Span span{*planes.front().start_s, *planes.front().start_s + planes.front().duration_s, true};
  for (const Plane& plane : planes) {
    span.one_moment = span.one_moment && std::abs(*plane.start_s - *planes.front().start_s) < same_s;
    span.start_s = std::min(span.start_s, *plane.start_s);
    span.stop_s = std::max(span.stop_s, *plane.start_s + plane.duration_s);
  }
  return span;
}

void set_frame_times(const Stack& stack, double zero_s, PlacedSeries& placed) {
  bool one_moment = true;
  for (std::size_t i = 0; i < stack.frames.size(); ++i) {
    const Span span = span_of(stack.frames[i]);
    one_moment = one_moment && span.one_moment;
    recon::SeriesFrame& frame = placed.series.frames[i];
    frame.start_s = span.start_s - zero_s;
    frame.duration_s = span.stop_s - span.start_s;
    frame.decay_factor = recon::frame_decay_factor(placed.series.half_life_s, frame.start_s - placed.series.reference_s,
                                                   frame.duration_s);
  }
  if (!one_moment) {
    placed.warnings.emplace_back(
        "Its planes were measured one after the other (bed positions): a frame's time goes from the first to the "
        "last.");
  }
}

/// Values that were corrected to different moments are brought to one.
void bring_to_one_moment(const Stack& stack, double half_life_s, double moment_s, PlaneFactors& factors,
                         std::vector<std::string>& warnings) {
  bool changed = false;
  for (std::size_t i = 0; i < stack.frames.size(); ++i) {
    for (std::size_t k = 0; k < stack.frames[i].size(); ++k) {
      const double factor = recon::frame_decay_factor(half_life_s, *stack.frames[i][k].start_s - moment_s, 0);
      factors[i][k] *= factor;
      changed = changed || factor != 1;
    }
  }
  if (changed) {
    warnings.emplace_back("They are brought to the start of the first frame.");
  }
}

void set_times(Stack& stack, const TracerMoments& moments, PlacedSeries& placed, PlaneFactors& factors) {
  recon::ImageSeries& series = placed.series;
  series.half_life_s = moments.half_life_s;
  tell_starts_apart(stack, moments);
  const std::optional<double> zero_s = first_start_s(stack);
  if (!zero_s) {
    placed.warnings.push_back(title(tag::acquisition_time) +
                              " is missing or wrong: the frames have no times, and decay is not known.");
    return;
  }
  const DecayReference reference = decay_reference(stack, moments);
  std::ranges::copy(reference.warnings, std::back_inserter(placed.warnings));
  if (reference.own_starts) {
    bring_to_one_moment(stack, moments.half_life_s, reference.moment_s, factors, placed.warnings);
  }
  series.time_zero = clock_text(*zero_s);
  series.date = calendar_text(*zero_s);
  series.decay_corrected = reference.corrected;
  series.reference_s = reference.moment_s - *zero_s;
  if (moments.injection_s) {
    series.injection_s = *moments.injection_s - *zero_s;
  }
  set_frame_times(stack, *zero_s, placed);
}

void set_corrected(const PictureData& data, recon::ImageSeries& series) {
  for (const std::string& word : data.texts(tag::corrected_image)) {
    const auto term = std::ranges::find(correction_terms, word, &CorrectionTerm::term);
    if (term != correction_terms.end()) {
      series.corrected.push_back(term->effect);
    }
  }
}

void set_pet(Stack& stack, PlacedSeries& placed, PlaneFactors& factors) {
  const PictureData data = stack.frames.front().front().data();
  const Unit unit = pet_unit(data);
  placed.series.unit = unit.name;
  std::ranges::copy(unit.warnings, std::back_inserter(placed.warnings));
  for (std::vector<double>& frame : factors) {
    std::ranges::fill(frame, unit.factor);
  }
  set_corrected(data, placed.series);
  const TracerMoments moments = read_facts(data, first_start_s(stack), placed.series, placed.warnings);
  set_times(stack, moments, placed, factors);
}

void set_ct(const Stack& stack, PlacedSeries& placed) {
  placed.series.unit = "HU";
  placed.series.tube_kv = stack.frames.front().front().data().number(tag::tube_kv).value_or(0);
  placed.outside = air_hu;
}

void set_about(const Stack& stack, PlacedSeries& placed) {
  const Plane& first = stack.frames.front().front();
  const PictureData data = first.data();
  const std::string position = data.text(tag::patient_position);
  placed.orientation = "DICOM's patient axes" + (position.empty() ? "" : ", " + position);
  placed.series.description = data.text(tag::series_description);
  placed.index_to_mm = stack.index_to_mm;
  placed.series.grid.shape = {first.layout.columns, first.layout.rows,
                              static_cast<std::int64_t>(stack.frames.front().size())};
  if (data.text(tag::photometric) == "MONOCHROME1") {
    placed.warnings.emplace_back("The file asks to be shown with dark and bright exchanged; its values stay.");
  }
}

PlacedSeries placed_series(Stack stack) {
  PlacedSeries placed;
  placed.warnings = stack.warnings;
  set_about(stack, placed);
  placed.series.frames.resize(stack.frames.size());
  PlaneFactors factors(stack.frames.size(), std::vector<double>(stack.frames.front().size(), 1));
  const std::string modality = stack.frames.front().front().data().text(tag::modality);
  if (modality == "PT") {
    set_pet(stack, placed, factors);
  } else if (modality == "CT") {
    set_ct(stack, placed);
  } else {
    placed.series.unit.assign(1, '1');  // GCC 12 warns of the plain assignment here, without a reason
  }
  for (std::size_t i = 0; i < stack.frames.size(); ++i) {
    placed.series.frames[i].values = frame_values(stack.frames[i], factors[i], placed.outside);
  }
  return placed;
}

}  // namespace

PlacedSeries read_dicom(const std::filesystem::path& path) {
  std::vector<Plane> planes = all_planes(series_at(path));
  use_real_world_values(planes);
  try {
    return placed_series(stacked(std::move(planes)));
  } catch (Error& error) {
    if (std::string_view(error.what()).find(series_place(path).path.string()) == std::string_view::npos) {
      error.prepend(path.string());
    }
    throw;
  }
}

}  // namespace coincide::io::dicom
