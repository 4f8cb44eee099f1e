#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "io/data_file.h"
#include "io/tables/hdf5_values.h"
#include "io/tables/table_file.h"
#include "io/tables/table_writer.h"
#include "petsird_support.h"
#include "projectors/error.h"
#include "recon/units.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

namespace fs = std::filesystem;
using recon::Vec3;

fs::path small_ring() { return fs::path(COINCIDE_RESOURCES) / "scanners" / "small.toml"; }

/// A ring of 16 crystals in two planes, each in coincidence with the one opposite, by `times` events.
std::string ring_csv(int times, const std::string& more_names = "", const std::string& more = "") {
  std::string text = "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm" + more_names + "\n";
  for (int i = 0; i < 16 * times; ++i) {
    const double angle = 2 * M_PI * (i % 16) / 16;
    const double z = i / 16 % 2 == 0 ? -2 : 2;
    text += QString("%1,%2,%3,%4,%5,%6")
                .arg(100 * std::cos(angle))
                .arg(100 * std::sin(angle))
                .arg(z)
                .arg(-100 * std::cos(angle))
                .arg(-100 * std::sin(angle))
                .arg(z)
                .toStdString() +
            more + "\n";
  }
  return text;
}

std::string warnings_of(const recon::EventSource& source) {
  std::string all;
  for (const std::string& warning : source.counts().all_warnings()) {
    all += warning + "\n";
  }
  return all;
}

void compare(const recon::Scanner& a, const recon::Scanner& b) {
  QCOMPARE(a.name, b.name);
  QCOMPARE(a.crystal_centre_mm, b.crystal_centre_mm);
  QCOMPARE(a.crystal_normal, b.crystal_normal);
  QCOMPARE(a.crystal_face_mm2, b.crystal_face_mm2);
  QCOMPARE(a.crystal_module, b.crystal_module);
  QCOMPARE(a.crystal_type, b.crystal_type);
  QCOMPARE(a.crystal_corners_mm, b.crystal_corners_mm);
  QCOMPARE(a.module_types.size(), b.module_types.size());
  for (std::size_t i = 0; i < a.module_types.size(); ++i) {
    QCOMPARE(a.module_types[i].energy_edges_kev, b.module_types[i].energy_edges_kev);
    QCOMPARE(a.module_types[i].energy_resolution, b.module_types[i].energy_resolution);
    QCOMPARE(a.module_types[i].num_crystals(), b.module_types[i].num_crystals());
  }
  QCOMPARE(a.tof_bins.size(), b.tof_bins.size());
  for (std::size_t i = 0; i < a.tof_bins.size(); ++i) {
    QCOMPARE(a.tof_bins[i].centre_mm, b.tof_bins[i].centre_mm);
    QCOMPARE(a.tof_bins[i].width_mm, b.tof_bins[i].width_mm);
    QCOMPARE(a.tof_bins[i].sigma_mm, b.tof_bins[i].sigma_mm);
  }
  for (std::size_t i = 0; i < a.tof_ranges.size(); ++i) {
    QCOMPARE(a.tof_ranges[i].first, b.tof_ranges[i].first);
    QCOMPARE(a.tof_ranges[i].count, b.tof_ranges[i].count);
  }
}

void compare(const recon::EventBlock& a, const recon::EventBlock& b) {
  QCOMPARE(a.crystal_a, b.crystal_a);
  QCOMPARE(a.crystal_b, b.crystal_b);
  QCOMPARE(a.tof_bin, b.tof_bin);
  QCOMPARE(a.time_ms, b.time_ms);
  QCOMPARE(a.delayed, b.delayed);
  QCOMPARE(a.window_a, b.window_a);
  QCOMPARE(a.window_b, b.window_b);
}

std::vector<recon::Movement> movements_of(recon::EventSource& source) {
  std::vector<recon::Movement> all;
  source.rewind();
  for (recon::EventBlock block; source.read(block);) {
    all.insert(all.end(), block.movements.begin(), block.movements.end());
  }
  return all;
}

bool same_movements(recon::EventSource& a, recon::EventSource& b) {
  return std::ranges::equal(movements_of(a), movements_of(b), [](const auto& x, const auto& y) {
    return x.start_ms == y.start_ms && x.of_gantry == y.of_gantry && x.pose == y.pose && x.problem == y.problem;
  });
}

}  // namespace

class TableTest : public QObject {
  Q_OBJECT

 private slots:
  void init() { QVERIFY(folder_.isValid()); }

  void own_table_keeps_everything() {
    const auto kitchen = io::open_listmode(petsird_file("kitchen_head.petsird"));
    io::write_hdf5_table(*kitchen, path("kitchen.h5"));
    const auto copy = io::open_listmode(path("kitchen.h5"));
    compare(copy->scanner(), kitchen->scanner());
    kitchen->rewind();
    const recon::EventBlock expected = read_all(*kitchen);
    QVERIFY(expected.size() > 5);
    compare(read_all(*copy), expected);
    QCOMPARE(copy->counts().prompts, kitchen->counts().prompts);
    QCOMPARE(copy->counts().delayeds, kitchen->counts().delayeds);
    QCOMPARE(copy->counts().duration_s, kitchen->counts().duration_s);
    QCOMPARE(copy->counts().moves, kitchen->counts().moves);
    QCOMPARE(copy->counts().starts_elsewhere, kitchen->counts().starts_elsewhere);
    QVERIFY(same_movements(*copy, *kitchen));
    QCOMPARE(copy->counts().dead_time_blocks, kitchen->counts().dead_time_blocks);
    const auto& table = copy->efficiencies();
    QCOMPARE(table.bin, kitchen->efficiencies().bin);
    QCOMPARE(table.pairs.size(), kitchen->efficiencies().pairs.size());
    for (std::size_t i = 0; i < table.pairs.size(); ++i) {
      QCOMPARE(table.pairs[i].group, kitchen->efficiencies().pairs[i].group);
      QCOMPARE(table.pairs[i].values, kitchen->efficiencies().pairs[i].values);
    }
    QCOMPARE(table.calibration_stated, kitchen->efficiencies().calibration_stated);
  }

  void own_table_without_tof() {
    write_bytes(path("ring.csv"), ring_csv(20));
    const auto source = io::open_listmode(path("ring.csv"));
    io::write_hdf5_table(*source, path("ring.h5"));
    const auto copy = io::open_listmode(path("ring.h5"));
    source->rewind();
    compare(read_all(*copy), read_all(*source));
    compare(copy->scanner(), source->scanner());
  }

  /// That of the job, also where TOF bins and their scanner are in the table.
  void resolution_of_tof_bins_is_that_of_the_job() {
    const auto kitchen = io::open_listmode(petsird_file("kitchen_head.petsird"));
    io::write_hdf5_table(*kitchen, path("kitchen.h5"));
    const auto copy = io::open_listmode(path("kitchen.h5"), {.tof_fwhm_ps = 1000});
    QCOMPARE(copy->scanner().tof_bins.size(), kitchen->scanner().tof_bins.size());
    for (std::size_t i = 0; i < copy->scanner().tof_bins.size(); ++i) {
      QCOMPARE(copy->scanner().tof_bins[i].centre_mm, kitchen->scanner().tof_bins[i].centre_mm);
      QVERIFY(std::abs(copy->scanner().tof_bins[i].sigma_mm - 63.654F) < 0.01F);
    }
    kitchen->rewind();
    compare(read_all(*copy), read_all(*kitchen));
    QVERIFY(!QString::fromStdString(warnings_of(*copy)).contains("input.tof_fwhm_ps"));

    write_bytes(path("ring.csv"), ring_csv(20));
    const auto without_tof = io::open_listmode(path("ring.csv"), {.tof_fwhm_ps = 1000});
    QVERIFY(QString::fromStdString(warnings_of(*without_tof)).contains("input.tof_fwhm_ps is without use"));
  }

  void csv_copy_has_the_same_lors_and_tof() {
    const fs::path points = shared_petsird_file("points/points_head.petsird");
    if (!fs::exists(points)) {
      QSKIP("the shared data are not here");
    }
    const auto source = io::open_listmode(points);
    io::write_csv_table(*source, path("points.csv"));
    const auto copy = io::open_listmode(path("points.csv"));
    source->rewind();
    const recon::EventBlock a = read_all(*source);
    const recon::EventBlock b = read_all(*copy);
    QCOMPARE(b.size(), a.size());
    QCOMPARE(copy->counts().duration_s, source->counts().duration_s);
    for (std::size_t i = 0; i < a.size(); i += 97) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        QVERIFY(std::abs(copy->scanner().crystal_centre_mm[b.crystal_a[i]][axis] -
                         source->scanner().crystal_centre_mm[a.crystal_a[i]][axis]) < 1e-3F);
        QVERIFY(std::abs(copy->scanner().crystal_centre_mm[b.crystal_b[i]][axis] -
                         source->scanner().crystal_centre_mm[a.crystal_b[i]][axis]) < 1e-3F);
      }
      const auto& bin = copy->scanner().tof_bins[b.tof_bin[i]];
      QVERIFY(std::abs(bin.centre_mm - source->scanner().tof_bins[a.tof_bin[i]].centre_mm) <= bin.width_mm / 2 + 1e-3F);
    }
  }

  void end_points_become_a_scanner() {
    write_bytes(path("ring.csv"), ring_csv(20));
    const auto source = io::open_listmode(path("ring.csv"));
    QCOMPARE(source->scanner().num_crystals(), 32U);
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.size(), 320U);
    const Vec3& first = source->scanner().crystal_centre_mm[events.crystal_a[0]];
    const Vec3& normal = source->scanner().crystal_normal[events.crystal_a[0]];
    QVERIFY(std::abs(first[0] - 100) < 1e-3F && std::abs(first[2] + 2) < 1e-3F);
    QVERIFY(std::abs(normal[0] + 1) < 1e-3F);
    QVERIFY(QString::fromStdString(warnings_of(*source)).contains("32 different ends"));
    QVERIFY(!source->counts().no_duration.empty());
  }

  void many_end_points_need_no_whole_modules() {
    std::string text = "x1_mm;y1_mm;z1_mm;x2_mm;y2_mm;z2_mm\n";
    for (int i = 0; i < 4 * 69; ++i) {
      const double angle = 2 * M_PI * (i % 69) / 69;
      text += QString("%1;%2;0;%3;%4;0\n")
                  .arg(100 * std::cos(angle))
                  .arg(100 * std::sin(angle))
                  .arg(-100 * std::cos(angle))
                  .arg(-100 * std::sin(angle))
                  .toStdString();
    }
    write_bytes(path("ring.csv"), text);
    const auto source = io::open_listmode(path("ring.csv"));
    QCOMPARE(source->scanner().module_types.size(), 2U);
    QCOMPARE(read_all(*source).size(), 276U);
  }

  void difference_of_times_counts_towards_the_later_end_data() {
    QTest::addColumn<QString>("column");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("mapping");
    QTest::newRow("ps") << "tof_ps"
                        << "200"
                        << "";
    QTest::newRow("mm") << "tof_mm"
                        << "29.979"
                        << "";
    QTest::newRow("turned") << "dt"
                            << "-200"
                            << "tof_ps = -dt";
    QTest::newRow("other name") << "t1 minus t2"
                                << "200"
                                << "tof_ps = t1 minus t2";
  }
  void difference_of_times_counts_towards_the_later_end() {
    QFETCH(QString, column);
    QFETCH(QString, value);
    QFETCH(QString, mapping);
    write_bytes(path("tof.csv"),
                "# tof_fwhm_ps = 300\n" + ring_csv(20, ("," + column).toStdString(), ("," + value).toStdString()));
    const auto source = io::open_listmode(path("tof.csv"), {.columns = mapping.toStdString()});
    const recon::EventBlock events = read_all(*source);
    const recon::TofBin& bin = source->scanner().tof_bins[events.tof_bin[0]];
    const double sigma_mm = 300 * 0.299792458 / 2 / recon::fwhm_per_sigma;
    QVERIFY(std::abs(bin.sigma_mm - sigma_mm) < 1e-3);
    QVERIFY(bin.width_mm <= sigma_mm / 5 + 1e-4);
    QVERIFY(std::abs(bin.centre_mm - 29.9792) <= bin.width_mm / 2 + 1e-4F);
    const double steps = static_cast<double>(bin.centre_mm / bin.width_mm);
    QVERIFY(std::abs(steps - std::round(steps)) < 1e-3);
  }

  void times_need_no_order() {
    std::string text = "# duration_s = 10\ncrystal1\tcrystal2\ttime_s\tkind\n";
    for (int i = 0; i < 1000; ++i) {
      text += QString("%1\t%2\t%3\t%4\n")
                  .arg(i % 100)
                  .arg(1024 + i % 100)
                  .arg(static_cast<double>(i * 7 % 1000) / 100)
                  .arg(i % 10 == 0 ? "delayed" : "prompt")
                  .toStdString();
    }
    write_bytes(path("times.csv"), text);
    const auto source = io::open_listmode(path("times.csv"), {.scanner = small_ring()});
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.time_ms[1], 70U);
    QCOMPARE(events.time_ms[143], 10U);
    QCOMPARE(source->counts().delayeds, 100U);
    QCOMPARE(source->counts().prompts, 900U);
    QCOMPARE(source->counts().duration_s, 10.0);
    source->rewind();
    std::uint64_t prompts = 0;
    for (recon::EventBlock block; source->read(block);) {
      for (const recon::TimeBlock& time : block.time_blocks) {
        prompts += time.prompts;
      }
    }
    QCOMPARE(prompts, 900U);
  }

  void times_of_a_calendar_count_from_the_first() {
    write_bytes(path("epoch.csv"), "crystal1,crystal2,time_s\n0,1024,1700000005.5\n0,1024,1700000001.25\n");
    const auto source = io::open_listmode(path("epoch.csv"), {.scanner = small_ring()});
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.time_ms, (std::vector<std::uint32_t>{4500, 250}));
    QVERIFY(std::abs(source->counts().duration_s - 4.251) < 1e-6);
  }

  void ends_within_crystals_find_these() {
    const fs::path shifted = path("shifted.csv");
    const auto scanner = io::read_scanner(small_ring()).scanner;
    std::mt19937 engine(1);
    std::uniform_real_distribution<float> part(-0.49F, 0.49F);
    const auto text_with = [&](float shift_mm) {
      std::string text = "x1_mm,y1_mm,z1_mm,x2_mm,y2_mm,z2_mm\n";
      for (std::uint32_t i = 0; i < 2000; ++i) {
        for (const std::uint32_t crystal : {i, (i + 1024) % 2048}) {
          const Vec3& n = scanner.crystal_normal[crystal];
          const Vec3& c = scanner.crystal_centre_mm[crystal];
          const float along = 4.8F * part(engine);
          const float deep = 4.8F * part(engine);
          text += QString("%1,%2,%3%4")
                      .arg(c[0] + deep * n[0])
                      .arg(c[1] + deep * n[1] + shift_mm)
                      .arg(c[2] + along)
                      .arg(crystal == i ? "," : "\n")
                      .toStdString();
        }
      }
      return text;
    };
    write_bytes(shifted, text_with(0));
    const QString alone = message_of<FileError>([&] { io::open_listmode(shifted); });
    QVERIFY2(alone.contains("input.scanner"), qPrintable(alone));
    const auto source = io::open_listmode(shifted, {.scanner = small_ring()});
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.size(), 2000U);
    for (std::uint32_t i = 0; i < 2000; ++i) {
      QCOMPARE(events.crystal_a[i], i);
      QCOMPARE(events.crystal_b[i], (i + 1024) % 2048);
    }
    QVERIFY(QString::fromStdString(warnings_of(*source)).contains("mm at most"));
    write_bytes(shifted, text_with(40));
    const QString message = message_of<FileError>([&] { io::open_listmode(shifted, {.scanner = small_ring()}); });
    QVERIFY2(message.contains("do not fit the scanner"), qPrintable(message));
  }

  void sources_can_be_chosen_data() {
    QTest::addColumn<int>("only");
    QTest::addColumn<int>("events");
    QTest::newRow("all") << 0 << 6;
    QTest::newRow("trues") << 1 << 3;
    QTest::newRow("trues and scattered") << 2 << 5;
    QTest::newRow("trues and randoms") << 3 << 4;
  }
  void sources_can_be_chosen() {
    QFETCH(int, only);
    QFETCH(int, events);
    write_bytes(path("mc.csv"),
                "crystal1,crystal2,source\n0,1024,true\n0,1025,true\n0,1026,0\n0,1027,scattered\n0,1028,1\n"
                "0,1029,random\n");
    const auto source =
        io::open_listmode(path("mc.csv"), {.scanner = small_ring(), .only = static_cast<io::Sources>(only)});
    QCOMPARE(read_all(*source).size(), static_cast<std::size_t>(events));
    QCOMPARE(QString::fromStdString(warnings_of(*source)).contains("For study"), only != 0);
  }

  void simulated_events_keep_their_origins() {
    const io::ScannerDescription ring = io::read_scanner(small_ring());
    using recon::EventOrigin;
    const std::vector<EventOrigin> origins{EventOrigin::unscattered, EventOrigin::scattered,
                                           EventOrigin::scattered_often, EventOrigin::random, EventOrigin::random};
    recon::EventBlock block;
    block.resize(origins.size());
    block.origin = origins;
    block.delayed[4] = 1;
    for (std::uint32_t i = 0; i < 5; ++i) {
      block.crystal_a[i] = i;
      block.crystal_b[i] = 1024 + i;
      block.time_ms[i] = 10;
    }
    io::TableWriter writer(path("origins.h5"), ring.scanner, ring.efficiencies);
    writer.write({0, 10}, {});
    writer.write({10, 20}, block);
    writer.finish();
    const auto taken = [this](io::Sources only) {
      return read_all(*io::open_listmode(path("origins.h5"), {.only = only})).crystal_a;
    };
    QCOMPARE(taken(io::Sources::all), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
    QCOMPARE(taken(io::Sources::trues), (std::vector<std::uint32_t>{0}));
    QCOMPARE(taken(io::Sources::trues_and_scattered), (std::vector<std::uint32_t>{0, 1, 2}));
    QCOMPARE(taken(io::Sources::trues_and_randoms), (std::vector<std::uint32_t>{0, 3, 4}));
    const auto source = io::open_listmode(path("origins.h5"), {});
    const recon::EventBlock events = read_all(*source);
    QCOMPARE(events.delayed, block.delayed);
    QCOMPARE(source->counts().duration_s, 0.02);
    QCOMPARE(source->counts().prompts, 4U);
  }

  void sources_are_asked_of_tables_alone() {
    QVERIFY(message_of<InputError>([&] {
              io::open_listmode(petsird_file("tiny_head.petsird"), {.only = io::Sources::trues});
            }).contains("are for tables"));
  }

  void tables_of_counts_take_no_events() {
    write_bytes(path("bins.csv"), "crystal1,crystal2,n\n0,1024,5\n");
    const io::ListmodeOptions counts{.scanner = small_ring(), .columns = "counts = n"};
    QVERIFY(io::open_data(path("bins.csv"), counts).histogram != nullptr);
    io::ListmodeOptions trues = counts;
    trues.only = io::Sources::trues;
    QVERIFY(message_of<InputError>([&] { io::open_data(path("bins.csv"), trues); }).contains("leave them out"));
  }

  void sinograms_take_no_columns() {
    const std::filesystem::path sinogram = std::filesystem::path(COINCIDE_SHARED_DATA) / "stir/osem-tof/prompts.hs";
    if (!std::filesystem::exists(sinogram)) {
      QSKIP("needs the shared data");
    }
    QVERIFY(io::open_data(sinogram).histogram != nullptr);
    for (const io::ListmodeOptions& options :
         {io::ListmodeOptions{.columns = "counts = n"}, io::ListmodeOptions{.tof_fwhm_ps = 300},
          io::ListmodeOptions{.only = io::Sources::trues}}) {
      QVERIFY(message_of<InputError>([&] { io::open_data(sinogram, options); }).contains("leave them out"));
    }
  }

  void other_columns_are_listed() {
    write_bytes(path("more.csv"), "crystal1,crystal2,energy\n0,1024,511\n");
    const auto source = io::open_listmode(path("more.csv"), {.scanner = small_ring()});
    QCOMPARE(source->counts().not_used.size(), 1U);
    QVERIFY(source->counts().not_used[0].find("energy") != std::string::npos);
  }

  void impossible_rows_are_counted_and_left_out() {
    write_bytes(path("wild.csv"),
                "crystal1,crystal2,kind,time_ms\n0,1024,0,5\n-1,1024,0,5\n0,2048,0,5\n0,1e30,0,5\n0,1024,7,5\n");
    const auto source = io::open_listmode(path("wild.csv"), {.scanner = small_ring()});
    QCOMPARE(read_all(*source).size(), 1U);
    QCOMPARE(source->counts().out_of_range, 4U);
  }

  void tables_lie_in_any_group_or_compound() {
    write_group("/a/b", {{"crystal1", {0, 1}}, {"crystal2", {1024, 1025}}, {"more", {7, 8}}});
    const auto group = io::open_listmode(path("group.h5"), {.scanner = small_ring()});
    QCOMPARE(read_all(*group).crystal_b, (std::vector<std::uint32_t>{1024, 1025}));
    QCOMPARE(group->format(), std::string("HDF5 table /a/b"));
    write_compound();
    const auto compound = io::open_listmode(path("compound.h5"), {.scanner = small_ring()});
    QCOMPARE(read_all(*compound).crystal_a, (std::vector<std::uint32_t>{3, 4, 5}));
  }

  void counts_make_a_histogram() {
    write_bytes(path("bins.csv"), "crystal1,crystal2,counts,factor,additive\n0,1024,5,0.5,0.1\n7,1031,0,0.25,0\n");
    const auto data = io::open_data(path("bins.csv"), {.scanner = small_ring()});
    QVERIFY(data.histogram != nullptr);
    const recon::Histogram bins = data.histogram->read();
    bins.check();
    QCOMPARE(bins.counts, (std::vector<float>{5, 0}));
    QCOMPARE(bins.factor, (std::vector<float>{0.5F, 0.25F}));
    QCOMPARE(bins.additive, (std::vector<float>{0.1F, 0}));
    QCOMPARE(bins.point_mm[bins.end[1]], data.scanner().crystal_centre_mm[1031]);
  }

  void counts_in_tof_bins_of_points() {
    std::string text = "# tof_bins = 3\n# tof_bin_ps = 200\n# tof_fwhm_ps = 300\n";
    text += ring_csv(1, ",n,b", ",1,2");
    text += "100,0,-2,-100,0,-2,4,0\n";
    write_bytes(path("bins.csv"), text);
    const auto data = io::open_data(path("bins.csv"), {.columns = "counts = n, tof_bin = b"});
    QVERIFY(data.histogram != nullptr);
    const recon::Histogram bins = data.histogram->read();
    bins.check();
    QCOMPARE(bins.num_lors(), 16);
    QCOMPARE(bins.num_bins(), 48);
    QCOMPARE(std::vector<float>(bins.counts.begin(), bins.counts.begin() + 3), (std::vector<float>{4, 0, 1}));
    QVERIFY(std::abs(bins.tof->bin_width_mm - 29.979F) < 1e-3F);
  }

 private:
  fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

  void write_group(const std::string& name, const std::map<std::string, std::vector<float>>& columns) const {
    const io::Hdf5Id file(H5Fcreate(path("group.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "");
    const io::Hdf5Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "");
    H5Pset_create_intermediate_group(links, 1);
    const io::Hdf5Id group(H5Gcreate2(file, name.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "");
    for (const auto& [column, values] : columns) {
      io::write_hdf5_values(group, column, values);
    }
  }

  void write_compound() const {
    struct Row {
      std::int64_t crystal2;
      float energy;
      std::uint16_t crystal1;
    };
    const std::vector<Row> rows = {{1024, 511, 3}, {1025, 500, 4}, {1026, 490, 5}};
    const io::Hdf5Id file(H5Fcreate(path("compound.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose,
                          "");
    const io::Hdf5Id type(H5Tcreate(H5T_COMPOUND, sizeof(Row)), H5Tclose, "");
    H5Tinsert(type, "crystal2", HOFFSET(Row, crystal2), H5T_NATIVE_INT64);
    H5Tinsert(type, "energy", HOFFSET(Row, energy), H5T_NATIVE_FLOAT);
    H5Tinsert(type, "crystal1", HOFFSET(Row, crystal1), H5T_NATIVE_UINT16);
    const hsize_t size = rows.size();
    const io::Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "");
    const io::Hdf5Id dataset(H5Dcreate2(file, "events", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose,
                             "");
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data());
  }

  QTemporaryDir folder_;
};

COINCIDE_TEST_CLASS(TableTest)

}  // namespace coincide::tests

#include "table_test.moc"
