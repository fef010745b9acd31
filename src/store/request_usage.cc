#include "store/request_usage.h"

#include "records/codec.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <tuple>

namespace coffer::store {
namespace {

using records::RequestCounts;
using records::RequestKind;
using Seconds = std::chrono::seconds;

constexpr std::string_view kPartition = "usage";
constexpr std::size_t kShards = 16;
/// Keys of one commit, and keys that one pass removes at a time.
constexpr std::size_t kBatch = 256;
/// Sums that wait because they could not be written: of some minutes of a full disk.
constexpr std::size_t kPendingMax = 8 * RequestUsage::kSeriesMax;
constexpr std::array kSteps{RequestUsage::Step::FiveMinutes, RequestUsage::Step::Hour};
constexpr std::size_t kTimeBytes = 8;
constexpr int kAttemptsMax = 8;

std::string_view prefix_of(RequestUsage::Step step) {
  return step == RequestUsage::Step::FiveMinutes ? "usage5/" : "usageh/";
}

/// Seconds since 1970 of the beginning of the step that has `time` inside; 0 for times before that.
std::uint64_t begin_of(Timestamp time, Seconds step) {
  const auto since = std::chrono::floor<Seconds>(time).time_since_epoch();
  if (since < Seconds(0)) return 0;
  return static_cast<std::uint64_t>(since / step * step.count());
}

/// prefix || account || time BE64 || bucket
std::string key_of(RequestUsage::Step step, const AccountId& account, std::uint64_t time,
                   std::string_view bucket) {
  records::Writer writer;
  writer.raw(prefix_of(step));
  writer.id(account);
  writer.u64(time);
  writer.raw(bucket);
  return std::move(writer).take();
}

struct KeyParts {
  std::string_view account;
  std::uint64_t time = 0;
  std::string_view bucket;
};
std::optional<KeyParts> split(RequestUsage::Step step, std::string_view key) {
  const std::size_t prefix = prefix_of(step).size();
  if (key.size() < prefix + AccountId::kSizeBytes + kTimeBytes) return std::nullopt;
  key.remove_prefix(prefix);
  records::Reader reader(key);
  KeyParts parts;
  parts.account = reader.raw(AccountId::kSizeBytes);
  parts.time = reader.u64();
  parts.bucket = reader.raw(reader.remaining());
  return parts;
}

/// The first key after all that begin with `prefix`; no prefix of ours is all 0xff.
std::string after(std::string prefix) {
  while (static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

meta::Key record_key(std::string bytes) {
  meta::Key key;
  key.family = meta::Family::Record;
  key.bytes = std::move(bytes);
  return key;
}

RequestCounts counts_of(const FinishedRequest& request) {
  RequestCounts counts;
  counts.requests = 1;
  counts.reads = request.kind == RequestKind::Read ? 1 : 0;
  counts.writes = request.kind == RequestKind::Write ? 1 : 0;
  counts.lists = request.kind == RequestKind::List ? 1 : 0;
  counts.deletes = request.kind == RequestKind::Delete ? 1 : 0;
  counts.errors_client = request.status >= 400 && request.status < 500 ? 1 : 0;
  counts.errors_server = request.status >= 500 ? 1 : 0;
  counts.bytes_in = request.bytes_in;
  counts.bytes_out = request.bytes_out;
  return counts;
}

/// What is counted together, owning its name or not.
template <class Text>
struct Series {
  AccountId account;
  Jurisdiction jurisdiction = Jurisdiction::Default;
  std::uint64_t time = 0;
  Text bucket;
};
struct SeriesOrder {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const Series<A>& a, const Series<B>& b) const {
    const std::string_view left = a.bucket;
    const std::string_view right = b.bucket;
    return std::tie(a.time, a.account, a.jurisdiction, left) <
           std::tie(b.time, b.account, b.jurisdiction, right);
  }
};
using Sums = std::map<Series<std::string>, RequestCounts, SeriesOrder>;

}  // namespace

bool proves_bucket(ErrorCode code) {
  switch (code) {
    case ErrorCode::NoSuchKey:
    case ErrorCode::NoSuchUpload:
    case ErrorCode::PreconditionFailed:
    case ErrorCode::InvalidPart:
    case ErrorCode::EntityTooSmall:
    case ErrorCode::BucketNotEmpty:
    case ErrorCode::BucketAlreadyOwnedByYou:
      return true;
    default:
      return false;
  }
}

class RequestUsage::Impl {
 public:
  Impl(std::vector<Source> sources, const Clock& clock) : clock_(clock) {
    for (const Source& source : sources) roots_.emplace_back(source);
  }

  void count(const FinishedRequest& request) {
    Series<std::string_view> series;
    series.account = request.account;
    series.jurisdiction = request.jurisdiction;
    series.time = begin_of(clock_.now(), length_of(Step::FiveMinutes));
    series.bucket = request.bucket;
    const RequestCounts counts = counts_of(request);
    Shard& shard = shards_[std::hash<std::string_view>()(request.account.bytes()) % kShards ^
                           std::hash<std::string_view>()(request.bucket) % kShards];
    const std::lock_guard lock(shard.mutex);
    auto found = shard.sums.find(series);
    if (found == shard.sums.end()) {
      const bool full = shard.sums.size() >= kSeriesMax / kShards;
      if (!request.bucket_exists || full) {
        series.bucket = {};
        found = shard.sums.find(series);
      }
    }
    if (found == shard.sums.end()) {
      // Without a name there is one for each account, of which there are as many as operators have
      // made; should they be too many, they are not counted.
      if (shard.sums.size() >= 2 * kSeriesMax / kShards) return;
      Series<std::string> key;
      key.account = series.account;
      key.jurisdiction = series.jurisdiction;
      key.time = series.time;
      key.bucket = series.bucket;
      found = shard.sums.try_emplace(std::move(key)).first;
    }
    found->second += counts;
  }

  Task<Result<>> save() {
    collect();
    for (Root& root : roots_) CO_TRY_VOID(co_await write(root));
    co_return ok();
  }

  Task<Result<>> drop_old() {
    for (const Root& root : roots_) {
      for (const Step step : kSteps) CO_TRY_VOID(co_await drop_old(*root.engine, step));
    }
    co_return ok();
  }

  Task<Result<std::vector<Point>>> read(Query query) const {
    std::map<std::uint64_t, RequestCounts> sums;
    for (const Root& root : roots_) {
      if (query.jurisdiction && *query.jurisdiction != root.jurisdiction) continue;
      CO_TRY_VOID(co_await read(*root.engine, query, sums));
    }
    add_unsaved(query, sums);
    std::vector<Point> points;
    points.reserve(sums.size());
    for (const auto& [time, counts] : sums) {
      points.push_back(Point{Timestamp(Seconds(time)), counts});
    }
    co_return points;
  }

 private:
  struct Shard {
    std::mutex mutex;
    Sums sums;  // guarded by mutex
  };
  /// One jurisdiction's place, with what is to be added to its keys.
  struct Root {
    explicit Root(const Source& source)
        : jurisdiction(source.jurisdiction), engine(source.engine) {}
    Jurisdiction jurisdiction;
    meta::Engine* engine;
    std::map<std::string, RequestCounts> pending;
  };

  void add_unsaved(const Query& query, std::map<std::uint64_t, RequestCounts>& sums) const {
    const Seconds length = length_of(query.step);
    const std::uint64_t first = begin_of(query.since, length);
    const std::uint64_t last = begin_of(query.until - std::chrono::milliseconds(1), length);
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      for (const auto& [series, counts] : shard.sums) {
        const std::uint64_t time = begin_of(Timestamp{Seconds(series.time)}, length);
        const bool asked =
            series.account == query.account && time >= first && time <= last &&
            query.jurisdiction.value_or(series.jurisdiction) == series.jurisdiction &&
            (query.bucket.empty() || query.bucket == series.bucket);
        if (asked) sums[time] += counts;
      }
    }
  }

  void collect() {
    for (Shard& shard : shards_) {
      Sums sums;
      {
        const std::lock_guard lock(shard.mutex);
        sums.swap(shard.sums);
      }
      for (const auto& [series, counts] : sums) {
        for (Root& root : roots_) {
          if (root.jurisdiction != series.jurisdiction) continue;
          const Timestamp time{Seconds(series.time)};
          for (const Step step : kSteps) {
            std::string key =
                key_of(step, series.account, begin_of(time, length_of(step)), series.bucket);
            const auto found = root.pending.find(key);
            if (found != root.pending.end()) {
              found->second += counts;
            } else if (root.pending.size() < kPendingMax) {
              root.pending.emplace(std::move(key), counts);
            }
          }
        }
      }
    }
  }

  /// Sums are read and written back, not counters of the engine: those can be neither listed nor
  /// removed. Nobody else writes them, and the checks hold should that change.
  static Task<Result<>> write(Root& root) {
    int attempts = 0;
    while (!root.pending.empty()) {
      meta::Commit change{meta::Partition(kPartition), std::string()};
      auto end = root.pending.begin();
      for (std::size_t i = 0; i < kBatch && end != root.pending.end(); ++i, ++end) {
        meta::Key key = record_key(end->first);
        RequestCounts sum = end->second;
        CO_TRY(const auto stored, co_await root.engine->get(change.partition, key));
        if (stored) {
          // What cannot be read any more is begun anew.
          const auto before = records::decode_request_counts(stored->value);
          if (before) sum += *before;
          change.checks.push_back(meta::Check::has_version(key, stored->version));
        } else {
          change.checks.push_back(meta::Check::absent(key));
        }
        change.puts.emplace_back(std::move(key), records::encode(sum));
      }
      CO_TRY(const auto outcome, co_await root.engine->commit(std::move(change)));
      if (outcome.committed()) {
        root.pending.erase(root.pending.begin(), end);
      } else if (++attempts == kAttemptsMax) {
        co_return make_error(ErrorCode::Busy, "usage is written by somebody else");
      }
    }
    co_return ok();
  }

  Task<Result<>> drop_old(meta::Engine& engine, Step step) const {
    const std::string prefix(prefix_of(step));
    const std::uint64_t oldest = begin_of(clock_.now() - kept_for(step), length_of(step));
    for (;;) {
      std::vector<meta::Key> old;
      meta::Visitor visit = [&](std::string_view key, std::string_view, meta::Version) {
        const auto parts = split(step, key);
        if (parts && parts->time >= oldest) {
          // All that follow of the account are younger.
          return meta::Step::seek(after(prefix + std::string(parts->account)));
        }
        old.push_back(record_key(std::string(key)));
        return old.size() < kBatch ? meta::Step::next() : meta::Step::stop();
      };
      meta::Range range(meta::Family::Record, prefix, after(prefix));
      CO_TRY_VOID(
          co_await engine.scan(meta::Partition(kPartition), std::move(range), std::move(visit)));
      if (old.empty()) co_return ok();
      const bool more = old.size() == kBatch;
      meta::Commit change{meta::Partition(kPartition), std::string()};
      change.deletes = std::move(old);
      CO_TRY_VOID(co_await engine.commit(std::move(change)));
      if (!more) co_return ok();
    }
  }

  static Task<Result<>> read(meta::Engine& engine, const Query& query,
                             std::map<std::uint64_t, RequestCounts>& sums) {
    const Step step = query.step;
    const auto length = static_cast<std::uint64_t>(length_of(step).count());
    std::optional<Error> failure;
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
      const auto parts = split(step, key);
      if (!parts) return meta::Step::next();
      if (!query.bucket.empty() && parts->bucket != query.bucket) {
        const bool before = parts->bucket < query.bucket;
        return meta::Step::seek(
            key_of(step, query.account, before ? parts->time : parts->time + length, query.bucket));
      }
      const auto counts = records::decode_request_counts(value);
      if (!counts) {
        failure = counts.error();
        return meta::Step::stop();
      }
      sums[parts->time] += *counts;
      return meta::Step::next();
    };
    // The point that `until` lies in belongs to it, unless that is its very beginning.
    const Timestamp last = query.until - std::chrono::milliseconds(1);
    meta::Range range(meta::Family::Record,
                      key_of(step, query.account, begin_of(query.since, length_of(step)), {}),
                      key_of(step, query.account, begin_of(last, length_of(step)) + length, {}));
    CO_TRY_VOID(
        co_await engine.scan(meta::Partition(kPartition), std::move(range), std::move(visit)));
    if (failure) co_return *std::move(failure);
    co_return ok();
  }

  const Clock& clock_;
  mutable std::array<Shard, kShards> shards_;
  std::vector<Root> roots_;  ///< their `pending` are of `save` alone
};

RequestUsage::RequestUsage(std::vector<Source> sources, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(sources), clock)) {}
RequestUsage::~RequestUsage() = default;

void RequestUsage::count(const FinishedRequest& request) { impl_->count(request); }
Task<Result<>> RequestUsage::save() { return impl_->save(); }
Task<Result<>> RequestUsage::drop_old() { return impl_->drop_old(); }
Task<Result<std::vector<RequestUsage::Point>>> RequestUsage::read(Query query) const {
  return impl_->read(std::move(query));
}

Seconds RequestUsage::length_of(Step step) {
  return step == Step::FiveMinutes ? Seconds(300) : Seconds(3600);
}

Seconds RequestUsage::kept_for(Step step) {
  return step == Step::FiveMinutes ? Seconds(std::chrono::hours(48))
                                   : Seconds(std::chrono::hours(31 * 24));
}

}  // namespace coffer::store
