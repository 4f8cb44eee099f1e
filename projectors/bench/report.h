#pragma once

#include <iosfwd>
#include <optional>
#include <vector>

#include "projectors/bench/machine.h"
#include "projectors/bench/measure.h"
#include "projectors/bench/options.h"

namespace coincide::projectors::bench {

/// The GPU that is measured.
struct Gpu {
  Device device;
  std::string name;
  Ceilings ceilings;
};

/// The table for reading, written row by row while the program measures.
class Table {
 public:
  Table(std::ostream& stream, const Machine& machine, const std::optional<Gpu>& gpu, const Options& options);
  void add(const Measurement& measurement);

 private:
  std::ostream& stream_;
  bool study_, gpu_;
};

/// Everything as one JSON object: machine, options, measurements.
void write_json(std::ostream& stream, const Machine& machine, const std::optional<Gpu>& gpu, const Options& options,
                const std::vector<Measurement>& measurements);

}  // namespace coincide::projectors::bench
