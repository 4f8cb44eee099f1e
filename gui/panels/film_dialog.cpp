#include "gui/panels/film_dialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardItemModel>
#include <utility>

#include "gui/panels/form_parts.h"
#include "gui/viewer/film_file.h"
#include "gui/viewer/image_viewer.h"
#include "gui/viewer/opengl.h"

namespace coincide::gui {
FilmDialog::FilmDialog(ViewState& state, ImageViewer& viewer, FilmSteps steps, const QString& file, QWidget* parent)
    : QDialog(parent),
      state_(state),
      viewer_(viewer),
      steps_(std::move(steps)),
      file_(file),
      what_(new QComboBox),
      view_(new QComboBox),
      width_(remembered_box<QSpinBox>("width", "film/width", 160, 3840, 640, tr(" pixels"))),
      per_second_(remembered_box<QSpinBox>("per_second", "film/per_second", 1, 50, 10, tr(" per second"))),
      per_turn_(remembered_box<QSpinBox>("per_turn", "film/per_turn", 4, 720, 60, tr(" in a turn"))),
      length_(new QLabel),
      progress_(new QProgressBar),
      save_(nullptr) {
  setWindowTitle(tr("Film"));
  setObjectName("film_dialog");
  if (opengl_problem().isEmpty()) {
    what_->addItem(tr("the 3-D view turns"), static_cast<int>(What::turn));
  }
  what_->addItem(tr("slice after slice"), static_cast<int>(What::slices));
  if (steps_.count > 1) {
    what_->addItem(tr("%1 after %1").arg(steps_.what.toLower()), static_cast<int>(What::steps));
  }
  what_->setObjectName("what_moves");
  for (const char* name : {"axial", "coronal", "sagittal"}) {
    view_->addItem(tr(name), QString(name));
  }
  if (opengl_problem().isEmpty()) {
    view_->addItem(tr("3-D"), QString("scene"));
  }
  view_->addItem(tr("all of them"), QString());
  view_->setObjectName("film_view");
  auto* rows = new QVBoxLayout(this);
  rows->addWidget(make_form());
  next_.setSingleShot(true);
  connect(&next_, &QTimer::timeout, this, &FilmDialog::add_next);
  for (QComboBox* box : {what_, view_}) {
    connect(box, &QComboBox::currentIndexChanged, this, &FilmDialog::show_choices);
  }
  for (QSpinBox* box : {per_second_, per_turn_}) {
    connect(box, &QSpinBox::valueChanged, this, &FilmDialog::show_choices);
  }
  show_choices();
}

FilmDialog::~FilmDialog() = default;

QWidget* FilmDialog::make_form() {
  auto* form = new QWidget;
  auto* rows = new QFormLayout(form);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->addRow(tr("What &moves"), what_);
  rows->addRow(tr("&View"), view_);
  rows->addRow(tr("&Width"), width_);
  rows->addRow(tr("&Speed"), per_second_);
  rows->addRow(tr("&Pictures"), per_turn_);
  length_->setObjectName("film_length");
  rows->addRow(length_);
  progress_->hide();
  rows->addRow(progress_);
  QDialogButtonBox* buttons = closing_buttons(*this);
  save_ = buttons->addButton(tr("S&ave..."), QDialogButtonBox::ActionRole);
  connect(save_, &QPushButton::clicked, this, &FilmDialog::ask_and_save);
  rows->addRow(buttons);
  return form;
}

FilmDialog::What FilmDialog::what() const { return static_cast<What>(what_->currentData().toInt()); }

void FilmDialog::show_choices() {
  view_->setEnabled(what() != What::turn);
  auto* views = qobject_cast<QStandardItemModel*>(view_->model());
  for (int beyond = 3; beyond < view_->count(); ++beyond) {  // only slices move slice by slice
    views->item(beyond)->setEnabled(what() == What::steps);
  }
  if (!views->item(view_->currentIndex())->isEnabled()) {
    view_->setCurrentIndex(0);
  }
  per_turn_->setEnabled(what() == What::turn);
  length_->setText(tr("%1 pictures, %2 s").arg(count()).arg(1.0 * count() / per_second_->value(), 0, 'f', 1));
}

int FilmDialog::count() const {
  switch (what()) {
    case What::turn:
      return per_turn_->value();
    case What::slices:
      return static_cast<int>(state_.image()->grid.shape[static_cast<std::size_t>(2 - view_->currentIndex())]);
    case What::steps:
      break;
  }
  return steps_.count;
}

/// Shows what that picture is of; a turn goes on by one step.
void FilmDialog::go_to(int picture) {
  switch (what()) {
    case What::turn:
      viewer_.turn_scene(picture == 0 ? 0 : 360.0 / count());
      break;
    case What::slices: {
      std::array<std::int64_t, 3> cursor = cursor_before_;
      cursor[static_cast<std::size_t>(2 - view_->currentIndex())] = picture;
      state_.set_cursor(cursor);
      break;
    }
    case What::steps:
      steps_.show(picture);
  }
}

/// In the pictures.
bool FilmDialog::has_scene() const {
  const QString view = view_->currentData().toString();
  return what() == What::turn || view.isEmpty() || view == "scene";
}

QImage FilmDialog::picture() {
  constexpr double screen_dots_per_inch = 96, mm_per_inch = 25.4;
  const QString view = what() == What::turn ? QString("scene") : view_->currentData().toString();
  return viewer_.picture(view, width_->value() * mm_per_inch / screen_dots_per_inch, false)
      .image(screen_dots_per_inch, viewer_.scene_picture());
}

void FilmDialog::save(const QString& path) {
  try {
    film_ = std::make_unique<FilmFile>(path, per_second_->value());
  } catch (const std::exception& error) {
    end({}, QString::fromUtf8(error.what()));
    return;
  }
  QSettings settings;
  for (const QSpinBox* box : {width_, per_second_, per_turn_}) {
    settings.setValue("film/" + box->objectName(), box->value());
  }
  cursor_before_ = state_.cursor();
  done_ = 0;
  is_there_ = false;
  progress_->setRange(0, count());
  progress_->setValue(0);
  progress_->show();
  save_->setEnabled(false);
  for (QWidget* box : std::initializer_list<QWidget*>{what_, view_, width_, per_second_, per_turn_}) {
    box->setEnabled(false);
  }
  next_.start(0);
}

void FilmDialog::add_next() {
  try {
    if (!std::exchange(is_there_, true)) {
      go_to(done_);
    }
    constexpr int soon_ms = 20;
    if (has_scene() && !viewer_.is_scene_up_to_date()) {
      next_.start(soon_ms);
      return;
    }
    film_->add(picture());
    is_there_ = false;
    progress_->setValue(++done_);
    if (done_ < count()) {
      next_.start(0);
    } else {
      end(film_->finish(), {});
    }
  } catch (const std::exception& error) {
    end({}, QString::fromUtf8(error.what()));
  }
}

/// Everything as it was before.
void FilmDialog::end(const QStringList& files, const QString& problem) {
  next_.stop();
  if (film_ && what() == What::turn) {
    viewer_.turn_scene(-360.0 / count() * std::max(0, done_ - 1));
  } else if (film_ && what() == What::steps) {
    steps_.show(steps_.shown);
  } else if (film_) {
    state_.set_cursor(cursor_before_);
  }
  film_.reset();
  progress_->hide();
  save_->setEnabled(true);
  for (QWidget* box :
       {static_cast<QWidget*>(what_), static_cast<QWidget*>(width_), static_cast<QWidget*>(per_second_)}) {
    box->setEnabled(true);
  }
  show_choices();
  if (!problem.isEmpty()) {
    auto* box = new QMessageBox(QMessageBox::Warning, tr("The film cannot be saved"), problem, QMessageBox::Ok, this);
    box->setObjectName("error_dialog");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
  }
  emit saved(files);
}

void FilmDialog::ask_and_save() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save the film"), file_ + "_film.gif",
                                   tr("Film (*.gif);;A picture per file, NAME_001.png and so on (*.png)"));
  if (!path.isEmpty()) {
    save(path);
  }
}

/// First the film, then the dialog.
void FilmDialog::reject() {
  if (film_) {
    end({}, {});
  } else {
    QDialog::reject();
  }
}

}  // namespace coincide::gui
