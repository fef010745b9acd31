#include "service_fixture.h"

#include <set>

namespace coffer::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kAccount = "0123456789abcdef0123456789abcdef";

std::string account_path(std::string_view rest) {
  return "/accounts/" + std::string(kAccount) + std::string(rest);
}

/// "<operation id> name=value ...", or "none", or "405 GET,PUT".
std::string route_of(std::string_view method, std::string_view path) {
  static const Router router(all_routes());
  const auto match = router.match(method, path);
  if (!match) return std::string(to_string(match.error().code()));
  if (!match->route) {
    std::string out = match->allowed_methods.empty() ? "none" : "405";
    for (const auto allowed : match->allowed_methods) out += " " + std::string(allowed);
    return out;
  }
  std::string out(match->route->operation_id);
  for (const auto& [name, value] : match->parameters) {
    if (name != "account_id") out += " " + std::string(name) + "=" + value;
  }
  return out;
}

TEST(Router, FindsBucketsAndTakesEverythingAfterObjectsAsOneKey) {
  const struct {
    const char* method;
    const char* rest;
    const char* expected;
  } rows[] = {
      {"GET", "/r2/buckets", "r2-list-buckets"},
      {"GET", "/r2/buckets/photos", "r2-get-bucket bucket_name=photos"},
      {"GET", "/r2/buckets/ph%6ftos", "r2-get-bucket bucket_name=photos"},
      {"GET", "/r2/buckets/b/objects", "r2-list-objects bucket_name=b"},
      {"DELETE", "/r2/buckets/b/objects", "r2-delete-objects bucket_name=b"},
      // What wrangler sends: slashes and pluses as they are, the rest encoded once.
      {"PUT", "/r2/buckets/b/objects/dir/k%20%C3%A9+%25",
       "r2-put-object bucket_name=b object_key=dir/k é+%"},
      // What the SDK sends.
      {"GET", "/r2/buckets/b/objects/dir%2Fk%2Bx",
       "r2-get-object bucket_name=b object_key=dir/k+x"},
      // Decoded once.
      {"GET", "/r2/buckets/b/objects/a%2520b", "r2-get-object bucket_name=b object_key=a%20b"},
      {"DELETE", "/r2/buckets/b/objects//a//", "r2-delete-object bucket_name=b object_key=/a//"},
      {"GET", "/r2/buckets/b/objects/..", "r2-get-object bucket_name=b object_key=.."},
      // A slash in a segment does not end it.
      {"GET", "/r2/buckets/a%2Fobjects", "r2-get-bucket bucket_name=a/objects"},
      {"GET", "/r2/buckets/b/objects/100%", "InvalidObjectName"},
      {"GET", "/r2/buckets/b%zz", "InvalidBucketName"},
      {"GET", "/r2/buckets/b/objects/", "none"},
      {"GET", "/r2/buckets/", "none"},
      {"GET", "/r2/buckets//objects", "none"},
      {"GET", "/r2/bucket", "none"},
      {"GET", "/r2%2Fbuckets", "none"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(route_of(row.method, account_path(row.rest)), row.expected)
        << row.method << " " << row.rest;
  }
}

TEST(Router, KnowsIdsByTheirForm) {
  EXPECT_EQ(route_of("GET", "/accounts/short/r2/buckets"), "none");
  EXPECT_EQ(route_of("GET", "/accounts/0123456789ABCDEF0123456789ABCDEF/r2/buckets"), "none");
  EXPECT_EQ(route_of("GET", "/accounts//r2/buckets"), "none");
}

TEST(Router, NamesTheMethodsOfAPath) {
  EXPECT_EQ(route_of("PUT", account_path("/r2/buckets")), "405 GET POST");
  EXPECT_EQ(route_of("POST", account_path("/r2/buckets/b/objects/k")), "405 PUT GET DELETE");
  EXPECT_EQ(route_of("OPTIONS", "/openapi.json"), "405 GET");
}

Task<Result<Reply>> nothing(Call&) { co_return Reply(); }

TEST(Router, PutsLiteralsBeforeIds) {
  static constexpr Route kRoutes[] = {
      {.method = "GET",
       .pattern = "/user/tokens/{token_id}",
       .operation_id = "get",
       .summary = "",
       .handler = nothing},
      {.method = "GET",
       .pattern = "/user/tokens/verify",
       .operation_id = "verify",
       .summary = "",
       .handler = nothing},
      {.method = "GET",
       .pattern = "/user/{rest...}",
       .operation_id = "rest",
       .summary = "",
       .handler = nothing},
      {.method = "GET",
       .pattern = "/user/{word}",
       .operation_id = "word",
       .summary = "",
       .handler = nothing},
  };
  const Router router({&kRoutes[0], &kRoutes[1], &kRoutes[2], &kRoutes[3]});
  const auto id_of = [&router](std::string_view path) {
    const auto match = router.match("GET", path);
    return match && match->route ? std::string(match->route->operation_id) : "none";
  };
  EXPECT_EQ(id_of("/user/tokens/verify"), "verify");
  EXPECT_EQ(id_of("/user/tokens/" + std::string(kAccount)), "get");
  EXPECT_EQ(id_of("/user/tokens/other"), "rest");
  EXPECT_EQ(id_of("/user/tokens"), "word");
}

TEST(Routes, AreWholeAndUnique) {
  std::set<std::string> ids;
  std::set<std::string> places;
  for (const Route* route : all_routes()) {
    const std::string place = std::string(route->method) + " " + std::string(route->pattern);
    EXPECT_TRUE(ids.insert(std::string(route->operation_id)).second) << route->operation_id;
    EXPECT_TRUE(places.insert(place).second) << place;
    EXPECT_NE(route->handler, nullptr) << place;
    EXPECT_FALSE(route->summary.empty()) << place;
    EXPECT_TRUE(route->pattern.starts_with('/')) << place;
    if (route->needs_r2) {
      EXPECT_THAT(std::string(route->pattern), HasSubstr("{account_id}")) << place;
      EXPECT_EQ(route->family, Family::Product) << place;
    }
  }
}

class RoutingTest : public ServiceTest {};

TEST_F(RoutingTest, AnswersUnknownPathsAndMethods) {
  Answer answer = send({.path = "/accounts/nothex/r2/buckets"});
  EXPECT_EQ(answer.code(), "404 7003");
  EXPECT_EQ(answer.message(),
            "Could not route to /client/v4/accounts/nothex/r2/buckets, perhaps your object "
            "identifier is invalid?");
  EXPECT_EQ(send({.path = "/nowhere"}).code(), "404 7003");
  EXPECT_EQ(send({.path = ""}).code(), "404 7003");
  EXPECT_EQ(send({.path = "/\xff\xfe"}).message().find('\xff'), std::string::npos);
  // R2 says it in its own words.
  EXPECT_EQ(send({.method = "DELETE", .path = bucket_path("")}).code(), "404 10015");

  answer = send({.method = "PUT", .path = account_path("/r2/buckets")});
  EXPECT_EQ(answer.code(), "405 10405");
  EXPECT_EQ(answer.message(), "Method not allowed for this endpoint");
  EXPECT_EQ(answer.header("Allow"), "GET, POST");
}

TEST_F(RoutingTest, KnowsItsHosts) {
  for (const char* host : {"127.0.0.1:9001", "127.0.0.1", "[::1]:9001", "localhost:9001",
                           "LOCALHOST", "coffer.example.com", "coffer.example.com:443"}) {
    EXPECT_EQ(send({.path = account_path("/r2/buckets"), .host = host}).status, 200) << host;
  }
  for (const char* host : {"evil.example.com", "127.0.0.1.evil.example.com:9001", "", "[::1",
                           "localhost.evil.example.com", "notcoffer.example.com"}) {
    const Answer answer = send({.path = account_path("/r2/buckets"), .host = host});
    EXPECT_EQ(answer.status, 403) << host;
    EXPECT_THAT(answer.message(), HasSubstr("api-hosts")) << host;
  }
}

TEST_F(RoutingTest, KeepsItsProbes) {
  const auto probe = [this](const std::string& path) {
    const auto request = make_request(Message());
    request->path = path;
    StringSource body("");
    request->body = &body;
    return answer_of(run(service_->handle(*request)));
  };
  EXPECT_EQ(probe("/healthz").body, "ok\n");
  EXPECT_EQ(probe("/readyz").body, "ready\n");
  EXPECT_EQ(probe("/metrics").body, "up 1\n");
  EXPECT_EQ(probe("/client/v40").status, 404);
  EXPECT_EQ(probe("/").status, 404);
}

TEST_F(RoutingTest, NamesOperationAndTokenForTheLog) {
  send({.path = account_path("/r2/buckets")});
  EXPECT_EQ(log_operation_, "r2-list-buckets");
  EXPECT_EQ(log_principal_, admin_.token.id.hex());
}

}  // namespace
}  // namespace coffer::api::test
