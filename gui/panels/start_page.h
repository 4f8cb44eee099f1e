#pragma once

#include <QStringList>
#include <QWidget>

class QVBoxLayout;

namespace coincide::gui {

/// What an empty window shows: open a job, open data, try the built-in phantom, recent files; files may be dropped on
/// it.
class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  /// The newest first; more than fit are left out.
  void set_recent_files(const QStringList& paths);

 signals:
  void open_job_requested();
  void open_data_requested();
  void open_image_requested();
  void phantom_requested();
  /// A recent file was chosen or a file dropped; the receiver finds out whether it is a job or data.
  void file_requested(const QString& path);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  class DropHint;
  QVBoxLayout* recent_;
  DropHint* hint_;
};

}  // namespace coincide::gui
