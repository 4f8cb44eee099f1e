#include "gui/viewer/image_viewer.h"

#include <QGridLayout>
#include <QTimer>
#include <array>

#include "gui/viewer/plain_slice_view.h"

namespace coincide::gui {

struct ImageViewer::Views {
  std::array<PlainSliceView*, 3> slices{};  ///< by the axis that they are perpendicular to
  QTimer refresh;
};

ImageViewer::ImageViewer(ViewState& state, QWidget* parent) : QWidget(parent), views_(std::make_unique<Views>()) {
  for (int axis = 0; axis < 3; ++axis) {
    views_->slices[static_cast<std::size_t>(axis)] = new PlainSliceView(state, axis);
  }
  auto* layout = new QGridLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(views_->slices[2], 0, 0, 2, 1);
  layout->addWidget(views_->slices[1], 0, 1);
  layout->addWidget(views_->slices[0], 1, 1);
  layout->setColumnStretch(0, 1);
  layout->setColumnStretch(1, 1);

  // Several changes of the state in one turn of the event loop are drawn once.
  views_->refresh.setSingleShot(true);
  connect(&views_->refresh, &QTimer::timeout, this, [this] {
    for (PlainSliceView* slice : views_->slices) {
      slice->refresh();
    }
  });
  state.listen([this] { views_->refresh.start(0); });
}

ImageViewer::~ImageViewer() = default;

void ImageViewer::reset_views() {
  for (PlainSliceView* slice : views_->slices) {
    slice->reset_view();
  }
}

QImage ImageViewer::screenshot() { return grab().toImage(); }

}  // namespace coincide::gui
