#include "app/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/job_parts.h"
#include "app/normalization_job.h"
#include "io/atomic_file.h"
#include "io/dicom/write_dicom.h"
#include "io/image_file.h"
#include "io/interfile/stir_factors.h"
#include "io/summary_picture.h"
#include "io/text_pattern.h"
#include "projectors/error.h"
#include "recon/pipeline/joint_patlak.h"

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// An image of a result of that name: its last, or one kept after an iteration.
bool is_image_of(const std::string& result_name, const std::string& file) {
  static const io::TextPattern ending(R"((_it\d+|_gate\d+|_patlak_[KV])?\.(.+))");
  const std::string rest = file.starts_with(result_name) ? file.substr(result_name.size()) : "";
  const auto parts = ending.groups(rest);
  return parts && std::ranges::any_of(io::image_suffixes(), [&](const std::string& format) {
           const std::vector<std::string> suffixes = io::suffixes_beside(format);
           return std::ranges::find(suffixes, (*parts)[2]) != suffixes.end();
         });
}

bool any_exists(const io::Job& job) {
  std::error_code error;  // what cannot be seen is reported when it is written
  return std::ranges::any_of(result_endings(job),
                             [&](const std::string& ending) { return fs::exists(job.result_path(ending), error); });
}

/// Of the names of the files of each frame or gate; none where the table cannot be read: such a job does not run.
std::vector<std::string> part_endings(const io::Job& job) {
  std::vector<std::string> endings;
  try {
    for (const recon::TimePart& part : job_parts(job)) {
      endings.push_back(io::part_ending(part.name));
    }
  } catch (const Error&) {
    return {};
  }
  return endings;
}

}  // namespace

bool may_have_randoms(const io::Job& job) { return !job.simulates() || job.simulation.randoms_fraction > 0; }

std::string iteration_ending(std::int64_t iteration) { return fmt::format("_it{:03}", iteration); }

std::vector<std::string> image_endings(const io::Job& job, const std::string& ending) {
  std::vector<std::string> endings;
  for (const std::string& suffix : io::suffixes_beside(job.output.format)) {
    endings.push_back(fmt::format("{}.{}", ending, suffix));
  }
  return endings;
}

void record_image(const io::Job& job, const std::string& ending, io::Provenance& provenance) {
  for (const std::string& file : image_endings(job, ending)) {
    provenance.outputs.push_back(job.result_path(file).filename().string());
  }
}

std::vector<std::string> endings_of_parts(const io::Job& job, const std::string& ending) {
  std::vector<std::string> endings = job.in_parts() ? part_endings(job) : std::vector<std::string>{""};
  std::ranges::for_each(endings, [&ending](std::string& of_part) { of_part += ending; });
  return endings;
}

std::vector<std::string> checkpoint_endings(const io::Job& job) {
  std::vector<std::string> endings = endings_of_parts(job, checkpoint_ending);
  if (job.kinetics.is_direct()) {
    endings.push_back(ending_of_part(recon::patlak_part, checkpoint_ending));
  }
  return endings;
}

std::string ending_of_part(const std::string& part, const std::string& ending) {
  return (part.empty() ? "" : io::part_ending(part)) + ending;
}

std::vector<std::string> result_endings(const io::Job& job) {
  std::vector<std::string> endings{".json", ".png", ".log"};
  const auto add_image = [&](const std::string& ending) {
    const std::vector<std::string> files = image_endings(job, ending);
    endings.insert(endings.end(), files.begin(), files.end());
  };
  add_image("");
  if (job.simulates()) {
    add_image("_truth");
    add_image("_mu");
    endings.insert(endings.end(), {".petsird", "_origins.h5"});
  }
  if (!job.normalization.source.empty()) {
    endings.insert(endings.end(), {normalization_ending, efficiencies_ending});
  }
  if (!job.output.regions.empty()) {
    endings.emplace_back("_tac.csv");
  }
  if (!job.kinetics.blood.empty()) {
    add_image("_patlak_K");
    add_image("_patlak_V");
    endings.insert(endings.end(), {"_patlak_K.png", "_patlak_V.png"});
  }
  if (!job.frames.gates.empty()) {
    std::ranges::for_each(part_endings(job), add_image);
  }
  if (job.keeps_checkpoints()) {
    std::ranges::copy(checkpoint_endings(job), std::back_inserter(endings));
  }
  if (job.output.scatter) {
    std::ranges::copy(endings_of_parts(job, scatter_ending), std::back_inserter(endings));
  }
  if (job.output.factors) {
    std::ranges::copy(io::stir_factor_endings(), std::back_inserter(endings));
  }
  if (job.output.save_every_iteration) {
    for (std::int64_t iteration = 1; iteration < job.passes(); ++iteration) {
      add_image(iteration_ending(iteration));
    }
  }
  return endings;
}

bool is_result_of(const io::Job& job, const std::string& file) {
  const std::vector<std::string> endings = result_endings(job);
  return is_image_of(job.result_name(), file) ||
         std::ranges::any_of(endings, [&](const std::string& ending) { return file == job.result_name() + ending; });
}

std::string free_result_name(const io::Job& job) {
  if (!any_exists(job)) {
    return job.result_name();
  }
  std::string stem = job.result_name();
  std::uint64_t number = 2;
  static const io::TextPattern numbered(R"((.+)_(\d{1,9}))");
  if (const auto parts = numbered.groups(stem)) {
    number = std::stoull((*parts)[2]) + 1;
    stem = (*parts)[1];
  }
  for (io::Job next = job;; ++number) {
    next.output.name = fmt::format("{}_{}", stem, number);
    if (!any_exists(next)) {
      return next.output.name;
    }
  }
}

std::vector<std::string> remove_earlier_images(const io::Job& job, const std::vector<std::string>& written,
                                               const std::vector<fs::path>& keep) {
  std::vector<std::string> removed;
  for (const std::string& name : io::recorded_outputs(job.result_path(".json"))) {
    const fs::path path = job.output.folder / name;
    const auto is_same = [&](const fs::path& other) {
      std::error_code error;
      return fs::equivalent(path, other, error);
    };
    std::error_code error;
    if (is_image_of(job.result_name(), name) && std::ranges::find(written, name) == written.end() &&
        std::ranges::none_of(keep, is_same) &&
        (fs::is_directory(path, error) ? io::dicom::remove_series(path) : fs::remove(path, error))) {
      removed.push_back(name);
    }
  }
  return removed;
}

void make_output_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw InputError(fmt::format("output.folder = \"{}\" cannot be made: {}. Choose another folder.", folder.string(),
                                 error ? error.message() : "it is not a folder"));
  }
}

void write_side_files(const io::Job& job, const recon::Image& image, const recon::ImageSeries& series,
                      io::Provenance& provenance) {
  const std::filesystem::path picture = job.result_path(".png");
  const std::filesystem::path json = job.result_path(".json");
  if (!image.values.empty()) {
    provenance.outputs.push_back(picture.filename().string());
  }
  provenance.outputs.push_back(json.filename().string());
  io::write_text_file(json, io::provenance_json(provenance, series));  // first: an image needs it more than its picture
  if (!image.values.empty()) {
    std::string subtitle =
        fmt::format("{}   |   {}   |   {} prompts", image.description, provenance.scanner, provenance.prompts_used);
    if (provenance.frame_duration_s > 0) {
      subtitle += fmt::format(" in {:.4g} s", provenance.frame_duration_s);
    }
    io::write_summary_picture(picture, image, {job.result_name(), subtitle});
  }
}

}  // namespace coincide::app
