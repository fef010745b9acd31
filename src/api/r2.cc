#include "api/r2.h"

namespace coffer::api {

namespace {

constexpr std::string_view kJurisdictionName = "cf-r2-jurisdiction";

Result<Jurisdiction> jurisdiction_of(std::string_view text, const char* where) {
  if (text.empty()) return Jurisdiction::Default;
  if (const auto jurisdiction = parse_jurisdiction(to_lower_ascii(text))) return *jurisdiction;
  return Error::with_message(ErrorCode::InvalidArgument,
                             std::string(where) + " " + std::string(kJurisdictionName) +
                                 " must be one of default, eu, fedramp, us");
}

}  // namespace

Result<Jurisdiction> read_jurisdiction(const HeaderList& headers) {
  return jurisdiction_of(headers.find(kJurisdictionName).value_or(std::string_view()), "header");
}

Result<Jurisdiction> read_jurisdiction(const HeaderList& headers, const Query& query) {
  if (headers.contains(kJurisdictionName)) return read_jurisdiction(headers);
  return jurisdiction_of(query.value(kJurisdictionName), "query parameter");
}

Result<store::StorageClass> parse_storage_class(std::string_view text) {
  if (text == "Standard") return store::StorageClass::Standard;
  if (text == "InfrequentAccess") return store::StorageClass::InfrequentAccess;
  return make_error(ErrorCode::InvalidStorageClass);
}

std::string_view storage_class_name(store::StorageClass storage_class) {
  return storage_class == store::StorageClass::Standard ? "Standard" : "InfrequentAccess";
}

std::vector<auth::Access> with_storage_management(std::vector<auth::Access> accesses) {
  std::vector<auth::Access> all;
  all.reserve(2 * accesses.size());
  for (auth::Access& access : accesses) {
    all.emplace_back(auth::Action::ManageStorage, access.resource);
    all.push_back(std::move(access));
  }
  return all;
}

std::vector<auth::Access> r2_accesses(const Call& call, auth::OperationName operation,
                                      Jurisdiction jurisdiction, std::string bucket,
                                      std::string key) {
  return with_storage_management(auth::accesses_of(
      operation, auth::Resource(call.account(), jurisdiction, std::move(bucket), std::move(key))));
}

std::vector<auth::Access> r2_accesses(const Call& call, auth::Action action,
                                      Jurisdiction jurisdiction, std::string bucket) {
  std::vector<auth::Access> accesses;
  accesses.emplace_back(action, auth::Resource(call.account(), jurisdiction, std::move(bucket)));
  return with_storage_management(std::move(accesses));
}

namespace {

Result<store::BucketAddress> address_of(const Call& call, Jurisdiction jurisdiction) {
  TRY(BucketName name, BucketName::parse(call.parameter("bucket_name")));
  return store::BucketAddress(call.account(), jurisdiction, std::move(name));
}

}  // namespace

Result<store::BucketAddress> authorized_bucket(const Call& call, auth::OperationName operation) {
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  TRY_VOID(
      call.authorize(r2_accesses(call, operation, jurisdiction, call.parameter("bucket_name"))));
  return address_of(call, jurisdiction);
}

Result<store::BucketAddress> authorized_bucket(const Call& call, auth::Action action) {
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  TRY_VOID(call.authorize(r2_accesses(call, action, jurisdiction, call.parameter("bucket_name"))));
  return address_of(call, jurisdiction);
}

Result<ObjectTarget> authorized_object(const Call& call, Jurisdiction jurisdiction,
                                       std::string_view key_text,
                                       std::initializer_list<auth::OperationName> operations) {
  TRY(ObjectKey key, ObjectKey::parse(key_text));
  const std::string& bucket = call.parameter("bucket_name");
  std::vector<auth::Access> accesses;
  for (const auth::OperationName operation : operations) {
    for (auth::Access& access : r2_accesses(call, operation, jurisdiction, bucket, key.nfc())) {
      accesses.push_back(std::move(access));
    }
  }
  TRY_VOID(call.authorize(accesses));
  TRY(store::BucketAddress address, address_of(call, jurisdiction));
  return ObjectTarget(store::ObjectAddress(std::move(address), std::move(key)),
                      std::move(accesses));
}

Result<std::string> read_key_text(const Query& query, std::string_view name) {
  auto nfc = normalize_nfc(query.value(name));
  if (nfc) return *std::move(nfc);
  return Error::with_message(ErrorCode::InvalidArgument,
                             "query parameter " + std::string(name) + " is not valid UTF-8");
}

records::AuditEntry bucket_audit(const Call& call, std::string action,
                                 const store::BucketAddress& bucket,
                                 const std::optional<records::BucketSettings>& before,
                                 const std::optional<records::BucketSettings>& after) {
  return records::bucket_audit(AuditId::make(call.services.random), call.now(), bucket.account,
                               call.actor(), std::move(action), bucket.name.text(), before, after);
}

}  // namespace coffer::api
