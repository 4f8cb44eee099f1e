#include "gui/model/activity_chart.h"

#include <algorithm>

namespace coincide::gui {

Chart activity_chart(const Frames& frames, const std::vector<Roi>& rois, const ValueScale& scale) {
  const bool has_times = std::ranges::all_of(frames, [](const auto& frame) { return frame->frame_duration_s > 0; });
  Chart chart{.title = "Activity in the regions",
              .x_label = has_times ? "time (s)" : "frame",
              .y_label = value_label(scale.unit),
              .style = Chart::Style::line,
              .series = {},
              .whole_x = !has_times};
  for (const Roi& roi : in_scale(rois, 1 / scale.factor)) {
    Chart::Series series{.name = roi.name, .x = {}, .y = {}, .colour = roi.colour};
    for (const std::shared_ptr<const recon::Image>& frame : frames) {
      const RoiFigures figures = measure(roi, *frame);
      if (figures.voxels > 0) {
        const auto number = static_cast<double>(&frame - frames.data() + 1);
        series.x.push_back(has_times ? frame->frame_start_s + 0.5 * frame->frame_duration_s : number);
        series.y.push_back(scale.factor * figures.mean);
      }
    }
    if (!series.x.empty()) {
      chart.series.push_back(std::move(series));
    }
  }
  return chart;
}

}  // namespace coincide::gui
