#include "app/convert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

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
  std::vector<std::string> (*convert)(const fs::path& in, const fs::path& out);
};

constexpr std::array<Conversion, 1> conversions{{
    {"an image", io::is_image, io::can_write_image, io::image_suffixes, io::convert_image},
}};

}  // namespace

std::vector<std::string> convert(const fs::path& in, const fs::path& out) {
  const auto* const found =
      std::ranges::find_if(conversions, [&](const Conversion& conversion) { return conversion.recognise(in); });
  if (found == conversions.end()) {
    const std::string why = io::why_no_input_file(in);
    throw FileError(fmt::format("{} cannot be converted: {}.", in.string(),
                                why.empty() ? "it is of no kind that can be written again here" : why));
  }
  if (!found->writes(out)) {
    throw InputError(fmt::format("{} is {}, which cannot be written as {}: endings are {}.", in.string(), found->kind,
                                 out.filename().string(), fmt::join(found->endings(), ", ")));
  }
  return found->convert(in, out);
}

}  // namespace coincide::app
