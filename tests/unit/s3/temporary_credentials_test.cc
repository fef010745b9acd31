// Temporary credentials from the signature to the answer: what they reach, and what becomes of them
// when their parent changes.

#include "auth/temporary_credential.h"
#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

using auth::OperationName;
using auth::Preset;

constexpr const char* kEndpoint = "127.0.0.1:9000";

/// A temporary credential as its holder has it.
struct Temporary {
  Keys keys;
  std::string token;
};

class TemporaryCredentialsTest : public ServiceTest {
 protected:
  using Change = std::function<void(auth::NewTemporaryCredential&)>;

  TemporaryCredentialsTest() {
    auth::Audiences audiences;
    audiences.add_host(kEndpoint, Jurisdiction::Default);
    audiences.add_host("127.0.0.1:9010", Jurisdiction::Eu);
    authenticator_->set_audiences(std::move(audiences));
    put("/photos");
    put("/other");
    for (const char* key :
         {"in/a", "in/sub/c", "in/sub/d", "in/z", "inn", "one", "one/more", "out/b"}) {
      put("/photos/" + std::string(key), "body");
    }
    put("/other/in/a", "body");
    in_upload_ = post("/photos/in/up", "uploads").element("UploadId");
    out_upload_ = post("/photos/out/up", "uploads").element("UploadId");
  }

  /// Of `parent`, for bucket photos and everything in it.
  Temporary mint(const Keys& parent, const Change& change = {}) {
    auth::NewTemporaryCredential request;
    request.parent = *TokenId::parse(parent.id);
    request.parent_secret = parent.secret;
    request.account = account_;
    request.audience = kEndpoint;
    request.bucket = "photos";
    request.permission = Preset::AdminReadWrite;
    request.issued = clock_.now();
    request.ttl = std::chrono::hours(1);
    if (change) change(request);
    const auto made = auth::mint_temporary_credential(request).value();
    return Temporary{Keys{made.access_key_id, made.secret_access_key}, made.session_token};
  }
  /// What begins with in/, and the key `one`.
  Temporary mint_with_paths() {
    return mint(admin_, [](auto& request) {
      request.prefixes = {"in/"};
      request.objects = {"one"};
    });
  }

  static Message with_token(Message message, const Temporary& temporary) {
    message.headers.emplace_back("x-amz-security-token", temporary.token);
    return message;
  }
  Reply send_with(const Temporary& temporary, Message message, Service* service = nullptr) {
    return send_as(temporary.keys, with_token(std::move(message), temporary), service);
  }
  Reply get_with(const Temporary& temporary, std::string path, std::string query = "") {
    return send_with(temporary, {.path = std::move(path), .query = std::move(query)});
  }
  Reply put_with(const Temporary& temporary, std::string path, Headers headers = {}) {
    return send_with(
        temporary,
        {.method = "PUT", .path = std::move(path), .body = "new", .headers = std::move(headers)});
  }
  Message presign_with(Message message, const Temporary& temporary, std::uint32_t expires_s = 60) {
    message.query += message.query.empty() ? "" : "&";
    message.query += "X-Amz-Security-Token=" + uri_encode(temporary.token);
    return presign(std::move(message), temporary.keys, expires_s);
  }

  std::string in_upload_;
  std::string out_upload_;
};

/// An operation that the published list names, as a request on a key (or listing, on a prefix).
struct Asked {
  OperationName operation;
  std::string method;
  std::string query;
  bool of_key = true;
  std::string copy_source = "";
  std::string body = "";
};
const std::string kUpload = "uploadId=00000000000000000000000000000000";
const std::string kParts =
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
    "</CompleteMultipartUpload>";
const std::string kDelete = "<Delete><Object><Key>none</Key></Object></Delete>";

const std::vector<Asked>& operations() {
  static const std::vector<Asked> rows{
      {OperationName::HeadObject, "HEAD", ""},
      {OperationName::GetObject, "GET", ""},
      {OperationName::GetBucketLocation, "GET", "location", false},
      {OperationName::ListObjectsV1, "GET", "prefix=in/", false},
      {OperationName::ListObjectsV2, "GET", "list-type=2&prefix=in/", false},
      {OperationName::ListMultipartUploads, "GET", "uploads&prefix=in/", false},
      {OperationName::ListParts, "GET", kUpload},
      {OperationName::PutObject, "PUT", "", true, "", "x"},
      {OperationName::DeleteObject, "DELETE", ""},
      {OperationName::DeleteObjects, "POST", "delete", false, "", kDelete},
      {OperationName::CopyObject, "PUT", "", true, "/photos/in/a"},
      {OperationName::CreateMultipartUpload, "POST", "uploads"},
      {OperationName::UploadPart, "PUT", "partNumber=1&" + kUpload, true, "", "x"},
      {OperationName::UploadPartCopy, "PUT", "partNumber=1&" + kUpload, true, "/photos/in/a"},
      {OperationName::AbortMultipartUpload, "DELETE", kUpload},
      {OperationName::CompleteMultipartUpload, "POST", kUpload, true, "", kParts},
  };
  return rows;
}
Message message_of(const Asked& asked, const std::string& key) {
  Message message{.method = asked.method,
                  .path = asked.of_key ? "/photos/" + key : "/photos",
                  .query = asked.query,
                  .body = asked.body};
  if (!asked.copy_source.empty())
    message.headers.emplace_back("x-amz-copy-source", asked.copy_source);
  return message;
}

TEST_F(TemporaryCredentialsTest, DoWhatTheirParentMayDo) {
  const Temporary all = mint(admin_);
  for (const Asked& asked : operations()) {
    EXPECT_NE(send_with(all, message_of(asked, "new")).status, 403)
        << auth::to_string(asked.operation);
  }
  EXPECT_EQ(get_with(all, "/photos/in/a").body, "body");
  EXPECT_EQ(log_principal_, admin_.id);
}

TEST_F(TemporaryCredentialsTest, ActionsAreExact) {
  for (const Asked& only : operations()) {
    const Temporary one = mint(admin_, [&only](auto& request) {
      request.operations = {only.operation};
      request.permission.reset();
    });
    for (const Asked& asked : operations()) {
      const Reply reply = send_with(one, message_of(asked, "new"));
      EXPECT_EQ(reply.status != 403, asked.operation == only.operation)
          << auth::to_string(asked.operation) << " with " << auth::to_string(only.operation);
    }
  }
}

TEST_F(TemporaryCredentialsTest, ActionsNarrowThePermissionAndThePermissionTheActions) {
  const Temporary reader = mint(admin_, [](auto& request) {
    request.permission = Preset::ObjectReadOnly;
    request.operations = {OperationName::GetObject, OperationName::PutObject};
  });
  EXPECT_EQ(get_with(reader, "/photos/in/a").status, 200);
  EXPECT_EQ(put_with(reader, "/photos/in/a").code(), "403 AccessDenied");
  EXPECT_EQ(get_with(reader, "/photos", "list-type=2").code(), "403 AccessDenied");
}

TEST_F(TemporaryCredentialsTest, EveryOperationOnAKeyStaysInsideItsPaths) {
  const Temporary some = mint_with_paths();
  for (const Asked& asked : operations()) {
    if (!asked.of_key) continue;
    for (const char* key : {"in/a", "in/new", "in/", "one", "%69n/a", "in%2Fa"}) {
      EXPECT_NE(send_with(some, message_of(asked, key)).status, 403)
          << auth::to_string(asked.operation) << " " << key;
    }
    for (const char* key : {"out/b", "inn", "in", "one/more", "One", "none", "/in/a", "%2Fin/a"}) {
      EXPECT_EQ(send_with(some, message_of(asked, key)).status, 403)
          << auth::to_string(asked.operation) << " " << key;
    }
  }
}

TEST_F(TemporaryCredentialsTest, KeysAreComparedNormalised) {
  const Temporary some = mint(admin_, [](auto& request) { request.prefixes = {"caf\xc3\xa9/"}; });
  EXPECT_EQ(put_with(some, "/photos/caf%C3%A9/a").status, 200);
  EXPECT_EQ(get_with(some, "/photos/cafe%CC%81/a").status, 200);
  EXPECT_EQ(get_with(some, "/photos", "prefix=cafe%CC%81/").status, 200);
  EXPECT_EQ(get_with(some, "/photos/cafe/a").code(), "403 AccessDenied");
  EXPECT_EQ(get_with(some, "/photos", "prefix=cafe").code(), "403 AccessDenied");
}

TEST_F(TemporaryCredentialsTest, BothEndsOfACopyAreInside) {
  const Temporary some = mint_with_paths();
  const std::string part = "partNumber=1&uploadId=" + in_upload_;
  for (const std::string& query : {std::string(), part}) {
    const auto copy = [&](const std::string& to, const std::string& from) {
      return send_with(some, {.method = "PUT",
                              .path = "/photos/" + to,
                              .query = query,
                              .headers = {{"x-amz-copy-source", from}}})
          .code();
    };
    EXPECT_EQ(copy("in/up", "/photos/in/a"), "200");
    EXPECT_EQ(copy("in/up", "photos/one"), "200");
    for (const char* outside : {"/photos/out/b", "/photos/inn", "/other/in/a", "/missing/in/a",
                                "/photos/one/more", "/photos/in/a/../../out/b/../x"}) {
      const bool inside = std::string_view(outside).starts_with("/photos/in/");
      EXPECT_EQ(copy("in/up", outside), inside ? "404 NoSuchKey" : "403 AccessDenied") << outside;
    }
    EXPECT_EQ(copy("out/up", "/photos/in/a"), "403 AccessDenied");
  }
}

TEST_F(TemporaryCredentialsTest, AnUploadIsItsKeysFromBeginningToEnd) {
  const Temporary some = mint_with_paths();
  const Reply made =
      send_with(some, {.method = "POST", .path = "/photos/in/big", .query = "uploads"});
  const std::string id = "uploadId=" + made.element("UploadId");
  const Reply part = send_with(
      some,
      {.method = "PUT", .path = "/photos/in/big", .query = "partNumber=1&" + id, .body = "12345"});
  EXPECT_EQ(part.status, 200);
  EXPECT_EQ(get_with(some, "/photos/in/big", id).element("PartNumber"), "1");
  const std::string complete =
      xml("CompleteMultipartUpload",
          "<Part><PartNumber>1</PartNumber><ETag>" + part.header("ETag") + "</ETag></Part>");
  // The id of an upload opens no other key.
  const Temporary elsewhere = mint(admin_, [](auto& request) { request.prefixes = {"out/"}; });
  for (const char* key : {"/photos/in/big", "/photos/out/big"}) {
    const Reply reply =
        send_with(elsewhere, {.method = "POST", .path = key, .query = id, .body = complete});
    EXPECT_EQ(reply.code(), std::string_view(key).starts_with("/photos/out") ? "404 NoSuchUpload"
                                                                             : "403 AccessDenied");
  }
  EXPECT_EQ(
      send_with(some, {.method = "POST", .path = "/photos/in/big", .query = id, .body = complete})
          .status,
      200);
  EXPECT_EQ(get_with(some, "/photos/in/big").body, "12345");
  EXPECT_EQ(
      send_with(some,
                {.method = "DELETE", .path = "/photos/out/up", .query = "uploadId=" + out_upload_})
          .code(),
      "403 AccessDenied");
  EXPECT_EQ(
      send_with(some,
                {.method = "DELETE", .path = "/photos/in/up", .query = "uploadId=" + in_upload_})
          .status,
      204);
}

TEST_F(TemporaryCredentialsTest, DeleteObjectsAnswersKeyByKey) {
  const Temporary some = mint_with_paths();
  const std::string keys = xml("Delete",
                               "<Object><Key>in/a</Key></Object><Object><Key>out/b</Key></Object>"
                               "<Object><Key>one</Key></Object><Object><Key>inn</Key></Object>");
  const Reply reply =
      send_with(some, {.method = "POST", .path = "/photos", .query = "delete", .body = keys});
  EXPECT_EQ(reply.status, 200);
  for (const char* gone : {"in/a", "one"}) {
    EXPECT_THAT(reply.body,
                testing::HasSubstr("<Deleted><Key>" + std::string(gone) + "</Key></Deleted>"));
    EXPECT_EQ(head("/photos/" + std::string(gone)).status, 404) << gone;
  }
  for (const char* kept : {"out/b", "inn"}) {
    EXPECT_THAT(reply.body, testing::HasSubstr("<Error><Key>" + std::string(kept) +
                                               "</Key><Code>AccessDenied</Code>"));
    EXPECT_EQ(head("/photos/" + std::string(kept)).status, 200) << kept;
  }
  // Of another bucket not even the question is allowed.
  EXPECT_EQ(
      send_with(some, {.method = "POST", .path = "/other", .query = "delete", .body = keys}).code(),
      "403 AccessDenied");
}

/// The texts of all elements of that name.
std::vector<std::string> elements(const std::string& body, const std::string& name) {
  std::vector<std::string> out;
  const std::string open = "<" + name + ">";
  for (std::size_t at = body.find(open); at != std::string::npos; at = body.find(open, at + 1)) {
    const std::size_t start = at + open.size();
    out.push_back(body.substr(start, body.find('<', start) - start));
  }
  return out;
}

TEST_F(TemporaryCredentialsTest, NoListingShowsWhatIsOutside) {
  const Temporary some = mint_with_paths();
  const std::string foreign_token =
      get("/photos", "list-type=2&max-keys=1").element("NextContinuationToken");
  const std::string own_token =
      get("/photos", "list-type=2&max-keys=1&prefix=in/").element("NextContinuationToken");
  ASSERT_NE(own_token, "<none>");
  struct Listing {
    std::string query;
    std::string limit;
    std::vector<std::string> positions;
  };
  const std::vector<Listing> listings{
      {"",
       "max-keys=",
       {"", "marker=a", "marker=in/", "marker=in/sub/", "marker=inn", "marker=%FF%FF",
        "marker=zz"}},
      {"list-type=2",
       "max-keys=",
       {"", "start-after=a", "start-after=in/b", "start-after=z",
        "continuation-token=" + foreign_token, "continuation-token=" + own_token,
        "start-after=a&continuation-token=" + own_token, "continuation-token=AAAA"}},
      {"uploads",
       "max-uploads=",
       {"", "key-marker=a", "key-marker=in/up", "key-marker=in/up&upload-id-marker=" + in_upload_,
        "key-marker=in/up&upload-id-marker=" + out_upload_}}};
  const std::vector<std::pair<std::string, bool>> prefixes{{"", false},
                                                           {"prefix=", false},
                                                           {"prefix=i", false},
                                                           {"prefix=in", false},
                                                           {"prefix=inn", false},
                                                           {"prefix=out/", false},
                                                           {"prefix=one", false},
                                                           {"prefix=%FF", false},
                                                           {"prefix=/in/", false},
                                                           {"prefix=out/&prefix=in/", false},
                                                           {"prefix=in/", true},
                                                           {"prefix=in%2F", true},
                                                           {"prefix=in/s", true},
                                                           {"prefix=in/up", true},
                                                           {"prefix=in/nothing", true},
                                                           {"prefix=in/&prefix=out/", true}};
  int answered = 0;
  for (const Listing& listing : listings) {
    for (const auto& [prefix, inside] : prefixes) {
      for (const std::string delimiter :
           {"", "delimiter=/", "delimiter=n", "delimiter=in/", "delimiter=u"}) {
        for (const std::string& position : listing.positions) {
          for (const std::string& limit :
               {std::string(), listing.limit + "1", listing.limit + "0"}) {
            std::string query = listing.query;
            for (const std::string& more : {prefix, delimiter, position, limit}) {
              if (!more.empty()) query += (query.empty() ? "" : "&") + more;
            }
            const Reply reply = get_with(some, "/photos", query);
            if (!inside) {
              EXPECT_EQ(reply.code(), "403 AccessDenied") << query;
              continue;
            }
            EXPECT_NE(reply.status, 403) << query;
            if (reply.status != 200) continue;
            ++answered;
            for (const char* name : {"Key", "Prefix", "NextMarker", "NextKeyMarker"}) {
              for (const std::string& text : elements(reply.body, name)) {
                EXPECT_TRUE(text.empty() || text.starts_with("in/"))
                    << query << ": " << name << " " << text;
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(answered, 500);
}

TEST_F(TemporaryCredentialsTest, AListingGoesOnToItsEnd) {
  const Temporary some = mint_with_paths();
  std::vector<std::string> keys;
  std::string more;
  for (int page = 0; page < 10; ++page) {
    const Reply reply = get_with(some, "/photos", "list-type=2&prefix=in/&max-keys=1" + more);
    ASSERT_EQ(reply.status, 200);
    for (const std::string& key : elements(reply.body, "Key")) keys.push_back(key);
    if (reply.element("IsTruncated") != "true") break;
    more = "&continuation-token=" + reply.element("NextContinuationToken");
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"in/a", "in/sub/c", "in/sub/d", "in/z"}));
}

TEST_F(TemporaryCredentialsTest, AnObjectPathOpensNoListing) {
  const Temporary one = mint(admin_, [](auto& request) { request.objects = {"in/a"}; });
  EXPECT_EQ(get_with(one, "/photos/in/a").status, 200);
  for (const char* query : {"", "prefix=in/a", "list-type=2&prefix=in/a", "uploads&prefix=in/a"}) {
    EXPECT_EQ(get_with(one, "/photos", query).code(), "403 AccessDenied") << query;
  }
}

TEST_F(TemporaryCredentialsTest, ReachOneBucketAndNotTheAccount) {
  const Temporary all = mint(admin_);
  EXPECT_EQ(get_with(all, "/").code(), "403 AccessDenied");
  for (const char* path : {"/other", "/missing", "/other/in/a", "/missing/in/a"}) {
    EXPECT_EQ(get_with(all, path).code(), "403 AccessDenied") << path;
  }
  EXPECT_EQ(send_with(all, {.method = "PUT", .path = "/another"}).code(), "403 AccessDenied");
  EXPECT_EQ(send_with(all, {.method = "DELETE", .path = "/other"}).code(), "403 AccessDenied");
  EXPECT_EQ(send_with(all, {.method = "HEAD", .path = "/photos"}).status, 200);
  EXPECT_EQ(get_with(all, "/photos", "encryption").status, 200);
  EXPECT_EQ(send_with(all, {.method = "PUT", .path = "/photos"}).code(),
            "409 BucketAlreadyOwnedByYou");
}

TEST_F(TemporaryCredentialsTest, WithPathsOfTheBucketOnlyWhatRevealsNoKey) {
  const Temporary some = mint_with_paths();
  EXPECT_EQ(get_with(some, "/photos", "location").status, 200);
  EXPECT_EQ(send_with(some, {.method = "HEAD", .path = "/photos"}).status, 200);
  for (const char* query : {"encryption", "versioning", "tagging", "object-lock", "replication"}) {
    EXPECT_EQ(get_with(some, "/photos", query).code(), "403 AccessDenied") << query;
  }
  EXPECT_EQ(send_with(some, {.method = "DELETE", .path = "/photos"}).code(), "403 AccessDenied");
  EXPECT_EQ(put_with(some, "/photos/in/x", {{"cf-create-bucket-if-missing", "true"}}).code(),
            "403 AccessDenied");
}

TEST_F(TemporaryCredentialsTest, NeverExceedTheirParent) {
  const Keys reader = make_keys(Preset::ObjectReadOnly, {"photos"});
  const Temporary of_reader = mint(reader);
  EXPECT_EQ(get_with(of_reader, "/photos/in/a").status, 200);
  EXPECT_EQ(put_with(of_reader, "/photos/in/a").code(), "403 AccessDenied");
  EXPECT_EQ(send_with(of_reader, {.method = "HEAD", .path = "/photos"}).status, 403);
  const Temporary of_other = mint(make_keys(Preset::ObjectReadWrite, {"other"}));
  EXPECT_EQ(get_with(of_other, "/photos/in/a").code(), "403 AccessDenied");
}

TEST_F(TemporaryCredentialsTest, FollowTheirParentAtOnce) {
  const Keys keys = make_keys(Preset::ObjectReadWrite);
  const TokenId id = *TokenId::parse(keys.id);
  const Temporary temporary = mint(keys);
  const auto expect_works = [&] {  // and warms every cache
    EXPECT_EQ(get_with(temporary, "/photos/in/a").status, 200);
    EXPECT_EQ(put_with(temporary, "/photos/in/a").status, 200);
  };
  expect_works();
  // Narrowed.
  EXPECT_TRUE(run(identity_.update_token(id, new_token(Preset::ObjectReadOnly), std::nullopt)));
  EXPECT_EQ(get_with(temporary, "/photos/in/a").status, 200);
  EXPECT_EQ(put_with(temporary, "/photos/in/a").code(), "403 AccessDenied");
  EXPECT_TRUE(run(identity_.update_token(id, new_token(Preset::ObjectReadWrite), std::nullopt)));
  expect_works();
  // Disabled, as any key.
  EXPECT_TRUE(run(identity_.set_token_status(id, auth::TokenStatus::Disabled)));
  EXPECT_EQ(get_with(temporary, "/photos/in/a").code(), "401 Unauthorized");
  EXPECT_TRUE(run(identity_.set_token_status(id, auth::TokenStatus::Active)));
  expect_works();
  // Of a parent that expires.
  auth::NewToken brief = new_token(Preset::ObjectReadWrite);
  brief.expires_on = clock_.now() + std::chrono::minutes(1);
  EXPECT_TRUE(run(identity_.update_token(id, brief, std::nullopt)));
  expect_works();
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(get_with(temporary, "/photos/in/a").code(), "401 Unauthorized");
  EXPECT_TRUE(run(identity_.update_token(id, new_token(Preset::ObjectReadWrite), std::nullopt)));
  expect_works();
  // Rolled: signed with a secret that is none any more.
  const auto rolled = run(identity_.roll_token(id));
  ASSERT_TRUE(rolled);
  EXPECT_EQ(get_with(temporary, "/photos/in/a").element("Message"), "X-Amz-Security-Token");
  const Temporary again = mint(Keys{keys.id, rolled->secret_access_key});
  EXPECT_EQ(get_with(again, "/photos/in/a").status, 200);
  // Revoked.
  EXPECT_TRUE(run(identity_.revoke_token(id)));
  for (const Temporary& each : {temporary, again}) {
    EXPECT_EQ(get_with(each, "/photos/in/a").code(), "401 Unauthorized");
  }
}

TEST_F(TemporaryCredentialsTest, EndWithTheirTime) {
  const Temporary temporary = mint(admin_);
  const Message url = presign_with({.path = "/photos/in/a"}, temporary, 7200);
  EXPECT_EQ(get_with(temporary, "/photos/in/a").status, 200);
  EXPECT_EQ(send_unsigned(url).status, 200);
  clock_.advance(std::chrono::minutes(59));
  EXPECT_EQ(get_with(temporary, "/photos/in/a").status, 200);
  clock_.advance(std::chrono::minutes(1));
  const Reply late = get_with(temporary, "/photos/in/a");
  EXPECT_EQ(late.code(), "403 ExpiredRequest");
  EXPECT_EQ(late.element("Message"), "Request has expired");
  // A URL lives no longer than what it was made with.
  EXPECT_EQ(send_unsigned(url).code(), "403 ExpiredRequest");
}

TEST_F(TemporaryCredentialsTest, AreOfOneJurisdiction) {
  const auto eu = make_service(Jurisdiction::Eu);
  const Temporary here = mint(admin_);
  const Temporary there = mint(admin_, [](auto& request) { request.audience = "127.0.0.1:9010"; });
  EXPECT_EQ(send_with(here, {.path = "/photos/in/a"}, eu.get()).code(), "403 AccessDenied");
  EXPECT_EQ(send_with(there, {.path = "/photos/in/a"}, eu.get()).code(), "404 NoSuchBucket");
  EXPECT_EQ(send_with(there, {.path = "/photos/in/a"}).code(), "403 AccessDenied");
}

TEST_F(TemporaryCredentialsTest, AreForThisAccountAndThisServer) {
  const auto refused = [this](const Change& change) {
    const Reply reply = get_with(mint(admin_, change), "/photos/in/a");
    return reply.code() + " " + reply.element("Message");
  };
  const std::string expected = "400 InvalidArgument X-Amz-Security-Token";
  EXPECT_EQ(refused([](auto& r) { r.audience = "s3.example.com"; }), expected);
  EXPECT_EQ(refused([](auto& r) { r.account = *AccountId::parse(std::string(32, 'f')); }),
            expected);
  EXPECT_EQ(refused([](auto& r) { r.parent_secret = std::string(64, 'a'); }), expected);
  EXPECT_EQ(refused([](auto& r) { r.issued += std::chrono::minutes(16); }), expected);
  // One made by another parent, shown with this one's key.
  const Keys second = make_keys(Preset::AdminReadWrite);
  Temporary foreign = mint(second);
  foreign.keys.id = admin_.id;
  EXPECT_EQ(get_with(foreign, "/photos/in/a").code(), "400 InvalidArgument");
  // Of a parent that there is not.
  foreign.keys.id = std::string(32, '0');
  EXPECT_EQ(get_with(foreign, "/photos/in/a").code(), "401 Unauthorized");
  // The host's account is the credential's.
  Message message{.path = "/photos/in/a", .host = std::string(32, 'f') + ".r2.localhost"};
  EXPECT_EQ(send_with(mint(admin_), std::move(message)).code(), "401 Unauthorized");
}

TEST_F(TemporaryCredentialsTest, ATokenIsShownOnceAndSigned) {
  const Temporary temporary = mint(admin_);
  const std::string name = "x-amz-security-token";
  const std::string parameter = "X-Amz-Security-Token=" + uri_encode(temporary.token);
  // Unsigned: added behind the signature.
  Message message = sign({.path = "/photos/in/a"}, temporary.keys);
  message.headers.emplace_back(name, temporary.token);
  const Reply unsigned_token = send_unsigned(message);
  EXPECT_EQ(unsigned_token.code(), "403 AccessDenied");
  EXPECT_EQ(unsigned_token.element("HeadersNotSigned"), name);
  // Twice, also when both are the same.
  message = with_token(with_token({.path = "/photos/in/a"}, temporary), temporary);
  EXPECT_EQ(send_as(temporary.keys, message).code(), "400 InvalidArgument");
  message = with_token({.path = "/photos/in/a", .query = parameter}, temporary);
  EXPECT_EQ(send_as(temporary.keys, message).code(), "400 InvalidArgument");
  // In the query of a request with an Authorization header it is no token, and without one the keys
  // are nobody's.
  message = {.path = "/photos/in/a", .query = parameter};
  EXPECT_EQ(send_as(temporary.keys, message).code(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_as(temporary.keys, {.path = "/photos/in/a"}).code(), "403 SignatureDoesNotMatch");
  // The parent's own secret does not go with it.
  EXPECT_EQ(send_as(admin_, with_token({.path = "/photos/in/a"}, temporary)).code(),
            "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_as(admin_, {.path = "/", .headers = {{name, "x"}}}).code(), "400 InvalidArgument");
}

TEST_F(TemporaryCredentialsTest, PresignedUrlsCarryTheTokenInTheirQuery) {
  const Temporary some = mint_with_paths();
  EXPECT_EQ(send_unsigned(presign_with({.path = "/photos/in/a"}, some)).body, "body");
  EXPECT_EQ(
      send_unsigned(presign_with({.method = "PUT", .path = "/photos/in/a", .body = "x"}, some))
          .status,
      200);
  EXPECT_EQ(send_unsigned(presign_with({.path = "/photos/out/b"}, some)).code(),
            "403 AccessDenied");
  const Message good = presign_with({.path = "/photos/in/a"}, some);
  const auto with_query = [&good](const std::function<void(std::string&)>& change) {
    Message message = good;
    change(message.query);
    return message;
  };
  const std::string parameter = "X-Amz-Security-Token=" + uri_encode(some.token);
  const auto without =
      with_query([&](std::string& q) { q.erase(q.find(parameter), parameter.size() + 1); });
  EXPECT_EQ(send_unsigned(without).code(), "403 SignatureDoesNotMatch");
  const auto twice = with_query([&](std::string& q) { q += "&" + parameter; });
  EXPECT_EQ(send_unsigned(twice).code(), "400 InvalidArgument");
  const auto empty = with_query([&](std::string& q) {
    q.replace(q.find(parameter), parameter.size(), "X-Amz-Security-Token=");
  });
  EXPECT_EQ(send_unsigned(empty).code(), "400 InvalidArgument");
  EXPECT_EQ(send_unsigned(with_token(good, some)).code(), "400 InvalidArgument") << "both";
  EXPECT_EQ(send_unsigned(with_token(without, some)).code(), "400 InvalidArgument")
      << "in a header alone";
  // Signed for one key, it opens no other of its paths.
  Message moved = good;
  moved.path = "/photos/in/z";
  EXPECT_EQ(send_unsigned(moved).code(), "403 SignatureDoesNotMatch");
}

TEST_F(TemporaryCredentialsTest, NoAnswerRepeatsTheToken) {
  const Temporary temporary = mint(admin_);
  const Keys wrong{temporary.keys.id, std::string(64, 'b')};
  const std::string hex_of_it = [&] {
    std::string out;
    for (const char c : temporary.token.substr(0, 16)) {
      out += (out.empty() ? "" : " ") + hex_encode(as_bytes(std::string(1, c)));
    }
    return out;
  }();
  Message url = presign_with({.path = "/photos/in/a"}, temporary);
  url.path = "/photos/in/z";
  const std::string misplaced = "x-amz-security-token=" + uri_encode(temporary.token);
  const std::vector<Reply> replies{send_as(wrong, with_token({.path = "/photos/in/a"}, temporary)),
                                   send_unsigned(url),
                                   send_as(wrong, {.path = "/photos/in/a", .query = misplaced})};
  for (const Reply& reply : replies) {
    EXPECT_EQ(reply.code(), "403 SignatureDoesNotMatch");
    EXPECT_NE(reply.element("StringToSign"), "<none>");
    EXPECT_NE(reply.element("SignatureProvided"), "<none>");
    EXPECT_EQ(reply.element("CanonicalRequest"), "<none>");
    EXPECT_EQ(reply.element("CanonicalRequestBytes"), "<none>");
    EXPECT_EQ(reply.body.find(temporary.token.substr(0, 16)), std::string::npos);
    EXPECT_EQ(reply.body.find(hex_of_it), std::string::npos);
  }
  // A token's own mismatch shows all, as before.
  EXPECT_NE(send_as(wrong, {.path = "/photos/in/a"}).element("CanonicalRequest"), "<none>");
}

}  // namespace
}  // namespace coffer::s3::test
