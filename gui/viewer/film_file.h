#pragma once

#include <QImage>
#include <QString>
#include <QStringList>
#include <memory>

namespace coincide::gui {

/// Pictures that follow each other, written as they come: into one GIF that plays for ever, or, with the ending .png,
/// each into a file of its own, NAME_001.png and so on. All have the size of the first one; of others the upper left
/// part is taken. A GIF has at most 256 colours in a picture: close to those that it has.
class FilmFile {
 public:
  /// Throws FileError for another ending, or where nothing can be written.
  FilmFile(const QString& path, double pictures_per_second);
  /// A film that has not been finished is removed.
  ~FilmFile();

  void add(const QImage& picture);
  /// The names of the files. Throws FileError if they could not be written as a whole.
  QStringList finish();

 private:
  struct Gif;
  QString next_picture_path() const;

  QString path_;
  QSize size_;
  QStringList written_;
  std::unique_ptr<Gif> gif_;  ///< null: pictures of their own
  bool is_finished_ = false;
};

}  // namespace coincide::gui
