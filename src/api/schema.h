#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace coffer::api {

namespace json = boost::json;

/// JSON Schema out of the notation that routes are written in:
///
///   schema = base *( "[]" ) [ "?" ]              ; arrays of it; or null
///   base   = word | name | enum | "{" [ member *( "," member ) ] "}"
///   member = ( key [ "?" ] | "*" ) ":" schema    ; with "?" it may be absent; "*": any other key
///   enum   = text *( "|" text )                  ; text: 'in single quotes'
///   word   = "string" | "integer" | "number" | "boolean" | "object" | "any"
///          | "time"                              ; RFC 3339
///          | "id"                                ; 32 hex digits
///   name   = capitalised: one of `named_schemas`
///
/// Nothing when the text is not of this form.
std::optional<json::object> json_schema(std::string_view notation);

struct NamedSchema {
  std::string_view name;
  std::string_view notation;
};
std::span<const NamedSchema> named_schemas();

}  // namespace coffer::api
