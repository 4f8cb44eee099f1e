#include "io/image_conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "io/bids_frames.h"
#include "io/dicom/write_dicom.h"
#include "io/image_file.h"
#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using Json = nlohmann::ordered_json;

/// What is said of an image beside it, and what its own file says of the frames.
Json facts_of(const std::filesystem::path& image, const recon::ImageSeries& series) {
  Json facts = Json::object();
  if (const std::filesystem::path json = side_file(image); std::filesystem::exists(json)) {
    facts = Json::parse(read_text_file(json));
    facts.erase("Coincide");  // the record of the run that made the other file
  }
  if (series.has_times()) {
    put_frames(series, facts);
  }
  return facts;
}

}  // namespace

std::vector<std::string> convert_image(const std::filesystem::path& in, const std::filesystem::path& out) {
  if (std::error_code error; std::filesystem::equivalent(in, out, error)) {
    throw InputError(fmt::format("{} would be converted into itself; choose another name.", in.string()));
  }
  auto [series, warnings] = read_image_series(in);
  const Json facts = facts_of(in, series);
  write_image_frames(out, series);
  if (!facts.empty()) {
    write_text_file(side_file(out), facts.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  if (out.extension() == ".dicom") {
    std::ranges::move(dicom::lost_in_dicom(series), std::back_inserter(warnings));
  }
  return warnings;
}

}  // namespace coincide::io
