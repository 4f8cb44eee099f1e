#include "gui/model/sentences.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace coincide::gui {
namespace {

/// Other bytes of UTF-8 than ASCII count as letters.
bool is_letter(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x80 || std::isalpha(value) != 0;
}

std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_letter));
}

/// Numbers, units, paths and names of settings are the same in all languages.
bool is_word(std::string_view text) { return text.find(' ') == std::string_view::npos; }

struct Mark {
  std::size_t begin, end;
  int number = -1;  ///< as {1} says it; < 0: it says none
};

/// The first {} or {:g} or {1} from a place on.
std::optional<Mark> next_mark(std::string_view text, std::size_t from) {
  for (std::size_t begin = text.find('{', from); begin != std::string_view::npos; begin = text.find('{', begin + 1)) {
    std::size_t end = begin + 1;
    int number = -1;
    for (; end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0 && end < begin + 3; ++end) {
      number = 10 * std::max(number, 0) + (text[end] - '0');
    }
    if (end < text.size() && text[end] == ':') {
      end = std::min(text.find('}', end), text.size());
    }
    if (end < text.size() && text[end] == '}') {
      return Mark{begin, end + 1, number};
    }
  }
  return std::nullopt;
}

}  // namespace

Sentences::Sentences(const std::unordered_map<std::string, std::string>& texts) : texts_(texts) {
  for (const auto& [text, translation] : texts) {
    Entry entry;
    std::size_t from = 0;
    for (auto mark = next_mark(text, from); mark; mark = next_mark(text, from)) {
      entry.literals.push_back(text.substr(from, mark->begin - from));
      from = mark->end;
    }
    entry.literals.push_back(text.substr(from));
    const auto num_values = static_cast<int>(entry.literals.size()) - 1;
    for (const std::string& literal : entry.literals) {
      entry.letters += letters_of(literal);
    }
    if (num_values == 0 || entry.letters == 0) {
      continue;
    }
    int next = 0;
    from = 0;
    for (auto mark = next_mark(translation, from); mark; mark = next_mark(translation, from)) {
      entry.pieces.push_back({translation.substr(from, mark->begin - from)});
      entry.pieces.push_back({{}, std::min(mark->number >= 0 ? mark->number : next++, num_values - 1)});
      from = mark->end;
    }
    entry.pieces.push_back({translation.substr(from)});
    entries_.push_back(std::move(entry));
  }
}

/// One sentence while it is read, with what has been found of its parts, which are met again and again.
class Sentences::Reading {
 public:
  explicit Reading(const Sentences& sentences) : sentences_(sentences) {}

  std::string translation(std::string_view text) { return read(text).text; }

 private:
  struct Found {
    std::string text;
    std::size_t foreign = 0;  ///< letters in it that stay as they are, and are more than a word
    std::size_t own = 0;      ///< letters of the entries that it was found by

    /// Half a translation is worse than none.
    bool is_translated() const { return foreign <= own; }
    bool is_better_than(const Found& other) const {
      return foreign != other.foreign ? foreign < other.foreign : own > other.own;
    }
  };

  const Found& read(std::string_view text) {
    const auto [place, is_new] = found_.try_emplace(std::string(text));
    if (is_new) {
      Found found = find(text);
      return found_[std::string(text)] = std::move(found);  // others were added meanwhile
    }
    return place->second;
  }

  Found find(std::string_view text) {
    if (const std::string* known = sentences_.find(std::string(text)); known != nullptr) {
      return {*known, 0, letters_of(text)};
    }
    Found best{std::string(text), is_word(text) ? 0 : letters_of(text), 0};  // as it is
    if (best.foreign == 0) {
      return best;
    }
    const auto consider = [&best](Found&& found) {
      if (found.is_translated() && found.is_better_than(best)) {
        best = std::move(found);
      }
    };
    for (const Entry& entry : sentences_.entries_) {
      if (entry.letters <= text.size() && text.starts_with(entry.literals.front()) &&
          text.ends_with(entry.literals.back())) {
        std::size_t tries = 0;
        assign(entry, text, {}, entry.literals.front().size(), tries, consider);
      }
    }
    if (text.ends_with('.')) {
      Found without_stop = read(text.substr(0, text.size() - 1));
      without_stop.text += '.';
      consider(std::move(without_stop));
    }
    join(text, consider);
    return best;
  }

  /// Gives all values after those that are given already a part of the text, in each way there is.
  template <class Consider>
  void assign(const Entry& entry, std::string_view text, std::vector<std::string_view> values, std::size_t from,
              std::size_t& tries, const Consider& consider) {
    constexpr std::size_t most_tries = 32;
    const std::size_t next = values.size() + 1;
    const std::string& literal = entry.literals[next];
    if (next + 1 == entry.literals.size()) {
      if (from + literal.size() <= text.size() && ++tries <= most_tries) {
        values.push_back(text.substr(from, text.size() - literal.size() - from));
        consider(filled(entry, values));
      }
      return;
    }
    for (std::size_t place = text.find(literal, from); place != std::string_view::npos && tries < most_tries;
         place = text.find(literal, place + 1)) {
      values.push_back(text.substr(from, place - from));
      assign(entry, text, values, place + literal.size(), tries, consider);
      values.pop_back();
    }
  }

  Found filled(const Entry& entry, const std::vector<std::string_view>& values) {
    Found all{{}, 0, entry.letters};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (entry.literals[i].ends_with('"') && entry.literals[i + 1].starts_with('"')) {
        texts.emplace_back(values[i]);
        continue;
      }
      const Found value = read(values[i]);
      texts.push_back(value.text);
      all.foreign += value.foreign;
      all.own += value.own;
    }
    for (const Piece& piece : entry.pieces) {
      all.text += piece.value < 0 ? piece.text : texts[static_cast<std::size_t>(piece.value)];
    }
    return all;
  }

  /// What was put together of several sentences, or parts of one.
  template <class Consider>
  void join(std::string_view text, const Consider& consider) {
    for (const std::string_view between : {". ", "; ", ": ", ", "}) {
      const std::size_t stop = between.front() == '.' ? 1 : 0;  // a full stop belongs to its sentence
      for (std::size_t place = text.find(between); place != std::string_view::npos;
           place = text.find(between, place + 1)) {
        const Found first = read(text.substr(0, place + stop));
        if (!first.is_translated()) {
          continue;
        }
        const Found rest = read(text.substr(place + between.size()));
        if (rest.is_translated()) {
          consider({first.text + std::string(between.substr(stop)) + rest.text, first.foreign + rest.foreign,
                    first.own + rest.own});
        }
      }
    }
  }

  const Sentences& sentences_;
  std::unordered_map<std::string, Found> found_;
};

std::string Sentences::translation(const std::string& sentence) const {
  return texts_.empty() ? sentence : Reading(*this).translation(sentence);
}

const std::string* Sentences::find(const std::string& text) const {
  const auto found = texts_.find(text);
  return found == texts_.end() ? nullptr : &found->second;
}

}  // namespace coincide::gui
