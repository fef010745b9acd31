#include "api/usage.h"

#include "api/identity_calls.h"
#include "api/r2.h"
#include "store/request_usage.h"

#include <array>

/// Requests over time: Coffer's own.
namespace coffer::api {
namespace {

using store::RequestUsage;

json::object describe(const RequestUsage::Point& point) {
  const records::RequestCounts& counts = point.counts;
  json::object out;
  out["time"] = format_iso8601_ms(point.time);
  out["requests"] = counts.requests;
  out["reads"] = counts.reads;
  out["writes"] = counts.writes;
  out["lists"] = counts.lists;
  out["deletes"] = counts.deletes;
  out["errors_client"] = counts.errors_client;
  out["errors_server"] = counts.errors_server;
  out["bytes_in"] = counts.bytes_in;
  out["bytes_out"] = counts.bytes_out;
  return out;
}

Result<RequestUsage::Step> read_step(const Query& query) {
  constexpr std::array<std::string_view, 2> kSteps{"300", "3600"};
  TRY(const std::string text, query.choice("step", kSteps));
  return text == kSteps[0] ? RequestUsage::Step::FiveMinutes : RequestUsage::Step::Hour;
}

/// Of the account in all jurisdictions, or of one bucket in one.
Result<RequestUsage::Query> authorized_query(const Call& call) {
  RequestUsage::Query query;
  query.account = call.account();
  query.bucket = call.query.value("bucket");
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  if (query.bucket.empty()) {
    // The figures are of every jurisdiction, and the permission of the account.
    TRY_VOID(call.authorize(r2_accesses(call, auth::Action::UsageRead, Jurisdiction::Default)));
  } else {
    query.jurisdiction = jurisdiction;
    TRY_VOID(
        call.authorize(r2_accesses(call, auth::Action::UsageRead, jurisdiction, query.bucket)));
    // One that is deleted has a past all the same.
    TRY_VOID(BucketName::parse(query.bucket));
  }
  return query;
}

Task<Result<Reply>> get_usage(Call& call) {
  CO_TRY(RequestUsage::Query query, authorized_query(call));
  CO_TRY(query.step, read_step(call.query));
  CO_TRY(const auto since, call.query.time("since"));
  CO_TRY(const auto until, call.query.time("until"));
  query.until = until.value_or(call.now());
  query.since = since.value_or(query.until - RequestUsage::kept_for(query.step));
  if (query.since >= query.until) {
    co_return Error::with_message(ErrorCode::InvalidArgument,
                                  "query parameter since must be before until");
  }
  const auto step_s = RequestUsage::length_of(query.step).count();
  json::array points;
  if (const RequestUsage* usage = call.services.usage) {
    CO_TRY(const auto found, co_await usage->read(std::move(query)));
    for (const RequestUsage::Point& point : found) points.emplace_back(describe(point));
  }
  json::object result;
  result["step_s"] = step_s;
  result["points"] = std::move(points);
  co_return Reply(std::move(result));
}

constexpr std::array kParameters{
    kJurisdictionHeader, Parameter{.name = "since", .schema = "time"},
    Parameter{.name = "until", .schema = "time"},
    Parameter{.name = "bucket", .description = "Without it: the account, in all jurisdictions."},
    Parameter{.name = "step",
              .schema = "'300'|'3600'",
              .description = "Seconds of a point. Points of 5 minutes are kept for 48 hours, those "
                             "of an hour for 31 days."}};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/usage",
          .operation_id = "r2-get-usage",
          .summary = "Count requests over time",
          .family = Family::Product,
          .handler = get_usage,
          .ours = true,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::UsageRead},
          .parameters = kParameters,
          .result_schema = "UsageSeries"},
};

}  // namespace

void count_request(const Call& call, const http::Response& response, const Error* error) {
  RequestUsage* usage = call.services.usage;
  if (!usage || !call.route.counted_as || !belongs_to(call, call.account())) return;
  const auto jurisdiction = read_jurisdiction(call.request.headers, call.query);
  if (!jurisdiction) return;
  store::FinishedRequest finished;
  finished.account = call.account();
  finished.jurisdiction = *jurisdiction;
  finished.bucket = call.parameter("bucket_name");
  finished.bucket_exists = !error || store::proves_bucket(error->code());
  finished.kind = *call.route.counted_as;
  finished.status = response.status;
  if (!error) {
    // Documents are not what somebody stores or fetches.
    if (call.route.body == Body::Bytes) {
      finished.bytes_in = call.request.content_length.value_or(0);
    }
    if (response.stream) finished.bytes_out = response.content_length;
  }
  usage->count(finished);
}

std::span<const Route> usage_routes() { return kRoutes; }

}  // namespace coffer::api
