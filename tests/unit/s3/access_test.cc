// Every S3 operation, asked by every permission, of buckets it covers and buckets it does not, by
// tokens in every state. Rows of r2-s3.md section 3.

#include "service_fixture.h"

#include <set>

namespace coffer::s3::test {
namespace {

using auth::Preset;

/// One operation as a request on a bucket that has the object `k`, and what is answered to those
/// who may: there, and where there is no such bucket.
struct Asked {
  std::string name;
  std::string method;
  std::string path;  ///< behind the bucket
  std::string query;
  std::string body;
  bool admin_rw, admin_ro, object_rw, object_ro;
  std::string code;
  std::string missing_code = "404 NoSuchBucket";

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
  bool of_account() const { return name == "ListBuckets"; }
  bool copies() const { return name == "CopyObject" || name == "UploadPartCopy"; }
  Message on(const std::string& bucket, const std::string& source = "right") const {
    Message message{.method = method,
                    .path = of_account() ? "/" : "/" + bucket + path,
                    .query = query,
                    .body = body};
    if (copies()) message.headers.emplace_back("x-amz-copy-source", source + "/k");
    return message;
  }
};

const std::string kId = "uploadId=00000000000000000000000000000000";
const std::string kParts =
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
    "</CompleteMultipartUpload>";
const std::string kKeys = "<Delete><Object><Key>none</Key></Object></Delete>";
constexpr bool Y = true;
constexpr bool N = false;

const std::vector<Asked>& operations() {
  static const std::string no_lock = "404 ObjectLockConfigurationNotFoundError";
  static const std::string no_replication = "404 ReplicationConfigurationNotFoundError";
  static const std::string exists = "409 BucketAlreadyOwnedByYou";
  static const std::string not_empty = "409 BucketNotEmpty";
  static const std::string no_upload = "404 NoSuchUpload";
  static const std::vector<Asked> rows{
      {"ListBuckets", "GET", "", "", "", Y, Y, N, N, "200", "200"},
      {"HeadBucket", "HEAD", "", "", "", Y, Y, N, N, "200", "404"},
      {"CreateBucket", "PUT", "", "", "", Y, N, N, N, exists, "200"},
      {"GetBucketLocation", "GET", "", "location", "", Y, Y, Y, Y, "200"},
      {"GetBucketEncryption", "GET", "", "encryption", "", Y, Y, N, N, "200"},
      {"GetBucketVersioning", "GET", "", "versioning", "", Y, Y, N, N, "200"},
      {"GetBucketTagging", "GET", "", "tagging", "", Y, Y, N, N, "404 NoSuchTagSet"},
      {"GetObjectLockConfiguration", "GET", "", "object-lock", "", Y, Y, N, N, no_lock},
      {"GetBucketReplication", "GET", "", "replication", "", Y, Y, N, N, no_replication},
      {"HeadObject", "HEAD", "/k", "", "", Y, Y, Y, Y, "200", "404"},
      {"GetObject", "GET", "/k", "", "", Y, Y, Y, Y, "200"},
      {"ListObjectsV1", "GET", "", "", "", Y, Y, Y, Y, "200"},
      {"ListObjectsV2", "GET", "", "list-type=2", "", Y, Y, Y, Y, "200"},
      {"ListMultipartUploads", "GET", "", "uploads", "", Y, Y, Y, Y, "200"},
      {"ListParts", "GET", "/k", kId, "", Y, Y, Y, Y, no_upload},
      {"PutObject", "PUT", "/new", "", "x", Y, N, Y, N, "200"},
      {"PutObject", "POST", "/new", "", "x", Y, N, Y, N, "200"},
      {"CopyObject", "PUT", "/new", "", "", Y, N, Y, N, "200"},
      {"CreateMultipartUpload", "POST", "/new", "uploads", "", Y, N, Y, N, "200"},
      {"UploadPart", "PUT", "/new", "partNumber=1&" + kId, "x", Y, N, Y, N, no_upload},
      {"UploadPartCopy", "PUT", "/new", "partNumber=1&" + kId, "", Y, N, Y, N, no_upload},
      {"CompleteMultipartUpload", "POST", "/new", kId, kParts, Y, N, Y, N, no_upload},
      {"AbortMultipartUpload", "DELETE", "/new", kId, "", Y, N, Y, N, no_upload},
      {"DeleteObject", "DELETE", "/new", "", "", Y, N, Y, N, "204"},
      {"DeleteObjects", "POST", "", "delete", kKeys, Y, N, Y, N, "200"},
      {"DeleteBucket", "DELETE", "", "", "", Y, N, N, N, not_empty},
  };
  return rows;
}

/// Who asks, of what, in which state. Object tokens are limited to the bucket `right` of the
/// default jurisdiction, admin tokens have all of their account.
enum class Situation {
  RightBucket,
  OtherBucket,
  OtherAccount,
  OtherJurisdiction,
  CopySourceElsewhere,
  Expired,
  NotYetValid,
  Disabled,
  WrongAddress,
  Rolled,
  Revoked,
};
constexpr std::pair<Situation, const char*> kSituations[] = {
    {Situation::RightBucket, "right bucket"},
    {Situation::OtherBucket, "other bucket"},
    {Situation::OtherAccount, "other account"},
    {Situation::OtherJurisdiction, "other jurisdiction"},
    {Situation::CopySourceElsewhere, "copy source outside the scope"},
    {Situation::Expired, "expired"},
    {Situation::NotYetValid, "not yet valid"},
    {Situation::Disabled, "disabled"},
    {Situation::WrongAddress, "wrong address"},
    {Situation::Rolled, "rolled"},
    {Situation::Revoked, "revoked"},
};
constexpr Preset kPresets[] = {Preset::AdminReadWrite, Preset::AdminReadOnly,
                               Preset::ObjectReadWrite, Preset::ObjectReadOnly};

bool is_admin(Preset preset) {
  return preset == Preset::AdminReadWrite || preset == Preset::AdminReadOnly;
}

/// The table of r2-s3.md section 3 and the words around it. `missing`: the name that differs from
/// RightBucket's, or else the bucket's, does not exist.
std::string expected(const Asked& asked, Preset preset, Situation situation, bool missing) {
  const std::string by_table = !asked.allowed(preset) ? "403 AccessDenied"
                               : missing              ? asked.missing_code
                                                      : asked.code;
  switch (situation) {
    case Situation::RightBucket:
      // A scoped token's bucket is there; another name is out of its scope.
      return missing && !is_admin(preset) ? "403 AccessDenied" : by_table;
    case Situation::OtherBucket:
    case Situation::OtherJurisdiction:
      return is_admin(preset) ? by_table : "403 AccessDenied";
    case Situation::OtherAccount:
      return "401 Unauthorized";
    case Situation::CopySourceElsewhere:
      if (!asked.copies()) return asked.allowed(preset) ? asked.code : "403 AccessDenied";
      return is_admin(preset) ? by_table : "403 AccessDenied";
    case Situation::Rolled:
      return "403 SignatureDoesNotMatch";
    case Situation::Expired:
    case Situation::NotYetValid:
    case Situation::Disabled:
    case Situation::WrongAddress:
    case Situation::Revoked:
      return "401 Unauthorized";
  }
  return {};
}

class AccessTest : public ServiceTest {
 protected:
  AccessTest() : eu_(make_service(Jurisdiction::Eu)) {
    other_account_ = run(identity_.create_account("other", true)).value().id;
    for (Service* service : {service_.get(), eu_.get()}) {
      for (const std::string bucket : {"right", "other"}) {
        send_as(admin_, {.method = "PUT", .path = "/" + bucket}, service);
        send_as(admin_, {.method = "PUT", .path = "/" + bucket + "/k", .body = "x"}, service);
      }
    }
  }
  /// HEAD has no body to say it in.
  static std::string as_told(const Asked& asked, const std::string& code) {
    return asked.method == "HEAD" ? code.substr(0, 3) : code;
  }

  /// A token of the preset in the state that the situation asks for.
  Keys keys_for(Preset preset, Situation situation) {
    std::vector<std::pair<Jurisdiction, BucketName>> scope;
    if (!is_admin(preset)) {
      scope.emplace_back(Jurisdiction::Default, BucketName::parse("right").value());
    }
    auth::NewToken token = new_token(preset, scope);
    if (situation == Situation::Expired) token.expires_on = clock_.now() + std::chrono::seconds(1);
    if (situation == Situation::NotYetValid) {
      token.not_before = clock_.now() + std::chrono::hours(1);
    }
    if (situation == Situation::WrongAddress) {
      token.ip.in.push_back(*IpNetwork::parse("198.51.100.0/24"));
    }
    const Keys keys = issue(std::move(token));
    const TokenId id = *TokenId::parse(keys.id);
    if (situation == Situation::Expired) clock_.advance(std::chrono::seconds(1));
    if (situation == Situation::Disabled) {
      EXPECT_TRUE(run(identity_.set_token_status(id, auth::TokenStatus::Disabled)));
    }
    if (situation == Situation::Rolled) {
      EXPECT_TRUE(run(identity_.roll_token(id)));
    }
    if (situation == Situation::Revoked) {
      EXPECT_TRUE(run(identity_.revoke_token(id)));
    }
    return keys;
  }

  Reply ask(const Keys& keys, const Asked& asked, Situation situation, bool missing) {
    std::string bucket = situation == Situation::OtherBucket ? "other" : "right";
    std::string source = situation == Situation::CopySourceElsewhere ? "other" : "right";
    if (missing) (situation == Situation::CopySourceElsewhere ? source : bucket) = "missing";
    Message message = asked.on(bucket, source);
    if (situation == Situation::OtherAccount) message.host = other_account_.hex() + ".r2.localhost";
    Service* service = situation == Situation::OtherJurisdiction ? eu_.get() : service_.get();
    const Reply reply = send_as(keys, std::move(message), service);
    // What one row made must not be there for the next.
    send_as(admin_, {.method = "DELETE", .path = "/missing"}, service);
    return reply;
  }

  std::unique_ptr<Service> eu_;
  AccountId other_account_;
};

TEST_F(AccessTest, TheTableHasEveryOperation) {
  std::set<std::string> names;
  for (const Asked& asked : operations()) {
    names.insert(asked.name);
    observer_.seen.clear();
    send_as(admin_, asked.on("right"));
    ASSERT_EQ(observer_.seen.size(), 1U);
    EXPECT_EQ(observer_.seen[0].substr(0, observer_.seen[0].find(' ')), asked.name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(auth::kOperationCount));
}

TEST_F(AccessTest, EveryOperationByEveryPermissionInEverySituation) {
  std::size_t cells = 0;
  for (const Preset preset : kPresets) {
    for (const auto& [situation, description] : kSituations) {
      const Keys keys = keys_for(preset, situation);
      for (const Asked& asked : operations()) {
        SCOPED_TRACE(asked.method + " " + asked.name + " by " +
                     std::string(auth::to_string(preset)) + ", " + description);
        const Reply existing = ask(keys, asked, situation, false);
        const std::string wanted = as_told(asked, expected(asked, preset, situation, false));
        EXPECT_EQ(existing.code(), wanted);
        const Reply missing = ask(keys, asked, situation, true);
        EXPECT_EQ(missing.code(), as_told(asked, expected(asked, preset, situation, true)))
            << "of what does not exist";
        // A wrong signature echoes what was signed, which names the path.
        const bool refused = wanted.starts_with("401") || wanted.starts_with("403");
        if (refused && situation != Situation::Rolled) {
          EXPECT_EQ(existing.body, missing.body) << "the missing looks as the forbidden";
        }
        cells += 2;
      }
    }
  }
  EXPECT_EQ(cells, 2 * 4 * std::size(kSituations) * operations().size());
}

/// With all buckets instead of one, an object token has the table's answer in every bucket.
TEST_F(AccessTest, ObjectTokensOfAllBuckets) {
  for (const Preset preset : {Preset::ObjectReadWrite, Preset::ObjectReadOnly}) {
    const Keys keys = make_keys(preset);
    for (const Asked& asked : operations()) {
      for (const Situation situation :
           {Situation::RightBucket, Situation::OtherBucket, Situation::OtherJurisdiction}) {
        for (const bool missing : {false, true}) {
          const std::string code = missing ? asked.missing_code : asked.code;
          EXPECT_EQ(ask(keys, asked, situation, missing).code(),
                    as_told(asked, asked.allowed(preset) ? code : "403 AccessDenied"))
              << asked.name;
        }
      }
    }
  }
}

/// The account is the key's own where the host names none: no name of ours means anything there.
TEST_F(AccessTest, AnotherAccountSeesNothingOfOurs) {
  const Keys stranger = issue(coffer::test::new_token(other_account_, Preset::AdminReadWrite));
  for (const Asked& asked : operations()) {
    for (const std::string bucket : {"right", "missing"}) {
      EXPECT_EQ(send_as(stranger, asked.on(bucket)).code(), as_told(asked, asked.missing_code))
          << asked.name;
      send_as(stranger, {.method = "DELETE", .path = "/" + bucket});
    }
  }
  EXPECT_THAT(send_as(stranger, {.path = "/"}).body, testing::HasSubstr("<Buckets></Buckets>"));
}

TEST_F(AccessTest, AnUnknownTokenIsUnauthorizedForEverything) {
  const Keys unknown{std::string(32, 'a'), std::string(64, 'b')};
  for (const Asked& asked : operations()) {
    const Reply reply = send_as(unknown, asked.on("right"));
    EXPECT_EQ(reply.code(), as_told(asked, "401 Unauthorized")) << asked.name;
    EXPECT_EQ(send_as(unknown, asked.on("missing")).body, reply.body) << asked.name;
  }
}

/// One name in two jurisdictions is two buckets, and a token's scope names the jurisdiction too.
TEST_F(AccessTest, AScopeIsOfOneJurisdiction) {
  std::vector<std::pair<Jurisdiction, BucketName>> scope;
  scope.emplace_back(Jurisdiction::Eu, BucketName::parse("right").value());
  const Keys keys = issue(new_token(Preset::ObjectReadWrite, scope));
  const Message put{.method = "PUT", .path = "/right/mine", .body = "eu"};
  EXPECT_EQ(send_as(keys, put, eu_.get()).status, 200);
  EXPECT_EQ(send_as(keys, {.path = "/right/mine"}, eu_.get()).body, "eu");
  for (const Asked& asked : operations()) {
    EXPECT_EQ(send_as(keys, asked.on("right")).code(), as_told(asked, "403 AccessDenied"))
        << asked.name;
  }
  EXPECT_EQ(get("/right/mine").code(), "404 NoSuchKey");
}

TEST_F(AccessTest, AForbiddenKeyAndAMissingKeyLookAlike) {
  const Keys keys = make_keys(Preset::ObjectReadWrite, {"right"});
  const Reply there = send_as(keys, {.path = "/other/k"});
  const Reply missing = send_as(keys, {.path = "/other/none"});
  EXPECT_EQ(there.body, missing.body);
  EXPECT_EQ(there.code(), "403 AccessDenied");
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
