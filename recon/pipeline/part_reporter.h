#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "recon/reporter.h"

namespace coincide::recon {

/// Stands between the runs of the parts of an acquisition, one after the other, and the reporter of the whole: progress
/// and iterations count over all parts, and a warning names its part. What several parts warn of in the same words is
/// said once, and in the end for the others; a note is only said once.
class PartReporter final : public Reporter {
 public:
  PartReporter(Reporter& outer, std::size_t parts, int passes) : outer_(outer), parts_(parts), passes_(passes) {}

  /// What is said from here on is of this part: "frame 3 of 12". It takes as long as so many others.
  void begin_part(std::size_t index, std::string name, std::size_t length = 1);
  /// Says which warnings hold for which other parts.
  void tell_repeated() const;

  void progress(std::string_view stage, double fraction) override;
  void begin_stage(std::string_view stage) override;
  void step(std::string_view name) override;
  void note(std::string_view sentence) override;
  void warning(std::string_view sentence) override;
  void intermediate_image(const Image& image, double iteration) override;
  bool wants_images() const override { return outer_.wants_images(); }
  void figures(const IterationFigures& figures) override;
  bool stop_requested() const override { return outer_.stop_requested(); }

 private:
  std::string of_part(std::string_view sentence) const;
  double passes_before() const { return static_cast<double>(index_) * passes_; }

  Reporter& outer_;
  std::size_t parts_;
  int passes_;
  std::size_t index_ = 0;
  std::size_t length_ = 1;
  std::string name_;
  double done_ = 0;  ///< of all parts, 0 ... 1
  bool reconstructs_ = false;
  std::set<std::string> notes_;                                               ///< said before
  std::map<std::string, std::vector<std::string>, std::less<>> repeated_by_;  ///< parts by the warning said before
};

}  // namespace coincide::recon
