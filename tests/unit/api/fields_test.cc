#include "api/fields.h"

#include "api/query.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::ElementsAre;

std::string message_of(const Error& error) { return error.message(); }

TEST(Fields, NameWhatIsWrong) {
  const json::value value = json::parse(
      R"({"name":7,"null":null,"list":["a",1],"objects":[{"x":"y"},3],"big":18446744073709551615,)"
      R"("negative":-1,"fraction":1.5,"whole":600.0,"huge":1e300,"inner":{"when":"yesterday","flag":"yes"}})");
  const Fields fields = Fields::of(value).value();
  EXPECT_EQ(message_of(fields.text("name").error()), "name must be a string");
  EXPECT_EQ(message_of(fields.text("absent").error()), "absent must be present");
  EXPECT_EQ(message_of(fields.text("null").error()), "null must be present");
  EXPECT_FALSE(fields.optional_text("null").value());
  EXPECT_EQ(message_of(fields.texts("list").error()), "list must be an array of strings");
  EXPECT_EQ(message_of(fields.objects("objects").error()), "objects[1] must be a JSON object");
  EXPECT_EQ(fields.integer("big", 0, ~std::uint64_t{0}).value(), ~std::uint64_t{0});
  EXPECT_FALSE(fields.integer("big", 0, 10));
  EXPECT_FALSE(fields.integer("negative", 0, 10));
  EXPECT_FALSE(fields.integer("fraction", 0, 10));
  EXPECT_EQ(fields.integer("whole", 0, 1000).value(), 600u);
  EXPECT_FALSE(fields.integer("huge", 0, ~std::uint64_t{0}));
  const Fields inner = fields.object("inner").value();
  EXPECT_EQ(message_of(inner.optional_time("when").error()),
            "inner.when must be a time in the form of RFC 3339");
  EXPECT_EQ(message_of(inner.optional_boolean("flag").error()), "inner.flag must be true or false");
  EXPECT_EQ(message_of(Fields::of(json::parse("[]")).error()), "the body must be a JSON object");
}

TEST(JsonBodies, AreStrictAndBounded) {
  EXPECT_TRUE(parse_json(R"({"a":[1,2,{"b":null}]})", Family::Product));
  const std::string deep = std::string(31, '[') + std::string(31, ']');
  const std::string too_deep = std::string(33, '[') + std::string(33, ']');
  EXPECT_TRUE(parse_json(deep, Family::Product));
  for (const std::string& text : {std::string(), std::string("{"), std::string("{} {}"),
                                  std::string("{'a':1}"), std::string("{\"a\":\"\xff\"}"),
                                  std::string("{\"a\":1,}"), std::string("// x\n{}"), too_deep}) {
    EXPECT_FALSE(parse_json(text, Family::Product)) << text;
  }
  const auto response = error_response(parse_json("{", Family::Product).error(), Family::Product);
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("\"code\":10040"), std::string::npos);
  EXPECT_NE(
      error_response(parse_json("{", Family::Iam).error(), Family::Iam).body.find("\"code\":6007"),
      std::string::npos);
}

TEST(Query, ReadsTypedParameters) {
  const Query query("a=1%2C2&a=3&b=true&n=7&t=2026-11-24&u=2026-11-24T01:00:00%2B01:00&c=x");
  EXPECT_THAT(query.list("a"), ElementsAre("1", "2", "3"));
  EXPECT_TRUE(query.boolean("b", false).value());
  EXPECT_FALSE(query.boolean("n", false));
  EXPECT_EQ(query.integer("n", 1, 1, 10).value(), 7U);
  EXPECT_EQ(query.integer("absent", 1, 1, 10).value(), 1U);
  EXPECT_FALSE(query.integer("n", 1, 1, 6));
  EXPECT_EQ(query.time("t").value(), query.time("u").value());
  EXPECT_FALSE(query.time("c"));
  constexpr std::string_view kChoices[] = {"y", "x"};
  EXPECT_EQ(query.choice("c", kChoices).value(), "x");
  EXPECT_EQ(query.choice("absent", kChoices).value(), "y");
  EXPECT_FALSE(query.choice("n", kChoices));
}

}  // namespace
}  // namespace coffer::api::test
