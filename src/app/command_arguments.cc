#include "app/command_arguments.h"

#include "base/headers.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace coffer::app {
namespace {

/// Location hints of R2 (r2-s3.md section 4).
constexpr std::array<std::string_view, 6> kLocations{"wnam", "enam", "weur", "eeur", "apac", "oc"};

std::string to_upper_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

Error not_a(std::string_view name, const std::string& value, const std::string& what) {
  return bad_argument("--" + std::string(name) + ": '" + value + "' is not " + what);
}

}  // namespace

Error bad_argument(std::string text) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(text));
}

std::optional<std::string> CommandArguments::text(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
  return std::string(value->get_string());
}

Result<std::string> CommandArguments::required(std::string_view name) const {
  if (auto value = text(name)) return *std::move(value);
  return bad_argument("--" + std::string(name) + " is required");
}

std::vector<std::string> CommandArguments::texts(std::string_view name) const {
  std::vector<std::string> out;
  const auto* value = object_.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

Result<TokenId> CommandArguments::token() const {
  TRY(const std::string id, required("access-key"));
  if (const auto parsed = TokenId::parse(id)) return *parsed;
  return not_a("access-key", id, "an Access Key ID, which has 32 hex digits");
}

Result<std::vector<const auth::PermissionGroup*>> CommandArguments::permission_groups() const {
  std::vector<std::string> names = texts("permission");
  if (const auto one = text("permission")) names.push_back(*one);
  if (names.empty()) return bad_argument("--permission is required");
  std::vector<const auth::PermissionGroup*> groups;
  for (const std::string& name : names) {
    const auto preset = auth::parse_preset(name);
    const auth::PermissionGroup* group =
        preset ? auth::group_of_preset(*preset) : auth::find_permission_group(name);
    if (!group) {
      return not_a("permission", name,
                   "admin-read-write, admin-read-only, object-read-write, object-read-only or the "
                   "name of a permission group, like 'Account API Tokens Write'");
    }
    groups.push_back(group);
  }
  return groups;
}

Result<std::optional<std::uint64_t>> CommandArguments::number(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [rest, failure] = std::from_chars(value->data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::string_view kUnits = "KMGT";
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;
  const unsigned shift = static_cast<unsigned>(power) * 10;
  const bool bad_unit = unit.size() > 1 || (!unit.empty() && power == 0);
  if (failure != std::errc() || bad_unit || (number << shift) >> shift != number) {
    return not_a(name, *value, "a number like 500000 or 20G");
  }
  return std::optional<std::uint64_t>(number << shift);
}

Result<bool> CommandArguments::boolean(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false") return false;
  if (*value == "true") return true;
  return not_a(name, *value, "true or false");
}

Result<Jurisdiction> CommandArguments::jurisdiction() const {
  const auto value = text("jurisdiction");
  if (!value) return Jurisdiction::Default;
  if (const auto parsed = parse_jurisdiction(*value)) return *parsed;
  return not_a("jurisdiction", *value, "default, eu, fedramp or us");
}

Result<std::vector<std::pair<Jurisdiction, BucketName>>> CommandArguments::scoped_buckets() const {
  std::vector<std::pair<Jurisdiction, BucketName>> out;
  for (const std::string& item : texts("bucket")) {
    const std::size_t slash = item.find('/');
    const bool scoped = slash != std::string::npos;
    const auto jurisdiction = scoped ? parse_jurisdiction(std::string_view(item).substr(0, slash))
                                     : std::optional(Jurisdiction::Default);
    auto name = BucketName::parse(std::string_view(item).substr(scoped ? slash + 1 : 0));
    if (!jurisdiction || !name) {
      return not_a("bucket", item, "the name of a bucket, or JURISDICTION/NAME");
    }
    out.emplace_back(*jurisdiction, *std::move(name));
  }
  return out;
}

Result<std::string> CommandArguments::location() const {
  const auto value = text("location");
  if (!value) return std::string();
  if (std::find(kLocations.begin(), kLocations.end(), to_lower_ascii(*value)) != kLocations.end()) {
    return to_upper_ascii(*value);
  }
  return not_a("location", *value, "wnam, enam, weur, eeur, apac or oc");
}

Result<std::optional<Timestamp>> CommandArguments::time(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::optional<Timestamp>();
  Timestamp out;
  if (parse_rfc3339(*value, out)) return std::optional<Timestamp>(out);
  return not_a(name, *value, "a time like 2026-12-31T23:59:59Z");
}

Result<std::vector<IpNetwork>> CommandArguments::networks(std::string_view name) const {
  std::vector<IpNetwork> out;
  for (const std::string& item : texts(name)) {
    const auto network = IpNetwork::parse(item);
    if (!network) return not_a(name, item, "an address or CIDR block");
    out.push_back(*network);
  }
  return out;
}

}  // namespace coffer::app
