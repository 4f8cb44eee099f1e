#pragma once

namespace coincide::recon {

/// A correction that the data may or may not call for.
enum class Switch { off, on, automatic };

enum class RandomsMethod {
  none,
  delayeds,   ///< smooth estimate from the delayed window
  automatic,  ///< delayeds if the file has any, else none
};

/// Which factors the model of the measurement has (see MultiplicativeModel).
struct CorrectionOptions {
  bool efficiencies = true;  ///< those of the file
  /// Solid angle of the crystal pair. Automatic: on unless the file's pair efficiencies hold it already.
  Switch geometric = Switch::automatic;
};

}  // namespace coincide::recon
