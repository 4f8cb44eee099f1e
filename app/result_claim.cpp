#include "app/result_claim.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "app/outputs.h"
#include "io/atomic_file.h"
#include "projectors/error.h"

namespace coincide::app {

ResultClaim::ResultClaim(const io::Job& job) {
  const std::filesystem::path log = job.result_path(".log");
  // Without O_NONBLOCK a pipe of that name would be waited for.
  log_ = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  if (log_ < 0) {
    throw io::cannot_write(log);
  }
  // The system takes the lock back however the process ends. A file system that has none does without.
  if (flock(log_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(log_);
    throw InputError(
        fmt::format("another run writes the results {} in {} just now. Wait for its end, or choose another output.name "
                    "or output.folder.",
                    job.result_name(), job.output.folder.string()));
  }
  io::remove_abandoned(job.output.folder, [&job](const std::string& file) { return is_result_of(job, file); });
}

ResultClaim::~ResultClaim() { close(log_); }

}  // namespace coincide::app
