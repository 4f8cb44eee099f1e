#include <QApplication>
#include <QStandardPaths>

#include "support/test_main.h"

int main(int argc, char** argv) {
  QStandardPaths::setTestModeEnabled(true);  // no settings of the user who runs the tests
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide tests");
  return coincide::tests::run_test_classes();
}
