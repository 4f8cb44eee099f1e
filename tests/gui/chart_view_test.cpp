// Charts, colour bars and themes: what is drawn is where the numbers say, and can be read.

#include <QApplication>
#include <QWheelEvent>
#include <QtTest>
#include <cmath>
#include <map>

#include "gui/model/contrast.h"
#include "gui/panels/detector_map_view.h"
#include "gui/panels/theme.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/opengl.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

const Chart rising{"rising", "x (mm)", "y (1)", Chart::Style::line, {{"line", {0, 1, 2}, {0, 1, 4}}}};

bool is_line(const QColor& c) { return c.blue() > c.red() + 80 && c.blue() > 120; }

std::array<double, 3> rgb(const QColor& colour) { return {colour.redF(), colour.greenF(), colour.blueF()}; }

/// As it is seen over the ground.
QColor blended(const QColor& over, const QColor& ground) {
  const auto mix = [&](float a, float b) { return over.alphaF() * a + (1 - over.alphaF()) * b; };
  return QColor::fromRgbF(mix(over.redF(), ground.redF()), mix(over.greenF(), ground.greenF()),
                          mix(over.blueF(), ground.blueF()));
}

}  // namespace

class ChartViewTest : public QObject {
  Q_OBJECT

 private slots:
  void chart_is_drawn_where_its_numbers_are() {
    ChartView view;
    view.resize(400, 300);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view, tests::patience_ms));
    view.show_chart(rising);
    const ChartRange all = view.range();
    QCOMPARE(all.x_low, 0.0);
    QCOMPARE(all.x_high, 2.0);
    QCOMPARE(all.y_low, 0.0);
    QVERIFY(all.y_high > 4 && all.y_high < 4.5);
    if (!opengl_problem().isEmpty()) {
      return;  // a sentence stands in its place
    }
    const auto line_at = [&](double x, double y) {  // within some pixels
      const QImage picture = view.grab().toImage();
      const QRectF area = view.plot_area();
      const QPointF at(area.left() + (x - all.x_low) / (all.x_high - all.x_low) * area.width(),
                       area.bottom() - (y - all.y_low) / (all.y_high - all.y_low) * area.height());
      constexpr int near = 3;
      for (int beside = -near; beside <= near; ++beside) {
        const QPoint pixel = (at * picture.devicePixelRatio()).toPoint() + QPoint(0, beside);
        if (picture.rect().contains(pixel) && is_line(picture.pixelColor(pixel))) {
          return true;
        }
      }
      return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(line_at(0.5, 0.5), tests::patience_ms);
    QVERIFY(line_at(1.5, 2.5));
    QVERIFY(!line_at(1.5, 1.5));
  }

  /// Ticks of counted things are whole, those of a logarithm powers of ten, and no more than fit.
  void ticks_are_round() {
    Chart counts{"counts", "iteration", "n", Chart::Style::line, {{"n", {0, 1, 2, 3}, {1, 10, 100, 1e6}}}};
    counts.whole_x = true;
    counts.log_y = true;
    const ChartTicks x = x_ticks(counts, whole_range(counts), 8);
    QCOMPARE(x.at, (std::vector<double>{0, 1, 2, 3}));
    QCOMPARE(x.text, (std::vector<std::string>{"0", "1", "2", "3"}));
    const ChartTicks y = y_ticks(counts, whole_range(counts), 4);
    QVERIFY(y.at.size() <= 4 && y.at.size() > 1);
    QCOMPARE(y.text.front(), std::string("1"));
    QCOMPARE(y_ticks(counts, whole_range(counts), 10).text.back(), std::string("1e6"));
  }

  /// Counts from a thousand to one, and nought below them.
  void logarithms_make_room_for_small_counts() {
    Chart counts{"counts", "x", "n", Chart::Style::steps, {{"n", {0, 1, 2, 3, 4}, {1000, 10, 1, 0, 0}}}};
    counts.log_y = true;
    const ChartRange range = whole_range(counts);
    QVERIFY(range.y_low < 0 && range.y_low > -1);
    QVERIFY(range.y_high > 3 && range.y_high < 3.5);
  }

  /// Between points, too.
  void legend_hides_least() {
    const auto corner = [](const std::vector<double>& y) {
      const Chart chart{"c", "x", "y", Chart::Style::line, {{"n", {0, 1, 2}, y}}};
      return emptiest_corner(chart, {0, 2, 0, 1}, 0.4, 0.4);
    };
    QCOMPARE(corner({1, 0.5, 0}), ChartCorner::top_right);
    QCOMPARE(corner({0, 0.5, 1}), ChartCorner::top_left);
    QCOMPARE(corner({0.9, 0.9, 0.9}), ChartCorner::bottom_right);
    QCOMPARE(corner({0, 0.9, 0.9}), ChartCorner::bottom_right);
    QCOMPARE(corner({0.9, 0.9, 0}), ChartCorner::bottom_left);
    QCOMPARE(corner({0.5, 0.5, 0.5}), ChartCorner::top_right);
    QCOMPARE(corner({-1, 0.5, 5}), ChartCorner::top_right);  // what is not shown does not count
  }

  void mouse_and_keys_zoom_and_move() {
    if (!opengl_problem().isEmpty()) {
      return;
    }
    ChartView view;
    view.resize(400, 300);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view, tests::patience_ms));
    view.show_chart(rising);
    QTRY_VERIFY_WITH_TIMEOUT(view.plot_area().width() > 100, tests::patience_ms);
    QWidget* inside = view.focusProxy();
    const ChartRange all = view.range();
    const QPointF pointer(250, 120);
    const double about = all.x_low + (pointer.x() - view.plot_area().left()) / view.plot_area().width() * 2;
    QWheelEvent up(pointer, inside->mapToGlobal(pointer), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                   false);
    QCoreApplication::sendEvent(inside, &up);
    QVERIFY(std::abs((view.range().x_high - view.range().x_low) * 1.2 - 2) < 1e-9);
    QVERIFY(std::abs((about - view.range().x_low) * 1.2 - (about - all.x_low)) < 0.02);  // what is below it stays
    view.show_chart(rising);  // another state of the same chart: the choice stays
    QVERIFY(view.range().x_high < all.x_high);
    QTest::keyClick(inside, Qt::Key_Home);
    QCOMPARE(view.range().x_high, all.x_high);
    QTest::keyClick(inside, Qt::Key_Right);
    QVERIFY(std::abs(view.range().x_low - 0.2) < 1e-9);
    Chart other = rising;
    other.title = "another";
    view.show_chart(other);
    QCOMPARE(view.range().x_low, all.x_low);
  }

  /// Also of one with one point, or none.
  void any_chart_can_be_drawn() {
    ChartView view;
    view.resize(160, 110);
    for (const Chart& chart :
         {Chart{}, Chart{.title = "one", .x_label = "x", .y_label = "y", .series = {{"", {3}, {7}}}},
          Chart{.title = "flat", .x_label = "x", .y_label = "y", .series = {{"", {1, 2}, {0, 0}}}},
          Chart{.title = "no number", .x_label = "x", .y_label = "y", .series = {{"", {1, 2}, {NAN, 2}}}}}) {
      view.show_chart(chart);
      QVERIFY(!view.grab().isNull());
      QVERIFY(view.range().x_low < view.range().x_high && view.range().y_low < view.range().y_high);
    }
  }

  /// All that is written, in all themes, at 4.5 : 1 and more.
  void texts_can_be_read() {
    const QPalette before = QApplication::palette();
    for (const QString& theme : theme_names()) {
      apply_theme(theme);
      const QPalette palette = QApplication::palette();
      using Role = QPalette::ColorRole;
      for (const auto& [text, ground] : {std::pair<Role, Role>{QPalette::WindowText, QPalette::Window},
                                         {QPalette::Text, QPalette::Base},
                                         {QPalette::Text, QPalette::AlternateBase},
                                         {QPalette::ButtonText, QPalette::Button},
                                         {QPalette::PlaceholderText, QPalette::Window},
                                         {QPalette::PlaceholderText, QPalette::Base},
                                         {QPalette::HighlightedText, QPalette::Highlight},
                                         {QPalette::ToolTipText, QPalette::ToolTipBase}}) {
        const QColor below = palette.color(ground);
        const double found = contrast(rgb(blended(palette.color(text), below)), rgb(below));
        QVERIFY2(found >= 4.5, qPrintable(QString("%1: %2 on %3: %4").arg(theme).arg(text).arg(ground).arg(found)));
      }
    }
    QApplication::setPalette(before);
  }

  /// A ring of 800 mm around and 100 mm along in a view of any shape: as long as wide, to scale.
  void detector_map_is_in_proportion() {
    DetectorMapView view;
    DetectorMap map;
    map.width = 80;
    map.height = 10;
    map.around_mm = 800;
    map.along_mm = 100;
    map.values.assign(800, 5);
    map.crystal.assign(800, 0);
    for (std::size_t i = 0; i < 800; ++i) {
      map.crystal[i] = static_cast<std::int32_t>(i);
    }
    view.show_map(map);
    for (const QSize& size : {QSize(900, 160), QSize(320, 300)}) {
      view.resize(size);
      // The places where the same pixel of the map answers: as wide as high, for its 10 mm by 10 mm.
      std::map<int, QRect> places;
      for (int y = 0; y < view.height(); ++y) {
        for (int x = 0; x < view.width(); ++x) {
          const std::int64_t crystal = view.crystal_at(QPointF(x + 0.5, y + 0.5));
          if (crystal >= 0) {
            places[static_cast<int>(crystal)] |= QRect(x, y, 1, 1);
          }
        }
      }
      QCOMPARE(places.size(), std::size_t{800});
      const QRect one = places.at(405);
      QVERIFY2(one.width() > 3 && std::abs(one.width() - one.height()) <= 1,
               qPrintable(QString("%1 x %2").arg(one.width()).arg(one.height())));
    }
  }
};

COINCIDE_TEST_CLASS(ChartViewTest)
#include "chart_view_test.moc"
