#include <QDateTime>
#include <QFileDialog>
#include <QStatusBar>

#include "gui/model/report.h"
#include "gui/panels/film_dialog.h"
#include "gui/panels/main_window_parts.h"
#include "gui/panels/picture_dialog.h"
#include "gui/panels/run_panel.h"
#include "gui/viewer/chart_picture.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/report_file.h"
#include "io/bids_frames.h"
#include "io/figure_table.h"
#include "io/image_file.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

constexpr int message_ms = 5000;

/// How an image file was made, where the file beside it tells.
std::shared_ptr<const io::Provenance> record_beside(const std::filesystem::path& image) {
  try {
    return std::make_shared<const io::Provenance>(io::read_provenance(io::side_file(image)));
  } catch (const FileError&) {
    return nullptr;
  }
}

/// The figures of merit that --analyse has left beside an image: "scan_nema-iq.csv" of scan.nii.gz.
std::vector<std::vector<std::vector<std::string>>> figures_beside(const std::filesystem::path& image) {
  const std::string begin = io::side_file(image).stem().string() + "_";
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(image.parent_path(), error)) {
    const std::string name = entry.path().stem().string();
    if (entry.is_regular_file(error) && entry.path().extension() == ".csv" && name.starts_with(begin) &&
        name.find('_', begin.size()) == name.npos) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  std::vector<std::vector<std::vector<std::string>>> tables;
  for (const std::filesystem::path& file : files) {
    auto table = io::read_figures_csv(file);
    if (!table.empty() && table.front() == std::vector<std::string>{"figure", "of", "value", "unit"}) {
      tables.push_back(std::move(table));
    }
  }
  return tables;
}

void add_chart(const Chart& chart, Report& report) {
  constexpr QSize points(335, 185);
  constexpr double dots_per_inch = 200;
  if (const QImage picture = chart_picture(chart, points, dots_per_inch); !picture.isNull()) {
    report.charts.push_back({picture_source(picture), points.width() * 25.4 / 96, chart.title});
  }
}

}  // namespace

void MainWindow::Parts::save_shown_image() {
  QStringList endings;
  for (const std::string& suffix : io::image_suffixes()) {
    endings << "*." + QString::fromStdString(suffix);
  }
  const QString path = QFileDialog::getSaveFileName(&window, tr("Save the image"),
                                                    QString::fromStdString(view.subject().file) + ".nii.gz",
                                                    tr("Images, by their ending (%1)").arg(endings.join(' ')));
  if (!path.isEmpty() &&
      attempt(tr("The image cannot be saved"), [&] { io::write_image(path.toStdString(), *view.measured_image()); })) {
    window.statusBar()->showMessage(tr("Saved %1").arg(path), message_ms);
  }
}

/// The picture of one view, or of all, in a size that is asked for.
void MainWindow::Parts::save_picture(const QString& view_name) {
  if (!view.has_image()) {  // the scanner and its events, as they are seen
    const QString path = QFileDialog::getSaveFileName(&window, tr("Save a picture"),
                                                      QString::fromStdString(view.subject().file) + "_views.png",
                                                      tr("Pictures (*.png)"));
    if (!path.isEmpty() && !viewer->screenshot(view_name).save(path)) {
      show_error(tr("The picture cannot be saved"), tr("%1 cannot be written. Choose another folder.").arg(path));
    }
    return;
  }
  auto* dialog = new PictureDialog(*viewer, view_name, QString::fromStdString(view.subject().file), &window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

/// Of the 3-D view, the slices, or the iterations or frames that the slider has.
void MainWindow::Parts::save_film() {
  const Steps shown = steps_shown();
  FilmSteps steps{.what = shown.what, .count = shown.played, .shown = shown.shown, .show = [this](int step) {
                    choose_step(static_cast<std::size_t>(step));
                  }};
  auto* dialog = new FilmDialog(view, *viewer, std::move(steps), QString::fromStdString(view.subject().file), &window);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &FilmDialog::saved, this, [this](const QStringList& files) {
    if (!files.isEmpty()) {
      window.statusBar()->showMessage(tr("Written: %1").arg(files.last()), message_ms);
    }
  });
  dialog->open();
}

/// All that is known of what is shown: as its record, its regions and the views have it.
Report MainWindow::Parts::report_of_shown() {
  constexpr double width_mm = 180, dots_per_inch = 200;
  Report report{.title = view.subject().name,
                .made = QDateTime::currentDateTime().toString("yyyy-MM-dd hh:mm").toStdString(),
                .program = "Coincide " + services.version,
                .image = view.image(),
                .regions = view.rois()};
  const ViewPicture picture = viewer->picture({}, width_mm, false);
  report.pictures = {{picture_source(picture.image(dots_per_inch, viewer->scene_picture())), width_mm,
                      viewer->caption().toStdString()}};
  if (const std::shared_ptr<const OpenedImage> file = images.chosen()) {
    report.record = record_beside(file->path);
    report.figures = figures_beside(file->path);
  } else if (const std::shared_ptr<const Run> shown = runs->chosen_run()) {
    report.record = shown->record;
    report.note = shown->note;
    report.figures = figures_beside(shown->folder / (shown->job.result_name() + "." + shown->job.output.format));
  }
  if (view.comparison()) {
    report.other = other_.run ? other_.run->record : other_.file ? record_beside(other_.file->path) : nullptr;
  }
  if (report.record) {
    const Run as_recorded = recorded_run(report.record);
    add_chart(figure_chart(as_recorded, figure_curves().front()), report);
    add_chart(tof_profile_chart(as_recorded), report);
  }
  return report;
}

void MainWindow::Parts::write_report_to(const QString& path) {
  const bool is_written = attempt(tr("The report cannot be written"),
                                  [&] { gui::write_report(path.toStdString(), report_html(report_of_shown())); });
  if (is_written) {
    window.statusBar()->showMessage(tr("Written: %1").arg(path), message_ms);
  }
}

void MainWindow::Parts::ask_for_report() {
  const QString path = QFileDialog::getSaveFileName(&window, tr("Save a report of what is shown"),
                                                    QString::fromStdString(view.subject().file) + "_report.pdf",
                                                    tr("PDF on A4 (*.pdf);;Page for a browser (*.html)"));
  if (!path.isEmpty()) {
    write_report_to(path);
  }
}

}  // namespace coincide::gui
