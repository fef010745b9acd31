#include "jobs/usage_writer.h"

#include <chrono>

namespace coffer::jobs {
namespace {

constexpr std::chrono::seconds kPause{30};
/// Writes between two removals of what is old: five minutes.
constexpr int kWritesPerRemoval = 10;

}  // namespace

UsageWriter::UsageWriter(boost::asio::io_context& loop, store::RequestUsage& usage)
    : job_(loop, "writing usage", kPause,
           [&usage, number = 0]() mutable { return write(usage, number++); }) {}

Task<Result<>> UsageWriter::write(store::RequestUsage& usage, int number) {
  CO_TRY_VOID(co_await usage.save());
  if (number % kWritesPerRemoval == 0) CO_TRY_VOID(co_await usage.drop_old());
  co_return ok();
}

}  // namespace coffer::jobs
