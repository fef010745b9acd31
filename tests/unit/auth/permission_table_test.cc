// Every S3 operation, under every permission, in every situation, cell by cell.

#include "auth/access.h"
#include "auth_fixture.h"

namespace coffer::auth::test {
namespace {

/// Where an operation points: at the account, a bucket, or a key in it.
enum class Level { Account, Bucket, Key };

/// r2-s3.md section 3, "Permissions", row by row; the columns in its order. The rows marked (i)
/// there are inferred.
struct Row {
  OperationName operation;
  Level level;
  bool admin_rw, admin_ro, object_rw, object_ro;
};
constexpr bool Y = true;
constexpr bool N = false;
const Row kTable[] = {
    {OperationName::ListBuckets, Level::Account, Y, Y, N, N},
    {OperationName::HeadBucket, Level::Bucket, Y, Y, N, N},
    {OperationName::CreateBucket, Level::Bucket, Y, N, N, N},
    {OperationName::DeleteBucket, Level::Bucket, Y, N, N, N},
    {OperationName::GetBucketLocation, Level::Bucket, Y, Y, Y, Y},           // (i) for object-*
    {OperationName::GetBucketEncryption, Level::Bucket, Y, Y, N, N},         // (i) for object-*
    {OperationName::GetBucketVersioning, Level::Bucket, Y, Y, N, N},         // (i) for object-*
    {OperationName::GetBucketTagging, Level::Bucket, Y, Y, N, N},            // (i) for object-*
    {OperationName::GetObjectLockConfiguration, Level::Bucket, Y, Y, N, N},  // (i) for object-*
    {OperationName::GetBucketReplication, Level::Bucket, Y, Y, N, N},        // (i) for object-*
    {OperationName::HeadObject, Level::Key, Y, Y, Y, Y},
    {OperationName::GetObject, Level::Key, Y, Y, Y, Y},
    {OperationName::ListObjectsV1, Level::Bucket, Y, Y, Y, Y},
    {OperationName::ListObjectsV2, Level::Bucket, Y, Y, Y, Y},
    {OperationName::ListMultipartUploads, Level::Bucket, Y, Y, Y, Y},
    {OperationName::ListParts, Level::Key, Y, Y, Y, Y},
    {OperationName::PutObject, Level::Key, Y, N, Y, N},
    {OperationName::DeleteObject, Level::Key, Y, N, Y, N},
    {OperationName::DeleteObjects, Level::Bucket, Y, N, Y, N},
    {OperationName::CopyObject, Level::Key, Y, N, Y, N},
    {OperationName::CreateMultipartUpload, Level::Key, Y, N, Y, N},
    {OperationName::UploadPart, Level::Key, Y, N, Y, N},
    {OperationName::AbortMultipartUpload, Level::Key, Y, N, Y, N},
    {OperationName::CompleteMultipartUpload, Level::Key, Y, N, Y, N},
    {OperationName::UploadPartCopy, Level::Key, Y, N, Y, N},
};
static_assert(std::size(kTable) == kOperationCount);

enum class Situation {
  RightBucket,
  OtherBucket,
  OtherAccount,
  OtherJurisdiction,
  CopySourceInOtherBucket,
  CopySourceInOtherJurisdiction,
  CopySourceInOtherAccount,
  Expired,
  NotYetValid,
  Disabled,
  WrongAddress,
  Rolled,
  Revoked,
};
constexpr Situation kSituations[] = {
    Situation::RightBucket,
    Situation::OtherBucket,
    Situation::OtherAccount,
    Situation::OtherJurisdiction,
    Situation::CopySourceInOtherBucket,
    Situation::CopySourceInOtherJurisdiction,
    Situation::CopySourceInOtherAccount,
    Situation::Expired,
    Situation::NotYetValid,
    Situation::Disabled,
    Situation::WrongAddress,
    Situation::Rolled,
    Situation::Revoked,
};

enum class Answer { Allowed, AccessDenied, Unauthorized };

bool column(const Row& row, Preset preset) {
  switch (preset) {
    case Preset::AdminReadWrite:
      return row.admin_rw;
    case Preset::AdminReadOnly:
      return row.admin_ro;
    case Preset::ObjectReadWrite:
      return row.object_rw;
    case Preset::ObjectReadOnly:
      return row.object_ro;
  }
  return false;
}

/// What the table and the words around it say. Object tokens here are limited to one bucket of one
/// jurisdiction; admin tokens have all of their account.
Answer expected(const Row& row, Preset preset, Situation situation) {
  const bool admin = preset == Preset::AdminReadWrite || preset == Preset::AdminReadOnly;
  const bool copies =
      row.operation == OperationName::CopyObject || row.operation == OperationName::UploadPartCopy;
  const Answer by_table = column(row, preset) ? Answer::Allowed : Answer::AccessDenied;
  switch (situation) {
    case Situation::RightBucket:
      return by_table;
    case Situation::OtherBucket:
    case Situation::OtherJurisdiction:
      return admin ? by_table : Answer::AccessDenied;
    case Situation::OtherAccount:
      return Answer::AccessDenied;
    case Situation::CopySourceInOtherBucket:
    case Situation::CopySourceInOtherJurisdiction:
      return copies && !admin ? Answer::AccessDenied : by_table;
    case Situation::CopySourceInOtherAccount:
      return copies ? Answer::AccessDenied : by_table;
    case Situation::Expired:
    case Situation::NotYetValid:
    case Situation::Disabled:
    case Situation::WrongAddress:
    case Situation::Rolled:
    case Situation::Revoked:
      return Answer::Unauthorized;
  }
  return Answer::Unauthorized;
}

Resource resource(Level level, AccountId account, Jurisdiction jurisdiction, std::string bucket) {
  switch (level) {
    case Level::Account:
      return Resource(account, jurisdiction);
    case Level::Bucket:
      return Resource(account, jurisdiction, std::move(bucket));
    case Level::Key:
      break;
  }
  return Resource(account, jurisdiction, std::move(bucket), "some/key");
}

class PermissionTable : public IdentityTest {
 protected:
  PermissionTable() : authorizer_(*identity_, clock_) {
    other_account_ = run(identity_->create_account("Other", true)).value().id;
  }

  /// A token of the preset, in the state that the situation asks for, and who uses it.
  Principal principal(Preset preset, Situation situation) {
    const bool admin = preset == Preset::AdminReadWrite || preset == Preset::AdminReadOnly;
    NewToken request;
    request.owner = account_;
    request.name = "token";
    request.policies =
        policies_of_preset(preset, account_,
                           admin ? buckets({}) : buckets({{Jurisdiction::Eu, "photos"}}))
            .value();
    if (situation == Situation::Expired) {
      request.expires_on = clock_.now() + std::chrono::milliseconds(1);
    }
    if (situation == Situation::NotYetValid) {
      request.not_before = clock_.now() + std::chrono::hours(1);
    }
    request.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
    const Token token = issue(std::move(request)).token;
    if (situation == Situation::Expired) clock_.advance(std::chrono::milliseconds(1));
    if (situation == Situation::Disabled) {
      EXPECT_TRUE(run(identity_->set_token_status(token.id, TokenStatus::Disabled)));
    }
    if (situation == Situation::Rolled) {
      EXPECT_TRUE(run(identity_->roll_token(token.id)));
    }
    if (situation == Situation::Revoked) {
      EXPECT_TRUE(run(identity_->revoke_token(token.id)));
    }

    Principal principal;
    principal.token = token.id;
    principal.account = *token.account();
    principal.secret_generation = token.secret_generation;
    principal.client =
        IpAddress::parse(situation == Situation::WrongAddress ? "198.51.100.7" : "192.0.2.7")
            .value();
    return principal;
  }

  std::vector<Access> question(const Row& row, Situation situation) const {
    const Resource target = resource(
        row.level, situation == Situation::OtherAccount ? other_account_ : account_,
        situation == Situation::OtherJurisdiction ? Jurisdiction::Default : Jurisdiction::Eu,
        situation == Situation::OtherBucket ? "backups" : "photos");
    const Resource source = resource(
        Level::Key, situation == Situation::CopySourceInOtherAccount ? other_account_ : account_,
        situation == Situation::CopySourceInOtherJurisdiction ? Jurisdiction::Default
                                                              : Jurisdiction::Eu,
        situation == Situation::CopySourceInOtherBucket ? "backups" : "photos");
    return accesses_of(row.operation, target, source);
  }

  static Answer answer(const Decision& decision) {
    if (decision.allowed) return Answer::Allowed;
    return decision.code == ErrorCode::Unauthorized ? Answer::Unauthorized : Answer::AccessDenied;
  }

  Authorizer authorizer_;
  AccountId other_account_;
};

TEST_F(PermissionTable, HoldsInEveryCell) {
  int cells = 0;
  for (Preset preset : {Preset::AdminReadWrite, Preset::AdminReadOnly, Preset::ObjectReadWrite,
                        Preset::ObjectReadOnly}) {
    for (Situation situation : kSituations) {
      const Principal who = principal(preset, situation);
      for (const Row& row : kTable) {
        const auto accesses = question(row, situation);
        const Decision decision = authorizer_.authorize(who, accesses);
        const Decision explained = authorizer_.explain(who, accesses);
        SCOPED_TRACE(std::string(to_string(row.operation)) + " as " +
                     std::string(to_string(preset)) + " in situation " +
                     std::to_string(static_cast<int>(situation)) + ": " + explained.reason);
        EXPECT_EQ(answer(decision), expected(row, preset, situation));
        // Both faces of the authorizer say the same.
        EXPECT_EQ(explained.allowed, decision.allowed);
        EXPECT_EQ(explained.code, decision.code);
        EXPECT_EQ(explained.cause, decision.cause);
        EXPECT_EQ(explained.policy, decision.policy);
        EXPECT_EQ(decision.as_result().has_value(), decision.allowed);
        ++cells;
      }
    }
  }
  EXPECT_EQ(cells, 25 * 4 * 13);
}

/// With all buckets instead of one, an object token has the table's answer in every bucket of every
/// jurisdiction of its account, and nothing at the account's own level.
TEST_F(PermissionTable, HoldsForObjectTokensOfAllBuckets) {
  for (Preset preset : {Preset::ObjectReadWrite, Preset::ObjectReadOnly}) {
    const Token token = issue(preset).token;
    Principal who;
    who.token = token.id;
    who.account = account_;
    who.secret_generation = token.secret_generation;
    for (const Row& row : kTable) {
      for (Jurisdiction jurisdiction : kJurisdictions) {
        for (const char* bucket : {"photos", "backups"}) {
          const auto accesses =
              accesses_of(row.operation, resource(row.level, account_, jurisdiction, bucket),
                          Resource(account_, Jurisdiction::Us, "elsewhere", "key"));
          EXPECT_EQ(authorizer_.authorize(who, accesses).allowed, column(row, preset))
              << to_string(row.operation) << " " << to_string(preset) << " " << bucket;
        }
      }
    }
  }
}

}  // namespace
}  // namespace coffer::auth::test
