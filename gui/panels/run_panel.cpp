#include "gui/panels/run_panel.h"

#include <QLabel>
#include <QListWidget>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

#include "gui/panels/setting_words.h"
#include "gui/viewer/plain_text.h"
#include "gui/viewer/slice_image.h"

namespace coincide::gui {
namespace {

constexpr QSize picture_size{112, 72};

/// The picture over the text, long names cut in the middle.
class RunDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    option->decorationPosition = QStyleOptionViewItem::Top;
    option->decorationAlignment = Qt::AlignCenter;
    option->displayAlignment = Qt::AlignLeft | Qt::AlignVCenter;
    option->textElideMode = Qt::ElideMiddle;
  }
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    constexpr int margin = 10;
    const auto lines = static_cast<int>(index.data().toString().count('\n')) + 1;
    const bool has_picture = !index.data(Qt::DecorationRole).isNull();
    return {picture_size.width(),
            (has_picture ? picture_size.height() : 0) + lines * option.fontMetrics.height() + margin};
  }
};

QListWidget* make_list() {
  auto* list = new QListWidget;
  list->setObjectName("runs");
  list->setAccessibleName(QObject::tr("Runs"));
  list->setToolTip(QObject::tr("The runs of this session; choose one to see its image"));
  list->setItemDelegate(new RunDelegate(list));
  list->setIconSize(picture_size);
  list->setResizeMode(QListView::Adjust);
  list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list->setContextMenuPolicy(Qt::ActionsContextMenu);
  list->setFrameShape(QFrame::NoFrame);
  return list;
}

/// Name; how it stands; how far it is and since when.
QString text_of(const Run& run) {
  return QString("%1 · %2\n%3 · %4\n%5")
      .arg(run.number)
      .arg(QString::fromStdString(run.shown_name()), QString::fromStdString(run_state_name(run.state)),
           QString::fromStdString(clock_text(run.seconds)), QString::fromStdString(extent_text(run)));
}

}  // namespace

struct RunPanel::Parts {
  QListWidget* list = make_list();
  QLabel* nothing = new QLabel(tr("No run yet. Run (F5) makes the image of the job."));
  ImageChoice images;                              ///< of the chosen run
  std::map<int, std::shared_ptr<const Run>> runs;  ///< by number
  std::map<int, std::shared_ptr<const recon::Image>> pictured;

  std::shared_ptr<const Run> run_of(const QListWidgetItem* row) const {
    return row == nullptr ? nullptr : runs.at(row->data(Qt::UserRole).toInt());
  }
  /// The newest is on top.
  int row_number_of(const Run& run) const {
    return static_cast<int>(std::distance(runs.upper_bound(run.number), runs.end()));
  }
  QListWidgetItem* row_of(const Run& run) const { return list->item(row_number_of(run)); }
  void show_row(const Run& run);
};

void RunPanel::Parts::show_row(const Run& run) {
  QListWidgetItem& row = *row_of(run);
  const QString text = text_of(run);
  QString tip = text;
  for (const QString& more : {QString::fromStdString(run.note), shown_text(run.error)}) {
    tip += more.isEmpty() ? QString() : "\n" + more;
  }
  tip = plain_tip(tip);
  if (row.text() != text || row.toolTip() != tip) {
    row.setText(text);
    row.setToolTip(tip);
  }
  if (run.image && pictured[run.number] != run.image) {
    pictured[run.number] = run.image;
    row.setIcon(thumbnail(*run.image, picture_size));
  }
}

RunPanel::RunPanel(QWidget* parent) : QWidget(parent), parts_(std::make_unique<Parts>()) {
  setMinimumWidth(90);
  parts_->nothing->setWordWrap(true);
  parts_->nothing->setAlignment(Qt::AlignTop);
  parts_->nothing->setForegroundRole(QPalette::PlaceholderText);
  parts_->nothing->setContentsMargins(8, 8, 8, 8);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(parts_->nothing, 1);
  layout->addWidget(parts_->list, 1);
  parts_->list->hide();
  connect(parts_->list, &QListWidget::currentItemChanged, this, [this] {
    parts_->images.follow(chosen_run());
    emit run_chosen();
    emit chosen_run_changed();
  });
  // While something else is shown the run is wanted back.
  connect(parts_->list, &QListWidget::itemClicked, this, &RunPanel::run_chosen);
}

RunPanel::~RunPanel() = default;

std::shared_ptr<const Run> RunPanel::chosen_run() const { return parts_->run_of(parts_->list->currentItem()); }

const ImageChoice& RunPanel::images() const { return parts_->images; }

void RunPanel::choose_image(std::size_t index) {
  parts_->images.choose(index);
  emit iteration_chosen();
}

std::vector<std::shared_ptr<const Run>> RunPanel::runs() const {
  std::vector<std::shared_ptr<const Run>> newest_first;
  for (const auto& [number, run] : parts_->runs) {
    newest_first.insert(newest_first.begin(), run);
  }
  return newest_first;
}

void RunPanel::set_menu(const QList<QAction*>& actions) { parts_->list->addActions(actions); }

void RunPanel::choose(const std::shared_ptr<const Run>& run) {
  if (run == nullptr) {
    parts_->list->setCurrentItem(nullptr);
    parts_->list->clearSelection();
    return;
  }
  parts_->list->setCurrentItem(parts_->row_of(*run));
}

void RunPanel::remove_run(int number) {
  const auto found = parts_->runs.find(number);
  if (found == parts_->runs.end()) {
    return;
  }
  {
    const QSignalBlocker quiet(parts_->list);
    delete parts_->list->takeItem(parts_->row_number_of(*found->second));
  }
  parts_->runs.erase(found);
  parts_->pictured.erase(number);
  parts_->list->setVisible(!parts_->runs.empty());
  parts_->nothing->setVisible(parts_->runs.empty());
  parts_->images.follow(chosen_run());
  emit run_chosen();
  emit chosen_run_changed();
}

void RunPanel::show_run(const std::shared_ptr<const Run>& run) {
  const bool is_new = !parts_->runs.contains(run->number);
  parts_->runs[run->number] = run;
  if (is_new) {
    auto* row = new QListWidgetItem;
    row->setData(Qt::UserRole, run->number);
    const QSignalBlocker not_the_user(parts_->list);
    parts_->list->insertItem(parts_->row_number_of(*run), row);
    if (run->state != RunState::waiting) {
      parts_->list->setCurrentItem(row);
    }
    parts_->list->show();
    parts_->nothing->hide();
  }
  parts_->show_row(*run);
  if (chosen_run() == run) {
    parts_->images.follow(run);
    emit chosen_run_changed();
  }
}

}  // namespace coincide::gui
