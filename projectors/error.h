#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace coincide {

/// Base of every exception of this program. The message is one or more sentences: what failed with the value
/// and what is allowed, why, what to do. Each layer may put a sentence in front and rethrow with a bare `throw`.
class Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  /// "Cannot reconstruct scan.petsird" + ": " + the message so far.
  void prepend(std::string_view deed) { message_ = std::string(deed) + ": " + message_; }

 private:
  std::string message_;
};

/// The caller asked for something impossible: a wrong value, shape, key or command line.
class InputError : public Error {
  using Error::Error;
};

/// A file is missing, damaged, of another kind, or cannot be written.
class FileError : public Error {
  using Error::Error;
};

/// The device asked for is missing, or it ran out of memory.
class DeviceError : public Error {
  using Error::Error;
};

}  // namespace coincide
