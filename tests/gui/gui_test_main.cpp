#include <QApplication>
#include <QStandardPaths>

#include "gui/viewer/opengl.h"
#include "support/test_main.h"

int main(int argc, char** argv) {
  QStandardPaths::setTestModeEnabled(true);  // no settings of the user who runs the tests
  coincide::gui::prepare_opengl();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide tests");
  return coincide::tests::run_test_classes();
}
