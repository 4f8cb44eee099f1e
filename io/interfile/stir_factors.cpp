#include "io/interfile/stir_factors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "io/atomic_file.h"
#include "io/interfile/stir_rows.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "floats are written as they lie in memory");

constexpr const char* multiplicative_ending = "_multiplicative";
constexpr const char* additive_ending = "_additive";

void write_data(const StirSinogram& like, const fs::path& path, std::span<const float> values) {
  const StirSinogramLayout& layout = like.layout();
  const std::vector<std::int64_t> tofs = layout.tof ? like.order().tof : std::vector<std::int64_t>{0};
  const StirRows rows(layout, {});
  std::vector<float> row_values(static_cast<std::size_t>(layout.tangential));
  AtomicFile target(path);
  std::ofstream file(target.temporary_path(), std::ios::binary);
  for (const std::int64_t tof : tofs) {
    for (const std::size_t segment : like.order().segments) {
      const auto number = static_cast<std::int64_t>(segment);
      rows.for_each_in_file(number, like.order().by_sinogram, [&](const StirRows::Row& row) {
        const std::int64_t lor = layout.lor({.segment = number, .view = row.view, .plane = row.plane});
        for (std::size_t t = 0; t < row_values.size(); ++t) {
          row_values[t] = values[(static_cast<std::size_t>(lor) + t) * tofs.size() + static_cast<std::size_t>(tof)];
        }
        file.write(reinterpret_cast<const char*>(row_values.data()),
                   static_cast<std::streamsize>(row_values.size() * sizeof(float)));
      });
    }
  }
  file.close();
  if (!file) {
    throw cannot_write(path);
  }
  target.commit();
}

void copy_to(const fs::path& from, const fs::path& path) {
  AtomicFile target(path);
  std::error_code error;
  fs::copy_file(from, target.temporary_path(), error);
  if (error) {
    throw FileError(fmt::format("{} cannot be copied to {}: {}.", from.string(), path.string(), error.message()));
  }
  target.commit();
}

/// Brings the values of the shares of processes into the order of read().
std::vector<float> in_order(const StirSinogramLayout& layout, std::span<const float> of_shares, int num_processes) {
  const std::int64_t per_lor = layout.tof ? layout.tof->num_bins : 1;
  std::vector<float> values(static_cast<std::size_t>(layout.num_bins()));
  auto next = of_shares.begin();
  for (int process = 0; process < num_processes; ++process) {
    const StirRows rows(layout, recon::LorShare(num_processes, process));
    rows.for_each([&](const StirRows::Row& row) {
      const std::int64_t lor = layout.lor({.segment = row.segment, .view = row.view, .plane = row.plane});
      for (std::int64_t t = rows.first(row); t < layout.tangential; t += rows.step()) {
        std::copy_n(next, per_lor, values.begin() + (lor + t) * per_lor);
        next += per_lor;
      }
    });
  }
  return values;
}

/// The header last: what it names is there then.
std::vector<fs::path> write_bins(const StirSinogram& like, const std::string& stem, std::span<const float> values) {
  const fs::path header = stem + ".hs", data = stem + ".s", crystal_map = stem + ".txt";
  std::vector<fs::path> files{data};
  if (like.layout().scanner.geometry == StirGeometry::table) {
    copy_to(like.layout().scanner.crystal_map, crystal_map);
    files.push_back(crystal_map);
  }
  write_data(like, data, values);
  std::vector<std::pair<std::string, std::string>> said{{"name of data file", data.filename().string()},
                                                        {"imagedata byte order", "LITTLEENDIAN"},
                                                        {"!number format", "float"},
                                                        {"!number of bytes per pixel", "4"},
                                                        {"image scaling factor", ""},
                                                        {"quantification units", ""},
                                                        {"data offset in bytes", ""}};
  if (files.size() > 1) {
    said.emplace_back("name of crystal map", crystal_map.filename().string());
  }
  write_text_file(header, like.header().text_with(said));
  files.push_back(header);
  return files;
}

std::vector<float> additive_terms(std::span<const float> factor, std::span<const float> additive) {
  std::vector<float> terms(factor.size());
  std::ranges::transform(factor, additive, terms.begin(), [](float m, float b) { return m > 0 ? b / m : 0; });
  return terms;
}

}  // namespace

std::vector<float> stir_multiplicative(std::span<const float> factor) {
  const float highest = factor.empty() ? 1 : std::ranges::max(factor);
  // Far above all others, whatever their unit: so it is told from them.
  const float gap = 1e12F * (highest > 0 ? std::max(1.0F, 1 / highest) : 1);
  std::vector<float> corrections(factor.size());
  std::ranges::transform(factor, corrections.begin(), [gap](float m) { return m > 0 ? 1 / m : gap; });
  return corrections;
}

std::vector<std::string> stir_factor_endings() {
  std::vector<std::string> endings;
  for (const char* ending : {multiplicative_ending, additive_ending}) {
    for (const char* suffix : {".hs", ".s", ".txt"}) {
      endings.push_back(fmt::format("{}{}", ending, suffix));
    }
  }
  return endings;
}

std::vector<fs::path> write_stir_factors(const StirSinogram& sinogram, std::span<const float> factor,
                                         std::span<const float> additive, int num_processes, const fs::path& stem) {
  const auto write = [&](const char* ending, std::vector<float> values) {
    if (num_processes > 1) {
      values = in_order(sinogram.layout(), values, num_processes);
    }
    return write_bins(sinogram, stem.string() + ending, values);
  };
  // One after the other: they may be large.
  std::vector<fs::path> files = write(multiplicative_ending, stir_multiplicative(factor));
  std::ranges::copy(write(additive_ending, additive_terms(factor, additive)), std::back_inserter(files));
  return files;
}

}  // namespace coincide::io
