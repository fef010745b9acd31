#include "auth/access.h"
#include "auth/sigv4.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class ShareLinksTest : public ServiceTest {
 protected:
  ShareLinksTest() {
    make_bucket("photos");
    put("photos", "a", "hello");
    put("photos", "b", "other");
  }

  static Message ask(const std::string& path, const std::string& key, int seconds = 3600) {
    return {.method = "POST",
            .path = path,
            .body = R"({"key":")" + key + R"(","expires_in_s":)" + std::to_string(seconds) + "}"};
  }
  Message ask(const std::string& key) { return ask(bucket_path("photos/share-links"), key); }

  /// What S3 would say to a GET of the link, of this key: "200", or the error's name.
  std::string open(const std::string& url, const std::string& key,
                   auth::OperationName operation = auth::OperationName::GetObject,
                   const std::string& client = "203.0.113.9") {
    const std::string scheme = "http://";
    const std::size_t slash = url.find('/', scheme.size());
    const std::size_t question = url.find('?');
    const std::string path = url.substr(slash, question - slash);
    const std::string query = url.substr(question + 1);
    HeaderList headers;
    headers.add("Host", url.substr(scheme.size(), slash - scheme.size()));
    const auth::RequestView view{.method = "GET",
                                 .path = path,
                                 .query = query,
                                 .headers = headers,
                                 .client = *IpAddress::parse(client)};
    const auto who = authenticator_.authenticate(view);
    if (!who) return std::string(to_string(who.error().code()));
    const auth::Resource object(who->principal.account, Jurisdiction::Default, "photos", key);
    const auto decision =
        authorizer_.authorize(who->principal, auth::accesses_of(operation, object));
    return decision.allowed ? "200" : std::string(to_string(decision.code));
  }

  std::vector<auth::Token> link_tokens(UserId user) {
    std::vector<auth::Token> tokens = identity_.tokens(user);
    std::erase_if(tokens, [](const auth::Token& token) { return token.name != "Share links"; });
    return tokens;
  }
};

TEST_F(ShareLinksTest, OpenOneObjectToAnybody) {
  const Answer made = send(ask("a"));
  EXPECT_EQ(made.code(), "200") << made.body;
  EXPECT_EQ(made.text("/result/expires_on"), "2026-11-24T15:34:37.000Z");
  EXPECT_EQ(made.text("/result/parent_access_key_id"), admin_.token.id.hex());
  const std::string url = made.text("/result/url");
  EXPECT_TRUE(url.starts_with("http://127.0.0.1:9000/photos/a?X-Amz-Security-Token=")) << url;
  EXPECT_THAT(url, testing::Not(HasSubstr(admin_.secret_access_key)));
  EXPECT_EQ(open(url, "a"), "200");
  EXPECT_EQ(open(url, "b"), "AccessDenied");
  EXPECT_EQ(open(url, "a", auth::OperationName::PutObject), "AccessDenied");
  EXPECT_EQ(open(url, "a", auth::OperationName::HeadObject), "AccessDenied");
  clock_.advance(std::chrono::minutes(61));
  EXPECT_EQ(open(url, "a"), "ExpiredRequest");
}

TEST_F(ShareLinksTest, NameKeysThatABrowserWouldResolve) {
  put("photos", "x%2F..%2Fc%20+%C3%A9", "dots");
  const Answer made = send(ask("x/../c +é"));
  EXPECT_EQ(made.code(), "200") << made.body;
  const std::string url = made.text("/result/url");
  EXPECT_THAT(url, HasSubstr("/photos/x%2F..%2Fc%20%2B%C3%A9?"));
  EXPECT_EQ(open(url, "x/../c +é"), "200");
}

TEST_F(ShareLinksTest, EndWithTheTokenTheyAreMadeOf) {
  auth::NewToken request = new_token(auth::Preset::AdminReadOnly);
  request.expires_on = clock_.now() + std::chrono::minutes(10);
  const auto token = issue(std::move(request));
  const Answer made = send_as(token, ask("a"));
  EXPECT_EQ(made.text("/result/expires_on"),
            format_iso8601_ms(clock_.now() + std::chrono::minutes(10)));
  const std::string url = made.text("/result/url");
  EXPECT_EQ(open(url, "a"), "200");
  records::Actor actor;
  ASSERT_TRUE(run(identity_.revoke_token(token.token.id, std::move(actor))));
  EXPECT_EQ(open(url, "a"), "Unauthorized");
}

TEST_F(ShareLinksTest, KeepTheAddressesOfTheToken) {
  auth::NewToken request = new_token(auth::Preset::AdminReadOnly);
  request.ip.in.push_back(*IpNetwork::parse("192.0.2.0/24"));
  const Answer made = send_as(issue(std::move(request)), ask("a"));
  const std::string url = made.text("/result/url");
  EXPECT_EQ(open(url, "a", auth::OperationName::GetObject, "192.0.2.99"), "200");
  EXPECT_EQ(open(url, "a"), "Unauthorized");
}

TEST_F(ShareLinksTest, AreOfATokenOfWhoSignedIn) {
  const UserId ann = make_member("ann@example.com", "Cloudflare R2 Read");
  const Answer made = send_as_user(ann, ask("a"));
  EXPECT_EQ(made.code(), "200") << made.body;
  const auto tokens = link_tokens(ann);
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(made.text("/result/parent_access_key_id"), tokens[0].id.hex());
  EXPECT_EQ(open(made.text("/result/url"), "a"), "200");
  EXPECT_EQ(open(made.text("/result/url"), "b"), "AccessDenied");
  auth::AuditLog::Query query;  // of no account: what users do with what is their own
  const auto page = run(audit_log_->read(std::move(query)));
  ASSERT_TRUE(page && !page->entries.empty());
  EXPECT_EQ(page->entries[0].action, "token_create");
  EXPECT_EQ(page->entries[0].resource_id, tokens[0].id.hex());
  EXPECT_EQ(page->entries[0].actor.email, "ann@example.com");

  // It serves the next link as well, and with it all of them end.
  const Answer again = send_as_user(ann, ask("b"));
  EXPECT_EQ(link_tokens(ann).size(), 1U);
  records::Actor actor;
  ASSERT_TRUE(run(identity_.revoke_token(tokens[0].id, std::move(actor))));
  EXPECT_EQ(open(made.text("/result/url"), "a"), "Unauthorized");
  EXPECT_EQ(open(again.text("/result/url"), "b"), "Unauthorized");
  EXPECT_EQ(send_as_user(ann, ask("a")).code(), "200");
  EXPECT_EQ(link_tokens(ann).size(), 1U);
}

TEST_F(ShareLinksTest, NeverOpenMoreThanTheirUserMayRead) {
  const UserId ann = make_member("ann@example.com", "Cloudflare R2 Read");
  const std::string url = send_as_user(ann, ask("a")).text("/result/url");
  EXPECT_EQ(open(url, "a"), "200");
  const auto members = identity_.members(account_);
  const auto found = std::find_if(members.begin(), members.end(),
                                  [ann](const auth::Member& each) { return each.user->id == ann; });
  ASSERT_NE(found, members.end());
  make_member("root@example.com", "Super Administrator - All Privileges");
  records::Actor actor;
  ASSERT_TRUE(run(identity_.remove_member(account_, found->membership->id, std::move(actor))));
  EXPECT_NE(open(url, "a"), "200");
  EXPECT_EQ(send_as_user(ann, ask("a")).code(), "403 10000");
}

/// A token of that name that was changed is not what links are to be made of.
TEST_F(ShareLinksTest, UseNoOtherTokenOfThatName) {
  const UserId ann = make_member("ann@example.com", "Cloudflare R2 Read");
  for (int kind = 0; kind < 3; ++kind) {
    auth::NewToken request =
        new_token(kind == 0 ? auth::Preset::AdminReadOnly : auth::Preset::ObjectReadOnly);
    request.owner = ann;
    request.name = "Share links";
    if (kind == 1) request.expires_on = clock_.now() + std::chrono::hours(1);
    const auto issued = issue(std::move(request));
    if (kind == 2) {
      ASSERT_TRUE(run(identity_.set_token_status(issued.token.id, auth::TokenStatus::Disabled)));
    }
  }
  const std::string id = send_as_user(ann, ask("a")).text("/result/parent_access_key_id");
  const auto tokens = link_tokens(ann);
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(id, tokens[3].id.hex());
}

TEST_F(ShareLinksTest, AreRefusedToWhoMayNotRead) {
  EXPECT_EQ(send_as(issue(token_of({"Account Settings Write"})), ask("a")).code(), "403 10000");
  // Object permissions act on the S3 listener only.
  EXPECT_EQ(send_as(issue(new_token(auth::Preset::ObjectReadOnly)), ask("a")).code(), "403 10000");
  const UserId outsider = make_member("bob@example.com", "Administrator Read Only");
  EXPECT_EQ(send_as_user(outsider, ask("a")).code(), "200");
  auth::NewUser request;
  request.email = "eve@example.com";
  const UserId eve = run(identity_.create_user(std::move(request))).value().id;
  EXPECT_EQ(send_as_user(eve, ask("a")).code(), "403 10000");
  EXPECT_TRUE(link_tokens(eve).empty());
}

TEST_F(ShareLinksTest, SayWhatIsWrong) {
  const std::string path = bucket_path("photos/share-links");
  for (const int seconds : {0, -1, 604'801}) {
    EXPECT_EQ(send(ask(path, "a", seconds)).code(), "400 10029") << seconds;
  }
  EXPECT_EQ(send(ask(path, "a", 604'800)).code(), "200");
  for (const char* body : {"{}", R"({"key":"a"})", R"({"expires_in_s":1})", "[]"}) {
    EXPECT_EQ(send({.method = "POST", .path = path, .body = body}).code(), "400 10029") << body;
  }
  EXPECT_EQ(send(ask("absent")).code(), "404 10007");
  EXPECT_EQ(send(ask("")).code(), "400 10020");
  EXPECT_EQ(send(ask(bucket_path("absent/share-links"), "a")).code(), "404 10006");
  make_bucket("european", {{"cf-r2-jurisdiction", "eu"}});
  put("european", "a", "x", {{"cf-r2-jurisdiction", "eu"}});
  Message eu = ask(bucket_path("european/share-links"), "a");
  eu.headers.emplace_back("cf-r2-jurisdiction", "eu");
  const Answer made = send(eu);
  EXPECT_TRUE(made.text("/result/url").starts_with("http://127.0.0.1:9010/european/a?"))
      << made.body;
  endpoints_.s3.pop_back();
  EXPECT_EQ(send(eu).code(), "400 10029");
  EXPECT_THAT(send(eu).message(), HasSubstr("no S3 endpoint"));
}

}  // namespace
}  // namespace coffer::api::test
