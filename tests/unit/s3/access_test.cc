// Every S3 operation, asked by every permission, of buckets it covers and buckets it does not, by
// tokens in every state. Rows of r2-s3.md section 3.

#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

using auth::Preset;

/// One operation as a request on `bucket`.
struct Asked {
  std::string name;
  std::string method;
  std::string path;  ///< behind the bucket
  std::string query;
  std::string body;
  bool copies = false;
  bool admin_rw, admin_ro, object_rw, object_ro;

  bool allowed(Preset preset) const {
    switch (preset) {
      case Preset::AdminReadWrite:
        return admin_rw;
      case Preset::AdminReadOnly:
        return admin_ro;
      case Preset::ObjectReadWrite:
        return object_rw;
      case Preset::ObjectReadOnly:
        return object_ro;
    }
    return false;
  }
  Message on(const std::string& bucket, const std::string& source = "right") const {
    Message message{.method = method, .path = "/" + bucket + path, .query = query, .body = body};
    if (copies) message.headers.emplace_back("x-amz-copy-source", source + "/k");
    return message;
  }
};

const std::string kId = "uploadId=00000000000000000000000000000000";
const std::string kParts =
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
    "</CompleteMultipartUpload>";
const std::string kKeys = "<Delete><Object><Key>none</Key></Object></Delete>";

/// All but ListBuckets, which has no bucket.
const std::vector<Asked>& operations() {
  static const std::vector<Asked> rows{
      {"HeadBucket", "HEAD", "", "", "", false, true, true, false, false},
      {"CreateBucket", "PUT", "", "", "", false, true, false, false, false},
      {"GetBucketLocation", "GET", "", "location", "", false, true, true, true, true},
      {"GetBucketEncryption", "GET", "", "encryption", "", false, true, true, false, false},
      {"GetBucketVersioning", "GET", "", "versioning", "", false, true, true, false, false},
      {"GetBucketTagging", "GET", "", "tagging", "", false, true, true, false, false},
      {"GetObjectLockConfiguration", "GET", "", "object-lock", "", false, true, true, false, false},
      {"GetBucketReplication", "GET", "", "replication", "", false, true, true, false, false},
      {"HeadObject", "HEAD", "/k", "", "", false, true, true, true, true},
      {"GetObject", "GET", "/k", "", "", false, true, true, true, true},
      {"ListObjectsV1", "GET", "", "", "", false, true, true, true, true},
      {"ListObjectsV2", "GET", "", "list-type=2", "", false, true, true, true, true},
      {"ListMultipartUploads", "GET", "", "uploads", "", false, true, true, true, true},
      {"ListParts", "GET", "/k", kId, "", false, true, true, true, true},
      {"PutObject", "PUT", "/new", "", "x", false, true, false, true, false},
      {"PostObject", "POST", "/new", "", "x", false, true, false, true, false},
      {"CopyObject", "PUT", "/new", "", "", true, true, false, true, false},
      {"CreateMultipartUpload", "POST", "/new", "uploads", "", false, true, false, true, false},
      {"UploadPart", "PUT", "/new", "partNumber=1&" + kId, "x", false, true, false, true, false},
      {"UploadPartCopy", "PUT", "/new", "partNumber=1&" + kId, "", true, true, false, true, false},
      {"CompleteMultipartUpload", "POST", "/new", kId, kParts, false, true, false, true, false},
      {"AbortMultipartUpload", "DELETE", "/new", kId, "", false, true, false, true, false},
      {"DeleteObject", "DELETE", "/new", "", "", false, true, false, true, false},
      {"DeleteObjects", "POST", "", "delete", kKeys, false, true, false, true, false},
      {"DeleteBucket", "DELETE", "", "", "", false, true, false, false, false},
  };
  return rows;
}

class AccessTest : public ServiceTest {
 protected:
  AccessTest() {
    put("/right");
    put("/other");
    put("/right/k", "x");
    put("/other/k", "x");
  }
  static bool refused(const Reply& reply) { return reply.status == 401 || reply.status == 403; }
  static bool reads(const Asked& asked) { return asked.method == "HEAD"; }
  /// HEAD has no body to say it in.
  static std::string expected(const Asked& asked, const std::string& code) {
    return reads(asked) ? code.substr(0, 3) : code;
  }
};

TEST_F(AccessTest, EveryOperationByEveryPermission) {
  for (const Preset preset : {Preset::AdminReadWrite, Preset::AdminReadOnly,
                              Preset::ObjectReadWrite, Preset::ObjectReadOnly}) {
    const Keys keys = make_keys(preset);
    const bool admin = preset == Preset::AdminReadWrite || preset == Preset::AdminReadOnly;
    EXPECT_EQ(send_as(keys, {.path = "/"}).code(), admin ? "200" : "403 AccessDenied");
    for (const Asked& asked : operations()) {
      const Reply reply = send_as(keys, asked.on("right"));
      const auto context = asked.name + " by " + std::string(auth::to_string(preset));
      if (asked.allowed(preset)) {
        EXPECT_FALSE(refused(reply)) << context << " " << reply.code();
      } else {
        EXPECT_EQ(reply.code(), expected(asked, "403 AccessDenied")) << context;
      }
      // Writes of the row before must not change the next.
      put("/right/k", "x");
      EXPECT_EQ(head("/right").status, 200) << context;
    }
  }
}

TEST_F(AccessTest, ABucketScopedTokenActsOnItsBucketOnly) {
  for (const Preset preset : {Preset::ObjectReadWrite, Preset::ObjectReadOnly}) {
    const Keys keys = make_keys(preset, {"right"});
    for (const Asked& asked : operations()) {
      const Reply right = send_as(keys, asked.on("right"));
      EXPECT_EQ(refused(right), !asked.allowed(preset)) << asked.name << " " << right.code();
      const Reply other = send_as(keys, asked.on("other"));
      const Reply missing = send_as(keys, asked.on("missing"));
      EXPECT_EQ(other.code(), expected(asked, "403 AccessDenied")) << asked.name;
      EXPECT_EQ(missing.status, other.status) << asked.name;
      EXPECT_EQ(missing.body, other.body) << asked.name << ": the missing looks as the forbidden";
      if (asked.copies) {
        EXPECT_EQ(send_as(keys, asked.on("right", "other")).code(), "403 AccessDenied")
            << asked.name;
        EXPECT_EQ(send_as(keys, asked.on("right", "missing")).code(), "403 AccessDenied")
            << asked.name;
      }
    }
  }
}

TEST_F(AccessTest, AForbiddenKeyAndAMissingKeyLookAlike) {
  const Keys keys = make_keys(Preset::ObjectReadWrite, {"right"});
  const Reply there = send_as(keys, {.path = "/other/k"});
  const Reply missing = send_as(keys, {.path = "/other/none"});
  EXPECT_EQ(there.body, missing.body);
  EXPECT_EQ(there.code(), "403 AccessDenied");
}

TEST_F(AccessTest, AnotherAccountOrJurisdictionIsOutOfReach) {
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  auth::NewToken token = new_token(Preset::AdminReadWrite);
  token.account = other;
  token.policies = auth::policies_of_preset(Preset::AdminReadWrite, other, {}).value();
  const Keys stranger = issue(std::move(token));
  const auto eu = make_service(Jurisdiction::Eu);
  const Keys scoped = make_keys(Preset::ObjectReadWrite, {"right"});
  for (const Asked& asked : operations()) {
    // In the stranger's account there is no such bucket, and nothing shows of ours.
    if (asked.name != "CreateBucket") {
      const Reply reply = send_as(stranger, asked.on("right"));
      EXPECT_GE(reply.status, 400) << asked.name;
      EXPECT_NE(reply.status, 409) << asked.name;
    }
    Message by_host = asked.on("right");
    by_host.host = account_.hex() + ".r2.localhost";
    EXPECT_EQ(send_as(stranger, by_host).code(), expected(asked, "401 Unauthorized")) << asked.name;
    EXPECT_EQ(send_as(scoped, asked.on("right"), eu.get()).code(),
              expected(asked, "403 AccessDenied"))
        << asked.name;
  }
}

TEST_F(AccessTest, ATokenThatIsNotUsableIsUnauthorizedForEverything) {
  std::vector<std::pair<std::string, Keys>> rows;
  auth::NewToken token = new_token(Preset::AdminReadWrite);
  token.not_before = clock_.now() + std::chrono::hours(1);
  rows.emplace_back("not yet valid", issue(token));
  token = new_token(Preset::AdminReadWrite);
  token.expires_on = clock_.now() + std::chrono::seconds(1);
  rows.emplace_back("expired", issue(token));
  token = new_token(Preset::AdminReadWrite);
  token.ip.in.push_back(*IpNetwork::parse("198.51.100.0/24"));
  rows.emplace_back("another address", issue(token));
  rows.emplace_back("disabled", make_keys(Preset::AdminReadWrite));
  ASSERT_TRUE(run(identity_.set_token_status(*TokenId::parse(rows.back().second.id),
                                             auth::TokenStatus::Disabled)));
  rows.emplace_back("revoked", make_keys(Preset::AdminReadWrite));
  ASSERT_TRUE(run(identity_.revoke_token(*TokenId::parse(rows.back().second.id))));
  rows.emplace_back("unknown", Keys{std::string(32, 'a'), std::string(64, 'b')});
  clock_.advance(std::chrono::seconds(2));
  for (const auto& [state, keys] : rows) {
    EXPECT_EQ(send_as(keys, {.path = "/"}).code(), "401 Unauthorized") << state;
    for (const Asked& asked : operations()) {
      const Reply reply = send_as(keys, asked.on("right"));
      EXPECT_EQ(reply.code(), expected(asked, "401 Unauthorized")) << asked.name << " " << state;
      EXPECT_EQ(send_as(keys, asked.on("missing")).body, reply.body) << asked.name << " " << state;
    }
  }
}

TEST_F(AccessTest, ARolledSecretFailsOnTheNextRequest) {
  const Keys keys = make_keys(Preset::AdminReadWrite);
  EXPECT_EQ(send_as(keys, {.path = "/"}).status, 200);
  const Message url = presign({.path = "/right/k"}, keys);
  EXPECT_EQ(send_unsigned(url).status, 200);
  const auto rolled = run(identity_.roll_token(*TokenId::parse(keys.id))).value();
  EXPECT_EQ(send_as(keys, {.path = "/"}).code(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_unsigned(url).code(), "403 SignatureDoesNotMatch");
  EXPECT_EQ(send_as(Keys{keys.id, rolled.secret_access_key}, {.path = "/"}).status, 200);
}

}  // namespace
}  // namespace coffer::s3::test
