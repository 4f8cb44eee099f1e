#include "io/dicom/dicom_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io::dicom {
namespace {

constexpr std::uint32_t undefined = 0xFFFFFFFF;
constexpr std::uint32_t item = 0xFFFEE000;
constexpr std::uint32_t end_of_item = 0xFFFEE00D;
constexpr std::uint32_t end_of_sequence = 0xFFFEE0DD;
constexpr std::uint64_t preamble = 128;

/// One pass over the bytes of a file.
class Parser {
 public:
  Parser(std::istream& in, std::uint64_t bytes) : in_(in), bytes_(bytes) {}

  DicomFile file() {
    DicomFile file;
    file.bytes = bytes_;
    DataSet meta;
    skip_preamble();
    read_meta(meta);
    file.transfer_syntax = meta.text(tag::transfer_syntax);
    set_syntax(file.transfer_syntax);
    file.big_endian = big_endian_;
    file.data = DataSet(big_endian_);
    while (position_ < bytes_ && !pixels_) {
      element(head(bytes_), file.data, bytes_, 0);
    }
    file.pixels = pixels_;
    return file;
  }

 private:
  /// What stands before a value.
  struct Head {
    std::uint32_t tag = 0;
    std::array<char, 2> representation{};
    std::uint32_t length = 0;

    bool is(const char* vr) const { return representation[0] == vr[0] && representation[1] == vr[1]; }
    std::string title() const { return fmt::format("attribute ({:04X},{:04X})", tag >> 16, tag & 0xFFFF); }
  };

  [[noreturn]] static void fail(const std::string& why) { throw FileError(why); }

  void need(std::uint64_t count, std::uint64_t end, const std::string& what) const {
    if (count > end - std::min(position_, end)) {
      fail(
          fmt::format("The {} at byte {} takes {} bytes, but only {} are left: the file was not copied whole, or is "
                      "damaged.",
                      what, position_, count, end - std::min(position_, end)));
    }
  }

  std::string take(std::uint64_t count) {
    std::string bytes(count, '\0');
    in_.read(bytes.data(), static_cast<std::streamsize>(count));
    if (in_.gcount() != static_cast<std::streamsize>(count)) {
      fail(fmt::format("The file cannot be read at byte {}.", position_));
    }
    position_ += count;
    return bytes;
  }

  void go_to(std::uint64_t position) {
    in_.seekg(static_cast<std::streamoff>(position));
    position_ = position;
  }

  std::uint32_t number(std::size_t count) {
    std::string bytes = take(count);
    if (!big_endian_) {
      std::ranges::reverse(bytes);
    }
    std::uint32_t value = 0;
    for (const char byte : bytes) {
      value = (value << 8) | static_cast<unsigned char>(byte);
    }
    return value;
  }

  std::uint32_t tag_number() {
    const std::uint32_t group = number(2);
    return (group << 16) | number(2);
  }

  void skip_preamble() {
    if (bytes_ < preamble + 4) {
      fail(fmt::format("A file of {} bytes is no DICOM file.", bytes_));
    }
    go_to(preamble);
    if (take(4) != "DICM") {
      fail("This is no DICOM file: \"DICM\" is not at byte 128.");
    }
  }

  void read_meta(DataSet& meta) {
    while (position_ < bytes_) {
      need(4, bytes_, "attribute");
      const bool in_meta = tag_number() >> 16 == 2;
      go_to(position_ - 4);
      if (!in_meta) {
        return;
      }
      element(head(bytes_), meta, bytes_, 0);
    }
  }

  void set_syntax(const std::string& syntax) {
    if (syntax == "1.2.840.10008.1.2.1.99") {
      fail("The file is deflated as a whole. Convert it to an uncompressed transfer syntax first (gdcmconv --raw).");
    }
    implicit_ = syntax == "1.2.840.10008.1.2";
    big_endian_ = syntax == "1.2.840.10008.1.2.2";
  }

  Head head(std::uint64_t end) {
    need(8, end, "attribute");
    Head head;
    head.tag = tag_number();
    if (implicit_ || head.tag >> 16 == 0xFFFE) {
      head.length = number(4);
      return head;
    }
    const std::string letters = take(2);
    head.representation = {letters[0], letters[1]};
    if (!std::ranges::all_of(letters, [](char letter) { return letter >= 'A' && letter <= 'Z'; })) {
      fail(fmt::format("The {} at byte {} has no kind of value (VR): the file is damaged.", head.title(),
                       position_ - 6));
    }
    static constexpr std::array long_kinds = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                              "SV", "UC", "UN", "UR", "UT", "UV"};
    if (std::ranges::any_of(long_kinds, [&](const char* kind) { return head.is(kind); })) {
      need(6, end, head.title());
      take(2);
      head.length = number(4);
    } else {
      head.length = number(2);
    }
    return head;
  }

  void element(const Head& head, DataSet& into, std::uint64_t end, int depth) {
    if (head.tag == tag::pixel_data.number()) {
      pixels(head, end, depth);
    } else if (head.is("SQ") || head.length == undefined) {
      DataSet::Element& sequence = into.element(head.tag);
      with_implicit(implicit_ || head.is("UN"), [&] { items(head, sequence, end, depth); });
    } else {
      need(head.length, end, head.title());
      value(head, into.element(head.tag), depth);
    }
  }

  /// Sequences that the writer did not know are stored in implicit VR in explicit files (PS3.5, 6.2.2).
  template <class Work>
  void with_implicit(bool implicit, const Work& work) {
    const bool before = implicit_;
    implicit_ = implicit;
    work();
    implicit_ = before;
  }

  /// Sequences of known length are not told apart from other values in implicit VR, but by what they begin with.
  void value(const Head& head, DataSet::Element& into, int depth) {
    constexpr std::uint32_t longest = 4096;  // no value that is asked for is longer
    const std::uint64_t begin = position_;
    const std::string item_mark = big_endian_ ? std::string("\xFF\xFE\xE0\x00", 4) : std::string("\xFE\xFF\x00\xE0", 4);
    const bool may_be_items = (implicit_ || head.is("UN")) && head.length >= 8;
    if (head.length > longest && !may_be_items) {
      go_to(begin + head.length);
      return;
    }
    std::string bytes = take(std::min(head.length, longest));
    if (may_be_items && bytes.starts_with(item_mark)) {
      go_to(begin);
      with_implicit(true, [&] { items(head, into, begin + head.length, depth); });
    } else if (head.length <= longest) {
      into.bytes = std::move(bytes);
    } else {
      go_to(begin + head.length);
    }
  }

  void items(const Head& sequence, DataSet::Element& into, std::uint64_t end, int depth) {
    constexpr int deepest = 24;
    if (depth > deepest) {
      fail(fmt::format("The {} lies {} sequences deep: the file is damaged.", sequence.title(), depth));
    }
    if (sequence.length != undefined) {
      need(sequence.length, end, sequence.title());
      end = position_ + sequence.length;
    }
    while (position_ < end) {
      need(8, end, "item of " + sequence.title());
      const std::uint32_t mark = tag_number();
      const std::uint32_t length = number(4);
      if (mark == end_of_sequence) {
        return;
      }
      if (mark != item) {
        fail(fmt::format("The {} holds something other than items at byte {}: the file is damaged.", sequence.title(),
                         position_ - 8));
      }
      into.items.emplace_back(big_endian_);
      item_of(sequence, length, into.items.back(), end, depth);
    }
    if (sequence.length == undefined) {
      need(8, end, "end of " + sequence.title());
    }
  }

  void item_of(const Head& sequence, std::uint32_t length, DataSet& into, std::uint64_t end, int depth) {
    if (length != undefined) {
      need(length, end, "item of " + sequence.title());
      end = position_ + length;
    }
    while (position_ < end) {
      const Head next = head(end);
      if (next.tag == end_of_item) {
        return;
      }
      element(next, into, end, depth + 1);
    }
    if (length == undefined) {
      need(8, end, "end of an item of " + sequence.title());
    }
  }

  /// Those of icons, in sequences, are passed over.
  void pixels(const Head& head, std::uint64_t end, int depth) {
    PixelPlace place;
    if (head.length == undefined) {
      place.fragments = fragments(end);
    } else {
      need(head.length, end, tag::pixel_data.name);
      place.native = {position_, head.length};
      go_to(position_ + head.length);
    }
    if (depth == 0) {
      pixels_ = std::move(place);
    }
  }

  /// The first item is a table of where the others are.
  std::vector<Piece> fragments(std::uint64_t end) {
    std::vector<Piece> pieces;
    for (bool is_table = true;; is_table = false) {
      need(8, end, "fragment of pixels");
      const std::uint32_t mark = tag_number();
      const std::uint32_t length = number(4);
      if (mark == end_of_sequence) {
        return pieces;
      }
      if (mark != item) {
        fail(fmt::format("The compressed pixels are damaged at byte {}.", position_ - 8));
      }
      need(length, end, "fragment of pixels");
      if (!is_table) {
        pieces.push_back({position_, length});
      }
      go_to(position_ + length);
    }
  }

  std::istream& in_;
  std::uint64_t bytes_;
  std::uint64_t position_ = 0;
  bool implicit_ = false;
  bool big_endian_ = false;
  std::optional<PixelPlace> pixels_;
};

}  // namespace

bool is_dicom(const std::filesystem::path& path) {
  if (!why_no_input_file(path).empty()) {
    return false;
  }
  std::ifstream in(path, std::ios::binary);
  in.seekg(preamble);
  std::array<char, 4> mark{};
  in.read(mark.data(), mark.size());
  return in && std::string_view(mark.data(), mark.size()) == "DICM";
}

DicomFile read_attributes(std::istream& in, std::uint64_t bytes) { return Parser(in, bytes).file(); }

DicomFile read_attributes(const std::filesystem::path& path) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(fmt::format("{} cannot be read: {}.", path.string(), why));
  }
  std::ifstream in(path, std::ios::binary);
  try {
    DicomFile file = read_attributes(in, std::filesystem::file_size(path));
    file.path = path;
    return file;
  } catch (Error& error) {
    error.prepend(path.string());
    throw;
  }
}

}  // namespace coincide::io::dicom
