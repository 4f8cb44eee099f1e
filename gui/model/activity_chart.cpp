#include "gui/model/activity_chart.h"

#include <algorithm>
#include <limits>

#include "gui/model/translated.h"

namespace coincide::gui {

namespace {

/// Gates take turns: none begins after the one before it has ended.
bool follow_each_other(const Frames& frames) {
  constexpr double part_of_frame = 1e-3;  // files round
  double end_s = -std::numeric_limits<double>::infinity();
  return std::ranges::all_of(frames, [&end_s](const std::shared_ptr<const recon::Image>& frame) {
    const double before_s = end_s - part_of_frame * frame->frame_duration_s;
    end_s = frame->frame_start_s + frame->frame_duration_s;
    return frame->frame_duration_s > 0 && frame->frame_start_s >= before_s;
  });
}

}  // namespace

Chart activity_chart(const Frames& frames, const std::vector<Roi>& rois, const ValueScale& scale) {
  const bool has_times = follow_each_other(frames);
  Chart chart{.title = translated("Activity in the regions"),
              .x_label = has_times ? translated("time (s)") : translated("frame or gate"),
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
