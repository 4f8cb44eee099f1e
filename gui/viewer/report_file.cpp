#include "gui/viewer/report_file.h"

#include <QBuffer>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QTextDocument>

#include "gui/viewer/paper.h"
#include "io/atomic_file.h"

namespace coincide::gui {
namespace {

/// Page after page, with its number at the foot.
void print(QTextDocument& document, QPdfWriter& writer) {
  const double ratio = writer.resolution() / 96.0;
  const QSizeF page = QSizeF(writer.pageLayout().paintRectPixels(writer.resolution()).size()) / ratio;
  constexpr double foot = 20;
  const QSizeF room(page.width(), page.height() - foot);
  document.setDocumentMargin(0);
  document.setPageSize(room);
  QPainter painter(&writer);
  painter.scale(ratio, ratio);
  for (int number = 0; number < document.pageCount(); ++number) {
    if (number > 0) {
      writer.newPage();
    }
    painter.save();
    painter.translate(0, -number * room.height());
    document.drawContents(&painter, QRectF(QPointF(0, number * room.height()), room));
    painter.restore();
    painter.setFont(paper_font());
    painter.setPen(paper_palette().color(QPalette::Text));
    painter.drawText(QRectF(QPointF(0, room.height()), QSizeF(room.width(), foot)), Qt::AlignRight | Qt::AlignBottom,
                     QString("%1 / %2").arg(number + 1).arg(document.pageCount()));
  }
}

}  // namespace

std::string picture_source(const QImage& picture) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  picture.save(&buffer, "PNG");
  return "data:image/png;base64," + bytes.toBase64().toStdString();
}

void write_report(const std::filesystem::path& path, const std::string& html) {
  if (path.extension() != ".pdf") {
    io::write_text_file(path, html);
    return;
  }
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setPageMargins(QMarginsF(12, 12, 12, 12), QPageLayout::Millimeter);
  writer.setResolution(300);
  QTextDocument document;
  document.setDefaultFont(paper_font());
  document.setHtml(QString::fromStdString(html));
  writer.setTitle(document.metaInformation(QTextDocument::DocumentTitle));
  print(document, writer);
  buffer.close();
  io::write_text_file(path, std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace coincide::gui
