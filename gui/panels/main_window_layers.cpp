#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStatusBar>

#include "gui/model/job_images.h"
#include "gui/panels/layer_panel.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/run_panel.h"
#include "io/itk_transform.h"
#include "projectors/error.h"
#include "recon/motion/registration_of_pose.h"

namespace coincide::gui {
namespace {

constexpr int message_ms = 8000;

}  // namespace

void MainWindow::Parts::add_layer(Layer layer) {
  std::vector<Layer> all = view.layers();
  all.push_back(std::move(layer));
  view.set_layers(std::move(all));
}

/// What there is to be laid over the image: the attenuation map of its job, images of files, those of other runs.
void MainWindow::Parts::fill_layer_menu() {
  QMenu& menu = layers->add_menu();
  menu.clear();
  const std::shared_ptr<const Run> looked_at = runs->chosen_run();
  for (const JobImage& image : job_images(looked_at ? looked_at->job : document.job())) {
    const bool is_map = image.setting == "corrections.attenuation";  // a phantom has one without a file
    if (is_map || !image.file.empty()) {
      menu.addAction(is_map ? tr("The job's &attenuation map") : tr("The job's %1").arg(image.name.c_str()), this,
                     [this, setting = image.setting] { add_job_layer(setting); })
          ->setObjectName(is_map ? "add_attenuation" : "");
    }
  }
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
        if (run->record && !run->job.in_parts()) {  // that file has the frames, this is their mean
          layer.source.file = layer.source.image = image_file_of(*run);
        }
        add_layer(std::move(layer));
      });
    }
  }
}

/// Of the run that is looked at, else of the job in the form. It may have to be read: that takes a while.
void MainWindow::Parts::add_job_layer(const std::string& setting) {
  const std::shared_ptr<const Run> run = runs->chosen_run();
  LayerSource source{.file = document.file(), .setting = setting};
  if (run) {
    source.file = run->record ? record_file_of(*run) : std::filesystem::path();
  }
  layer_task.request([make = services.job_image, job = run ? run->job : document.job(),
                      source = std::move(source)](const recon::Reporter&) {
    const JobImage image = job_image(job, source.setting);
    Layer layer = layer_of(image.name, make(job, source.setting));
    layer.colour_map = "viridis";
    layer.place = image.place;
    layer.source = source;
    layer.source.image = image.file;
    return std::make_shared<const Layer>(std::move(layer));
  });
}

void MainWindow::Parts::keep_layer_in_job(const QString& setting) {
  const auto row = static_cast<std::size_t>(layers->chosen_row());
  attempt(tr("The layer cannot be kept in the job"), [&] {
    const std::string before = io::job_text(document.job());
    keep_in_job(document, view.layers().at(row), setting.toStdString());
    kept_ = {.after_steps = view.undo_steps(), .job_before = before, .job_after = io::job_text(document.job())};
    show_undo();
    window.statusBar()->showMessage(tr("%1 of the job is that image now, at that place.").arg(setting), message_ms);
  });
}

void MainWindow::Parts::open_layer(const QString& path) {
  layer_task.request(
      [file = std::filesystem::path(QFileInfo(path).absoluteFilePath().toStdString())](const recon::Reporter&) {
        return std::make_shared<const Layer>(layer_of(gui::open_image(file), 0));
      });
}

void MainWindow::Parts::ask_for_registration() {
  const QString path =
      QFileDialog::getOpenFileName(&window, tr("Open a registration of the layer"), {},
                                   tr("Transforms of ITK (*.tfm *.txt *.mat *.h5 *.hdf5);;All files (*)"));
  if (!path.isEmpty()) {
    open_registration(path);
  }
}

/// The fixed image is the one that is shown, the layer the moving one.
void MainWindow::Parts::open_registration(const QString& path) {
  attempt(tr("This registration cannot be used"), [&] {
    const recon::Pose pose = io::read_itk_transform(path.toStdString());
    const int row = layers->chosen_row();
    if (row < 0) {
      throw InputError(
          "A registration moves a layer: open the fixed image, add the moving one over it in the tab Layers, then open "
          "the registration again.");
    }
    std::vector<Layer> all = view.layers();
    Layer& layer = all.at(static_cast<std::size_t>(row));
    layer.place = recon::registration_of(pose, middle_of(layer));
    const QString name = QString::fromStdString(layer.name);
    view.set_layers(std::move(all));
    window.statusBar()->showMessage(tr("%1 lies where %2 has it.").arg(name, QFileInfo(path).fileName()), message_ms);
  });
}

void MainWindow::Parts::ask_where_to_save_registration() {
  const QString path = QFileDialog::getSaveFileName(&window, tr("Save the registration of the layer"),
                                                    "layer_to_image.tfm", tr("Transforms of ITK (*.tfm *.txt)"));
  if (!path.isEmpty()) {
    save_registration(path);
  }
}

void MainWindow::Parts::save_registration(const QString& path) {
  attempt(tr("The registration cannot be saved"), [&] {
    const int row = layers->chosen_row();
    if (row < 0) {
      throw InputError("There is no layer whose place could be saved: add one in the tab Layers.");
    }
    const Layer& layer = view.layers().at(static_cast<std::size_t>(row));
    io::write_itk_transform(path.toStdString(), recon::pose_of(layer.place, middle_of(layer)));
    window.statusBar()->showMessage(tr("Saved %1").arg(path), message_ms);
  });
}

}  // namespace coincide::gui
