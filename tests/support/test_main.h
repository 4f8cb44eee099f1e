#pragma once

#include <QObject>
#include <functional>
#include <memory>

namespace coincide::tests {

/// Adds a test class to its folder's executable; `main` in test_main.cpp runs all, or those named on the command line.
bool add_test_class(const char* name, std::function<std::unique_ptr<QObject>()> make);

}  // namespace coincide::tests

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): a class cannot register itself without one.
#define COINCIDE_TEST_CLASS(Class)       \
  static const bool registered_##Class = \
      ::coincide::tests::add_test_class(#Class, [] { return std::make_unique<Class>(); });
