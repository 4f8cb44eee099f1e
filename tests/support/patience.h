#pragma once

namespace coincide::tests {

/// How long a test waits before it calls something that hangs a failure: far longer than a loaded machine needs. Tests
/// wait for what is to happen, and go on as soon as it has.
inline constexpr int patience_ms = 120'000;

}  // namespace coincide::tests
