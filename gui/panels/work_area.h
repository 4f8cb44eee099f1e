#pragma once

#include <QSplitter>
#include <array>

class QSettings;

namespace coincide::gui {

/// What the window is used for now.
enum class Mode { data, job, result };

/// The parts of the window beside each other. What a mode does not need is not there: data and job have their panel
/// beside the views, the result has the runs at the left and the side panel at the right, which fold away. A narrow
/// window begins with both folded, and has its own choice of it.
class WorkArea : public QSplitter {
  Q_OBJECT

 public:
  struct Parts {
    QWidget *data, *job, *runs, *viewer, *side;
  };
  explicit WorkArea(const Parts& parts, QWidget* parent = nullptr);

  void set_mode(Mode mode);
  Mode mode() const { return mode_; }
  bool shows_runs() const { return fold().runs; }
  bool shows_side() const { return fold().side; }
  /// In the mode of results; kept for it in the others.
  void show_runs(bool shown);
  void show_side(bool shown);

  /// Widths and folds as a new window has them.
  void restore_default();
  void save(QSettings& settings) const;
  void restore(const QSettings& settings);

 signals:
  /// Other parts are shown.
  void rearranged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  /// What is shown beside the views of a result.
  struct Fold {
    bool runs, side;
  };
  static constexpr std::array<Fold, 2> new_folds{{{true, true}, {false, false}}};  ///< in a wide window, a narrow one

  Fold& fold() { return folds_[is_narrow_ ? 1 : 0]; }
  const Fold& fold() const { return folds_[is_narrow_ ? 1 : 0]; }
  bool is_shown(int part) const;
  int default_width(int part) const;
  void arrange();
  void note_widths();

  Mode mode_ = Mode::result;
  bool is_narrow_ = false;
  std::array<Fold, 2> folds_ = new_folds;
  std::array<int, 5> widths_{};  ///< as the user has drawn them; 0: not yet
};

}  // namespace coincide::gui
