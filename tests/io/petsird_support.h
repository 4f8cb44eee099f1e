#pragma once

#include <QString>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/listmode_file.h"
#include "recon/events.h"

namespace coincide::tests {

/// A small file in tests/data/petsird.
std::filesystem::path petsird_file(const std::string& name);
/// A file in the shared folder beside the checkout; may be absent.
std::filesystem::path shared_petsird_file(const std::string& name);

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, std::string_view bytes);
/// Unpacks a .gz file.
void unpack(const std::filesystem::path& packed, const std::filesystem::path& to);

/// All events of a source, one block after the other.
recon::EventBlock read_all(recon::EventSource& source);

/// What the function says when it throws an Error of the type; else "".
template <class Failure, class Function>
QString message_of(Function function) {
  try {
    function();
  } catch (const Failure& error) {
    return QString::fromUtf8(error.what());
  }
  return {};
}

}  // namespace coincide::tests
