#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

namespace json = boost::json;

/// Reads the members of a JSON object that came from a client. Every failure is InvalidArgument
/// with a message that names the member by its path ("policies[0].effect must be a string"). A
/// member that is null counts as absent; members nobody asks for are ignored. Borrows the object.
class Fields {
 public:
  /// InvalidArgument when it is no object.
  static Result<Fields> of(const json::value& value, std::string path = {});

  /// Null when absent.
  const json::value* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }

  Result<std::string> text(std::string_view name) const;
  Result<std::optional<std::string>> optional_text(std::string_view name) const;
  Result<std::uint64_t> integer(std::string_view name, std::uint64_t min, std::uint64_t max) const;
  Result<std::optional<bool>> optional_boolean(std::string_view name) const;
  /// RFC 3339.
  Result<std::optional<Timestamp>> optional_time(std::string_view name) const;
  Result<Fields> object(std::string_view name) const;
  Result<std::optional<Fields>> optional_object(std::string_view name) const;
  /// The objects of an array; at least one.
  Result<std::vector<Fields>> objects(std::string_view name) const;
  /// The texts of an array; empty when absent.
  Result<std::vector<std::string>> texts(std::string_view name) const;

  /// "policies[0].effect"
  std::string path_of(std::string_view name) const;
  /// InvalidArgument: "<path> <what>".
  Error error(std::string_view name, std::string_view what) const;
  const json::object& raw() const { return *object_; }

 private:
  Fields(const json::object& object, std::string path) : object_(&object), path_(std::move(path)) {}

  const json::object* object_;
  std::string path_;  ///< of the object itself; empty at the top
};

}  // namespace coffer::api
