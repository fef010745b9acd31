#include "api/openapi.h"

#include "api/call.h"
#include "api/route.h"
#include "api/schema.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cassert>

namespace coffer::api {
namespace {

json::object schema_of(std::string_view notation) {
  auto schema = json_schema(notation);
  assert(schema && "a route is written in the notation of schema.h; a test reads them all");
  return schema ? *std::move(schema) : json::object();
}

json::object reference(std::string_view place) {
  json::object out;
  out["$ref"] = "#/components/" + std::string(place);
  return out;
}

json::object content(std::string_view type, json::object schema) {
  json::object media;
  media["schema"] = std::move(schema);
  json::object out;
  out[type] = std::move(media);
  return out;
}

json::object parameter(std::string_view name, std::string_view in, json::object schema,
                       bool required, std::string_view description = {}) {
  json::object out;
  out["name"] = name;
  out["in"] = in;
  if (required) out["required"] = true;
  if (!description.empty()) out["description"] = description;
  out["schema"] = std::move(schema);
  return out;
}

/// The names between the braces of a pattern.
std::vector<std::string> path_parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    std::string name(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    if (name.ends_with("...")) name.resize(name.size() - std::string_view("...").size());
    names.push_back(std::move(name));
  }
  return names;
}

/// A path as OpenAPI has it, where every parameter is written alike.
std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) {
    path.erase(dots, std::string_view("...").size());
  }
  return path;
}

json::array parameters_of(const Route& route) {
  json::array out;
  for (const std::string& name : path_parameters(route.pattern)) {
    const bool id = name.ends_with("_id");
    out.emplace_back(parameter(name, "path", schema_of(id ? "id" : "string"), true));
  }
  for (const Parameter& each : route.parameters) {
    out.emplace_back(parameter(each.name, each.header ? "header" : "query", schema_of(each.schema),
                               each.required, each.description));
  }
  if (route.paging == Paging::Pages) {
    out.emplace_back(parameter("page", "query", schema_of("integer"), false, "From 1."));
  }
  if (route.paging == Paging::Cursor) {
    out.emplace_back(parameter("cursor", "query", schema_of("string"), false,
                               "result_info.cursor of the page before."));
  }
  if (route.paging != Paging::None) {
    out.emplace_back(parameter("per_page", "query", schema_of("integer"), false));
  }
  return out;
}

/// {success, errors, messages, result, result_info}
json::object envelope_schema(std::string_view result) {
  json::object properties;
  properties["result"] = schema_of(result.empty() ? "object" : result);
  json::object own;
  own["type"] = "object";
  own["properties"] = std::move(properties);
  json::array all;
  all.emplace_back(reference("schemas/Envelope"));
  all.emplace_back(std::move(own));
  json::object out;
  out["allOf"] = std::move(all);
  return out;
}

json::object success_of(const Route& route) {
  json::object response;
  response["description"] = "Success";
  if (route.result_schema == "bytes") {
    response["content"] = content("application/octet-stream", json::object());
  } else if (route.result_schema == "bare") {
    response["content"] = content("application/json", json::object());
  } else {
    response["content"] = content("application/json", envelope_schema(route.result_schema));
  }
  return response;
}

json::array action_names(auth::ActionSet actions) {
  json::array out;
  for (int i = 0; i < auth::kActionCount; ++i) {
    const auto action = static_cast<auth::Action>(i);
    if (actions.contains(action)) out.emplace_back(auth::to_string(action));
  }
  return out;
}

std::string_view tag_of(const Route& route) {
  if (route.pattern.find("/r2/") != std::string_view::npos) return "R2";
  if (route.pattern.find("/tokens") != std::string_view::npos) return "Tokens";
  if (route.pattern.starts_with("/accounts")) return "Accounts";
  if (route.pattern.starts_with("/user") || route.pattern.starts_with("/memberships")) {
    return "Users";
  }
  return "Other";
}

void add_body(json::object& operation, const Route& route) {
  if (route.body == Body::None) return;
  json::object body;
  body["required"] = route.body != Body::OptionalJson;
  body["content"] =
      route.body == Body::Bytes
          ? content("application/octet-stream", json::object())
          : content("application/json",
                    schema_of(route.body_schema.empty() ? "object" : route.body_schema));
  operation["requestBody"] = std::move(body);
}

json::object operation_of(const Route& route) {
  json::object operation;
  json::array tags;
  tags.emplace_back(tag_of(route));
  operation["tags"] = std::move(tags);
  operation["operationId"] = route.operation_id;
  operation["summary"] = route.summary;
  if (route.ours) operation["x-coffer-extension"] = true;
  json::array actions = action_names(route.actions);
  if (!actions.empty()) operation["x-coffer-actions"] = std::move(actions);
  json::array parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  add_body(operation, route);
  json::object responses;
  responses["200"] = success_of(route);
  responses["default"] = reference("responses/Failure");
  operation["responses"] = std::move(responses);
  if (route.authentication == Authentication::None) operation["security"] = json::array();
  return operation;
}

json::object components() {
  json::object schemas;
  for (const NamedSchema& named : named_schemas()) {
    schemas[named.name] = schema_of(named.notation);
  }
  schemas["Message"] = schema_of("{code: integer, message: string}");
  schemas["Failure"] = schema_of(
      "{code: integer, message: string, error_chain?: {code: integer, message: string}[]}");
  schemas["Envelope"] = schema_of(
      "{success: boolean, errors: any[], messages: any[], result: any, result_info?: object}");
  json::object failure;
  failure["description"] = "Failure: success is false, errors says why, result is null";
  failure["content"] = content("application/json", reference("schemas/Envelope"));
  json::object responses;
  responses["Failure"] = std::move(failure);
  json::object bearer;
  bearer["type"] = "http";
  bearer["scheme"] = "bearer";
  json::object security;
  security["bearer"] = std::move(bearer);
  json::object out;
  out["schemas"] = std::move(schemas);
  out["responses"] = std::move(responses);
  out["securitySchemes"] = std::move(security);
  return out;
}

Task<Result<Reply>> get_document(Call&) {
  // The table does not change while the program runs.
  static const std::string text = json::serialize(openapi_document());
  http::Response response(200);
  response.headers.add("Content-Type", "application/json");
  response.body = text;
  co_return Reply(std::move(response));
}

constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/openapi.json",
          .operation_id = "openapi-document",
          .summary = "This document",
          .handler = get_document,
          .ours = true,
          .authentication = Authentication::None,
          .result_schema = "bare"},
};

}  // namespace

json::object openapi_document() {
  json::object paths;
  for (const Route* route : all_routes()) {
    const std::string path = openapi_path(route->pattern);
    if (!paths.contains(path)) paths[path] = json::object();
    std::string method = to_lower_ascii(route->method);
    paths[path].as_object()[method] = operation_of(*route);
  }
  json::object info;
  info["title"] = "Coffer management API";
  info["version"] = "4";
  info["description"] =
      "Cloudflare's client/v4 for R2, accounts and tokens, as Coffer answers it. Operations with "
      "x-coffer-extension are Coffer's own.";
  json::object server;
  server["url"] = "/client/v4";
  json::array servers;
  servers.emplace_back(std::move(server));
  json::object bearer;
  bearer["bearer"] = json::array();
  json::array security;
  security.emplace_back(std::move(bearer));
  json::object document;
  document["openapi"] = "3.1.0";
  document["info"] = std::move(info);
  document["servers"] = std::move(servers);
  document["security"] = std::move(security);
  document["paths"] = std::move(paths);
  document["components"] = components();
  return document;
}

std::string endpoint_table_markdown() {
  std::string out =
      "| Method | Path below `/client/v4` | What it does | Needs | Whose |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const Route* route : all_routes()) {
    std::string needs;
    for (const json::value& action : action_names(route->actions)) {
      if (!needs.empty()) needs += ", ";
      needs += std::string_view(action.as_string());
    }
    if (route->authentication == Authentication::None) needs = "nothing";
    if (needs.empty()) needs = "a token";
    out += "| " + std::string(route->method) + " | `" + openapi_path(route->pattern) + "` | " +
           std::string(route->summary) + " | " + needs + " | " +
           (route->ours ? "Coffer" : "Cloudflare") + " |\n";
  }
  return out;
}

std::span<const Route> document_routes() { return kRoutes; }

}  // namespace coffer::api
