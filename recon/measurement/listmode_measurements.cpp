#include "recon/measurement/listmode_measurements.h"

namespace coincide::recon {

ListmodeMeasurements::ListmodeMeasurements(ListmodeData& data, const Scanner& scanner, bool tof)
    : data_(data), scanner_(scanner), tof_bins_(tof ? scanner.tof_bins_of_model() : std::vector<TofBin>{}) {}

DataBlock ListmodeMeasurements::subset(int index) const {
  const PromptColumns columns = data_.subset(index);
  return {.lors = data_.lors(index, scanner_, 0, static_cast<std::int64_t>(columns.size())),
          .tof_bin = columns.tof_bin.data(),
          .factor = columns.factor.data(),
          .additive = columns.additive.data()};
}

double ListmodeMeasurements::share(int subset) const {
  return static_cast<double>(data_.subset(subset).size()) / static_cast<double>(data_.num_prompts());
}

}  // namespace coincide::recon
