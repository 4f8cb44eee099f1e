#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace coincide::app {

/// Memory that this process can still have [bytes]: what the machine has to spare, or less where the process's control
/// group (a container, a batch system) allows less. Empty where the system does not say. `root` is where the system's
/// files are looked for.
std::optional<std::uint64_t> free_memory_bytes(const std::filesystem::path& root = "/");

}  // namespace coincide::app
