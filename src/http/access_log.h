#pragma once

#include "base/clock.h"
#include "base/ip_address.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::http {

/// One finished request as the access log tells it.
struct AccessRecord {
  Timestamp time;
  std::string_view id;
  std::string_view listener;
  IpAddress client;
  std::string_view method;
  std::string_view path;   ///< raw
  std::string_view query;  ///< raw; secrets are cut here
  int status = 0;
  std::uint64_t bytes_in = 0;   ///< of the request's body
  std::uint64_t bytes_out = 0;  ///< of the answer's body
  std::chrono::microseconds duration{0};
  std::string_view operation;
  std::string_view principal;
  std::string_view error;
  std::string_view user_agent;
};

/// A JSON object on one line, without the line end. Valid JSON and UTF-8 whatever the client sent.
std::string format_access_line(const AccessRecord& record);

/// The query with the values of parameters that carry a credential replaced by `-`: presigned
/// signatures of version 4 and 2, session tokens, access key ids. Names are compared decoded.
std::string redact_query(std::string_view raw_query);

}  // namespace coffer::http
