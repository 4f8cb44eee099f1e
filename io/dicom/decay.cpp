#include "io/dicom/decay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "recon/data/frame_decay.h"

namespace coincide::io::dicom {
namespace {

/// A moment that values may be corrected to; none: each plane's own start.
struct Candidate {
  std::string name;
  std::optional<double> moment_s;
};

template <class Work>
void each_plane(const Stack& stack, const Work& work) {
  for (const std::vector<Plane>& frame : stack.frames) {
    for (const Plane& plane : frame) {
      work(plane);
    }
  }
}

bool have_factors(const Stack& stack) {
  bool all = true;
  each_plane(stack, [&all](const Plane& plane) { all = all && plane.decay_factor && plane.duration_s > 0; });
  return all;
}

bool fits(const Candidate& candidate, const Stack& stack, double half_life_s) {
  constexpr double tolerance = 0.005;
  bool all = true;
  each_plane(stack, [&](const Plane& plane) {
    const double after_s = candidate.moment_s ? *plane.start_s - *candidate.moment_s : 0;
    const double factor = recon::frame_decay_factor(half_life_s, after_s, plane.duration_s);
    all = all && std::abs(*plane.decay_factor / factor - 1) < tolerance;
  });
  return all;
}

/// What was said first.
std::vector<Candidate> candidates(const Stack& stack, const TracerMoments& moments, bool to_injection) {
  const double first_s = *first_start_s(stack);
  std::vector<Candidate> list;
  if (moments.corrected_s) {
    list.push_back({"Decay Correction DateTime", moments.corrected_s});
  }
  if (moments.series_s && *moments.series_s <= first_s) {
    list.push_back({"Series Time", moments.series_s});
  }
  list.push_back({"the start of the first frame", first_s});
  list.push_back({"the own start of each frame", {}});
  if (moments.injection_s) {
    list.insert(to_injection ? list.begin() : list.end(), {"the injection", moments.injection_s});
  }
  return list;
}

bool is_corrected(const PictureData& data, const std::string& word, std::vector<std::string>& warnings) {
  if (const std::string enhanced = data.text(tag::decay_corrected); word.empty() && !enhanced.empty()) {
    return enhanced == "YES";
  }
  if (word.empty()) {
    warnings.push_back(title(tag::decay_correction) + " is missing: values are taken as corrected for decay.");
  }
  return word != "NONE";
}

}  // namespace

std::optional<double> first_start_s(const Stack& stack) {
  std::optional<double> first;
  bool all = true;
  each_plane(stack, [&](const Plane& plane) {
    all = all && plane.start_s;
    first = std::min(first.value_or(plane.start_s.value_or(0)), plane.start_s.value_or(0));
  });
  return all ? first : std::nullopt;
}

void tell_starts_apart(Stack& stack, const TracerMoments& moments) {
  const auto moment = [&](std::size_t frame) { return stack.frames[frame].front(); };
  for (std::size_t i = 1; i < stack.frames.size(); ++i) {
    if (moment(i).start_s != moment(0).start_s || !moment(i).reference_time_ms || !moment(i).start_s ||
        moment(i).reference_time_ms == moment(0).reference_time_ms) {
      return;
    }
  }
  const std::optional<double> zero_s = moments.series_s ? moments.series_s : moment(0).start_s;
  for (std::vector<Plane>& frame : stack.frames) {
    for (Plane& plane : frame) {
      if (stack.frames.size() > 1 && plane.reference_time_ms && zero_s) {
        plane.start_s =
            *zero_s + 1e-3 * *plane.reference_time_ms - recon::mean_activity_s(moments.half_life_s, plane.duration_s);
      }
    }
  }
}

DecayReference decay_reference(const Stack& stack, const TracerMoments& moments) {
  DecayReference result;
  const PictureData data = stack.frames.front().front().data();
  const std::string word = data.text(tag::decay_correction);
  result.corrected = is_corrected(data, word, result.warnings);
  const std::vector<Candidate> list = candidates(stack, moments, word == "ADMIN");
  const auto take = [&result, &stack](const Candidate& candidate) {
    result.own_starts = !candidate.moment_s;
    result.moment_s = candidate.moment_s.value_or(*first_start_s(stack));
  };
  take(list.front());
  if (!result.corrected) {
    return result;
  }
  if (word == "ADMIN" && !moments.injection_s) {
    result.warnings.push_back(
        fmt::format("Values are said to be corrected to the injection, but its time is missing: {} "
                    "is taken for it.",
                    list.front().name));
  }
  if (!have_factors(stack) || !(moments.half_life_s > 0)) {
    result.warnings.push_back(
        fmt::format("Decay Factor or half-life is missing: values are taken as corrected to {}.", list.front().name));
    return result;
  }
  const auto found = std::ranges::find_if(
      list, [&](const Candidate& candidate) { return fits(candidate, stack, moments.half_life_s); });
  if (found == list.end()) {
    result.warnings.push_back(
        fmt::format("The Decay Factors fit no known moment: values are taken as corrected to {}.", list.front().name));
  } else if (found != list.begin()) {
    take(*found);
    result.warnings.push_back(fmt::format("The Decay Factors say that values are corrected to {}, not to {}.",
                                          found->name, list.front().name));
  }
  return result;
}

}  // namespace coincide::io::dicom
