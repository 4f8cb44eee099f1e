#pragma once

#include <QIcon>
#include <QImage>
#include <optional>

#include "gui/model/comparison.h"

namespace coincide::gui {

/// The values in the colours of a scale, no_number in one that no map has; where there is nothing (not a number) the
/// first one, or the one given.
QImage slice_image(const recon::Slice& slice, const ColourScale& scale, std::optional<QRgb> nothing = {});

/// The axial slice through the middle in true proportions, in the middle of `size`.
QIcon thumbnail(const recon::Image& image, const QSize& size);

}  // namespace coincide::gui
