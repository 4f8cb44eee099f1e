#include "gui/panels/big_button.h"

#include <QKeyEvent>
#include <QStyleOptionFocusRect>
#include <QStylePainter>

namespace coincide::gui {
namespace {

constexpr double corner_radius = 6;

QColor mixed(const QColor& a, const QColor& b, float part_of_b) {
  const auto mix = [part_of_b](float x, float y) { return x + part_of_b * (y - x); };
  return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

}  // namespace

BigButton::BigButton(Look look, const QString& title, const QString& explanation, const QIcon& icon, QWidget* parent)
    : QAbstractButton(parent), look_(look), explanation_(explanation) {
  setText(title);
  setIcon(icon);
  const int icon_edge = (look == Look::card ? 2 : 1) * fontMetrics().height();
  setIconSize({icon_edge, icon_edge});
  setAccessibleDescription(explanation);
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_Hover);
  QSizePolicy policy(QSizePolicy::Expanding, look == Look::card ? QSizePolicy::Minimum : QSizePolicy::Fixed);
  policy.setHeightForWidth(look == Look::card);
  setSizePolicy(policy);
  setCursor(Qt::PointingHandCursor);
}

QFont BigButton::title_font() const {
  QFont title = font();
  if (look_ == Look::card) {
    title.setPointSizeF(1.2 * title.pointSizeF());
    title.setBold(true);
  }
  return title;
}

int BigButton::padding() const { return fontMetrics().height() * (look_ == Look::card ? 3 : 1) / 4; }

QSize BigButton::sizeHint() const {
  const QFontMetrics title(title_font());
  const int text_width = std::max(title.horizontalAdvance(text()), fontMetrics().horizontalAdvance(explanation_));
  return {iconSize().width() + text_width + 3 * padding(), title.height() + fontMetrics().height() + 2 * padding()};
}

/// The explanation of a card takes as many lines as it needs; a row has one.
int BigButton::heightForWidth(int width) const {
  return look_ == Look::card ? 2 * padding() + QFontMetrics(title_font()).height() + explanation_height(width)
                             : sizeHint().height();
}

int BigButton::explanation_height(int width) const {
  constexpr int any_height = 10000;
  const QRect room(0, 0, width - iconSize().width() - 3 * padding(), any_height);
  return fontMetrics().boundingRect(room, Qt::AlignLeft | Qt::TextWordWrap, explanation_).height();
}

QSize BigButton::minimumSizeHint() const { return {12 * fontMetrics().height(), sizeHint().height()}; }

void BigButton::paintEvent(QPaintEvent*) {
  QStylePainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor highlight = palette().color(QPalette::Highlight);
  const QColor ground = palette().color(look_ == Look::card ? QPalette::Base : QPalette::Window);
  const QColor text_colour = palette().color(QPalette::WindowText);
  const float shade = isDown() ? 0.30F : underMouse() ? 0.15F : 0.F;
  if (look_ == Look::card || shade > 0) {
    painter.setBrush(mixed(ground, highlight, shade));
    painter.setPen(look_ == Look::card ? QPen(mixed(ground, text_colour, 0.2F)) : QPen(Qt::NoPen));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), corner_radius, corner_radius);
  }
  if (hasFocus()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(highlight, 2));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), corner_radius, corner_radius);
  }

  const QRect inside = rect().adjusted(padding(), padding(), -padding(), -padding());
  icon().paint(&painter, QRect(inside.topLeft(), QSize(iconSize().width(), inside.height())));
  const QRect texts = inside.adjusted(iconSize().width() + padding(), 0, 0, 0);
  painter.setPen(text_colour);
  painter.setFont(title_font());
  const QFontMetrics metrics = painter.fontMetrics();
  painter.drawText(texts, Qt::AlignLeft | Qt::AlignTop | Qt::TextShowMnemonic,
                   metrics.elidedText(text(), Qt::ElideRight, texts.width(), Qt::TextShowMnemonic));
  painter.setFont(font());
  painter.setPen(mixed(ground, text_colour, 0.65F));
  if (look_ == Look::card) {
    painter.drawText(texts, Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap, explanation_);
  } else {
    painter.drawText(texts, Qt::AlignLeft | Qt::AlignBottom,
                     fontMetrics().elidedText(explanation_, elide_, texts.width()));
  }
}

/// The Enter key too, as on a page of links.
void BigButton::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
    click();
  } else {
    QAbstractButton::keyPressEvent(event);
  }
}

}  // namespace coincide::gui
