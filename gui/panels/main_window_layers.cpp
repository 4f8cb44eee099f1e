#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_panel.h"

namespace coincide::gui {

void MainWindow::Parts::add_layer(Layer layer) {
  std::vector<Layer> all = view.layers();
  all.push_back(std::move(layer));
  view.set_layers(std::move(all));
}

/// What there is to be laid over the image: the attenuation map of its job, images of files, those of other runs.
void MainWindow::Parts::fill_layer_menu() {
  QMenu& menu = layers->add_menu();
  menu.clear();
  menu.addAction(tr("The job's &attenuation map"), this, &Parts::add_attenuation_layer)
      ->setObjectName("add_attenuation");
  menu.addAction(tr("From a &file..."), this, [this] {
    const QString path = QFileDialog::getOpenFileName(&window, tr("Open an image as a layer"));
    if (!path.isEmpty()) {
      open_layer(path);
    }
  });
  menu.addSeparator();
  for (const std::shared_ptr<const OpenedImage>& image : images.all()) {
    const std::size_t frame = image == images.chosen() ? images.frame() : 0;
    menu.addAction(QString::fromStdString(subject_of(*image, frame).name), this,
                   [this, image, frame] { add_layer(layer_of(*image, frame)); });
  }
  for (const std::shared_ptr<const Run>& run : runs->runs()) {
    if (run->image) {
      const std::string name = subject_of(*run, KeptImage{}).name;
      menu.addAction(QString::fromStdString(name), this, [this, run, name] {
        Layer layer = layer_of(name, run->image);
        if (run->record) {
          layer.source.file = image_file_of(*run);
        }
        add_layer(std::move(layer));
      });
    }
  }
}

/// Of the run that is looked at, else of the job in the form. It may have to be read and averaged: that takes a while.
void MainWindow::Parts::add_attenuation_layer() {
  const std::shared_ptr<const Run> run = runs->chosen_run();
  LayerSource source{.file = document.file(), .is_attenuation = true};
  if (run) {
    source.file = run->record ? record_file_of(*run) : std::filesystem::path();
  }
  layer_task.request([make = services.job_attenuation, job = run ? run->job : document.job(),
                      source = std::move(source)](const recon::Reporter&) {
    Layer layer = layer_of(tr("attenuation").toStdString(), make(job));
    layer.colour_map = "viridis";
    layer.source = source;
    return std::make_shared<const Layer>(std::move(layer));
  });
}

void MainWindow::Parts::open_layer(const QString& path) {
  layer_task.request(
      [file = std::filesystem::path(QFileInfo(path).absoluteFilePath().toStdString())](const recon::Reporter&) {
        return std::make_shared<const Layer>(layer_of(gui::open_image(file), 0));
      });
}

}  // namespace coincide::gui
