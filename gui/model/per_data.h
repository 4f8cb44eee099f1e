#pragma once

#include <map>
#include <string>
#include <utility>

namespace coincide::gui {

/// A value that belongs to the data that are looked at: it goes with them, and comes back with them.
template <class Value>
class PerData {
 public:
  PerData() = default;
  PerData(const PerData&) = delete;
  PerData& operator=(const PerData&) = delete;

  /// Of the data that were chosen last; new ones begin with a value as it is made.
  Value& operator*() { return *value_; }
  const Value& operator*() const { return *value_; }
  Value* operator->() { return value_; }
  const Value* operator->() const { return value_; }

  const std::map<std::string, Value>& all() const { return values_; }
  void put(const std::string& data, Value value) { values_[data] = std::move(value); }

  /// False if they are the same as before.
  bool choose(const std::string& data) {
    Value* before = value_;
    value_ = &values_[data];
    return value_ != before;
  }

 private:
  std::map<std::string, Value> values_;
  Value* value_ = &values_[{}];
};

}  // namespace coincide::gui
