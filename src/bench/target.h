#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace coffer::bench {

/// Whom to load, and with which keys. Without keys requests go unsigned (nginx, a null server).
struct Target {
  std::string host;  ///< address or name to connect to
  std::string port;
  std::string host_header;  ///< as it is signed
  bool tls = false;
  bool verify_certificate = true;
  std::string bucket;
  std::string access_key_id;
  std::string secret_access_key;
  std::string region = "auto";

  bool is_signed() const { return !access_key_id.empty(); }
};

/// "http://127.0.0.1:9000", "https://s3.example.com", "http://[::1]:9000/": what stands after the
/// authority is ignored. InvalidArgument for another scheme or no host.
Result<Target> parse_endpoint(std::string_view url);

}  // namespace coffer::bench
