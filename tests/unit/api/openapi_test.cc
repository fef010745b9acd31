#include "api/openapi.h"

#include "api/schema.h"
#include "service_fixture.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

std::string schema(std::string_view notation) {
  const auto schema = json_schema(notation);
  return schema ? json::serialize(*schema) : "none";
}

TEST(Schema, IsReadFromItsNotation) {
  EXPECT_EQ(schema("string"), R"({"type":"string"})");
  EXPECT_EQ(schema("any"), "{}");
  EXPECT_EQ(schema("id"), R"({"type":"string","pattern":"^[0-9a-f]{32}$"})");
  EXPECT_EQ(schema("'a'|'b c'"), R"({"type":"string","enum":["a","b c"]})");
  EXPECT_EQ(schema("integer[]"), R"({"type":"array","items":{"type":"integer"}})");
  EXPECT_EQ(schema("time?"),
            R"({"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]})");
  EXPECT_EQ(schema("Bucket"), R"({"$ref":"#/components/schemas/Bucket"})");
  EXPECT_EQ(schema("{a: string, b?: {*: integer}[]}"),
            R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":)"
            R"({"type":"object","additionalProperties":{"type":"integer"}}}},"required":["a"]})");
  EXPECT_EQ(schema("{}"), R"({"type":"object"})");
  for (const char* bad : {"", "text", "{", "{a}", "{a:}", "'a", "'a'|", "string string", "Nothing",
                          "{a: string b: string}", "[]"}) {
    EXPECT_EQ(schema(bad), "none") << bad;
  }
}

TEST(Schema, OfEveryRouteIsInTheNotation) {
  for (const Route* route : all_routes()) {
    const bool plain = route->result_schema != "bytes" && route->result_schema != "bare";
    if (plain && !route->result_schema.empty()) {
      EXPECT_TRUE(json_schema(route->result_schema)) << route->operation_id;
    }
    if (!route->body_schema.empty()) {
      EXPECT_TRUE(json_schema(route->body_schema)) << route->operation_id;
    }
    for (const Parameter& parameter : route->parameters) {
      EXPECT_TRUE(json_schema(parameter.schema)) << route->operation_id << " " << parameter.name;
    }
  }
  for (const NamedSchema& named : named_schemas()) {
    EXPECT_TRUE(json_schema(named.notation)) << named.name;
  }
}

class OpenApiTest : public ServiceTest {};

TEST_F(OpenApiTest, IsServedToAnybody) {
  const Answer answer = send_bare({.path = "/openapi.json"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("/openapi"), "3.1.0");
  const json::value document = answer.document();
  const json::object& paths = document.at("paths").as_object();
  const json::value& object =
      paths.at("/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key}");
  EXPECT_EQ(object.at("put").at("operationId").as_string(), "r2-put-object");
  const json::value& explain = paths.at("/accounts/{account_id}/r2/explain").at("get");
  EXPECT_TRUE(explain.at("x-coffer-extension").as_bool());
  EXPECT_FALSE(object.at("put").as_object().contains("x-coffer-extension"));
}

std::string contents_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// A line for each member of objects down to `depth`, so that a change is seen in a diff.
std::string in_lines(const json::value& value, int depth, const std::string& indent = "\n") {
  if (depth == 0 || !value.is_object() || value.get_object().empty()) return serialize(value);
  std::string out;
  for (const auto& [name, member] : value.get_object()) {
    out += (out.empty() ? "{" : ",") + indent + " " + serialize(json::value(name)) + ": " +
           in_lines(member, depth - 1, indent + " ");
  }
  return out + indent + "}";
}

/// The dashboard's client is generated from this copy. With COFFER_OPENAPI naming a file, the right
/// one is left there.
TEST_F(OpenApiTest, IsTheOneThatTheDashboardIsBuiltWith) {
  constexpr int kDepth = 4;
  const json::value document = send_bare({.path = "/openapi.json"}).document();
  if (const char* out = std::getenv("COFFER_OPENAPI")) {
    std::ofstream(out) << in_lines(document, kDepth) << "\n";
  }
  const auto file = std::filesystem::path(COFFER_SOURCE_DIR) / "dashboard" / "openapi.json";
  json::error_code failure;
  const json::value copy = json::parse(contents_of(file), failure);
  EXPECT_FALSE(failure);
  EXPECT_TRUE(copy == document) << "run this test with COFFER_OPENAPI=" << file.string();
}

/// With COFFER_ENDPOINT_TABLE naming a file, the right table is left there.
TEST(EndpointTable, StandsInTheDocuments) {
  if (const char* out = std::getenv("COFFER_ENDPOINT_TABLE")) {
    std::ofstream(out) << endpoint_table_markdown();
  }
  const std::filesystem::path file =
      std::filesystem::path(COFFER_SOURCE_DIR) / "docs" / "COMPATIBILITY.md";
  const std::string expected =
      "<!-- endpoints:begin -->\n" + endpoint_table_markdown() + "<!-- endpoints:end -->\n";
  EXPECT_THAT(contents_of(file), HasSubstr(expected)) << "put this into " << file << ":\n"
                                                      << expected;
}

}  // namespace
}  // namespace coffer::api::test
