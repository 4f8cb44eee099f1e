#pragma once

#include <optional>

#include "app/job_setup.h"
#include "io/job.h"
#include "io/provenance.h"
#include "recon/data/image_series.h"
#include "recon/pipeline/joint_patlak.h"

namespace coincide::app {

/// Throws InputError for settings of [kinetics] that do not fit the others, or leave open what no default can say.
void check_kinetics(const io::Job& job);

/// Reads the blood curve and checks, before anything is reconstructed, that it covers the frames. `setup.parts` are
/// known. Throws InputError and FileError.
void open_blood(const io::Job& job, JobSetup& setup);

/// Where the job asks for it, the direct reconstruction of K and V, into `result`. What goes wrong there ends in a
/// warning: the frames, which are finished, are worth more. Refers to its arguments.
recon::JointWork direct_patlak(const io::Job& job, const JobSetup& setup, recon::ComputeDevice& device,
                               std::optional<recon::JointPatlak>& result);

/// Writes NAME_patlak_K [1/min] and NAME_patlak_V [1], each with its picture, and adds their names and what was done to
/// the record: of a direct job what came of it, if anything did, and else Patlak's model fitted to the frames. Throws
/// InputError where the frames do not allow it, FileError.
void write_patlak(const io::Job& job, const recon::BloodCurve& blood, const recon::ImageSeries& series,
                  const std::optional<recon::JointPatlak>& direct, io::Provenance& provenance);

}  // namespace coincide::app
