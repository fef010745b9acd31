// The order in which a request is looked at (r2-observed.md 1.1), and what the log learns.

#include "s3/xml_reader.h"
#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class OrderTest : public ServiceTest {
 protected:
  OrderTest() { put("/bucket"); }
};

TEST_F(OrderTest, RoutesThatNeedNoSignature) {
  EXPECT_EQ(send_unsigned({.method = "POST", .path = "/"}).code(), "404 RouteNotFound");
  EXPECT_EQ(send_unsigned({.method = "POST", .path = "/bucket"}).element("Message"),
            "Presigned post requests are not yet implemented not implemented");
  const Reply preflight = send_unsigned(
      {.method = "OPTIONS", .path = "/bucket/k", .headers = {{"Origin", "https://a.example"}}});
  EXPECT_EQ(preflight.code(), "403 AccessDenied");
  for (const Header& header : preflight.headers) {
    EXPECT_FALSE(to_lower_ascii(header.name).starts_with("access-control-")) << header.name;
  }
}

TEST_F(OrderTest, AuthenticationComesBeforeRouting) {
  const std::string missing = "Authorization";
  EXPECT_EQ(send_unsigned({.method = "PATCH", .path = "/bucket"}).element("Message"), missing);
  EXPECT_EQ(
      send_unsigned({.method = "POST", .path = "/bucket", .query = "delete"}).element("Message"),
      missing);
  EXPECT_EQ(send_unsigned({.path = "/bucket", .query = "policy"}).element("Message"), missing);
  EXPECT_EQ(log_principal_, "");
  EXPECT_EQ(send({.method = "PATCH", .path = "/bucket"}).code(), "404 RouteNotFound");
  EXPECT_EQ(log_principal_, admin_.id);
  EXPECT_EQ(log_error_, "RouteNotFound");
}

TEST_F(OrderTest, ThePayloadHashComesBeforeRouting) {
  const std::string wrong = sha256_hex("other");
  EXPECT_EQ(send({.path = "/bucket", .query = "policy", .payload_hash = wrong}).code(),
            "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(send({.method = "PUT",
                  .path = "/bucket/k",
                  .query = "tagging",
                  .body = "x",
                  .payload_hash = wrong})
                .code(),
            "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(send({.path = "/bucket/k", .payload_hash = wrong}).code(),
            "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(send({.path = "/bucket", .query = "policy", .body = "ignored"}).code(),
            "501 NotImplemented");
}

TEST_F(OrderTest, RoutingComesBeforeScreeningAndScreeningBeforePermission) {
  const Headers owner{{"x-amz-expected-bucket-owner", "x"}};
  EXPECT_EQ(get("/bucket", "policy", owner).element("Message"), "GetBucketPolicy not implemented");
  const Keys reader = make_keys(auth::Preset::ObjectReadOnly);
  const Message screened{.method = "PUT", .path = "/bucket/k", .headers = owner};
  EXPECT_EQ(send_as(reader, screened).element("Message"),
            "Header &apos;x-amz-expected-bucket-owner&apos; with value &apos;x&apos; not "
            "implemented");
  EXPECT_EQ(send_as(reader, {.path = "/", .headers = owner}).code(), "403 AccessDenied")
      << "ListBuckets is not screened";
}

TEST_F(OrderTest, ASignedPostThatAsksForNothingDoesNothing) {
  const Keys reader = make_keys(auth::Preset::ObjectReadOnly);
  const Reply reply = send_as(reader, {.method = "POST", .path = "/missing", .body = "form"});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_THAT(observer_.seen, testing::Contains("PostBucket 200"));
}

TEST_F(OrderTest, AnswersAreWellFormedWhateverTheyEcho) {
  class Anything final : public XmlVisitor {
   public:
    bool open(std::size_t, std::string_view) override { return true; }
    bool close(std::size_t, std::string_view, std::string&) override { return true; }
  };
  const std::string junk = "\xff\xc3<\xed\xa0\x80&\xf5]]>\xe2\x82";
  const std::string query = "%ff%c3%3c%ed%a0%80%26%f5%5d%5d%3e%e2%82";
  Message forged = sign({.path = "/bucket/k", .headers = {{"x-amz-meta-a", junk}}}, admin_);
  forged.headers[0].second += "!";
  const std::vector<Reply> replies{
      put("/bucket/k", "x", {{"x-amz-expected-bucket-owner", junk}}),
      put("/bucket/k", "x", {{"x-amz-acl", junk}}),
      put("/bucket", "", {}, query + "=1"),
      get("/bucket", query),
      get("/bucket", "encoding-type=" + query),
      get("/", query),
      get("/", "prefix=" + query + "&start-after=" + query),
      get("/", "", {{"cf-prefix", junk}}),
      get("/bucket", "uploads&upload-id-marker=" + query),
      put("/bucket/k", "", {{"x-amz-copy-source", "bucket/x"}, {"x-amz-metadata-directive", junk}}),
      send_unsigned({.path = "/",
                     .headers = {{"Authorization", "x"},
                                 {"x-amz-content-sha256", "x"},
                                 {"x-amz-date", junk}}}),
      send_unsigned(forged),
  };
  for (const Reply& reply : replies) {
    ASSERT_NE(reply.body, "") << reply.status;
    EXPECT_LT(reply.status, 502);
    EXPECT_NE(reply.status, 500);
    EXPECT_TRUE(is_valid_utf8(reply.body)) << reply.code();
    EXPECT_THAT(reply.body, testing::HasSubstr("\xEF\xBF\xBD")) << reply.code();
    Anything visitor;
    XmlReader reader(visitor);
    EXPECT_TRUE(reader.feed(reply.body) && reader.finish()) << reply.body;
  }
}

TEST_F(OrderTest, TellsTheObserverOncePerRequest) {
  observer_.seen.clear();
  get("/bucket");
  get("/bucket/none");
  send_unsigned({.path = "/bucket/none"});
  get("/bucket", "policy");
  EXPECT_THAT(observer_.seen, testing::ElementsAre("ListObjectsV1 200", "GetObject 404",
                                                   "GetObject 400", "Unknown 501"));
}

TEST_F(OrderTest, AnAccountWithoutR2IsNotEntitled) {
  ASSERT_TRUE(run(identity_.set_r2_enabled(account_, false)));
  EXPECT_EQ(get("/").code(), "403 NotEntitled");
  EXPECT_EQ(get("/missing/k").code(), "403 NotEntitled");
}

TEST_F(OrderTest, AnUploadIsAuthorizedAgainBeforeItCommits) {
  /// Disables the token once the first byte is read.
  class Revoking final : public ByteSource {
   public:
    Revoking(auth::Identity& identity, TokenId token) : identity_(identity), token_(token) {}
    Task<Result<std::size_t>> read(MutableBytes out) override {
      if (done_) co_return std::size_t{0};
      done_ = true;
      const auto disabled =
          co_await identity_.set_token_status(token_, auth::TokenStatus::Disabled);
      EXPECT_TRUE(disabled.has_value());
      out[0] = std::byte{'x'};
      co_return std::size_t{1};
    }

   private:
    auth::Identity& identity_;
    TokenId token_;
    bool done_ = false;
  };
  const Keys keys = make_keys(auth::Preset::ObjectReadWrite);
  const Message message = sign({.method = "PUT", .path = "/bucket/k", .body = "x"}, keys);
  http::Request request;
  request.method = "PUT";
  request.path = "/bucket/k";
  request.host = message.host;
  request.headers.add("Host", message.host);
  for (const auto& [name, value] : message.headers) request.headers.add(name, value);
  request.content_length = 1;
  request.has_body = true;
  Revoking body(identity_, *TokenId::parse(keys.id));
  request.body = &body;
  EXPECT_EQ(run(service_->handle(request)).status, 401);
  EXPECT_EQ(get("/bucket/k").code(), "404 NoSuchKey");
}

}  // namespace
}  // namespace coffer::s3::test
