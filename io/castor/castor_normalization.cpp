#include "io/castor/castor_normalization.h"

#include <fmt/format.h>

#include "io/castor/castor_records.h"
#include "projectors/error.h"

namespace coincide::io {

CastorNormalization read_castor_normalization(const std::filesystem::path& header, std::size_t num_crystals) {
  std::string truncated;
  const CastorData data = read_castor_data(header, false, truncated);
  if (data.mode != CastorData::Mode::normalization) {
    throw FileError(fmt::format("{} is no normalization file: its \"Data mode\" is another.", header.string()));
  }
  check_crystals(data, num_crystals);
  const auto visit = [&data](const recon::LorTable::Add& add) {
    constexpr std::uint64_t records_per_read = 100'000;
    CastorRecords records(data);
    const auto size = static_cast<std::size_t>(data.record.bytes);
    while (records.num_read() < data.num_records) {
      const std::span<const char> bytes = records.read(records_per_read);
      for (std::size_t at = 0; at < bytes.size(); at += size) {
        const char* record = bytes.data() + at;
        const char* crystals = record + data.record.lines;
        add(number_at<std::uint32_t>(crystals), number_at<std::uint32_t>(crystals + sizeof(std::uint32_t)),
            factor_of(data.record, record));
      }
    }
  };
  try {
    return {std::make_shared<recon::LorTable>(num_crystals, data.record.attenuation >= 0, visit),
            data.record.normalization >= 0, data.scanner_name, data.data};
  } catch (const InputError& error) {
    throw FileError(fmt::format("{}: {}.", header.string(), error.what()));
  }
}

}  // namespace coincide::io
