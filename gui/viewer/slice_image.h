#pragma once

#include <QIcon>
#include <QImage>
#include <string>

#include "recon/image.h"
#include "recon/slice.h"

namespace coincide::gui {

/// The values from `low` to `high` in the colours of a map; what is no number has the first one.
QImage slice_image(const recon::Slice& slice, const std::string& colour_map, double low, double high);

/// The axial slice through the middle in true proportions, in the middle of `size`.
QIcon thumbnail(const recon::Image& image, const QSize& size);

}  // namespace coincide::gui
