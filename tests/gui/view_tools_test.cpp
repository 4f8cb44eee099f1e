#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QTableWidget>
#include <QtTest>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/panel_support.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/view_tools.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

using coincide::tests::button_of;
using coincide::tests::test_image;

namespace {

/// A table of commas as (row, column name) -> text; without quotes that hold commas.
QString cell(const QString& csv, qsizetype row, const QString& column) {
  const QStringList rows = csv.split('\n', Qt::SkipEmptyParts);
  return rows.at(row + 1).split(',').at(rows.at(0).split(',').indexOf(column));
}

/// Values of the voxels whose middles are inside, found by a plain loop over the whole image.
template <class Inside>
std::vector<double> values_where(const recon::Image& image, Inside&& inside) {
  std::vector<double> values;
  const auto& grid = image.grid;
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const double x = grid.origin_mm[0] + static_cast<double>(i) * grid.voxel_size_mm[0];
        const double y = grid.origin_mm[1] + static_cast<double>(j) * grid.voxel_size_mm[1];
        const double z = grid.origin_mm[2] + static_cast<double>(k) * grid.voxel_size_mm[2];
        if (inside(x, y, z, image.at(i, j, k))) {
          values.push_back(image.at(i, j, k));
        }
      }
    }
  }
  return values;
}

void compare_row(const QString& csv, qsizetype row, const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-8 * std::abs(b); };
  QCOMPARE(cell(csv, row, "voxels").toLongLong(), static_cast<qlonglong>(values.size()));
  QVERIFY(values.size() > 20);
  QVERIFY(close(cell(csv, row, "volume_ml").toDouble(), count * 2 * 3 * 4 / 1000));
  QVERIFY(close(cell(csv, row, "mean").toDouble(), mean));
  QVERIFY(close(cell(csv, row, "sd").toDouble(), std::sqrt(squares / (count - 1))));
  QVERIFY(close(cell(csv, row, "min").toDouble(), *std::ranges::min_element(values)));
  QVERIFY(close(cell(csv, row, "max").toDouble(), *std::ranges::max_element(values)));
  QCOMPARE(cell(csv, row, "unit"), QString("Bq/mL"));
}

}  // namespace

class ViewToolsTest : public QObject {
  Q_OBJECT

 private slots:
  void window_and_colours_reach_the_view();
  void fit_a_narrow_panel();
  void roi_figures_equal_those_of_the_array();
  void roi_figures_follow_the_image();
  void rois_are_edited_in_the_table();
  void typed_values_outlive_the_tools();
};

void ViewToolsTest::window_and_colours_reach_the_view() {
  ViewState state;
  ViewTools tools(state);
  state.set_image(test_image());
  auto* low = tools.findChild<QDoubleSpinBox*>("image_low");
  auto* high = tools.findChild<QDoubleSpinBox*>("image_high");
  QCOMPARE(high->value(), state.window_high());
  high->selectAll();
  QTest::keyClicks(high, "2.5e6");
  QTest::keyClick(high, Qt::Key_Return);
  QCOMPARE(state.window_high(), 2.5e6);
  low->setValue(3e6);  // past the other end, which goes along
  QCOMPARE(state.window_low(), 3e6);
  QCOMPARE(state.window_high(), 5.5e6);
  QCOMPARE(high->value(), 5.5e6);
  button_of(tools, "Automatic")->click();
  QCOMPARE(low->value(), state.window_low());
  QCOMPARE(state.window_low(), 0.0);
  QVERIFY(state.window_high() < 2000);

  auto* colours = tools.findChild<QComboBox*>("image_colours");
  QCOMPARE(static_cast<std::size_t>(colours->count()), colour_maps().size());
  colours->setCurrentText("viridis");
  QCOMPARE(state.colour_map(), std::string("viridis"));
  button_of(tools, "Smooth")->click();
  QVERIFY(state.smooth());
  state.set_window(10, 20);
  QCOMPARE(low->value(), 10.0);
}

/// In a panel of this width only the table may scroll.
void ViewToolsTest::fit_a_narrow_panel() {
  ViewState state;
  ViewTools tools(state);
  RoiTable regions(state);
  state.set_image(test_image());
  for (const auto& [panel, panel_width] : {std::pair<QWidget*, int>{&tools, 234}, {&regions, 250}}) {
    QVERIFY2(panel->minimumSizeHint().width() <= panel_width,
             qPrintable(QString("%1: %2").arg(panel->metaObject()->className()).arg(panel->minimumSizeHint().width())));
    panel->resize(panel_width, 700);
    panel->show();
    for (const auto* widget : panel->findChildren<QWidget*>()) {
      const bool is_control = qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
                              qobject_cast<const QAbstractSpinBox*>(widget);
      if (is_control && widget->isVisible()) {
        QVERIFY(widget->mapTo(panel, widget->rect().topRight()).x() < panel_width);
        QVERIFY(widget->width() >= widget->minimumSizeHint().width());
      }
    }
  }
}

void ViewToolsTest::roi_figures_equal_those_of_the_array() {
  ViewState state;
  RoiTable regions(state);
  const auto image = test_image();
  state.set_image(image);
  state.set_cursor({8, 12, 10});
  const auto c = state.cursor_mm();
  regions.add(RoiShape::sphere);
  regions.add(RoiShape::box);
  regions.add(RoiShape::threshold);
  QCOMPARE(state.rois().size(), std::size_t{3});

  const QString csv = QString::fromStdString(roi_csv(state.rois(), *image, {}));
  QVERIFY(csv.startsWith("name,shape,"));
  QCOMPARE(cell(csv, 0, "shape"), QString("sphere"));
  QCOMPARE(cell(csv, 1, "centre_z_mm").toDouble(), c[2]);
  const double radius = cell(csv, 0, "size_x_mm").toDouble() / 2;
  compare_row(csv, 0, values_where(*image, [&](double x, double y, double z, float) {
                return std::hypot(x - c[0], y - c[1], z - c[2]) <= radius;
              }));
  const auto in_box = [&](qsizetype row, double x, double y, double z) {
    return 2 * std::abs(x - c[0]) <= cell(csv, row, "size_x_mm").toDouble() &&
           2 * std::abs(y - c[1]) <= cell(csv, row, "size_y_mm").toDouble() &&
           2 * std::abs(z - c[2]) <= cell(csv, row, "size_z_mm").toDouble();
  };
  compare_row(csv, 1, values_where(*image, [&](double x, double y, double z, float) { return in_box(1, x, y, z); }));

  // 41 % of the highest value in the box.
  const auto boxed = values_where(*image, [&](double x, double y, double z, float) { return in_box(2, x, y, z); });
  const double threshold = 0.41 * *std::ranges::max_element(boxed);
  QVERIFY(std::abs(cell(csv, 2, "threshold").toDouble() / threshold - 1) < 1e-8);
  const auto above = values_where(*image, [&](double x, double y, double z, float value) {
    return in_box(2, x, y, z) && static_cast<double>(value) >= threshold;
  });
  QVERIFY(above.size() < boxed.size());
  compare_row(csv, 2, above);
}

void ViewToolsTest::roi_figures_follow_the_image() {
  ViewState state;
  RoiTable regions(state);
  auto* table = regions.findChild<QTableWidget*>();
  QVERIFY(!table->isEnabled());
  state.set_image(test_image());
  QTRY_VERIFY_WITH_TIMEOUT(table->isEnabled(), tests::patience_ms);
  regions.add(RoiShape::sphere);
  const int mean_column = 1;
  QTRY_VERIFY_WITH_TIMEOUT(table->item(0, mean_column)->text().toDouble() > 0, tests::patience_ms);
  const double before = table->item(0, mean_column)->text().toDouble();
  state.set_image(test_image(3));
  QTRY_VERIFY_WITH_TIMEOUT(std::abs(table->item(0, mean_column)->text().toDouble() / before - 3) < 1e-4,
                           tests::patience_ms);
}

void ViewToolsTest::rois_are_edited_in_the_table() {
  ViewState state;
  RoiTable regions(state);
  state.set_image(test_image());
  auto* table = regions.findChild<QTableWidget*>();
  QTRY_VERIFY_WITH_TIMEOUT(table->isEnabled(), tests::patience_ms);
  regions.add(RoiShape::box);
  regions.add(RoiShape::sphere);
  const int centre_column = 7;
  const int size_column = 8;
  table->item(0, 0)->setText("liver, \"left\"");
  QCOMPARE(state.rois()[0].name, std::string("liver, \"left\""));
  QVERIFY(QString::fromStdString(roi_csv(state.rois(), *state.image(), {})).contains("\"liver, \"\"left\"\"\",box"));
  table->item(0, centre_column)->setText("1 2,3");
  QCOMPARE(state.rois()[0].centre_mm, (std::array<double, 3>{1, 2, 3}));
  table->item(1, size_column)->setText("30");
  QCOMPARE(state.rois()[1].half_size_mm[0], 15.0);

  // What cannot be meant changes nothing and is explained.
  table->item(1, size_column)->setText("-4");
  QCOMPARE(state.rois()[1].half_size_mm[0], 15.0);
  QCOMPARE(table->item(1, size_column)->text(), QString("30"));
  const auto labels = regions.findChildren<QLabel*>();
  QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) { return label->text().contains("\"-4\" is no size"); }));

  table->selectRow(0);
  button_of(regions, "Delete")->click();
  QCOMPARE(state.rois().size(), std::size_t{1});
  QCOMPARE(state.rois()[0].shape, RoiShape::sphere);
  QCOMPARE(table->rowCount(), 1);
}

/// Boxes and cells hand over what was typed when they lose the focus, be it because all goes.
void ViewToolsTest::typed_values_outlive_the_tools() {
  ViewState state;
  state.set_image(test_image());
  auto tools = std::make_unique<ViewTools>(state);
  tools->show();
  tools->activateWindow();  // nobody else does where there is no window manager
  QVERIFY(QTest::qWaitForWindowActive(tools.get(), tests::patience_ms));
  auto* box = tools->findChild<QDoubleSpinBox*>("image_high");
  box->setFocus();
  QTRY_VERIFY_WITH_TIMEOUT(box->hasFocus(), tests::patience_ms);
  box->selectAll();
  QTest::keyClicks(box, "2500");
  tools.reset();
  QCOMPARE(state.window_high(), 2500.0);

  auto regions = std::make_unique<RoiTable>(state);
  regions->show();
  regions->activateWindow();  // nobody else does where there is no window manager
  QVERIFY(QTest::qWaitForWindowActive(regions.get(), tests::patience_ms));
  regions->add(RoiShape::sphere);
  auto* table = regions->findChild<QTableWidget*>();
  table->setFocus();
  table->editItem(table->item(0, 0));
  QTRY_VERIFY_WITH_TIMEOUT(QApplication::focusWidget() != nullptr && QApplication::focusWidget() != table,
                           tests::patience_ms);
  QTest::keyClicks(QApplication::focusWidget(), "liver");
  regions.reset();
  QCOMPARE(state.rois().front().name, std::string("liver"));
}

COINCIDE_TEST_CLASS(ViewToolsTest)
#include "view_tools_test.moc"
