#include "app/listmode_options.h"

#include "app/resources.h"

namespace coincide::app {

namespace fs = std::filesystem;

bool is_listmode(const fs::path& normalization) { return normalization.extension() == ".petsird"; }

io::ListmodeOptions listmode_options(const io::Job& job) {
  const io::Job::Input& input = job.input;
  return {.allow_truncated = input.allow_truncated,
          .scanner = input.scanner.empty() ? input.scanner : find_resource(input.scanner, "scanners"),
          .normalization = is_listmode(job.corrections.normalization) ? fs::path() : job.corrections.normalization,
          .columns = input.columns,
          .tof_fwhm_ps = input.tof_fwhm_ps,
          .only = input.only};
}

}  // namespace coincide::app
