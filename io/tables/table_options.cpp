#include "io/tables/table_options.h"

#include <fmt/format.h>

#include "projectors/error.h"

namespace coincide::io {

void check_no_table_options(const std::filesystem::path& path, const std::string& format,
                            const ListmodeOptions& options) {
  if (!options.columns.empty() || options.tof_fwhm_ps > 0 || options.only != Sources::all) {
    throw InputError(fmt::format(
        "input.columns, input.tof_fwhm_ps and input.only are for tables of events, and {} is none, but {}: leave them "
        "out",
        path.string(), format));
  }
}

}  // namespace coincide::io
