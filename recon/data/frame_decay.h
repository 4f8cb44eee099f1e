#pragma once

namespace coincide::recon {

/// D: activity at a reference moment over the mean one in a frame that begins `start_s` after it and lasts
/// `duration_s`; with duration 0 at its start. 1 without a half-life (0).
double frame_decay_factor(double half_life_s, double start_s, double duration_s);

/// How long after its start a frame's activity is the mean one: 298.42 s for F-18 and 600 s. Half of the duration
/// without a half-life (0). Source: DICOM PS3.3, Frame Reference Time.
double mean_activity_s(double half_life_s, double duration_s);

}  // namespace coincide::recon
