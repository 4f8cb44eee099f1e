#include "fuzz/formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "app/job_setup.h"
#include "fuzz/hdf5_values.h"
#include "io/castor/castor_scanner.h"
#include "io/checkpoint_file.h"
#include "io/data_checks.h"
#include "io/data_facts.h"
#include "io/data_file.h"
#include "io/image_file.h"
#include "io/job.h"
#include "io/phantom_file.h"
#include "io/psf_table.h"
#include "io/scanner_file.h"
#include "io/scatter_file.h"
#include "io/time_tables.h"
#include "projectors/error.h"

namespace coincide::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view next_file = "\x1dnext file\x1d";

/// As `coincide --info` does.
void read_data(const fs::path& path, const io::ListmodeOptions& options) {
  const io::MeasuredData data = io::open_data(path, options);
  if (data.events) {
    recon::Reporter silent;
    io::data_facts(*data.events, io::check_data(*data.events, silent));
  } else {
    const recon::Histogram bins = data.histogram->read();
    io::histogram_facts(*data.histogram, &bins);
  }
}

void read_plain_data(const fs::path& path) { read_data(path, {}); }

void read_cut_data(const fs::path& path) { read_data(path, {.allow_truncated = true}); }

void read_table(const fs::path& path) {
  const fs::path scanner = path.parent_path() / "scanner.toml";
  read_data(path, {.scanner = fs::exists(scanner) ? scanner : ""});
}

void read_castor(const fs::path& path) {
  const fs::path normalization = path.parent_path() / "scan_norm.cdh";
  read_data(path, {.normalization = fs::exists(normalization) ? normalization : ""});
}

void read_any_image(const fs::path& path) { io::read_image_series(path); }

/// One table, read as each of those that there are.
void read_small_tables(const fs::path& path) {
  const auto tried = [&](auto read) {
    try {
      read(path);
    } catch (const Error&) {  // it is one of the others
    }
  };
  tried(io::read_gates);
  tried(io::read_poses);
  tried(io::read_psf_table);
  tried([](const fs::path& table) { io::read_blood_curve(table, "kBq/mL"); });
}

void read_job(const fs::path& path) {
  const io::Job job = io::load_job(path);
  io::job_text(job);
  io::settings_without_use(job);
  io::problem_settings(job);
}

/// As far as a run gets before it begins: every file that the job names is opened. How large its image is and where
/// it computes is no matter of what is read.
void check_job(const fs::path& path) {
  io::Job job = io::load_job(path);
  job.image = {};
  job.image.voxel_size_mm = {20, 20, 20};
  job.compute.threads = 1;
  job.compute.device = "cpu";
  app::prepare_job(job);
}

void write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// What the input lacks is not there, even if the input before had it.
void write_files(const Format& format, std::string_view input, const fs::path& folder) {
  std::size_t begin = 0;
  for (const std::string& file : format.files) {
    if (begin > input.size()) {
      fs::remove(folder / file);
      continue;
    }
    const std::size_t end = std::min(input.find(next_file, begin), input.size());
    write(folder / file, input.substr(begin, end - begin));
    begin = end + next_file.size();
  }
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"petsird", {"scan.petsird"}, read_cut_data},
      {"petsird-hdf5", {"scan.h5"}, read_cut_data, true},
      {"castor",
       {"scan.cdh", "scan.cdf", "small_ring.hscan", "small_ring.lut", "scan_norm.cdh", "scan_norm.cdf"},
       read_castor},
      {"castor-histogram", {"bins.cdh", "bins.cdf", "bins.hscan", "bins.lut"}, read_plain_data},
      {"castor-geom", {"ring.geom"}, [](const fs::path& path) { io::read_castor_scanner(path); }},
      {"castor-lut",
       {"small_ring.hscan", "small_ring.lut"},
       [](const fs::path& path) { io::read_castor_scanner(path); }},
      {"stir-sinogram", {"scan.hs", "scan.s"}, read_plain_data},
      {"siemens", {"scan.l.hdr", "scan.l"}, read_cut_data},
      {"safir", {"scan.par", "scan.clm.safir", "ring.hs", "ring.txt"}, read_cut_data},
      {"csv", {"scan.csv", "scanner.toml"}, read_table},
      {"hdf5-table", {"scan.h5"}, read_plain_data, true},
      {"scan-list", {"scans.toml", "first.csv", "second.csv"}, read_plain_data},
      {"nifti", {"image.nii", "image.json"}, read_any_image},
      {"nifti-packed", {"image.nii.gz", "image.json"}, read_any_image},
      {"stir-image", {"image.hv", "image.v"}, read_any_image},
      {"castor-image", {"image.hdr", "image.img"}, read_any_image},
      {"metaimage", {"image.mhd", "image.raw"}, read_any_image},
      {"metaimage-whole", {"image.mha"}, read_any_image},
      {"hdf5-image", {"image.h5"}, read_any_image, true},
      {"dicom", {"1.dcm", "2.dcm", "3.dcm"}, [](const fs::path& path) { io::read_image_series(path.parent_path()); }},
      {"scanner", {"scanner.toml"}, [](const fs::path& path) { io::read_scanner(path); }},
      {"phantom", {"phantom.toml"}, [](const fs::path& path) { io::read_phantom(path); }},
      {"job", {"job.toml", "psf.csv"}, read_job},
      {"job-inputs", {"job.toml", "scan.csv", "scanner.toml", "mu.nii", "table.csv"}, check_job},
      {"small-tables", {"table.csv"}, read_small_tables},
      {"checkpoint", {"run.checkpoint"}, [](const fs::path& path) { io::read_checkpoint(path); }, true},
      {"scatter", {"run_scatter.h5"}, [](const fs::path& path) { io::read_scatter(path); }, true},
  };
  return all;
}

const Format& format_named(std::string_view name) {
  const auto found = std::ranges::find(formats(), name, &Format::name);
  if (found == formats().end()) {
    std::vector<std::string_view> names;
    std::ranges::transform(formats(), std::back_inserter(names), &Format::name);
    throw std::invalid_argument(fmt::format("there is no format \"{}\" among {}", name, fmt::join(names, ", ")));
  }
  return *found;
}

std::string joined(const std::vector<std::string>& contents) {
  std::string input = contents.front();
  for (std::size_t i = 1; i < contents.size(); ++i) {
    input += std::string(next_file) + contents[i];
  }
  return input;
}

std::size_t Format::first_to_change(std::string_view input) const {
  return only_values ? std::min(input.find(next_file), input.size() - next_file.size()) + next_file.size() : 0;
}

std::string read_input(const Format& format, std::string_view input, const fs::path& folder) {
  write_files(format, input, folder);
  const fs::path first = folder / format.files.front();
  if (const std::string_view values = input.substr(format.first_to_change(input));
      format.only_values && !values.empty()) {
    put_values(first, values);
  }
  try {
    format.read(first);
  } catch (const Error& refusal) {
    return refusal.what();
  }
  return "";
}

}  // namespace coincide::fuzz
