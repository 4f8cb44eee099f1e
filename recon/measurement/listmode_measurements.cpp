#include "recon/measurement/listmode_measurements.h"

namespace coincide::recon {

ListmodeMeasurements::ListmodeMeasurements(ListmodeData& data, const Scanner& scanner, bool tof)
    : data_(data),
      scanner_(scanner),
      sizes_(data.subset_sizes()),
      tof_bins_(tof ? scanner.tof_bins_of_model() : std::vector<TofBin>{}) {
  for (int index = 0; index < num_subsets(); ++index) {
    num_lors_ += data.subset(index).size();
  }
}

DataBlock ListmodeMeasurements::subset(int index) const {
  const PromptColumns columns = data_.subset(index);
  return {.lors = data_.lors(index, scanner_, 0, static_cast<std::int64_t>(columns.size())),
          .tof_bin = columns.tof_bin.data(),
          .draw = columns.draw.data(),
          .factor = columns.factor.data(),
          .additive = columns.additive.data()};
}

/// Algorithms ask for it when they have used the subset.
double ListmodeMeasurements::share(int subset) const {
  data_.release();
  return static_cast<double>(sizes_[static_cast<std::size_t>(subset)]) / static_cast<double>(data_.num_prompts());
}

}  // namespace coincide::recon
