#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/petsird_binary.h"
#include "petsird_support.h"
#include "recon/movement_log.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using Json = nlohmann::json;
using recon::Scanner;
using recon::Vec3;

template <class Place>
double distance_mm(const Place& a, const recon::Point& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// A matrix of the file applied to a point, in its own numbers.
recon::Point moved(const std::vector<float>& m, const recon::Point& p) {
  recon::Point result{};
  for (std::size_t row = 0; row < 3; ++row) {
    const float* of_row = m.data() + 4 * row;
    result[row] = of_row[0] * p[0] + of_row[1] * p[1] + of_row[2] * p[2] + of_row[3];
  }
  return result;
}

/// The matrices of the kitchen file as they stand in it.
struct KitchenMatrices final : io::TimeBlockSink {
  KitchenMatrices() {
    io::PetsirdBinaryBlocks blocks(petsird_file("kitchen_head.petsird"));
    alignment = blocks.header().at("scanner").at("gantryAlignment").at("matrix").floats("matrix");
    while (blocks.next(*this) != nullptr) {
    }
  }
  void value(const std::string& field, const io::YardlValue& value) override {
    if (field == "transform") {
      bed.push_back(value.at("matrix").floats("matrix"));
    }
  }
  void coincidences(const io::CoincidenceChunk&) override {}
  void passed_over(const io::CoincidenceChunk&, std::uint64_t) override {}
  void count(io::EventField, std::uint64_t) override {}

  std::vector<float> alignment;
  std::vector<std::vector<float>> bed;
};

recon::Point point_of(const Json& p) { return {p[0].get<double>(), p[1].get<double>(), p[2].get<double>()}; }

/// Events as numbers that do not depend on which crystal is named first: TOF bins are mirrored with the order.
std::vector<std::uint64_t> without_order(const recon::EventBlock& events, const Scanner& scanner) {
  std::vector<std::uint64_t> keys;
  const std::uint64_t crystals = scanner.num_crystals();
  const std::uint64_t bins = scanner.tof_bins.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool turn = events.crystal_a[i] < events.crystal_b[i];
    const std::uint64_t first = turn ? events.crystal_b[i] : events.crystal_a[i];
    const std::uint64_t second = turn ? events.crystal_a[i] : events.crystal_b[i];
    const std::uint64_t tof = turn ? bins - 1 - events.tof_bin[i] : events.tof_bin[i];
    keys.push_back((first * crystals + second) * bins + tof);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

class PetsirdFileTest : public QObject {
  Q_OBJECT

 private slots:
  /// The example of the format page, byte by byte.
  void tiny_file_has_one_event() {
    const auto source = io::open_listmode(petsird_file("tiny_head.petsird"));
    const Scanner& scanner = source->scanner();
    QCOMPARE(QString::fromStdString(source->format()), "PETSIRD, model like v0.10, binary");
    QCOMPARE(scanner.name, std::string("TINY"));
    QCOMPARE(scanner.crystal_centre_mm, (std::vector<Vec3>{{110, 0, 0}, {-110, 0, 0}}));
    QCOMPARE(scanner.crystal_normal, (std::vector<Vec3>{{-1, 0, 0}, {1, 0, 0}}));
    QCOMPARE(scanner.crystal_face_mm2, (std::vector<float>{16, 16}));
    QCOMPARE(scanner.crystal_module, (std::vector<std::uint32_t>{0, 1}));
    QCOMPARE(scanner.module_types.at(0).energy_edges_kev, (std::vector<float>{430, 650}));
    QCOMPARE(scanner.tof_range(0, 0).count, 3U);
    QCOMPARE(scanner.tof_bins.at(2).centre_mm, 20.0F);
    QCOMPARE(scanner.tof_bins.at(2).width_mm, 20.0F);
    QVERIFY(std::abs(scanner.tof_bins.at(2).sigma_mm * 2.35482F - 20) < 1e-4F);

    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.crystal_a, (std::vector<std::uint32_t>{1}));
    QCOMPARE(events.crystal_b, (std::vector<std::uint32_t>{0}));
    QCOMPARE(events.tof_bin, (std::vector<std::uint16_t>{2}));
    QVERIFY(events.window_a.empty());
    QCOMPARE(source->counts().prompts, 1U);
    QCOMPARE(source->counts().duration_s, 0.3);
    QCOMPARE(source->fraction_read(), 1.0);
  }

  /// End points, TOF bins and efficiencies as PETSIRD's own helper functions compute them, before the gantry's
  /// alignment.
  void kitchen_lors_are_the_official_ones() {
    const Json expected = Json::parse(read_bytes(petsird_file("kitchen_expected_lors.json")));
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const Scanner& scanner = source->scanner();
    const auto aligned = [matrix = KitchenMatrices().alignment](const Json& p) { return moved(matrix, point_of(p)); };
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.size(), expected.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Json& lor = expected[i];
      const std::uint32_t a = events.crystal_a[i];
      const std::uint32_t b = events.crystal_b[i];
      QCOMPARE(events.time_ms[i], lor["block"][0].get<std::uint32_t>());
      QCOMPARE(events.delayed[i], lor["kind"] == "delayed" ? 1 : 0);
      QCOMPARE(scanner.crystal_type[a], lor["types"][0].get<int>());
      QCOMPARE(scanner.crystal_type[b], lor["types"][1].get<int>());
      QVERIFY(distance_mm(scanner.crystal_centre_mm[a], aligned(lor["p1"])) < 1e-4);
      QVERIFY(distance_mm(scanner.crystal_centre_mm[b], aligned(lor["p2"])) < 1e-4);
      const recon::TofBin& bin = scanner.tof_bins[events.tof_bin[i]];
      QCOMPARE(bin.centre_mm - bin.width_mm / 2, lor["tof_lo_hi_mm"][0].get<float>());
      QCOMPARE(bin.centre_mm + bin.width_mm / 2, lor["tof_lo_hi_mm"][1].get<float>());
      const double efficiency =
          source->efficiencies().efficiency(scanner, a, events.window_a[i], b, events.window_b[i]);
      QVERIFY(std::abs(efficiency / lor["efficiency"].get<double>() - 1) < 1e-6);
    }
  }

  void kitchen_blocks_are_counted() {
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    for (int pass = 0; pass < 2; ++pass) {
      read_all(*source);
      const recon::EventCounts& counts = source->counts();
      QCOMPARE(counts.time_blocks, 8U);
      QCOMPARE(counts.prompts, 8U);
      QCOMPARE(counts.delayeds, 1U);
      QCOMPARE(counts.singles, 1U);
      QCOMPARE(counts.triples, 1U);
      QCOMPARE(counts.quadruples, 0U);
      QCOMPARE(counts.first_ms, 0U);
      QCOMPARE(counts.last_ms, 2U);
      QVERIFY(counts.moves);                 // the bed, between the two event blocks
      QCOMPARE(counts.warnings.size(), 1U);  // policy
      QCOMPARE(counts.dead_time_blocks, 1U);
      QVERIFY(counts.starts_elsewhere);
      const std::vector<std::string> not_used{"volumes that do not detect",
                                              "materials",
                                              "data of the exam",
                                              "1 singles",
                                              "1 triples and 0 quadruples",
                                              ("1 time block of singles: they are of 400 to 650 keV, prompts of 450 to "
                                               "600 keV"),
                                              "1 time block of the kind 'ExternalSignalTimeBlock'"};
      QCOMPARE(counts.not_used, not_used);
      source->rewind();
      QCOMPARE(source->counts().prompts, 0U);
    }
  }

  /// The bed, between the two event blocks.
  void movements_are_counted_between_events() {
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    recon::EventBlock block;
    QVERIFY(source->read(block));
    QCOMPARE(block.time_blocks.size(), std::size_t{2});
    QCOMPARE(block.time_blocks[0].movements_before, 2U);  // bed and gantry to where they stand first
    QCOMPARE(block.time_blocks[1].movements_before, 3U);
    QCOMPARE(block.time_blocks[1].prompts, 3U);
    QCOMPARE(block.movements.size(), std::size_t{3});
    QVERIFY(block.movements[1].of_gantry);
    QVERIFY(block.movements[0].pose != recon::Pose{} && block.movements[2].pose != block.movements[0].pose);
    QCOMPARE(block.movements[2].start_ms, 1U);
  }

  /// The bed's inverse and the gantry's alignment put an end of a LOR where the bed has it at rest. What the gantry
  /// does cannot be used.
  void ends_lie_on_the_bed_at_rest() {
    const Json expected = Json::parse(read_bytes(petsird_file("kitchen_expected_lors.json")));
    const KitchenMatrices file;
    QCOMPARE(file.bed.size(), std::size_t{2});
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    recon::EventBlock block;
    QVERIFY(source->read(block));
    recon::MovementLog log;
    for (const recon::Movement& movement : block.movements) {
      if (movement.of_gantry) {
        QCOMPARE(movement.problem, std::string("types of modules move apart from each other"));
      } else {
        log.add(movement);
      }
    }
    std::ranges::for_each(block.time_blocks, [&](const auto& time_block) { log.add(time_block); });
    const recon::PoseTable poses(log.poses(), 0);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t row = poses.row_at(block.time_ms[i]);
      const Vec3& crystal = source->scanner().crystal_centre_mm[block.crystal_a[i]];
      const recon::Point on_bed = recon::PoseMap(poses.pose(row)).to_reference({crystal[0], crystal[1], crystal[2]});
      const recon::Point in_room = moved(file.alignment, point_of(expected[i]["p1"]));
      QVERIFY2(distance_mm(moved(file.bed[block.time_ms[i] == 0 ? 0 : 1], on_bed), in_room) < 1e-3,
               std::to_string(i).c_str());
    }
  }

  void normals_look_into_the_bore() {
    const auto source = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const Scanner& scanner = source->scanner();
    for (std::size_t i = 0; i < scanner.num_crystals(); ++i) {
      const Vec3& centre = scanner.crystal_centre_mm[i];
      const Vec3& normal = scanner.crystal_normal[i];
      QVERIFY(centre[0] * normal[0] + centre[1] * normal[1] < -0.99 * std::hypot(centre[0], centre[1]));
      QVERIFY(std::abs(scanner.crystal_face_mm2[i] - (scanner.crystal_type[i] == 0 ? 16 : 4)) < 1e-3);
    }
  }

  /// Numbers of crystals and events by an independent decoder (of Python); one file per model version.
  void every_version_is_read_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("version");
    QTest::addColumn<int>("crystals");
    QTest::addColumn<int>("prompts");
    QTest::addColumn<int>("out_of_range");
    QTest::newRow("0.2.1") << "gen_v0.2.1.petsird"
                           << "v0.2" << 192 << 912 << 0;
    QTest::newRow("0.5.0") << "gen_v0.5.0.petsird"
                           << "v0.5" << 192 << 912 << 0;
    QTest::newRow("0.7.2") << "gen_v0.7.2.petsird"
                           << "v0.7" << 192 << 912 << 0;
    // 4 x 912 events. The generator repeats rows: those of type 0 stand where type 1 belongs, so many do not exist.
    QTest::newRow("0.9.1") << "gen_v0.9.1.petsird"
                           << "v0.9" << 252 << 1837 << 1811;
    QTest::newRow("head") << "gen_head.petsird"
                          << "v0.10" << 252 << 3 * 912 << 0;
    QTest::newRow("head, HDF5") << "gen_head.h5.gz"
                                << "v0.10" << 252 << 3 * 912 << 0;
  }
  void every_version_is_read() {
    QFETCH(QString, file);
    QFETCH(QString, version);
    QFETCH(int, crystals);
    QFETCH(int, prompts);
    QFETCH(int, out_of_range);
    const QTemporaryDir folder;
    std::filesystem::path path = shared_petsird_file("versions/" + file.toStdString());
    if (!std::filesystem::exists(path)) {
      QSKIP("the shared data folder is absent");
    }
    if (path.extension() == ".gz") {
      const std::filesystem::path unpacked = folder.filePath("file.h5").toStdString();
      unpack(path, unpacked);
      path = unpacked;
    }
    const auto source = io::open_listmode(path);
    QVERIFY(source->format().find("like " + version.toStdString() + ",") != std::string::npos);
    QCOMPARE(source->scanner().num_crystals(), static_cast<std::size_t>(crystals));
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.size(), static_cast<std::size_t>(prompts));
    QCOMPARE(source->counts().out_of_range, static_cast<std::uint64_t>(out_of_range));
    QCOMPARE(source->counts().time_blocks, 6U);
    QVERIFY(std::abs(source->counts().duration_s - 0.006) < 1e-9);
    // The generators draw only pairs of modules that the file says are in coincidence.
    for (std::size_t i = 0; i < events.size() && out_of_range == 0; ++i) {
      QVERIFY(source->efficiencies().in_coincidence(source->scanner(), events.crystal_a[i], events.crystal_b[i]));
    }
  }

  /// One acquisition in two model versions and two containers.
  void points_agree_between_versions() {
    const QTemporaryDir folder;
    const std::filesystem::path head = shared_petsird_file("points/points_head.petsird");
    if (!std::filesystem::exists(head)) {
      QSKIP("the shared data folder is absent");
    }
    const std::filesystem::path unpacked = folder.filePath("points.h5").toStdString();
    unpack(shared_petsird_file("points/points_v0.7.2.h5.gz"), unpacked);
    const auto binary = io::open_listmode(head);
    const auto hdf5 = io::open_listmode(unpacked);
    const recon::EventBlock events = read_all(*binary);
    const recon::EventBlock others = read_all(*hdf5);
    QCOMPARE(events.size(), 399240U);
    QCOMPARE(binary->scanner().crystal_centre_mm, hdf5->scanner().crystal_centre_mm);
    QVERIFY(without_order(events, binary->scanner()) == without_order(others, hdf5->scanner()));
    for (std::size_t i = 0; i < events.size(); i += 997) {
      const float one =
          binary->efficiencies().efficiency(binary->scanner(), events.crystal_a[i], 0, events.crystal_b[i], 0);
      const float other =
          hdf5->efficiencies().efficiency(hdf5->scanner(), events.crystal_b[i], 0, events.crystal_a[i], 0);
      QVERIFY(one > 0);
      QVERIFY(std::abs(one / other - 1) < 1e-5F);
    }
  }
};

COINCIDE_TEST_CLASS(PetsirdFileTest)

}  // namespace coincide::tests

#include "petsird_file_test.moc"
