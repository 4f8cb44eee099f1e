#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/job_document.h"
#include "gui/services.h"

namespace coincide::gui {

/// The job as a form, made from the one list of settings: a group per section, one line per setting that has a use with
/// unit and help,
/// values that differ from the default marked, the reason of an invalid one below it; at the bottom what the job will
/// need. Edits the document; refresh() shows what changed in it elsewhere.
class JobForm : public QWidget {
  Q_OBJECT

 public:
  explicit JobForm(JobDocument& document, QWidget* parent = nullptr);
  ~JobForm() override;

  void refresh();
  /// Takes over a text that is being typed. To be called before the job is saved or run: a menu or shortcut does not
  /// end the editing of a line.
  void commit();
  /// The editor of a setting, by key, for tests and to jump to an error; null for an unknown key. That of an invalid
  /// value is always in an open group.
  QWidget* editor(const QString& key) const;

  /// The answer to estimate_requested(), or why there is none.
  void show_estimate(const JobEstimate& estimate);
  void show_no_estimate(const QString& why);
  void show_estimate_pending();

  /// What compute.device is chosen from: "auto" and these. Before the first call "auto" and "cpu".
  void show_devices(const std::vector<DeviceChoice>& devices);
  /// Words to choose from that a setting of a path knows, too.
  void offer(const QString& key, const std::vector<std::string>& words);

 signals:
  /// The document has been left alone for a moment after a change, or the user wants to know; it has no errors and has
  /// something to reconstruct.
  void estimate_requested();

 private:
  void note_changes();
  void ask_for_estimate();

  struct Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace coincide::gui
