#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "io/settings.h"

// Settings of one kind or another, for lists as that in job_settings.cpp. Fields outlive them.

namespace coincide::io {

/// An enum whose values count from 0 in the order of the words.
template <class Enum>
WordField word_field(Enum& value) {
  return {[&value] { return static_cast<std::size_t>(value); },
          [&value](std::size_t index) { value = static_cast<Enum>(index); }};
}

/// A path of a file, a folder or a resource.
inline Setting path_setting(const char* key, std::filesystem::path& field, const char* help,
                            PathRule rule = PathRule::file) {
  Setting setting{key, &field, "", help};
  setting.path_rule = rule;
  return setting;
}

/// One of several words, in the order of the enum.
template <class Enum>
Setting word_setting(const char* key, Enum& field, std::vector<std::string> words, const char* help) {
  Setting setting{key, word_field(field), "", help};
  setting.words = std::move(words);
  return setting;
}

/// A text that must be one of a list.
inline Setting text_of_list(const char* key, std::string& field, const std::vector<std::string>& texts,
                            const char* help) {
  const auto index = [&field, texts] {
    return static_cast<std::size_t>(std::ranges::find(texts, field) - texts.begin());
  };
  Setting setting{key, WordField{index, [&field, texts](std::size_t i) { field = texts[i]; }}, "", help};
  setting.words = texts;
  return setting;
}

/// For a setting without a default: it has to be said.
inline std::vector<std::string> with_unstated(std::vector<std::string> words) {
  words.emplace(words.begin(), "unstated");
  return words;
}

/// Of no effect, and hidden in the form, where `has_use` says no.
inline Setting with_use(Setting setting, std::function<bool()> has_use) {
  setting.has_use = std::move(has_use);
  return setting;
}

/// Also read under a name that it had before.
inline Setting also_called(const char* name, Setting setting) {
  setting.other_name = name;
  return setting;
}

}  // namespace coincide::io
