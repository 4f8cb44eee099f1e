#include "io/dicom/plane.h"

#include <fmt/format.h>

#include <cmath>

#include "io/dicom/date_time.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

double needed(const PictureData& data, const Tag& tag) {
  const std::optional<double> number = data.number(tag);
  if (!number) {
    throw FileError(title(tag) + " is missing.");
  }
  return *number;
}

std::vector<double> needed(const PictureData& data, const Tag& tag, std::size_t count) {
  std::vector<double> list = data.numbers(tag);
  if (list.size() != count) {
    throw FileError(fmt::format("{} has {} values; {} are needed.", title(tag), list.size(), count));
  }
  return list;
}

void set_place(const PictureData& data, Plane& plane) {
  constexpr double farthest_mm = 1e6;
  constexpr double slack = 1e-3;
  const std::vector<double> place = needed(data, tag::position, 3), turn = needed(data, tag::orientation, 6),
                            step = needed(data, tag::pixel_spacing, 2);
  plane.position_mm = {place[0], place[1], place[2]};
  plane.along_row = {turn[0], turn[1], turn[2]};
  plane.along_column = {turn[3], turn[4], turn[5]};
  plane.row_step_mm = step[0];
  plane.column_step_mm = step[1];
  if (std::abs(plane.along_row.norm() - 1) > slack || std::abs(plane.along_column.norm() - 1) > slack ||
      std::abs(plane.along_row.dot(plane.along_column)) > slack) {
    throw FileError(title(tag::orientation) + " are not two directions at a right angle.");
  }
  plane.along_row.normalize();
  plane.along_column = (plane.along_column - plane.along_row * plane.along_row.dot(plane.along_column)).normalized();
  for (const double mm : step) {
    if (!(mm >= 1e-3 && mm <= 1e4)) {
      throw FileError(
          fmt::format("{} of {:g} mm is not possible: 0.001 to 10000 mm are.", title(tag::pixel_spacing), mm));
    }
  }
  if (!(plane.position_mm.cwiseAbs().maxCoeff() <= farthest_mm)) {
    throw FileError(fmt::format("{} lies farther than {:g} mm away.", title(tag::position), farthest_mm));
  }
}

/// Stored numbers are as signed as the pixels are, whatever kind of number the file calls them.
double as_stored(double number, const PixelLayout& layout) {
  return layout.is_signed && number >= 32768 ? number - 65536 : number;
}

void set_values(const PictureData& data, Plane& plane) {
  plane.slope = data.number(tag::slope).value_or(1);
  plane.intercept = data.number(tag::intercept).value_or(0);
  if (plane.slope == 0) {
    throw FileError(title(tag::slope) + " is 0: all values would be alike.");
  }
  if (const std::optional<double> padding = data.number(tag::padding)) {
    const double limit = data.number(tag::padding_limit).value_or(*padding);
    plane.padding = std::minmax(as_stored(*padding, plane.layout), as_stored(limit, plane.layout));
  }
}

std::string first_text(const PictureData& data, std::initializer_list<Tag> tags) {
  for (const Tag& tag : tags) {
    if (std::string text = data.text(tag); !text.empty()) {
      return text;
    }
  }
  return {};
}

void set_times(const PictureData& data, Plane& plane) {
  constexpr double s_per_ms = 1e-3;
  plane.start_s = moment(data.text(tag::frame_start_date_time));
  if (!plane.start_s) {
    plane.start_s = moment(first_text(data, {tag::acquisition_date, tag::series_date, tag::study_date}),
                           data.text(tag::acquisition_time));
  }
  if (!plane.start_s) {
    plane.start_s = moment(data.text(tag::acquisition_date_time));
  }
  plane.reference_time_ms = data.number(tag::frame_reference_time);
  const std::optional<double> length_ms = data.number(tag::frame_length);
  plane.duration_s = s_per_ms * (length_ms ? *length_ms : data.number(tag::frame_duration).value_or(0));
  plane.decay_factor = data.number(tag::decay_factor);
}

Plane plane_of(const std::shared_ptr<const DicomFile>& file, const PixelLayout& layout, std::size_t picture) {
  Plane plane;
  plane.file = file;
  plane.picture = picture;
  plane.layout = layout;
  const PictureData data = plane.data();
  set_place(data, plane);
  set_values(data, plane);
  set_times(data, plane);
  const auto whole = [&](const Tag& tag) { return std::llround(data.number(tag).value_or(0)); };
  plane.temporal_index = whole(tag::temporal_index);
  plane.image_index = whole(tag::image_index);
  plane.instance = layout.pictures > 1 ? static_cast<std::int64_t>(picture) : whole(tag::instance_number);
  return plane;
}

void check_kind(const PictureData& data, const PixelLayout& layout) {
  const std::string photometric = data.text(tag::photometric);
  if (data.number(tag::samples).value_or(1) != 1 || !photometric.starts_with("MONOCHROME")) {
    throw FileError(fmt::format("The pixels are colours ({}), not measured values.", photometric));
  }
  if (layout.bits_allocated != 8 && layout.bits_allocated != 16 && layout.bits_allocated != 32) {
    throw FileError(
        fmt::format("{} is {}; 8, 16 and 32 can be read.", title(tag::bits_allocated), layout.bits_allocated));
  }
  if (layout.bits_stored < 1 || layout.high_bit >= layout.bits_allocated || layout.high_bit + 1 < layout.bits_stored) {
    throw FileError(fmt::format("{} bits up to bit {} do not fit into {} bits.", layout.bits_stored, layout.high_bit,
                                layout.bits_allocated));
  }
}

void check_size(const PixelLayout& layout, const DicomFile& file) {
  constexpr std::uint64_t most_compressed = 1000;  // an empty picture, with the attributes of its file
  if (layout.rows < 1 || layout.columns < 1 || layout.pictures < 1 || layout.pictures > (1 << 24)) {
    throw FileError(fmt::format("{} pictures of {} rows and {} columns are not possible.", layout.pictures, layout.rows,
                                layout.columns));
  }
  const std::uint64_t bytes = layout.picture_bytes() * static_cast<std::uint64_t>(layout.pictures);
  const bool compressed = !file.pixels->fragments.empty();
  if (compressed ? bytes / most_compressed > file.bytes : bytes > file.pixels->native.bytes) {
    throw FileError(
        fmt::format("{} pictures of {} x {} pixels and {} bits take {} bytes, more than the file can hold{}.",
                    layout.pictures, layout.columns, layout.rows, layout.bits_allocated, bytes,
                    compressed ? "" : fmt::format(": its pixels have {}", file.pixels->native.bytes)));
  }
}

}  // namespace

PictureData::PictureData(const DataSet& file, std::size_t picture) {
  const auto add_groups = [this](const DataSet& item) {
    for (const auto& [number, element] : item.elements()) {
      for (const DataSet& group : element.items) {
        where_.push_back(&group);
      }
    }
  };
  if (const std::vector<DataSet>& own = file.items(tag::frame_groups); picture < own.size()) {
    add_groups(own[picture]);
  }
  for (const DataSet& shared : file.items(tag::shared_groups)) {
    add_groups(shared);
  }
  where_.push_back(&file);
}

const DataSet* PictureData::holder(const Tag& tag) const {
  for (const DataSet* data : where_) {
    if (data->has(tag)) {
      return data;
    }
  }
  return nullptr;
}

std::optional<double> PictureData::first(const std::vector<double>& list) {
  return list.empty() ? std::nullopt : std::optional(list.front());
}

std::string PictureData::text(const Tag& tag) const {
  const DataSet* const data = holder(tag);
  return data != nullptr ? data->text(tag) : std::string();
}

std::vector<std::string> PictureData::texts(const Tag& tag) const {
  const DataSet* const data = holder(tag);
  return data != nullptr ? data->texts(tag) : std::vector<std::string>();
}

std::vector<double> PictureData::numbers(const Tag& tag) const {
  const DataSet* const data = holder(tag);
  return data != nullptr ? data->numbers(tag) : std::vector<double>();
}

const std::vector<DataSet>& PictureData::items(const Tag& tag) const {
  const DataSet* const data = holder(tag);
  return (data != nullptr ? data : where_.back())->items(tag);
}

std::string Plane::name() const {
  const std::string file_name = file->path.filename().string();
  return layout.pictures > 1 ? fmt::format("{}, picture {}", file_name, picture + 1) : file_name;
}

PixelLayout pixel_layout(const DicomFile& file) {
  const PictureData data(file.data, 0);
  if (!file.pixels) {
    throw FileError("It has no pixels.");
  }
  PixelLayout layout;
  layout.rows = std::llround(needed(data, tag::rows));
  layout.columns = std::llround(needed(data, tag::columns));
  const double pictures = data.number(tag::frames).value_or(1);
  layout.pictures = pictures >= 1 && pictures < 1e9 ? std::llround(pictures) : 0;
  layout.bits_allocated = static_cast<int>(needed(data, tag::bits_allocated));
  layout.bits_stored = static_cast<int>(data.number(tag::bits_stored).value_or(layout.bits_allocated));
  layout.high_bit = static_cast<int>(data.number(tag::high_bit).value_or(layout.bits_stored - 1));
  layout.is_signed = data.number(tag::is_signed).value_or(0) == 1;
  check_kind(data, layout);
  check_size(layout, file);
  return layout;
}

std::vector<Plane> planes_of(const std::shared_ptr<const DicomFile>& file) {
  try {
    const PixelLayout layout = pixel_layout(*file);
    const std::size_t groups = file->data.items(tag::frame_groups).size();
    if (layout.pictures > 1 && groups != static_cast<std::size_t>(layout.pictures)) {
      throw FileError(
          fmt::format("It holds {} pictures, but says of {} where they lie ({}): files of this kind cannot be read.",
                      layout.pictures, groups, title(tag::frame_groups)));
    }
    std::vector<Plane> planes;
    for (std::size_t picture = 0; picture < static_cast<std::size_t>(layout.pictures); ++picture) {
      planes.push_back(plane_of(file, layout, picture));
    }
    return planes;
  } catch (Error& error) {
    error.prepend(file->path.string());
    throw;
  }
}

}  // namespace coincide::io::dicom
