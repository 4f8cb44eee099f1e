#include "gui/panels/shown_steps.h"

#include <QObject>
#include <utility>

#include "gui/model/part_iteration.h"

namespace coincide::gui {
namespace {

QStringList counted(std::size_t count) {
  QStringList names;
  for (std::size_t i = 1; i <= count; ++i) {
    names << QString::number(i);
  }
  return names;
}

QString name_of(const PartIteration& at, const Run& run) {
  const QString number = QString::number(at.index + 1), iteration = QString::number(at.iteration, 'g', 4);
  return run.job.frames.gates.empty() ? QObject::tr("frame %1, iteration %2").arg(number, iteration)
                                      : QObject::tr("gate %1, iteration %2").arg(number, iteration);
}

}  // namespace

Steps steps_of(const ImageChoice& images) {
  Steps steps{.what = QObject::tr("Iteration"), .names = {}, .shown = static_cast<int>(images.index()), .played = 0};
  if (const Frames parts = images.parts(); !parts.empty()) {
    steps.what = images.run()->job.frames.gates.empty() ? QObject::tr("Frame") : QObject::tr("Gate");
    steps.names = counted(parts.size()) << QObject::tr("mean");
    steps.played = static_cast<int>(parts.size());
    return steps;
  }
  for (const KeptImage& image : images.images()) {
    const auto of_part = part_iteration(*images.run(), image);
    steps.names << (of_part ? name_of(*of_part, *images.run()) : QString::number(image.iteration, 'g', 4));
    steps.what = of_part ? QObject::tr("Step") : steps.what;
  }
  steps.played = static_cast<int>(steps.names.size());
  return steps;
}

Steps steps_of(const OpenedImage& image, std::size_t shown) {
  const auto count = static_cast<int>(image.frames.size());
  return {.what = QObject::tr("Frame"),
          .names = counted(image.frames.size()),
          .shown = static_cast<int>(shown),
          .played = count};
}

std::shared_ptr<const OpenedImage> frames_of(const ImageChoice& images) {
  Frames frames = images.parts();
  if (frames.empty() || !images.run()->job.frames.gates.empty()) {
    return nullptr;
  }
  auto series = std::make_shared<OpenedImage>();
  series->path = image_file_of(*images.run());
  series->frames = std::move(frames);
  series->suv = images.run()->suv;
  return series;
}

}  // namespace coincide::gui
