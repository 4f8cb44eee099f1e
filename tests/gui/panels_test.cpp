#include <QCheckBox>
#include <QComboBox>
#include <QCommandLinkButton>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableWidget>
#include <QToolButton>
#include <QtTest>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/panels/job_form.h"
#include "gui/panels/setting_line.h"
#include "gui/panels/start_page.h"
#include "gui/panels/view_tools.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

/// Types a text in place of the present one and leaves the line.
void type(QWidget* editor, const QString& text) {
  auto* line = qobject_cast<QLineEdit*>(editor);
  line->selectAll();
  QTest::keyClicks(line, text);
  QTest::keyClick(line, Qt::Key_Return);
}

QString text_in(const JobForm& form, const QString& key) { return qobject_cast<QLineEdit*>(form.editor(key))->text(); }

SettingLine* line_of(const JobForm& form, const QString& key) {
  return qobject_cast<SettingLine*>(form.editor(key)->parentWidget());
}

/// Is any label of this text visible in the line?
bool shows(const SettingLine& line, const QString& text) {
  const auto labels = line.findChildren<QLabel*>();
  return std::ranges::any_of(labels, [&](const QLabel* label) { return label->isVisible() && label->text() == text; });
}

QAbstractButton* button_of(const QWidget& widget, const QString& text) {
  for (auto* button : widget.findChildren<QAbstractButton*>()) {
    if (button->text().remove('&') == text) {
      return button;
    }
  }
  return nullptr;
}

bool is_marked(const SettingLine& line) { return line.findChild<QLabel*>()->font().bold(); }

/// A table of commas as (row, column name) -> text; without quotes that hold commas.
QString cell(const QString& csv, qsizetype row, const QString& column) {
  const QStringList rows = csv.split('\n', Qt::SkipEmptyParts);
  return rows.at(row + 1).split(',').at(rows.at(0).split(',').indexOf(column));
}

std::shared_ptr<recon::Image> test_image(double factor = 1) {
  auto image = std::make_shared<recon::Image>(recon::centred_grid({20, 22, 24}, {2, 3, 4}, {5, 0, -7}), 0.F, "Bq/mL");
  for (std::size_t i = 0; i < image->values.size(); ++i) {
    image->values[i] = static_cast<float>(factor * (1000 + 900 * std::sin(0.37 * static_cast<double>(i))));
  }
  return image;
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

class PanelsTest : public QObject {
  Q_OBJECT

 private slots:
  void every_setting_has_an_editor();
  void edits_reach_the_document();
  void invalid_text_is_kept_and_explained();
  void undo_refreshes_the_editor();
  void typed_text_survives_a_refresh();
  void what_differs_from_the_default_is_marked();
  void filter_hides_other_settings();
  void start_page_tells_what_was_chosen();
  void start_page_takes_dropped_files();
  void window_and_colours_reach_the_view();
  void readout_follows_the_crosshair();
  void roi_figures_equal_those_of_the_array();
  void roi_figures_follow_the_image();
  void rois_are_edited_in_the_table();
};

void PanelsTest::every_setting_has_an_editor() {
  JobDocument document;
  const JobForm form(document, {});
  for (const io::Setting& setting : document.settings()) {
    QVERIFY2(form.editor(QString::fromStdString(setting.key)) != nullptr, setting.key.c_str());
  }
  QVERIFY(form.editor("algorithm.no_such_setting") == nullptr);
}

void PanelsTest::edits_reach_the_document() {
  JobDocument document;
  const JobForm form(document, {});
  type(form.editor("algorithm.iterations"), "12");
  QCOMPARE(document.job().algorithm.iterations, 12);
  type(form.editor("image.voxel_size_mm"), "1.5, 2, 4");
  QCOMPARE(document.job().image.voxel_size_mm, (std::array<double, 3>{1.5, 2, 4}));
  qobject_cast<QComboBox*>(form.editor("algorithm.name"))->setCurrentText("mlem");
  QVERIFY(document.job().algorithm.name == io::Method::mlem);
  qobject_cast<QCheckBox*>(form.editor("algorithm.tof"))->click();
  QVERIFY(!document.job().algorithm.tof);
  type(form.editor("simulation.phantom"), "nema_iq");
  QCOMPARE(document.job().simulation.phantom, std::filesystem::path("nema_iq"));
}

void PanelsTest::invalid_text_is_kept_and_explained() {
  JobDocument document;
  JobForm form(document, {});
  form.show();
  const SettingLine& line = *line_of(form, "algorithm.iterations");
  type(form.editor("algorithm.iterations"), "many");
  QCOMPARE(document.job().algorithm.iterations, io::Job().algorithm.iterations);
  QCOMPARE(text_in(form, "algorithm.iterations"), QString("many"));
  const QString reason = QString::fromStdString(document.error("algorithm.iterations"));
  QVERIFY(reason.contains("many"));
  QVERIFY(shows(line, reason));
  form.refresh();
  QCOMPARE(text_in(form, "algorithm.iterations"), QString("many"));

  // It stays in sight in a group that is folded.
  button_of(form, "Algorithm")->click();
  QVERIFY(line.isVisible());
  type(form.editor("algorithm.iterations"), "7");
  QCOMPARE(document.job().algorithm.iterations, 7);
  QVERIFY(!document.has_errors());
  QVERIFY(!line.isVisible());
  button_of(form, "Algorithm")->click();
  QVERIFY(line.isVisible());
  QVERIFY(!shows(line, reason));
}

void PanelsTest::undo_refreshes_the_editor() {
  JobDocument document;
  JobForm form(document, {});
  document.on_change = [&] { form.refresh(); };
  const QString before = text_in(form, "algorithm.subsets");
  type(form.editor("algorithm.subsets"), "21");
  document.undo();
  QCOMPARE(text_in(form, "algorithm.subsets"), before);
  document.redo();
  QCOMPARE(text_in(form, "algorithm.subsets"), QString("21"));
}

void PanelsTest::typed_text_survives_a_refresh() {
  JobDocument document;
  JobForm form(document, {});
  document.on_change = [&] { form.refresh(); };
  auto* line = qobject_cast<QLineEdit*>(form.editor("algorithm.iterations"));
  line->selectAll();
  QTest::keyClicks(line, "15");
  document.set("algorithm.subsets", "3");
  QCOMPARE(line->text(), QString("15"));
  QVERIFY(document.job().algorithm.iterations != 15);
  form.commit();
  QCOMPARE(document.job().algorithm.iterations, 15);
}

void PanelsTest::what_differs_from_the_default_is_marked() {
  JobDocument document;
  JobForm form(document, {});
  form.show();
  const SettingLine& line = *line_of(form, "algorithm.psf_fwhm_mm");
  QVERIFY(!is_marked(line));
  type(form.editor("algorithm.psf_fwhm_mm"), "4.5");
  QVERIFY(is_marked(line));
  auto* reset = line.findChild<QToolButton*>();
  QVERIFY(reset->isVisible());
  reset->click();
  QCOMPARE(document.job().algorithm.psf_fwhm_mm, io::Job().algorithm.psf_fwhm_mm);
  QVERIFY(!is_marked(line));
  QVERIFY(!reset->isVisible());
}

void PanelsTest::filter_hides_other_settings() {
  JobDocument document;
  JobForm form(document, {});
  form.show();
  auto* filter = form.findChild<QLineEdit*>({}, Qt::FindDirectChildrenOnly);
  QTest::keyClicks(filter, "seed");
  QVERIFY(form.editor("simulation.seed")->isVisible());
  QVERIFY(!form.editor("simulation.duration_s")->isVisible());
  QVERIFY(!form.editor("algorithm.iterations")->isVisible());
  filter->clear();
  QVERIFY(form.editor("algorithm.iterations")->isVisible());
}

void PanelsTest::start_page_tells_what_was_chosen() {
  StartPage page;
  QSignalSpy job(&page, &StartPage::open_job_requested);
  QSignalSpy data(&page, &StartPage::open_data_requested);
  QSignalSpy phantom(&page, &StartPage::phantom_requested);
  QSignalSpy file(&page, &StartPage::file_requested);
  button_of(page, "Open a job...")->click();
  QCOMPARE(job.count(), 1);
  button_of(page, "Open listmode data...")->click();
  QCOMPARE(data.count(), 1);
  button_of(page, "Try the built-in phantom")->click();
  QCOMPARE(phantom.count(), 1);

  page.set_recent_files({"/old/gone.toml"});
  page.set_recent_files({"/scans/a.toml", "/scans/b.petsird"});
  QVERIFY(button_of(page, "1  gone.toml") == nullptr || button_of(page, "1  gone.toml")->isHidden());
  button_of(page, "2  b.petsird")->click();
  QCOMPARE(file.count(), 1);
  QCOMPARE(file.at(0).at(0).toString(), QString("/scans/b.petsird"));
}

/// A drop reaches only the widget that has let the drag in.
static void drag_and_drop(QWidget& widget, const QMimeData& data) {
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&widget, &enter);
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&widget, &drop);
}

void PanelsTest::start_page_takes_dropped_files() {
  StartPage page;
  QSignalSpy file(&page, &StartPage::file_requested);
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile("/scans/a b.petsird")});
  drag_and_drop(page, data);
  QCOMPARE(file.count(), 1);
  QCOMPARE(file.at(0).at(0).toString(), QString("/scans/a b.petsird"));

  QMimeData text;
  text.setText("no file");
  drag_and_drop(page, text);
  QCOMPARE(file.count(), 1);
}

void PanelsTest::window_and_colours_reach_the_view() {
  ViewState state;
  ViewTools tools(state);
  state.set_image(test_image());
  const auto boxes = tools.findChildren<QDoubleSpinBox*>();
  QCOMPARE(boxes.size(), 2);
  QCOMPARE(boxes[1]->value(), state.window_high());
  boxes[1]->selectAll();
  QTest::keyClicks(boxes[1], "2.5e6");
  QTest::keyClick(boxes[1], Qt::Key_Return);
  QCOMPARE(state.window_high(), 2.5e6);
  boxes[0]->setValue(3e6);  // past the other end, which goes along
  QCOMPARE(state.window_low(), 3e6);
  QCOMPARE(state.window_high(), 5.5e6);
  QCOMPARE(boxes[1]->value(), 5.5e6);
  button_of(tools, "Auto")->click();
  QCOMPARE(boxes[0]->value(), state.window_low());
  QCOMPARE(state.window_low(), 0.0);
  QVERIFY(state.window_high() < 2000);

  auto* colours = tools.findChild<QComboBox*>();
  QCOMPARE(static_cast<std::size_t>(colours->count()), colour_maps().size());
  colours->setCurrentText("viridis");
  QCOMPARE(state.colour_map(), std::string("viridis"));
  button_of(tools, "Smooth")->click();
  QVERIFY(state.smooth());
  state.set_window(10, 20);
  QCOMPARE(boxes[0]->value(), 10.0);
}

void PanelsTest::readout_follows_the_crosshair() {
  ViewState state;
  const ViewTools tools(state);
  state.set_image(test_image());
  state.set_cursor({3, 4, 5});
  QStringList texts;
  for (const auto* label : tools.findChildren<QLabel*>()) {
    texts << label->text();
  }
  // The middle of 20 x 22 x 24 voxels of 2 x 3 x 4 mm is at (5, 0, -7) mm.
  QVERIFY(texts.contains("3, 4, 5"));
  QVERIFY(texts.contains("-8.0, -19.5, -33.0 mm"));
  const QString value = QString::number(static_cast<double>(state.image()->at(3, 4, 5)), 'g', 6) + " Bq/mL";
  QVERIFY(texts.contains(value));
}

void PanelsTest::roi_figures_equal_those_of_the_array() {
  ViewState state;
  ViewTools tools(state);
  QSignalSpy changed(&tools, &ViewTools::rois_changed);
  const auto image = test_image();
  state.set_image(image);
  state.set_cursor({8, 12, 10});
  const auto c = state.cursor_mm();
  tools.add_roi(RoiShape::sphere);
  tools.add_roi(RoiShape::box);
  tools.add_roi(RoiShape::threshold);
  QCOMPARE(changed.count(), 3);
  QCOMPARE(tools.rois().size(), std::size_t{3});

  const QString csv = tools.roi_csv();
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

void PanelsTest::roi_figures_follow_the_image() {
  ViewState state;
  ViewTools tools(state);
  auto* table = tools.findChild<QTableWidget*>();
  QVERIFY(!table->isEnabled());
  state.set_image(test_image());
  QTRY_VERIFY(table->isEnabled());
  tools.add_roi(RoiShape::sphere);
  const int mean_column = 1;
  const double before = table->item(0, mean_column)->text().toDouble();
  QVERIFY(before > 0);
  state.set_image(test_image(3));
  QTRY_VERIFY(std::abs(table->item(0, mean_column)->text().toDouble() / before - 3) < 1e-4);
}

void PanelsTest::rois_are_edited_in_the_table() {
  ViewState state;
  ViewTools tools(state);
  state.set_image(test_image());
  auto* table = tools.findChild<QTableWidget*>();
  QTRY_VERIFY(table->isEnabled());
  tools.add_roi(RoiShape::box);
  tools.add_roi(RoiShape::sphere);
  QSignalSpy changed(&tools, &ViewTools::rois_changed);
  const int centre_column = 7;
  const int size_column = 8;
  table->item(0, 0)->setText("liver, \"left\"");
  QCOMPARE(tools.rois()[0].name, std::string("liver, \"left\""));
  QVERIFY(tools.roi_csv().contains("\"liver, \"\"left\"\"\",box"));
  table->item(0, centre_column)->setText("1 2,3");
  QCOMPARE(tools.rois()[0].centre_mm, (std::array<double, 3>{1, 2, 3}));
  table->item(1, size_column)->setText("30");
  QCOMPARE(tools.rois()[1].half_size_mm[0], 15.0);
  QCOMPARE(changed.count(), 3);

  // What cannot be meant changes nothing and is explained.
  table->item(1, size_column)->setText("-4");
  QCOMPARE(tools.rois()[1].half_size_mm[0], 15.0);
  QCOMPARE(table->item(1, size_column)->text(), QString("30"));
  QCOMPARE(changed.count(), 3);
  const auto labels = tools.findChildren<QLabel*>();
  QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) { return label->text().contains("\"-4\" is no size"); }));

  table->selectRow(0);
  button_of(tools, "Delete")->click();
  QCOMPARE(tools.rois().size(), std::size_t{1});
  QCOMPARE(tools.rois()[0].shape, RoiShape::sphere);
  QCOMPARE(table->rowCount(), 1);
}

COINCIDE_TEST_CLASS(PanelsTest)
#include "panels_test.moc"
