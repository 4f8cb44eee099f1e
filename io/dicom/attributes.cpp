#include "io/dicom/attributes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gdcmDicts.h>
#include <gdcmGlobal.h>
#include <gdcmSequenceOfItems.h>

#include <algorithm>

#include "io/dicom/decimal_string.h"

namespace coincide::io::dicom {
namespace {

gdcm::Tag gdcm_tag(const Tag& tag) { return {tag.group, tag.element}; }

gdcm::VR representation(const Tag& tag) {
  return gdcm::Global::GetInstance().GetDicts().GetDictEntry(gdcm_tag(tag)).GetVR();
}

std::string little_endian(std::uint16_t number) {
  return {static_cast<char>(number & 0xFF), static_cast<char>(number >> 8)};
}

}  // namespace

void Attributes::put_bytes(const Tag& tag, std::string bytes) {
  gdcm::DataElement element(gdcm_tag(tag));
  const gdcm::VR kind = representation(tag);
  if (bytes.size() % 2 != 0) {
    bytes += kind == gdcm::VR::UI || kind == gdcm::VR::OW ? '\0' : ' ';
  }
  element.SetVR(kind);
  element.SetByteValue(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  data_.Replace(element);
}

void Attributes::put_text(const Tag& tag, std::string_view text) {
  constexpr std::size_t longest = 64;  // of LO
  std::string clean(text);
  std::erase_if(clean, [](char letter) { return letter == '\\' || (letter >= 0 && letter < ' '); });
  if (clean.size() > longest) {
    std::size_t end = longest;
    while ((static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) {  // not within a letter of UTF-8
      --end;
    }
    clean.resize(end);
  }
  put_bytes(tag, clean);
}

void Attributes::put_texts(const Tag& tag, const std::vector<std::string>& texts) {
  put_bytes(tag, fmt::format("{}", fmt::join(texts, "\\")));
}

void Attributes::put_numbers(const Tag& tag, std::span<const double> numbers) {
  std::vector<std::string> texts;
  std::ranges::transform(numbers, std::back_inserter(texts), decimal_string);
  put_texts(tag, texts);
}

void Attributes::put_whole(const Tag& tag, std::int64_t number) {
  put_bytes(tag, tag.kind == Kind::u16 ? little_endian(static_cast<std::uint16_t>(number)) : std::to_string(number));
}

void Attributes::put_items(const Tag& tag, const std::vector<Attributes>& items) {
  gdcm::SmartPointer<gdcm::SequenceOfItems> sequence = gdcm::SequenceOfItems::New();
  sequence->SetLengthToUndefined();
  for (const Attributes& one : items) {
    gdcm::Item item;
    item.SetVLToUndefined();
    item.SetNestedDataSet(one.data());
    sequence->AddItem(item);
  }
  gdcm::DataElement element(gdcm_tag(tag));
  element.SetVR(gdcm::VR::SQ);
  element.SetValue(*sequence);
  element.SetVLToUndefined();
  data_.Replace(element);
}

void Attributes::put_pixels(std::span<const std::int16_t> numbers) {
  std::string bytes;
  bytes.reserve(2 * numbers.size());
  for (const std::int16_t number : numbers) {
    bytes += little_endian(static_cast<std::uint16_t>(number));
  }
  gdcm::DataElement element(gdcm_tag(tag::pixel_data));
  element.SetVR(gdcm::VR::OW);
  element.SetByteValue(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  data_.Replace(element);
}

}  // namespace coincide::io::dicom
