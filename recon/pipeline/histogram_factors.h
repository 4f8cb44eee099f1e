#pragma once

#include "recon/data/histogram.h"
#include "recon/options.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// Throws InputError if there are negative ones: prompts cannot be.
void refuse_corrected_counts(const Histogram& histogram);

/// Sets m and b of a histogram from the files that belong to it, whose LORs must be its own. Values without TOF count
/// for all TOF bins of their LOR: factors alike, background shared out evenly, as randoms are. Without such files m and
/// b stay. Throws FileError as HistogramSource::read(); InputError for other LORs or TOF bins, values that are negative
/// or not finite, factors that are not what they are said to be, or that may be both. The histogram, and what is read,
/// is a process's share.
void use_factors_and_background(const HistogramInputs& inputs, const CorrectionOptions& options, Communicator& ranks,
                                Histogram& histogram);

/// Whether factors from the least to the most are efficiencies (0 in gaps, none above 1) or corrections (none below 1,
/// or far above in gaps). Throws InputError where `said` cannot be, or where nothing is said and the values leave it
/// open.
FactorsAre meaning_of_factors(float least, float most, FactorsAre said);

}  // namespace coincide::recon
