// Every route, asked by everybody, over the real service: who is refused, and with which number.
//
// The rules are written here from docs/IDENTITY.md (permissions, roles, operators) and
// reference/cloudflare-api.md 1.4 and 2.1, not from the routes. What the authorizer answers to each
// question is in tests/unit/auth/rules_model_test.cc; here it is that each handler asks the right
// one, and asks it first.

#include "service_fixture.h"

namespace coffer::api::test {
namespace {

/// What a token was given, or may be needed of it.
enum Right : unsigned {
  SW = 1U << 0,  // Workers R2 Storage Write
  SR = 1U << 1,  // Workers R2 Storage Read
  IW = 1U << 2,  // Workers R2 Storage Bucket Item Write
  IR = 1U << 3,  // Workers R2 Storage Bucket Item Read
  TW = 1U << 4,  // Account API Tokens Write
  TR = 1U << 5,  // Account API Tokens Read
  AW = 1U << 6,  // Account Settings Write
  AR = 1U << 7,  // Account Settings Read
  UA = 1U << 8,  // Account Analytics Read
  UW = 1U << 9,  // API Tokens Write, User Details Write and Memberships Write, of a user
  UR = 1U << 10  // the same three, Read
};
struct GroupRow {
  Right right;
  std::vector<const char*> groups;
};
const GroupRow kGroups[] = {
    {SW, {"Workers R2 Storage Write"}},
    {SR, {"Workers R2 Storage Read"}},
    {IW, {"Workers R2 Storage Bucket Item Write"}},
    {IR, {"Workers R2 Storage Bucket Item Read"}},
    {TW, {"Account API Tokens Write"}},
    {TR, {"Account API Tokens Read"}},
    {AW, {"Account Settings Write"}},
    {AR, {"Account Settings Read"}},
    {UA, {"Account Analytics Read"}},
    {UW, {"API Tokens Write", "User Details Write", "Memberships Write"}},
    {UR, {"API Tokens Read", "User Details Read", "Memberships Read"}},
};

enum RoleBit : unsigned { SA = 1, AD = 2, RO = 4, RA = 8, RR = 16, OP = 32 };
constexpr unsigned kReaders = SA | AD | RO | RA | RR;
constexpr unsigned kWriters = SA | AD | RA;

enum class About {
  Anybody,       ///< any good credential
  Account,       ///< whoever belongs to the account
  Storage,       ///< of the account: what is needed besides reaching storage at all
  Settings,      ///< of the account
  Installation,  ///< operators
  User,          ///< the user who asks
  Memberships,   ///< the same, with an answer of its own to account tokens
};
struct Row {
  const char* operation_id;
  const char* method;
  const char* path;  ///< $A: the account
  About about;
  unsigned rights;  ///< any of them
  unsigned roles;   ///< any of them; operators by OP
  const char* body = "";
};

#define ID "0123456789abcdef0123456789abcdef"
const Row kRows[] = {
    {"accounts-list", "GET", "/accounts", About::Anybody, 0, 0},
    {"accounts-get", "GET", "/accounts/$A", About::Account, 0, kReaders | OP},
    {"accounts-list-actions", "GET", "/accounts/$A/actions", About::Account, 0, kReaders | OP},
    {"r2-list-endpoints", "GET", "/accounts/$A/r2/endpoints", About::Account, 0, kReaders | OP},
    {"r2-get-entitlement", "GET", "/accounts/$A/r2/entitlement", About::Account, 0, kReaders | OP},
    {"accounts-create", "POST", "/accounts", About::Installation, AW, OP, "{}"},
    {"r2-put-entitlement", "PUT", "/accounts/$A/r2/entitlement", About::Installation, AW, OP, "{}"},
    {"accounts-update", "PUT", "/accounts/$A", About::Settings, AW, SA | AD | OP, "{}"},

    {"r2-list-buckets", "GET", "/accounts/$A/r2/buckets", About::Storage, SW | SR, kReaders},
    {"r2-create-bucket", "POST", "/accounts/$A/r2/buckets", About::Storage, SW, kWriters,
     R"({"name":"made-here"})"},
    {"r2-get-bucket", "GET", "/accounts/$A/r2/buckets/none", About::Storage, SW | SR, kReaders},
    {"r2-patch-bucket", "PATCH", "/accounts/$A/r2/buckets/none", About::Storage, SW, kWriters},
    {"r2-delete-bucket", "DELETE", "/accounts/$A/r2/buckets/none", About::Storage, SW, kWriters},
    {"r2-list-objects", "GET", "/accounts/$A/r2/buckets/none/objects", About::Storage,
     SW | SR | IW | IR, kReaders},
    {"r2-delete-objects", "DELETE", "/accounts/$A/r2/buckets/none/objects", About::Storage, SW | IW,
     kWriters, R"(["a"])"},
    {"r2-put-object", "PUT", "/accounts/$A/r2/buckets/none/objects/a/b", About::Storage, SW | IW,
     kWriters, "body"},
    {"r2-get-object", "GET", "/accounts/$A/r2/buckets/none/objects/a/b", About::Storage,
     SW | SR | IW | IR, kReaders},
    {"r2-delete-object", "DELETE", "/accounts/$A/r2/buckets/none/objects/a/b", About::Storage,
     SW | IW, kWriters},
    {"r2-create-upload", "POST", "/accounts/$A/r2/buckets/none/uploads", About::Storage, SW | IW,
     kWriters, "{}"},
    {"r2-list-uploads", "GET", "/accounts/$A/r2/buckets/none/uploads", About::Storage,
     SW | SR | IW | IR, kReaders},
    {"r2-list-parts", "GET", "/accounts/$A/r2/buckets/none/uploads/" ID "/parts", About::Storage,
     SW | SR | IW | IR, kReaders},
    {"r2-put-part", "PUT", "/accounts/$A/r2/buckets/none/uploads/" ID "/parts/1", About::Storage,
     SW | IW, kWriters, "body"},
    {"r2-complete-upload", "POST", "/accounts/$A/r2/buckets/none/uploads/" ID "/complete",
     About::Storage, SW | IW, kWriters, "{}"},
    {"r2-abort-upload", "DELETE", "/accounts/$A/r2/buckets/none/uploads/" ID, About::Storage,
     SW | IW, kWriters},
    {"r2-get-object-metadata", "GET", "/accounts/$A/r2/buckets/none/metadata/a/b", About::Storage,
     SW | SR | IW | IR, kReaders},
    {"r2-put-object-metadata", "PUT", "/accounts/$A/r2/buckets/none/metadata/a/b", About::Storage,
     SW | IW, kWriters, "{}"},
    {"r2-copy-object", "POST", "/accounts/$A/r2/buckets/none/copies", About::Storage, SW | IW,
     kWriters, "{}"},
    {"r2-create-share-link", "POST", "/accounts/$A/r2/buckets/none/share-links", About::Storage,
     SW | SR | IW | IR, kReaders, "{}"},
    {"r2-get-bucket-usage", "GET", "/accounts/$A/r2/buckets/none/usage", About::Storage,
     SW | SR | UA, kReaders},
    {"r2-get-usage", "GET", "/accounts/$A/r2/usage", About::Storage, SW | SR | UA, kReaders},
    {"r2-get-account-level-metrics", "GET", "/accounts/$A/r2/metrics", About::Storage, SW | SR | UA,
     kReaders},

    {"account-members-list", "GET", "/accounts/$A/members", About::Settings, AW | AR, SA | AD | RO},
    {"account-members-get", "GET", "/accounts/$A/members/" ID, About::Settings, AW | AR,
     SA | AD | RO},
    {"account-members-add", "POST", "/accounts/$A/members", About::Settings, AW, SA, "{}"},
    {"account-members-update", "PUT", "/accounts/$A/members/" ID, About::Settings, AW, SA, "{}"},
    {"account-members-remove", "DELETE", "/accounts/$A/members/" ID, About::Settings, AW, SA},
    {"account-roles-list", "GET", "/accounts/$A/roles", About::Settings, AW | AR, SA | AD | RO},
    {"account-roles-get", "GET", "/accounts/$A/roles/" ID, About::Settings, AW | AR, SA | AD | RO},
    {"audit-logs-v2-get-account-audit-logs", "GET", "/accounts/$A/logs/audit", About::Settings,
     AW | AR, SA | AD | RO},
    {"audit-logs-get-account-audit-logs", "GET", "/accounts/$A/audit_logs", About::Settings,
     AW | AR, SA | AD | RO},

    {"account-api-tokens-create-token", "POST", "/accounts/$A/tokens", About::Settings, TW, SA,
     "{}"},
    {"account-api-tokens-list-tokens", "GET", "/accounts/$A/tokens", About::Settings, TW | TR, SA},
    {"account-api-tokens-list-permission-groups", "GET", "/accounts/$A/tokens/permission_groups",
     About::Settings, TW | TR, SA},
    {"account-api-tokens-token-details", "GET", "/accounts/$A/tokens/" ID, About::Settings, TW | TR,
     SA},
    {"account-api-tokens-update-token", "PUT", "/accounts/$A/tokens/" ID, About::Settings, TW, SA,
     "{}"},
    {"account-api-tokens-delete-token", "DELETE", "/accounts/$A/tokens/" ID, About::Settings, TW,
     SA},
    {"account-api-tokens-roll-token", "PUT", "/accounts/$A/tokens/" ID "/value", About::Settings,
     TW, SA},

    {"user-details", "GET", "/user", About::User, UW | UR, 0},
    {"user-edit", "PATCH", "/user", About::User, UW, 0, "{}"},
    {"user-api-tokens-create-token", "POST", "/user/tokens", About::User, UW, 0, "{}"},
    {"user-api-tokens-list-tokens", "GET", "/user/tokens", About::User, UW | UR, 0},
    {"permission-groups-list-permission-groups", "GET", "/user/tokens/permission_groups",
     About::User, UW | UR, 0},
    {"user-api-tokens-token-details", "GET", "/user/tokens/" ID, About::User, UW | UR, 0},
    {"user-api-tokens-update-token", "PUT", "/user/tokens/" ID, About::User, UW, 0, "{}"},
    {"user-api-tokens-delete-token", "DELETE", "/user/tokens/" ID, About::User, UW, 0},
    {"user-api-tokens-roll-token", "PUT", "/user/tokens/" ID "/value", About::User, UW, 0},
    {"memberships-list", "GET", "/memberships", About::Memberships, UW | UR, 0},
    {"memberships-get", "GET", "/memberships/" ID, About::Memberships, UW | UR, 0},
    {"memberships-update", "PUT", "/memberships/" ID, About::Memberships, UW, 0, "{}"},
    {"memberships-delete", "DELETE", "/memberships/" ID, About::Memberships, UW, 0},
};
#undef ID

/// Routes whose rule is not one of a table, and the tests that have it.
const char* const kElsewhere[] = {
    "account-api-tokens-verify-token",    // AuthenticationTest.VerifiesInItsOwnWords
    "user-api-tokens-verify-token",       // the same
    "r2-create-temp-access-credentials",  // TemporaryCredentialsTest
    "r2-explain",                         // ExplainTest
    "graphql",                            // MetricsTest: its refusals are GraphQL's
    "openapi-document",                   // OpenApiTest: for anybody
    "session-create",                     // SessionTest, as all of these
    "session-get",
    "session-delete",
    "session-setup-inspect",
    "session-setup-password",
    "user-password-update",
    "user-sessions-list",
    "user-sessions-delete-all",
    "user-sessions-delete",
    "users-create-setup-link",
};

enum class Kind { AccountToken, UserToken, SignedIn };
struct Caller {
  std::string name;
  Kind kind = Kind::AccountToken;
  unsigned rights = 0;     ///< of a token
  unsigned roles = 0;      ///< of a user, in the account
  bool elsewhere = false;  ///< of another account
  bool suspended = false;
  std::string value{};  ///< of a token
  std::optional<UserId> user{};
};

class RouteRules : public ServiceTest {
 protected:
  std::vector<auth::Policy> policies_of(const Caller& caller, AccountId account) const {
    std::vector<auth::Policy> policies;
    for (const GroupRow& row : kGroups) {
      if (!(caller.rights & row.right)) continue;
      auth::Policy policy;
      for (const char* name : row.groups) {
        policy.groups.push_back(auth::find_permission_group(name));
      }
      const bool of_buckets = (row.right & (IW | IR)) != 0;
      if ((row.right & (UW | UR)) != 0) {
        policy.resources.emplace_back(auth::UserResource{*caller.user});
      } else if (caller.kind == Kind::UserToken && of_buckets) {
        policy.resources.emplace_back(auth::AllBucketsOfAllAccountsResource{});
      } else if (caller.kind == Kind::UserToken) {
        policy.resources.emplace_back(auth::AllAccountsResource{});
      } else if (of_buckets) {
        policy.resources.emplace_back(auth::AllBucketsResource{account});
      } else {
        policy.resources.emplace_back(auth::AccountResource{account});
      }
      policies.push_back(std::move(policy));
    }
    return policies;
  }

  void add(Caller caller) {
    if (caller.kind == Kind::SignedIn) {
      callers_.push_back(std::move(caller));
      return;
    }
    const AccountId account = caller.elsewhere ? other_ : account_;
    auth::NewToken request;
    request.owner = account;
    if (caller.user) request.owner = *caller.user;
    request.name = "token";
    request.policies = policies_of(caller, account);
    caller.value = issue(std::move(request)).value;
    callers_.push_back(std::move(caller));
  }

  UserId person(const std::string& name, unsigned roles) {
    const std::string email = name + "@example.com";
    auth::NewUser request;
    request.email = email;
    request.is_operator = (roles & OP) != 0;
    const UserId id = run(identity_.create_user(std::move(request))).value().id;
    const char* const names[] = {"Super Administrator - All Privileges", "Administrator",
                                 "Administrator Read Only", "Cloudflare R2 Admin",
                                 "Cloudflare R2 Read"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (roles & (1U << i)) make_member(email, names[i]);
    }
    return id;
  }

  void make_callers() {
    other_ = run(identity_.create_account("Other", true)).value().id;
    for (const unsigned rights : std::initializer_list<unsigned>{
             SW, SR, IW, IR, TW, TR, AW, AR, UA, SR | IW, UA | IW, SW | TW | AW, SR | TR | AR}) {
      add({.name = "account token " + std::to_string(rights), .rights = rights});
    }
    add({.name = "another account's token", .rights = SW | TW | AW | UA, .elsewhere = true});

    constexpr unsigned kAll = SW | IW | TW | AW | UA | UW;
    make_member("root@example.com", "Super Administrator - All Privileges");
    const std::pair<const char*, unsigned> people[] = {
        {"super", SA},  {"administrator", AD}, {"readonly", RO}, {"r2admin", RA},
        {"r2read", RR}, {"outsider", 0},       {"operator", OP}, {"both", OP | RR}};
    for (const auto& [name, roles] : people) {
      const UserId id = person(name, roles);
      const std::string of = std::string(" of ") + name;
      add({.name = "signed in:" + of, .kind = Kind::SignedIn, .roles = roles, .user = id});
      for (const unsigned rights :
           std::initializer_list<unsigned>{kAll, SR, IW, AW, TW, UW, UR, SR | TR | AR | UR}) {
        add({.name = "token " + std::to_string(rights) + of,
             .kind = Kind::UserToken,
             .rights = rights,
             .roles = roles,
             .user = id});
      }
    }
    const UserId gone = person("suspended", SA | OP);
    add({.name = "token of one suspended",
         .kind = Kind::UserToken,
         .rights = kAll,
         .roles = SA | OP,
         .suspended = true,
         .user = gone});
    auth::UserChange change;
    change.suspended = true;
    ASSERT_TRUE(run(identity_.change_user(gone, change)));
  }

  // --- The rules ---

  enum class Verdict { Served, Refused, Unauthorized, NoUser };

  static Verdict verdict(const Caller& who, const Row& row) {
    if (who.suspended) return Verdict::Unauthorized;
    const bool is_user = who.kind != Kind::AccountToken;
    const bool has_token = who.kind != Kind::SignedIn;
    switch (row.about) {
      case About::Anybody:
        return Verdict::Served;
      case About::User:
      case About::Memberships:
        if (!is_user) return Verdict::NoUser;
        return !has_token || (who.rights & row.rights) ? Verdict::Served : Verdict::Refused;
      case About::Installation:
        if (!is_user) return Verdict::NoUser;
        break;
      case About::Account: {
        // A user's token sees the accounts that its policies name; all of ours name them but those
        // of the user alone.
        const bool names = who.kind != Kind::UserToken || (who.rights & ~(UW | UR)) != 0;
        const bool belongs = is_user ? (who.roles & row.roles) != 0 : !who.elsewhere;
        return names && belongs ? Verdict::Served : Verdict::Refused;
      }
      case About::Storage:
        // Reaching storage is a right of its own, which object permissions lack.
        if (has_token && !(who.rights & (SW | SR))) return Verdict::Refused;
        break;
      case About::Settings:
        break;
    }
    if (who.elsewhere) return Verdict::Refused;
    if (has_token && !(who.rights & row.rights)) return Verdict::Refused;
    if (is_user && !(who.roles & row.roles)) return Verdict::Refused;
    return Verdict::Served;
  }

  /// cloudflare-api.md 1.4, by where the route belongs.
  static std::string code_of(Verdict verdict, const Row& row) {
    const bool product = row.about == About::Storage;
    switch (verdict) {
      case Verdict::Served:
        return "";
      case Verdict::Refused:
        if (row.about == About::Memberships) return "403 10000";
        return product ? "403 10000" : "403 9109";
      case Verdict::Unauthorized:
        return product ? "401 10000" : "403 9109";
      case Verdict::NoUser:
        return row.about == About::Memberships ? "400 9106" : "403 9109";
    }
    return "";
  }

  Answer ask(const Caller& who, const Row& row) {
    Message message;
    message.method = row.method;
    message.path = row.path;
    if (const auto at = message.path.find("$A"); at != std::string::npos) {
      message.path.replace(at, 2, account_.hex());
    }
    message.body = row.body;
    if (who.kind == Kind::SignedIn) return send_as_user(*who.user, message);
    return send_with(who.value, std::move(message));
  }

  static bool is_refusal(const std::string& code) {
    return code.starts_with("401") || code.starts_with("403") || code == "400 9106";
  }

  AccountId other_;
  std::vector<Caller> callers_;
};

TEST_F(RouteRules, HoldForEveryRouteAndCaller) {
  make_callers();
  // Refusals are what is counted here, and none is to be held back.
  config_.failures.burst = 1'000'000;
  start();
  std::size_t cells = 0;
  std::size_t served = 0;
  for (const Caller& who : callers_) {
    for (const Row& row : kRows) {
      const Verdict expected = verdict(who, row);
      const Answer answer = ask(who, row);
      const std::string code = answer.code();
      ++cells;
      if (expected == Verdict::Served) {
        ++served;
        EXPECT_FALSE(is_refusal(code))
            << who.name << ": " << row.operation_id << ": " << code << " " << answer.message();
      } else {
        EXPECT_EQ(code, code_of(expected, row))
            << who.name << ": " << row.operation_id << ": " << answer.message();
      }
    }
  }
  EXPECT_EQ(cells, callers_.size() * std::size(kRows));
  EXPECT_GT(served, cells / 10);
  std::cout << cells << " cells, " << served << " served\n";
}

TEST_F(RouteRules, NameEveryRoute) {
  for (const Route* route : all_routes()) {
    int named = 0;
    for (const Row& row : kRows) named += route->operation_id == row.operation_id ? 1 : 0;
    for (const char* elsewhere : kElsewhere) named += route->operation_id == elsewhere ? 1 : 0;
    EXPECT_EQ(named, 1) << route->operation_id;
  }
}

}  // namespace
}  // namespace coffer::api::test
