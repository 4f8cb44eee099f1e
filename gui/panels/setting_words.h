#pragma once

#include <QString>

#include "io/settings.h"

namespace coincide::gui {

// What the one list of settings says, in the language of the window. The names are found by the key, as one word of
// English may be two of another language.

/// "algorithm.psf_fwhm_mm" in mm is "PSF FWHM": the unit stands beside the editor.
QString name_of(const io::Setting& setting);
/// "Algorithm"
QString name_of_section(const std::string& section);
QString help_of(const io::Setting& setting);
/// What the layers below say, shown in the language of the window (gui/model/translated.h).
QString shown_text(const std::string& sentence);

}  // namespace coincide::gui
