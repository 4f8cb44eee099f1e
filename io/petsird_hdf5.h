#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "io/petsird_blocks.h"
#include "io/yardl_hdf5.h"

namespace coincide::io {

/// Time blocks out of yardl's HDF5 container.
class PetsirdHdf5Blocks : public TimeBlockReader {
 public:
  explicit PetsirdHdf5Blocks(const std::filesystem::path& path) : file_(path, "PETSIRD") {}

  YardlValue header() override;
  const YardlSchema& schema() const override { return file_.schema(); }
  const TimeBlockPlan* next(TimeBlockSink& sink) override;
  void rewind() override { next_ = 0; }
  double fraction_read() const override;
  std::string place() const override;

 private:
  void events(const TimeBlockPlan& plan, const YardlMemory& record, const std::byte* at, TimeBlockSink& sink);
  void lists(const TimeBlockPlan::Field& field, const YardlMemory& memory, const std::byte* at, TimeBlockSink& sink);
  void coincidences(const YardlMemory& list, const std::byte* at, CoincidenceChunk& chunk, TimeBlockSink& sink);

  YardlHdf5File file_;
  std::vector<TimeBlockPlan> plans_;
  std::vector<YardlHdf5File::IndexEntry> index_;
  std::vector<std::unique_ptr<YardlHdf5Rows>> rows_;  ///< by plan; opened at the first use
  std::size_t next_ = 0;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace coincide::io
