#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recon/events.h"
#include "recon/image.h"
#include "recon/reporter.h"
#include "recon/scanner.h"

namespace coincide::io {

enum class Verdict {
  good,
  unknown,  ///< the data cannot tell
  notice,   ///< unusual; the result may suffer
  bad,      ///< the file is wrong, or read wrongly
};

/// "good", "unknown", "notice", "bad".
std::string_view verdict_name(Verdict verdict);
/// The other way round; unknown for any other word.
Verdict verdict_of(std::string_view word);

struct DataCheck {
  std::string name;
  Verdict verdict = Verdict::good;
  std::string sentence;  ///< what was found, with numbers
  std::string remedy;    ///< what the user can do, one short sentence; empty for what is good
  /// A notice that the image suffers from, unless something is done: a run warns of it, as of all that is bad.
  bool spoils_image = false;
};

/// Prompts that a summary keeps for pictures, at most.
inline constexpr std::size_t most_sampled = 4000;

/// What one pass over listmode data tells about it.
struct DataSummary {
  recon::EventCounts counts;
  bool complete = true;                            ///< false: the reporter asked to stop
  std::vector<std::uint64_t> prompts_per_crystal;  ///< by crystal id; both crystals of a prompt count
  std::uint32_t first_event_ms = 0;                ///< start of the time block of the first prompt or delayed
  std::vector<std::uint64_t> prompts_per_second;   ///< from first_event_ms on
  std::vector<std::uint64_t> delayeds_per_second;  ///< of the same seconds
  std::vector<std::uint64_t> prompts_per_tof_bin;  ///< by index into Scanner::tof_bins; empty without TOF
  /// Prompts drawn evenly at random from the whole file, the same ones each time: crystals, TOF bins and times; the
  /// other columns are empty.
  recon::EventBlock sample;
  std::vector<DataCheck> checks;
};

/// What the checks look at.
struct CheckOptions {
  bool tof = true;
  /// All events; else those of the first blocks and of some of the others, which costs next to nothing and tells the
  /// same in per cent.
  bool all_events = true;
};

/// A listmode file that is checked on its way to who reads it: nothing has to be read twice.
class CheckedSource final : public recon::EventSource {
 public:
  /// Keeps a reference to the source, which is read on from where it stands.
  CheckedSource(recon::EventSource& source, const CheckOptions& options);
  ~CheckedSource() override;

  const recon::Scanner& scanner() const override { return source_.scanner(); }
  const recon::Efficiencies& efficiencies() const override { return source_.efficiencies(); }
  recon::EventTerms event_terms() const override { return source_.event_terms(); }
  std::string format() const override { return source_.format(); }
  std::vector<std::filesystem::path> other_files() const override { return source_.other_files(); }
  bool read(recon::EventBlock& block) override;
  /// What is passed over is not looked at.
  bool pass_over(recon::EventBlock& block) override { return source_.pass_over(block); }
  void rewind() override;
  double fraction_read() const override { return source_.fraction_read(); }
  const recon::EventCounts& counts() const override { return source_.counts(); }

  /// Of what has been looked at since the start; counts are those of all that was read. To be called once.
  DataSummary take_summary(bool complete);

 private:
  class Pass;
  recon::EventSource& source_;
  CheckOptions options_;
  std::unique_ptr<Pass> pass_;
};

/// Reads the source from its start to its end. Throws FileError as the source does.
DataSummary check_data(recon::EventSource& source, recon::Reporter& reporter);

/// What was found that makes the image wrong or may, each finding in two sentences, the second the remedy.
std::vector<std::string> findings_for_image(const DataSummary& summary);

/// Whether an image lies where LORs pass: in front of the crystals, and between the outermost of them.
DataCheck check_grid(const recon::Scanner& scanner, const recon::ImageGrid& grid);

}  // namespace coincide::io
