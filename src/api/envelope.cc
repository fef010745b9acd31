#include "api/envelope.h"

#include <boost/json/serialize.hpp>

namespace coffer::api {

Reply::Reply(http::Response response) : response_(std::move(response)) {}

Reply& Reply::set_info(json::object info) {
  info_ = std::move(info);
  return *this;
}

Reply& Reply::add_message(int code, std::string_view message) {
  json::object item;
  item["code"] = code;
  item["message"] = message;
  item["type"] = nullptr;
  messages_.emplace_back(std::move(item));
  return *this;
}

http::Response Reply::render() && {
  if (response_) {
    http::Response response = *std::move(response_);
    add_common_headers(response);
    return response;
  }
  json::object body;
  body["success"] = true;
  body["errors"] = json::array();
  body["messages"] = std::move(messages_);
  body["result"] = std::move(result_);
  if (!info_.empty()) body["result_info"] = std::move(info_);
  return json_response(200, body);
}

void add_common_headers(http::Response& response) {
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (response.headers.find("Content-Type").value_or("").starts_with("application/json")) {
    response.headers.set("Cache-Control", "no-store");
  }
  if (response.status == 409) response.headers.set("x-should-retry", "false");
}

http::Response json_response(int status, const json::value& body) {
  http::Response response(status);
  response.headers.add("Content-Type", "application/json");
  response.body = json::serialize(body);
  add_common_headers(response);
  return response;
}

}  // namespace coffer::api
