#include "io/phantom_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <limits>

#include "io/image_file.h"
#include "io/input_file.h"
#include "io/settings_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::ShapeKind;

/// A section of the file before it is known to be complete.
struct Section {
  std::string name;
  std::size_t kind = std::numeric_limits<std::size_t>::max();
  std::array<double, 3> centre_mm{0, 0, 0};
  std::array<double, 3> half_size_mm{unset, unset, unset};
  double activity_bq_per_ml = unset;
  double mu_per_cm = unset;
};

/// In the order of the file, which a TOML table forgets.
std::vector<Section> list_sections(const std::string& text) {
  std::vector<std::pair<toml::source_index, Section>> found;
  try {
    for (const auto& [key, node] : toml::parse(text)) {
      if (node.is_table()) {
        found.push_back({node.source().begin.line, Section{.name = std::string(key.str())}});
      }
    }
  } catch (const toml::parse_error&) {
    return {};  // reading the settings finds it again, and says where
  }
  std::ranges::sort(found, {}, [](const auto& entry) { return entry.first; });
  std::vector<Section> sections;
  std::ranges::transform(found, std::back_inserter(sections), [](auto& entry) { return std::move(entry.second); });
  return sections;
}

void describe(Section& section, std::vector<Setting>& settings) {
  constexpr double largest_mm = 5000;
  constexpr double smallest_mm = 0.01;
  constexpr double most_bq_per_ml = 1e12;
  constexpr double most_per_cm = 10;
  const std::string prefix = section.name + ".";
  Setting kind{prefix + "kind",
               WordField{[&section] { return section.kind; }, [&section](std::size_t word) { section.kind = word; }},
               "", "Form of the solid."};
  kind.words = {"ellipsoid", "elliptic_cylinder", "box"};
  settings.push_back(std::move(kind));
  settings.push_back({prefix + "centre_mm", &section.centre_mm, "mm", "Middle, relative to the middle of the scanner.",
                      -largest_mm, largest_mm});
  settings.push_back({prefix + "half_size_mm", &section.half_size_mm, "mm",
                      "Semi-axes; half the length of a cylinder along z; half the edges of a box.", smallest_mm,
                      largest_mm});
  settings.push_back({prefix + "activity_bq_per_ml", &section.activity_bq_per_ml, "Bq/mL", "Activity concentration.", 0,
                      most_bq_per_ml});
  settings.push_back(
      {prefix + "mu_per_cm", &section.mu_per_cm, "1/cm", "Linear attenuation at 511 keV.", 0, most_per_cm});
}

recon::Vec3 to_vec3(const std::array<double, 3>& values) {
  return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

/// What a file says.
struct PhantomDescription {
  std::string name;
  std::filesystem::path activity_image;
  std::filesystem::path mu_image;
  std::vector<Section> sections;
};

PhantomDescription read_description(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  PhantomDescription d;
  d.sections = list_sections(text);
  std::vector<Setting> settings{{"name", &d.name, "", "Name of the phantom."},
                                {"activity_image", &d.activity_image, "", "Image of the activity in Bq/mL."},
                                {"mu_image", &d.mu_image, "", "Image of the attenuation in 1/cm."}};
  for (Section& section : d.sections) {
    describe(section, settings);
  }
  read_settings_file(settings, text, path);
  for (std::filesystem::path* image : {&d.activity_image, &d.mu_image}) {
    *image = image->empty() ? *image : path.parent_path() / *image;
  }
  return d;
}

recon::Image read_if_named(const std::filesystem::path& path) {
  return path.empty() ? recon::Image() : read_image(path);
}

}  // namespace

recon::Phantom read_phantom(const std::filesystem::path& path) {
  constexpr std::array kinds{ShapeKind::ellipsoid, ShapeKind::elliptic_cylinder, ShapeKind::box};
  const PhantomDescription description = read_description(path);
  recon::Phantom phantom{.name = description.name,
                         .shapes = {},
                         .activity = read_if_named(description.activity_image),
                         .mu = read_if_named(description.mu_image)};
  if (description.sections.empty() && phantom.activity.values.empty()) {
    throw FileError(
        fmt::format("{}: the phantom has no shapes. Add a section such as [body] for each, or name an "
                    "activity_image",
                    path.string()));
  }
  for (const Section& section : description.sections) {
    if (section.kind >= kinds.size()) {
      throw FileError(
          fmt::format("{}: \"{}.kind\" is missing. It is one of \"ellipsoid\", \"elliptic_cylinder\", \"box\"",
                      path.string(), section.name));
    }
    phantom.shapes.push_back({kinds[section.kind], section.name, to_vec3(section.centre_mm),
                              to_vec3(section.half_size_mm), section.activity_bq_per_ml, section.mu_per_cm});
  }
  return phantom;
}

std::vector<std::filesystem::path> images_of_phantom(const std::filesystem::path& path) {
  const PhantomDescription description = read_description(path);
  std::vector<std::filesystem::path> images{description.activity_image, description.mu_image};
  std::erase_if(images, [](const std::filesystem::path& image) { return image.empty(); });
  return images;
}

}  // namespace coincide::io
