// How quick a listmode format is read: events per second of one core, and against a plain read of the same bytes, which
// lie in the page cache. Further names are what the file is converted to, each timed with the reading that it takes.

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "io/data_conversion.h"
#include "io/listmode_file.h"
#include "projectors/error.h"

namespace {

using namespace coincide;
namespace fs = std::filesystem;

constexpr int runs = 5;

/// Of the processor, in the quickest of the runs: other programs make it slower, but not quicker. [s]
template <class Deed>
double seconds(Deed deed) {
  std::vector<double> each;
  for (int run = 0; run < runs; ++run) {
    const std::clock_t start = std::clock();
    deed();
    each.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return std::ranges::min(each);
}

std::uint64_t read_plainly(const std::vector<fs::path>& files) {
  std::vector<char> buffer(std::size_t{1} << 20);
  std::uint64_t bytes = 0;
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    while (file.read(buffer.data(), std::ssize(buffer)) || file.gcount() > 0) {
      bytes += static_cast<std::uint64_t>(file.gcount());
    }
  }
  return bytes;
}

/// FNV-1a, by numbers instead of bytes.
class Checksum {
 public:
  template <class Numbers>
  void add(const Numbers& numbers) {
    for (const auto number : numbers) {
      sum_ = (sum_ ^ static_cast<std::uint64_t>(number)) * 1099511628211ULL;
    }
  }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 14695981039346656037ULL;
};

/// Column by column, so that it does not matter how the events were dealt to blocks.
std::uint64_t checksum(recon::EventSource& source) {
  std::array<Checksum, 7> columns;
  recon::EventBlock block;
  source.rewind();
  while (source.read(block)) {
    columns[0].add(block.crystal_a);
    columns[1].add(block.crystal_b);
    columns[2].add(block.tof_bin);
    columns[3].add(block.time_ms);
    columns[4].add(block.delayed);
    for (const recon::TimeBlock& time : block.time_blocks) {
      columns[5].add(std::array<std::uint64_t, 3>{time.time.start_ms, time.time.stop_ms, time.prompts});
    }
    columns[6].add(block.window_a);
    columns[6].add(block.window_b);
  }
  Checksum all;
  for (const Checksum& column : columns) {
    all.add(std::array{column.sum()});
  }
  return all.sum();
}

void measure(const fs::path& path, std::span<char*> outs) {
  const auto source = io::open_listmode(path);
  std::vector<fs::path> files = source->other_files();
  files.insert(files.begin(), path);
  const std::uint64_t sum = checksum(*source);
  const double events = static_cast<double>(source->counts().prompts + source->counts().delayeds);
  recon::EventBlock block;
  const double reading_s = seconds([&] {
    source->rewind();
    while (source->read(block)) {
    }
  });
  const double passing_s = seconds([&] {
    source->rewind();
    while (source->pass_over(block)) {
    }
  });
  const double plainly_s = seconds([&] { read_plainly(files); });
  fmt::print("{} ({}): {:.0f} events, checksum {:016x}\n", path.filename().string(), source->format(), events, sum);
  fmt::print("  read     {:7.1f} M events/s, {:5.1f} % of a plain read of its {:.0f} MB in {:.4f} s\n",
             1e-6 * events / reading_s, 100 * plainly_s / reading_s, 1e-6 * static_cast<double>(read_plainly(files)),
             plainly_s);
  fmt::print("  pass over {:6.1f} M events/s\n", 1e-6 * events / passing_s);
  for (const fs::path out : outs) {
    recon::Reporter silent;
    const double writing_s = seconds([&] { io::convert_data(path, out, {}, {}, silent); });
    fmt::print("  convert  {:7.1f} M events/s to {}, {:.0f} MB\n", 1e-6 * events / writing_s, out.filename().string(),
               1e-6 * static_cast<double>(fs::file_size(out)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} FILE [OUT...]: times reading FILE, and converting it to each OUT\n", argv[0]);
    return 2;
  }
  try {
    measure(argv[1], std::span(argv + 2, argv + argc));
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
}
