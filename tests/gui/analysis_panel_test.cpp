// The panel of profiles and histograms: what stands in its chart against the model's charts.

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QtTest>
#include <cmath>
#include <numbers>
#include <numeric>

#include "gui/model/histogram.h"
#include "gui/panel_support.h"
#include "gui/panels/analysis_panel.h"
#include "gui/viewer/chart_view.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

using coincide::tests::test_image;

namespace {

bool same(const Chart& a, const Chart& b) {
  return a.title == b.title && a.style == b.style && a.series.size() == b.series.size() &&
         std::ranges::equal(a.series, b.series,
                            [](const auto& one, const auto& other) { return one.x == other.x && one.y == other.y; });
}

/// As the panel counts unless it is told otherwise.
Chart histogram(const recon::Image& image, const Roi* roi) { return histogram_chart(image, roi, 128, false); }

/// A Gaussian of 15 mm around the middle of the test image's grid.
std::shared_ptr<recon::Image> spot() {
  auto image = test_image();
  const auto& grid = image->grid;
  const auto square = [&](std::size_t axis, std::int64_t i) {
    return std::pow((static_cast<double>(i) - 0.5 * static_cast<double>(grid.shape[axis])) * grid.voxel_size_mm[axis],
                    2);
  };
  for (std::int64_t i = 0; i < grid.shape[0]; ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        image->at(i, j, k) = static_cast<float>(
            500 * std::exp(-4 * std::numbers::ln2 * (square(0, i) + square(1, j) + square(2, k)) / (15 * 15)));
      }
    }
  }
  return image;
}

}  // namespace

class AnalysisPanelTest : public QObject {
  Q_OBJECT

  std::unique_ptr<ViewState> state_;
  std::vector<Roi> rois_;
  std::unique_ptr<AnalysisPanel> panel_;

  const Chart& chart() const { return panel_->findChild<ChartView*>()->chart(); }
  bool shows(const Chart& expected) const {
    return panel_->findChild<ChartView*>()->isVisible() && same(chart(), expected);
  }
  QComboBox& items() const { return *panel_->findChild<QComboBox*>(); }
  void choose(const QString& text) const { items().setCurrentIndex(items().findText(text, Qt::MatchStartsWith)); }
  QLabel& label(const QString& name) const { return *panel_->findChild<QLabel*>(name); }
  Chart profile(int axis) const {
    return profile_chart(*state_->image(), default_profile(state_->image()->grid, state_->cursor_mm(), axis));
  }

 private slots:
  void init() {
    state_ = std::make_unique<ViewState>();
    rois_.clear();
    panel_ = std::make_unique<AnalysisPanel>(*state_);
    panel_->resize(420, 320);
  }
  void cleanup() { panel_.reset(); }

  void without_an_image_it_says_so() {
    panel_->show();
    QTRY_VERIFY_WITH_TIMEOUT(label("sentence").isVisible(), tests::patience_ms);
    QVERIFY(label("sentence").text().contains("when there is an image"));
    state_->set_image(test_image());
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(0)), tests::patience_ms);
    state_->set_image(nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(label("sentence").isVisible(), tests::patience_ms);
  }

  void profiles_follow_the_crosshair_and_the_image() {
    state_->set_image(test_image());
    panel_->show();
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(0)), tests::patience_ms);
    state_->set_cursor({3, 17, 20});
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(0)), tests::patience_ms);
    choose("Profile along z");
    QVERIFY(shows(profile(2)));
    choose("Profile along y");
    QVERIFY(shows(profile(1)));
    state_->set_image(test_image(3));
    QVERIFY(!shows(profile(1)));
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(1)), tests::patience_ms);
  }

  void width_is_shown() {
    state_->set_image(spot());
    panel_->show();
    QTRY_VERIFY_WITH_TIMEOUT(label("width").isVisible(), tests::patience_ms);
    const auto width = peak_width(profile(0), 2);
    QVERIFY(width && std::abs(width->fwhm_mm / 15 - 1) < 0.01);
    QTRY_COMPARE_WITH_TIMEOUT(label("width").text(),
                              QString("FWHM of the peak: %1 mm, over a baseline of %2 Bq/mL")
                                  .arg(width->fwhm_mm, 0, 'f', 2)
                                  .arg(std::round(width->baseline * 10) / 10),
                              tests::patience_ms);
    state_->set_image(std::make_shared<recon::Image>(state_->image()->grid, 3.F, "Bq/mL"));
    QTRY_VERIFY_WITH_TIMEOUT(label("width").text().contains("none"), tests::patience_ms);
    choose("Histogram");
    QVERIFY(!label("width").isVisible());
  }

  void histogram_has_logarithm_and_zeros() {
    auto image = test_image();
    std::fill_n(image->values.begin(), 5000, 0.F);
    state_->set_image(image);
    panel_->show();
    choose("Histogram of the whole image");
    QTRY_VERIFY_WITH_TIMEOUT(shows(histogram(*image, nullptr)), tests::patience_ms);
    QVERIFY(chart().log_y);
    const auto count = [&] {
      const auto& y = chart().series[0].y;
      return std::accumulate(y.begin(), y.end(), 0.0);
    };
    const auto voxels = static_cast<double>(image->values.size());
    QCOMPARE(count(), voxels - 5000);
    panel_->findChild<QCheckBox*>("zeros")->click();
    QCOMPARE(count(), voxels);
    panel_->findChild<QCheckBox*>("logarithm")->click();
    QVERIFY(!chart().log_y);
    choose("Profile along x");
    QVERIFY(!panel_->findChild<QCheckBox*>("zeros")->isVisible());
  }

  void drawn_line_is_chosen() {
    state_->set_image(test_image());
    panel_->show();
    choose("Profile along the drawn line");
    QVERIFY(label("sentence").isVisible() && label("sentence").text().contains("Shift"));
    choose("Histogram of the whole image");
    const ProfileLine line{{-5, -20, -40}, {20, 25, 10}};
    state_->set_profile_line(line);
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile_chart(*state_->image(), line)), tests::patience_ms);
    QVERIFY(items().currentText().contains("drawn line"));
    state_->set_profile_line(ProfileLine{{500, 0, 0}, {510, 0, 0}});
    QTRY_VERIFY_WITH_TIMEOUT(label("sentence").isVisible(), tests::patience_ms);
    QVERIFY(label("sentence").text().contains("does not cross"));
    state_->set_cursor({1, 2, 3});
    choose("Profile along x");
    QVERIFY(shows(profile(0)));
    state_->set_cursor({4, 5, 6});  // the crosshair does not bring back the line
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(0)), tests::patience_ms);
  }

  void histograms_of_image_and_regions() {
    state_->set_image(test_image());
    panel_->show();
    choose("Histogram of the whole image");
    QVERIFY(shows(histogram(*state_->image(), nullptr)));
    rois_ = {{"Left", RoiShape::sphere, {0, 0, 0}, {9, 0, 0}, 0}, {"Right", RoiShape::box, {10, 5, -5}, {8, 9, 10}, 0}};
    state_->set_rois(rois_);
    choose("Histogram of Right");
    QVERIFY(shows(histogram(*state_->image(), &rois_[1])));
    rois_[1].half_size_mm[0] = 4;
    rois_[1].name = "Right, small";
    state_->set_rois(rois_);
    QTRY_VERIFY_WITH_TIMEOUT(shows(histogram(*state_->image(), &rois_[1])), tests::patience_ms);
    QCOMPARE(items().currentText(), QString("Histogram of Right, small"));
    rois_.erase(rois_.begin());
    state_->set_rois(rois_);
    QCOMPARE(items().currentText(), QString("Histogram of Right, small"));
    rois_[0].centre_mm = {1000, 0, 0};
    state_->set_rois(rois_);
    QTRY_VERIFY_WITH_TIMEOUT(label("sentence").isVisible(), tests::patience_ms);
    rois_.clear();
    state_->set_rois(rois_);
    QCOMPARE(items().currentText(), QString("Histogram of the whole image"));
    QTRY_VERIFY_WITH_TIMEOUT(shows(histogram(*state_->image(), nullptr)), tests::patience_ms);
  }

  void hidden_panel_does_nothing() {
    state_->set_image(test_image());
    panel_->show();
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(0)), tests::patience_ms);
    const auto* timer = panel_->findChild<QTimer*>({}, Qt::FindDirectChildrenOnly);
    state_->set_cursor({3, 17, 20});
    QVERIFY(timer->isActive());  // as long as it is to be seen
    QTRY_VERIFY_WITH_TIMEOUT(!timer->isActive(), tests::patience_ms);
    const Chart before = chart();
    panel_->hide();
    std::weak_ptr<const recon::Image> old = state_->image();
    state_->set_image(test_image(2));
    QVERIFY(old.expired());
    choose("Profile along y");
    QVERIFY(!timer->isActive());
    QVERIFY(same(chart(), before));
    panel_->show();
    QTRY_VERIFY_WITH_TIMEOUT(shows(profile(1)), tests::patience_ms);
  }

  void state_may_outlive_it() {
    panel_->show();
    panel_.reset();
    state_->set_image(test_image());
    QVERIFY(state_->has_image());
  }
};

COINCIDE_TEST_CLASS(AnalysisPanelTest)

#include "analysis_panel_test.moc"
