#include "gui/worker/run_worker.h"

#include <QElapsedTimer>
#include <QThread>
#include <QTimer>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "gui/worker/give_way.h"
#include "gui/worker/worker_errors.h"

namespace coincide::gui {
namespace {

// Without a graphics card each change on the screen costs some hundredths of a second of all cores, which the run
// wants.
constexpr int delivery_period_ms = 200;
constexpr int image_period_ms = 400;

/// What a run has said since it was last asked.
struct News {
  std::vector<std::function<void(RunWorker&)>> events;  ///< notes and figures, in order
  std::optional<std::pair<QString, double>> progress;
  std::shared_ptr<const recon::Image> image;
  double iteration = 0;
};

/// The reporter of a run. The run's thread leaves its news here and the window's thread fetches them now and then, so
/// that a fast run cannot flood the window. A pause holds the run inside its calls.
class Bridge final : public recon::Reporter {
 public:
  void progress(std::string_view stage, double fraction) override {
    hold();
    const std::scoped_lock lock(mutex_);
    news_.progress = {text(stage), fraction};
  }
  void note(std::string_view sentence) override { add_note(sentence, false); }
  void warning(std::string_view sentence) override { add_note(sentence, true); }
  bool wants_images() const override { return true; }
  void intermediate_image(const recon::Image& image, double iteration) override {
    auto copy = std::make_shared<const recon::Image>(image);
    if (iteration == std::floor(iteration)) {
      add_event([copy, iteration](RunWorker& worker) { emit worker.iteration_done(copy, iteration); });
    }
    {
      const std::scoped_lock lock(mutex_);
      news_.image = std::move(copy);
      news_.iteration = iteration;
    }
    hold();
  }
  void figures(const recon::IterationFigures& figures) override {
    add_event([figures](RunWorker& worker) { emit worker.figures_ready(figures); });
  }
  bool stop_requested() const override {
    hold();
    return stop_;
  }

  /// Waits for the answer; a stop is a no.
  bool ask(std::string_view doubt) {
    add_event([doubt = text(doubt)](RunWorker& worker) { emit worker.asked(doubt); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return answer_ || stop_; });
    return answer_.value_or(false);
  }
  void answer(bool go_on) {
    {
      const std::scoped_lock lock(mutex_);
      answer_ = go_on;
    }
    changed_.notify_all();
  }

  void pause() {
    const std::scoped_lock lock(mutex_);
    paused_ = true;
  }
  void resume() {
    {
      const std::scoped_lock lock(mutex_);
      paused_ = false;
    }
    changed_.notify_all();
  }
  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
  }
  /// The image is left for a later call unless it is asked for.
  News fetch(bool with_image) {
    const std::scoped_lock lock(mutex_);
    News fetched = std::exchange(news_, {});
    if (!with_image) {
      news_.image = std::exchange(fetched.image, nullptr);
      news_.iteration = fetched.iteration;
    }
    return fetched;
  }

 private:
  static QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
  }
  void hold() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !paused_ || stop_; });
  }
  void add_note(std::string_view sentence, bool is_warning) {
    add_event([sentence = text(sentence), is_warning](RunWorker& worker) { emit worker.note(sentence, is_warning); });
  }
  void add_event(std::function<void(RunWorker&)> event) {
    const std::scoped_lock lock(mutex_);
    news_.events.push_back(std::move(event));
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool paused_ = false;
  std::optional<bool> answer_;
  std::atomic<bool> stop_{false};
  News news_;
};

}  // namespace

struct RunWorker::State {
  explicit State(const Services& services_of_program) : services(services_of_program) {}

  Services services;
  QTimer delivery;
  QElapsedTimer since_image;  ///< not valid before the first of a run
  // Of the run under way.
  std::unique_ptr<Bridge> bridge;
  std::unique_ptr<QThread> thread;
  RunOutcome outcome;  ///< this and the next are the thread's until it has ended
  QString failure;     ///< empty: none
};

RunWorker::RunWorker(const Services& services, QObject* parent)
    : QObject(parent), state_(std::make_unique<State>(services)) {
  state_->delivery.setTimerType(Qt::PreciseTimer);
  state_->delivery.setInterval(delivery_period_ms);
  connect(&state_->delivery, &QTimer::timeout, this, &RunWorker::deliver);
}

RunWorker::~RunWorker() {
  if (is_running()) {
    stop();
    state_->thread->wait();
  }
}

bool RunWorker::is_running() const { return state_->thread != nullptr; }

void RunWorker::start(const io::Job& job) {
  if (is_running()) {
    return;
  }
  state_->bridge = std::make_unique<Bridge>();
  state_->outcome = {};
  state_->failure.clear();
  state_->since_image.invalidate();
  state_->thread.reset(QThread::create([state = state_.get(), job] {
    give_way_to_window();
    try {
      const auto& doubt_about = state->services.doubt_about_memory;
      const std::string doubt = doubt_about ? doubt_about(job) : std::string();
      if (doubt.empty() || state->bridge->ask(doubt)) {
        state->outcome = state->services.run_job(job, *state->bridge);
      } else {
        state->outcome.stopped = true;
      }
    } catch (...) {
      state->failure = failure_sentence();
    }
  }));
  connect(state_->thread.get(), &QThread::finished, this, &RunWorker::end_run);
  state_->thread->start();
  state_->delivery.start();
  emit started();
}

void RunWorker::pause() {
  if (is_running()) {
    state_->bridge->pause();
  }
}

void RunWorker::resume() {
  if (is_running()) {
    state_->bridge->resume();
  }
}

void RunWorker::answer(bool go_on) {
  if (is_running()) {
    state_->bridge->answer(go_on);
  }
}

void RunWorker::stop() {
  if (is_running()) {
    state_->bridge->stop();
  }
}

void RunWorker::deliver() {
  QElapsedTimer& since_image = state_->since_image;
  const bool over = state_->thread->isFinished();
  const bool image_is_due = over || !since_image.isValid() || since_image.hasExpired(image_period_ms);
  const News news = state_->bridge->fetch(image_is_due);
  for (const auto& event : news.events) {
    event(*this);
  }
  if (news.progress) {
    emit progress(news.progress->first, news.progress->second);
  }
  if (news.image) {
    since_image.start();
    emit image_ready(news.image, news.iteration);
  }
}

/// Follows the end of the run's thread.
void RunWorker::end_run() {
  state_->thread->wait();  // it says that it ends shortly before it does
  state_->delivery.stop();
  deliver();
  state_->thread.reset();
  state_->bridge.reset();
  if (state_->failure.isEmpty()) {
    emit finished(std::exchange(state_->outcome, {}));
  } else {
    emit failed(state_->failure);
  }
}

}  // namespace coincide::gui
