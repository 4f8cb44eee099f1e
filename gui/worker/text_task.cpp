#include "gui/worker/text_task.h"

#include <utility>

#include "gui/worker/run_worker.h"
#include "gui/worker/worker_errors.h"

namespace coincide::gui {
namespace {

class StopOnly final : public recon::Reporter {
 public:
  explicit StopOnly(const std::atomic<bool>& stop) : stop_(stop) {}
  bool stop_requested() const override { return stop_; }

 private:
  const std::atomic<bool>& stop_;
};

}  // namespace

TextTask::~TextTask() {
  if (thread_) {
    stop_ = true;
    thread_->wait();
  }
}

void TextTask::request(Work work) {
  next_ = std::move(work);
  if (thread_) {
    stop_ = true;
  } else {
    begin();
  }
}

void TextTask::begin() {
  stop_ = false;
  thread_.reset(QThread::create([this, work = std::exchange(next_, nullptr)] {
    try {
      StopOnly reporter(stop_);
      answer_ = QString::fromStdString(work(reporter));
      failed_ = false;
    } catch (...) {
      answer_ = failure_sentence();
      failed_ = true;
    }
  }));
  QObject::connect(thread_.get(), &QThread::finished, &worker_, [this] { end(); });
  thread_->start();
}

void TextTask::end() {
  thread_->wait();  // it says that it ends shortly before it does
  thread_.reset();
  if (next_) {
    begin();
  } else {
    emit worker_.text_ready(what_, answer_, failed_);
  }
}

}  // namespace coincide::gui
