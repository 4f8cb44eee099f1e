#pragma once

#include "io/job.h"

namespace coincide::app {

/// While it lives, no other run may write files of the job's result name in its folder. What a run that was killed has
/// left there unfinished is removed.
class ResultClaim {
 public:
  /// Opens the log, which is there after any run, and leaves what is in it. Throws InputError if another run has
  /// claimed the name, FileError if the log cannot be written.
  explicit ResultClaim(const io::Job& job);
  ResultClaim(const ResultClaim&) = delete;
  ResultClaim& operator=(const ResultClaim&) = delete;
  ~ResultClaim();

 private:
  int log_ = -1;
};

}  // namespace coincide::app
