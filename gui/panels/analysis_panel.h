#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "gui/model/profile.h"
#include "gui/model/roi.h"
#include "gui/model/view_state.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QStackedWidget;

namespace coincide::gui {

class ChartView;

/// Profiles through the image and histograms of it or of a region, in the image that is shown; regions over its frames.
/// Follows image, crosshair and drawn line while it is visible, and does nothing while it is not.
class AnalysisPanel : public QWidget {
  Q_OBJECT

 public:
  enum class First { profile, histogram };
  /// `first` is what it begins with; the one that begins with profiles turns to a line that is drawn.
  explicit AnalysisPanel(ViewState& state, First first = First::profile, QWidget* parent = nullptr);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  /// What a chart is made of: while it stays the same, the chart does.
  struct Drawn {
    int item = 0;
    std::weak_ptr<const recon::Image> image;  ///< weak: a hidden panel must not keep an old image in memory
    std::weak_ptr<const recon::Image> other;  ///< of a comparison
    std::string caption;
    std::optional<ProfileLine> line;
    std::optional<Roi> roi;
    std::vector<Roi> rois;
    bool logarithm, zeros;  ///< of histograms

    bool operator==(const Drawn& other) const;
  };

  QWidget* make_choice();
  QWidget* make_page();
  void refresh();
  void list_rois();
  void choose(int item);
  int chosen_item() const;
  void schedule();
  void update_chart();
  Drawn wanted() const;
  void show_activity();
  void show_profile(const ProfileLine& line);
  void show_chart(Chart chart);
  void show_sentence(const QString& sentence);

  ViewState& state_;
  First first_;
  std::vector<Roi> rois_;  ///< those that can be chosen
  std::optional<ProfileLine> drawn_line_;
  std::optional<Drawn> shown_;
  QTimer timer_;
  QElapsedTimer since_update_;
  QComboBox* items_;
  QStackedWidget* pages_;
  QCheckBox *logarithm_, *zeros_;
  ChartView* chart_;
  QLabel* width_;
  QLabel* sentence_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
