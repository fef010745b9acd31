#include "auth/temporary_scope.h"

#include "auth/principal.h"

#include <algorithm>

namespace coffer::auth {
namespace {

bool contains_key(const TemporaryScope::Paths& paths, std::string_view key) {
  return std::any_of(paths.prefixes.begin(), paths.prefixes.end(),
                     [key](const std::string& prefix) { return key.starts_with(prefix); }) ||
         std::find(paths.objects.begin(), paths.objects.end(), key) != paths.objects.end();
}

/// A key alone opens no listing: one that begins with it shows others as well.
bool contains_listing(const TemporaryScope::Paths& paths, std::string_view list_prefix) {
  return std::any_of(
      paths.prefixes.begin(), paths.prefixes.end(),
      [list_prefix](const std::string& prefix) { return list_prefix.starts_with(prefix); });
}

/// What a credential of some paths may still ask of the bucket itself.
bool reveals_no_key(OperationName operation) {
  return operation == OperationName::GetBucketLocation || operation == OperationName::HeadBucket ||
         // Its keys are in its body, and each is asked for.
         operation == OperationName::DeleteObjects;
}

bool admits_path(const TemporaryScope::Paths& paths, const Access& access) {
  if (!access.resource.key.empty()) return contains_key(paths, access.resource.key);
  if (access.list_prefix) return contains_listing(paths, *access.list_prefix);
  return reveals_no_key(*access.operation);
}

}  // namespace

bool TemporaryScope::admits(const Access& access) const {
  const Resource& resource = access.resource;
  if (!access.operation || resource.user) return false;
  if (resource.account != account || resource.jurisdiction != jurisdiction) return false;
  // The account level has no bucket, and a scope always has one.
  if (resource.bucket.empty() || resource.bucket != bucket) return false;
  if (!actions.contains(access.action)) return false;
  if (operations && !operations->test(static_cast<std::size_t>(*access.operation))) return false;
  return !paths || admits_path(*paths, access);
}

}  // namespace coffer::auth
