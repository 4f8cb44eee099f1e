#include "gui/worker/run_session.h"

#include <algorithm>

namespace coincide::gui {
namespace {

constexpr int tick_ms = 500;  ///< the clock goes on while a stage says nothing

}  // namespace

RunSession::RunSession(RunWorker& worker, std::function<std::string(const io::Job&)> free_name, QObject* parent)
    : QObject(parent), worker_(worker), free_name_(std::move(free_name)) {
  tick_.setInterval(tick_ms);
  connect(&tick_, &QTimer::timeout, this, [this] {
    measure_time();
    emit run_changed(run_);
  });
  connect_worker();
}

void RunSession::connect_worker() {
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
  auto run = std::make_shared<Run>();
  run->job = job;
  run->state = RunState::waiting;
  add(run);
  begin_next();
}

void RunSession::add(const std::shared_ptr<Run>& run) {
  run->number = ++count_;
  runs_.push_back(run);
  emit run_changed(run);
}

/// The first that waits, if none is under way.
void RunSession::begin_next() {
  const auto next = std::ranges::find(runs_, RunState::waiting, &Run::state);
  if (!is_running() && next != runs_.end()) {
    begin(*next);
  }
}

void RunSession::begin(const std::shared_ptr<Run>& run) {
  run_ = run;
  if (free_name_) {
    if (const std::string name = free_name_(run_->job); name != run_->job.result_name()) {
      run_->job.output.name = name;
      run_->lines.push_back({"Results of an earlier run stay as they are; this one's are called " + name + "."});
    }
  }
  run_->state = RunState::running;
  run_->stage = "starting";
  keeps_iterations_ = true;
  seconds_before_pause_ = stage_start_s_ = 0;
  clock_.start();
  tick_.start();
  emit run_changed(run_);
  worker_.start(run_->job);
}

std::shared_ptr<Run> RunSession::find(const Run& run) const {
  const auto found = std::ranges::find(runs_, run.number, &Run::number);
  return found == runs_.end() ? nullptr : *found;
}

void RunSession::rename(const Run& run, const std::string& name) {
  if (const std::shared_ptr<Run> found = find(run); found && found->name != name) {
    found->name = name;
    emit run_changed(found);
  }
}

void RunSession::set_note(const Run& run, const std::string& note) {
  if (const std::shared_ptr<Run> found = find(run); found && found->note != note) {
    found->note = note;
    emit run_changed(found);
  }
}

void RunSession::remove(const Run& run) {
  const int number = run.number;  // the run may go
  if ((run_ && run_->number == number && is_running()) || std::erase(runs_, find(run)) == 0) {
    return;
  }
  if (run_ && run_->number == number) {
    run_.reset();
  }
  emit run_removed(number);
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
  if (is_running()) {
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
    QMetaObject::invokeMethod(this, &RunSession::begin_next, Qt::QueuedConnection);
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
  std::size_t bytes_kept = 0;
  for (const std::shared_ptr<Run>& run : runs_) {
    for (const KeptImage& kept : run->kept) {
      bytes_kept += kept.image->values.size() * sizeof(float);
    }
  }
  keeps_iterations_ = bytes_kept + bytes <= most_bytes_kept;
  if (keeps_iterations_) {
    run_->kept.push_back({iteration, image});
  } else {
    run_->lines.emplace_back().text =
        "Further iterations are not kept to go back to: their images would fill the memory.";
  }
  emit run_changed(run_);
}

void RunSession::finish(const RunOutcome& outcome) {
  run_->seconds_left = -1;
  run_->fraction = outcome.stopped ? run_->fraction : 1;
  run_->folder = outcome.folder;
  run_->files = outcome.files;
  run_->suv = outcome.suv;
  run_->tof_profile = outcome.tof_profile;
  run_->record = outcome.record;
  run_->parts = outcome.parts;
  if (!run_->parts.empty()) {
    run_->kept.clear();  // what led to them; they are what there is to see
  }
  if (outcome.image != nullptr) {
    run_->image = outcome.image;
  }
  set_state(outcome.stopped ? RunState::stopped : RunState::done);
}

}  // namespace coincide::gui
