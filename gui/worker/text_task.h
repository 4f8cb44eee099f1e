#pragma once

#include <QString>
#include <QThread>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "recon/reporter.h"

namespace coincide::gui {

class RunWorker;

/// Makes a text in a thread of its own and answers by RunWorker::text_ready. Only the newest request is answered; a
/// new one asks the older one to stop and begins when it has.
class TextTask {
 public:
  using Work = std::function<std::string(recon::Reporter&)>;

  /// `what` is the first argument of the answer.
  TextTask(QString what, RunWorker& worker) : what_(std::move(what)), worker_(worker) {}
  TextTask(const TextTask&) = delete;
  TextTask& operator=(const TextTask&) = delete;
  /// Stops the work and waits for it.
  ~TextTask();

  void request(Work work);

 private:
  void begin();
  void end();

  QString what_;
  RunWorker& worker_;
  Work next_;  ///< empty: none waits
  std::unique_ptr<QThread> thread_;
  std::atomic<bool> stop_{false};
  QString answer_;  ///< this and the next are the thread's until it has ended
  bool failed_ = false;
};

}  // namespace coincide::gui
