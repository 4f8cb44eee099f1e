#include "gui/panels/start_page.h"

#include <QApplication>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QStyle>
#include <QUrl>
#include <QVBoxLayout>

#include "gui/panels/big_button.h"
#include "gui/viewer/line_icon.h"
#include "gui/viewer/plain_text.h"

namespace coincide::gui {
namespace {

constexpr int max_recent_files = 6;

QLabel* heading(const QString& text, double scale) {
  auto* label = new QLabel(text);
  QFont font = label->font();
  font.setPointSizeF(scale * font.pointSizeF());
  font.setBold(true);
  label->setFont(font);
  return label;
}

QLabel* grey_label(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  label->setForegroundRole(QPalette::PlaceholderText);
  return label;
}

BigButton* card(const QString& title, const QString& what, const QString& icon) {
  return new BigButton(BigButton::Look::card, title, what, line_icon(icon));
}

/// The first local file that is dragged; empty: none.
QString dragged_file(const QMimeData& data) {
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) {
      return url.toLocalFile();
    }
  }
  return {};
}

/// The folder as the user names it: below the home folder with ~.
QString folder_text(const QString& path) {
  QString folder = QDir::toNativeSeparators(QFileInfo(path).absolutePath());
  const QString home = QDir::toNativeSeparators(QDir::homePath());
  if (folder == home || folder.startsWith(home + QDir::separator())) {
    folder.replace(0, home.size(), "~");
  }
  return folder;
}

}  // namespace

/// The dashed field that says where files may be dropped; it lights up while one is dragged over the page.
class StartPage::DropHint : public QLabel {
 public:
  DropHint() : QLabel(tr("Drop a job (.toml), measured data or an image here")) {
    setAlignment(Qt::AlignCenter);
    setMinimumHeight(5 * fontMetrics().height());
  }
  void set_active(bool active) {
    active_ = active;
    setForegroundRole(active ? QPalette::HighlightedText : QPalette::WindowText);
    update();
  }

 protected:
  void paintEvent(QPaintEvent* event) override {
    {
      QPainter painter(this);
      painter.setRenderHint(QPainter::Antialiasing);
      painter.setPen(QPen(palette().color(QPalette::PlaceholderText), 1.5, Qt::DashLine));
      painter.setBrush(active_ ? palette().brush(QPalette::Highlight) : QBrush(Qt::NoBrush));
      painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
    }
    QLabel::paintEvent(event);
  }

 private:
  bool active_ = false;
};

StartPage::StartPage(QWidget* parent) : QWidget(parent), recent_(new QVBoxLayout), hint_(new DropHint) {
  setAcceptDrops(true);
  auto* phantom =
      card(tr("&Try the built-in phantom"), tr("A simulated scan, reconstructed while you watch"), "phantom");
  auto* job = card(tr("Open a &job..."), tr("Settings of a reconstruction (.toml)"), "open");
  auto* data =
      card(tr("Open measured &data..."), tr("PETSIRD, CASToR, STIR, Siemens, GATE, tables; for a new job"), "data");
  auto* image = card(tr("Open an &image..."), tr("NIfTI, DICOM, Interfile and more, to measure in"), "picture");
  connect(image, &QAbstractButton::clicked, this, &StartPage::open_image_requested);
  connect(phantom, &QAbstractButton::clicked, this, &StartPage::phantom_requested);
  connect(job, &QAbstractButton::clicked, this, &StartPage::open_job_requested);
  connect(data, &QAbstractButton::clicked, this, &StartPage::open_data_requested);

  auto* start = new QVBoxLayout;
  start->setSpacing(10);
  start->addWidget(heading(tr("Start"), 1.2));
  for (BigButton* button : {phantom, job, data, image}) {
    start->addWidget(button);
  }
  start->addStretch(1);
  auto* recent_column = new QVBoxLayout;
  recent_column->setSpacing(10);
  recent_->setSpacing(2);
  recent_column->addWidget(heading(tr("Recent files"), 1.2));
  recent_column->addLayout(recent_);
  recent_column->addStretch(1);
  auto* columns = new QHBoxLayout;
  columns->setSpacing(40);
  columns->addLayout(start, 1);
  columns->addLayout(recent_column, 1);

  auto* page = new QWidget;
  page->setMaximumWidth(110 * fontMetrics().averageCharWidth() + 200);
  auto* page_layout = new QVBoxLayout(page);
  page_layout->setSpacing(12);
  page_layout->addWidget(heading("Coincide", 2.4));
  page_layout->addWidget(grey_label(tr("From the data of a PET scanner to an image.")));
  page_layout->addSpacing(12);
  page_layout->addLayout(columns);
  page_layout->addSpacing(12);
  page_layout->addWidget(hint_);

  auto* centred = new QHBoxLayout;
  centred->addStretch(1);
  centred->addWidget(page, 20);
  centred->addStretch(1);
  auto* layout = new QVBoxLayout(this);
  layout->addStretch(1);
  layout->addLayout(centred);
  layout->addStretch(2);
  set_recent_files({});
}

void StartPage::set_recent_files(const QStringList& paths) {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    // Later: the list may change while one of these buttons tells that it was clicked.
    item->widget()->hide();
    item->widget()->deleteLater();
    delete item;
  }
  if (paths.isEmpty()) {
    recent_->addWidget(grey_label(tr("Files that you open will be listed here.")));
  }
  int number = 0;
  for (const QString& path : paths.first(std::min<qsizetype>(paths.size(), max_recent_files))) {
    // An ampersand in the name is no mnemonic; the numbers are.
    const QString name = QFileInfo(path).fileName().replace("&", "&&");
    auto* button = new BigButton(BigButton::Look::row, QString("&%1  %2").arg(++number).arg(name), folder_text(path),
                                 line_icon("file"));
    button->set_explanation_is_path();
    button->setToolTip(plain_tip(QDir::toNativeSeparators(path)));
    connect(button, &QAbstractButton::clicked, this, [this, path] { emit file_requested(path); });
    recent_->addWidget(button);
  }
}

void StartPage::dragEnterEvent(QDragEnterEvent* event) {
  if (!dragged_file(*event->mimeData()).isEmpty()) {
    event->acceptProposedAction();
    hint_->set_active(true);
  }
}

void StartPage::dragLeaveEvent(QDragLeaveEvent*) { hint_->set_active(false); }

void StartPage::dropEvent(QDropEvent* event) {
  hint_->set_active(false);
  const QString path = dragged_file(*event->mimeData());
  if (!path.isEmpty()) {
    event->acceptProposedAction();
    emit file_requested(path);
  }
}

}  // namespace coincide::gui
