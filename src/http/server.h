#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::http {

/// Named limits of a connection.
struct Limits {
  std::size_t head_bytes_max = 64 * 1024;  ///< request line and headers together
  std::size_t header_count_max = 200;
  std::chrono::seconds head_timeout{30};        ///< from the first byte to the last of a head
  std::chrono::seconds idle_timeout{120};       ///< keep-alive, between requests
  std::chrono::seconds body_stall_timeout{60};  ///< no byte of a body in either direction
  std::size_t drain_bytes_max = 256 * 1024;     ///< unread body discarded to keep the connection
  std::size_t connections_max = 20'000;
};

struct ListenerConfig {
  std::string address;  ///< "127.0.0.1:9000", "[::1]:0"
  std::string name;     ///< for logs and metrics: "s3", "s3-eu", "api"
  bool tls = false;
  Handler* handler = nullptr;  ///< borrowed, outlives the server
};

struct TlsConfig {
  std::string certificate_file;  ///< PEM chain
  std::string key_file;
};

/// Where access log lines go; one JSON object a line, no secrets (presigned parameters and
/// authorization are cut). Called from every loop: thread-safe.
using AccessLog = std::function<void(std::string line)>;

struct ServerConfig {
  std::vector<ListenerConfig> listeners;
  std::optional<TlsConfig> tls;
  std::vector<IpNetwork> trusted_proxies;
  Limits limits;
  unsigned loops = 0;  ///< event loops; 0: one per core
  AccessLog access_log;
};

/// HTTP/1.1 over TCP and TLS: one event loop per core, each with its own SO_REUSEPORT socket per
/// listener; a connection stays on its loop. Heads and chunk framing are read by scanners of our
/// own (head_check.h, chunked.h), which refuse what parsers disagree about. Thread-safe after
/// start(), except that start() and stop() are called from one thread, which is none of the
/// server's.
class Server {
 public:
  Server(ServerConfig config, Clock& clock, Random& random);
  ~Server();

  /// Binds and listens on everything, then serves on its own threads. Errors: AddressInUse,
  /// InvalidConfiguration (bad address, certificate or key file), each saying what to do.
  Result<> start();
  /// The address each listener really has, in the order of the configuration.
  std::vector<std::string> addresses() const;
  /// Reads certificate and key again; on failure the old ones stay and the error is returned.
  Result<> reload_tls();
  /// Stops accepting, lets requests end within `grace`, cancels the rest, joins the threads.
  void stop(std::chrono::milliseconds grace);

  struct Stats {
    std::uint64_t connections_open = 0;
    std::uint64_t connections_total = 0;
    std::uint64_t requests_total = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };
  Stats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::http
