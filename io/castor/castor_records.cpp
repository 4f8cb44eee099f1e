#include "io/castor/castor_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "projectors/error.h"

namespace coincide::io {
namespace {

static_assert(std::endian::native == std::endian::little);

std::uint32_t swapped(std::uint32_t value) {
  return value << 24 | (value & 0xff00U) << 8 | (value >> 8 & 0xff00U) | value >> 24;
}

}  // namespace

CastorRecords::CastorRecords(const CastorData& data) : data_(data), file_(data.data, std::ios::binary) {
  if (!file_) {
    throw FileError(fmt::format("{} cannot be opened.", data.data.string()));
  }
}

std::span<const char> CastorRecords::read(std::uint64_t most_records) {
  constexpr std::uint64_t most_bytes = 16 << 20;  // records may be long: they have room for thousands of pairs
  const std::uint64_t that_fit =
      std::max<std::uint64_t>(1, most_bytes / static_cast<std::uint64_t>(data_.record.bytes));
  const std::uint64_t count = std::min({most_records, that_fit, data_.num_records - num_read_});
  const auto size = static_cast<std::size_t>(count) * static_cast<std::size_t>(data_.record.bytes);
  bytes_.resize(std::max(bytes_.size(), size));
  if (!file_.read(bytes_.data(), static_cast<std::streamsize>(size))) {
    throw FileError(fmt::format("{} cannot be read beyond record {}.", data_.data.string(), num_read_));
  }
  if (data_.max_lines > 1) {
    check_lines(count);
  }
  num_read_ += count;
  return {bytes_.data(), size};
}

void CastorRecords::check_lines(std::uint64_t count) const {
  for (std::uint64_t i = 0; i < count; ++i) {
    const char* place = bytes_.data() + i * static_cast<std::uint64_t>(data_.record.bytes) + data_.record.num_lines;
    const auto lines = number_at<std::uint16_t>(place);
    if (lines < 1 || lines > data_.max_lines) {
      throw FileError(fmt::format("record {} of {} has {} lines of response, and the header allows 1 to {}.",
                                  num_read_ + i, data_.data.string(), lines, data_.max_lines));
    }
    if (lines > data_.most_lines_read()) {
      throw FileError(
          fmt::format("record {} of {} has {} lines of response: events and normalization files are of single pairs of "
                      "crystals here, only bins of histograms may gather several. Write it without compression.",
                      num_read_ + i, data_.data.string(), lines));
    }
  }
}

void CastorRecords::skip(std::uint64_t records) {
  num_read_ += std::min(records, data_.num_records - num_read_);
  file_.seekg(static_cast<std::streamoff>(num_read_ * static_cast<std::uint64_t>(data_.record.bytes)));
}

void CastorRecords::rewind() {
  file_.clear();
  file_.seekg(0);
  num_read_ = 0;
}

void check_crystals(const CastorData& data, std::size_t num_crystals) {
  constexpr std::uint64_t enough = 10'000;
  CastorRecords records(data);
  const std::span<const char> bytes = records.read(enough);
  const auto record = static_cast<std::size_t>(data.record.bytes);
  std::size_t wrong = 0;
  std::size_t wrong_swapped = 0;
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    const char* crystals = bytes.data() + at + data.record.lines;
    const auto a = number_at<std::uint32_t>(crystals);
    const auto b = number_at<std::uint32_t>(crystals + sizeof a);
    wrong += a >= num_crystals || b >= num_crystals ? 1 : 0;
    wrong_swapped += swapped(a) >= num_crystals || swapped(b) >= num_crystals ? 1 : 0;
  }
  const std::size_t count = bytes.size() / record;
  if (wrong * 2 <= count) {
    return;
  }
  if (wrong_swapped == 0) {
    throw FileError(fmt::format(
        "{} is big-endian: its crystals are in range with swapped bytes only. CASToR has no such files; write it on a "
        "little-endian machine.",
        data.data.string()));
  }
  throw FileError(
      fmt::format("{} of the first {} records of {} name crystals that the scanner with {} does not have: it is "
                  "another scanner, or "
                  "the header has other flags than the data ({}).",
                  wrong, count, data.data.string(), num_crystals, data.fields()));
}

}  // namespace coincide::io
