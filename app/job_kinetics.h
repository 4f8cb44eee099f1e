#pragma once

#include <string>
#include <vector>

#include "app/job_setup.h"
#include "io/job.h"
#include "io/provenance.h"
#include "recon/data/image_series.h"

namespace coincide::app {

/// Throws InputError for settings of [kinetics] that do not fit the others, or leave open what no default can say.
void check_kinetics(const io::Job& job);

/// Reads the blood curve and checks, before anything is reconstructed, that it covers the frames. `setup.parts` are
/// known. Throws InputError and FileError.
void open_blood(const io::Job& job, JobSetup& setup);

/// Fits Patlak's model to the frames and writes NAME_patlak_K [1/min] and NAME_patlak_V [1], each with its picture;
/// adds their names and what was done to the record. Throws InputError where the frames do not allow it, FileError.
void write_patlak(const io::Job& job, const recon::BloodCurve& blood, const recon::ImageSeries& series,
                  io::Provenance& provenance);

}  // namespace coincide::app
