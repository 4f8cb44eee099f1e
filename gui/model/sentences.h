#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace coincide::gui {

/// Translates finished sentences of the layers below, which know of no language: by the entry whose text they were made
/// from, in whose {} their values stand. Constant once it is made.
class Sentences {
 public:
  Sentences() = default;
  /// Texts with their translations. Where these name values by their number, {1}, the order may be another one.
  explicit Sentences(const std::unordered_map<std::string, std::string>& texts);

  /// The sentence, or several one after the other, in the other language; as it is where no entry fits. Of several that
  /// fit, the one that leaves the fewest letters in English counts, then the one with the most letters of its own.
  /// Values that are known texts are translated, too, but not names in quotes.
  std::string translation(const std::string& sentence) const;
  /// The translation of a text that is one as it stands; null: there is none.
  const std::string* find(const std::string& text) const;

 private:
  /// A part of a translation: a text, or the value of this number.
  struct Piece {
    std::string text;
    int value = -1;
  };
  struct Entry {
    std::vector<std::string> literals;  ///< around the values, one more than there are
    std::vector<Piece> pieces;
    std::size_t letters = 0;  ///< in the literals
  };
  class Reading;

  std::unordered_map<std::string, std::string> texts_;
  std::vector<Entry> entries_;
};

}  // namespace coincide::gui
