#include "io/castor/castor_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "io/castor/castor_output.h"
#include "io/castor/castor_scanner.h"
#include "projectors/error.h"
#include "recon/data/sorted_block.h"
#include "recon/model.h"
#include "recon/module_pairs.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using recon::EventBlock;
using recon::EventTerms;
using recon::MultiplicativeModel;

constexpr double mm3_per_ml = 1000;

template <class T>
void put(char* place, T value) {
  std::memcpy(place, &value, sizeof value);
}

fs::path with_ending(fs::path path, const char* ending) { return path.replace_extension(ending); }

/// What the header says of a source before its events are read.
CastorData data_of(const recon::EventSource& source, const MultiplicativeModel& model, const fs::path& path) {
  const EventTerms terms = source.event_terms();
  const recon::Efficiencies& efficiencies = source.efficiencies();
  const auto wanted = [](bool has) { return has ? 0 : -1; };
  CastorData data;
  data.header = path;
  data.data = with_ending(path, ".cdf");
  data.most_axial_mm = efficiencies.acceptance.most_axial_mm;
  data.record.attenuation = wanted(terms.attenuation);
  data.record.scatter = wanted(terms.scatter);
  data.record.randoms = wanted(terms.randoms);
  data.record.normalization = wanted(terms.normalization || efficiencies.has_values());
  if (terms.normalization) {
    data.calibration = efficiencies.calibration_stated ? mm3_per_ml / efficiencies.calibration_factor : 1;
  } else if (model.is_absolute()) {
    data.calibration = mm3_per_ml;
  }
  if (const std::optional<recon::TofAxis> axis = shared_tof_axis(source.scanner())) {
    data.has_tof = true;
    data.tof_fwhm_ps = axis->sigma_mm * recon::fwhm_per_sigma / recon::mm_per_ps;
    data.tof_quantisation_ps = axis->bin_width_mm / recon::mm_per_ps;
    data.num_tof_bins = static_cast<std::uint64_t>(axis->num_bins);
    data.tof_range_ps = data.tof_quantisation_ps * axis->num_bins;
  }
  return data;
}

/// Events of a source on their way to a file.
class ListmodeWriter {
 public:
  ListmodeWriter(recon::EventSource& source, const MultiplicativeModel& model, CastorData data)
      : source_(source), model_(model), terms_(source.event_terms()), data_(std::move(data)) {}

  void write() {
    EventBlock block;
    source_.rewind();
    while (source_.read(block)) {
      if (!file_ && block.size() > 0) {
        open(block);
      }
      for (std::size_t i = 0; i < block.size(); ++i) {
        add(block, i);
      }
    }
  }

  CastorDataFile& file() {
    if (!file_) {
      open({});
    }
    return *file_;
  }
  std::uint64_t delayeds() const { return delayeds_; }
  std::uint64_t impossible() const { return impossible_; }
  bool has_windows() const { return has_windows_; }

 private:
  void open(const EventBlock& first) {
    data_.record.kind = first.origin.empty() ? -1 : 0;
    has_windows_ = !first.window_a.empty();
    lay_out(data_);
    file_.emplace(data_);
  }

  void add(const EventBlock& block, std::size_t i) {
    if (block.delayed[i] != 0) {
      ++delayeds_;
      return;
    }
    const float attenuation = block.attenuation.empty() ? 1 : block.attenuation[i];
    const float normalization = normalization_of(block, i, attenuation);
    if (!(normalization > 0) || !(attenuation > 0)) {
      ++impossible_;
      return;
    }
    char* record = file_->next();
    const CastorRecord& at = data_.record;
    put(record, block.time_ms[i]);
    if (at.attenuation >= 0) {
      put(record + at.attenuation, 1 / attenuation);
    }
    if (at.kind >= 0) {
      put(record + at.kind, static_cast<std::uint8_t>(block.origin[i]));
    }
    if (at.normalization >= 0) {
      put(record + at.normalization, 1 / normalization);
    }
    put_rates(block, i, record);
    put_crystals(block, i, record);
  }

  /// m without attenuation: what the file states, else what the model says; 0 for pairs that cannot be.
  float normalization_of(const EventBlock& block, std::size_t i, float attenuation) const {
    if (!terms_.normalization) {
      return recon::factor_of(block, i, model_, {});
    }
    const bool possible = model_.in_coincidence(block.crystal_a[i], block.crystal_b[i]);
    return possible ? block.factor[i] / attenuation : 0;
  }

  /// Scatter per mm of TOF, randoms of the whole LOR.
  void put_rates(const EventBlock& block, std::size_t i, char* record) const {
    const float scatter = block.scatter_per_s.empty() ? 0 : block.scatter_per_s[i];
    if (data_.record.scatter >= 0) {
      const double width_mm = data_.has_tof ? data_.tof_quantisation_ps * recon::mm_per_ps : 1;
      put(record + data_.record.scatter, static_cast<float>(scatter / width_mm));
    }
    if (data_.record.randoms >= 0) {
      const auto bins = static_cast<float>(data_.has_tof ? data_.num_tof_bins : 1);
      put(record + data_.record.randoms, (block.additive_per_s[i] - scatter) * bins);
    }
  }

  /// The lower crystal first; TOF counts towards the second.
  void put_crystals(const EventBlock& block, std::size_t i, char* record) const {
    std::uint32_t a = block.crystal_a[i], b = block.crystal_b[i];
    double tof_ps = source_.scanner().tof_bins[block.tof_bin[i]].centre_mm / recon::mm_per_ps;
    if (a > b) {
      std::swap(a, b);
      tof_ps = -tof_ps;
    }
    if (data_.has_tof) {
      put(record + data_.record.tof, static_cast<float>(tof_ps));
    }
    put(record + data_.record.lines, a);
    put(record + data_.record.lines + sizeof a, b);
  }

  recon::EventSource& source_;
  const MultiplicativeModel& model_;
  EventTerms terms_;
  CastorData data_;
  std::optional<CastorDataFile> file_;
  std::uint64_t delayeds_ = 0;
  std::uint64_t impossible_ = 0;
  bool has_windows_ = false;
};

/// m of all LORs that can be measured.
void write_normalization(const MultiplicativeModel& model, CastorData data, const fs::path& path) {
  const recon::LorTable* lors = model.efficiencies().lors.get();
  const bool with_attenuation = lors != nullptr && lors->with_attenuation();
  data.mode = CastorData::Mode::normalization;
  data.header = path.parent_path() / (path.stem().string() + "_norm.cdh");
  data.data = with_ending(data.header, ".cdf");
  data.record = {.attenuation = with_attenuation ? 0 : -1, .normalization = 0};
  data.has_tof = false;
  lay_out(data);
  CastorDataFile file(data);
  const recon::ModulePairs modules(model.scanner(), model.efficiencies());
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    if (const float factor = model.factor_over_windows(a, b); factor > 0) {
      char* record = file.next();
      if (with_attenuation) {  // in the normalization factor
        put(record + data.record.attenuation, 1.0F);
      }
      put(record + data.record.normalization, 1 / factor);
      put(record + data.record.lines, a);
      put(record + data.record.lines + sizeof a, b);
    }
  };
  for (std::uint32_t module = 0; module < modules.num_modules(); ++module) {
    for (std::uint32_t a = modules.first_crystal(module); a < modules.first_crystal(module + 1); ++a) {
      for (const std::uint32_t partner : modules.partners(module)) {
        for (std::uint32_t b = modules.first_crystal(partner);
             partner > module && b < modules.first_crystal(partner + 1); ++b) {
          add(a, b);
        }
      }
    }
  }
  file.finish();
}

std::vector<std::string> not_held(const recon::EventCounts& counts, const ListmodeWriter& writer) {
  std::vector<std::string> sentences;
  if (writer.delayeds() > 0) {
    sentences.push_back(fmt::format("{} delayed coincidences are left out: CASToR has none.", writer.delayeds()));
  }
  if (writer.impossible() > 0) {
    sentences.push_back(fmt::format(
        "{} prompts that the scanner's model excludes, or whose efficiency is 0, are left out.", writer.impossible()));
  }
  if (writer.has_windows()) {
    sentences.emplace_back("The energy windows of events are left out: CASToR has none.");
  }
  if (counts.moves) {
    sentences.emplace_back("The places of bed and gantry are left out: CASToR has none.");
  }
  if (counts.dead_time_blocks > 0) {
    sentences.emplace_back("The dead time is left out: CASToR has none.");
  }
  const double span_s = 1e-3 * (counts.last_ms - counts.first_ms);
  if (!counts.no_duration.empty()) {
    sentences.emplace_back("The duration is not known (" + counts.no_duration + "): images have no unit.");
  } else if (span_s - counts.duration_s > 1e-3) {
    sentences.push_back(fmt::format("Pauses of {:.3f} s are left out: CASToR takes the {:.3f} s as recorded.",
                                    span_s - counts.duration_s, span_s));
  }
  return sentences;
}

}  // namespace

std::vector<std::string> write_castor(recon::EventSource& source, const fs::path& path,
                                      const CastorWriteOptions& options) {
  if (path.extension() != ".cdh") {
    throw InputError(fmt::format("{} must end in .cdh to be written as CASToR data", path.string()));
  }
  const fs::path folder = fs::absolute(path).parent_path();
  const MultiplicativeModel model(source.scanner(), source.efficiencies(), {});
  CastorData data = data_of(source, model, path);
  data.scanner_name = write_crystals_beside(castor_crystals(source.scanner(), source.efficiencies()), folder);
  ListmodeWriter writer(source, model, data);
  writer.write();
  const recon::EventCounts& counts = source.counts();
  const std::uint32_t span_ms = counts.no_duration.empty() ? counts.last_ms - counts.first_ms : 0;
  writer.file().set_times(1e-3 * counts.first_ms, 1e-3 * span_ms);
  writer.file().finish();
  if (options.write_normalization && !source.event_terms().normalization && source.efficiencies().has_values()) {
    write_normalization(model, data, path);
  }
  return not_held(counts, writer);
}

}  // namespace coincide::io
