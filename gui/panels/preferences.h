#pragma once

#include <QString>

#include "gui/model/view_state.h"
#include "io/job.h"

namespace coincide::gui {

/// What the user wants to be so in every session. Kept in QSettings.
struct Preferences {
  QString theme;          ///< one of theme_names()
  int text_points = 0;    ///< size of texts; 0: as the system
  QString output_folder;  ///< of new jobs; empty: beside the data
  int threads = 0;        ///< of new jobs; 0: one per core
  bool in_kilo_bq = false;
  ViewState::Orientation orientation = ViewState::Orientation::radiological;
  QString language = {};  ///< one of language_codes(), from the next start on; empty: as the system

  static Preferences saved();
  void save() const;
  /// Colours and texts of the whole application.
  void apply_look() const;
  /// Of a job that is made here.
  void put_into(io::Job& job) const;
};

}  // namespace coincide::gui
