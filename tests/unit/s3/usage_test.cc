#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class UsageTest : public ServiceTest {
 protected:
  records::RequestCounts counts(const std::string& bucket = {}) {
    EXPECT_TRUE(run(usage_.save()));
    store::RequestUsage::Query query;
    query.account = account_;
    query.bucket = bucket;
    query.since = clock_.now() - std::chrono::hours(1);
    query.until = clock_.now() + std::chrono::hours(1);
    const auto points = run(usage_.read(std::move(query)));
    EXPECT_TRUE(points);
    records::RequestCounts sum;
    for (const auto& point : *points) sum += point.counts;
    return sum;
  }
};

TEST_F(UsageTest, IsCountedByAccountAndBucket) {
  send({.method = "PUT", .path = "/photos"});
  send({.method = "PUT", .path = "/photos/a", .body = "hello"});
  send({.path = "/photos/a"});
  send({.path = "/photos/a", .headers = {{"Range", "bytes=0-1"}}});
  send({.method = "HEAD", .path = "/photos/a"});
  send({.path = "/photos"});
  send({.path = "/photos/absent"});
  send({.method = "DELETE", .path = "/photos/a"});
  send({.path = "/"});
  const auto bucket = counts("photos");
  EXPECT_EQ(bucket.requests, 8U);
  EXPECT_EQ(bucket.reads, 4U);
  EXPECT_EQ(bucket.writes, 2U);
  EXPECT_EQ(bucket.lists, 1U);
  EXPECT_EQ(bucket.deletes, 1U);
  EXPECT_EQ(bucket.errors_client, 1U);
  EXPECT_EQ(bucket.bytes_in, 5U);
  EXPECT_GT(bucket.bytes_out, 7U);  // and the listing
  const auto all = counts();
  EXPECT_EQ(all.requests, 9U);
  EXPECT_EQ(all.lists, 2U);
}

TEST_F(UsageTest, IsOfNobodyWithoutGoodCredentials) {
  send({.method = "PUT", .path = "/photos"});
  send_unsigned({.path = "/photos/a"});
  Keys forged = admin_;
  forged.secret = std::string(64, '0');
  send_as(forged, {.path = "/photos/a"});
  EXPECT_EQ(counts().requests, 1U);
}

TEST_F(UsageTest, IsUnderNoNameThatIsNoBucket) {
  send({.path = "/invented/a"});
  send({.method = "POST", .path = "/invented"});
  send({.method = "POST",
        .path = "/invented",
        .query = "delete",
        .body = "<Delete><Object><Key></Key></Object></Delete>"});
  EXPECT_EQ(counts("invented").requests, 0U);
  EXPECT_EQ(counts().requests, 3U);
}

/// Anybody may name any account in the host; what is refused is not that account's usage.
TEST_F(UsageTest, IsNotOfAStrangerWhoNamesTheAccount) {
  auth::NewUser user;
  user.email = "eve@example.com";
  auth::NewToken request;
  request.owner = run(identity_.create_user(std::move(user))).value().id;
  request.name = "token";
  auth::Policy policy;
  policy.resources.emplace_back(auth::AllAccountsResource{});
  policy.groups.push_back(auth::find_permission_group("Workers R2 Storage Write"));
  request.policies.push_back(std::move(policy));
  const Keys eve = issue(std::move(request));
  EXPECT_EQ(send_as(eve, {.path = "/photos/a", .host = account_.hex() + ".r2.localhost"}).code(),
            "403 AccessDenied");
  EXPECT_EQ(counts().requests, 0U);
}

}  // namespace
}  // namespace coffer::s3::test
