#include "auth/access.h"
#include "auth_fixture.h"

#include <set>

namespace coffer::auth::test {
namespace {

using testing::HasSubstr;

class AuthorizerTest : public IdentityTest {
 protected:
  AuthorizerTest() : authorizer_(*identity_, clock_) {}

  Policy policy(Effect effect, std::vector<std::string> groups,
                std::vector<PolicyResource> resources) const {
    Policy out;
    out.effect = effect;
    for (const std::string& name : groups) {
      out.groups.push_back(find_permission_group("Workers R2 Storage " + name));
    }
    out.resources = std::move(resources);
    return out;
  }
  PolicyResource in_bucket(std::string name,
                           Jurisdiction jurisdiction = Jurisdiction::Default) const {
    return BucketResource{account_, jurisdiction, std::move(name)};
  }
  PolicyResource in_account() const { return AccountResource{account_}; }
  PolicyResource in_all() const { return AllBucketsResource{account_}; }

  Principal with(std::vector<Policy> policies) {
    NewToken request;
    request.owner = account_;
    request.name = "token";
    request.policies = std::move(policies);
    token_ = issue(std::move(request)).token;
    return who();
  }
  Principal who() const {
    Principal principal;
    principal.token = token_.id;
    principal.account = *token_.account();
    principal.secret_generation = token_.secret_generation;
    principal.client = IpAddress::parse("192.0.2.7").value();
    return principal;
  }
  std::vector<Access> ask(OperationName operation, std::string bucket, std::string key = "key",
                          Jurisdiction jurisdiction = Jurisdiction::Default) const {
    return accesses_of(operation,
                       Resource(account_, jurisdiction, std::move(bucket), std::move(key)));
  }

  Authorizer authorizer_;
  Token token_;
};

TEST_F(AuthorizerTest, NamesWhatAllowed) {
  const Principal principal =
      with({policy(Effect::Allow, {"Bucket Item Write"}, {in_bucket("backups")}),
            policy(Effect::Allow, {"Bucket Item Read"}, {in_bucket("photos", Jurisdiction::Eu)})});
  const auto accesses = ask(OperationName::GetObject, "photos", "key", Jurisdiction::Eu);
  const Decision decision = authorizer_.explain(principal, accesses);
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.cause, DecisionCause::AllowedByPolicy);
  EXPECT_EQ(decision.policy, token_.policies[1].id);
  EXPECT_EQ(decision.group, find_permission_group("Workers R2 Storage Bucket Item Read"));
  EXPECT_EQ(decision.reason, "allowed by policy " + token_.policies[1].id.hex() +
                                 ": Workers R2 Storage Bucket Item Read on bucket photos (eu)");
  EXPECT_TRUE(decision.as_result());
  // The request path has all but the sentence.
  const Decision quick = authorizer_.authorize(principal, accesses);
  EXPECT_TRUE(quick.allowed);
  EXPECT_EQ(quick.policy, decision.policy);
  EXPECT_EQ(quick.reason, "");
}

TEST_F(AuthorizerTest, NamesWhatNothingGrants) {
  const Principal principal =
      with({policy(Effect::Allow, {"Bucket Item Read"}, {in_bucket("photos")})});
  const Decision decision =
      authorizer_.authorize(principal, ask(OperationName::PutObject, "photos", "a/b"));
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.code, ErrorCode::AccessDenied);
  EXPECT_EQ(decision.cause, DecisionCause::NotGranted);
  EXPECT_EQ(decision.policy, std::nullopt);
  EXPECT_EQ(decision.reason, "no policy of token " + token_.id.hex() +
                                 " grants ObjectWrite on key \"a/b\" of bucket \"photos\" "
                                 "(default)");
  const auto result = decision.as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::AccessDenied);
  EXPECT_EQ(result.error().detail(), decision.reason);
  EXPECT_EQ(result.error().message(), "");  // the client reads the table's text only
}

TEST_F(AuthorizerTest, DenyWinsWhereverItStands) {
  for (bool deny_first : {false, true}) {
    std::vector<Policy> policies = {
        policy(Effect::Allow, {"Write"}, {in_account()}),
        policy(Effect::Deny, {"Bucket Item Read"}, {in_bucket("secret")}),
    };
    if (deny_first) std::swap(policies[0], policies[1]);
    const Principal principal = with(policies);
    const Policy& deny = token_.policies[deny_first ? 0 : 1];

    const Decision denied =
        authorizer_.authorize(principal, ask(OperationName::GetObject, "secret"));
    EXPECT_FALSE(denied.allowed);
    EXPECT_EQ(denied.code, ErrorCode::AccessDenied);
    EXPECT_EQ(denied.cause, DecisionCause::DeniedByPolicy);
    EXPECT_EQ(denied.policy, deny.id);
    EXPECT_EQ(denied.reason, "denied by policy " + deny.id.hex() +
                                 ": Workers R2 Storage Bucket Item Read on bucket secret "
                                 "(default)");
    // It subtracts what its groups grant, there, and nothing else.
    const struct {
      OperationName operation;
      const char* bucket;
      Jurisdiction jurisdiction;
      bool allowed;
    } rows[] = {
        {OperationName::ListObjectsV2, "secret", Jurisdiction::Default, false},
        {OperationName::PutObject, "secret", Jurisdiction::Default, true},
        {OperationName::DeleteBucket, "secret", Jurisdiction::Default, true},
        {OperationName::GetObject, "public", Jurisdiction::Default, true},
        {OperationName::GetObject, "secret", Jurisdiction::Eu, true},
    };
    for (const auto& row : rows) {
      EXPECT_EQ(
          authorizer_.authorize(principal, ask(row.operation, row.bucket, "key", row.jurisdiction))
              .allowed,
          row.allowed)
          << to_string(row.operation) << " " << row.bucket;
    }
  }
}

TEST_F(AuthorizerTest, ATokenOfDeniesOnlyMayNothing) {
  const Principal principal = with({policy(Effect::Deny, {"Bucket Item Read"}, {in_all()})});
  EXPECT_EQ(authorizer_.authorize(principal, ask(OperationName::GetObject, "b01")).cause,
            DecisionCause::DeniedByPolicy);
  EXPECT_EQ(authorizer_.authorize(principal, ask(OperationName::PutObject, "b01")).cause,
            DecisionCause::NotGranted);
}

TEST_F(AuthorizerTest, AnEmptyQuestionAllowsNothing) {
  const Principal principal = with({policy(Effect::Allow, {"Write"}, {in_account()})});
  const Decision decision = authorizer_.authorize(principal, {});
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.cause, DecisionCause::NothingAsked);
  EXPECT_EQ(decision.code, ErrorCode::AccessDenied);
}

TEST_F(AuthorizerTest, AllAccessesMustPassAndTheFirstDenialDecides) {
  const Principal principal =
      with({policy(Effect::Allow, {"Bucket Item Write"}, {in_bucket("target")}),
            policy(Effect::Allow, {"Bucket Item Read"}, {in_bucket("from")})});
  const Resource to(account_, Jurisdiction::Default, "target", "key");
  const Resource from(account_, Jurisdiction::Default, "from", "key");
  const Resource other(account_, Jurisdiction::Default, "other", "key");

  const Decision copy =
      authorizer_.explain(principal, accesses_of(OperationName::CopyObject, to, from));
  EXPECT_TRUE(copy.allowed);
  EXPECT_EQ(copy.policy, token_.policies[1].id);
  EXPECT_THAT(copy.reason, HasSubstr("on bucket target (default); allowed by policy"));

  const Decision outside =
      authorizer_.authorize(principal, accesses_of(OperationName::CopyObject, to, other));
  EXPECT_FALSE(outside.allowed);
  EXPECT_EQ(outside.policy, std::nullopt);
  EXPECT_THAT(outside.reason, HasSubstr("grants ObjectRead on key \"key\" of bucket \"other\""));

  const Decision backwards =
      authorizer_.explain(principal, accesses_of(OperationName::CopyObject, from, to));
  EXPECT_FALSE(backwards.allowed);
  EXPECT_THAT(backwards.reason, HasSubstr("grants ObjectWrite on key \"key\" of bucket \"from\""));
}

TEST_F(AuthorizerTest, SaysWhyATokenIsNotUsable) {
  const auto policies =
      std::vector<Policy>{policy(Effect::Allow, {"Bucket Item Read"}, {in_all()})};
  const auto expect = [this](const Principal& principal, DecisionCause cause,
                             const std::string& words) {
    const Decision decision =
        authorizer_.authorize(principal, ask(OperationName::GetObject, "photos"));
    EXPECT_FALSE(decision.allowed);
    EXPECT_EQ(decision.code, ErrorCode::Unauthorized);
    EXPECT_EQ(decision.cause, cause);
    EXPECT_EQ(decision.policy, std::nullopt);
    EXPECT_EQ(decision.reason, "token " + principal.token.hex() + " " + words);
  };

  Principal unknown = with(policies);
  unknown.token = TokenId::make(random_);
  expect(unknown, DecisionCause::TokenUnknown, "does not exist");

  const Principal disabled = with(policies);
  ASSERT_TRUE(run(identity_->set_token_status(token_.id, TokenStatus::Disabled)));
  expect(disabled, DecisionCause::TokenDisabled, "is disabled");
  ASSERT_TRUE(run(identity_->set_token_status(token_.id, TokenStatus::Active)));
  EXPECT_TRUE(authorizer_.authorize(disabled, ask(OperationName::GetObject, "photos")).allowed);

  const Principal rolled = with(policies);
  ASSERT_TRUE(run(identity_->roll_token(token_.id)));
  expect(rolled, DecisionCause::TokenRolled,
         "was rolled, and the signature was made with another of its secrets");
  Principal renewed = rolled;
  renewed.secret_generation += 1;
  EXPECT_TRUE(authorizer_.authorize(renewed, ask(OperationName::GetObject, "photos")).allowed);

  NewToken request;
  request.owner = account_;
  request.name = "dated";
  request.policies = policies;
  request.not_before = clock_.now() + std::chrono::milliseconds(1);
  request.expires_on = clock_.now() + std::chrono::milliseconds(3);
  request.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
  token_ = issue(request).token;
  const std::string from = format_iso8601_ms(*request.not_before);
  const std::string until = format_iso8601_ms(*request.expires_on);
  expect(who(), DecisionCause::TokenNotYetValid, "is valid from " + from);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(authorizer_.authorize(who(), ask(OperationName::GetObject, "photos")).allowed);
  Principal elsewhere = who();
  elsewhere.client = IpAddress::parse("198.51.100.1").value();
  expect(elsewhere, DecisionCause::AddressRefused, "may not be used from 198.51.100.1");
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(authorizer_.authorize(who(), ask(OperationName::GetObject, "photos")).allowed);
  clock_.advance(std::chrono::milliseconds(1));
  expect(who(), DecisionCause::TokenExpired, "expired at " + until);
}

TEST_F(AuthorizerTest, KeepsAccountsApart) {
  const AccountId other = AccountId::make(random_);
  const Principal principal = with({policy(Effect::Allow, {"Write"}, {in_account()})});
  const std::vector<Access> there = accesses_of(
      OperationName::GetObject, Resource(other, Jurisdiction::Default, "photos", "key"));
  const Decision decision = authorizer_.authorize(principal, there);
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.code, ErrorCode::AccessDenied);
  EXPECT_EQ(decision.cause, DecisionCause::OtherAccount);
  EXPECT_THAT(decision.reason, HasSubstr("has no rights in account " + other.hex()));

  Principal impostor = principal;
  impostor.account = other;
  EXPECT_EQ(authorizer_.authorize(impostor, there).cause, DecisionCause::OtherAccount);
  EXPECT_EQ(authorizer_.authorize(impostor, ask(OperationName::GetObject, "photos")).cause,
            DecisionCause::OtherAccount);
}

TEST_F(AuthorizerTest, EveryCauseHasAName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(DecisionCause::NothingAsked); ++i) {
    EXPECT_TRUE(names.insert(to_string(static_cast<DecisionCause>(i))).second);
  }
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace coffer::auth::test
