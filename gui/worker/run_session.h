#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <memory>

#include "gui/model/run_list.h"
#include "gui/worker/run_worker.h"

namespace coincide::gui {

/// The runs of a session: starts them one after the other and keeps what the worker tells of each.
class RunSession : public QObject {
  Q_OBJECT

 public:
  explicit RunSession(RunWorker& worker, QObject* parent = nullptr);

  /// Null before the first run.
  const std::shared_ptr<Run>& newest() const { return run_; }
  /// Only when none is running.
  void start(const io::Job& job);
  void pause();
  void resume();
  void stop();
  /// To asked().
  void answer(bool go_on);

 signals:
  /// The newest run waits to be told whether it is to begin in spite of this.
  void asked(const QString& doubt);
  /// Something of the newest run changed.
  void run_changed(const std::shared_ptr<const coincide::gui::Run>& run);

 private:
  void progress(const QString& stage, double fraction);
  void keep(const std::shared_ptr<const recon::Image>& image, double iteration);
  void finish(const RunOutcome& outcome);
  void set_state(RunState state);
  void measure_time();

  RunWorker& worker_;
  std::shared_ptr<Run> run_;
  int count_ = 0;
  bool keeps_iterations_ = true;  ///< of this run, until there are too many
  std::size_t bytes_kept_ = 0;
  double seconds_before_pause_ = 0;
  QTimer tick_;
  QElapsedTimer clock_;       ///< since the start or the end of the last pause
  double stage_start_s_ = 0;  ///< of the run's time
};

}  // namespace coincide::gui
