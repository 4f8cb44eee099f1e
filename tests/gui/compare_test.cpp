// Two images beside each other, as a user compares them in the window.

#include <QAction>
#include <QComboBox>
#include <QSettings>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "app/window_services.h"
#include "gui/panel_support.h"
#include "gui/panels/analysis_panel.h"
#include "gui/panels/main_window.h"
#include "gui/panels/roi_table.h"
#include "gui/panels/value_line.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/compare_bar.h"
#include "gui/viewer/image_viewer.h"
#include "io/image_file.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

class CompareTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<MainWindow> window_;

  template <class Widget>
  Widget* find(const char* name = "") const {
    return *name == '\0' ? window_->findChild<Widget*>() : window_->findChild<Widget*>(name);
  }
  QString line() const { return find<ValueLine>()->text(); }
  void open(const char* name, double factor) const {
    const QString path = folder_.filePath(name);
    io::write_image(path.toStdString(), *test_image(factor));
    window_->open_file(path);
    QTRY_VERIFY_WITH_TIMEOUT(find<QComboBox>("shown")->currentText().endsWith(name), patience_ms);
  }
  QStringList shown_slices() const {
    QStringList shown;
    for (const QWidget* view : window_->findChildren<QWidget*>()) {
      if ((view->objectName().endsWith("axial") || view->objectName().endsWith("coronal") ||
           view->objectName() == "sagittal") &&
          view->isVisible()) {
        shown << view->objectName();
      }
    }
    shown.sort();
    return shown;
  }

 private slots:
  void init() {
    QSettings().clear();
    window_ = std::make_unique<MainWindow>(app::make_window_services());
    window_->resize(1280, 800);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get(), patience_ms));
    open("two.nii.gz", 2);
    open("one.nii.gz", 1);
  }
  void cleanup() { window_.reset(); }

  /// A and B, and what is made of them, with one cursor; all of it goes when it ends.
  void images_stand_side_by_side() {
    QVERIFY(!find<CompareBar>()->isVisible());
    find<QAction>("compare")->trigger();
    QVERIFY(find<CompareBar>()->isVisible());
    QCOMPARE(find<QComboBox>("other")->currentText(), QString("Image · two.nii.gz"));
    QCOMPARE(shown_slices().join(' '),
             QString("axial combined_axial combined_coronal coronal other_axial other_coronal"));
    const auto x = [this](const char* view) { return find<QWidget>(view)->mapTo(window_.get(), QPoint()).x(); };
    QTRY_VERIFY_WITH_TIMEOUT(x("axial") < x("other_axial") && x("other_axial") < x("combined_axial"), patience_ms);
    QCOMPARE(x("axial"), x("coronal"));
    QCOMPARE(find<QWidget>("axial")->height(), find<QWidget>("other_axial")->height());

    QTest::keyClick(find<QWidget>("other_axial"), Qt::Key_Left);  // moves the cursor of all
    const float value = test_image()->at(9, 11, 12);
    const QString expected = QString("A %1 · B %2 · A - B %3 Bq/mL")
                                 .arg(value, 0, 'g', 5)
                                 .arg(2.0 * value, 0, 'g', 5)
                                 .arg(-1.0 * value, 0, 'g', 5);
    QVERIFY2(line().endsWith(expected), qPrintable(line() + " not " + expected));

    find<QComboBox>("combination")->setCurrentIndex(0);
    QCOMPARE(shown_slices().join(' '), QString("axial coronal other_axial other_coronal"));
    find<QAction>("compare")->trigger();
    QCOMPARE(shown_slices().join(' '), QString("axial coronal sagittal"));
    QVERIFY(!find<CompareBar>()->isVisible() && !line().contains("A - B"));
  }

  /// A - B of an image and its double is blue all over, A / B as well; of an image and itself white.
  void colours_say_which_is_larger() {
    find<QAction>("compare")->trigger();
    const auto colour = [this] {  // mean of many voxels
      const QImage picture = find<QWidget>("combined_axial")->grab().toImage();
      return picture.copy(picture.width() / 2 + 5, picture.height() / 2 + 5, 40, 40)
          .scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
          .pixelColor(0, 0);
    };
    const auto is_blue = [&] { return colour().blue() > colour().red() + 40; };
    QTRY_VERIFY_WITH_TIMEOUT(is_blue(), patience_ms);
    find<QComboBox>("combination")->setCurrentText("A / B");
    QTRY_VERIFY_WITH_TIMEOUT(is_blue(), patience_ms);
    find<QComboBox>("combination")->setCurrentText("A - B");
    auto* other = find<QComboBox>("other");
    other->setCurrentIndex(1);
    emit other->activated(1);  // the image itself, as the user does
    QTRY_VERIFY_WITH_TIMEOUT(colour().lightness() > 250, patience_ms);
  }

  /// In one chart and one table.
  void profile_histogram_and_regions_are_of_both() {
    find<QAction>("compare")->trigger();
    find<RoiTable>()->add(RoiShape::sphere);
    const auto* table = find<RoiTable>()->findChild<QTableWidget*>();
    const auto cell = [&](const QString& column) {
      for (int i = 0; i < table->columnCount(); ++i) {
        if (table->horizontalHeaderItem(i)->text() == column && !table->isColumnHidden(i)) {
          return table->item(0, i)->text().toDouble();
        }
      }
      return 0.0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(cell("B mean") > 0, patience_ms);
    QVERIFY(std::abs(cell("B mean") / cell("Mean") - 2) < 1e-3);
    QVERIFY(std::abs(cell("B SD") / cell("SD") - 2) < 1e-3);
    QVERIFY(std::abs(cell("A / B") - 0.5) < 1e-4);

    find<QTabWidget>("side")->setCurrentIndex(2);
    for (const AnalysisPanel* panel : window_->findChildren<AnalysisPanel*>()) {
      const auto* chart = panel->findChild<ChartView*>();
      QTRY_COMPARE_WITH_TIMEOUT(chart->chart().series.size(), std::size_t{2}, patience_ms);
      QCOMPARE(chart->chart().series[0].name + chart->chart().series[1].name, std::string("AB"));
    }
    const Chart& profile = window_->findChildren<AnalysisPanel*>().first()->findChild<ChartView*>()->chart();
    for (std::size_t i = 0; i < profile.series[0].y.size(); ++i) {
      QVERIFY(std::abs(profile.series[1].y[i] - 2 * profile.series[0].y[i]) < 1e-2);
    }
    find<QAction>("compare")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(cell("B mean"), 0.0, patience_ms);
  }
};

COINCIDE_TEST_CLASS(CompareTest)
#include "compare_test.moc"
