#include <QTemporaryDir>
#include <QtTest>

#include "io/petsird_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using recon::Efficiencies;
using recon::EventBlock;
using recon::Scanner;

EventBlock one_event(std::uint32_t a, std::uint32_t b, std::uint16_t tof_bin) {
  EventBlock block;
  block.crystal_a = {a};
  block.crystal_b = {b};
  block.tof_bin = {tof_bin};
  block.time_ms = {0};
  block.delayed = {0};
  return block;
}

double largest_difference(const std::vector<recon::Vec3>& a, const std::vector<recon::Vec3>& b) {
  double largest = a.size() == b.size() ? 0 : 1e9;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      largest = std::max<double>(largest, std::abs(a[i][axis] - b[i][axis]));
    }
  }
  return largest;
}

}  // namespace

class PetsirdWriterTest : public QObject {
  Q_OBJECT

 private slots:
  void init() { path_ = folder_.filePath("written.petsird").toStdString(); }
  void cleanup() { std::filesystem::remove(path_); }

  void alive_fractions_survive_a_round_trip() {
    const auto kitchen = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const Scanner& scanner = kitchen->scanner();
    EventBlock block;
    recon::AliveFractions& alive = block.alive.emplace_back();
    alive.time = {100, 100};
    for (const recon::ModuleType& type : scanner.module_types) {
      alive.bin.emplace_back(type.num_crystals() * type.num_energy_windows(), 0.75F);
      alive.bin.back()[1] = 0.5F;
    }
    io::PetsirdWriter writer(path_, scanner, kitchen->efficiencies());
    writer.write({0, 100}, {});
    writer.write({100, 200}, block);
    writer.finish();
    const auto after = io::open_listmode(path_);
    const EventBlock events = read_all(*after);
    QCOMPARE(events.alive.size(), std::size_t{1});
    QCOMPARE(events.alive[0].time, alive.time);
    QCOMPARE(events.alive[0].bin, alive.bin);
    QVERIFY(events.alive[0].module_pair.empty());
  }

  void kitchen_survives_a_round_trip() {
    const auto before = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const EventBlock events = read_all(*before);
    io::PetsirdWriter writer(path_, before->scanner(), before->efficiencies());
    writer.write({5, 105}, events);
    writer.write({105, 205}, {});
    writer.finish();

    const auto after = io::open_listmode(path_);
    QCOMPARE(QString::fromStdString(after->format()), "PETSIRD, model like v0.12, binary");
    const Scanner& one = before->scanner();
    const Scanner& other = after->scanner();
    QCOMPARE(other.name, one.name);
    QVERIFY(largest_difference(one.crystal_centre_mm, other.crystal_centre_mm) < 1e-3);
    QVERIFY(largest_difference(one.crystal_normal, other.crystal_normal) < 1e-4);
    QCOMPARE(other.crystal_module, one.crystal_module);
    QCOMPARE(other.module_types.at(0).energy_edges_kev, one.module_types.at(0).energy_edges_kev);
    QCOMPARE(one.module_types.at(0).energy_resolution, 0.11F);
    QCOMPARE(other.module_types.at(0).energy_resolution, 0.11F);
    QCOMPARE(other.module_types.at(1).energy_resolution, 0.12F);
    QCOMPARE(other.tof_bins.size(), one.tof_bins.size());
    for (std::size_t i = 0; i < one.tof_bins.size(); ++i) {
      QCOMPARE(other.tof_bins[i].centre_mm, one.tof_bins[i].centre_mm);
      QCOMPARE(other.tof_bins[i].width_mm, one.tof_bins[i].width_mm);
      QCOMPARE(other.tof_bins[i].sigma_mm, one.tof_bins[i].sigma_mm);
    }
    verify_same_efficiencies(*before, *after);

    const EventBlock again = read_all(*after);
    QCOMPARE(after->counts().prompts, 8U);
    QCOMPARE(after->counts().delayeds, 1U);
    QCOMPARE(after->counts().duration_s, 0.2);
    QCOMPARE(after->counts().first_ms, 5U);
    QVERIFY(std::is_permutation(events.crystal_a.begin(), events.crystal_a.end(), again.crystal_a.begin()));
    QVERIFY(std::is_permutation(events.tof_bin.begin(), events.tof_bin.end(), again.tof_bin.begin()));
    QVERIFY(std::is_permutation(events.window_b.begin(), events.window_b.end(), again.window_b.begin()));
  }

  void movements_survive_a_round_trip() {
    const auto before = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const recon::Pose pose{{0.8, 0, 0.6, 0}, {1.5, -200, 30.25}};
    io::PetsirdWriter writer(path_, before->scanner(), before->efficiencies());
    writer.write({0, 100}, {});
    writer.write(recon::Movement{.start_ms = 100, .of_gantry = false, .pose = pose});
    writer.write(recon::Movement{.start_ms = 100, .of_gantry = true, .pose = pose});
    writer.write({100, 200}, {});
    QVERIFY_THROWS_EXCEPTION(InputError, writer.write(recon::Movement{.problem = "it bends"}));
    writer.finish();
    const auto after = io::open_listmode(path_);
    EventBlock block;
    QVERIFY(after->read(block));
    QCOMPARE(block.movements.size(), std::size_t{2});
    for (const recon::Movement& movement : block.movements) {
      QCOMPARE(movement.start_ms, 100U);
      QCOMPARE(movement.problem, std::string());
      QCOMPARE(movement.pose.t_mm, pose.t_mm);
      const recon::Pose left = then(movement.pose, inverse(pose));
      QVERIFY(std::abs(left.q[0] - 1) < 1e-6 && std::abs(left.t_mm[1]) < 1e-3);
    }
    QVERIFY(!block.movements[0].of_gantry && block.movements[1].of_gantry);
    QCOMPARE(block.time_blocks[1].movements_before, 2U);
    QVERIFY(after->counts().moves && !after->counts().starts_elsewhere);
  }

  /// PETSIRD wants the larger bin first; turning an event mirrors its TOF bin, so the point on the LOR stays.
  void turned_events_keep_their_place() {
    const auto tiny = io::open_listmode(petsird_file("tiny_head.petsird"));
    io::PetsirdWriter writer(path_, tiny->scanner(), tiny->efficiencies());
    writer.write({0, 1}, one_event(0, 1, 0));
    writer.finish();
    const auto source = io::open_listmode(path_);
    const EventBlock events = read_all(*source);
    QCOMPARE(events.crystal_a.at(0), 1U);
    QCOMPARE(events.crystal_b.at(0), 0U);
    QCOMPARE(events.tof_bin.at(0), 2U);
  }

  /// Pair efficiencies that are stated for the smaller module first come out with rows and columns exchanged.
  void pair_values_may_be_stated_in_either_order() {
    const auto kitchen = io::open_listmode(petsird_file("kitchen_head.petsird"));
    const Scanner& scanner = kitchen->scanner();
    Efficiencies turned = kitchen->efficiencies();
    const std::size_t num_types = scanner.module_types.size();
    for (std::size_t type = 0; type < num_types; ++type) {
      Efficiencies::PairTable& table = turned.pairs[type * (num_types + 1)];
      const std::vector<std::int32_t> groups = table.group;
      const std::size_t n = table.num_modules_b;
      for (std::size_t i = 0; i < groups.size(); ++i) {
        table.group[i % n * n + i / n] = groups[i];
      }
    }
    io::PetsirdWriter writer(path_, scanner, turned);
    writer.finish();
    const auto after = io::open_listmode(path_);
    for (std::uint32_t a = 0; a < 12; ++a) {
      for (std::uint32_t b = 0; b < 12; ++b) {
        QCOMPARE(after->efficiencies().efficiency(after->scanner(), a, 1, b, 0),
                 turned.efficiency(scanner, a, 1, b, 0));
      }
    }
  }

  void nothing_stays_without_finish() {
    const auto tiny = io::open_listmode(petsird_file("tiny_head.petsird"));
    {
      io::PetsirdWriter writer(path_, tiny->scanner(), tiny->efficiencies());
      writer.write({0, 1}, one_event(1, 0, 0));
    }
    QVERIFY(std::filesystem::is_empty(path_.parent_path()));
  }

  void impossible_things_are_refused() {
    const auto tiny = io::open_listmode(petsird_file("tiny_head.petsird"));
    const Efficiencies& efficiencies = tiny->efficiencies();
    const auto complaint = [&](auto change) {
      Scanner scanner = tiny->scanner();
      change(scanner);
      return message_of<InputError>([&] { io::PetsirdWriter(path_, scanner, efficiencies); });
    };
    QCOMPARE(complaint([](Scanner&) {}), QString());
    QVERIFY(complaint([](Scanner& s) { s.crystal_corners_mm.clear(); }).contains("no crystal corners"));
    QVERIFY(complaint([](Scanner& s) { s.crystal_corners_mm[1][3][0] += 0.1F; }).contains("not all alike"));
    QVERIFY(complaint([](Scanner& s) { s.tof_bins[1].width_mm = 15; }).contains("without gaps"));
    QVERIFY(complaint([](Scanner& s) { s.tof_bins[1].sigma_mm = 15; }).contains("resolutions"));

    Scanner one_sided = tiny->scanner();
    for (recon::TofBin& bin : one_sided.tof_bins) {
      bin.centre_mm += 5;
    }
    io::PetsirdWriter writer(path_, one_sided, efficiencies);
    writer.write({0, 1}, one_event(1, 0, 0));
    const auto failure = [&](recon::TimeInterval interval, const EventBlock& events) {
      return message_of<InputError>([&] { writer.write(interval, events); });
    };
    QVERIFY(failure({1, 2}, one_event(0, 1, 0)).contains("not symmetric"));
    QVERIFY(failure({1, 2}, one_event(2, 0, 0)).contains("crystal 2 of 2"));
    QVERIFY(failure({1, 2}, one_event(1, 0, 3)).contains("TOF bin 3"));
    QVERIFY(failure({3, 2}, one_event(1, 0, 0)).contains("from 3 to 2 ms"));
    QVERIFY(message_of<FileError>([&] {
              io::PetsirdWriter(path_.parent_path() / "no" / "such.petsird", tiny->scanner(), efficiencies);
            }).contains("Cannot write"));
  }

 private:
  static void verify_same_efficiencies(const recon::EventSource& one, const recon::EventSource& other) {
    const Scanner& scanner = one.scanner();
    for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
      for (std::uint32_t b = 0; b < scanner.num_crystals(); ++b) {
        const std::uint32_t window = scanner.module_types[scanner.crystal_type[a]].num_energy_windows() - 1;
        QCOMPARE(other.efficiencies().efficiency(other.scanner(), a, window, b, 0),
                 one.efficiencies().efficiency(scanner, a, window, b, 0));
      }
    }
  }

  QTemporaryDir folder_;
  std::filesystem::path path_;
};

COINCIDE_TEST_CLASS(PetsirdWriterTest)

}  // namespace coincide::tests

#include "petsird_writer_test.moc"
