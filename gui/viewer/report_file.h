#pragma once

#include <QImage>
#include <QString>
#include <filesystem>
#include <string>

namespace coincide::gui {

/// A picture within a page of HTML.
std::string picture_source(const QImage& picture);

/// Writes a page of HTML as it is, or as PDF on A4 where the file's ending says so. Throws FileError.
void write_report(const std::filesystem::path& path, const std::string& html);

}  // namespace coincide::gui
