#pragma once

#include <QObject>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <string>

#include "gui/model/loaded_data.h"
#include "gui/model/scene_state.h"
#include "gui/services.h"
#include "gui/worker/latest_task.h"

namespace coincide::gui {

/// Reads what a job names, away from the window: the scanner and image grid whenever they may have changed, the
/// listmode file when it is another one or to be read in another way.
class DataSession : public QObject {
  Q_OBJECT

 public:
  explicit DataSession(const Services& services, QObject* parent = nullptr);

  /// To be called after every change of the job; looks for itself what is new.
  void follow(const io::Job& job);
  /// Reads a file that the job does not name, for example one that a simulation has written.
  void read(const std::filesystem::path& path, const io::ListmodeOptions& options);
  /// Ends the reading; data_ready() gives what has been read.
  void stop_reading();

 signals:
  /// The scanner and grid of the job; null if it names none, or they cannot be read.
  void geometry_ready(const std::shared_ptr<const coincide::gui::JobGeometry>& geometry);
  /// First the header alone (its summary is empty), then the whole.
  void data_ready(const std::shared_ptr<const coincide::gui::LoadedData>& data);
  void data_failed(const QString& sentence);
  /// The job names no file any more.
  void no_data();
  /// Of the file that is being read.
  void reading(double fraction);

 private:
  void request_geometry();
  io::ListmodeOptions listmode_options(const io::Job& job) const;

  Services services_;
  io::Job job_;
  std::string geometry_key_;
  std::filesystem::path data_path_;
  io::ListmodeOptions data_options_;
  QTimer geometry_soon_;
  std::shared_ptr<std::atomic<bool>> stop_ = std::make_shared<std::atomic<bool>>(false);
  LatestTask<std::shared_ptr<const JobGeometry>> geometry_task_;
  LatestTask<std::shared_ptr<const LoadedData>> header_task_;
  LatestTask<std::shared_ptr<const LoadedData>> data_task_;
};

}  // namespace coincide::gui
