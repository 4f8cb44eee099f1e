#pragma once

namespace coincide::recon {

/// A correction that the data may or may not call for.
enum class Switch { off, on, automatic };

enum class RandomsMethod {
  none,
  delayeds,   ///< smooth estimate from the delayed window
  automatic,  ///< delayeds if the file has any, else none
};

/// What the model of the measurement holds (MultiplicativeModel: efficiencies, geometric).
struct CorrectionOptions {
  bool efficiencies = true;  ///< those of the file
  /// Solid angle of the crystal pair. Automatic: on unless the file's pair efficiencies hold it already.
  Switch geometric = Switch::automatic;
  RandomsMethod randoms = RandomsMethod::automatic;
  Switch live_time = Switch::automatic;  ///< where the file states dead time
};

}  // namespace coincide::recon
