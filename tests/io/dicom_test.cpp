// What DICOM files are made of: numbers and moments as text, identifiers, planes in 16 bits, and bytes of attributes.
// Whole series are checked by tests/python/test_dicom.py, with other people's programs.

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>
#include <string>

#include "io/dicom/date_time.h"
#include "io/dicom/decimal_string.h"
#include "io/dicom/dicom_file.h"
#include "io/dicom/quantised.h"
#include "io/dicom/uid.h"
#include "io/dicom/write_dicom.h"
#include "io/image_file.h"
#include "projectors/error.h"
#include "recon/data/nuclides.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace dicom = io::dicom;

std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i));
  }
  return text;
}

/// An attribute in explicit VR of a short kind.
std::string attribute(std::uint16_t group, std::uint16_t element, const std::string& kind, const std::string& value) {
  return little_endian(group, 2) + little_endian(element, 2) + kind + little_endian(value.size(), 2) + value;
}

/// A sequence of undefined length that holds one item with `content`.
std::string sequence(std::uint16_t group, std::uint16_t element, const std::string& content) {
  return little_endian(group, 2) + little_endian(element, 2) + std::string("SQ\0\0", 4) + little_endian(UINT32_MAX, 4) +
         little_endian(0xE000FFFE, 4) + little_endian(UINT32_MAX, 4) + content + little_endian(0xE00DFFFE, 4) +
         little_endian(0, 4) + little_endian(0xE0DDFFFE, 4) + little_endian(0, 4);
}

std::string file_of(const std::string& attributes) {
  std::string file(128, '\0');
  file += "DICM";
  file += attribute(2, 0x10, "UI", std::string("1.2.840.10008.1.2.1\0", 20));
  return file + attributes;
}

dicom::DicomFile parsed(const std::string& bytes) {
  std::istringstream in(bytes);
  return dicom::read_attributes(in, bytes.size());
}

}  // namespace

class DicomTest : public QObject {
  Q_OBJECT

 private slots:
  void numbers_fit_into_16_letters() {
    QCOMPARE(dicom::decimal_string(0.5), std::string("0.5"));
    QCOMPARE(dicom::decimal_string(300e6), std::string("300000000"));
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> exponent(-45, 45);
    for (int i = 0; i < 2000; ++i) {
      const double value = std::pow(10, exponent(random));
      for (const double one : {value, -value}) {
        const std::string text = dicom::decimal_string(one);
        QVERIFY2(text.size() <= 16, text.c_str());
        QVERIFY(std::abs(*dicom::parse_decimal(text) / one - 1) < 1e-9);
      }
      const std::string above = dicom::decimal_string_above(value);
      QVERIFY2(above.size() <= 16, above.c_str());
      QVERIFY(*dicom::parse_decimal(above) >= value && *dicom::parse_decimal(above) < value * (1 + 1e-8));
    }
  }

  void numbers_of_any_sort_are_read() {
    QCOMPARE(dicom::parse_decimal(" +2.5E-05 ").value(), 2.5e-5);
    QCOMPARE(dicom::parse_decimal("0.37677169103061003123456789").value(), 0.37677169103061003);
    for (const char* wrong : {"", " ", "NaN", "inf", "1e999", "1,5", "1.5mm", "--1", "0x10"}) {
      QVERIFY2(!dicom::parse_decimal(wrong), wrong);
    }
  }

  void slope_holds_the_largest_value() {
    std::vector<float> values{12345.678F, 0, -3.25F, 1, 12000};
    const dicom::QuantisedPlane plane = dicom::quantised(values);
    QVERIFY(plane.slope.size() <= 16);
    QCOMPARE(plane.numbers.front(), std::int16_t{32767});
    const double slope = *dicom::parse_decimal(plane.slope);
    for (std::size_t i = 0; i < values.size(); ++i) {
      QVERIFY(std::abs(plane.numbers[i] * slope - values[i]) <= 0.5 * slope * (1 + 1e-9));
    }
    QCOMPARE(dicom::quantised(std::vector<float>(4, 0)).slope, std::string("1"));
    QCOMPARE(dicom::quantised(std::vector<float>{1e-38F}).slope, std::string("1"));
    QVERIFY_THROWS_EXCEPTION(InputError, dicom::quantised(std::vector<float>{std::nanf("")}));
  }

  void moments() {
    const double noon = dicom::moment("19700102", "120000").value();
    QCOMPARE(noon, 1.5 * 86400);
    QCOMPARE(dicom::moment("1970.01.02", "12:00:00.5").value(), noon + 0.5);
    QCOMPARE(dicom::moment("19700102", "12").value(), noon);
    QCOMPARE(dicom::moment("19700102120000.250000+0100").value(), noon + 0.25);
    for (const char* wrong : {"", "1260", "250000", "12000a", "120000.x"}) {
      QVERIFY2(!dicom::moment("19700102", wrong), wrong);
    }
    QVERIFY(!dicom::moment("20260230", "120000") && !dicom::moment("2026", "120000") && !dicom::moment("20260102"));
    QCOMPARE(dicom::date_text(noon - 86400.5 * 1.5), std::string("19691231"));
    QCOMPARE(dicom::time_text(noon - 1e-7), std::string("120000.000000"));  // no 60th second
    QCOMPARE(dicom::clock_text(noon + 0.25), std::string("12:00:00.25"));
    QCOMPARE(dicom::clock_text(noon + 10), std::string("12:00:10"));
    QCOMPARE(dicom::calendar_text(noon), std::string("1970-01-02"));
  }

  void identifiers() {
    std::array<std::uint8_t, 16> number{};
    QCOMPARE(dicom::decimal_digits(number), std::string("0"));
    number.fill(255);
    QCOMPARE(dicom::decimal_digits(number), std::string("340282366920938463463374607431768211455"));
    const std::string uid = dicom::new_uid();
    QVERIFY(uid.starts_with("2.25.") && uid.size() <= 64 && uid != dicom::new_uid());
  }

  /// Of each nuclide there is, also where a table or a user has spelt it otherwise; no other has a code.
  void nuclides_have_codes() {
    const QTemporaryDir folder;
    const auto written = [&folder](const std::string& nuclide) {
      recon::ImageSeries series{.grid = recon::centred_grid({2, 2, 2}, {2, 2, 2}, {0, 0, 0}),
                                .frames = {{.values = std::vector<float>(8, 1), .start_s = 0, .duration_s = 60}},
                                .unit = "Bq/mL"};
      series.tracer.nuclide = nuclide;
      const std::filesystem::path path = folder.filePath("of_" + QString::fromStdString(nuclide)).toStdString();
      dicom::write_dicom(path, series);
      return io::read_image_series(path).series.tracer.nuclide;
    };
    for (const recon::Nuclide& nuclide : recon::nuclides()) {
      QCOMPARE(written(std::string(nuclide.name)), std::string(nuclide.name));
    }
    QCOMPARE(written("18F"), std::string("F-18"));
    QCOMPARE(written("Xx-1"), std::string());
  }

  void what_keeps_suv_from_readers_is_said() {
    recon::ImageSeries series;
    series.unit = "Bq/mL";
    series.frames.resize(1);
    series.decay_corrected = true;
    series.date = "2026-11-28";
    series.time_zero = "14:05:09";
    const auto says = [&](const char* words) {
      return std::ranges::any_of(dicom::lost_in_dicom(series),
                                 [&](const std::string& one) { return one.find(words) != std::string::npos; });
    };
    QVERIFY(!says("SUV"));  // nobody asked for it
    series.tracer.dose_bq = 300e6;
    QVERIFY(says("it needs the patient's weight, the half-life, the time of the injection"));
    series.patient.weight_kg = 75;
    series.half_life_s = 6584;
    QVERIFY(says("it needs the time of the injection"));
    series.injection_s = -3600;
    QVERIFY(!says("SUV"));
    series.unit = std::string("1");
    QVERIFY(says("Units CNTS and no dose"));
  }

  void attributes_and_sequences() {
    const dicom::DicomFile file =
        parsed(file_of(attribute(0x28, 0x10, "US", little_endian(7, 2)) +
                       sequence(0x54, 0x16, attribute(0x18, 0x1074, "DS", "3e8 ") + sequence(0x54, 0x300, "")) +
                       attribute(0x54, 0x1001, "CS", "BQML")));
    QCOMPARE(file.data.number(dicom::tag::rows).value(), 7.0);
    QCOMPARE(file.data.text(dicom::tag::units), std::string("BQML"));
    QCOMPARE(file.data.items(dicom::tag::tracer_items).size(), std::size_t{1});
    QCOMPARE(file.data.items(dicom::tag::tracer_items)[0].number(dicom::tag::total_dose).value(), 3e8);
    QVERIFY(!file.pixels && !file.data.has(dicom::tag::columns));
  }

  /// Every length of a file gives a sentence or what is there, and so do sequences without end.
  void cut_and_endless_files() {
    const std::string whole = file_of(attribute(0x28, 0x10, "US", little_endian(7, 2)) +
                                      sequence(0x54, 0x16, attribute(0x18, 0x1074, "DS", "3e8 ")));
    int refused = 0;
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
      try {
        parsed(whole.substr(0, bytes));
      } catch (const FileError&) {
        ++refused;
      }
    }
    QCOMPARE(refused, static_cast<int>(whole.size()) - 3);  // three cuts lie between attributes
    std::string deep;
    for (int depth = 0; depth < 1000; ++depth) {
      deep += little_endian(0x54, 2) + little_endian(0x16, 2) + std::string("SQ\0\0", 4) +
              little_endian(UINT32_MAX, 4) + little_endian(0xE000FFFE, 4) + little_endian(UINT32_MAX, 4);
    }
    QVERIFY_THROWS_EXCEPTION(FileError, parsed(file_of(deep)));
  }
};

COINCIDE_TEST_CLASS(DicomTest)

}  // namespace coincide::tests

#include "dicom_test.moc"
