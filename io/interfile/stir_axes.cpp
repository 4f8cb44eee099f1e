#include "io/interfile/stir_axes.h"

#include <fmt/format.h>

namespace coincide::io {
namespace {

StirAxes axes(bool head_first, bool supine, bool is_assumed) {
  StirAxes result;
  result.sign = {head_first == supine ? 1.0F : -1.0F, supine ? 1.0F : -1.0F, head_first ? -1.0F : 1.0F};
  result.patient = fmt::format("{} first, {}", head_first ? "head" : "feet", supine ? "supine" : "prone");
  result.is_assumed = is_assumed;
  return result;
}

}  // namespace

std::string StirAxes::sentence() const { return patient + (is_assumed ? " (assumed: the header does not say)" : ""); }

StirAxes read_stir_axes(const InterfileHeader& header) {
  const std::string dicom = header.text("%patient orientation", "");
  if (dicom == "HFS" || dicom == "HFP" || dicom == "FFS" || dicom == "FFP") {
    return axes(dicom[0] == 'H', dicom[2] == 'S', false);
  }
  const std::string end = interfile_key(header.text("patient orientation", "unknown"));
  const std::string turn = interfile_key(header.text("patient rotation", "unknown"));
  const bool head_first = end == "head in" || end == "unknown" || end == "other";
  if ((!head_first && end != "feet in") ||
      (turn != "supine" && turn != "prone" && turn != "unknown" && turn != "other")) {
    header.fail(
        fmt::format("a patient who lies \"{}\", \"{}\" has no place here: head_in or feet_in, supine or prone "
                    "have",
                    end, turn));
  }
  const bool is_said = (end == "head in" || end == "feet in") && (turn == "supine" || turn == "prone");
  return axes(head_first, turn != "prone", !is_said);
}

}  // namespace coincide::io
