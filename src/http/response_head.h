#pragma once

#include "http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::http {

/// What the server itself says in the head of an answer.
struct ResponseFraming {
  std::string_view date;  ///< IMF-fixdate
  std::string_view request_id;
  std::optional<std::uint64_t> content_length;  ///< unset: the answer has none
  bool close = false;
  bool keep_alive = false;  ///< an HTTP/1.0 client asked for it
};

/// The status line and header fields as sent, empty line included. Framing fields among the
/// handler's (Content-Length, Transfer-Encoding, Connection, Keep-Alive, Date) are left out: the
/// server's own words about them are the only ones. Nothing when a name is no token or a value
/// holds a CR, LF or another control byte, which would let a stored value write headers of its own.
std::optional<std::string> render_response_head(const Response& response,
                                                const ResponseFraming& framing);

/// The registered reason phrase; "Status" for a code without one.
std::string_view reason_phrase(int status);

}  // namespace coffer::http
