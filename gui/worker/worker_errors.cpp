#include "gui/worker/worker_errors.h"

#include <exception>
#include <new>

#include "projectors/error.h"

namespace coincide::gui {

QString failure_sentence() {
  try {
    throw;
  } catch (const Error& error) {
    return QString::fromUtf8(error.what());
  } catch (const std::bad_alloc&) {
    return QStringLiteral("Out of memory. Close other programs, or choose smaller data.");
  } catch (const std::exception& error) {
    return QStringLiteral("Unexpected: %1. Please report it with the job.").arg(QString::fromUtf8(error.what()));
  } catch (...) {
    return QStringLiteral("Something unexpected failed. Please report it with the job.");
  }
}

}  // namespace coincide::gui
