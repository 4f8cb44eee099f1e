#pragma once

#include "recon/figures/figure_report.h"
#include "recon/phantom.h"

namespace coincide::recon {

/// What the values of an image [Bq/mL] are to be divided by, from one of a uniform cylinder of known activity, all
/// corrections on: the mean over it, 20 mm off wall and ends, over its activity. The phantom is that cylinder alone; it
/// is found where the image has it, along z. Throws InputError for another phantom, an image without the cylinder, and
/// one whose planes differ by more than 5 % from their mean, which a wrong correction explains better than the scale.
FigureReport cross_calibration(const Phantom& phantom, const Image& image);

}  // namespace coincide::recon
