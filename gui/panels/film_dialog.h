#pragma once

#include <QDialog>
#include <QTimer>
#include <functional>
#include <memory>

#include "gui/model/view_state.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace coincide::gui {

class FilmFile;
class ImageViewer;

/// Images that follow each other, iterations or frames, and how one of them is shown.
struct FilmSteps {
  QString what;  ///< "Frame"
  int count = 0, shown = 0;
  std::function<void(int)> show = {};
};

/// Asks what is to move, the 3-D view, the slices or, in one view or all, the frames, and saves it as a film. Leaves
/// the views as they were.
class FilmDialog : public QDialog {
  Q_OBJECT

 public:
  /// `file` names what is shown. State and viewer, which have an image, outlive this.
  FilmDialog(ViewState& state, ImageViewer& viewer, FilmSteps steps, const QString& file, QWidget* parent = nullptr);
  ~FilmDialog() override;

  /// As FilmFile takes it; picture by picture while the window goes on. An error becomes a dialog.
  void save(const QString& path);
  bool is_saving() const { return film_ != nullptr; }

 signals:
  /// The files of a film; empty: it was stopped, or could not be written.
  void saved(const QStringList& files);

 private:
  enum class What { turn, slices, steps };
  QWidget* make_form();
  What what() const;
  void show_choices();
  int count() const;
  void go_to(int picture);
  QImage picture();
  void add_next();
  bool has_scene() const;
  void end(const QStringList& files, const QString& problem);
  void ask_and_save();
  void reject() override;

  ViewState& state_;
  ImageViewer& viewer_;
  FilmSteps steps_;
  QString file_;
  QComboBox *what_, *view_;
  QSpinBox *width_, *per_second_, *per_turn_;
  QLabel* length_;
  QProgressBar* progress_;
  QPushButton* save_;
  QTimer next_;
  std::unique_ptr<FilmFile> film_;  ///< the one that is being made
  int done_ = 0;
  bool is_there_ = false;  ///< the views show what the next picture is of, or soon will
  std::array<std::int64_t, 3> cursor_before_{};
};

}  // namespace coincide::gui
