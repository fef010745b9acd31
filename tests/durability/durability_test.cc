// An acknowledged change survives a loss of power: when an answer leaves the service, nothing of
// what it says is anywhere but on stable storage. A killed process keeps its page cache, so
// tests/crash cannot see a missing sync; the ledger below the engines does.

#include "recorded_engines.h"

namespace coffer::durability {
namespace {

using s3::test::Keys;
using s3::test::Message;
using s3::test::Reply;
using testing::IsEmpty;
using testing::Not;

/// Larger than any inline body.
std::string blob_body(char fill) { return std::string(100'000, fill); }

// The engines' surroundings are a base, so that they are there before the fixture opens them and
// after it has closed them.
class DurabilityTest : private RecordedEngines, public s3::test::ServiceTest {
 protected:
  explicit DurabilityTest(std::optional<Sync> disbelieved = std::nullopt)
      : RecordedEngines(disbelieved), ServiceTest(false, open()) {}

  using RecordedEngines::ledger;

  /// Nothing is at risk now that `reply` has left.
  void expect_durable(const Reply& reply, int status, const std::string& what) {
    EXPECT_EQ(reply.status, status) << what << ": " << reply.body;
    EXPECT_THAT(ledger().at_risk(), IsEmpty()) << "after " << what;
  }
};

TEST_F(DurabilityTest, OfBuckets) {
  expect_durable(put("/bucket"), 200, "CreateBucket");
  expect_durable(put("/bucket"), 409, "CreateBucket again");
  expect_durable(del("/bucket"), 204, "DeleteBucket");
}

TEST_F(DurabilityTest, OfObjects) {
  put("/bucket");
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"empty", ""}, {"inline", "small"}, {"a blob", blob_body('a')}};
  for (const auto& [name, body] : bodies) {
    expect_durable(put("/bucket/k", body), 200, "PutObject of " + name);
    for (const auto& [other_name, other_body] : bodies) {
      expect_durable(put("/bucket/k", other_body), 200, other_name + " over " + name);
      expect_durable(put("/bucket/k", body), 200, name + " over " + other_name);
    }
    expect_durable(put("/bucket/k", body, {{"If-None-Match", "*"}}), 412, "a failed condition");
    expect_durable(put("/bucket/copy", "", {{"x-amz-copy-source", "/bucket/k"}}), 200,
                   "CopyObject of " + name);
    expect_durable(put("/bucket/k", "", {{"x-amz-copy-source", "/bucket/copy"}}), 200,
                   "CopyObject back");
    expect_durable(del("/bucket/k"), 204, "DeleteObject of " + name);
    EXPECT_EQ(get("/bucket/copy").body, body);
  }
  put("/bucket/one", blob_body('b'));
  expect_durable(post("/bucket", "delete",
                      xml("Delete",
                          "<Object><Key>one</Key></Object><Object><Key>copy</Key>"
                          "</Object>")),
                 200, "DeleteObjects");
}

TEST_F(DurabilityTest, OfManyBlobsInManyDirectories) {
  put("/bucket");
  for (int i = 0; i < 60; ++i) {
    const std::string key = "/bucket/" + std::to_string(i);
    expect_durable(put(key, blob_body('c')), 200, "PutObject " + key);
  }
}

TEST_F(DurabilityTest, OfMultipartUploads) {
  put("/bucket");
  put("/bucket/source", blob_body('s'));
  const Reply created = post("/bucket/k", "uploads");
  expect_durable(created, 200, "CreateMultipartUpload");
  const std::string id = created.element("UploadId");
  const auto part = [&id](int number) {
    return "partNumber=" + std::to_string(number) + "&uploadId=" + id;
  };
  expect_durable(put("/bucket/k", blob_body('1'), {}, part(1)), 200, "UploadPart");
  expect_durable(put("/bucket/k", blob_body('2'), {}, part(1)), 200, "UploadPart again");
  expect_durable(put("/bucket/k", "", {{"x-amz-copy-source", "/bucket/source"}}, part(2)), 200,
                 "UploadPartCopy");
  const auto entry = [](int number, const std::string& body) {
    return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + md5_of(body) +
           "</ETag></Part>";
  };
  expect_durable(
      post("/bucket/k", "uploadId=" + id,
           xml("CompleteMultipartUpload", entry(1, blob_body('2')) + entry(2, blob_body('s')))),
      200, "CompleteMultipartUpload");
  EXPECT_EQ(get("/bucket/k").body, blob_body('2') + blob_body('s'));

  const std::string other = post("/bucket/k", "uploads").element("UploadId");
  put("/bucket/k", blob_body('3'), {}, "partNumber=1&uploadId=" + other);
  expect_durable(del("/bucket/k", "uploadId=" + other), 204, "AbortMultipartUpload");
}

TEST_F(DurabilityTest, OfTokens) {
  const auto issued = run(identity_.create_token(new_token(auth::Preset::AdminReadOnly)));
  ASSERT_TRUE(issued);
  EXPECT_THAT(ledger().at_risk(), IsEmpty()) << "after create";
  ASSERT_TRUE(run(identity_.roll_token(issued->token.id)));
  EXPECT_THAT(ledger().at_risk(), IsEmpty()) << "after roll";
  ASSERT_TRUE(run(identity_.set_token_status(issued->token.id, auth::TokenStatus::Disabled)));
  EXPECT_THAT(ledger().at_risk(), IsEmpty()) << "after disable";
  ASSERT_TRUE(run(identity_.revoke_token(issued->token.id)));
  EXPECT_THAT(ledger().at_risk(), IsEmpty()) << "after revoke";
}

TEST_F(DurabilityTest, OfManyWritersAtOnce) {
  put("/bucket");
  constexpr int kWriters = 64;
  std::vector<std::unique_ptr<http::Request>> requests;
  std::vector<std::unique_ptr<StringSource>> bodies;
  int answered = 0;
  for (int i = 0; i < kWriters; ++i) {
    const Message message =
        sign({.method = "PUT", .path = "/bucket/" + std::to_string(i), .body = "small"}, admin_);
    auto& request = requests.emplace_back(make_request(message));
    request->body = bodies.emplace_back(std::make_unique<StringSource>(message.body)).get();
    boost::asio::co_spawn(io_, service_->handle(*request),
                          [&answered](std::exception_ptr failure, const http::Response& response) {
                            answered += !failure && response.status == 200;
                          });
  }
  io_.restart();
  io_.run();
  EXPECT_EQ(answered, kWriters);
  EXPECT_THAT(ledger().at_risk(), IsEmpty());
}

/// What the code would be without one of its syncs: the ledger must notice each.
class MissingSync : public DurabilityTest, public testing::WithParamInterface<Sync> {
 protected:
  MissingSync() : DurabilityTest(GetParam()) {}
};

TEST_P(MissingSync, IsNoticed) {
  put("/bucket");
  const Reply reply = put("/bucket/k", blob_body('a'));
  EXPECT_EQ(reply.status, 200);
  EXPECT_GT(ledger().count(GetParam()), 0U) << "the sync in question does not even happen";
  EXPECT_THAT(ledger().at_risk(), Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(EachKind, MissingSync,
                         testing::Values(Sync::BlobData, Sync::BlobDirectory, Sync::Index,
                                         Sync::IndexDirectory));

}  // namespace
}  // namespace coffer::durability
