#pragma once

#include <QAbstractButton>
#include <QLineEdit>
#include <QWidget>
#include <QtTest>
#include <cmath>
#include <memory>

#include "recon/image.h"

namespace coincide::tests {

/// The button of that text, without the mark of its letter; null if there is none.
inline QAbstractButton* button_of(const QWidget& widget, const QString& text) {
  for (auto* button : widget.findChildren<QAbstractButton*>()) {
    if (button->text().remove('&') == text) {
      return button;
    }
  }
  return nullptr;
}

/// Types a text in place of the present one and leaves the line.
inline void type(QWidget* editor, const QString& text) {
  auto* line = qobject_cast<QLineEdit*>(editor);
  line->selectAll();
  QTest::keyClicks(line, text);
  QTest::keyClick(line, Qt::Key_Return);
}

/// 20 x 22 x 24 voxels of 2 x 3 x 4 mm around (5, 0, -7) mm, with values up to 1900 * factor.
inline std::shared_ptr<recon::Image> test_image(double factor = 1) {
  auto image = std::make_shared<recon::Image>(recon::centred_grid({20, 22, 24}, {2, 3, 4}, {5, 0, -7}), 0.F, "Bq/mL");
  for (std::size_t i = 0; i < image->values.size(); ++i) {
    image->values[i] = static_cast<float>(factor * (1000 + 900 * std::sin(0.37 * static_cast<double>(i))));
  }
  return image;
}

}  // namespace coincide::tests
