#pragma once

#include <cstdint>

namespace coincide::io::dicom {

/// How the values of an attribute are stored. Files of implicit VR do not say it, so each attribute has it here.
enum class Kind { text, decimals, u16, i16, u32, f64, items, pixels };

/// An attribute that is read or written.
struct Tag {
  std::uint16_t group;
  std::uint16_t element;
  Kind kind;
  const char* name;  ///< as people say it

  constexpr std::uint32_t number() const { return (std::uint32_t{group} << 16) | element; }
};

/// Source: DICOM PS3.6, the data dictionary.
namespace tag {
// clang-format off
inline constexpr Tag transfer_syntax{0x0002, 0x0010, Kind::text, "Transfer Syntax UID"};
inline constexpr Tag character_set{0x0008, 0x0005, Kind::text, "Specific Character Set"};
inline constexpr Tag image_type{0x0008, 0x0008, Kind::text, "Image Type"};
inline constexpr Tag sop_class{0x0008, 0x0016, Kind::text, "SOP Class UID"};
inline constexpr Tag sop_instance{0x0008, 0x0018, Kind::text, "SOP Instance UID"};
inline constexpr Tag study_date{0x0008, 0x0020, Kind::text, "Study Date"};
inline constexpr Tag series_date{0x0008, 0x0021, Kind::text, "Series Date"};
inline constexpr Tag acquisition_date{0x0008, 0x0022, Kind::text, "Acquisition Date"};
inline constexpr Tag content_date{0x0008, 0x0023, Kind::text, "Content Date"};
inline constexpr Tag acquisition_date_time{0x0008, 0x002A, Kind::text, "Acquisition DateTime"};
inline constexpr Tag study_time{0x0008, 0x0030, Kind::text, "Study Time"};
inline constexpr Tag series_time{0x0008, 0x0031, Kind::text, "Series Time"};
inline constexpr Tag acquisition_time{0x0008, 0x0032, Kind::text, "Acquisition Time"};
inline constexpr Tag content_time{0x0008, 0x0033, Kind::text, "Content Time"};
inline constexpr Tag accession{0x0008, 0x0050, Kind::text, "Accession Number"};
inline constexpr Tag modality{0x0008, 0x0060, Kind::text, "Modality"};
inline constexpr Tag manufacturer{0x0008, 0x0070, Kind::text, "Manufacturer"};
inline constexpr Tag referring_physician{0x0008, 0x0090, Kind::text, "Referring Physician's Name"};
inline constexpr Tag code_value{0x0008, 0x0100, Kind::text, "Code Value"};
inline constexpr Tag coding_scheme{0x0008, 0x0102, Kind::text, "Coding Scheme Designator"};
inline constexpr Tag code_meaning{0x0008, 0x0104, Kind::text, "Code Meaning"};
inline constexpr Tag series_description{0x0008, 0x103E, Kind::text, "Series Description"};
inline constexpr Tag patient_name{0x0010, 0x0010, Kind::text, "Patient's Name"};
inline constexpr Tag patient_id{0x0010, 0x0020, Kind::text, "Patient ID"};
inline constexpr Tag patient_birth{0x0010, 0x0030, Kind::text, "Patient's Birth Date"};
inline constexpr Tag patient_sex{0x0010, 0x0040, Kind::text, "Patient's Sex"};
inline constexpr Tag patient_size{0x0010, 0x1020, Kind::decimals, "Patient's Size"};
inline constexpr Tag patient_weight{0x0010, 0x1030, Kind::decimals, "Patient's Weight"};
inline constexpr Tag radiopharmaceutical{0x0018, 0x0031, Kind::text, "Radiopharmaceutical"};
inline constexpr Tag slice_thickness{0x0018, 0x0050, Kind::decimals, "Slice Thickness"};
inline constexpr Tag tube_kv{0x0018, 0x0060, Kind::decimals, "KVP"};
inline constexpr Tag slice_spacing{0x0018, 0x0088, Kind::decimals, "Spacing Between Slices"};
inline constexpr Tag software{0x0018, 0x1020, Kind::text, "Software Versions"};
inline constexpr Tag injection_time{0x0018, 0x1072, Kind::text, "Radiopharmaceutical Start Time"};
inline constexpr Tag total_dose{0x0018, 0x1074, Kind::decimals, "Radionuclide Total Dose"};
inline constexpr Tag half_life{0x0018, 0x1075, Kind::decimals, "Radionuclide Half Life"};
inline constexpr Tag positron_fraction{0x0018, 0x1076, Kind::decimals, "Radionuclide Positron Fraction"};
inline constexpr Tag injection_date_time{0x0018, 0x1078, Kind::text, "Radiopharmaceutical Start DateTime"};
inline constexpr Tag collimator{0x0018, 0x1181, Kind::text, "Collimator Type"};
inline constexpr Tag frame_duration{0x0018, 0x1242, Kind::decimals, "Actual Frame Duration"};
inline constexpr Tag frame_start_date_time{0x0018, 0x9074, Kind::text, "Frame Acquisition DateTime"};
inline constexpr Tag frame_length{0x0018, 0x9220, Kind::f64, "Frame Acquisition Duration"};
inline constexpr Tag decay_date_time{0x0018, 0x9701, Kind::text, "Decay Correction DateTime"};
inline constexpr Tag decay_corrected{0x0018, 0x9758, Kind::text, "Decay Corrected"};
inline constexpr Tag patient_position{0x0018, 0x5100, Kind::text, "Patient Position"};
inline constexpr Tag study_uid{0x0020, 0x000D, Kind::text, "Study Instance UID"};
inline constexpr Tag series_uid{0x0020, 0x000E, Kind::text, "Series Instance UID"};
inline constexpr Tag study_id{0x0020, 0x0010, Kind::text, "Study ID"};
inline constexpr Tag series_number{0x0020, 0x0011, Kind::decimals, "Series Number"};
inline constexpr Tag instance_number{0x0020, 0x0013, Kind::decimals, "Instance Number"};
inline constexpr Tag position{0x0020, 0x0032, Kind::decimals, "Image Position (Patient)"};
inline constexpr Tag orientation{0x0020, 0x0037, Kind::decimals, "Image Orientation (Patient)"};
inline constexpr Tag space_uid{0x0020, 0x0052, Kind::text, "Frame of Reference UID"};
inline constexpr Tag position_reference{0x0020, 0x1040, Kind::text, "Position Reference Indicator"};
inline constexpr Tag laterality{0x0020, 0x0060, Kind::text, "Laterality"};
inline constexpr Tag temporal_index{0x0020, 0x9128, Kind::u32, "Temporal Position Index"};
inline constexpr Tag samples{0x0028, 0x0002, Kind::u16, "Samples per Pixel"};
inline constexpr Tag photometric{0x0028, 0x0004, Kind::text, "Photometric Interpretation"};
inline constexpr Tag frames{0x0028, 0x0008, Kind::decimals, "Number of Frames"};
inline constexpr Tag rows{0x0028, 0x0010, Kind::u16, "Rows"};
inline constexpr Tag columns{0x0028, 0x0011, Kind::u16, "Columns"};
inline constexpr Tag pixel_spacing{0x0028, 0x0030, Kind::decimals, "Pixel Spacing"};
inline constexpr Tag corrected_image{0x0028, 0x0051, Kind::text, "Corrected Image"};
inline constexpr Tag bits_allocated{0x0028, 0x0100, Kind::u16, "Bits Allocated"};
inline constexpr Tag bits_stored{0x0028, 0x0101, Kind::u16, "Bits Stored"};
inline constexpr Tag high_bit{0x0028, 0x0102, Kind::u16, "High Bit"};
inline constexpr Tag is_signed{0x0028, 0x0103, Kind::u16, "Pixel Representation"};
inline constexpr Tag padding{0x0028, 0x0120, Kind::u16, "Pixel Padding Value"};
inline constexpr Tag padding_limit{0x0028, 0x0121, Kind::u16, "Pixel Padding Range Limit"};
inline constexpr Tag intercept{0x0028, 0x1052, Kind::decimals, "Rescale Intercept"};
inline constexpr Tag slope{0x0028, 0x1053, Kind::decimals, "Rescale Slope"};
inline constexpr Tag unit_codes{0x0040, 0x08EA, Kind::items, "Measurement Units Code Sequence"};
inline constexpr Tag real_intercept{0x0040, 0x9224, Kind::f64, "Real World Value Intercept"};
inline constexpr Tag real_slope{0x0040, 0x9225, Kind::f64, "Real World Value Slope"};
inline constexpr Tag tracer_items{0x0054, 0x0016, Kind::items, "Radiopharmaceutical Information Sequence"};
inline constexpr Tag num_slices{0x0054, 0x0081, Kind::u16, "Number of Slices"};
inline constexpr Tag num_time_slices{0x0054, 0x0101, Kind::u16, "Number of Time Slices"};
inline constexpr Tag nuclide_codes{0x0054, 0x0300, Kind::items, "Radionuclide Code Sequence"};
inline constexpr Tag patient_orientation_codes{0x0054, 0x0410, Kind::items, "Patient Orientation Code Sequence"};
inline constexpr Tag gantry_codes{0x0054, 0x0414, Kind::items, "Patient Gantry Relationship Code Sequence"};
inline constexpr Tag series_type{0x0054, 0x1000, Kind::text, "Series Type"};
inline constexpr Tag units{0x0054, 0x1001, Kind::text, "Units"};
inline constexpr Tag counts_source{0x0054, 0x1002, Kind::text, "Counts Source"};
inline constexpr Tag suv_type{0x0054, 0x1006, Kind::text, "SUV Type"};
inline constexpr Tag decay_correction{0x0054, 0x1102, Kind::text, "Decay Correction"};
inline constexpr Tag method{0x0054, 0x1103, Kind::text, "Reconstruction Method"};
inline constexpr Tag frame_reference_time{0x0054, 0x1300, Kind::decimals, "Frame Reference Time"};
inline constexpr Tag decay_factor{0x0054, 0x1321, Kind::decimals, "Decay Factor"};
inline constexpr Tag image_index{0x0054, 0x1330, Kind::u16, "Image Index"};
inline constexpr Tag shared_groups{0x5200, 0x9229, Kind::items, "Shared Functional Groups Sequence"};
inline constexpr Tag frame_groups{0x5200, 0x9230, Kind::items, "Per-Frame Functional Groups Sequence"};
inline constexpr Tag philips_creator{0x7053, 0x0010, Kind::text, "Private Creator"};
inline constexpr Tag philips_suv{0x7053, 0x1000, Kind::decimals, "Philips SUV Factor"};
inline constexpr Tag philips_activity{0x7053, 0x1009, Kind::decimals, "Philips Activity Factor"};
inline constexpr Tag pixel_data{0x7FE0, 0x0010, Kind::pixels, "Pixel Data"};
// clang-format on
}  // namespace tag

}  // namespace coincide::io::dicom
