#include "api/schema.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>

namespace coffer::api {
namespace {

constexpr std::array kNamed{
    NamedSchema{"Quota", "{bytes_max?: integer?, objects_max?: integer?, buckets_max?: integer?}"},
    NamedSchema{"Entitlement", "{enabled: boolean, quota: Quota}"},
    NamedSchema{"Account",
                "{id: id, name: string, type: string, created_on: time, settings: object, r2: "
                "Entitlement}"},
    NamedSchema{"User",
                "{id: id, email: string, first_name: string?, last_name: string?, username: "
                "string, created_on: time, suspended: boolean, two_factor_authentication_enabled: "
                "boolean, is_operator: boolean}"},
    NamedSchema{"Role", "{id: id, name: string, description: string, permissions: object}"},
    NamedSchema{
        "Member",
        "{id: id, email: string, status: 'accepted'|'pending', user: {id: id, email: "
        "string, first_name: string?, last_name: string?, "
        "two_factor_authentication_enabled: boolean, has_password: boolean}, roles: Role[]}"},
    NamedSchema{"Membership",
                "{id: id, status: 'accepted'|'pending'|'rejected', api_access_enabled: boolean, "
                "roles: string[], permissions: object, account: Account}"},
    NamedSchema{"PermissionGroup",
                "{id: id, name: string, description: string, category: string, is_selectable: "
                "boolean, scopes: string[]}"},
    NamedSchema{"Policy",
                "{id?: id, effect: 'allow'|'deny', resources: {*: any}, permission_groups: {id: "
                "id, name?: string}[]}"},
    NamedSchema{"Condition", "{request_ip?: {in?: string[], not_in?: string[]}}"},
    NamedSchema{"Token",
                "{id: id, name: string, status: 'active'|'disabled'|'expired', issued_on: time, "
                "modified_on: time, last_used_on: time?, not_before?: time, expires_on?: time, "
                "policies: Policy[], condition?: Condition}"},
    NamedSchema{"CreatedToken",
                "{id: id, name: string, status: 'active'|'disabled'|'expired', issued_on: time, "
                "modified_on: time, last_used_on: time?, not_before?: time, expires_on?: time, "
                "policies: Policy[], condition?: Condition, value: string}"},
    NamedSchema{
        "Bucket",
        "{name: string, creation_date: time, location: string, storage_class: "
        "'Standard'|'InfrequentAccess', jurisdiction: 'default'|'eu'|'fedramp'|'us', objects?: "
        "integer, bytes?: integer}"},
    NamedSchema{"Session", "{user: User, csrf_token: string, expires_on: time}"},
    NamedSchema{"SessionInfo",
                "{id: id, created_on: time, last_seen_on: time, expires_on: time, address: string, "
                "user_agent: string, current: boolean}"},
    NamedSchema{"Endpoints",
                "{region: string, endpoints: {jurisdiction: 'default'|'eu'|'fedramp'|'us', url: "
                "string, host_style: string?}[], api: string}"},
    NamedSchema{"HttpMetadata",
                "{contentType?: string, contentEncoding?: string, contentLanguage?: string, "
                "contentDisposition?: string, cacheControl?: string, cacheExpiry?: string}"},
    NamedSchema{"ListedObject",
                "{key: string, size: integer, etag: string, last_modified: time, storage_class: "
                "string, ssec: boolean, http_metadata?: HttpMetadata, custom_metadata?: {*: "
                "string}}"},
    NamedSchema{"ObjectDetails",
                "{key: string, size: integer, etag: string, version: string, last_modified: time, "
                "storage_class: 'Standard'|'InfrequentAccess', http_metadata: HttpMetadata, "
                "custom_metadata: {*: string}, parts: integer}"},
    NamedSchema{"Upload",
                "{upload_id: string, key: string, initiated: time, storage_class: "
                "'Standard'|'InfrequentAccess'}"},
    NamedSchema{"Part", "{part_number: integer, etag: string, size: integer, last_modified: time}"},
    NamedSchema{"BucketUsage",
                "{objects: integer, bytes: integer, metadata_bytes: integer, uploads: integer, "
                "upload_bytes: integer, standard: {objects: integer, bytes: integer}, "
                "infrequent_access: {objects: integer, bytes: integer}}"},
    NamedSchema{"UsagePoint",
                "{time: time, requests: integer, reads: integer, writes: integer, lists: integer, "
                "deletes: integer, errors_client: integer, errors_server: integer, bytes_in: "
                "integer, bytes_out: integer}"},
    NamedSchema{"UsageSeries", "{step_s: integer, points: UsagePoint[]}"},
    NamedSchema{"StorageCount", "{objects: integer, payloadSize: integer, metadataSize: integer}"},
    NamedSchema{"StorageFigures", "{uploaded: StorageCount, published: StorageCount}"},
    NamedSchema{"Explanation",
                "{allowed: boolean, answer: string, cause: string, reason: string, policy: id?, "
                "permission_group: string?, role: string?}"},
    NamedSchema{"AuditEntry",
                "{id: id, account: {id: string, name?: string}, action: {description: string, "
                "result: string, time: time, type: 'create'|'delete'|'update'}, actor: {id: "
                "string, type: 'account'|'system'|'user', context: string?, email: string?, "
                "ip_address: string?, token_id: string?}, raw: {cf_ray_id: string?}, resource: "
                "{id: string, product: string, scope: string, type: string, value: {before: any, "
                "after: any}}}"},
    NamedSchema{"OlderAuditEntry",
                "{id: id, when: time, action: {info: string, result: boolean, type: string}, "
                "actor: {email: string, id: string, ip: string, type: string}, interface: string, "
                "metadata: object, owner: {id: string}, resource: {id: string, type: string}, "
                "oldValue: string, newValue: string, oldValueJson: any, newValueJson: any}"},
};

json::object of_type(std::string_view type) {
  json::object out;
  out["type"] = type;
  return out;
}

/// Reads a schema; the first thing that does not fit makes it fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<json::object> whole() {
    json::object out = schema();
    skip_spaces();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return out;
  }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  bool take(std::string_view text) {
    skip_spaces();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void expect(std::string_view text) {
    if (!take(text)) failed_ = true;
  }

  std::string_view take_word() {
    skip_spaces();
    const std::size_t end =
        std::min(rest_.find_first_not_of(
                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."),
                 rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (word.empty()) failed_ = true;
    return word;
  }

  json::object schema() {
    json::object out = base();
    while (!failed_ && take("[]")) {
      json::object array = of_type("array");
      array["items"] = std::move(out);
      out = std::move(array);
    }
    if (failed_ || !take("?")) return out;
    json::array choices;
    choices.emplace_back(std::move(out));
    choices.emplace_back(of_type("null"));
    json::object nullable;
    nullable["anyOf"] = std::move(choices);
    return nullable;
  }

  json::object base() {
    if (failed_) return {};
    if (take("{")) return members();
    skip_spaces();
    if (rest_.starts_with('\'')) return texts();
    return named(take_word());
  }

  json::object texts() {
    json::array all;
    do {
      expect("'");
      const std::size_t end = rest_.find('\'');
      if (failed_ || end == std::string_view::npos) {
        failed_ = true;
        return {};
      }
      all.emplace_back(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
    } while (take("|"));
    json::object out = of_type("string");
    out["enum"] = std::move(all);
    return out;
  }

  json::object members() {
    json::object out = of_type("object");
    json::object properties;
    json::array required;
    while (!failed_ && !take("}")) {
      if (!properties.empty() || out.contains("additionalProperties")) expect(",");
      if (take("*")) {
        expect(":");
        out["additionalProperties"] = schema();
        continue;
      }
      const std::string_view key = take_word();
      if (!take("?")) required.emplace_back(key);
      expect(":");
      json::object value = schema();
      properties[key] = std::move(value);
    }
    if (!properties.empty()) out["properties"] = std::move(properties);
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

  json::object named(std::string_view word) {
    constexpr std::array<std::string_view, 5> kTypes{"string", "integer", "number", "boolean",
                                                     "object"};
    if (std::find(kTypes.begin(), kTypes.end(), word) != kTypes.end()) return of_type(word);
    if (word == "any") return {};
    if (word == "time") {
      json::object out = of_type("string");
      out["format"] = "date-time";
      return out;
    }
    if (word == "id") {
      json::object out = of_type("string");
      out["pattern"] = "^[0-9a-f]{32}$";
      return out;
    }
    const auto schemas = named_schemas();
    const bool known = std::any_of(schemas.begin(), schemas.end(),
                                   [word](const NamedSchema& s) { return s.name == word; });
    if (!known) {
      failed_ = true;
      return {};
    }
    json::object out;
    out["$ref"] = "#/components/schemas/" + std::string(word);
    return out;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<json::object> json_schema(std::string_view notation) {
  return Reader(notation).whole();
}

std::span<const NamedSchema> named_schemas() { return kNamed; }

}  // namespace coffer::api
