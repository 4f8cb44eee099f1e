#include "gui/worker/data_session.h"

namespace coincide::gui {
namespace {

constexpr int typing_pause_ms = 300;

/// The settings that say which scanner and grid a job has, as one text.
std::string geometry_settings(const io::Job& job) {
  std::string text;
  io::Job copy = job;
  for (const io::Setting& setting : io::describe(copy)) {
    if (setting.key.starts_with("input.") || setting.key.starts_with("simulation.") ||
        setting.key.starts_with("image.")) {
      text += io::value_text(setting) + "\n";
    }
  }
  return text;
}

/// Passes on what is read until the user has had enough.
class UntilStopped final : public recon::Reporter {
 public:
  UntilStopped(recon::Reporter& to, const std::atomic<bool>& stop) : to_(to), stop_(stop) {}
  void progress(std::string_view stage, double fraction) override { to_.progress(stage, fraction); }
  bool stop_requested() const override { return stop_ || to_.stop_requested(); }

 private:
  recon::Reporter& to_;
  const std::atomic<bool>& stop_;
};

}  // namespace

DataSession::DataSession(const Services& services, QObject* parent)
    : QObject(parent),
      services_(services),
      geometry_task_(
          {.answered = [this](std::shared_ptr<const JobGeometry>&& geometry) { emit geometry_ready(geometry); },
           .failed = [this](const QString&) { emit geometry_ready(nullptr); }}),  // the estimate says why
      header_task_({.answered =
                        [this](std::shared_ptr<const LoadedData>&& data) {
                          if (data_task_.is_busy()) {  // or the whole has come before its header
                            emit data_ready(data);
                          }
                        }}),
      data_task_({.answered = [this](std::shared_ptr<const LoadedData>&& data) { emit data_ready(data); },
                  .failed = [this](const QString& sentence) { emit data_failed(sentence); },
                  .progressed = [this](double fraction) { emit reading(fraction); }}) {
  geometry_soon_.setSingleShot(true);
  geometry_soon_.setInterval(typing_pause_ms);
  connect(&geometry_soon_, &QTimer::timeout, this, &DataSession::request_geometry);
}

void DataSession::follow(const io::Job& job) {
  std::string key = geometry_settings(job);
  if (key != geometry_key_) {
    geometry_key_ = std::move(key);
    job_ = job;
    geometry_task_.cancel();  // an answer that comes now would be of the job before
    geometry_soon_.start();
  }
  const std::filesystem::path& data = job.input.data;
  const io::ListmodeOptions options = listmode_options(job);
  if (data == data_path_ && (data.empty() || options == data_options_)) {
    return;
  }
  data_path_ = data;
  data_options_ = options;
  if (!data_path_.empty()) {
    read(data_path_, data_options_);
  } else {
    header_task_.cancel();
    data_task_.cancel();
    emit no_data();
  }
}

io::ListmodeOptions DataSession::listmode_options(const io::Job& job) const {
  return services_.listmode_options ? services_.listmode_options(job)
                                    : io::ListmodeOptions{.allow_truncated = job.input.allow_truncated};
}

void DataSession::request_geometry() {
  if (job_.input.data.empty() && job_.simulation.scanner.empty()) {
    geometry_task_.cancel();
    emit geometry_ready(nullptr);
    return;
  }
  geometry_task_.request([service = services_.job_geometry, job = job_](recon::Reporter&) {
    return std::make_shared<const JobGeometry>(service(job));
  });
}

void DataSession::read(const std::filesystem::path& path, const io::ListmodeOptions& options) {
  stop_ = std::make_shared<std::atomic<bool>>(false);
  header_task_.request(
      [path, options](recon::Reporter&) { return std::make_shared<const LoadedData>(open_data(path, options)); });
  data_task_.request([path, options, stop = stop_](recon::Reporter& reporter) {
    UntilStopped until_stopped(reporter, *stop);
    return std::make_shared<const LoadedData>(read_data(path, options, until_stopped));
  });
}

void DataSession::stop_reading() { *stop_ = true; }

}  // namespace coincide::gui
