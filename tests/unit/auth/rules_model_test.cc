// Who may do what, cell by cell, against a model of the rules that is slow and easy to read.
//
// The model below (`Model`) is written from the documents, which each table and rule names:
// reference/r2-s3.md sections 2 and 3, reference/cloudflare-api.md sections 2 and 5, and
// docs/IDENTITY.md. It shares with the code only the words in which a question is asked.

#include "auth/access.h"
#include "auth/temporary_credential.h"
#include "auth_fixture.h"

namespace coffer::auth::test {
namespace {

// --- Tables, as the documents have them ---

/// Permission groups (cloudflare-api.md 2.4), as bits of a set.
enum Group : unsigned {
  SW = 1U << 0,   // Workers R2 Storage Write
  SR = 1U << 1,   // Workers R2 Storage Read
  IW = 1U << 2,   // Workers R2 Storage Bucket Item Write
  IR = 1U << 3,   // Workers R2 Storage Bucket Item Read
  TW = 1U << 4,   // Account API Tokens Write
  TR = 1U << 5,   // Account API Tokens Read
  AW = 1U << 6,   // Account Settings Write
  AR = 1U << 7,   // Account Settings Read
  UA = 1U << 8,   // Account Analytics Read
  PW = 1U << 9,   // API Tokens Write (of a user)
  PR = 1U << 10,  // API Tokens Read
  DW = 1U << 11,  // User Details Write
  DR = 1U << 12,  // User Details Read
  MW = 1U << 13,  // Memberships Write
  MR = 1U << 14,  // Memberships Read
};
enum class Scope { Account, Bucket, User };
struct GroupRow {
  Group group;
  const char* id;
  Scope scope;
};
const GroupRow kGroups[] = {
    {SW, "bf7481a1826f439697cb59a20b22293e", Scope::Account},
    {SR, "b4992e1108244f5d8bfbd5744320c2e1", Scope::Account},
    {IW, "2efd5506f9c8494dacb1fa10a3e7d5b6", Scope::Bucket},
    {IR, "6a018a9f2fc74eb6b293b0c548f38b39", Scope::Bucket},
    {TW, "5bc3f8b21c554832afc660159ab75fa4", Scope::Account},
    {TR, "eb56a6953c034b9d97dd838155666f06", Scope::Account},
    {AW, "1af1fa2adc104452b74a9a3364202f20", Scope::Account},
    {AR, "c1fde68c7bcc44588cbb6ddbc16d6480", Scope::Account},
    {UA, "b89a480218d04ceb98b4fe57ca29dc1f", Scope::Account},
    {PW, "686d18d5ac6c441c867cbf6771e58a0a", Scope::User},
    {PR, "0cc3a61731504c89b99ec1be78b77aa0", Scope::User},
    {DW, "55a5e17cc99e4a3fa1f3432d262f2e55", Scope::User},
    {DR, "8acbe5bb0d54464ab867149d7f7cf8ac", Scope::User},
    {MW, "9201bc6f42d440968aaab0c6f17ebb1d", Scope::User},
    {MR, "3518d0f75557482e952c6762d3e64903", Scope::User},
};

/// Roles (docs/IDENTITY.md, "Roles"), as bits of a set.
enum RoleBit : unsigned {
  SA = 1U << 0,  // Super Administrator
  AD = 1U << 1,  // Administrator
  RO = 1U << 2,  // Administrator Read Only
  RA = 1U << 3,  // R2 Admin
  RR = 1U << 4,  // R2 Read
  OP = 1U << 5,  // no role: an operator of the installation, in every account
  ME = 1U << 6,  // no role: the user that it is about
};
struct RoleRow {
  RoleBit bit;
  const char* name;
};
const RoleRow kRoles[] = {{SA, "Super Administrator - All Privileges"},
                          {AD, "Administrator"},
                          {RO, "Administrator Read Only"},
                          {RA, "Cloudflare R2 Admin"},
                          {RR, "Cloudflare R2 Read"}};

constexpr unsigned kReaders = SA | AD | RO | RA | RR;
constexpr unsigned kWriters = SA | AD | RA;

enum class Api { S3, Rest };
enum class Level { Account, Bucket, Key, Listing, User };
/// What an operation needs besides the right to its own target.
enum class Also { Nothing, SourceRead, BucketCreation };

struct Row {
  const char* name;
  Api api;
  Level level;
  std::optional<OperationName> operation;  ///< none: of the management API alone
  Action action;                           ///< the word for it in a question
  unsigned groups;                         ///< that grant it
  unsigned roles;                          ///< that grant it
  bool temporary_action = false;  ///< whether the claim `actions` can name it (r2-s3.md 2.6)
  Also also = Also::Nothing;
};

using Op = OperationName;
using Act = Action;
constexpr bool Y = true;
constexpr bool N = false;
const Row kRows[] = {
    // S3: r2-s3.md section 3, "Permissions", row by row.
    {"ListBuckets", Api::S3, Level::Account, Op::ListBuckets, Act::BucketsList, SW | SR, kReaders,
     N},
    {"HeadBucket", Api::S3, Level::Bucket, Op::HeadBucket, Act::BucketHead, SW | SR, kReaders, N},
    {"CreateBucket", Api::S3, Level::Bucket, Op::CreateBucket, Act::BucketCreate, SW, kWriters, N},
    {"DeleteBucket", Api::S3, Level::Bucket, Op::DeleteBucket, Act::BucketDelete, SW, kWriters, N},
    {"GetBucketLocation", Api::S3, Level::Bucket, Op::GetBucketLocation, Act::BucketLocationRead,
     SW | SR | IW | IR, kReaders, Y},
    {"GetBucketEncryption", Api::S3, Level::Bucket, Op::GetBucketEncryption, Act::BucketConfigRead,
     SW | SR, kReaders, N},
    {"GetBucketVersioning", Api::S3, Level::Bucket, Op::GetBucketVersioning, Act::BucketConfigRead,
     SW | SR, kReaders, N},
    {"GetBucketTagging", Api::S3, Level::Bucket, Op::GetBucketTagging, Act::BucketConfigRead,
     SW | SR, kReaders, N},
    {"GetObjectLockConfiguration", Api::S3, Level::Bucket, Op::GetObjectLockConfiguration,
     Act::BucketConfigRead, SW | SR, kReaders, N},
    {"GetBucketReplication", Api::S3, Level::Bucket, Op::GetBucketReplication,
     Act::BucketConfigRead, SW | SR, kReaders, N},
    {"HeadObject", Api::S3, Level::Key, Op::HeadObject, Act::ObjectRead, SW | SR | IW | IR,
     kReaders, Y},
    {"GetObject", Api::S3, Level::Key, Op::GetObject, Act::ObjectRead, SW | SR | IW | IR, kReaders,
     Y},
    {"ListObjectsV1", Api::S3, Level::Listing, Op::ListObjectsV1, Act::ObjectsList,
     SW | SR | IW | IR, kReaders, Y},
    {"ListObjectsV2", Api::S3, Level::Listing, Op::ListObjectsV2, Act::ObjectsList,
     SW | SR | IW | IR, kReaders, Y},
    {"ListMultipartUploads", Api::S3, Level::Listing, Op::ListMultipartUploads, Act::ObjectsList,
     SW | SR | IW | IR, kReaders, Y},
    {"ListParts", Api::S3, Level::Key, Op::ListParts, Act::ObjectsList, SW | SR | IW | IR, kReaders,
     Y},
    {"PutObject", Api::S3, Level::Key, Op::PutObject, Act::ObjectWrite, SW | IW, kWriters, Y},
    {"DeleteObject", Api::S3, Level::Key, Op::DeleteObject, Act::ObjectWrite, SW | IW, kWriters, Y},
    {"DeleteObjects", Api::S3, Level::Bucket, Op::DeleteObjects, Act::ObjectWrite, SW | IW,
     kWriters, Y},
    {"DeleteObjects, one key", Api::S3, Level::Key, Op::DeleteObjects, Act::ObjectWrite, SW | IW,
     kWriters, Y},
    {"CopyObject", Api::S3, Level::Key, Op::CopyObject, Act::ObjectWrite, SW | IW, kWriters, Y,
     Also::SourceRead},
    {"UploadPartCopy", Api::S3, Level::Key, Op::UploadPartCopy, Act::ObjectWrite, SW | IW, kWriters,
     Y, Also::SourceRead},
    {"CreateMultipartUpload", Api::S3, Level::Key, Op::CreateMultipartUpload, Act::ObjectWrite,
     SW | IW, kWriters, Y},
    {"UploadPart", Api::S3, Level::Key, Op::UploadPart, Act::ObjectWrite, SW | IW, kWriters, Y},
    {"AbortMultipartUpload", Api::S3, Level::Key, Op::AbortMultipartUpload, Act::ObjectWrite,
     SW | IW, kWriters, Y},
    {"CompleteMultipartUpload", Api::S3, Level::Key, Op::CompleteMultipartUpload, Act::ObjectWrite,
     SW | IW, kWriters, Y},
    {"PutObject, perhaps creating", Api::S3, Level::Key, Op::PutObject, Act::ObjectWrite, SW | IW,
     kWriters, Y, Also::BucketCreation},
    {"CreateMultipartUpload, perhaps creating", Api::S3, Level::Key, Op::CreateMultipartUpload,
     Act::ObjectWrite, SW | IW, kWriters, Y, Also::BucketCreation},

    // Management API, storage: the same rows, and object permissions do not act there (r2-s3.md
    // section 3, last line; docs/IDENTITY.md, "The four permissions").
    {"list buckets", Api::Rest, Level::Account, Op::ListBuckets, Act::BucketsList, SW | SR,
     kReaders},
    {"create a bucket", Api::Rest, Level::Bucket, Op::CreateBucket, Act::BucketCreate, SW,
     kWriters},
    {"get a bucket", Api::Rest, Level::Bucket, Op::HeadBucket, Act::BucketHead, SW | SR, kReaders},
    {"delete a bucket", Api::Rest, Level::Bucket, Op::DeleteBucket, Act::BucketDelete, SW,
     kWriters},
    {"change a bucket", Api::Rest, Level::Bucket, std::nullopt, Act::BucketConfigWrite, SW,
     kWriters},
    {"list objects", Api::Rest, Level::Bucket, Op::ListObjectsV2, Act::ObjectsList,
     SW | SR | IW | IR, kReaders},
    {"get an object", Api::Rest, Level::Key, Op::GetObject, Act::ObjectRead, SW | SR | IW | IR,
     kReaders},
    {"put an object", Api::Rest, Level::Key, Op::PutObject, Act::ObjectWrite, SW | IW, kWriters},
    {"delete an object", Api::Rest, Level::Key, Op::DeleteObject, Act::ObjectWrite, SW | IW,
     kWriters},
    {"metrics of storage", Api::Rest, Level::Account, std::nullopt, Act::UsageRead, SW | SR | UA,
     kReaders},

    // Management API, the account and the user: cloudflare-api.md 2.1 and 2.4; docs/IDENTITY.md.
    {"view the account", Api::Rest, Level::Account, std::nullopt, Act::AccountRead, AW | AR,
     kReaders | OP},
    {"change the account", Api::Rest, Level::Account, std::nullopt, Act::AccountWrite, AW,
     SA | AD | OP},
    {"view members", Api::Rest, Level::Account, std::nullopt, Act::MembersRead, AW | AR,
     SA | AD | RO},
    {"change members", Api::Rest, Level::Account, std::nullopt, Act::MembersWrite, AW, SA},
    {"view the account's tokens", Api::Rest, Level::Account, std::nullopt, Act::AccountTokensRead,
     TW | TR, SA},
    {"change the account's tokens", Api::Rest, Level::Account, std::nullopt,
     Act::AccountTokensWrite, TW, SA},
    {"view the audit log", Api::Rest, Level::Account, std::nullopt, Act::AuditLogRead, AW | AR,
     SA | AD | RO},
    {"view the user", Api::Rest, Level::User, std::nullopt, Act::UserRead, DW | DR, ME},
    {"change the user", Api::Rest, Level::User, std::nullopt, Act::UserWrite, DW, ME},
    {"view the user's tokens", Api::Rest, Level::User, std::nullopt, Act::UserTokensRead, PW | PR,
     ME},
    {"change the user's tokens", Api::Rest, Level::User, std::nullopt, Act::UserTokensWrite, PW,
     ME},
    {"view memberships", Api::Rest, Level::User, std::nullopt, Act::MembershipsRead, MW | MR, ME},
    {"change memberships", Api::Rest, Level::User, std::nullopt, Act::MembershipsWrite, MW, ME},
};

/// Storage over the management API, as against the account's and the user's own affairs.
bool is_rest_storage(const Row& row) {
  return row.api == Api::Rest && row.level != Level::User &&
         (row.operation || row.action == Act::BucketConfigWrite || row.action == Act::UsageRead);
}

// --- What is asked for ---

constexpr int kOurs = 0;    // the account that everything is about
constexpr int kTheirs = 1;  // another one
constexpr int kNobody = -1;

struct Place {
  int account = kOurs;
  Jurisdiction jurisdiction = Jurisdiction::Eu;
  std::string bucket;
  std::string key;
  std::optional<std::string> listing;
  int user = kNobody;
};

std::string words(const Place& place) {
  if (place.user != kNobody) return "user " + std::to_string(place.user);
  std::string out = place.account == kOurs ? "our " : "their ";
  out.append(to_string(place.jurisdiction)).append(" ").append(place.bucket);
  if (!place.key.empty()) out.append("/").append(place.key);
  if (place.listing) out.append("?prefix=").append(*place.listing);
  return out;
}

struct Question {
  const Row* row;
  Place place;
  std::optional<Place> source;
  std::vector<Access> asked;  ///< the same, for the code
};

// --- Who asks ---

enum class What { Account, AllAccounts, Bucket, AllBuckets, AllBucketsEverywhere, User };
struct Named {
  What what;
  int account = kOurs;
  Jurisdiction jurisdiction = Jurisdiction::Eu;
  const char* bucket = "";
};
struct Rule {
  bool deny;
  unsigned groups;
  std::vector<Named> resources;
};
using Rules = std::vector<Rule>;
constexpr bool kAllow = false;
constexpr bool kDeny = true;

struct Shape {
  const char* name;
  Rules rules;
};

const Named kAccount{What::Account};
const Named kAllBuckets{What::AllBuckets};
const Named kPhotos{What::Bucket, kOurs, Jurisdiction::Eu, "photos"};
const Named kBackups{What::Bucket, kOurs, Jurisdiction::Eu, "backups"};
const Named kDefaultPhotos{What::Bucket, kOurs, Jurisdiction::Default, "photos"};

/// What any token can have. The first six are the dashboard's four permissions.
const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all{
      {"admin-read-write", {{kAllow, SW, {kAccount}}}},
      {"admin-read-only", {{kAllow, SR, {kAccount}}}},
      {"object-read-write on photos", {{kAllow, IW, {kPhotos}}}},
      {"object-read-only on photos", {{kAllow, IR, {kPhotos}}}},
      {"object-read-write on all", {{kAllow, IW, {kAllBuckets}}}},
      {"object-read-only on all", {{kAllow, IR, {kAllBuckets}}}},
      {"tokens write", {{kAllow, TW, {kAccount}}}},
      {"tokens read", {{kAllow, TR, {kAccount}}}},
      {"settings write", {{kAllow, AW, {kAccount}}}},
      {"settings read", {{kAllow, AR, {kAccount}}}},
      {"analytics", {{kAllow, UA, {kAccount}}}},
      {"all of the account", {{kAllow, SW | TW | AW, {kAccount}}}},
      {"read two, write one", {{kAllow, IR, {kPhotos, kBackups}}, {kAllow, IW, {kDefaultPhotos}}}},
      {"admin read and object write", {{kAllow, SR, {kAccount}}, {kAllow, IW, {kPhotos}}}},
      {"analytics and object write", {{kAllow, UA, {kAccount}}, {kAllow, IW, {kAllBuckets}}}},
      {"admin but photos", {{kAllow, SW, {kAccount}}, {kDeny, IW, {kPhotos}}}},
      {"admin but reading photos", {{kDeny, IR, {kPhotos}}, {kAllow, SW, {kAccount}}}},
      {"admin but all objects", {{kAllow, SW, {kAccount}}, {kDeny, IW, {kAllBuckets}}}},
      {"admin but what a reader may", {{kAllow, SW, {kAccount}}, {kDeny, SR, {kAccount}}}},
      {"all objects but photos", {{kAllow, IW, {kAllBuckets}}, {kDeny, IW, {kPhotos}}}},
      {"all objects, photos to write only", {{kAllow, IW, {kAllBuckets}}, {kDeny, IR, {kPhotos}}}},
      {"photos, but no storage", {{kAllow, IW, {kPhotos}}, {kDeny, SW, {kAccount}}}},
      {"settings but reading them", {{kAllow, AW, {kAccount}}, {kDeny, AR, {kAccount}}}},
      {"only a deny", {{kDeny, IR, {kPhotos}}}},
  };
  return all;
}

/// What only a user's own token can have.
const std::vector<Shape>& user_shapes() {
  static const std::vector<Shape> all{
      {"admin everywhere", {{kAllow, SW, {{What::AllAccounts}}}}},
      {"objects everywhere", {{kAllow, IW, {{What::AllBucketsEverywhere}}}}},
      {"admin everywhere but ours", {{kAllow, SW, {{What::AllAccounts}}}, {kDeny, SW, {kAccount}}}},
      {"admin here, objects there",
       {{kAllow, SW, {kAccount}}, {kAllow, IW, {{What::AllBuckets, kTheirs}}}}},
      {"settings and tokens everywhere", {{kAllow, AW | TW, {{What::AllAccounts}}}}},
      {"own tokens write", {{kAllow, PW, {{What::User}}}}},
      {"own tokens read", {{kAllow, PR, {{What::User}}}}},
      {"details write", {{kAllow, DW, {{What::User}}}}},
      {"details read", {{kAllow, DR, {{What::User}}}}},
      {"memberships write", {{kAllow, MW, {{What::User}}}}},
      {"memberships read", {{kAllow, MR, {{What::User}}}}},
      {"details but reading them", {{kAllow, DW, {{What::User}}}, {kDeny, DR, {{What::User}}}}},
      {"everything",
       {{kAllow, SW | TW | AW | UA, {{What::AllAccounts}}},
        {kAllow, PW | DW | MW, {{What::User}}}}},
  };
  return all;
}

/// Of a token, at the moment of the question.
enum class State {
  Active,
  FirstMoment,  ///< not_before is now
  LastMoment,   ///< expires_on is a millisecond ahead
  Disabled,
  Expired,  ///< expires_on is now
  NotYetValid,
  OutsideOfIn,
  InsideOfNotIn,
  Rolled,
  Revoked,
};
constexpr State kStates[] = {
    State::Active,      State::FirstMoment, State::LastMoment,    State::Disabled, State::Expired,
    State::NotYetValid, State::OutsideOfIn, State::InsideOfNotIn, State::Rolled,   State::Revoked};
const char* const kStateNames[] = {"active",  "first moment",  "last moment",   "disabled",
                                   "expired", "not yet valid", "outside of in", "inside of not_in",
                                   "rolled",  "revoked"};

/// A person and their roles, at the moment of the question.
struct Person {
  const char* name;
  unsigned ours = 0;    ///< roles in our account
  unsigned theirs = 0;  ///< roles in the other
  bool is_operator = false;
  bool suspended = false;
  bool deleted = false;
  /// How they came to that.
  bool pending = false;    ///< Super Administrator of ours, not yet accepted
  bool removed = false;    ///< was Super Administrator of ours
  bool was_super = false;  ///< was Super Administrator of ours, and is now what `ours` says
  std::optional<UserId> id{};
};
std::vector<Person> people() {
  return {
      {.name = "super administrator", .ours = SA},
      {.name = "administrator", .ours = AD},
      {.name = "administrator read only", .ours = RO},
      {.name = "R2 admin", .ours = RA},
      {.name = "R2 read", .ours = RR},
      {.name = "administrator read only and R2 admin", .ours = RO | RA},
      {.name = "R2 read here, super administrator there", .ours = RR, .theirs = SA},
      {.name = "super administrator there", .theirs = SA},
      {.name = "operator of no account", .is_operator = true},
      {.name = "operator who is R2 read", .ours = RR, .is_operator = true},
      {.name = "nobody's member"},
      {.name = "invited", .pending = true},
      {.name = "removed", .removed = true},
      {.name = "demoted to R2 read", .ours = RR, .was_super = true},
      {.name = "suspended", .ours = SA, .suspended = true},
      {.name = "deleted", .ours = SA, .deleted = true},
  };
}

/// A temporary credential of bucket photos (cloudflare-api.md section 5).
struct Temporary {
  const char* name;
  std::optional<Preset> permission;
  std::vector<OperationName> actions;
  std::vector<std::string> prefixes;
  std::vector<std::string> objects;
  Jurisdiction jurisdiction = Jurisdiction::Eu;
  bool expired = false;
};
const std::vector<Temporary>& temporaries() {
  constexpr auto RW = Preset::ObjectReadWrite;
  constexpr auto R = Preset::ObjectReadOnly;
  constexpr auto AdminRW = Preset::AdminReadWrite;
  constexpr auto AdminR = Preset::AdminReadOnly;
  static const std::vector<OperationName> reading{Op::GetObject, Op::HeadObject};
  static const std::vector<OperationName> copying{Op::CopyObject, Op::DeleteObjects,
                                                  Op::ListObjectsV2, Op::GetBucketLocation};
  static const std::vector<std::string> prefixes{"2026/"};
  static const std::vector<std::string> objects{"exact.txt"};
  static const std::vector<Temporary> all{
      {"admin-read-write", AdminRW, {}, {}, {}},
      {"admin-read-only", AdminR, {}, {}, {}},
      {"object-read-write", RW, {}, {}, {}},
      {"object-read-only", R, {}, {}, {}},
      {"read actions alone", {}, reading, {}, {}},
      {"copy actions alone", {}, copying, {}, {}},
      {"object-read-only, copy actions", R, copying, {}, {}},
      {"object-read-write, read actions", RW, reading, {}, {}},
      {"admin-read-write, a prefix", AdminRW, {}, prefixes, {}},
      {"admin-read-only, an object", AdminR, {}, {}, objects},
      {"object-read-write, prefix and object", RW, {}, prefixes, objects},
      {"object-read-only, prefix", R, {}, prefixes, {}},
      {"copy actions, prefix and object", {}, copying, prefixes, objects},
      {"object-read-write, default jurisdiction", RW, {}, {}, {}, Jurisdiction::Default},
      {"object-read-write, expired", RW, {}, {}, {}, Jurisdiction::Eu, true},
  };
  return all;
}

enum class Kind { AccountToken, UserToken, SignedIn };
struct Subject {
  std::string name;
  Kind kind;
  State state = State::Active;   ///< of a token
  const Rules* rules = nullptr;  ///< of a token
  int person = kNobody;          ///< of UserToken and SignedIn
  const Temporary* temporary = nullptr;
  Principal principal;  ///< the same, for the code
};

/// A token with Storage Read *and* an object permission that writes: may it write over the
/// management API? With the same secret it can over S3. decisions/0027 says yes: reaching storage
/// there is one (action, resource) pair, and what is done another, each looked for by itself. False
/// is the narrower reading of r2-s3.md section 3, that an object permission never counts there.
constexpr bool kObjectPermissionsCountOnceReached = true;

enum class Answer { Allowed, AccessDenied, Unauthorized, Expired };
const char* const kAnswerNames[] = {"allowed", "AccessDenied", "Unauthorized", "ExpiredRequest"};

// --- The model ---

/// The rules, read off the documents in their order. Slow, and free of the code's tables.
class Model {
 public:
  explicit Model(const std::vector<Person>& persons) : people_(persons) {}

  Answer answer(const Subject& who, const Question& question) const {
    // A credential that may not be used at all is no credential: r2-s3.md 2.2 row 12,
    // cloudflare-api.md 2.2 (time: not_before <= now < expires_on; address: `in`, then `not_in`).
    if (who.kind != Kind::SignedIn && !is_usable(who.state)) return Answer::Unauthorized;
    // "User tokens go inactive when the user leaves": r2-s3.md 2.1.
    if (who.person != kNobody) {
      const Person& person = people_[static_cast<std::size_t>(who.person)];
      if (person.suspended || person.deleted) return Answer::Unauthorized;
    }
    if (who.temporary && who.temporary->expired) return Answer::Expired;

    const Row& row = *question.row;
    bool all = may(who, row, row.groups, row.roles, question.place);
    if (row.also == Also::SourceRead) {  // "also needs read on the source bucket"
      const Row& read = row_of("GetObject");
      all = all && may(who, row, read.groups, read.roles, *question.source, Preset::ObjectReadOnly);
    }
    if (row.also == Also::BucketCreation) {  // "implicit create via cf-create-bucket-if-missing"
      const Row& create = row_of("CreateBucket");
      Place bucket = question.place;
      bucket.key.clear();
      all = all && may(who, create, create.groups, create.roles, bucket);
    }
    return all ? Answer::Allowed : Answer::AccessDenied;
  }

 private:
  static bool is_usable(State state) {
    return state == State::Active || state == State::FirstMoment || state == State::LastMoment;
  }
  static const Row& row_of(std::string_view name) {
    for (const Row& row : kRows) {
      if (row.name == name && row.api == Api::S3) return row;
    }
    throw std::logic_error("no such row");
  }

  /// One thing at one place. `as`: of a copy's source, what a temporary credential must have.
  bool may(const Subject& who, const Row& row, unsigned groups, unsigned roles, const Place& place,
           std::optional<Preset> as = std::nullopt) const {
    if (who.kind != Kind::SignedIn && !rules_allow(who, row, groups, place)) return false;
    // A user's token "can do no more than its user can at that moment".
    if (who.person != kNobody && !person_may(who.person, roles, place)) return false;
    return !who.temporary || temporary_admits(*who.temporary, row, place, as);
  }

  bool rules_allow(const Subject& who, const Row& row, unsigned groups, const Place& place) const {
    // An account's token is about its account, whatever it says.
    if (who.kind == Kind::AccountToken && place.user == kNobody && place.account != kOurs) {
      return false;
    }
    unsigned allowing = groups;
    if (is_rest_storage(row)) {
      // Reaching storage over the management API is a right of its own, which Storage Read and
      // Storage Write have; it can be denied like any other.
      if (!explicitly(kAllow, who, SW | SR, place) || explicitly(kDeny, who, SW | SR, place)) {
        return false;
      }
      // "Object tokens work only on the S3 API": they cannot reach it.
      if (!kObjectPermissionsCountOnceReached) allowing &= ~static_cast<unsigned>(IW | IR);
    }
    // Explicit deny, then explicit allow, then default deny: cloudflare-api.md 2.3.
    if (explicitly(kDeny, who, groups, place)) return false;
    return explicitly(kAllow, who, allowing, place);
  }

  bool explicitly(bool deny, const Subject& who, unsigned groups, const Place& place) const {
    for (const Rule& rule : *who.rules) {
      if (rule.deny != deny || !(rule.groups & groups)) continue;
      for (const GroupRow& group : kGroups) {
        if (!(rule.groups & group.group) || !(groups & group.group)) continue;
        for (const Named& named : rule.resources) {
          if (is_inside(place, named, group.scope, who)) return true;
        }
      }
    }
    return false;
  }

  /// "A group only takes effect on resources of its own scope type": cloudflare-api.md 2.3.
  static bool is_inside(const Place& place, const Named& named, Scope scope, const Subject& who) {
    switch (named.what) {
      case What::Account:
        return scope == Scope::Account && place.user == kNobody && place.account == named.account;
      case What::AllAccounts:
        return scope == Scope::Account && place.user == kNobody;
      case What::Bucket:
        return scope == Scope::Bucket && place.account == named.account &&
               place.jurisdiction == named.jurisdiction && place.bucket == named.bucket;
      case What::AllBuckets:
        return scope == Scope::Bucket && !place.bucket.empty() && place.account == named.account;
      case What::AllBucketsEverywhere:
        return scope == Scope::Bucket && !place.bucket.empty();
      case What::User:
        return scope == Scope::User && place.user != kNobody && place.user == who.person;
    }
    return false;
  }

  bool person_may(int person, unsigned roles, const Place& place) const {
    if (place.user != kNobody) return (roles & ME) && place.user == person;
    const Person& one = people_[static_cast<std::size_t>(person)];
    if (one.is_operator && (roles & OP)) return true;
    return (roles & (place.account == kOurs ? one.ours : one.theirs)) != 0;
  }

  /// r2-s3.md 2.6 and section 3, cloudflare-api.md section 5.
  static bool temporary_admits(const Temporary& temporary, const Row& row, const Place& place,
                               std::optional<Preset> as) {
    if (row.api != Api::S3) return false;
    const bool same_bucket = place.account == kOurs && place.bucket == "photos" &&
                             place.jurisdiction == temporary.jurisdiction;
    if (!same_bucket) return false;
    // Its scope's column in the table of section 3.
    if (temporary.permission) {
      const unsigned column = *temporary.permission == Preset::AdminReadWrite    ? SW
                              : *temporary.permission == Preset::AdminReadOnly   ? SR
                              : *temporary.permission == Preset::ObjectReadWrite ? IW
                                                                                 : IR;
      const unsigned needs = as ? static_cast<unsigned>(SW | SR | IW | IR) : row.groups;
      if (!(needs & column)) return false;
    }
    if (!temporary.actions.empty()) {
      if (!row.temporary_action) return false;
      bool named = false;
      for (const OperationName action : temporary.actions) named = named || action == row.operation;
      if (!named) return false;
    }
    if (temporary.prefixes.empty() && temporary.objects.empty()) return true;
    if (!place.key.empty()) {
      for (const std::string& object : temporary.objects) {
        if (place.key == object) return true;
      }
      return begins_with_one(place.key, temporary.prefixes);
    }
    if (row.level == Level::Listing) return begins_with_one(*place.listing, temporary.prefixes);
    // Of the bucket itself: whether it is there, where it is, and the deletion whose keys are asked
    // for one by one (docs/IDENTITY.md, "Temporary credentials").
    const std::string_view name = row.name;
    return name == "HeadBucket" || name == "GetBucketLocation" || name == "DeleteObjects";
  }

  static bool begins_with_one(const std::string& text, const std::vector<std::string>& prefixes) {
    for (const std::string& prefix : prefixes) {
      if (text.compare(0, prefix.size(), prefix) == 0) return true;
    }
    return false;
  }

  const std::vector<Person>& people_;
};

// --- The same world, in the code's words ---

constexpr Jurisdiction kEverywhere[] = {Jurisdiction::Default, Jurisdiction::Eu,
                                        Jurisdiction::Fedramp, Jurisdiction::Us};

class RulesModel : public IdentityTest {
 protected:
  RulesModel() : authorizer_(*identity_, clock_) {
    accounts_[kOurs] = account_;
    accounts_[kTheirs] = run(identity_->create_account("Other", true)).value().id;
    // Accounts keep a Super Administrator when people of the table leave.
    for (const AccountId account : accounts_) {
      join(account, "root@example.com", SA);
    }
    people_ = people();
    for (std::size_t i = 0; i < people_.size(); ++i) make_person(i);
    make_subjects();
    make_questions();
  }

  static std::vector<const Role*> roles_of(unsigned bits) {
    std::vector<const Role*> roles;
    for (const RoleRow& row : kRoles) {
      if (bits & row.bit) roles.push_back(find_role(row.name));
    }
    return roles;
  }
  Member join(AccountId account, const std::string& email, unsigned roles,
              Membership::Status status = Membership::Status::Accepted) {
    return run(identity_->add_member(account, email, roles_of(roles), status)).value();
  }

  void make_person(std::size_t index) {
    Person& person = people_[index];
    const std::string email = "person" + std::to_string(index) + "@example.com";
    NewUser request;
    request.email = email;
    request.is_operator = person.is_operator;
    person.id = run(identity_->create_user(request)).value().id;
    if (person.theirs) join(accounts_[kTheirs], email, person.theirs);
    if (person.pending) join(account_, email, SA, Membership::Status::Pending);
    if (person.removed || person.was_super) {
      const Member member = join(account_, email, SA);
      const MembershipId id = member.membership->id;
      if (person.removed) {
        EXPECT_TRUE(run(identity_->remove_member(account_, id)));
      } else {
        EXPECT_TRUE(run(identity_->set_member_roles(account_, id, roles_of(person.ours))));
      }
    } else if (person.ours) {
      join(account_, email, person.ours);
    }
  }
  /// Last, when their tokens are there.
  void suspend_and_delete() {
    for (const Person& person : people_) {
      UserChange change;
      change.suspended = true;
      if (person.suspended) {
        EXPECT_TRUE(run(identity_->change_user(*person.id, change)));
      }
      if (person.deleted) {
        EXPECT_TRUE(run(identity_->delete_user(*person.id)));
      }
    }
  }

  PolicyResource resource_of(const Named& named, int person) const {
    const AccountId account = accounts_[named.account];
    switch (named.what) {
      case What::Account:
        return AccountResource{account};
      case What::AllAccounts:
        return AllAccountsResource{};
      case What::Bucket:
        return BucketResource{account, named.jurisdiction, named.bucket};
      case What::AllBuckets:
        return AllBucketsResource{account};
      case What::AllBucketsEverywhere:
        return AllBucketsOfAllAccountsResource{};
      case What::User:
        break;
    }
    return UserResource{*people_[static_cast<std::size_t>(person)].id};
  }
  std::vector<Policy> policies_of(const Rules& rules, int person) const {
    std::vector<Policy> policies;
    for (const Rule& rule : rules) {
      Policy policy;
      policy.effect = rule.deny ? Effect::Deny : Effect::Allow;
      for (const GroupRow& group : kGroups) {
        if (rule.groups & group.group) policy.groups.push_back(find_permission_group(group.id));
      }
      for (const Named& named : rule.resources) {
        policy.resources.push_back(resource_of(named, person));
      }
      policies.push_back(std::move(policy));
    }
    return policies;
  }

  /// The moment of the questions; tokens are made a second earlier.
  static constexpr std::chrono::milliseconds kWait{1000};

  /// With `minting`, the token's temporary credentials as well: made before the state is reached,
  /// as long as they can be.
  void add_token(const Shape& shape, State state, int person, bool minting = false) {
    using std::chrono::milliseconds;
    NewToken request;
    request.owner = account_;
    if (person != kNobody) request.owner = *people_[static_cast<std::size_t>(person)].id;
    request.name = "token";
    request.policies = policies_of(shape.rules, person);
    request.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
    request.ip.not_in = {IpNetwork::parse("192.0.2.66").value()};
    const Timestamp then = clock_.now() + kWait;
    if (state == State::FirstMoment) request.not_before = then;
    if (state == State::NotYetValid) request.not_before = then + milliseconds(1);
    if (state == State::LastMoment) request.expires_on = then + milliseconds(1);
    if (state == State::Expired) request.expires_on = then;
    const IssuedToken issued = issue(std::move(request));

    Subject subject;
    subject.kind = person == kNobody ? Kind::AccountToken : Kind::UserToken;
    subject.name = person == kNobody
                       ? "account token"
                       : std::string("token of ") + people_[static_cast<std::size_t>(person)].name;
    subject.name.append(", ").append(shape.name).append(", ");
    subject.name.append(kStateNames[static_cast<int>(state)]);
    subject.state = state;
    subject.rules = &shape.rules;
    subject.person = person;
    subject.principal.token = issued.token.id;
    subject.principal.account = account_;
    subject.principal.secret_generation = issued.token.secret_generation;
    subject.principal.client = IpAddress::parse(state == State::OutsideOfIn     ? "198.51.100.7"
                                                : state == State::InsideOfNotIn ? "192.0.2.66"
                                                                                : "192.0.2.7")
                                   .value();
    subjects_.push_back(subject);
    if (minting) {
      for (const Temporary& one : temporaries()) add_temporary(subject, issued, one);
    }

    const TokenId id = issued.token.id;
    if (state == State::Disabled) {
      EXPECT_TRUE(run(identity_->set_token_status(id, TokenStatus::Disabled)));
    }
    if (state == State::Rolled) {
      EXPECT_TRUE(run(identity_->roll_token(id)));
    }
    if (state == State::Revoked) {
      EXPECT_TRUE(run(identity_->revoke_token(id)));
    }
  }

  void add_temporary(const Subject& parent, const IssuedToken& issued,
                     const Temporary& credential) {
    Audiences audiences;
    audiences.add_host("127.0.0.1:9000", Jurisdiction::Default);
    audiences.add_host("127.0.0.1:9010", Jurisdiction::Eu);
    NewTemporaryCredential request;
    request.parent = issued.token.id;
    request.parent_secret = issued.secret_access_key;
    request.account = account_;
    request.audience = audiences.preferred(credential.jurisdiction);
    request.bucket = "photos";
    request.permission = credential.permission;
    request.operations = credential.actions;
    request.prefixes = credential.prefixes;
    request.objects = credential.objects;
    request.issued = clock_.now();
    request.ttl = std::chrono::seconds(credential.expired ? 1 : 3600);
    const TemporaryCredential minted = mint_temporary_credential(request).value();
    const auto session = verify_session_token(
        minted.session_token, *identity_->find(issued.token.id), audiences, clock_.now());
    ASSERT_TRUE(session) << parent.name;
    Subject subject = parent;
    subject.name.append(", temporary ").append(credential.name);
    subject.temporary = &credential;
    subject.principal.scope = std::make_shared<const TemporaryScope>(session->scope);
    subjects_.push_back(std::move(subject));
  }

  void make_subjects() {
    for (const Shape& shape : shapes()) {
      for (const State state : kStates) {
        const bool minting =
            state == State::Active || (state == State::Rolled && &shape == &shapes().front());
        add_token(shape, state, kNobody, minting);
      }
    }
    for (int person = 0; person < static_cast<int>(people_.size()); ++person) {
      for (const auto* list : {&shapes(), &user_shapes()}) {
        for (const Shape& shape : *list) add_token(shape, State::Active, person);
      }
      Subject subject;
      subject.kind = Kind::SignedIn;
      subject.name = people_[static_cast<std::size_t>(person)].name;
      subject.name.append(", signed in");
      subject.person = person;
      subject.principal.kind = Principal::Kind::User;
      subject.principal.user = *people_[static_cast<std::size_t>(person)].id;
      subject.principal.account = account_;
      subjects_.push_back(std::move(subject));
    }
    for (const State state : kStates) add_token(user_shapes().back(), state, 0);
    for (const int person : {0, 2, 4}) {
      add_token(user_shapes().front(), State::Active, person, true);
    }
    suspend_and_delete();
    clock_.advance(kWait);
  }

  Resource resource_of(const Place& place) const {
    if (place.user != kNobody) return Resource(*people_[static_cast<std::size_t>(place.user)].id);
    return Resource(accounts_[place.account], place.jurisdiction, place.bucket, place.key);
  }

  /// As s3::required_accesses and api::r2_accesses put it.
  void ask(const Row& row, const Place& place, std::optional<Place> source = std::nullopt) {
    Question question;
    question.row = &row;
    question.place = place;
    question.source = source;
    std::optional<Resource> read;
    if (source) read = resource_of(*source);
    if (is_rest_storage(row)) question.asked.emplace_back(Act::ManageStorage, resource_of(place));
    if (row.operation) {
      for (Access& access : accesses_of(*row.operation, resource_of(place), std::move(read))) {
        question.asked.push_back(std::move(access));
      }
    } else {
      question.asked.emplace_back(row.action, resource_of(place));
    }
    if (place.listing) question.asked.front().list_prefix = place.listing;
    if (row.also == Also::BucketCreation) {
      question.asked.emplace_back(
          Op::CreateBucket, Act::BucketCreate,
          Resource(accounts_[place.account], place.jurisdiction, place.bucket));
    }
    questions_.push_back(std::move(question));
  }

  /// Of each level, every place that the documents tell apart.
  static std::vector<Place> places(Level level) {
    std::vector<Place> out;
    if (level == Level::User) {
      for (const int user : {0, 2, 8, 12}) {
        Place place;
        place.user = user;
        out.push_back(place);
      }
      return out;
    }
    const char* const buckets[] = {"photos", "backups"};
    for (const int account : {kOurs, kTheirs}) {
      for (const Jurisdiction jurisdiction : kEverywhere) {
        if (account == kTheirs && jurisdiction > Jurisdiction::Eu) continue;  // nothing new there
        for (const char* bucket : buckets) {
          Place place;
          place.account = account;
          place.jurisdiction = jurisdiction;
          if (level != Level::Account) place.bucket = bucket;
          if (level == Level::Key) place.key = "2026/a.jpg";
          if (level == Level::Listing) place.listing = "2026/";
          out.push_back(place);
          if (level == Level::Account) break;
        }
      }
    }
    Place photos;
    photos.bucket = "photos";
    if (level == Level::Key) {
      for (const char* key : {"2026/", "2026", "2026x", "exact.txt", "exact.txt.bak", "secret"}) {
        photos.key = key;
        out.push_back(photos);
      }
    }
    if (level == Level::Listing) {
      for (const char* prefix : {"", "2026/a", "202", "2027/", "exact.txt"}) {
        photos.listing = prefix;
        out.push_back(photos);
      }
    }
    return out;
  }

  void make_questions() {
    for (const Row& row : kRows) {
      for (const Place& place : places(row.level)) {
        if (row.also != Also::SourceRead) {
          ask(row, place);
          continue;
        }
        Place source;
        source.bucket = "photos";
        source.key = "exact.txt";
        ask(row, place, source);
      }
      if (row.also != Also::SourceRead) continue;
      Place target;
      target.bucket = "photos";
      target.key = "2026/a.jpg";
      for (const Place& source : places(Level::Key)) ask(row, target, source);
    }
  }

  static Answer answer_of(const Decision& decision) {
    if (decision.allowed) return Answer::Allowed;
    if (decision.code == ErrorCode::ExpiredRequest) return Answer::Expired;
    return decision.code == ErrorCode::Unauthorized ? Answer::Unauthorized : Answer::AccessDenied;
  }

  AccountId accounts_[2];
  std::vector<Person> people_;
  std::vector<Subject> subjects_;
  std::vector<Question> questions_;
  Authorizer authorizer_;
};

TEST_F(RulesModel, IsWhatTheAuthorizerAnswersInEveryCell) {
  const Model model(people_);
  std::size_t cells = 0;
  std::size_t wrong = 0;
  std::size_t counts[4] = {};
  constexpr std::size_t kShown = 40;
  for (const Subject& who : subjects_) {
    for (const Question& question : questions_) {
      const Answer expected = model.answer(who, question);
      const Answer answer = answer_of(authorizer_.authorize(who.principal, question.asked));
      ++cells;
      ++counts[static_cast<int>(expected)];
      if (answer == expected) continue;
      if (++wrong > kShown) continue;
      ADD_FAILURE() << who.name << ": " << question.row->name << " on " << words(question.place)
                    << (question.source ? " from " + words(*question.source) : "")
                    << (question.row->api == Api::S3 ? " over S3" : " over the management API")
                    << "\n  the documents: " << kAnswerNames[static_cast<int>(expected)]
                    << "\n  the authorizer: " << kAnswerNames[static_cast<int>(answer)] << ", "
                    << authorizer_.explain(who.principal, question.asked).reason;
    }
  }
  EXPECT_EQ(wrong, 0U) << "of " << cells << " cells; the first " << kShown << " are shown";
  EXPECT_EQ(cells, subjects_.size() * questions_.size());
  // All four answers are there in numbers: the table asks for something.
  for (const std::size_t count : counts) EXPECT_GT(count, cells / 200);
  RecordProperty("cells", std::to_string(cells));
  std::cout << cells << " cells: " << subjects_.size() << " principals, " << questions_.size()
            << " questions; " << counts[0] << " allowed, " << counts[1] << " AccessDenied, "
            << counts[2] << " Unauthorized, " << counts[3] << " ExpiredRequest\n";
}

/// The words that explain a decision never change it.
TEST_F(RulesModel, IsExplainedAsItIsDecided) {
  std::size_t turn = 0;
  for (const Subject& who : subjects_) {
    for (const Question& question : questions_) {
      if (++turn % 61 != 0) continue;
      const Decision decision = authorizer_.authorize(who.principal, question.asked);
      const Decision explained = authorizer_.explain(who.principal, question.asked);
      const bool same = decision.allowed == explained.allowed && decision.code == explained.code &&
                        decision.cause == explained.cause && decision.policy == explained.policy;
      EXPECT_TRUE(same) << who.name << ": " << question.row->name;
      EXPECT_FALSE(explained.reason.empty()) << who.name << ": " << question.row->name;
    }
  }
}

}  // namespace
}  // namespace coffer::auth::test
