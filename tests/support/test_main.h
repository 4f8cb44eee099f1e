#pragma once

#include <QObject>
#include <functional>
#include <memory>

namespace coincide::tests {

/// Adds a test class to its folder's executable.
bool add_test_class(const char* name, std::function<std::unique_ptr<QObject>()> make);

/// `program` runs all classes; `program Class [Qt Test arguments]` runs one. Returns the exit code. To be called with
/// the application at hand: test_main.cpp has the one without windows, tests/gui its own.
int run_test_classes();

}  // namespace coincide::tests

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): a class cannot register itself without one.
#define COINCIDE_TEST_CLASS(Class)       \
  static const bool registered_##Class = \
      ::coincide::tests::add_test_class(#Class, [] { return std::make_unique<Class>(); });
