#pragma once

namespace coincide::recon {

/// A correction that the data may or may not call for.
enum class Switch { off, on, automatic };

enum class RandomsMethod {
  none,
  delayeds,   ///< smooth estimate from the delayed window
  singles,    ///< from the rates of single photons
  automatic,  ///< delayeds if the file has any, else singles, else none
};

enum class ScatterMethod {
  none,
  single_scatter,  ///< simulated, scaled for multiple scatter
  automatic,       ///< that, where attenuation and energy window are known
};

/// What single scatter is scaled by.
enum class ScatterScaling {
  tails,      ///< counts beside the body
  absolute,   ///< a known share of multiple scatter
  automatic,  ///< tails where there are enough counts, checked against the absolute estimate
};

/// What a sinogram of factors that belongs to a histogram holds.
enum class FactorsAre {
  automatic,   ///< told by its values; where these leave it open the user has to say
  efficiency,  ///< m: counts per line integral; 0 where nothing is measured
  correction,  ///< 1 / m: what counts are multiplied by to correct them
};

/// What a sinogram of background that belongs to a histogram holds.
enum class BackgroundIs {
  counts,            ///< b: expected counts of randoms and scatter, as they are in the prompts
  times_correction,  ///< b / m: STIR's "additive sinogram"
};

/// What is done about movements of bed and gantry that the data state.
enum class StatedMotion {
  off,
  automatic,  ///< the image is of a body on the bed at its reference position
};

/// What the model of the measurement holds (MultiplicativeModel: efficiencies, geometric).
struct CorrectionOptions {
  bool efficiencies = true;  ///< those of the file
  /// Solid angle of the crystal pair. Automatic: on unless the file's pair efficiencies hold it already.
  Switch geometric = Switch::automatic;
  RandomsMethod randoms = RandomsMethod::automatic;
  /// Whole width of the coincidence window, for randoms from singles; 0: that of the TOF bins.
  double coincidence_window_ns = 0;
  ScatterMethod scatter = ScatterMethod::automatic;
  ScatterScaling scatter_scale = ScatterScaling::automatic;
  double energy_low_kev = 0;  ///< limits of the energy window, each 0: as the data state it
  double energy_high_kev = 0;
  double energy_resolution = 0;          ///< FWHM at 511 keV over 511 keV; 0: as the data state it
  Switch live_time = Switch::automatic;  ///< where the file states dead time
  StatedMotion motion = StatedMotion::automatic;
  FactorsAre multiplicative_is = FactorsAre::automatic;  ///< of a histogram
  BackgroundIs additive_is = BackgroundIs::counts;
};

/// Which part of an acquisition is used.
struct FrameOptions {
  double start_s = 0;  ///< takes the time blocks that start in it; both edges are rounded to ms
  double stop_s = 0;   ///< 0: to the end
};

/// What a table's times count from.
enum class TableZero {
  scan,   ///< the first moment of the data
  clock,  ///< the zero of the data's own times
};

/// Which time of the data the zero of the table of poses is.
struct MotionOptions {
  TableZero zero = TableZero::scan;
  double zero_s = 0;  ///< after that
};

/// From counts to Bq/mL.
struct QuantificationOptions {
  double half_life_s = 0;      ///< 0: no decay correction
  double branching_ratio = 1;  ///< positrons per decay
  double calibration = 0;      ///< what activities are divided by, beside what the file states; 0: only that
};

}  // namespace coincide::recon
