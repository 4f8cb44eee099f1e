#include <QApplication>

#include "gui/viewer/opengl.h"
#include "support/home_of_its_own.h"
#include "support/test_main.h"

int main(int argc, char** argv) {
  const coincide::tests::HomeOfItsOwn home;
  coincide::gui::prepare_opengl();
  QApplication application(argc, argv);
  QApplication::setOrganizationName("Coincide");
  QApplication::setApplicationName("Coincide tests");
  return coincide::tests::run_test_classes();
}
