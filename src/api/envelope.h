#pragma once

#include "http/message.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {

namespace json = boost::json;

/// A success. Either a `result` that goes into the envelope (cloudflare-api.md 1.1), or a response
/// of another form: an object's bytes, GraphQL, the OpenAPI document.
class Reply {
 public:
  /// `{}`: what clients expect where nothing is to be said.
  Reply() : result_(json::object()) {}
  explicit Reply(json::value result) : result_(std::move(result)) {}
  /// As it is, but for the security headers.
  explicit Reply(http::Response response);

  /// `result_info`; see paging.h for its two styles.
  Reply& set_info(json::object info);
  /// Adds to `messages`: {"code":10000,"message":"...","type":null}.
  Reply& add_message(int code, std::string_view message);

  http::Response render() &&;

 private:
  json::value result_;
  json::object info_;
  json::array messages_;
  std::optional<http::Response> response_;
};

/// What every answer of this listener carries: nosniff; of JSON also no-store. Never a CORS header:
/// no page of another origin is to read any of it. 409 says that a retry is pointless, which
/// Cloudflare's SDKs would try twice (cloudflare-api.md section 0, item 4).
void add_common_headers(http::Response& response);

/// A response of application/json with this body.
http::Response json_response(int status, const json::value& body);

}  // namespace coffer::api
