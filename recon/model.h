#pragma once

#include <utility>

#include "recon/efficiencies.h"
#include "recon/live_time.h"
#include "recon/options.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// The factor m of a crystal pair in y ~ Poisson(m * (A x) + b), without attenuation: efficiencies of the file and the
/// solid angle, as the options say, and live time once it is known. Keeps references to its arguments.
class MultiplicativeModel {
 public:
  MultiplicativeModel(const Scanner& scanner, const Efficiencies& efficiencies, const CorrectionOptions& options);
  MultiplicativeModel(const Scanner&&, const Efficiencies&, const CorrectionOptions&) = delete;
  MultiplicativeModel(const Scanner&, const Efficiencies&&, const CorrectionOptions&) = delete;

  /// The mean over the frame, which is known only when the events have been read. From here on it is in m.
  void use_live_time(LiveTime live_time) { live_time_ = std::move(live_time); }
  const LiveTime& live_time() const { return live_time_; }

  bool uses_efficiencies() const { return uses_efficiencies_; }
  bool uses_solid_angle() const { return uses_solid_angle_; }
  /// The solid angle is in m, by itself or within the file's efficiencies of pairs, but not in both.
  bool has_solid_angle_once() const;
  /// True if m is absolute, so that an image in annihilations per mm^3 results: calibrated efficiencies and the solid
  /// angle are in it, both once.
  bool is_absolute() const;

  /// m of an event; 0 if the pair cannot be in coincidence.
  float factor(std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b, std::uint32_t window_b) const;
  /// The same where the file states the event's own efficiency, or normalization, whole: it stands for its tables.
  float factor_of_event(float stated, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                        std::uint32_t window_b) const;
  /// Sum of m over all pairs of energy windows: what the sensitivity image needs.
  float factor_over_windows(std::uint32_t crystal_a, std::uint32_t crystal_b) const;
  bool in_coincidence(std::uint32_t crystal_a, std::uint32_t crystal_b) const;

  const Scanner& scanner() const { return scanner_; }
  const Efficiencies& efficiencies() const { return efficiencies_; }

 private:
  float with_geometry(double efficiency, std::uint32_t crystal_a, std::uint32_t window_a, std::uint32_t crystal_b,
                      std::uint32_t window_b) const;

  const Scanner& scanner_;
  const Efficiencies& efficiencies_;
  bool uses_efficiencies_;
  bool uses_solid_angle_;
  LiveTime live_time_;
};

}  // namespace coincide::recon
