#pragma once

#include <filesystem>
#include <vector>

#include "io/petsird_blocks.h"
#include "io/yardl_binary.h"

namespace coincide::io {

/// Time blocks out of yardl's binary container.
class PetsirdBinaryBlocks : public TimeBlockReader {
 public:
  explicit PetsirdBinaryBlocks(const std::filesystem::path& path) : file_(path) {}

  YardlValue header() override;
  const YardlSchema& schema() const override { return file_.schema(); }
  const TimeBlockPlan* next(TimeBlockSink& sink) override;
  void rewind() override;
  double fraction_read() const override;
  std::string place() const override;
  std::uint64_t bytes_left_over() const override { return at_end_ ? file_.remaining() : 0; }

 private:
  void events(const TimeBlockPlan& plan, TimeBlockSink& sink);
  void lists(const TimeBlockPlan::Field& field, CoincidenceChunk& chunk, TimeBlockSink& sink);
  void coincidences(CoincidenceChunk& chunk, std::uint64_t min_bytes, TimeBlockSink& sink);
  void pass_over(const CoincidenceLayout& layout, std::uint64_t events);
  std::size_t decode_fast(const CoincidenceLayout& layout, std::size_t events, std::uint32_t* numbers);
  void decode_one(const CoincidenceLayout& layout, std::uint32_t* numbers);
  std::uint64_t count_events(const YardlType& type);

  YardlBinaryReader file_;
  std::vector<TimeBlockPlan> plans_;
  const YardlType* time_block_ = nullptr;
  std::uint64_t first_block_ = 0;  ///< position in the file
  std::uint64_t block_start_ = 0;
  std::uint64_t left_in_stream_block_ = 0;  ///< yardl's blocks of a stream hold several items
  bool at_end_ = false;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace coincide::io
