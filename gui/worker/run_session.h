#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gui/model/run_list.h"
#include "gui/worker/run_worker.h"

namespace coincide::gui {

/// The runs of a session: starts them one after the other and keeps what the worker tells of each.
class RunSession : public QObject {
  Q_OBJECT

 public:
  /// `free_name`: what the results of a run that begins may be called, as Services::free_result_name; empty: as the job
  /// says.
  explicit RunSession(RunWorker& worker, std::function<std::string(const io::Job&)> free_name = {},
                      QObject* parent = nullptr);

  /// The one that runs, or the last one that did; null before the first run.
  const std::shared_ptr<Run>& current() const { return run_; }
  /// All there are, in the order of their numbers.
  const std::vector<std::shared_ptr<Run>>& runs() const { return runs_; }
  bool is_running() const { return run_ && !run_->is_over(); }
  /// At once, or after those that run and wait.
  void start(const io::Job& job);
  /// One of an earlier session, with a number of its own.
  void add(const std::shared_ptr<Run>& run);
  void pause();
  void resume();
  /// The one that runs; the next one follows.
  void stop();
  /// To asked().
  void answer(bool go_on);
  void rename(const Run& run, const std::string& name);
  void set_note(const Run& run, const std::string& note);
  /// Takes a run that waits or is over off the list, and its images out of the memory; its files stay.
  void remove(const Run& run);

 signals:
  /// The run that begins waits to be told whether it is to do so in spite of this.
  void asked(const QString& doubt);
  /// Something of a run changed.
  void run_changed(const std::shared_ptr<const coincide::gui::Run>& run);
  void run_removed(int number);

 private:
  void connect_worker();
  void begin(const std::shared_ptr<Run>& run);
  void begin_next();
  std::shared_ptr<Run> find(const Run& run) const;
  void progress(const QString& stage, double fraction);
  void keep(const std::shared_ptr<const recon::Image>& image, double iteration);
  void finish(const RunOutcome& outcome);
  void set_state(RunState state);
  void measure_time();

  RunWorker& worker_;
  std::function<std::string(const io::Job&)> free_name_;
  std::shared_ptr<Run> run_;
  std::vector<std::shared_ptr<Run>> runs_;
  int count_ = 0;
  bool keeps_iterations_ = true;  ///< of this run, until there are too many
  double seconds_before_pause_ = 0;
  QTimer tick_;
  QElapsedTimer clock_;       ///< since the start or the end of the last pause
  double stage_start_s_ = 0;  ///< of the run's time
};

}  // namespace coincide::gui
