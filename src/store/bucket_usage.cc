#include "store/fan_out.h"
#include "store/impl.h"

namespace coffer::store {
namespace {

/// Buckets of an account looked at together, and of those, how many at a time.
constexpr std::size_t kUsagePage = 512;
constexpr std::size_t kConcurrentReads = 32;

}  // namespace

Task<Result<BucketUsage>> Store::Impl::bucket_usage(BucketAddress address) {
  CO_TRY(const auto bucket, co_await open(address));
  co_return co_await read_usage(bucket->meta(), bucket->partition);
}

Task<Result<AccountUsage>> Store::Impl::account_usage(AccountId account,
                                                      Jurisdiction jurisdiction) {
  AccountUsage usage;
  Placement* placement = placement_of(jurisdiction);
  if (!placement) co_return usage;
  std::string begin = layout::directory_key(account, "").bytes;
  const std::string end = layout::after_prefix(begin);
  for (;;) {
    // Also those on their way in or out of being, which hold nothing.
    std::vector<BucketId> page;
    std::optional<Error> failure;
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
      begin.assign(key).push_back('\0');
      const auto entry = decode_directory_entry(value);
      if (!entry) {
        failure = entry.error();
        return meta::Step::stop();
      }
      page.push_back(entry->id);
      return page.size() < kUsagePage ? meta::Step::next() : meta::Step::stop();
    };
    meta::Range rest(meta::Family::Record, begin, end);
    CO_TRY_VOID(
        co_await placement->meta.scan(layout::directory(), std::move(rest), std::move(visit)));
    if (failure) co_return *std::move(failure);

    std::vector<Result<BucketUsage>> usages(page.size(), Result<BucketUsage>(BucketUsage()));
    std::function<Task<>(std::size_t)> each = [&](std::size_t i) -> Task<> {
      usages[i] = co_await read_usage(placement->meta, layout::bucket_partition(page[i]));
    };
    co_await fan_out(page.size(), kConcurrentReads, std::move(each));
    for (const Result<BucketUsage>& one : usages) {
      if (!one) co_return one.error();
      add(usage.total, *one);
    }
    usage.buckets += static_cast<std::int64_t>(page.size());
    if (page.size() < kUsagePage) co_return usage;
  }
}

Task<Result<Holdings>> Store::Impl::holdings_of(AccountId account) {
  Holdings held;
  for (const Placement& placement : placements_) {
    CO_TRY(const auto usage, co_await account_usage(account, placement.jurisdiction));
    held.buckets += usage.buckets;
    held.objects += usage.total.objects;
    held.bytes += usage.total.bytes + usage.total.standard.part_bytes +
                  usage.total.infrequent_access.part_bytes;
  }
  co_return held;
}

Task<Result<>> Store::Impl::check_room(const OpenBucket& bucket, const std::string& group,
                                       std::uint64_t size_bytes) {
  if (!quotas_.enabled()) co_return ok();
  Holdings growth;
  growth.bytes = static_cast<std::int64_t>(size_bytes);
  growth.objects = 1;
  const auto fits = co_await quotas_.check(bucket.header.account, growth);
  // Only what is certain is said early.
  if (fits || fits.error().code() != ErrorCode::QuotaExceeded) co_return ok();
  CO_TRY(const auto current, co_await read_current(bucket, group));
  if (!current.record) co_return fits;
  growth.bytes -= static_cast<std::int64_t>(current.record->size_bytes);
  growth.objects = 0;
  co_return co_await quotas_.check(bucket.header.account, growth);
}

Task<Result<>> Store::Impl::check_room_for_part(const OpenBucket& bucket, const ObjectKey& key,
                                                UploadId upload, std::uint32_t number,
                                                std::uint64_t size_bytes) {
  if (!quotas_.enabled()) co_return ok();
  Holdings growth;
  growth.bytes = static_cast<std::int64_t>(size_bytes);
  const auto fits = co_await quotas_.check(bucket.header.account, growth);
  if (fits || fits.error().code() != ErrorCode::QuotaExceeded) co_return ok();
  const std::string group = layout::group_of(key.nfc());
  CO_TRY(const auto earlier,
         co_await bucket.meta().get(bucket.partition, layout::part_key(group, upload, number)));
  if (!earlier) co_return fits;
  CO_TRY(const auto part, decode_part(earlier->value));
  growth.bytes -= static_cast<std::int64_t>(part.size_bytes);
  co_return co_await quotas_.check(bucket.header.account, growth);
}

}  // namespace coffer::store
