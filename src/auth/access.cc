#include "auth/access.h"

namespace coffer::auth {

bool has_copy_source(OperationName operation) {
  return operation == OperationName::CopyObject || operation == OperationName::UploadPartCopy;
}

std::vector<Access> accesses_of(OperationName operation, Resource target,
                                std::optional<Resource> copy_source) {
  const bool reads_source = copy_source && has_copy_source(operation);
  std::vector<Access> accesses;
  accesses.reserve(reads_source ? 2 : 1);
  accesses.emplace_back(operation, required_action(operation), std::move(target));
  if (reads_source) accesses.emplace_back(operation, Action::ObjectRead, *std::move(copy_source));
  return accesses;
}

}  // namespace coffer::auth
