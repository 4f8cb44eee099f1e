// Sessions, regions and records whose numbers somebody has spoilt: one sentence or what the window can show.

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gui/image_support.h"
#include "gui/model/look_json.h"
#include "gui/model/session_file.h"
#include "io/provenance.h"
#include "projectors/error.h"
#include "support/test_main.h"

using namespace coincide;       // NOLINT(google-build-using-namespace): a test
using namespace coincide::gui;  // NOLINT(google-build-using-namespace): a test

namespace {

using Json = nlohmann::ordered_json;

/// All kinds of numbers that a session holds.
Session full_session() {
  ViewState state;
  state.show({.data = "image a"}, std::make_shared<const recon::Image>(tests::random_image()));
  state.set_cursor_mm({6.5, -5, 10});
  state.set_turn(1, {.tilt_degrees = 10, .swivel_degrees = -20});
  state.set_profile_line(ProfileLine{.start_mm = {0, 0, 0}, .end_mm = {10, 0, 5}});
  const std::vector<std::array<double, 3>> corners{{0, 0, 0}, {10, 0, 0}, {0, 10, 0}};
  state.set_rois({{.name = "sphere"}, recon::polygon_roi("polygon", 2, 5, corners)});
  Layer layer = layer_of("map", state.image());
  layer.source.file = "map.nii.gz";
  layer.place.shift_mm = {1, 2, 3};
  layer.contour = 4;
  state.set_layers({layer});
  Session session;
  session.job = "job.toml";
  session.colour_map = "grey";
  session.slab.kind = SlabKind::mean;
  session.mosaic.emplace();
  session.runs = {{"run", "note", "run.json"}};
  session.images = {"a.nii.gz", "b.nii.gz"};
  session.chosen_image = 1;
  session.comparison = SavedComparison{.run = 0, .image = {}};
  session.looks = state.looks();
  return session;
}

const std::vector<Json>& spoilt_values() {
  static const std::vector<Json> values{1e300,
                                        -1e300,
                                        1e19,
                                        -1,
                                        -1.5,
                                        0,
                                        0.5,
                                        1e7,
                                        "text",
                                        Json(nullptr),
                                        Json::array(),
                                        Json::object(),
                                        Json::array({1, 2, 3, 4}),
                                        9223372036854775807LL};
  return values;
}

/// Calls use(spoilt) with the document once for each of its values and each spoilt one, and once without it.
template <class Use>
void spoil_each(const Json& document, Use&& use) {
  const Json flat = document.flatten();
  for (const auto& [path, value] : flat.items()) {
    const Json::json_pointer at(path);
    for (const Json& spoilt : value.is_number() ? spoilt_values() : std::vector<Json>{0.5, Json(nullptr)}) {
      Json copy = document;
      copy[at] = spoilt;
      use(copy, path);
    }
    Json without = document;
    without[at.parent_pointer()].is_object() ? void(without[at.parent_pointer()].erase(at.back()))
                                             : void(without[at.parent_pointer()].clear());
    use(without, path);
  }
}

/// What of it the window could not show; empty: nothing.
std::string fault_of(const Session& session) {
  std::string faults;
  const auto check = [&faults](bool is_good, const char* what) { faults += is_good ? "" : std::string(what) + "; "; };
  check(session.slab.thickness_mm >= 0 && session.slab.thickness_mm <= 1e6, "slab");
  check(!session.mosaic || (session.mosaic->columns <= 12 && session.mosaic->axis >= 0), "mosaic");
  check(!session.comparison || session.comparison->part_of_b <= 1, "comparison");
  static const auto image = std::make_shared<const recon::Image>(tests::random_image());
  ViewState state;
  for (const auto& [data, look] : session.looks) {
    state.set_look(data, look);
    state.show({.data = data}, image);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      check(state.cursor()[axis] >= 0 && state.cursor()[axis] < image->grid.shape[axis], "cursor");
    }
    check(state.is_in_image(state.cursor_mm()), "cursor in mm");
    check(state.window_low() < state.window_high(), "window");
    check(state.camera().zoom >= 0.2 && state.camera().zoom <= 50, "zoom");
    check(std::abs(state.camera().centre_mm[0]) < 1e7, "centre");
    for (const Roi& roi : state.found_rois()) {
      check(measure(roi, *image).voxels >= 0, "region");
      roi_outline(roi, *image, 2, 5);
    }
  }
  return faults;
}

}  // namespace

class HostileJsonTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::filesystem::path written(const std::string& text) const {
    const auto path = std::filesystem::path(folder_.path().toStdString()) / "spoilt.json";
    std::ofstream(path) << text;
    return path;
  }

 private slots:
  void sessions_open_or_say_why_not() {
    const Json whole = Json::parse(session_text(full_session()));
    const Session same = read_session(written(whole.dump()));
    QCOMPARE(fault_of(same), std::string());
    QVERIFY(same.looks.contains("image a") && same.chosen_image == 1);
    QCOMPARE(Json::parse(session_text(same)), whole);
    int opened = 0, refused = 0;
    spoil_each(whole, [&](const Json& spoilt, const std::string& path) {
      try {
        const std::string fault = fault_of(read_session(written(spoilt.dump())));
        QVERIFY2(fault.empty(), (path + ": " + fault).c_str());
        ++opened;
      } catch (const FileError& error) {
        QVERIFY2(std::string(error.what()).find("spoilt.json") != std::string::npos, error.what());
        QVERIFY2(std::string(error.what()).find("json.exception") == std::string::npos, error.what());
        ++refused;
      }
    });
    QVERIFY2(opened > 100 && refused > 300, qPrintable(QString("%1 %2").arg(opened).arg(refused)));
    QVERIFY_THROWS_EXCEPTION(FileError, read_session(written("{\"coincide_session\": 1e999}")));
  }

  /// In our words, not in those of a library.
  void what_is_missing_is_named() {
    const auto sentence = [this](const std::string& text) {
      try {
        read_session(written(text));
        return std::string("opened");
      } catch (const FileError& error) {
        return std::string(error.what()).substr(written("").string().size());
      }
    };
    const std::string begin = " is no session that this program has saved: ", end = ". Open another one.";
    QCOMPARE(sentence(R"({"coincide_session": 1, "runs": []})"), begin + "it has no \"job\"" + end);
    QCOMPARE(sentence(R"({"coincide_session": 1, "job": 7})"),
             begin + "a value in it is of another kind than what this program writes there" + end);
    QCOMPARE(sentence("{}"), begin + "it has no \"coincide_session\"" + end);
    QCOMPARE(sentence("{\"coincide_session\" 1}"), begin + "it is no JSON from its byte 21 on" + end);
    QCOMPARE(sentence(" "), begin + "it is no JSON from its byte 2 on" + end);
    QVERIFY2(sentence("").ends_with("it is empty"), sentence("").c_str());
    try {
      rois_of_text(R"([{"name": "a"}])", "a.json");
      QFAIL("not refused");
    } catch (const FileError& error) {
      QCOMPARE(std::string(error.what()),
               std::string("a.json holds no regions that this program has saved: it has no \"centre_mm\"") + end);
    }
  }

  void regions_open_or_say_why_not() {
    const Json whole = Json::parse(rois_text(full_session().looks.at("image a").rois));
    const recon::Image image = tests::random_image();
    int refused = 0;
    spoil_each(whole, [&](const Json& spoilt, const std::string& path) {
      try {
        for (const Roi& roi : rois_of_text(spoilt.dump(), "spoilt.json")) {
          QVERIFY2(measure(roi, image).voxels >= 0, path.c_str());
        }
      } catch (const FileError&) {
        ++refused;
      }
    });
    QVERIFY(refused > 100);
    try {
      rois_of_text(R"([{"name": "a", "shape": "box", "centre_mm": [1e300, 0, 0]}])", "a.json");
      QFAIL("not refused");
    } catch (const FileError& error) {
      QCOMPARE(std::string(error.what()),
               std::string("a.json cannot be opened: 1e+300 stands where a number from -1e+06 to 1e+06 should"));
    }
  }

  /// What a record does not say in a way that can be kept has its default.
  void records_keep_their_defaults() {
    const auto read = [&](const std::string& facts) {
      return io::read_provenance(
          written("{\"ReconMethodParameterValues\": [1, 1e300, 1], \"Coincide\": " + facts + "}"));
    };
    const io::Provenance good = read(R"({"threads": 3, "image": {"size": [4, 5, 6], "voxel_size_mm": [1, 2, 3.5]},
                                         "job": {"stop": {"passes": 7}}})");
    QVERIFY(good.threads == 3 && good.grid.shape[2] == 6 && good.grid.voxel_size_mm[2] == 3.5F);
    QVERIFY(good.subsets == 1 && good.job.passes() == 7);
    for (const char* number : {"1e300", "-1e300", "1e19", "1.5", "\"text\"", "null", "[]"}) {
      const std::string n = number;
      const io::Provenance run =
          read("{\"threads\": " + n + ", \"image\": {\"size\": [4, " + n + ", 6], \"voxel_size_mm\": [1e300, 2, 3]}, " +
               "\"counts\": {\"prompts\": " + n + "}, \"job\": {\"stop\": {\"passes\": " + n + "}}}");
      QVERIFY2(run.threads == 0 && run.grid == recon::ImageGrid{} && run.counts.prompts == 0, number);
      QCOMPARE(run.job.passes(), io::Job{}.passes());
    }
  }
};

COINCIDE_TEST_CLASS(HostileJsonTest)
#include "hostile_json_test.moc"
