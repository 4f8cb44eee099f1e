#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace coincide::gui {

/// Keeps a listener: it is called until this is destroyed, be that before or after what it listens to.
using Subscription = std::shared_ptr<const std::function<void()>>;

/// Whom a state tells that it has changed.
class Listeners {
 public:
  [[nodiscard]] Subscription add(std::function<void()> listener) {
    std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
    auto kept = std::make_shared<const std::function<void()>>(std::move(listener));
    listeners_.push_back(kept);
    return kept;
  }
  /// In the order in which they came.
  void call() const {
    for (const auto& one : std::vector(listeners_)) {  // a copy: one of them may bring another
      if (const Subscription listener = one.lock()) {
        (*listener)();
      }
    }
  }

 private:
  std::vector<std::weak_ptr<const std::function<void()>>> listeners_;
};

}  // namespace coincide::gui
