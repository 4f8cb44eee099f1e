#include "gui/worker/run_session.h"

namespace coincide::gui {
namespace {

constexpr std::size_t most_bytes_kept = 2'000'000'000;  ///< of the iterations of all runs

constexpr int tick_ms = 500;  ///< the clock goes on while a stage says nothing

}  // namespace

RunSession::RunSession(RunWorker& worker, QObject* parent) : QObject(parent), worker_(worker) {
  tick_.setInterval(tick_ms);
  connect(&tick_, &QTimer::timeout, this, [this] {
    measure_time();
    emit run_changed(run_);
  });
  connect(&worker_, &RunWorker::progress, this, &RunSession::progress);
  connect(&worker_, &RunWorker::asked, this, [this](const QString& doubt) {
    run_->stage = "waiting for an answer";
    emit run_changed(run_);
    emit asked(doubt);
  });
  connect(&worker_, &RunWorker::note, this, [this](const QString& sentence, bool is_warning) {
    run_->lines.push_back({sentence.toStdString(), is_warning});
    emit run_changed(run_);
  });
  connect(&worker_, &RunWorker::image_ready, this,
          [this](const std::shared_ptr<const recon::Image>& image, double iteration) {
            run_->image = image;
            run_->iteration = iteration;
            emit run_changed(run_);
          });
  connect(&worker_, &RunWorker::figures_ready, this, [this](const recon::IterationFigures& figures) {
    run_->figures.push_back(figures);
    emit run_changed(run_);
  });
  connect(&worker_, &RunWorker::iteration_done, this, &RunSession::keep);
  connect(&worker_, &RunWorker::finished, this, &RunSession::finish);
  connect(&worker_, &RunWorker::failed, this, [this](const QString& sentence) {
    run_->error = sentence.toStdString();
    set_state(RunState::failed);
  });
}

void RunSession::start(const io::Job& job) {
  run_ = std::make_shared<Run>();
  run_->number = ++count_;
  run_->job = job;
  run_->stage = "starting";
  keeps_iterations_ = true;
  seconds_before_pause_ = stage_start_s_ = 0;
  clock_.start();
  tick_.start();
  emit run_changed(run_);
  worker_.start(job);
}

void RunSession::pause() {
  if (run_ && run_->state == RunState::running) {
    worker_.pause();
    set_state(RunState::paused);
    seconds_before_pause_ = run_->seconds;
  }
}

void RunSession::resume() {
  if (run_ && run_->state == RunState::paused) {
    clock_.restart();
    worker_.resume();
    set_state(RunState::running);
  }
}

void RunSession::stop() {
  if (run_ && !run_->is_over()) {
    if (run_->state == RunState::paused) {
      clock_.restart();
    }
    worker_.stop();
    set_state(RunState::stopping);
  }
}

void RunSession::measure_time() {
  if (!run_->is_over() && run_->state != RunState::paused) {
    run_->seconds = seconds_before_pause_ + 1e-3 * static_cast<double>(clock_.elapsed());
  }
}

void RunSession::answer(bool go_on) { worker_.answer(go_on); }

void RunSession::set_state(RunState state) {
  measure_time();
  run_->state = state;
  if (run_->is_over()) {
    tick_.stop();
  }
  emit run_changed(run_);
}

void RunSession::progress(const QString& stage, double fraction) {
  if (run_->state == RunState::paused) {
    return;  // said before the pause took hold
  }
  measure_time();
  if (stage.toStdString() != run_->stage) {
    run_->stage = stage.toStdString();
    stage_start_s_ = run_->seconds;
  }
  run_->fraction = fraction;
  constexpr double enough_to_tell = 0.02;
  run_->seconds_left = fraction > enough_to_tell ? (run_->seconds - stage_start_s_) * (1 - fraction) / fraction : -1;
  emit run_changed(run_);
}

void RunSession::keep(const std::shared_ptr<const recon::Image>& image, double iteration) {
  if (!keeps_iterations_) {
    return;
  }
  const std::size_t bytes = image->values.size() * sizeof(float);
  keeps_iterations_ = bytes_kept_ + bytes <= most_bytes_kept;
  if (keeps_iterations_) {
    bytes_kept_ += bytes;
    run_->kept.push_back({iteration, image});
  } else {
    run_->lines.push_back({"Further iterations are not kept to go back to: their images would fill the memory."});
  }
  emit run_changed(run_);
}

void RunSession::finish(const RunOutcome& outcome) {
  run_->seconds_left = -1;
  run_->fraction = outcome.stopped ? run_->fraction : 1;
  run_->folder = outcome.folder;
  run_->files = outcome.files;
  run_->tof_profile = outcome.tof_profile;
  run_->record = outcome.record;
  if (outcome.image != nullptr) {
    run_->image = outcome.image;
  }
  set_state(outcome.stopped ? RunState::stopped : RunState::done);
}

}  // namespace coincide::gui
