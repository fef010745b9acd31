#include "test_server.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace coffer::http {
namespace {

using ::testing::HasSubstr;

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/// A directory with a self-signed certificate, gone at the end.
class Certificate {
 public:
  explicit Certificate(const std::string& name) { write(name); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate() { std::filesystem::remove_all(directory_); }

  TlsConfig config() const { return {directory_ / "cert.pem", directory_ / "key.pem"}; }
  const std::filesystem::path& directory() const { return directory_; }

  /// Replaces both files by a new key and a certificate for `name`.
  void write(const std::string& name) {
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Owned<X509> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const Owned<BIO> certificate_file(BIO_new_file(config().certificate_file.c_str(), "w"),
                                      BIO_free_all);
    PEM_write_bio_X509(certificate_file.get(), certificate.get());
    const Owned<BIO> key_file(BIO_new_file(config().key_file.c_str(), "w"), BIO_free_all);
    PEM_write_bio_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }

 private:
  static std::filesystem::path make_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer-tls-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  const std::filesystem::path directory_ = make_directory();
};

class TlsClient {
 public:
  struct Options {
    int version = TLS1_3_VERSION;
    std::string alpn;  ///< wire format
    std::string request_first;
  };
  explicit TlsClient(std::uint16_t port) : TlsClient(port, Options()) {}
  TlsClient(std::uint16_t port, const Options& options)
      : socket_(port),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        ssl_(nullptr, SSL_free) {
    SSL_CTX_set_min_proto_version(context_.get(), options.version);
    SSL_CTX_set_max_proto_version(context_.get(), options.version);
    SSL_CTX_set_security_level(context_.get(), 0);  // lets the old versions be offered at all
    if (!options.alpn.empty()) {
      SSL_CTX_set_alpn_protos(context_.get(),
                              reinterpret_cast<const unsigned char*>(options.alpn.data()),
                              static_cast<unsigned>(options.alpn.size()));
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.descriptor());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const { return connected_; }
  std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &length);
    return {reinterpret_cast<const char*>(name), length};
  }
  std::string subject() const {
    const Owned<X509> certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
    std::array<char, 100> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
  }

  /// Sends and returns the answer's bytes up to the announced length.
  std::string request(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) return "<write failed>";
      bytes.remove_prefix(sent);
    }
    std::string received;
    std::array<char, 20'000> buffer{};
    for (;;) {
      const std::size_t end = received.find("\r\n\r\n");
      if (end != std::string::npos) {
        const Answer answer{0, received.substr(0, end + 2), {}, false};
        const std::size_t size = std::stoul(answer.field("content-length"));
        if (received.size() >= end + 4 + size) return received.substr(end + 4);
      }
      std::size_t count = 0;
      if (SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count) != 1)
        return "<read failed>";
      received.append(buffer.data(), count);
    }
  }

 private:
  RawClient socket_;
  Owned<SSL_CTX> context_;
  Owned<SSL> ssl_;
  bool connected_ = false;
};

TestServer::Options with_tls(const Certificate& certificate) {
  TestServer::Options options;
  options.tls = certificate.config();
  return options;
}

TEST(ServerTls, ServesBothVersions) {
  const Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {version, {}, {}});
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.cipher(), version == TLS1_3_VERSION ? "TLS_AES_128_GCM_SHA256"
                                                         : "ECDHE-ECDSA-AES128-GCM-SHA256");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.request(make_request("GET", "/hello")), "hello");
    EXPECT_THAT(client.request(make_request("GET", "/request")), HasSubstr("tls=1\n"));
    const std::string body = pattern(3'000'001);
    EXPECT_EQ(client.request(make_request("PUT", "/sink", "Content-Length: 3000001\r\n", body)),
              "ok 3000001");
    EXPECT_TRUE(client.request(make_request("GET", "/stream/3000001")) == body);
    EXPECT_EQ(client.request(make_request("GET", "/hello")), "hello");
  }
}

TEST(ServerTls, RefusesOldVersions) {
  const Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  EXPECT_FALSE(TlsClient(server.port(), {TLS1_1_VERSION, {}, {}}).connected());
}

TEST(ServerTls, SelectsHttp11OrNothing) {
  const Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  TlsClient both(server.port(), {TLS1_3_VERSION, "\x02h2\x08http/1.1", {}});
  ASSERT_TRUE(both.connected());
  EXPECT_EQ(both.protocol(), "http/1.1");
  EXPECT_FALSE(TlsClient(server.port(), {TLS1_3_VERSION, "\x02h2", {}}).connected());
}

TEST(ServerTls, ClosesOnPlainHttpAndSilence) {
  const Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  RawClient plain(server.port());
  plain.send(make_request("GET", "/hello"));
  EXPECT_THAT(plain.receive_all(), ::testing::Not(HasSubstr("HTTP/1.1 200")));

  RawClient silent(server.port());
  while (!silent.readable_within(std::chrono::milliseconds(50))) {
    server.clock().advance(std::chrono::seconds(31));
  }
  EXPECT_TRUE(silent.at_end());
}

TEST(ServerTls, ReloadsForNewConnectionsAndKeepsAGoodPair) {
  Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  TlsClient before(server.port());
  EXPECT_EQ(before.subject(), "one.test");

  certificate.write("two.test");
  ASSERT_TRUE(server.server().reload_tls().has_value());
  EXPECT_EQ(TlsClient(server.port()).subject(), "two.test");
  EXPECT_EQ(before.request(make_request("GET", "/hello")), "hello");

  const Certificate other("other.test");
  std::filesystem::copy_file(other.config().key_file, certificate.config().key_file,
                             std::filesystem::copy_options::overwrite_existing);
  const Result<> mismatch = server.server().reload_tls();
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_THAT(mismatch.error().detail(), HasSubstr(certificate.config().key_file));

  std::ofstream(certificate.config().certificate_file) << "not a certificate";
  EXPECT_FALSE(server.server().reload_tls());
  EXPECT_EQ(TlsClient(server.port()).subject(), "two.test");
}

TEST(ServerTls, StopsWithConnectionsOpen) {
  const Certificate certificate("one.test");
  TestServer server(with_tls(certificate));
  TlsClient idle(server.port());
  EXPECT_EQ(idle.request(make_request("GET", "/hello")), "hello");
  RawClient shaking(server.port());
  // Before it is accepted, the connection is the kernel's, which resets it.
  while (server.server().stats().connections_open < 2) std::this_thread::yield();
  server.server().stop(std::chrono::seconds(60));
  EXPECT_TRUE(shaking.at_end());
}

TEST(ServerTls, NamesTheFileItCannotUse) {
  ShiftedClock clock;
  SystemRandom random;
  TestHandler handler;
  ServerConfig config;
  config.listeners.push_back({"127.0.0.1:0", "s3", true, &handler});
  {
    Server server(config, clock, random);
    EXPECT_EQ(server.start().error().code(), ErrorCode::InvalidConfiguration);
  }
  config.tls = TlsConfig{"/nonexistent/cert.pem", "/nonexistent/key.pem"};
  Server server(config, clock, random);
  EXPECT_THAT(server.start().error().detail(), HasSubstr("/nonexistent/cert.pem"));
}

}  // namespace
}  // namespace coffer::http
