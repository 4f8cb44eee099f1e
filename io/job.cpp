#include "io/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "io/input_file.h"
#include "io/psf_table.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

std::string section_of(const Setting& setting) { return setting.key.substr(0, setting.key.find('.')); }
std::string name_of(const Setting& setting) { return setting.key.substr(setting.key.find('.') + 1); }

/// `text` in lines of at most `width` letters, each behind `indent`.
std::string wrapped(const std::string& text, const std::string& indent, std::size_t width) {
  std::istringstream words(text);
  std::string result;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      result += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return result + indent + line + "\n";
}

/// Help and, where they say something, limits with their unit.
std::string explanation(const Setting& setting) {
  if (std::holds_alternative<bool*>(setting.field) || std::holds_alternative<std::string*>(setting.field) ||
      std::holds_alternative<fs::path*>(setting.field)) {
    return setting.help;
  }
  return setting.help + " " + recon::capitalised(allowed_text(setting)) + ".";
}

}  // namespace

std::string Job::result_name() const {
  if (!output.name.empty()) {
    return output.name;
  }
  return file.empty() ? "image" : file.stem().string();
}

fs::path Job::result_path(std::string_view suffix) const {
  return output.folder / (result_name() + std::string(suffix));
}

std::string part_ending(const std::string& part) {
  std::string ending = fmt::format("_{}", part.substr(0, part.find(" of ")));
  std::erase(ending, ' ');
  return ending;
}

Job load_job(const fs::path& path) {
  const auto refuse = [&path](const std::string& why) {
    throw InputError(fmt::format("{}: cannot read this job file: {}. Write one with `coincide --new-job FILE`.",
                                 path.string(), why));
  };
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    refuse(why);
  }
  std::string text;
  try {
    text = read_text_file(path);
  } catch (const FileError& error) {
    refuse(error.what());
  }
  Job job;
  job.file = fs::absolute(path).lexically_normal();
  std::vector<Setting> settings = describe(job);
  read_settings(settings, text, path.string());
  for (const Setting& setting : settings) {
    make_absolute(setting, job.file.parent_path());
  }
  return job;
}

void set_in_job(Job& job, std::string_view assignment) {
  std::vector<Setting> settings = describe(job);
  make_absolute(settings[assign_setting(settings, assignment)], fs::current_path());
}

void set_in_job(Job& job, const std::string& key, const std::string& value, const std::string& where) {
  std::vector<Setting> settings = describe(job);
  make_absolute(settings[assign_setting(settings, key, value, where)], fs::current_path());
}

bool is_bare_name(const fs::path& path) {
  return !path.empty() && !path.has_parent_path() && !path.has_extension() && path != "." && path != "..";
}

bool names_resource(const Setting& setting, const fs::path& path) {
  return setting.path_rule == PathRule::resource && is_bare_name(path);
}

void make_absolute(const Setting& setting, const fs::path& folder) {
  fs::path* const* field = std::get_if<fs::path*>(&setting.field);
  if (field == nullptr) {
    return;
  }
  fs::path& path = **field;
  if (!path.empty() && path.is_relative() && !names_resource(setting, path)) {
    path = (folder / path).lexically_normal();
  }
}

std::string job_text(const Job& job) {
  Job copy = job;
  std::string text = "# A job of Coincide. Relative paths count from the folder of this file.\n";
  const std::vector<Setting> settings = describe(copy);
  for (const auto& [section, title] : job_sections()) {
    text += fmt::format("\n[{}]\n{}", section, wrapped(title, "# ", 100));
    for (const Setting& setting : settings) {
      if (section_of(setting) == section) {
        text += fmt::format("\n{}{} = {}\n", wrapped(explanation(setting), "# ", 100), name_of(setting),
                            value_text(setting));
      }
    }
  }
  return text;
}

std::vector<SettingDifference> different_settings(const Job& one, const Job& other) {
  Job copy = one;
  Job other_copy = other;
  const std::vector<Setting> settings = describe(copy);
  const std::vector<Setting> others = describe(other_copy);
  std::vector<SettingDifference> different;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    SettingDifference both{settings[i].key, value_text(settings[i]), value_text(others[i]), settings[i].unit};
    if (both.value != both.other) {
      different.push_back(std::move(both));
    }
  }
  return different;
}

std::vector<std::string> changed_settings(const Job& job) {
  std::vector<std::string> changed;
  for (const SettingDifference& one : different_settings(job, Job{})) {
    changed.push_back(fmt::format("{} = {}", one.key, one.value));
  }
  return changed;
}

std::vector<std::string> settings_without_use(const Job& job) {
  Job copy = job;
  Job plain;
  const std::vector<Setting> settings = describe(copy);
  const std::vector<Setting> defaults = describe(plain);
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (!has_use(settings[i]) && value_text(settings[i]) != value_text(defaults[i])) {
      keys.push_back(settings[i].key);
    }
  }
  return keys;
}

recon::ProblemSettings problem_settings(const Job& job) {
  constexpr std::string_view sections[] = {"input",       "frames",    "image", "corrections",
                                           "sensitivity", "algorithm", "prior"};
  constexpr std::string_view no_matter[] = {"input.allow_truncated", "input.injection", "input.time_zero",
                                            "sensitivity.use_cache"};
  Job copy = job;
  recon::ProblemSettings result;
  for (const Setting& setting : describe(copy)) {
    const bool is_path = std::holds_alternative<fs::path*>(setting.field);
    if (!is_path && has_use(setting) && std::ranges::find(sections, section_of(setting)) != std::end(sections) &&
        std::ranges::find(no_matter, setting.key) == std::end(no_matter)) {
      // A word may stand for another one.
      const bool is_name = setting.key == "algorithm.name";
      result.emplace_back(setting.key, is_name ? std::string(job.algorithm_kind().name) : value_text(setting));
    }
  }
  if (!job.algorithm.psf_table.empty()) {
    result.emplace_back("algorithm.psf_table", psf_table_text(read_psf_table(job.algorithm.psf_table)));
  }
  return result;
}

std::string settings_help() {
  Job defaults;
  const std::vector<Setting> settings = describe(defaults);
  std::string text = "Settings of a job file, and of --set key=value:\n";
  for (const auto& [section, title] : job_sections()) {
    text += fmt::format("\n  [{}]  {}\n", section, title);
    for (const Setting& setting : settings) {
      if (section_of(setting) == section) {
        text += fmt::format("    {} (default {}{})\n", setting.key, value_text(setting),
                            setting.other_name.empty() ? "" : "; also " + setting.other_name);
        text += wrapped(explanation(setting), "        ", 100);
      }
    }
  }
  return text;
}

}  // namespace coincide::io
