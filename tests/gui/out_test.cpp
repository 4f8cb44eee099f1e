// What goes out of the window: pictures for paper, vector charts, reports. Opened again, they hold what was shown.

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <fstream>

#include "app/window_services.h"
#include "gui/model/report.h"
#include "gui/panel_support.h"
#include "gui/panels/main_window.h"
#include "gui/panels/picture_dialog.h"
#include "gui/panels/roi_table.h"
#include "gui/view_support.h"
#include "gui/viewer/chart_view.h"
#include "gui/viewer/opengl.h"
#include "io/image_file.h"
#include "io/provenance.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;
using coincide::tests::test_image;

namespace {

QByteArray bytes_of(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What a program prints; empty where it is not installed.
QString printed(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.start(program, arguments);
  return process.waitForFinished(patience_ms) ? QString::fromUtf8(process.readAllStandardOutput()) : QString();
}

bool has_poppler() { return !QStandardPaths::findExecutable("pdftotext").isEmpty(); }

/// Rows and columns of pixels that are mostly dark: where a view on white paper lies.
QRect dark_part(const QImage& picture) {
  const int room = 79 * picture.width() / 100;  // the colour bar, which is dark as well, stands beside it
  const auto is_dark = [&](int x, int y) { return picture.pixelColor(x, y).lightness() < 40; };
  QRect found;
  for (int y = 0; y < picture.height(); ++y) {
    int first = -1, last = -1, count = 0;
    for (int x = 0; x < room; ++x) {
      if (is_dark(x, y)) {
        first = first < 0 ? x : first;
        last = x;
        ++count;
      }
    }
    if (count > picture.width() / 2) {
      found |= QRect(QPoint(first, y), QPoint(last, y));
    }
  }
  return found;
}

/// The white ones within it.
QRect white_part(const QImage& picture, const QRect& inside) {
  QRect found;
  for (int y = inside.top(); y <= inside.bottom(); ++y) {
    for (int x = inside.left(); x <= inside.right(); ++x) {
      if (picture.pixelColor(x, y).lightness() > 240) {
        found |= QRect(x, y, 1, 1);
      }
    }
  }
  return found;
}

}  // namespace

class OutTest : public QObject, coincide::tests::ShownImage {
  Q_OBJECT

  QTemporaryDir folder_;

  QString path(const char* name) const { return folder_.filePath(name); }

  /// An image with the record of a run beside it.
  void write_result(const char* name, const char* record) const {
    io::write_image(path(name).toStdString(), *test_image());
    io::Provenance run;
    run.job.stop.passes = 7;
    run.scanner = "dmi";
    run.unit = "Bq/mL";
    run.counts.prompts = 123456;
    run.corrections = {{"scatter", "simulated & scaled by 1.07"}};
    run.data_checks = {{"Drift", io::Verdict::notice, "the middle moves by 3.25 mm", "take shorter frames"}};
    run.inputs = {{"events", "/data/scan.petsird", 123, "abcdef0123456789"}};
    run.figures = {{1, -1000.5, 3, 4000, 0.5}, {2, -900.25, 3, 4100, 0.5}};
    run.warnings = {"this is a warning"};
    std::ofstream(path(record).toStdString()) << io::provenance_json(run);
  }

 private slots:
  void init() {
    QSettings().clear();
    open();
  }
  void cleanup() { close(); }

  /// 100 mm at 254 dots per inch are 1000 pixels; the bright voxel is 2 by 3 mm at its place.
  void a_picture_has_the_size_that_is_asked_for() {
    const QImage picture = viewer_->picture("axial", 100, false).image(254, viewer_->scene_picture());
    QCOMPARE(picture.width(), 1000);
    QCOMPARE(picture.dotsPerMeterX(), 10'000);
    QCOMPARE(picture.text("Title"), viewer_->caption());
    QVERIFY(viewer_->caption().contains("Bq/mL"));
    const QRect view = dark_part(picture);
    const double pixels_per_mm = view.width() / 48.0;
    QVERIFY(std::abs(view.height() / pixels_per_mm - 54) < 1);
    const QRect voxel = white_part(picture, view);
    QVERIFY(std::abs(voxel.width() / pixels_per_mm - 2) < 0.3);
    QVERIFY(std::abs(voxel.height() / pixels_per_mm - 3) < 0.3);
    QVERIFY(std::abs((voxel.center().x() - view.left()) / pixels_per_mm -
                     2 * (static_cast<double>(tests::bright[0]) + 0.5)) < 0.4);
    QVERIFY(std::abs((voxel.center().y() - view.top()) / pixels_per_mm -
                     3 * (static_cast<double>(tests::bright[1]) + 0.5)) < 0.4);
  }

  /// The same as the dialog saves it, whatever the size of the window is.
  void the_dialog_saves_pictures() {
    PictureDialog dialog(*viewer_, {}, "test");
    dialog.findChild<QDoubleSpinBox*>("width_mm")->setValue(100);
    dialog.findChild<QSpinBox*>("dots_per_inch")->setValue(254);
    QVERIFY(dialog.findChild<QLabel*>("pixels")->text().startsWith("1000 x "));
    QVERIFY(dialog.save(path("views.png")));
    QCOMPARE(QImage(path("views.png")).width(), 1000);
    QVERIFY(dialog.save(path("views.pdf")));
    QVERIFY(bytes_of(path("views.pdf")).startsWith("%PDF"));
    QVERIFY(!dialog.save("/no/such/folder/views.png"));
    if (!has_poppler()) {
      QSKIP("pdftotext is not installed");
    }
    const QString facts = printed("pdfinfo", {path("views.pdf")});
    const auto size = QRegularExpression("Page size: *([0-9.]+) x").match(facts);
    QVERIFY2(std::abs(size.captured(1).toDouble() - 100 / 25.4 * 72) < 1, qPrintable(facts));
    const QString text = printed("pdftotext", {path("views.pdf"), "-"});
    QVERIFY2(text.contains("Bq/mL") && text.contains("axial"), qPrintable(text));
  }

  void charts_become_vector_graphics() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    ChartView view;
    view.resize(400, 300);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view, patience_ms));
    view.show_chart({"rising", "x (mm)", "y (1)", Chart::Style::line, {{"line", {0, 1, 2}, {0, 1, 4}}}});
    QVERIFY(view.write_vector(path("chart.svg")));
    QXmlStreamReader xml(bytes_of(path("chart.svg")));
    bool has_line = false;
    while (!xml.atEnd()) {
      xml.readNext();
      const QString stroke = xml.attributes().value("stroke").toString().toLower();
      has_line = has_line || stroke == "#0072b2";  // the colour of the first series
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(has_line);
    QVERIFY(view.write_vector(path("chart.pdf")));
    QVERIFY(bytes_of(path("chart.pdf")).startsWith("%PDF"));
    QVERIFY(!view.write_vector("/no/such/folder/chart.svg"));
  }

  void a_report_holds_what_is_known() {
    write_result("result.nii.gz", "result.json");
    std::ofstream(path("result_nema-iq.csv").toStdString())
        << "# a note\nfigure,of,value,unit\ncontrast,22 mm,81.5,%\n";
    MainWindow window(app::make_window_services());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, patience_ms));
    window.open_file(path("result.nii.gz"));
    QTRY_COMPARE_WITH_TIMEOUT(window.findChild<QComboBox*>("shown")->currentText(), QString("Image · result.nii.gz"),
                              patience_ms);
    window.findChild<RoiTable*>()->add(RoiShape::sphere);
    window.write_report(path("report.html"));
    const QString html = QString::fromUtf8(bytes_of(path("report.html")));
    Roi sphere{.name = "sphere 1", .shape = RoiShape::sphere, .centre_mm = {6, 1.5, -5}};
    const QString mean = QString::number(measure(sphere, *test_image()).mean, 'g', 4);
    for (const QString& words :
         {QString("Image · result.nii.gz"), QString("Bq/mL"), QString("20 x 22 x 24"), QString("stop.passes"),
          QString("simulated &amp; scaled by 1.07"), QString("the middle moves by 3.25 mm"), QString("123456"),
          QString("abcdef0123456789"), QString("this is a warning"), QString("81.5"), "<td>" + mean + "</td>"}) {
      QVERIFY2(html.contains(words), qPrintable(words));
    }
    window.write_report(path("report.pdf"));
    QVERIFY(bytes_of(path("report.pdf")).startsWith("%PDF"));
    if (!has_poppler()) {
      QSKIP("pdftotext is not installed");
    }
    const auto pages = QRegularExpression("Pages: *([0-9]+)").match(printed("pdfinfo", {path("report.pdf")}));
    QVERIFY(pages.captured(1).toInt() >= 1 && pages.captured(1).toInt() <= 2);
    const QString text = printed("pdftotext", {path("report.pdf"), "-"});
    QVERIFY2(text.contains("simulated & scaled by 1.07") && text.contains(mean), qPrintable(text));
  }

  /// Which frame it is, what it is compared with, and in which settings both differ.
  void a_report_says_what_is_compared() {
    write_result("a.nii.gz", "a.json");
    write_result("b.nii.gz", "b.json");
    io::Provenance other = io::read_provenance(path("b.json").toStdString());
    other.job.stop.passes = 9;
    std::ofstream(path("b.json").toStdString()) << io::provenance_json(other);
    MainWindow window(app::make_window_services());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window, patience_ms));
    for (const char* name : {"b.nii.gz", "a.nii.gz"}) {
      window.open_file(path(name));
      QTRY_COMPARE_WITH_TIMEOUT(window.findChild<QComboBox*>("shown")->currentText(), QString("Image · %1").arg(name),
                                patience_ms);
    }
    window.write_report(path("alone.html"));
    QVERIFY(!bytes_of(path("alone.html")).contains("not the same"));
    window.findChild<QAction*>("compare")->trigger();
    window.write_report(path("both.html"));
    const QString html = QString::fromUtf8(bytes_of(path("both.html")));
    QVERIFY(html.contains("A: Image · a.nii.gz") && html.contains("B: Image · b.nii.gz"));
    QVERIFY(html.contains("<tr><td>stop.passes</td><td>7</td><td>9</td></tr>"));
  }

  /// Nothing that is in a file can become markup.
  void a_report_shows_any_text_as_it_is() {
    const std::string html = report_html({.title = "<b>\"x\"</b> & y", .made = "now", .program = "p"});
    QVERIFY(html.find("<h1>&lt;b&gt;&quot;x&quot;&lt;/b&gt; &amp; y</h1>") != std::string::npos);
    QVERIFY(html.find("how it was made is not known") != std::string::npos);
  }
};

COINCIDE_TEST_CLASS(OutTest)
#include "out_test.moc"
