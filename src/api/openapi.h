#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace coffer::api {

/// The OpenAPI 3.1 document of this API, made of the route table. What is not Cloudflare's carries
/// `x-coffer-extension: true`.
boost::json::object openapi_document();

/// The table of endpoints in docs/COMPATIBILITY.md, which a test holds against the route table.
std::string endpoint_table_markdown();

}  // namespace coffer::api
