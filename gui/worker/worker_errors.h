#pragma once

#include <QString>

namespace coincide::gui {

/// Why a call failed, for a person. To be called where its exception is handled.
QString failure_sentence();

}  // namespace coincide::gui
