// Films, read again: as many pictures as were wanted, of what they should be.

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImageReader>
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

#include "gui/panels/film_dialog.h"
#include "gui/view_support.h"
#include "gui/viewer/film_file.h"
#include "gui/viewer/opengl.h"
#include "projectors/error.h"
#include "support/patience.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test
using coincide::tests::patience_ms;

class FilmTest : public QObject, coincide::tests::ShownImage {
  Q_OBJECT

  QTemporaryDir folder_;

  QString path(const char* name) const { return folder_.filePath(name); }
  static QImage plain(const QColor& colour) {
    QImage picture(40, 30, QImage::Format_RGB32);
    picture.fill(colour);
    return picture;
  }
  /// The pictures of a film, by Qt's own reader.
  static QList<QImage> pictures_of(const QString& path) {
    QImageReader reader(path);
    QList<QImage> pictures;
    while (reader.canRead()) {
      pictures << reader.read();
    }
    return pictures;
  }
  static QStringList save(FilmDialog& dialog, const QString& path) {
    QSignalSpy saved(&dialog, &FilmDialog::saved);
    dialog.save(path);
    return saved.isEmpty() && !saved.wait(patience_ms) ? QStringList() : saved.first().first().toStringList();
  }

 private slots:
  void init() {
    QSettings().clear();
    open();
  }
  void cleanup() { close(); }

  void a_gif_holds_its_pictures() {
    {
      FilmFile film(path("colours.gif"), 4);
      for (const QColor colour : {Qt::red, Qt::green, Qt::blue}) {
        film.add(plain(colour));
      }
      QCOMPARE(film.finish(), QStringList{path("colours.gif")});
    }
    if (!QImageReader::supportedImageFormats().contains("gif")) {
      QSKIP("Qt has no reader of GIF");
    }
    QCOMPARE(QImageReader(path("colours.gif")).loopCount(), -1);  // without an end
    const QList<QImage> pictures = pictures_of(path("colours.gif"));
    QCOMPARE(pictures.size(), 3);
    QCOMPARE(pictures[0].size(), QSize(40, 30));
    QVERIFY(pictures[0].pixelColor(20, 15).red() > 250 && pictures[0].pixelColor(20, 15).green() < 5);
    QVERIFY(pictures[2].pixelColor(20, 15).blue() > 250 && pictures[2].pixelColor(20, 15).red() < 5);
    QImageReader reader(path("colours.gif"));
    reader.read();
    QCOMPARE(reader.nextImageDelay(), 250);
  }

  /// Of a picture with more colours than a GIF has, each is near to its own.
  void a_gif_keeps_colours_near() {
    QImage many(64, 64, QImage::Format_RGB32);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        many.setPixel(x, y, qRgb(4 * x, 4 * y, 128));
      }
    }
    FilmFile film(path("many.gif"), 10);
    film.add(many);
    film.finish();
    const QImage read = QImage(path("many.gif")).convertToFormat(QImage::Format_RGB32);
    if (read.isNull()) {
      QSKIP("Qt has no reader of GIF");
    }
    int sum = 0, most = 0;
    for (int i = 0; i < 64 * 64; ++i) {
      const QRgb is = read.pixel(i % 64, i / 64), was = many.pixel(i % 64, i / 64);
      const int error = std::max(std::abs(qRed(is) - qRed(was)), std::abs(qGreen(is) - qGreen(was)));
      sum += error;
      most = std::max(most, error);
    }
    QVERIFY2(sum < 16 * 64 * 64 && most < 48, qPrintable(QString("%1, %2").arg(sum / 4096.0).arg(most)));
  }

  void pictures_can_be_files_of_their_own() {
    FilmFile film(path("series.png"), 4);
    film.add(plain(Qt::red));
    film.add(QImage(50, 60, QImage::Format_RGB32));  // becomes as large as the first
    QCOMPARE(film.finish(), (QStringList{path("series_001.png"), path("series_002.png")}));
    QCOMPARE(QImage(path("series_001.png")).pixelColor(5, 5), QColor(Qt::red));
    QCOMPARE(QImage(path("series_002.png")).size(), QSize(40, 30));
  }

  void what_cannot_be_written_is_said() {
    QVERIFY_EXCEPTION_THROWN(FilmFile("/no/such/folder/film.gif", 4), FileError);
    QVERIFY_EXCEPTION_THROWN(FilmFile(path("film.avi"), 4), FileError);
    FilmFile film("/no/such/folder/film.png", 4);
    QVERIFY_EXCEPTION_THROWN(film.add(plain(Qt::red)), FileError);
    { FilmFile given_up(path("given_up.gif"), 4); }
    QVERIFY(!QFile::exists(path("given_up.gif")));
  }

  /// The bright voxel is in one of twelve axial slices, and the crosshair is where it was afterwards.
  void slice_after_slice() {
    FilmDialog dialog(*state_, *viewer_, {}, "test");
    auto* what = dialog.findChild<QComboBox*>("what_moves");
    what->setCurrentIndex(what->findText("slice after slice"));
    QCOMPARE(what->findText("frame after frame"), -1);
    dialog.findChild<QSpinBox*>("width")->setValue(200);
    QVERIFY(dialog.findChild<QLabel*>("film_length")->text().startsWith("12 pictures, 1.2 s"));
    const QStringList files = save(dialog, path("slices.png"));
    QCOMPARE(files.size(), 12);
    QList<int> white_pixels;
    for (const QString& file : files) {
      const QImage picture(file);
      QCOMPARE(picture.width(), 200);
      int count = 0;
      for (int i = 0; i < picture.width() * picture.height(); ++i) {
        count += picture.pixelColor(i % picture.width(), i / picture.width()).lightness() > 240 ? 1 : 0;
      }
      white_pixels << count;
    }
    for (qsizetype i = 0; i < white_pixels.size(); ++i) {  // beside those of the paper
      QCOMPARE(white_pixels[i] > white_pixels[0] + 4, i == tests::bright[2]);
    }
    QCOMPARE(state_->cursor(), tests::bright);
  }

  void frame_after_frame() {
    std::vector<int> shown;
    FilmDialog dialog(*state_, *viewer_, {"Frame", 3, 1, [&](int step) { shown.push_back(step); }}, "test");
    auto* what = dialog.findChild<QComboBox*>("what_moves");
    what->setCurrentIndex(what->findText("frame after frame"));
    QVERIFY(what->currentIndex() > 0);
    QCOMPARE(save(dialog, path("frames.png")).size(), 3);
    QCOMPARE(shown, (std::vector<int>{0, 1, 2, 1}));  // and back
  }

  /// Each picture has the frame that it is of: in the 3-D view, which takes its time, and in slices that are turned.
  void frames_of_any_view() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    QTRY_VERIFY_WITH_TIMEOUT(!viewer_->scene_picture()({50, 50}, 1, {10, -20, 30}, 1).isNull(), patience_ms);
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    std::vector<std::shared_ptr<const recon::Image>> frames;
    for (const std::int64_t x : {4, 12, 20}) {
      recon::Image image(state_->image()->grid, 0, "Bq/mL");
      image.at(x, 5, 8) = image.at(x, 6, 8) = image.at(x, 5, 9) = 100;
      frames.push_back(std::make_shared<const recon::Image>(std::move(image)));
    }
    state_->set_turn(2, {.tilt_degrees = 20, .swivel_degrees = 0});
    FilmDialog dialog(*state_, *viewer_,
                      {"Frame", 3, 0, [&](int step) { state_->set_image(frames[static_cast<std::size_t>(step)]); }},
                      "test");
    auto* what = dialog.findChild<QComboBox*>("what_moves");
    auto* view = dialog.findChild<QComboBox*>("film_view");
    what->setCurrentIndex(what->findText("slice after slice"));
    view->setCurrentIndex(view->findText("3-D"));
    QCOMPARE(view->currentText(), QString("axial"));  // slices have no such view
    what->setCurrentIndex(what->findText("frame after frame"));
    dialog.findChild<QSpinBox*>("width")->setValue(300);
    for (const char* name : {"3-D", "axial"}) {
      view->setCurrentIndex(view->findText(name));
      QCOMPARE(view->currentText(), QString(name));
      const QStringList files = save(dialog, path("any.png"));
      QCOMPARE(files.size(), 3);
      QList<double> places;
      for (const QString& file : files) {
        const QImage picture(file);
        double sum = 0;
        int count = 0;
        for (int y = 30; y < picture.height() - 30; ++y) {  // between caption and scale bar
          for (int x = 0; x < 0.7 * picture.width(); ++x) {
            if (tests::is_white(picture.pixelColor(x, y)) && picture.pixelColor(x, y).lightness() > 150) {
              sum += x;
              ++count;
            }
          }
        }
        QVERIFY2(count > 4, name);
        places << sum / count;
      }
      QVERIFY2(places[1] > places[0] + 15 && places[2] > places[1] + 15,
               qPrintable(QString("%1: %2 %3 %4").arg(name).arg(places[0]).arg(places[1]).arg(places[2])));
    }
    view->setCurrentIndex(view->findText("all of them"));
    const QStringList files = save(dialog, path("all.png"));
    QVERIFY(files.size() == 3 && QImage(files[0]) != QImage(files[1]) && QImage(files[1]) != QImage(files[2]));
    state_->set_image(tests::bright_image());
  }

  /// After a whole turn the view is what it was.
  void the_view_turns() {
    if (!opengl_problem().isEmpty()) {
      QSKIP("there is no OpenGL");
    }
    QTRY_VERIFY_WITH_TIMEOUT(!viewer_->scene_picture()({50, 50}, 1, {10, -20, 30}, 1).isNull(), patience_ms);
    QVERIFY(look_from({0, -1, 0}, {0, 0, 1}));
    QTRY_VERIFY_WITH_TIMEOUT(tests::middle_of(scene_picture(), tests::is_white), patience_ms);
    FilmDialog dialog(*state_, *viewer_, {}, "test");
    dialog.findChild<QComboBox*>("what_moves")->setCurrentIndex(0);
    dialog.findChild<QSpinBox*>("width")->setValue(300);
    dialog.findChild<QSpinBox*>("per_turn")->setValue(4);
    const auto before = viewer_->picture("scene", 79.375, false).image(96, viewer_->scene_picture());
    const QStringList files = save(dialog, path("turn.png"));
    QCOMPARE(files.size(), 4);
    QCOMPARE(QImage(files[0]).convertToFormat(QImage::Format_RGB32), before);
    QVERIFY(QImage(files[1]) != QImage(files[0]));
    QVERIFY(QImage(files[2]) != QImage(files[0]));
    QCOMPARE(viewer_->picture("scene", 79.375, false).image(96, viewer_->scene_picture()), before);
  }
};

COINCIDE_TEST_CLASS(FilmTest)
#include "film_test.moc"
