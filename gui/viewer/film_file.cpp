#include "gui/viewer/film_file.h"

#include <gif_lib.h>

#include <QFile>
#include <QFileInfo>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "projectors/error.h"

namespace coincide::gui {
namespace {

constexpr int most_colours = 256;
constexpr int colour_bits = 8;

[[noreturn]] void fail(const QString& path) {
  throw FileError((path + " cannot be written: choose another folder, or make room on the disk").toStdString());
}

QImage in_size(const QImage& picture, const QSize& size) {
  if (picture.size() == size) {
    return picture.convertToFormat(QImage::Format_RGB888);
  }
  QImage canvas(size, QImage::Format_RGB888);
  canvas.fill(Qt::white);
  QPainter(&canvas).drawImage(0, 0, picture);
  return canvas;
}

/// A picture's pixels as numbers of at most 256 colours, found by median cuts.
struct Palette {
  std::array<GifColorType, most_colours> colours{};
  std::vector<GifByteType> pixels;

  explicit Palette(const QImage& picture) {
    const auto count = static_cast<std::size_t>(picture.width()) * static_cast<std::size_t>(picture.height());
    std::vector<GifByteType> red, green, blue;
    for (std::vector<GifByteType>* channel : {&red, &green, &blue}) {
      channel->reserve(count);
    }
    for (int y = 0; y < picture.height(); ++y) {
      const uchar* pixel = picture.constScanLine(y);
      for (int x = 0; x < picture.width(); ++x, pixel += 3) {
        red.push_back(pixel[0]);
        green.push_back(pixel[1]);
        blue.push_back(pixel[2]);
      }
    }
    pixels.resize(count);
    int size = most_colours;
    if (GifQuantizeBuffer(static_cast<unsigned>(picture.width()), static_cast<unsigned>(picture.height()), &size,
                          red.data(), green.data(), blue.data(), pixels.data(), colours.data()) == GIF_ERROR) {
      throw DeviceError("There is not enough memory for this picture: make it smaller.");
    }
    constexpr int whitest = 248;  // giflib leaves out the last three bits
    const auto stretched = [](GifByteType value) {
      return static_cast<GifByteType>(std::min(255, (value * 255 + whitest / 2) / whitest));
    };
    for (GifColorType& colour : colours) {
      colour = {stretched(colour.Red), stretched(colour.Green), stretched(colour.Blue)};
    }
  }
};

}  // namespace

struct FilmFile::Gif {
  Gif(const QString& path, double pictures_per_second)
      : file(EGifOpenFileName(QFile::encodeName(path).constData(), false, nullptr)),
        hundredths_s(static_cast<int>(std::lround(100 / pictures_per_second))) {}
  Gif(const Gif&) = delete;
  Gif& operator=(const Gif&) = delete;
  ~Gif() { close(); }

  bool close() { return file != nullptr && EGifCloseFile(std::exchange(file, nullptr), nullptr) != GIF_ERROR; }
  bool begin(const QSize& size) {
    // "NETSCAPE2.0", 1, 0, 0: plays without an end, as all programs understand it.
    constexpr std::array<GifByteType, 3> for_ever{1, 0, 0};
    EGifSetGifVersion(file, true);  // 89a, which has films
    return EGifPutScreenDesc(file, size.width(), size.height(), colour_bits, 0, nullptr) != GIF_ERROR &&
           EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) != GIF_ERROR &&
           EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") != GIF_ERROR &&
           EGifPutExtensionBlock(file, for_ever.size(), for_ever.data()) != GIF_ERROR &&
           EGifPutExtensionTrailer(file) != GIF_ERROR;
  }
  bool add(const QImage& picture) {
    Palette palette(picture);
    const std::unique_ptr<ColorMapObject, void (*)(ColorMapObject*)> map(
        GifMakeMapObject(most_colours, palette.colours.data()), GifFreeMapObject);
    const GraphicsControlBlock control{.DisposalMode = DISPOSE_DO_NOT,
                                       .UserInputFlag = false,
                                       .DelayTime = hundredths_s,
                                       .TransparentColor = NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> control_bytes{};
    EGifGCBToExtension(&control, control_bytes.data());
    bool ok = EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, control_bytes.size(), control_bytes.data()) != GIF_ERROR &&
              EGifPutImageDesc(file, 0, 0, picture.width(), picture.height(), false, map.get()) != GIF_ERROR;
    for (int y = 0; ok && y < picture.height(); ++y) {
      ok = EGifPutLine(file, &palette.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width())],
                       picture.width()) != GIF_ERROR;
    }
    return ok;
  }

  GifFileType* file;
  int hundredths_s;
};

FilmFile::FilmFile(const QString& path, double pictures_per_second) : path_(path) {
  const QString ending = QFileInfo(path).suffix().toLower();
  if (ending == "gif") {
    gif_ = std::make_unique<Gif>(path, pictures_per_second);
    if (gif_->file == nullptr) {
      fail(path);
    }
    written_ << path;
  } else if (ending != "png") {
    throw FileError(
        (path + " is no film: its name has to end in .gif, or in .png for one file per picture").toStdString());
  }
}

FilmFile::~FilmFile() {
  gif_.reset();
  if (!is_finished_) {
    for (const QString& file : written_) {
      QFile::remove(file);
    }
  }
}

QString FilmFile::next_picture_path() const {
  const QFileInfo file(path_);
  return file.path() + QString("/%1_%2.png").arg(file.completeBaseName()).arg(written_.size() + 1, 3, 10, QChar('0'));
}

void FilmFile::add(const QImage& picture) {
  const bool is_first = size_.isEmpty();
  size_ = is_first ? picture.size() : size_;
  const QImage whole = in_size(picture, size_);
  if (gif_) {
    if ((is_first && !gif_->begin(size_)) || !gif_->add(whole)) {
      fail(path_);
    }
  } else if (const QString path = next_picture_path(); whole.save(path)) {
    written_ << path;
  } else {
    fail(path);
  }
}

QStringList FilmFile::finish() {
  if (gif_ && !gif_->close()) {
    fail(path_);
  }
  is_finished_ = true;
  return written_;
}

}  // namespace coincide::gui
