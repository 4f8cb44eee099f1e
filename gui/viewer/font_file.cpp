#include "gui/viewer/font_file.h"

#include <fontconfig/fontconfig.h>

#include <QFontInfo>
#include <memory>

namespace coincide::gui {

std::string font_file(const QFont& font) {
  const auto destroy = [](FcPattern* pattern) { FcPatternDestroy(pattern); };
  using Pattern = std::unique_ptr<FcPattern, decltype(destroy)>;
  const QByteArray family = QFontInfo(font).family().toUtf8();
  const Pattern wanted(FcPatternCreate(), destroy);
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family.constData()));
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult found = FcResultNoMatch;
  const Pattern match(FcFontMatch(nullptr, wanted.get(), &found), destroy);
  FcChar8* file = nullptr;
  return match && FcPatternGetString(match.get(), FC_FILE, 0, &file) == FcResultMatch
             ? std::string(reinterpret_cast<const char*>(file))
             : std::string();
}

}  // namespace coincide::gui
