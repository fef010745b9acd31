#include "store/impl.h"

#include <algorithm>

namespace coffer::store {
namespace {

/// Entries of one page, objects and common prefixes together (r2-observed.md section 13).
constexpr std::size_t kListPageMax = 1000;

/// The common prefix that `key` (which begins with `prefix`) is shown as; nothing: as itself.
std::optional<std::string> common_prefix(std::string_view key, std::string_view prefix,
                                         std::string_view delimiter) {
  if (delimiter.empty()) return std::nullopt;
  const std::size_t at = key.find(delimiter, prefix.size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

/// Whether `marker` is what a group of keys is shown as, rather than a key or a place in between:
/// then the whole group lies before it. That is what a page that ends with a group continues from.
bool is_common_prefix(std::string_view marker, std::string_view prefix,
                      std::string_view delimiter) {
  return marker.starts_with(prefix) && common_prefix(marker, prefix, delimiter) == marker;
}

/// The groups of all keys that begin with `prefix`: [begin, end).
struct Span {
  explicit Span(std::string_view prefix) : exhausted(prefix.size() > layout::kKeyBytesMax) {
    if (exhausted) return;  // no key is as long
    begin = layout::escape(prefix);
    end = layout::after_prefix(begin);
  }

  /// Begins no earlier than `from`; an empty `from` is after every group.
  void start_at(std::string from) {
    if (from.empty()) {
      exhausted = true;
    } else if (begin < from) {
      begin = std::move(from);
    }
  }
  /// Begins after everything that begins with `shown`.
  void start_after_prefix(std::string_view shown) {
    start_at(layout::after_prefix(layout::escape(shown)));
  }
  bool empty() const { return exhausted || (!end.empty() && begin >= end); }

  std::string begin;
  std::string end;
  bool exhausted = false;
};

/// Goes on after `marker`, a key or a common prefix; an empty one is before everything.
void start_after(Span& span, std::string_view marker, const ListObjectsQuery& query) {
  if (marker.empty()) return;
  marker = layout::cut_marker(marker, layout::kKeyBytesMax);
  if (is_common_prefix(marker, query.prefix, query.delimiter)) {
    span.start_after_prefix(marker);
  } else {
    span.start_at(layout::group_of(marker) + '\0');
  }
}

/// The same for uploads: of the marker's key, those behind an id may still come.
void start_after(Span& span, const ListUploadsQuery& query) {
  if (query.key_marker.empty()) return;
  const std::string_view marker = layout::cut_marker(query.key_marker, layout::kKeyBytesMax);
  const std::string group = layout::group_of(marker);
  if (is_common_prefix(marker, query.prefix, query.delimiter)) {
    span.start_after_prefix(marker);
  } else if (query.upload_id_marker) {
    span.start_at(layout::upload_key(group, *query.upload_id_marker).bytes + '\0');
  } else {
    span.start_at(layout::after_prefix(group));
  }
}

/// Go on behind everything that begins with `shown`.
meta::Step skip_group(const std::string& shown) {
  std::string target = layout::after_prefix(layout::escape(shown));
  return target.empty() ? meta::Step::stop() : meta::Step::seek(std::move(target));
}

/// How much is on a page, and what went wrong.
class PageBuilder {
 public:
  const std::optional<Error>& failure() const { return failure_; }

 protected:
  explicit PageBuilder(std::size_t limit) : left_(std::min(limit, kListPageMax)) {}

  bool full() const { return left_ == 0; }
  void count() { --left_; }
  meta::Step fail(Error error) {
    failure_ = std::move(error);
    return meta::Step::stop();
  }

 private:
  std::size_t left_;
  std::optional<Error> failure_;
};

/// Goes over the keys of a scan and builds a page of objects.
class ObjectPageBuilder : public PageBuilder {
 public:
  ObjectPageBuilder(const ListObjectsQuery& query, ObjectPage& page)
      : PageBuilder(query.limit), query_(query), page_(page) {}

  meta::Step visit(std::string_view group, std::string_view value) {
    if (full()) {
      page_.truncated = true;
      return meta::Step::stop();
    }
    auto nfc = layout::key_of_group(group);
    if (!nfc) return fail(make_error(ErrorCode::Corrupt, "object key"));
    if (auto shown = common_prefix(*nfc, query_.prefix, query_.delimiter)) {
      count();
      page_.next = *shown;
      page_.common_prefixes.push_back(std::move(*shown));
      return skip_group(page_.next);
    }
    auto object = decode_listed(value);
    if (!object) return fail(object.error());
    count();
    page_.next = std::move(*nfc);
    page_.objects.push_back(std::move(*object));
    return meta::Step::next();
  }

 private:
  const ListObjectsQuery& query_;
  ObjectPage& page_;
};

class UploadPageBuilder : public PageBuilder {
 public:
  UploadPageBuilder(const ListUploadsQuery& query, UploadPage& page)
      : PageBuilder(query.limit), query_(query), page_(page) {}

  meta::Step visit(std::string_view key, std::string_view value) {
    if (full()) {
      page_.truncated = true;
      return meta::Step::stop();
    }
    const auto parts = layout::split_upload_key(key);
    auto nfc = parts ? layout::key_of_group(parts->group) : std::nullopt;
    if (!nfc) return fail(make_error(ErrorCode::Corrupt, "upload key"));
    if (auto shown = common_prefix(*nfc, query_.prefix, query_.delimiter)) {
      count();
      page_.next_key_marker = *shown;
      page_.next_upload_id_marker.reset();
      page_.common_prefixes.push_back(std::move(*shown));
      return skip_group(page_.next_key_marker);
    }
    const auto record = decode_upload(value);
    if (!record) return fail(record.error());
    count();
    page_.next_key_marker = *nfc;
    page_.next_upload_id_marker = parts->id;
    page_.uploads.push_back(record->info(std::move(*nfc), parts->id));
    return meta::Step::next();
  }

 private:
  const ListUploadsQuery& query_;
  UploadPage& page_;
};

}  // namespace

Task<Result<ObjectPage>> Store::Impl::list_objects(BucketAddress address, ListObjectsQuery query) {
  CO_TRY(const auto bucket, co_await open(address));
  ObjectPage page;
  Span span(query.prefix);
  start_after(span, query.start_after, query);
  start_after(span, query.continuation, query);
  if (span.empty()) co_return page;

  ObjectPageBuilder builder(query, page);
  meta::Visitor visit = [&builder](std::string_view key, std::string_view value, meta::Version) {
    return builder.visit(key, value);
  };
  meta::Range range(meta::Family::Record, std::move(span.begin), std::move(span.end));
  CO_TRY_VOID(co_await bucket->meta().scan(bucket->partition, std::move(range), std::move(visit)));
  if (builder.failure()) co_return *builder.failure();
  co_return page;
}

Task<Result<UploadPage>> Store::Impl::list_uploads(BucketAddress address, ListUploadsQuery query) {
  CO_TRY(const auto bucket, co_await open(address));
  UploadPage page;
  Span span(query.prefix);
  start_after(span, query);
  if (span.empty()) co_return page;

  UploadPageBuilder builder(query, page);
  meta::Visitor visit = [&builder](std::string_view key, std::string_view value, meta::Version) {
    return builder.visit(key, value);
  };
  meta::Range range(meta::Family::Upload, std::move(span.begin), std::move(span.end));
  CO_TRY_VOID(co_await bucket->meta().scan(bucket->partition, std::move(range), std::move(visit)));
  if (builder.failure()) co_return *builder.failure();
  co_return page;
}

}  // namespace coffer::store
