#include "store/usage.h"

#include "store/layout.h"
#include "store/record_codec.h"

#include <array>
#include <string_view>

namespace coffer::store {
namespace {

/// The counters that exist for the whole bucket and for what of it is InfrequentAccess.
struct ClassCounter {
  std::string_view name;
  std::int64_t ClassUsage::*value;
};
constexpr std::array kClassCounters{
    ClassCounter{layout::kObjectCounter, &ClassUsage::objects},
    ClassCounter{layout::kByteCounter, &ClassUsage::bytes},
    ClassCounter{layout::kMetadataCounter, &ClassUsage::metadata_bytes},
    ClassCounter{layout::kPartCounter, &ClassUsage::parts},
    ClassCounter{layout::kPartByteCounter, &ClassUsage::part_bytes},
};

void add_class(ClassUsage& sum, const ClassUsage& usage) {
  for (const ClassCounter& counter : kClassCounters) sum.*counter.value += usage.*counter.value;
}

}  // namespace

std::uint64_t metadata_bytes(const Metadata& metadata) {
  RecordWriter writer;
  writer.metadata(metadata);
  return writer.size();
}

void UsageChange::count(const ObjectRecord& object, std::int64_t sign) {
  const bool standard = object.storage_class == StorageClass::Standard;
  ClassUsage& usage = standard ? standard_ : infrequent_access_;
  usage.objects += sign;
  usage.bytes += sign * static_cast<std::int64_t>(object.size_bytes);
  usage.metadata_bytes += sign * static_cast<std::int64_t>(metadata_bytes(object.metadata));
}

void UsageChange::add_parts(StorageClass storage_class, std::int64_t parts, std::int64_t bytes) {
  ClassUsage& usage = storage_class == StorageClass::Standard ? standard_ : infrequent_access_;
  usage.parts += parts;
  usage.part_bytes += bytes;
}

void UsageChange::write(meta::Commit& change) const {
  const auto add_to = [&change](std::string counter, std::int64_t delta) {
    if (delta != 0) change.adds.emplace_back(std::move(counter), delta);
  };
  for (const ClassCounter& counter : kClassCounters) {
    const std::int64_t infrequent = infrequent_access_.*counter.value;
    add_to(std::string(counter.name), standard_.*counter.value + infrequent);
    add_to(layout::infrequent_access_counter(counter.name), infrequent);
  }
  add_to(std::string(layout::kUploadCounter), uploads_);
}

Task<Result<BucketUsage>> read_usage(meta::Engine& meta, const meta::Partition& partition) {
  BucketUsage usage;
  for (const ClassCounter& counter : kClassCounters) {
    CO_TRY(const auto whole, co_await meta.counter(partition, std::string(counter.name)));
    CO_TRY(const auto infrequent,
           co_await meta.counter(partition, layout::infrequent_access_counter(counter.name)));
    usage.standard.*counter.value = whole - infrequent;
    usage.infrequent_access.*counter.value = infrequent;
  }
  usage.objects = usage.standard.objects + usage.infrequent_access.objects;
  usage.bytes = usage.standard.bytes + usage.infrequent_access.bytes;
  CO_TRY(usage.uploads, co_await meta.counter(partition, std::string(layout::kUploadCounter)));
  co_return usage;
}

void add(BucketUsage& sum, const BucketUsage& usage) {
  sum.objects += usage.objects;
  sum.bytes += usage.bytes;
  sum.uploads += usage.uploads;
  add_class(sum.standard, usage.standard);
  add_class(sum.infrequent_access, usage.infrequent_access);
}

}  // namespace coffer::store
