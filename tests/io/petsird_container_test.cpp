#include <QTemporaryDir>
#include <QtTest>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/yardl_binary.h"
#include "io/yardl_hdf5.h"
#include "petsird_support.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

using io::YardlKind;
using io::YardlSchema;
using io::YardlType;
using io::YardlValue;
using Json = nlohmann::json;

/// "2026-03-04T05:06:07.000000000" as ns since 1970.
std::int64_t nanoseconds(const std::string& text) {
  using namespace std::chrono;
  const auto number = [&](std::size_t at, std::size_t count) { return std::stoi(text.substr(at, count)); };
  const sys_days day = year(number(0, 4)) / number(5, 2) / number(8, 2);
  const auto time = hours(number(11, 2)) + minutes(number(14, 2)) + seconds(number(17, 2));
  return duration_cast<std::chrono::nanoseconds>(day.time_since_epoch() + time).count() + number(20, 9);
}

/// Where a decoded value differs from the text that upstream's own writer made of it; "" if nowhere.
std::string difference(const YardlValue& value, const YardlType& type, const Json& json, const std::string& path);

std::string difference_of_number(double value, const Json& json, const std::string& path) {
  const double expected = json.get<double>();
  const bool same = std::abs(value - expected) <= 1e-6 * std::abs(expected);
  return same ? "" : path + ": " + std::to_string(value) + " instead of " + json.dump();
}

std::string difference_of_elements(const YardlValue& value, const YardlType& items, const Json& json,
                                   const std::string& path) {
  if (value.size() != json.size()) {
    return path + ": " + std::to_string(value.size()) + " elements instead of " + std::to_string(json.size());
  }
  return std::visit(
      [&](const auto& data) -> std::string {
        using Data = std::decay_t<decltype(data)>;
        if constexpr (requires { data.size(); } && !std::is_same_v<Data, std::string>) {
          for (std::size_t i = 0; i < data.size(); ++i) {
            const std::string at = path + "[" + std::to_string(i) + "]";
            std::string found;
            if constexpr (std::is_same_v<Data, YardlValue::List>) {
              found = difference(data[i], items, json[i], at);
            } else {
              found = difference_of_number(static_cast<double>(data[i]), json[i], at);
            }
            if (!found.empty()) {
              return found;
            }
          }
          return "";
        } else {
          return path + ": no list";
        }
      },
      value.data());
}

std::string difference(const YardlValue& value, const YardlType& type, const Json& json, const std::string& path) {
  switch (type.kind) {
    case YardlKind::record: {
      const auto& record = std::get<YardlValue::Record>(value.data());
      for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const std::string& name = type.fields[i].name;
        const Json field = json.contains(name) ? json.at(name) : Json();  // the text leaves null fields out
        const std::string found = difference(record.values[i], *type.fields[i].type, field, path + "." + name);
        if (!found.empty()) {
          return found;
        }
      }
      return "";
    }
    case YardlKind::choice: {
      if (value.is_null() || json.is_null()) {
        return value.is_null() && json.is_null() ? "" : path + ": null on one side";
      }
      if (type.is_optional()) {
        return difference(value, type.without_optional(), json, path);
      }
      const auto& choice = std::get<YardlValue::Choice>(value.data());
      return json.contains(choice.tag)
                 ? difference(*choice.value, *type.field(choice.tag), json.at(choice.tag), path + "." + choice.tag)
                 : path + ": case " + choice.tag + " instead of " + json.dump();
    }
    case YardlKind::vector:
      return difference_of_elements(value, *type.items, json, path);
    case YardlKind::array:
      return difference_of_elements(value, *type.items, json.is_array() ? json : json.at("data"), path);
    case YardlKind::enumeration:
      return value.symbol(path) == json.get<std::string>() ? "" : path + ": " + value.symbol(path);
    case YardlKind::text:
      return value.text(path) == json.get<std::string>() ? "" : path + ": '" + value.text(path) + "'";
    case YardlKind::datetime:
      return std::get<std::int64_t>(value.data()) == nanoseconds(json.get<std::string>()) ? "" : path + ": other time";
    default:
      return difference_of_number(value.number(path), json, path);
  }
}

/// The lines of upstream's text behind the schema: the header and the time blocks.
std::vector<Json> kitchen_lines() {
  std::istringstream text(read_bytes(petsird_file("kitchen_head.ndjson")));
  std::vector<Json> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(Json::parse(line));
  }
  lines.erase(lines.begin());
  return lines;
}

}  // namespace

class PetsirdContainerTest : public QObject {
  Q_OBJECT

 private slots:
  void binary_equals_official_text() {
    const std::vector<Json> lines = kitchen_lines();
    io::YardlBinaryReader file(petsird_file("kitchen_head.petsird"));
    const YardlType& header = file.schema().step("header");
    QCOMPARE(difference(file.value(header), header, lines[0].at("header"), "header"), std::string());
    const YardlType& block = *file.schema().step("timeBlocks").items;
    std::size_t next = 1;
    for (std::uint64_t n = 0; (n = file.varint()) > 0;) {
      for (; n > 0; --n, ++next) {
        const std::string name = "block " + std::to_string(next);
        QCOMPARE(difference(file.value(block), block, lines.at(next).at("timeBlocks"), name), std::string());
      }
    }
    QCOMPARE(next, lines.size());
    QCOMPARE(file.remaining(), 0U);
  }

  void skipping_goes_as_far_as_reading() {
    io::YardlBinaryReader read(petsird_file("kitchen_head.petsird"));
    io::YardlBinaryReader skipped(petsird_file("kitchen_head.petsird"));
    read.value(read.schema().step("header"));
    skipped.skip(skipped.schema().step("header"));
    QCOMPARE(skipped.position(), read.position());
    const YardlType& block = *read.schema().step("timeBlocks").items;
    for (std::uint64_t n = 0; (n = read.varint()) > 0;) {
      QCOMPARE(skipped.varint(), n);
      for (; n > 0; --n) {
        read.value(block);
        skipped.skip(block);
        QCOMPARE(skipped.position(), read.position());
      }
    }
  }

  void hdf5_equals_official_text() {
    const auto packed = shared_petsird_file("kitchen/kitchen_head.h5.gz");
    if (!std::filesystem::exists(packed)) {
      QSKIP("the shared data folder is absent");
    }
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("kitchen.h5").toStdString();
    unpack(packed, path);
    const std::vector<Json> lines = kitchen_lines();
    const io::YardlHdf5File file(path, "PETSIRD");
    QCOMPARE(difference(file.value("header"), file.schema().step("header"), lines[0].at("header"), "header"),
             std::string());
    const auto index = file.index("timeBlocks");
    QCOMPARE(index.size() + 1, lines.size());
    for (std::size_t i = 0; i < index.size(); ++i) {
      const io::YardlField& kind = file.schema().step("timeBlocks").items->fields[index[i].tag];
      io::YardlHdf5Rows rows(file.group(), "timeBlocks/" + kind.name, *kind.type);
      const YardlValue value = rows.memory().value(rows.row(index[i].row));
      const std::string found = difference(value, *kind.type, lines[i + 1].at("timeBlocks").at(kind.name), kind.name);
      QCOMPARE(found, std::string());
    }
  }

  void schema_resolves_generic_types() {
    const YardlSchema schema(R"({"protocol":{"name":"P","sequence":[{"name":"s","type":
      {"name":"N.Pair","typeArguments":["float32",{"vector":{"items":"N.Alias","length":3}}]}}]},
      "types":[{"name":"Pair","typeParameters":["A","B"],"fields":[{"name":"a","type":"A"},{"name":"b","type":"B"}]},
      {"name":"Alias","type":[null,"uint32"]}]})");
    const YardlType& pair = schema.step("s");
    QCOMPARE(pair.field("a")->kind, YardlKind::float32);
    QCOMPARE(pair.field("b")->fixed_count().value(), 3U);
    QVERIFY(pair.field("b")->items->is_optional());
    QCOMPARE(pair.min_bytes, 7U);  // a float and three absent values
  }

  void impossible_schemas_are_refused_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("says");
    const QString frame = R"({"protocol":{"name":"P","sequence":[{"name":"s","type":%1}]},"types":[%2]})";
    QTest::newRow("no json") << "{"
                             << "cannot be understood";
    QTest::newRow("no protocol") << "{\"types\":[]}"
                                 << "cannot be understood";
    QTest::newRow("unknown type") << frame.arg("\"N.X\"", "") << "does not define";
    QTest::newRow("contains itself") << frame.arg("\"N.X\"", R"({"name":"X","fields":[{"name":"x","type":"N.X"}]})")
                                     << "contains itself";
    QTest::newRow("endless arguments") << frame.arg(R"({"name":"N.X","typeArguments":["bool"]})",
                                                    R"({"name":"X","typeParameters":["T"],"fields":[{"name":"x","type":
                        {"name":"N.X","typeArguments":[{"vector":{"items":"T"}}]}}]})")
                                       << "nested too deeply";
    QTest::newRow("argument missing") << frame.arg("\"N.X\"", R"({"name":"X","typeParameters":["T"],"type":"T"})")
                                      << "type arguments";
  }
  void impossible_schemas_are_refused() {
    QFETCH(QString, json);
    QFETCH(QString, says);
    const QString message = message_of<FileError>([&] { YardlSchema schema(json.toStdString()); });
    QVERIFY2(message.contains(says), qPrintable(message));
  }
};

COINCIDE_TEST_CLASS(PetsirdContainerTest)

}  // namespace coincide::tests

#include "petsird_container_test.moc"
