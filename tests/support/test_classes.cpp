#include "support/test_main.h"

#include <QCoreApplication>
#include <QtTest>
#include <string_view>
#include <utility>
#include <vector>

#include "support/patience.h"

namespace coincide::tests {
namespace {

using Entry = std::pair<const char*, std::function<std::unique_ptr<QObject>()>>;

std::vector<Entry>& entries() {
  static std::vector<Entry> list;
  return list;
}

}  // namespace

bool add_test_class(const char* name, std::function<std::unique_ptr<QObject>()> make) {
  entries().emplace_back(name, std::move(make));
  return true;
}

int run_test_classes() {
  // A wait that is not fulfilled is tried for three times its patience before it fails with its place and value; Qt's
  // guard, which names neither, has to wait for that.
  if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT")) {
    qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(5 * patience_ms));
  }
  QStringList arguments = QCoreApplication::arguments();
  const std::string wanted = arguments.size() > 1 ? arguments.takeAt(1).toStdString() : "";
  int failures = 0;
  bool found = false;
  for (const auto& [name, make] : entries()) {
    if (!wanted.empty() && wanted != name) {
      continue;
    }
    found = true;
    failures += QTest::qExec(make().get(), arguments);
  }
  if (!found) {
    qWarning("no test class named '%s' here", wanted.c_str());
    return 2;
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace coincide::tests
