#include "auth/delegation.h"

#include "auth/temporary_scope.h"
#include "auth_fixture.h"

namespace coffer::auth::test {
namespace {

using testing::HasSubstr;

/// Attempts to give away more than one has: each must fail, and its lawful neighbour succeed.
class DelegationTest : public IdentityTest {
 protected:
  DelegationTest() {
    other_account_ = run(identity_->create_account("Other", true)).value().id;
    super_ = add("super@example.com", super_administrator().name);
    admin_ = add("admin@example.com", "Administrator");
  }

  std::shared_ptr<const User> add(std::string email, std::string_view role) {
    return run(identity_->add_member(account_, std::move(email), {find_role(role)},
                                     Membership::Status::Accepted))
        .value()
        .user;
  }
  static Policy policy(Effect effect, std::string_view group, PolicyResource resource) {
    Policy out;
    out.effect = effect;
    out.groups = {find_permission_group(group)};
    out.resources = {std::move(resource)};
    return out;
  }
  Policy allow(std::string_view group, PolicyResource resource) const {
    return policy(Effect::Allow, group, std::move(resource));
  }
  Policy deny(std::string_view group, PolicyResource resource) const {
    return policy(Effect::Deny, group, std::move(resource));
  }
  PolicyResource here() const { return AccountResource{account_}; }
  PolicyResource bucket(std::string name, Jurisdiction jurisdiction = Jurisdiction::Default) const {
    return BucketResource{account_, jurisdiction, std::move(name)};
  }
  PolicyResource all_buckets() const { return AllBucketsResource{account_}; }

  Token token(std::vector<Policy> policies, TokenOwner owner) const {
    Token out;
    out.owner = owner;
    out.name = "child";
    out.policies = std::move(policies);
    return out;
  }
  Token child(std::vector<Policy> policies) const { return token(std::move(policies), account_); }

  Principal by_token(std::vector<Policy> policies, IpCondition ip = {},
                     std::optional<Timestamp> expires = std::nullopt,
                     std::optional<TokenOwner> owner = std::nullopt) {
    NewToken request;
    request.owner = owner.value_or(TokenOwner(account_));
    request.name = "caller";
    request.policies = std::move(policies);
    request.ip = std::move(ip);
    request.expires_on = expires;
    const Token made = issue(std::move(request)).token;
    Principal principal;
    principal.token = made.id;
    principal.account = account_;
    principal.secret_generation = made.secret_generation;
    return principal;
  }
  Principal by_user(const std::shared_ptr<const User>& user) const {
    Principal principal;
    principal.kind = Principal::Kind::User;
    principal.user = user->id;
    return principal;
  }

  bool may(const Principal& caller, const Token& after, const Token* before = nullptr) const {
    const auto checked = check_delegation(*identity_, caller, before, after);
    if (checked) return true;
    EXPECT_EQ(checked.error().code(), ErrorCode::AccessDenied);
    return false;
  }

  static constexpr std::string_view kWrite = "Workers R2 Storage Write";
  static constexpr std::string_view kRead = "Workers R2 Storage Read";
  static constexpr std::string_view kItemWrite = "Workers R2 Storage Bucket Item Write";
  static constexpr std::string_view kItemRead = "Workers R2 Storage Bucket Item Read";
  static constexpr std::string_view kTokensWrite = "Account API Tokens Write";

  AccountId other_account_;
  std::shared_ptr<const User> super_;
  std::shared_ptr<const User> admin_;
};

TEST_F(DelegationTest, ATokenGivesWhatItHasAndNoMore) {
  const Principal reader = by_token({allow(kRead, here())});
  EXPECT_TRUE(may(reader, child({allow(kRead, here())})));
  EXPECT_TRUE(may(reader, child({allow(kItemRead, all_buckets())})));
  EXPECT_TRUE(may(reader, child({allow(kItemRead, bucket("photos", Jurisdiction::Eu))})));
  EXPECT_FALSE(may(reader, child({allow(kWrite, here())})));
  EXPECT_FALSE(may(reader, child({allow(kItemWrite, bucket("photos"))})));
  EXPECT_FALSE(may(reader, child({allow(kItemRead, bucket("photos")), allow(kWrite, here())})));
  EXPECT_FALSE(may(reader, child({allow("Account Settings Read", here())})));
}

TEST_F(DelegationTest, OfBucketsItGivesThoseItHas) {
  const Principal of_one = by_token({allow(kItemWrite, bucket("photos"))});
  EXPECT_TRUE(may(of_one, child({allow(kItemRead, bucket("photos"))})));
  EXPECT_FALSE(may(of_one, child({allow(kItemRead, bucket("videos"))})));
  EXPECT_FALSE(may(of_one, child({allow(kItemRead, bucket("photos", Jurisdiction::Eu))})));
  EXPECT_FALSE(may(of_one, child({allow(kItemRead, all_buckets())})));
  const Principal of_all = by_token({allow(kItemWrite, all_buckets())});
  EXPECT_TRUE(may(of_all, child({allow(kItemWrite, bucket("videos"))})));
  EXPECT_FALSE(may(of_all, child({allow(kRead, here())})));  // lists buckets as well
}

TEST_F(DelegationTest, ATokenNeverReachesAnotherAccount) {
  const Principal writer = by_token({allow(kWrite, here())});
  EXPECT_FALSE(may(writer, child({allow(kWrite, AccountResource{other_account_})})));
  EXPECT_FALSE(may(writer, child({allow(kItemRead, AllBucketsResource{other_account_})})));
  EXPECT_FALSE(may(writer, child({allow(kWrite, AllAccountsResource{})})));
}

TEST_F(DelegationTest, ItsDeniesBindWhatItMakes) {
  const Principal caller = by_token({allow(kWrite, here()), deny(kItemWrite, bucket("secret"))});
  EXPECT_FALSE(may(caller, child({allow(kWrite, here())})));
  EXPECT_FALSE(may(caller, child({allow(kItemRead, bucket("secret"))})));
  EXPECT_TRUE(may(caller, child({allow(kItemWrite, bucket("photos"))})));
  EXPECT_TRUE(may(caller, child({allow(kWrite, here()), deny(kItemWrite, bucket("secret"))})));
  EXPECT_TRUE(may(caller, child({allow(kRead, here()), deny(kItemWrite, all_buckets())})));
  // Denying the writing alone leaves the reading open.
  const Principal write_denied =
      by_token({allow(kWrite, here()), deny(kItemWrite, bucket("secret"))});
  EXPECT_FALSE(
      may(write_denied, child({allow(kWrite, here()), deny(kItemRead, bucket("secret"))})));
}

TEST_F(DelegationTest, ItsConditionsBindWhatItMakes) {
  IpCondition ip;
  ip.in = {IpNetwork::parse("10.0.0.0/8").value(), IpNetwork::parse("2001:db8::/32").value()};
  ip.not_in = {IpNetwork::parse("10.9.0.0/16").value()};
  const Timestamp expires = clock_.now() + std::chrono::hours(1);
  const Principal caller = by_token({allow(kRead, here())}, ip, expires);
  Token good = child({allow(kRead, here())});
  good.ip.in = {IpNetwork::parse("10.1.0.0/16").value()};
  good.ip.not_in = {IpNetwork::parse("10.9.0.0/16").value()};
  good.expires_on = expires;
  EXPECT_TRUE(may(caller, good));
  Token later = good;
  later.expires_on = expires + std::chrono::milliseconds(1);
  EXPECT_FALSE(may(caller, later));
  later.expires_on.reset();
  EXPECT_FALSE(may(caller, later));
  Token wider = good;
  wider.ip.in = {IpNetwork::parse("0.0.0.0/0").value()};
  EXPECT_FALSE(may(caller, wider));
  wider.ip.in.clear();
  EXPECT_FALSE(may(caller, wider));
  Token hole = good;
  hole.ip.not_in = {IpNetwork::parse("10.9.1.0/24").value()};
  EXPECT_FALSE(may(caller, hole));
  hole.ip.not_in = {IpNetwork::parse("10.0.0.0/9").value()};
  EXPECT_TRUE(may(caller, hole));
}

TEST_F(DelegationTest, OnlyAUserGrantsWhatManagesTokens) {
  const Principal manager = by_token({allow(kTokensWrite, here()), allow(kWrite, here())});
  for (const std::string_view group : {kTokensWrite, std::string_view("Account API Tokens Read")}) {
    EXPECT_FALSE(may(manager, child({allow(group, here())}))) << group;
    EXPECT_TRUE(may(by_user(super_), child({allow(group, here())}))) << group;
  }
  EXPECT_TRUE(may(manager, child({allow(kWrite, here())})));
}

TEST_F(DelegationTest, WhatATokenWasBeforeCountsAsWell) {
  const Principal reader = by_token({allow(kRead, here())});
  const Token strong = child({allow(kWrite, here())});
  const Token weak = child({allow(kRead, here())});
  // Narrowing or rolling a stronger token would hand over, or take away, what the caller lacks.
  EXPECT_FALSE(may(reader, weak, &strong));
  EXPECT_FALSE(may(reader, strong, &strong));
  EXPECT_FALSE(may(reader, strong, &weak));
  EXPECT_TRUE(may(reader, weak, &weak));
  const Token manager = child({allow(kTokensWrite, here())});
  EXPECT_FALSE(may(by_token({allow(kTokensWrite, here())}), manager, &manager));
}

TEST_F(DelegationTest, AUserGivesWhatTheRolesGive) {
  EXPECT_TRUE(may(by_user(super_), child({allow(kWrite, here()), allow(kTokensWrite, here())})));
  EXPECT_FALSE(may(by_user(super_), child({allow(kWrite, AccountResource{other_account_})})));
  EXPECT_TRUE(may(by_user(admin_), child({allow(kWrite, here())})));
  EXPECT_FALSE(may(by_user(admin_), child({allow(kTokensWrite, here())})));
  EXPECT_FALSE(may(by_user(admin_), child({allow("Account Settings Write", here())})));
  const auto reader = add("reader@example.com", "Cloudflare R2 Read");
  EXPECT_TRUE(may(by_user(reader), child({allow(kItemRead, all_buckets())})));
  EXPECT_FALSE(may(by_user(reader), child({allow(kItemWrite, bucket("photos"))})));
}

TEST_F(DelegationTest, AUsersTokenHoldsWhatBothHold) {
  const TokenOwner owner(admin_->id);
  const Principal caller = by_token(
      {allow(kWrite, AllAccountsResource{}), allow("API Tokens Write", UserResource{admin_->id})},
      {}, {}, owner);
  EXPECT_TRUE(may(caller, token({allow(kWrite, here())}, owner)));
  EXPECT_TRUE(may(caller, token({allow(kWrite, AllAccountsResource{})}, owner)));
  EXPECT_FALSE(may(caller, token({allow(kWrite, AccountResource{other_account_})}, owner)));
  EXPECT_FALSE(may(caller, token({allow("User Details Read", UserResource{super_->id})}, owner)));
  EXPECT_FALSE(may(caller, token({allow("User Details Read", UserResource{admin_->id})}, owner)));
  // The moment the role goes, so does what it gave.
  const auto member = identity_->find_user(admin_->id)->membership_of(account_)->id;
  ASSERT_TRUE(run(identity_->remove_member(account_, member)));
  EXPECT_FALSE(may(caller, token({allow(kWrite, here())}, owner)));
}

TEST_F(DelegationTest, ATemporaryCredentialGivesNothing) {
  Principal caller = by_token({allow(kWrite, here())});
  caller.scope = std::make_shared<const TemporaryScope>();
  EXPECT_FALSE(check_delegation(*identity_, caller, nullptr, child({allow(kRead, here())})));
}

TEST_F(DelegationTest, RolesAreGivenWithinOnesOwn) {
  const auto grants = [this](const Principal& caller, std::string_view role) {
    return check_role_grant(*identity_, caller, account_, {find_role(role)}).has_value();
  };
  EXPECT_TRUE(grants(by_user(super_), super_administrator().name));
  EXPECT_FALSE(grants(by_user(admin_), super_administrator().name));
  const Principal settings = by_token({allow("Account Settings Write", here())});
  EXPECT_FALSE(grants(settings, super_administrator().name));
  EXPECT_FALSE(grants(settings, "Cloudflare R2 Admin"));
  const Principal both = by_token({allow("Account Settings Write", here()), allow(kWrite, here())});
  EXPECT_TRUE(grants(both, "Cloudflare R2 Admin"));
  EXPECT_FALSE(grants(both, super_administrator().name));
}

TEST_F(DelegationTest, ARefusalNamesWhatIsMissing) {
  const Principal reader = by_token({allow(kRead, here())});
  const auto refused =
      check_delegation(*identity_, reader, nullptr, child({allow(kItemWrite, bucket("photos"))}));
  EXPECT_THAT(refused.error().message(),
              HasSubstr("Permission group: \"Workers R2 Storage Bucket Item Write\" on bucket "
                        "photos (default)"));
}

}  // namespace
}  // namespace coffer::auth::test
