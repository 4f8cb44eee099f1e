#include "gui/model/job_document.h"

#include <fmt/format.h>

#include <variant>

#include "gui/model/translated.h"
#include "io/atomic_file.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

namespace fs = std::filesystem;

fs::path* path_field(const io::Setting& setting) {
  fs::path* const* field = std::get_if<fs::path*>(&setting.field);
  return field != nullptr ? *field : nullptr;
}

void make_paths_absolute(io::Job& job, const fs::path& folder) {
  for (const io::Setting& setting : io::describe(job)) {
    io::make_absolute(setting, folder);
  }
}

/// The job as a file in `folder` holds it: paths inside that folder are relative, so that it can be moved as a whole.
io::Job with_relative_paths(io::Job job, const fs::path& folder) {
  for (const io::Setting& setting : io::describe(job)) {
    fs::path* path = path_field(setting);
    // Dots within a path may lead through links, where they cannot be shortened.
    if (path == nullptr || !path->is_absolute() || *path != path->lexically_normal()) {
      continue;
    }
    const fs::path relative = path->lexically_relative(folder);
    if (relative.empty() || relative == "." || *relative.begin() == "..") {
      continue;
    }
    *path = io::names_resource(setting, relative) ? "." / relative : relative;
  }
  return job;
}

/// A value as the user types it: words and paths without quotes, lists without brackets.
std::string typed_text(const io::Setting& setting) {
  struct Text {
    const io::Setting& setting;
    // What begins with a quote would be taken for a quoted text when it is read.
    std::string operator()(const std::string* v) const { return v->starts_with('"') ? io::value_text(setting) : *v; }
    std::string operator()(const fs::path* v) const { return v->string(); }
    std::string operator()(const io::WordField& v) const { return setting.words[v.get()]; }
    std::string operator()(const std::array<std::int64_t, 3>*) const { return without_ends(); }
    std::string operator()(const std::array<double, 3>*) const { return without_ends(); }
    std::string operator()(const void*) const { return io::value_text(setting); }
    std::string without_ends() const {
      const std::string text = io::value_text(setting);
      return text.substr(1, text.size() - 2);
    }
  };
  return std::visit(Text{setting}, setting.field);
}

}  // namespace

JobDocument::JobDocument() : settings_(io::describe(job_)), defaults_(io::describe(default_job_)) { reset(); }

void JobDocument::reset() {
  adopt({});
  saved_text_ = io::job_text(job_);
  listeners_.call();
}

void JobDocument::open(const fs::path& path) {
  adopt(io::load_job(path));
  saved_text_ = io::job_text(job_);
  listeners_.call();
}

void JobDocument::replace(const io::Job& job) {
  adopt(job);
  job_.file.clear();
  saved_text_ = io::job_text(job_);
  listeners_.call();
}

void JobDocument::save(const fs::path& path) {
  const fs::path file = fs::absolute(path).lexically_normal();
  io::write_text_file(file, io::job_text(with_relative_paths(job_, file.parent_path())));
  job_.file = file;
  // What was relative for want of a file now counts from its folder, in the undo steps too.
  make_paths_absolute(job_, file.parent_path());
  for (std::vector<io::Job>* steps : {&undo_, &redo_}) {
    for (io::Job& job : *steps) {
      make_paths_absolute(job, file.parent_path());
    }
  }
  saved_text_ = io::job_text(job_);
  listeners_.call();
}

void JobDocument::assign(io::Job& job, std::string_view key, std::string_view text) const {
  const std::size_t index = io::find_setting(settings_, key);
  std::vector<io::Setting> settings = io::describe(job);
  io::assign_setting(settings, fmt::format("{}={}", key, text));
  // The default of a job without file stays relative: it gets its place together with the file.
  if (!job_.file.empty() || io::value_text(settings[index]) != io::value_text(defaults_[index])) {
    io::make_absolute(settings[index], folder());
  }
}

void JobDocument::take(const io::Job& next) {
  if (io::job_text(next) != io::job_text(job_)) {
    undo_.push_back(job_);
    redo_.clear();
    job_ = next;
  }
}

std::optional<std::string> JobDocument::set(std::string_view key, std::string_view text) {
  const std::string& known_key = settings_[io::find_setting(settings_, key)].key;
  io::Job next = job_;
  try {
    assign(next, key, text);
  } catch (const InputError& error) {
    const std::string command = fmt::format("--set {}={}: ", key, text);
    std::string reason = error.what();
    if (reason.starts_with(command)) {
      reason.erase(0, command.size());  // the user typed no command
    }
    invalid_[known_key] = {std::string(text), reason};
    listeners_.call();
    return reason;
  }
  invalid_.erase(known_key);
  take(next);
  listeners_.call();
  return std::nullopt;
}

void JobDocument::set_together(const std::vector<std::pair<std::string, std::string>>& texts) {
  io::Job next = job_;
  for (const auto& [key, text] : texts) {
    assign(next, key, text);
  }
  for (const auto& [key, text] : texts) {
    invalid_.erase(settings_[io::find_setting(settings_, key)].key);
  }
  take(next);
  listeners_.call();
}

std::string JobDocument::text(std::string_view key) const {
  const auto invalid = invalid_.find(key);
  return invalid != invalid_.end() ? invalid->second.text : typed_text(settings_[io::find_setting(settings_, key)]);
}

std::string JobDocument::error(std::string_view key) const {
  const auto invalid = invalid_.find(key);
  return invalid != invalid_.end() ? invalid->second.reason : std::string();
}

bool JobDocument::is_default(std::string_view key) const {
  const std::size_t index = io::find_setting(settings_, key);
  const fs::path* path = path_field(settings_[index]);
  if (path == nullptr || path->empty()) {
    return io::value_text(settings_[index]) == io::value_text(defaults_[index]);
  }
  const fs::path& standard = *path_field(defaults_[index]);
  return !standard.empty() && (folder() / *path).lexically_normal() == (folder() / standard).lexically_normal();
}

bool JobDocument::has_use(std::string_view key) const {
  return io::has_use(settings_[io::find_setting(settings_, key)]);
}

std::string JobDocument::default_text(std::string_view key) const {
  return typed_text(defaults_[io::find_setting(defaults_, key)]);
}

void JobDocument::undo() { step(undo_, redo_); }

void JobDocument::redo() { step(redo_, undo_); }

bool JobDocument::is_modified() const { return io::job_text(job_) != saved_text_; }

std::string JobDocument::title() const {
  return job_.file.empty() ? translated("new job") : job_.file.filename().string();
}

void JobDocument::adopt(const io::Job& job) {
  job_ = job;
  invalid_.clear();
  undo_.clear();
  redo_.clear();
}

void JobDocument::step(std::vector<io::Job>& from, std::vector<io::Job>& to) {
  if (from.empty()) {
    return;
  }
  to.push_back(job_);
  const fs::path file = job_.file;  // undo changes settings, not the place of the document
  job_ = from.back();
  job_.file = file;
  from.pop_back();
  invalid_.clear();
  listeners_.call();
}

fs::path JobDocument::folder() const { return job_.file.empty() ? fs::current_path() : job_.file.parent_path(); }

}  // namespace coincide::gui
