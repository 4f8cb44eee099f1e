// No text of the window is cut, whatever its size, language and font: all that is in sight is walked over.

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QScopeGuard>
#include <QTabBar>
#include <QTabWidget>
#include <QtTest>

#include "gui/driven_window.h"
#include "gui/panel_support.h"
#include "gui/panels/big_button.h"
#include "gui/panels/language.h"
#include "gui/panels/roi_table.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/elided_label.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/slice_overlay.h"
#include "gui/viewer/slice_view.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

/// Where it belongs, all of the widget's parents show it.
bool is_in_sight(const QWidget& widget) { return widget.isVisible() && !widget.visibleRegion().isEmpty(); }

/// Has a smaller place than it asks for.
bool is_cut(const QLabel& label) {
  if (label.text().isEmpty() || dynamic_cast<const ElidedLabel*>(&label) != nullptr) {
    return false;  // the latter says so itself, and has all of it in its tip
  }
  const QSize needed = label.sizeHint();
  return label.wordWrap() ? label.height() < label.heightForWidth(label.width())
                          : label.width() < needed.width() || label.height() < needed.height();
}

bool is_cut(const QAbstractButton& button) {
  if (const auto* big = dynamic_cast<const BigButton*>(&button)) {
    return big->hasHeightForWidth() && big->height() < big->heightForWidth(big->width());
  }
  return !button.text().isEmpty() && button.width() < button.minimumSizeHint().width();
}

/// Something is written over the edge of the picture: nothing of a chart belongs there.
bool is_cut(ChartView& chart) {
  const QImage picture = chart.grab().toImage();
  const int frame = static_cast<int>(3 * picture.devicePixelRatio());  // of the focus
  const QRect inside = picture.rect().adjusted(frame, frame, -frame, -frame);
  const QRgb ground = picture.pixel(inside.topLeft());
  for (int y = inside.top(); y <= inside.bottom(); ++y) {
    const bool is_end = y == inside.top() || y == inside.bottom();
    for (int x = inside.left(); x <= inside.right(); x += is_end ? 1 : inside.width() - 1) {
      if (picture.pixel(x, y) != ground) {
        return true;
      }
    }
  }
  return false;
}

bool is_cut(const SliceView& slice) {
  const QFontMetrics metrics = slice.fontMetrics();
  return metrics.horizontalAdvance(slice.titles().back()) > SliceOverlay::title_room(slice.width(), metrics);
}

/// A tab whose name is shortened.
bool is_cut(const QTabBar& tabs) {
  for (int tab = 0; tab < tabs.count(); ++tab) {
    if (tabs.tabRect(tab).width() < tabs.fontMetrics().horizontalAdvance(tabs.tabText(tab).remove('&')) + 8) {
      return true;
    }
  }
  return false;
}

template <class Widget>
void add_cut(const QWidget& window, QStringList& cut) {
  for (Widget* widget : window.findChildren<Widget*>()) {
    if (is_in_sight(*widget) && is_cut(*widget)) {
      QString text = widget->accessibleName() + " " + widget->objectName();
      if constexpr (requires { widget->text(); }) {
        text += " " + widget->text();
      }
      cut << QString("%1: %2 (%3 x %4)")
                 .arg(widget->metaObject()->className(), text)
                 .arg(widget->width())
                 .arg(widget->height());
    }
  }
}

}  // namespace

class CutTextTest : public tests::DrivenWindow {
  Q_OBJECT

  /// A run gives its image and figures of usual size at once.
  static Services services() {
    Services services = app::make_window_services();
    services.run_job = [](const io::Job& job, recon::Reporter& reporter) {
      for (int iteration = 1; iteration <= 8; ++iteration) {
        recon::IterationFigures figures;
        figures.iteration = iteration;
        figures.log_likelihood = -2.06e6 / (1 + 0.1 * iteration);
        figures.expected_counts = 1.2e6;
        reporter.figures(figures);
      }
      return RunOutcome{.image = tests::test_image(), .stopped = false, .folder = job.output.folder, .files = {}};
    };
    return services;
  }
  QStringList cut() const {
    QStringList texts;
    add_cut<QLabel>(*window_, texts);
    add_cut<QAbstractButton>(*window_, texts);
    add_cut<QTabBar>(*window_, texts);
    if (window_->findChild<SliceView*>("axial")->isVisible()) {
      add_cut<SliceView>(*window_, texts);
    }
    if (opengl_problem().isEmpty()) {
      add_cut<ChartView>(*window_, texts);
    }
    return texts;
  }
  void all_is_whole(const char* where) {
    QStringList texts;
    const bool is_whole = QTest::qWaitFor([&] { return (texts = cut()).isEmpty(); }, 3000);  // layouts settle
    QVERIFY2(is_whole, qPrintable(QString(where) + ": " + texts.join("; ")));
  }

 private slots:
  void cleanup() { close_window(); }

  void no_text_is_cut_data() {
    QTest::addColumn<QString>("language");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("font");
    QTest::newRow("usual") << "en" << QSize(1280, 800) << 1.0;
    QTest::newRow("small") << "en" << QSize(960, 540) << 1.0;
    QTest::newRow("German") << "de" << QSize(960, 640) << 1.0;
    QTest::newRow("large letters") << "de" << QSize(1280, 800) << 1.3;
  }
  void no_text_is_cut() {
    QFETCH(QString, language);
    QFETCH(QSize, size);
    QFETCH(double, font);
    const QFont before = QApplication::font();
    const auto restore = qScopeGuard([&] {
      apply_language("en");
      QApplication::setFont(before);
    });
    apply_language(language);
    QFont larger = before;
    larger.setPointSizeF(font * larger.pointSizeF());
    QApplication::setFont(larger);
    QSettings().clear();
    make_window(services());
    window_->resize(size);
    all_is_whole("start");
    write_job("cut.toml", 3, 0.2);
    open("cut.toml");
    all_is_whole("job");
    trigger("mode_data");
    all_is_whole("data");
    trigger("run");
    QTRY_VERIFY_WITH_TIMEOUT(is_over(), tests::patience_ms);
    QCOMPARE(runs()->chosen_run()->error, std::string());
    auto* side = window_->findChild<QTabWidget*>("side");
    if (!side->isVisible()) {
      trigger("shows_side");
    }
    window_->findChild<RoiTable*>()->add(RoiShape::sphere);
    for (const char* what : {"result", "compared"}) {
      for (int tab = 0; tab < side->count(); ++tab) {
        side->setCurrentIndex(tab);
        all_is_whole(qPrintable(QString("%1, %2").arg(what, side->tabText(tab))));
      }
      trigger("compare");
    }
  }
};

COINCIDE_TEST_CLASS(CutTextTest)
#include "cut_text_test.moc"
