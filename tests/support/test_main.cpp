#include "support/test_main.h"

#include <QCoreApplication>

#include "support/home_of_its_own.h"

int main(int argc, char** argv) {
  const coincide::tests::HomeOfItsOwn home;
  QCoreApplication application(argc, argv);
  return coincide::tests::run_test_classes();
}
