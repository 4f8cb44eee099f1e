#include "recon/pipeline/part_reporter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "recon/algorithms/figures.h"
#include "recon/text.h"

namespace coincide::recon {
namespace {

constexpr std::string_view whole_stage = "reconstruction";

}  // namespace

void PartReporter::begin_part(std::size_t index, std::string name, std::size_t length) {
  index_ = index;
  length_ = length;
  name_ = std::move(name);
  reconstructs_ = false;
  outer_.step(name_);
}

void PartReporter::tell_repeated() const {
  for (const auto& [sentence, names] : repeated_by_) {
    if (!names.empty()) {
      outer_.warning(fmt::format("Also of {}: {}", fmt::join(names, ", "), sentence));
    }
  }
}

/// Iterations take most of the time; what comes before them hardly moves the bar.
void PartReporter::progress(std::string_view, double fraction) {
  constexpr double before_iterations = 0.1;
  const double part = reconstructs_ ? before_iterations + (1 - before_iterations) * fraction : 0;
  done_ = std::max(done_,
                   (static_cast<double>(index_) + static_cast<double>(length_) * part) / static_cast<double>(parts_));
  outer_.progress(whole_stage, done_);
}

void PartReporter::begin_stage(std::string_view stage) {
  reconstructs_ = stage == whole_stage;
  progress(stage, 0);
}

void PartReporter::step(std::string_view name) { outer_.step(fmt::format("{}, {}", name_, name)); }

void PartReporter::note(std::string_view sentence) {
  if (notes_.emplace(sentence).second) {
    outer_.note(of_part(sentence));
  }
}

void PartReporter::warning(std::string_view sentence) {
  const auto said = repeated_by_.find(sentence);
  if (said != repeated_by_.end()) {
    said->second.push_back(name_);
    return;
  }
  repeated_by_.emplace(sentence, std::vector<std::string>());
  outer_.warning(of_part(sentence));
}

void PartReporter::intermediate_image(const Image& image, double iteration) {
  outer_.intermediate_image(image, passes_before() + iteration);
}

void PartReporter::figures(const IterationFigures& figures) {
  IterationFigures of_all = figures;
  of_all.iteration += passes_before();
  outer_.figures(of_all);
}

std::string PartReporter::of_part(std::string_view sentence) const {
  const std::string name = capitalised(name_);
  return sentence.starts_with(name) ? std::string(sentence) : fmt::format("{}: {}", name, sentence);
}

}  // namespace coincide::recon
