#pragma once

#include <QTemporaryDir>
#include <QtGlobal>

namespace coincide::tests {

/// Settings, recent files and caches of this process alone, gone with it: not those of the user who runs the tests, and
/// not those of a test that runs beside it. To be made before the application.
class HomeOfItsOwn {
 public:
  HomeOfItsOwn() {
    for (const char* kind : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"}) {
      qputenv(kind, folder_.path().toLocal8Bit());
    }
  }

 private:
  QTemporaryDir folder_;
};

}  // namespace coincide::tests
