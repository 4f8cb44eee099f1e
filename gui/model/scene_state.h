#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gui/model/listeners.h"
#include "io/data_checks.h"
#include "recon/efficiencies.h"
#include "recon/image.h"
#include "recon/scanner.h"

namespace coincide::gui {

/// The scanner of a job and the image grid in it.
struct JobGeometry {
  recon::Scanner scanner;
  recon::Efficiencies efficiencies;
  recon::ImageGrid grid;
};

enum class VolumeStyle { hidden, maximum, rendering };
enum class CrystalColours { hidden, by_module, by_counts };

/// What the 3-D view shows of the image and beside it.
struct SceneOptions {
  VolumeStyle volume = VolumeStyle::maximum;
  CrystalColours crystals = CrystalColours::by_module;
  bool events = true;  ///< a sample of the data's LORs, and where TOF puts them
  bool image_box = true;
  bool crosshair = true;
  bool layers = true;                ///< those of the slices
  std::optional<std::uint32_t> fan;  ///< the crystal whose possible partners are shown
  bool operator==(const SceneOptions&) const = default;
};

/// The 3-D view's state; the image itself is ViewState's. Knows no Qt.
class SceneState {
 public:
  /// Either may be null: nothing is known.
  void set_geometry(std::shared_ptr<const JobGeometry> geometry);
  void set_data(std::shared_ptr<const io::DataSummary> data);
  const std::shared_ptr<const JobGeometry>& geometry() const { return geometry_; }
  const std::shared_ptr<const io::DataSummary>& data() const { return data_; }
  /// The data's sample of prompts, if they are of this scanner; else null.
  const recon::EventBlock* sample() const;

  /// A fan of a crystal that the scanner does not have is put away, whichever comes last.
  const SceneOptions& options() const { return options_; }
  void set_options(const SceneOptions& options);

  /// The listener is called after every change, as long as the subscription is kept.
  [[nodiscard]] Subscription listen(std::function<void()> listener) { return listeners_.add(std::move(listener)); }

 private:
  std::shared_ptr<const JobGeometry> geometry_;
  std::shared_ptr<const io::DataSummary> data_;
  SceneOptions options_;
  Listeners listeners_;
};

/// The crystals that may be in coincidence with one crystal, at most `most` of them, evenly chosen.
std::vector<std::uint32_t> fan_of(const JobGeometry& geometry, std::uint32_t crystal, std::size_t most);

/// Where the middle of its TOF bin puts an event of the sample [mm].
recon::Vec3 place_of(const recon::Scanner& scanner, const recon::EventBlock& sample, std::size_t event);

}  // namespace coincide::gui
