#include "meta/rocksdb_log.h"

#include "base/log.h"

#include <rocksdb/env.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <utility>

namespace coffer::meta {
namespace {

/// RocksDB's lines are short; a longer one is cut.
constexpr std::size_t kLineBytesMax = 1024;

class RocksDbLog final : public rocksdb::Logger {
 public:
  explicit RocksDbLog(std::string directory)
      : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), directory_(std::move(directory)) {}

  using Logger::Logv;
  // Called for lines without a level, which are headers and other news for people.
  void Logv(const char*, va_list) override {}
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    std::array<char, kLineBytesMax> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    const LogLevel ours =
        level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::Warn : LogLevel::Error;
    log(ours, "index " + directory_ + ": RocksDB: " + line.data());
  }

 private:
  const std::string directory_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocksdb_log(std::string directory) {
  return std::make_shared<RocksDbLog>(std::move(directory));
}

}  // namespace coffer::meta
