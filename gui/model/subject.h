#pragma once

#include <string>

#include "gui/model/run_list.h"
#include "io/job.h"

namespace coincide::gui {

/// What is being looked at: data, or an image of a run. It names views, pictures and tables.
struct Subject {
  std::string data = {};    ///< which data; equal for all runs on them
  std::string name = {};    ///< "Run 2 · squares_head", "Data · squares_head.petsird"
  std::string detail = {};  ///< "iteration 3 of 4 · OSEM, 8 subsets"; may be empty
  std::string file = {};    ///< for the names of what is saved: "squares_head_run2_it3"
  std::string hint = {};    ///< what an empty view says
  bool of_patient = false;  ///< axes are a patient's (LPS), not only a scanner's

  bool operator==(const Subject&) const = default;
};

/// Which data a job reconstructs: its listmode file, or scanner and phantom of its simulation. Empty for a job that has
/// none yet.
std::string data_of(const io::Job& job);

/// The data of a job, before there is an image of them.
Subject subject_of(const io::Job& job);

/// An image of a run; without one: it has none yet. Of frames and gates it says which.
Subject subject_of(const Run& run, const KeptImage& shown);

/// All of it in one line, as it stands over the views: "Run 2 · squares_head · iteration 3 of 4 · OSEM, 8 subsets ·
/// Bq/mL". `unit` is that of the image; empty: there is none.
std::string caption(const Subject& subject, const std::string& unit);

}  // namespace coincide::gui
