#include "api/envelope.h"

#include "api/error.h"
#include "api/paging.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

Answer rendered(const http::Response& response) {
  Answer answer;
  answer.status = response.status;
  answer.headers = response.headers;
  answer.body = response.body;
  return answer;
}

TEST(Envelope, OfASuccess) {
  json::object result;
  result["name"] = "photos";
  Reply reply(std::move(result));
  reply.add_message(10000, "This API Token is valid and active");
  const Answer answer = rendered(std::move(reply).render());
  EXPECT_EQ(answer.body,
            R"({"success":true,"errors":[],"messages":[{"code":10000,"message":)"
            R"("This API Token is valid and active","type":null}],"result":{"name":"photos"}})");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "<none>");
  EXPECT_EQ(rendered(Reply().render()).text("/result"), "{}");
}

TEST(Envelope, OfAFailure) {
  Error error = error_with_code(ErrorCode::InvalidRequest, 6003, "Invalid request headers");
  add_chained(error, 6111, "Invalid format for Authorization header");
  const Answer answer = rendered(error_response(error, Family::Core));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      answer.body,
      R"({"success":false,"errors":[{"code":6003,"message":"Invalid request headers",)"
      R"("error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],)"
      R"("messages":[],"result":null})");
}

TEST(Envelope, SaysOfEveryConflictThatARetryIsPointless) {
  const auto conflict = error_response(Error(ErrorCode::BucketNotEmpty), Family::Product);
  EXPECT_EQ(rendered(conflict).header("x-should-retry"), "false");
  EXPECT_EQ(rendered(error_response(409, 1, "")).header("x-should-retry"), "false");
  EXPECT_EQ(rendered(error_response(404, 1, "")).header("x-should-retry"), "<none>");
}

TEST(ErrorTable, HasARowForEveryCode) {
  for (const Family family : {Family::Verify, Family::Core, Family::Iam, Family::Product}) {
    for (int i = 0; i < kErrorCodeCount; ++i) {
      const auto code = static_cast<ErrorCode>(i);
      const ErrorRow row = error_row(code, family);
      EXPECT_GE(row.status, 400) << to_string(code);
      EXPECT_LT(row.status, 600) << to_string(code);
      EXPECT_GE(row.code, 1000) << to_string(code);
      EXPECT_FALSE(row.message.empty()) << to_string(code);
      if (row.status == 500) {
        EXPECT_EQ(row.code, 10001) << to_string(code);
      }
    }
  }
}

TEST(ErrorTable, HasR2sNumbers) {
  const struct {
    ErrorCode code;
    int status;
    int number;
  } rows[] = {
      {ErrorCode::BucketAlreadyOwnedByYou, 409, 10004},
      {ErrorCode::InvalidBucketName, 400, 10005},
      {ErrorCode::NoSuchBucket, 404, 10006},
      {ErrorCode::NoSuchKey, 404, 10007},
      {ErrorCode::BucketNotEmpty, 409, 10008},
      {ErrorCode::TooManyBuckets, 400, 10009},
      {ErrorCode::MetadataTooLarge, 400, 10012},
      {ErrorCode::InvalidObjectName, 400, 10020},
      {ErrorCode::PreconditionFailed, 412, 10031},
      {ErrorCode::NotEntitled, 403, 10042},
      {ErrorCode::ServiceUnavailable, 503, 10043},
      {ErrorCode::SlowDown, 429, 10058},
      {ErrorCode::ObjectLockedByBucketPolicy, 403, 10069},
      {ErrorCode::EntityTooLarge, 400, 100100},
      {ErrorCode::AccessDenied, 403, 10000},
      {ErrorCode::Unauthorized, 401, 10000},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(error_row(row.code, Family::Product).status, row.status) << to_string(row.code);
    EXPECT_EQ(error_row(row.code, Family::Product).code, row.number) << to_string(row.code);
  }
}

TEST(ErrorTable, KeepsWhatWentWrongInsideToItself) {
  const auto response =
      error_response(Error::with_message(ErrorCode::Corrupt, "block 7 of /data"), Family::Product);
  EXPECT_THAT(response.body, Not(HasSubstr("block 7")));
}

TEST(Paging, CutsPagesAndEndsThem) {
  const std::vector<int> items{1, 2, 3, 4, 5};
  const auto page = [&items](std::string_view query) {
    const auto request = read_page(Query(query), PageLimits{});
    EXPECT_TRUE(request.has_value()) << query;
    return rendered(page_of(items, *request, [](int item) { return json::value(item); }).render());
  };
  Answer answer = page("page=2&per_page=2");
  EXPECT_EQ(answer.text("/result"), "[3,4]");
  EXPECT_EQ(answer.text("/result_info"),
            R"({"page":2,"per_page":2,"count":2,"total_count":5,"total_pages":3})");
  EXPECT_EQ(page("page=3&per_page=2").text("/result"), "[5]");
  EXPECT_EQ(page("page=4&per_page=2").text("/result"), "[]");
  EXPECT_EQ(page("page=1000000000&per_page=1000").text("/result"), "[]");
  EXPECT_EQ(page("").text("/result"), "[1,2,3,4,5]");
}

TEST(Paging, RefusesWhatIsNoPage) {
  for (const char* query : {"page=0", "page=-1", "page=x", "per_page=0", "per_page=1001",
                            "page=99999999999999999999"}) {
    EXPECT_FALSE(read_page(Query(query), PageLimits{})) << query;
  }
}

TEST(Paging, BindsACursorToItsList) {
  const std::string cursor = encode_cursor("a", "position");
  EXPECT_EQ(decode_cursor("a", cursor).value(), "position");
  EXPECT_FALSE(decode_cursor("b", cursor));
  EXPECT_FALSE(decode_cursor("a", cursor + "A"));
  EXPECT_FALSE(decode_cursor("a", ""));
}

}  // namespace
}  // namespace coffer::api::test
