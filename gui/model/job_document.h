#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gui/model/listeners.h"
#include "io/job.h"

namespace coincide::gui {

/// The job that the window edits: one document with undo, a file, and texts that are not valid yet. Knows no Qt.
class JobDocument {
 public:
  JobDocument();
  /// The fields of settings() refer to this very object.
  JobDocument(const JobDocument&) = delete;
  JobDocument& operator=(const JobDocument&) = delete;

  /// A new job with default settings. Forgets undo steps and file.
  void reset();
  /// Throws InputError as io::load_job does; the document is then unchanged.
  void open(const std::filesystem::path& path);
  /// Writes the TOML that `--batch` runs and makes `path` the document's file. Paths inside the file's folder are
  /// written relative to it. Throws FileError if it cannot; the document is then unchanged.
  void save(const std::filesystem::path& path);
  /// The document becomes this job, without file (e.g. one made for data that was dropped). It counts as unchanged:
  /// nothing in it is the user's yet.
  void replace(const io::Job& job);

  const io::Job& job() const { return job_; }
  /// All settings in order, with fields that refer to this document's job: for reading only.
  const std::vector<io::Setting>& settings() const { return settings_; }

  /// Sets one setting from a text as in `--set key=value`; one undo step if it changes the value. Relative paths count
  /// from the folder of the document's file, without one from the working directory. An invalid text changes nothing in
  /// the job, is kept (see error()) and its reason returned. An unknown key throws InputError, below too.
  std::optional<std::string> set(std::string_view key, std::string_view text);
  /// Several settings together, as one undo step. Throws InputError if one of them is not valid; the job is then
  /// unchanged.
  void set_together(const std::vector<std::pair<std::string, std::string>>& texts);
  /// The value as the user would type it, or the invalid text that stands in its place.
  std::string text(std::string_view key) const;
  /// Why the text of a setting is not valid; empty: it is. Undo, redo and another job forget invalid texts.
  std::string error(std::string_view key) const;
  bool has_errors() const { return !invalid_.empty(); }
  bool is_default(std::string_view key) const;
  /// Whether the setting does anything, as the others are.
  bool has_use(std::string_view key) const;
  std::string default_text(std::string_view key) const;

  bool can_undo() const { return !undo_.empty(); }
  bool can_redo() const { return !redo_.empty(); }
  void undo();
  void redo();

  const std::filesystem::path& file() const { return job_.file; }
  bool is_modified() const;
  /// "demo.toml" or "new job".
  std::string title() const;

  /// The listener is called after every change, as long as the subscription is kept.
  [[nodiscard]] Subscription listen(std::function<void()> listener) { return listeners_.add(std::move(listener)); }

 private:
  struct Invalid {
    std::string text, reason;
  };
  /// Of a text that stands for a setting. Throws InputError.
  void assign(io::Job& job, std::string_view key, std::string_view text) const;
  /// An undo step, unless the job is the same.
  void take(const io::Job& next);
  /// Forgets invalid texts and undo steps.
  void adopt(const io::Job& job);
  void step(std::vector<io::Job>& from, std::vector<io::Job>& to);
  std::filesystem::path folder() const;

  // Jobs are assigned to and never move: the lists of settings refer to them.
  io::Job job_;
  io::Job default_job_;
  std::vector<io::Setting> settings_;
  std::vector<io::Setting> defaults_;
  std::map<std::string, Invalid, std::less<>> invalid_;
  std::vector<io::Job> undo_, redo_;
  std::string saved_text_;  ///< io::job_text() when it was last saved
  Listeners listeners_;
};

}  // namespace coincide::gui
