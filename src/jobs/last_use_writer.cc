#include "jobs/last_use_writer.h"

#include <chrono>

namespace coffer::jobs {
namespace {

constexpr std::chrono::seconds kPause{30};

}  // namespace

LastUseWriter::LastUseWriter(boost::asio::io_context& loop, auth::Identity& identity)
    : job_(loop, "writing last uses of tokens", kPause,
           [&identity] { return identity.save_last_uses(); }) {}

}  // namespace coffer::jobs
