#pragma once

#include "auth/identity.h"
#include "auth/sigv4.h"
#include "base/codec.h"
#include "blob/memory_engine.h"
#include "blob/sealed_blobs.h"
#include "meta/memory_engine.h"
#include "s3/service.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/inline_pool.h"
#include "support/new_token.h"
#include "support/run.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::s3::test {

class Observer final : public OperationObserver {
 public:
  void finished(std::string_view operation, int status,
                std::chrono::steady_clock::duration) override {
    seen.push_back(std::string(operation) + " " + std::to_string(status));
  }
  std::vector<std::string> seen;
};

/// A request to be signed and sent. Every member has an initializer, so that tests name only those
/// that matter to them.
struct Message {
  std::string method = "GET";
  std::string path = "/";
  std::string query{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string host = "127.0.0.1:9000";
  std::string payload_hash{};  ///< empty: the SHA-256 of the body
  bool chunked = false;        ///< transfer coding: no Content-Length
};

struct Reply {
  int status = 0;
  HeaderList headers;
  std::string body;
  std::optional<std::uint64_t> head_content_length;

  std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or("<none>"));
  }
  /// The text of the first element of that name.
  std::string element(std::string_view name) const {
    const std::string open = "<" + std::string(name) + ">";
    const std::size_t start = body.find(open);
    if (start == std::string::npos) return "<none>";
    const std::size_t end = body.find("</" + std::string(name) + ">", start);
    return body.substr(start + open.size(), end - start - open.size());
  }
  /// "404 NoSuchKey", or the status alone.
  std::string code() const {
    const std::string code = element("Code");
    return std::to_string(status) + (code == "<none>" ? "" : " " + code);
  }
};

struct Keys {
  std::string id;
  std::string secret;
};

/// What a service stands on.
struct Engines {
  std::unique_ptr<meta::Engine> meta;
  std::unique_ptr<meta::Engine> meta_eu;
  std::unique_ptr<meta::Engine> meta_identity;
  std::unique_ptr<blob::Engine> blobs;
};
inline Engines memory_engines() {
  return {meta::make_memory_engine(), meta::make_memory_engine(), meta::make_memory_engine(),
          blob::make_memory_engine()};
}

/// The real service over the real store and the real identity, on memory engines unless others are
/// given.
class ServiceTest : public ::testing::Test, protected coffer::test::RunsTasks {
 protected:
  explicit ServiceTest(bool strict = false, Engines engines = memory_engines())
      : strict_(strict), engines_(std::move(engines)) {
    std::vector<store::Placement> placements;
    placements.emplace_back(Jurisdiction::Default, *engines_.meta, sealed_);
    placements.emplace_back(Jurisdiction::Eu, *engines_.meta_eu, sealed_);
    store::Limits limits;
    limits.part_bytes_min = 5;
    limits.single_write_bytes_max = 1'000'000;
    limits.object_bytes_max = 2'000'000;
    store_ = std::make_unique<store::Store>(store::Environment{clock_, random_, pool_},
                                            std::move(placements), limits);
    EXPECT_TRUE(run(identity_.load()));
    account_ = run(identity_.create_account("test", true)).value().id;
    authenticator_ = std::make_unique<auth::Authenticator>(identity_, clock_, strict);
    service_ = make_service(Jurisdiction::Default);
    admin_ = make_keys(auth::Preset::AdminReadWrite);
  }

  std::unique_ptr<Service> make_service(Jurisdiction pinned,
                                        auth::FailureLimiter* failures = nullptr) {
    ServiceConfig config;
    config.strict = strict_;
    config.failures = failures;
    config.usage = &usage_;
    return std::make_unique<Service>(std::move(config), pinned, *store_, identity_, *authenticator_,
                                     authorizer_, clock_, &observer_);
  }

  auth::NewToken new_token(auth::Preset preset,
                           const std::vector<std::pair<Jurisdiction, BucketName>>& buckets = {}) {
    return coffer::test::new_token(account_, preset, buckets);
  }
  Keys issue(auth::NewToken token) {
    const auto issued = run(identity_.create_token(std::move(token))).value();
    return Keys{issued.token.id.hex(), issued.secret_access_key};
  }
  Keys make_keys(auth::Preset preset, const std::vector<std::string>& buckets = {}) {
    std::vector<std::pair<Jurisdiction, BucketName>> names;
    for (const std::string& bucket : buckets) {
      names.emplace_back(Jurisdiction::Default, BucketName::parse(bucket).value());
    }
    return issue(new_token(preset, names));
  }

  /// Without its body, which has to outlive it.
  static std::unique_ptr<http::Request> make_request(const Message& message) {
    auto request = std::make_unique<http::Request>();
    request->method = message.method;
    request->path = message.path;
    request->query = message.query;
    request->host = message.host;
    request->headers.add("Host", message.host);
    for (const auto& [name, value] : message.headers) request->headers.add(name, value);
    request->has_body = message.chunked || !message.body.empty();
    if (!message.chunked && !message.body.empty()) request->content_length = message.body.size();
    request->client = *IpAddress::parse("192.0.2.7");
    request->id = "00000000000000000000000000000001";
    return request;
  }
  /// Sends the message as it is.
  Reply send_unsigned(const Message& message, Service* service = nullptr) {
    const std::unique_ptr<http::Request> made = make_request(message);
    http::Request& request = *made;
    StringSource body(message.body);
    request.body = &body;
    http::Response response = run((service ? service : service_.get())->handle(request));
    log_error_ = request.log_error;
    log_principal_ = request.log_principal;
    Reply reply;
    reply.status = response.status;
    reply.headers = response.headers;
    reply.head_content_length = response.head_content_length;
    if (response.stream) {
      const auto text = run(read_all(*response.stream, 100'000'000));
      EXPECT_TRUE(text.has_value());
      if (text) {
        EXPECT_EQ(text->size(), response.content_length);
        reply.body = *text;
      }
    } else {
      reply.body = response.body;
    }
    return reply;
  }

  /// Signs every header of the message, as an SDK does.
  Message sign(Message message, const Keys& keys) {
    if (message.payload_hash.empty()) message.payload_hash = sha256_hex(message.body);
    message.headers.emplace_back("x-amz-date", format_amz_date(clock_.now()));
    message.headers.emplace_back("x-amz-content-sha256", message.payload_hash);
    auth::SigningInput input;
    input.method = message.method;
    input.path = message.path;
    input.query = message.query;
    input.headers.add("host", message.host);
    for (const auto& [name, value] : message.headers) input.headers.add(name, value);
    input.payload_hash = message.payload_hash;
    input.access_key_id = keys.id;
    input.secret_access_key = keys.secret;
    input.time = clock_.now();
    message.headers.emplace_back("Authorization", auth::sign_request(input));
    return message;
  }
  Reply send_as(const Keys& keys, Message message, Service* service = nullptr) {
    return send_unsigned(sign(std::move(message), keys), service);
  }
  Reply send(Message message) { return send_as(admin_, std::move(message)); }

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Signs the host and `signed_headers`, which are sent along; not those that the message has.
  Message presign(Message message, const Keys& keys, std::uint32_t expires_s = 60,
                  const Headers& signed_headers = {}) {
    auth::SigningInput input;
    input.method = message.method;
    input.path = message.path;
    input.query = message.query;
    input.headers.add("host", message.host);
    for (const auto& [name, value] : signed_headers) {
      input.headers.add(name, value);
      message.headers.emplace_back(name, value);
    }
    input.payload_hash = "UNSIGNED-PAYLOAD";
    input.access_key_id = keys.id;
    input.secret_access_key = keys.secret;
    input.time = clock_.now();
    message.query = auth::presign_query(input, expires_s);
    return message;
  }

  Reply get(std::string path, std::string query = "", Headers headers = {}) {
    return send({.method = "GET",
                 .path = std::move(path),
                 .query = std::move(query),
                 .headers = std::move(headers)});
  }
  Reply head(std::string path, std::string query = "", Headers headers = {}) {
    return send({.method = "HEAD",
                 .path = std::move(path),
                 .query = std::move(query),
                 .headers = std::move(headers)});
  }
  Reply put(std::string path, std::string body = "", Headers headers = {}, std::string query = "") {
    return send({.method = "PUT",
                 .path = std::move(path),
                 .query = std::move(query),
                 .body = std::move(body),
                 .headers = std::move(headers)});
  }
  Reply post(std::string path, std::string query, std::string body = "", Headers headers = {}) {
    return send({.method = "POST",
                 .path = std::move(path),
                 .query = std::move(query),
                 .body = std::move(body),
                 .headers = std::move(headers)});
  }
  Reply del(std::string path, std::string query = "", Headers headers = {}) {
    return send({.method = "DELETE",
                 .path = std::move(path),
                 .query = std::move(query),
                 .headers = std::move(headers)});
  }

  static std::string xml(const std::string& root, const std::string& content) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><" + root +
           " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + content + "</" + root + ">";
  }
  static std::string md5_of(std::string_view text) { return hex_encode(md5(as_bytes(text))); }
  static std::string etag_of(std::string_view text) { return "\"" + md5_of(text) + "\""; }

  const bool strict_;
  coffer::test::FakeClock clock_;
  coffer::test::SeededRandom random_;
  coffer::test::InlinePool pool_;
  Engines engines_;
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  blob::SealedBlobs sealed_{*engines_.blobs, master_key_, random_, pool_};
  auth::Identity identity_{*engines_.meta_identity, master_key_, clock_, random_};
  store::RequestUsage usage_{
      {{Jurisdiction::Default, *engines_.meta}, {Jurisdiction::Eu, *engines_.meta_eu}}, clock_};
  auth::Authorizer authorizer_{identity_, clock_};
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<store::Store> store_;
  Observer observer_;
  AccountId account_;
  std::unique_ptr<Service> service_;
  Keys admin_;
  std::string log_error_;
  std::string log_principal_;
};

class StrictServiceTest : public ServiceTest {
 protected:
  StrictServiceTest() : ServiceTest(true) {}
};

}  // namespace coffer::s3::test
