#pragma once

#include "api/call.h"
#include "api/route.h"
#include "api/service.h"
#include "auth/audiences.h"
#include "auth/audit_log.h"
#include "auth/identity.h"
#include "base/codec.h"
#include "blob/memory_engine.h"
#include "blob/sealed_blobs.h"
#include "meta/memory_engine.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/inline_pool.h"
#include "support/new_token.h"
#include "support/run.h"
#include "support/seeded_random.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::api::test {

/// A request to be sent. Every member has an initializer, so that tests name only those that matter
/// to them.
struct Message {
  std::string method = "GET";
  std::string path = "/";  ///< raw, below /client/v4
  std::string query{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string host = "127.0.0.1:9001";
  std::string client = "192.0.2.7";
};

struct Answer {
  int status = 0;
  HeaderList headers;
  std::string body;

  std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or("<none>"));
  }
  /// The body; null when it is no JSON.
  json::value document() const {
    json::error_code failure;
    json::value value = json::parse(body, failure);
    return failure ? json::value() : value;
  }
  /// By JSON pointer, "/result/name"; null when there is none.
  json::value at(std::string_view pointer) const {
    json::value value = document();
    json::error_code failure;
    const json::value* found = value.find_pointer(pointer, failure);
    return found ? *found : json::value();
  }
  std::string text(std::string_view pointer) const {
    const json::value value = at(pointer);
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  }
  /// "404 10006", or the status alone of a success.
  std::string code() const {
    const json::value number = at("/errors/0/code");
    return std::to_string(status) + (number.is_null() ? "" : " " + json::serialize(number));
  }
  std::string message() const { return text("/errors/0/message"); }
};

/// A body of one byte, during which something happens.
class ActingBody final : public ByteSource {
 public:
  explicit ActingBody(std::function<Task<Result<>>()> act) : act_(std::move(act)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (done_) co_return 0;
    done_ = true;
    CO_TRY_VOID(co_await act_());
    out[0] = std::byte{'x'};
    co_return 1;
  }

 private:
  const std::function<Task<Result<>>()> act_;
  bool done_ = false;
};

/// The real service over the real identity and store, on memory engines.
class ServiceTest : public ::testing::Test, protected coffer::test::RunsTasks {
 protected:
  ServiceTest() {
    std::vector<store::Placement> placements;
    placements.emplace_back(Jurisdiction::Default, *meta_, sealed_);
    placements.emplace_back(Jurisdiction::Eu, *meta_eu_, sealed_);
    store_ = std::make_unique<store::Store>(store::Environment{clock_, random_, pool_},
                                            std::move(placements));
    std::vector<auth::AuditLog::Source> sources;
    sources.emplace_back(*meta_identity_, "identity", meta::Family::Body);
    sources.emplace_back(*meta_, store::audit_partition());
    sources.emplace_back(*meta_eu_, store::audit_partition());
    audit_log_ = std::make_unique<auth::AuditLog>(std::move(sources));
    EXPECT_TRUE(run(identity_.load()));
    account_ = run(identity_.create_account("test", true)).value().id;
    auth::Audiences audiences;
    audiences.add_host("127.0.0.1:9000", Jurisdiction::Default);
    audiences.add_host("127.0.0.1:9010", Jurisdiction::Eu);
    authenticator_.set_audiences(std::move(audiences));
    endpoints_.s3.emplace_back(Jurisdiction::Default, "http://127.0.0.1:9000", "");
    endpoints_.s3.emplace_back(Jurisdiction::Eu, "http://127.0.0.1:9010", "");
    endpoints_.api = "http://127.0.0.1:9001/client/v4";
    config_.hosts.emplace_back("coffer.example.com");
    config_.failures.delay_max = std::chrono::milliseconds(1);
    start();
    admin_ = issue(new_token(auth::Preset::AdminReadWrite));
  }

  /// Anew, after a change of `config_`.
  void start() {
    Probes probes;
    probes.ready = [] { return true; };
    probes.metrics = [] { return std::string("up 1\n"); };
    service_ = std::make_unique<Service>(config_, services(), std::move(probes));
  }

  Services services() {
    Services known(identity_, sessions_, authorizer_, authenticator_, *audit_log_, *store_, clock_,
                   random_);
    known.endpoints = [this] { return endpoints_; };
    known.usage = &usage_;
    return known;
  }

  auth::NewToken new_token(auth::Preset preset,
                           const std::vector<std::pair<Jurisdiction, BucketName>>& buckets = {}) {
    return coffer::test::new_token(account_, preset, buckets);
  }
  /// With these groups on the whole account.
  auth::NewToken token_of(const std::vector<std::string>& groups) {
    auth::Policy policy;
    policy.resources.emplace_back(auth::AccountResource{account_});
    for (const std::string& group : groups) {
      policy.groups.push_back(auth::find_permission_group(group));
    }
    auth::NewToken token;
    token.owner = account_;
    token.name = "token";
    token.policies.push_back(std::move(policy));
    return token;
  }
  auth::IssuedToken issue(auth::NewToken token) {
    return run(identity_.create_token(std::move(token))).value();
  }

  static std::unique_ptr<http::Request> make_request(const Message& message) {
    auto request = std::make_unique<http::Request>();
    request->method = message.method;
    request->path = "/client/v4" + message.path;
    request->query = message.query;
    request->host = message.host;
    for (const auto& [name, value] : message.headers) request->headers.add(name, value);
    request->has_body = !message.body.empty();
    if (request->has_body) request->content_length = message.body.size();
    request->client = *IpAddress::parse(message.client);
    request->id = "00000000000000000000000000000001";
    return request;
  }

  Answer answer_of(http::Response response) {
    Answer answer;
    answer.status = response.status;
    answer.headers = response.headers;
    answer.body = response.body;
    if (response.stream) {
      const auto text = run(read_all(*response.stream, 100'000'000));
      EXPECT_TRUE(text.has_value());
      if (text) {
        EXPECT_EQ(text->size(), response.content_length);
        answer.body = *text;
      }
    }
    return answer;
  }

  /// Without credentials of ours.
  Answer send_bare(const Message& message) {
    const auto request = make_request(message);
    StringSource body(message.body);
    request->body = &body;
    Answer answer = answer_of(run(service_->handle(*request)));
    log_error_ = request->log_error;
    log_principal_ = request->log_principal;
    log_operation_ = request->log_operation;
    return answer;
  }
  Answer send_with(std::string_view value, Message message) {
    message.headers.emplace_back("Authorization", "Bearer " + std::string(value));
    return send_bare(message);
  }
  Answer send_as(const auth::IssuedToken& token, Message message) {
    return send_with(token.value, std::move(message));
  }
  Answer send(Message message) { return send_as(admin_, std::move(message)); }

  /// What the route answers to somebody who signed in, past authentication.
  Answer send_as_user(UserId user, const Message& message) {
    const auto request = make_request(message);
    StringSource body(message.body);
    request->body = &body;
    const Router router(all_routes());
    auto matched = router.match(message.method, message.path);
    EXPECT_TRUE(matched && matched->route);
    if (!matched || !matched->route) return Answer();
    const Services known = services();
    Call call(*request, known, *matched->route, std::move(matched->parameters));
    call.principal.kind = auth::Principal::Kind::User;
    call.principal.user = user;
    if (call.has_account()) call.principal.account = call.account();
    call.principal.client = request->client;
    auto reply = run(matched->route->handler(call));
    return answer_of(reply ? std::move(*reply).render()
                           : error_response(reply.error(), matched->route->family));
  }

  /// A member of the account, who has accepted.
  UserId make_member(std::string email, std::string_view role) {
    std::vector<const auth::Role*> roles{auth::find_role(role)};
    return run(identity_.add_member(account_, std::move(email), std::move(roles),
                                    auth::Membership::Status::Accepted))
        .value()
        .user->id;
  }

  /// "/accounts/<id>" + rest
  std::string account_path(std::string_view rest) const {
    return "/accounts/" + account_.hex() + std::string(rest);
  }
  std::string bucket_path(std::string_view rest) const {
    return account_path("/r2/buckets/") + std::string(rest);
  }
  using Headers = std::vector<std::pair<std::string, std::string>>;
  void make_bucket(const std::string& name, Headers headers = {}) {
    const Answer made = send({.method = "POST",
                              .path = account_path("/r2/buckets"),
                              .body = R"({"name":")" + name + R"("})",
                              .headers = std::move(headers)});
    EXPECT_EQ(made.code(), "200") << made.body;
  }
  void put(const std::string& bucket, const std::string& key, const std::string& body,
           Headers headers = {}) {
    const Answer answer = send({.method = "PUT",
                                .path = bucket_path(bucket + "/objects/" + key),
                                .body = body,
                                .headers = std::move(headers)});
    EXPECT_EQ(answer.code(), "200") << answer.body;
  }

  coffer::test::FakeClock clock_;
  coffer::test::SeededRandom random_;
  coffer::test::InlinePool pool_;
  std::unique_ptr<meta::Engine> meta_ = meta::make_memory_engine();
  std::unique_ptr<meta::Engine> meta_eu_ = meta::make_memory_engine();
  std::unique_ptr<meta::Engine> meta_identity_ = meta::make_memory_engine();
  std::unique_ptr<blob::Engine> blobs_ = blob::make_memory_engine();
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  blob::SealedBlobs sealed_{*blobs_, master_key_, random_, pool_};
  auth::Identity identity_{*meta_identity_, master_key_, clock_, random_};
  auth::Passwords passwords_{pool_, random_, auth::PasswordCost{64, 1}};
  auth::Sessions sessions_{identity_, *meta_identity_, master_key_, passwords_, clock_, random_};
  auth::Authorizer authorizer_{identity_, clock_};
  auth::Authenticator authenticator_{identity_, clock_, false};
  std::unique_ptr<auth::AuditLog> audit_log_;
  std::unique_ptr<store::Store> store_;
  store::RequestUsage usage_{{{Jurisdiction::Default, *meta_}, {Jurisdiction::Eu, *meta_eu_}},
                             clock_};
  ServiceConfig config_;
  Endpoints endpoints_;
  AccountId account_;
  std::unique_ptr<Service> service_;
  auth::IssuedToken admin_;
  std::string log_error_;
  std::string log_principal_;
  std::string log_operation_;
};

}  // namespace coffer::api::test
