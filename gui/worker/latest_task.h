#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QThread>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "gui/worker/give_way.h"
#include "gui/worker/worker_errors.h"
#include "recon/reporter.h"

namespace coincide::gui {

/// Computes something in a thread of its own. Only the newest request is answered; a new one asks the older one to stop
/// and begins when it has. Answers come in the thread that made the task.
template <class Answer>
class LatestTask {
 public:
  using Work = std::function<Answer(recon::Reporter&)>;
  struct Receiver {
    std::function<void(Answer&&)> answered;
    std::function<void(const QString& sentence)> failed = {};
    std::function<void(double fraction)> progressed = {};  ///< at most 10 per second
  };

  explicit LatestTask(Receiver receiver) : receiver_(std::move(receiver)) {}
  LatestTask(const LatestTask&) = delete;
  LatestTask& operator=(const LatestTask&) = delete;
  /// Stops the work and waits for it.
  ~LatestTask() {
    if (thread_) {
      stop_ = true;
      thread_->wait();
    }
  }

  bool is_busy() const { return thread_ != nullptr; }

  void request(Work work) {
    next_ = std::move(work);
    if (thread_) {
      stop_ = true;
    } else {
      begin();
    }
  }

  /// Nothing is answered any more until the next request.
  void cancel() {
    next_ = nullptr;
    cancelled_ = thread_ != nullptr;
    stop_ = true;
  }

 private:
  class Talk final : public recon::Reporter {
   public:
    explicit Talk(LatestTask& task) : task_(task) {}
    void progress(std::string_view, double fraction) override {
      constexpr int period_ms = 100;
      if (!task_.receiver_.progressed || (clock_.isValid() && !clock_.hasExpired(period_ms))) {
        return;
      }
      clock_.start();
      LatestTask* task = &task_;
      QMetaObject::invokeMethod(
          &task->anchor_,
          [task, fraction] {
            if (!task->stop_) {
              task->receiver_.progressed(fraction);
            }
          },
          Qt::QueuedConnection);
    }
    bool stop_requested() const override { return task_.stop_; }

   private:
    LatestTask& task_;
    QElapsedTimer clock_;
  };

  void begin() {
    stop_ = false;
    cancelled_ = false;
    thread_.reset(QThread::create([this, work = std::exchange(next_, nullptr)] {
      give_way_to_window();
      try {
        Talk talk(*this);
        answer_ = work(talk);
      } catch (...) {
        failure_ = failure_sentence();
      }
    }));
    QObject::connect(thread_.get(), &QThread::finished, &anchor_, [this] { end(); });
    thread_->start();
  }

  void end() {
    thread_->wait();  // it says that it ends shortly before it does
    thread_.reset();
    // Moved out: a receiver may request again, and then the next thread writes to them.
    std::optional<Answer> answer = std::exchange(answer_, std::nullopt);
    const QString failure = std::exchange(failure_, {});
    if (next_) {
      begin();
    } else if (!cancelled_ && answer) {
      receiver_.answered(std::move(*answer));
    } else if (!cancelled_ && receiver_.failed) {
      receiver_.failed(failure);
    }
  }

  Receiver receiver_;
  Work next_;  ///< empty: none waits
  bool cancelled_ = false;
  std::atomic<bool> stop_{false};
  std::optional<Answer> answer_;  ///< this and the next are the thread's until it has ended
  QString failure_;
  std::unique_ptr<QThread> thread_;
  QObject anchor_;  ///< what is sent to it dies with it
};

}  // namespace coincide::gui
