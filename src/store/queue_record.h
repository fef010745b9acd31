#pragma once

#include "base/result.h"
#include "store/object_record.h"

#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// Data that nothing owns any more; its bytes go once nobody refers to or reads them. The same
/// value lies in Family::Detail while it waits for references to go.
struct GarbageRecord {
  enum class Kind : std::uint8_t { Blob = 1, Parts = 2 };
  Kind kind = Kind::Blob;
  Timestamp dropped;
};
std::string encode(const GarbageRecord& record);
Result<GarbageRecord> decode_garbage(std::string_view bytes);

/// A reference whose holder is gone: it is to be removed at its home.
struct UnreferenceRecord {
  Home home;
};
std::string encode(const UnreferenceRecord& record);
Result<UnreferenceRecord> decode_unreference(std::string_view bytes);

/// A reference that was added for a destination which may never have been committed.
struct IntentRecord {
  DataId data;
  Timestamp created;
  BucketId destination;
  meta::Key holder{};  ///< the object or part record that is to hold the reference
  GatewayId made_by;
};
std::string encode(const IntentRecord& record);
Result<IntentRecord> decode_intent(std::string_view bytes);

/// The value of a reference: who holds it, for people and for checks of the whole store.
struct ReferenceRecord {
  BucketId holder_bucket;
  meta::Key holder{};
};
std::string encode(const ReferenceRecord& record);
Result<ReferenceRecord> decode_reference(std::string_view bytes);

}  // namespace coffer::store
