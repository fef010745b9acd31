#include "api/fields.h"

#include <cmath>

namespace coffer::api {
namespace {

/// Cloudflare's SDK for Python writes whole numbers with a point. Up to 2^53 each of them is exact.
bool is_whole(double value) {
  constexpr double kExactMax = 9007199254740992.0;
  return value >= 0 && value <= kExactMax && value == std::floor(value);
}

}  // namespace

Result<Fields> Fields::of(const json::value& value, std::string path) {
  if (const json::object* object = value.if_object()) return Fields(*object, std::move(path));
  return Error::with_message(
      ErrorCode::InvalidArgument,
      (path.empty() ? std::string("the body") : path) + " must be a JSON object");
}

std::string Fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Error Fields::error(std::string_view name, std::string_view what) const {
  return Error::with_message(ErrorCode::InvalidArgument, path_of(name) + " " + std::string(what));
}

const json::value* Fields::find(std::string_view name) const {
  const json::value* found = object_->if_contains(name);
  return found && !found->is_null() ? found : nullptr;
}

Result<std::string> Fields::text(std::string_view name) const {
  const json::value* found = find(name);
  if (!found) return error(name, "must be present");
  if (!found->is_string()) return error(name, "must be a string");
  return std::string(found->get_string());
}

Result<std::optional<std::string>> Fields::optional_text(std::string_view name) const {
  if (!has(name)) return std::optional<std::string>();
  TRY(std::string value, text(name));
  return std::optional<std::string>(std::move(value));
}

Result<std::uint64_t> Fields::integer(std::string_view name, std::uint64_t min,
                                      std::uint64_t max) const {
  const json::value* found = find(name);
  if (!found) return error(name, "must be present");
  std::uint64_t value = 0;
  if (const auto* whole = found->if_int64(); whole && *whole >= 0) {
    value = static_cast<std::uint64_t>(*whole);
  } else if (const auto* large = found->if_uint64()) {
    value = *large;
  } else if (const auto* real = found->if_double(); real && is_whole(*real)) {
    value = static_cast<std::uint64_t>(*real);
  } else {
    return error(name, "must be an integer of " + std::to_string(min) + " or more");
  }
  if (value < min || value > max) {
    return error(name, "must be from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return value;
}

Result<std::optional<bool>> Fields::optional_boolean(std::string_view name) const {
  const json::value* found = find(name);
  if (!found) return std::optional<bool>();
  if (!found->is_bool()) return error(name, "must be true or false");
  return std::optional<bool>(found->get_bool());
}

Result<std::optional<Timestamp>> Fields::optional_time(std::string_view name) const {
  TRY(const auto value, optional_text(name));
  if (!value) return std::optional<Timestamp>();
  Timestamp time;
  if (!parse_rfc3339(*value, time)) {
    return error(name, "must be a time in the form of RFC 3339");
  }
  return std::optional<Timestamp>(time);
}

Result<Fields> Fields::object(std::string_view name) const {
  const json::value* found = find(name);
  if (!found) return error(name, "must be present");
  return Fields::of(*found, path_of(name));
}

Result<std::optional<Fields>> Fields::optional_object(std::string_view name) const {
  const json::value* found = find(name);
  if (!found) return std::optional<Fields>();
  TRY(Fields inner, Fields::of(*found, path_of(name)));
  return std::optional<Fields>(std::move(inner));
}

Result<std::vector<Fields>> Fields::objects(std::string_view name) const {
  const json::value* found = find(name);
  if (!found) return error(name, "must be present");
  const json::array* items = found->if_array();
  if (!items || items->empty()) return error(name, "must be a non-empty array");
  std::vector<Fields> out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    TRY(Fields item, Fields::of((*items)[i], path_of(name) + "[" + std::to_string(i) + "]"));
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<std::string>> Fields::texts(std::string_view name) const {
  std::vector<std::string> out;
  const json::value* found = find(name);
  if (!found) return out;
  const json::array* items = found->if_array();
  if (!items) return error(name, "must be an array of strings");
  for (const json::value& item : *items) {
    const json::string* text = item.if_string();
    if (!text) return error(name, "must be an array of strings");
    out.emplace_back(*text);
  }
  return out;
}

}  // namespace coffer::api
