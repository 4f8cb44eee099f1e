#include "io/dicom/series.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "io/dicom/plane.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

namespace fs = std::filesystem;

/// Calls `visit` with the files of a folder and its subfolders until it returns false. Links are not followed.
template <class Visit>
void each_file(const fs::path& folder, const Visit& visit) {
  constexpr std::size_t most_files = 200'000;
  std::error_code error;
  std::size_t files = 0;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) {
      if (++files > most_files) {
        throw FileError(fmt::format("{} and its subfolders hold more than {} files: name the folder of the series.",
                                    folder.string(), most_files));
      }
      if (!visit(entry->path())) {
        return;
      }
    }
  }
  if (error) {
    throw FileError(fmt::format("{} cannot be read: {}.", folder.string(), error.message()));
  }
}

bool is_localizer(const DataSet& data) {
  return std::ranges::any_of(data.texts(tag::image_type), [](const std::string& word) { return word == "LOCALIZER"; });
}

/// Pictures that have a place.
bool is_image(const DicomFile& file) {
  return file.pixels && !is_localizer(file.data) && !PictureData(file.data, 0).text(tag::position).empty();
}

std::vector<fs::path> sorted_files(const fs::path& folder) {
  std::vector<fs::path> paths;
  each_file(folder, [&](const fs::path& path) {
    paths.push_back(path);
    return true;
  });
  std::ranges::sort(paths);
  return paths;
}

double series_number(const DicomFile& file) {
  try {
    return file.data.number(tag::series_number).value_or(0);
  } catch (const FileError&) {  // it only orders the list
    return 0;
  }
}

Series series_of_file(const fs::path& path) {
  const auto asked = std::make_shared<const DicomFile>(read_attributes(path));
  Series series{.uid = asked->data.text(tag::series_uid), .number = series_number(*asked), .files = {asked}};
  if (!series.uid.empty() && pixel_layout(*asked).pictures == 1) {
    std::vector<fs::path> beside;
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::absolute(path).parent_path())) {
      beside.push_back(entry.path());
    }
    std::ranges::sort(beside);
    for (const fs::path& other : beside) {
      std::error_code error;
      if (fs::is_regular_file(other, error) && !fs::equivalent(other, path, error) && is_dicom(other)) {
        auto file = std::make_shared<const DicomFile>(read_attributes(other));
        if (is_image(*file) && file->data.text(tag::series_uid) == series.uid) {
          series.files.push_back(std::move(file));
        }
      }
    }
  }
  return series;
}

std::string list_of(const std::vector<Series>& all) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < all.size(); ++i) {
    lines.push_back(listed(all[i], i + 1));
  }
  return fmt::format("{}", fmt::join(lines, "; "));
}

}  // namespace

SeriesPlace series_place(const fs::path& path) {
  std::error_code error;
  const std::string text = path.string();
  const std::size_t mark = text.rfind('#');
  SeriesPlace place{.path = path};
  if (mark == std::string::npos || fs::exists(path, error)) {
    return place;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data() + mark + 1, end, place.number);
  if (wrong != std::errc() || stop != end || place.number == 0) {
    return {.path = path};
  }
  place.path = text.substr(0, mark);
  return place;
}

bool holds_dicom(const fs::path& path) {
  std::error_code error;
  const fs::path place = series_place(path).path;
  if (!fs::is_directory(place, error)) {
    return fs::is_regular_file(place, error) && is_dicom(place);
  }
  bool found = false;
  each_file(place, [&found](const fs::path& file) {
    found = is_dicom(file);
    return !found;
  });
  return found;
}

std::vector<Series> series_in(const fs::path& folder) {
  std::map<std::string, Series> by_uid;
  std::size_t others = 0;
  for (const fs::path& path : sorted_files(folder)) {
    if (!is_dicom(path)) {
      continue;
    }
    auto file = std::make_shared<const DicomFile>(read_attributes(path));
    if (!is_image(*file)) {
      ++others;
      continue;
    }
    Series& series = by_uid[file->data.text(tag::series_uid)];
    series.uid = file->data.text(tag::series_uid);
    series.number = series_number(*file);
    series.files.push_back(std::move(file));
  }
  if (by_uid.empty()) {
    throw FileError(fmt::format("{} holds no series of DICOM images{}.", folder.string(),
                                others > 0 ? fmt::format(" ({} DICOM files are localizers, reports or pictures "
                                                         "without a place)",
                                                         others)
                                           : ""));
  }
  std::vector<Series> all;
  all.reserve(by_uid.size());
  for (auto& [uid, series] : by_uid) {
    all.push_back(std::move(series));
  }
  std::ranges::stable_sort(all, {}, &Series::number);
  return all;
}

std::string listed(const Series& series, std::size_t number) {
  const DataSet& data = series.first().data;
  return fmt::format("#{}: {} \"{}\", {} {}", number, data.text(tag::modality), data.text(tag::series_description),
                     series.files.size(), series.files.size() == 1 ? "file" : "files");
}

Series series_at(const fs::path& path) {
  const SeriesPlace place = series_place(path);
  if (std::error_code error; !fs::is_directory(place.path, error)) {
    return series_of_file(place.path);
  }
  std::vector<Series> all = series_in(place.path);
  if (place.number > all.size() || (place.number == 0 && all.size() > 1)) {
    throw FileError(fmt::format("{} holds {} series of images: {}. Ask for one of them: {}#NUMBER.",
                                place.path.string(), all.size(), list_of(all), place.path.string()));
  }
  return std::move(all[place.number == 0 ? 0 : place.number - 1]);
}

std::vector<fs::path> series_files(const fs::path& path) {
  std::vector<fs::path> paths;
  for (const std::shared_ptr<const DicomFile>& file : series_at(path).files) {
    paths.push_back(file->path);
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace coincide::io::dicom
