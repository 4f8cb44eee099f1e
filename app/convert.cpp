#include "app/convert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "io/data_conversion.h"
#include "io/image_conversion.h"
#include "io/image_file.h"
#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// A kind of what files hold. What IN is decides, and then the ending of OUT: one ending may be of several kinds.
struct Conversion {
  const char* kind;
  bool (*recognise)(const fs::path& in);
  bool (*writes)(const fs::path& out);
  std::vector<std::string> (*endings)();  ///< that it writes, for the sentence
  std::vector<std::string> (*convert)(const fs::path& in, const fs::path& out, const ConvertOptions& options,
                                      recon::Reporter& reporter);
};

std::vector<std::string> convert_image(const fs::path& in, const fs::path& out, const ConvertOptions&,
                                       recon::Reporter&) {
  return io::convert_image(in, out);
}

std::vector<std::string> convert_data(const fs::path& in, const fs::path& out, const ConvertOptions& options,
                                      recon::Reporter& reporter) {
  return io::convert_data(in, out, options.reading, options.unlisting, reporter);
}

/// What is no image may be data: opening it says if it is not.
constexpr std::array<Conversion, 2> conversions{{
    {"an image", io::is_image, io::can_write_image, io::image_suffixes, convert_image},
    {"no image", [](const fs::path& in) { return io::why_no_input_file(in).empty(); }, io::can_write_data,
     io::data_suffixes, convert_data},
}};

}  // namespace

std::vector<std::string> convert(const fs::path& in, const fs::path& out, const ConvertOptions& options,
                                 recon::Reporter& reporter) {
  const auto* const found =
      std::ranges::find_if(conversions, [&](const Conversion& conversion) { return conversion.recognise(in); });
  if (found == conversions.end()) {
    throw FileError(fmt::format("{} cannot be converted: {}.", in.string(), io::why_no_input_file(in)));
  }
  if (!found->writes(out)) {
    throw InputError(fmt::format("{} is {}, which cannot be written as {}: endings are {}.", in.string(), found->kind,
                                 out.filename().string(), fmt::join(found->endings(), ", ")));
  }
  return found->convert(in, out, options, reporter);
}

}  // namespace coincide::app
