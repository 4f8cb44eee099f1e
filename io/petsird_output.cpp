#include "io/petsird_output.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "io/atomic_file.h"
#include "io/petsird_schema.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

class PetsirdBinaryOutput final : public PetsirdOutput {
 public:
  explicit PetsirdBinaryOutput(const std::filesystem::path& path) : path_(path), file_(path) {
    out_.open(file_.temporary_path(), std::ios::binary);
    YardlBytes bytes;
    bytes.raw(std::string_view("yardl\1\0\0\0", 9));
    bytes.text(petsird_schema);
    header_at_ = bytes.size();
    put(bytes);
  }

  void header(const YardlBytes& value) override { put(value); }

  void time_block(const YardlBytes& value) override {
    YardlBytes one;
    one.varint(1);  // a stream block of one time block
    put(one);
    put(value);
  }

  void finish(const YardlBytes& header) override {
    YardlBytes end;
    end.varint(0);  // of the stream
    put(end);
    out_.seekp(static_cast<std::streamoff>(header_at_));
    put(header);
    out_.close();
    check();
    file_.commit();
  }

 private:
  void put(const YardlBytes& bytes) {
    out_.write(bytes.bytes().data(), static_cast<std::streamsize>(bytes.size()));
    check();
  }

  void check() const {
    if (!out_) {
      throw cannot_write(path_);
    }
  }

  std::filesystem::path path_;
  AtomicFile file_;
  std::ofstream out_;
  std::size_t header_at_ = 0;
};

}  // namespace

std::unique_ptr<PetsirdOutput> open_petsird_output(const std::filesystem::path& path) {
  const auto ending = path.extension();
  if (ending == ".h5" || ending == ".hdf5") {
    return open_petsird_hdf5_output(path);
  }
  return std::make_unique<PetsirdBinaryOutput>(path);
}

}  // namespace coincide::io
