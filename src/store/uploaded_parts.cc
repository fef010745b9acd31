#include "store/uploaded_parts.h"

#include "store/layout.h"
#include "store/parts_source.h"

#include <algorithm>

namespace coffer::store {

std::int64_t UploadedParts::bytes() const {
  std::int64_t sum = 0;
  for (const UploadedPart& part : all) sum += static_cast<std::int64_t>(part.size_bytes);
  return sum;
}

Task<Result<UploadedParts>> read_uploaded_parts(meta::Engine& meta,
                                                const meta::Partition& partition,
                                                const std::string& group, UploadId id,
                                                const std::vector<CompletedPart>* listed) {
  std::vector<std::uint32_t> numbers;
  if (listed) {
    numbers.reserve(listed->size());
    for (const CompletedPart& part : *listed) numbers.push_back(part.number);
    std::sort(numbers.begin(), numbers.end());
  }
  UploadedParts uploaded;
  const PartVisitor visit = [&](std::uint32_t number, PartRecord part, meta::Version version) {
    uploaded.all.push_back(UploadedPart{number, part.size_bytes, part.md5, part.checksum, version});
    if (listed && !std::binary_search(numbers.begin(), numbers.end(), number)) {
      if (part.home) part.slices = {};  // not its own to drop
      uploaded.unlisted.emplace_back(number, std::move(part));
    }
    return true;
  };
  CO_TRY_VOID(co_await scan_parts(meta, partition, group, id, 0, visit));
  co_return uploaded;
}

std::vector<meta::Check> checks_of(const std::string& group, UploadId id,
                                   const UploadedParts& uploaded) {
  std::vector<meta::Check> checks;
  checks.reserve(uploaded.all.size() + 2);
  std::uint32_t next_number = 0;
  for (const UploadedPart& part : uploaded.all) {
    meta::Key key = layout::part_key(group, id, part.number);
    if (part.number > next_number) {
      checks.push_back(
          meta::Check::range_empty(layout::part_key(group, id, next_number), key.bytes));
    }
    checks.push_back(meta::Check::has_version(std::move(key), part.version));
    next_number = part.number + 1;
  }
  checks.push_back(meta::Check::range_empty(layout::part_key(group, id, next_number),
                                            layout::after_prefix(layout::part_prefix(group, id))));
  return checks;
}

}  // namespace coffer::store
