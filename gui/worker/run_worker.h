#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "gui/services.h"

class QThread;

namespace coincide::gui {

/// The bridge between the window and a run, which has a thread of its own. All signals arrive in the thread that the
/// worker lives in. Images and figures are copies that nobody changes any more.
class RunWorker : public QObject {
  Q_OBJECT

 public:
  explicit RunWorker(const Services& services, QObject* parent = nullptr);
  /// Stops what runs, and waits for it.
  ~RunWorker() override;

  bool is_running() const;
  /// The job is copied. One run at a time: does nothing while one is under way.
  void start(const io::Job& job);
  /// Holds the run at its next report, which comes several times per second; it keeps its memory.
  void pause();
  void resume();
  /// To asked(): whether the run is to begin all the same.
  void answer(bool go_on);
  /// Ends the run after the piece of work at hand; what has been reached is written and kept.
  void stop();

 signals:
  void started();
  /// Before the run begins: it may not be possible, for the reason given. It waits for answer().
  void asked(const QString& doubt);
  /// At most 5 per second; `fraction` of the stage.
  void progress(const QString& stage, double fraction);
  void note(const QString& sentence, bool is_warning);
  /// At most one in 0.4 seconds, always the newest, in the unit of the result.
  void image_ready(const std::shared_ptr<const coincide::recon::Image>& image, double iteration);
  void figures_ready(const coincide::recon::IterationFigures& figures);
  /// The image after each whole iteration, none left out.
  void iteration_done(const std::shared_ptr<const coincide::recon::Image>& image, double iteration);
  /// The last signal of a run is one of these two.
  void finished(const coincide::gui::RunOutcome& outcome);
  void failed(const QString& sentence);

 private:
  void deliver();
  void end_run();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coincide::gui
