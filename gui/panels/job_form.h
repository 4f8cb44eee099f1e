#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/job_document.h"

namespace coincide::gui {

/// The job as a form, made from the one list of settings: a group per section, one line per setting with unit and help,
/// values that differ from the default marked, the reason of an invalid one below it. Edits the document; refresh()
/// shows what changed in it elsewhere.
class JobForm : public QWidget {
  Q_OBJECT

 public:
  /// `device_lines`: what is told beside the device setting.
  JobForm(JobDocument& document, const QStringList& device_lines, QWidget* parent = nullptr);
  ~JobForm() override;

  void refresh();
  /// Takes over a text that is being typed. To be called before the job is saved or run: a menu or shortcut does not
  /// end the editing of a line.
  void commit();
  /// The editor of a setting, by key, for tests and to jump to an error; null for an unknown key. That of an invalid
  /// value is always in an open group.
  QWidget* editor(const QString& key) const;

 private:
  struct Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace coincide::gui
