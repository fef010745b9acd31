#pragma once

#include "app/config.h"
#include "app/data_directory.h"
#include "auth/audit_log.h"
#include "auth/identity.h"
#include "auth/passwords.h"
#include "auth/sessions.h"
#include "base/clock.h"
#include "base/offload.h"
#include "base/random.h"
#include "blob/master_key.h"
#include "store/request_usage.h"
#include "store/store.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace coffer::app {

/// Everything that lies in a data directory, opened: the engines of each jurisdiction, identity and
/// the store over them. Built by `serve`, and by commands on a stopped server. Holds the
/// directory's lock while it lives. Not thread-safe itself; what it gives out is.
class Installation {
 public:
  /// Opens, or makes on the first start, everything below `--data`. Blocks. Errors, each with what
  /// to do: Locked, IoError, WrongMasterKey, NewerFormat, Corrupt, InvalidConfiguration.
  static Result<std::unique_ptr<Installation>> open(const Config& config);
  ~Installation();

  /// Loads identity and finishes what a crash interrupted. Once, before anything is asked.
  Task<Result<>> recover();
  /// Leaves word that nothing is under way, so that the next start has nothing to look for. Last,
  /// when nobody uses anything of this any more; does nothing when `recover` did not succeed.
  Task<Result<>> close();

  const std::filesystem::path& directory() const { return directory_; }
  auth::Identity& identity() { return *identity_; }
  auth::Sessions& sessions() { return *sessions_; }
  const auth::Authorizer& authorizer() const { return *authorizer_; }
  const auth::AuditLog& audit_log() const { return *audit_log_; }
  store::Store& store() { return *store_; }
  store::RequestUsage& usage() { return *usage_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }

 private:
  struct Root;
  struct EngineResources;

  Installation(DirectoryLock lock, std::filesystem::path directory);
  Result<> open_master_key(const Config& config);
  Result<> open_roots(const Config& config);
  Result<> open_root(Root& root, const EngineResources& resources,
                     const std::filesystem::path& path);

  DirectoryLock lock_;
  std::filesystem::path directory_;
  bool is_new_ = false;  ///< this start makes the directory
  bool recovered_ = false;
  SystemClock clock_;
  SystemRandom random_;
  // Destroyed in reverse: the store first, then identity, the engines, the pool they work on.
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<ThreadPool> password_pool_;
  std::optional<blob::MasterKey> master_key_;
  std::vector<std::unique_ptr<Root>> roots_;
  std::unique_ptr<auth::Identity> identity_;
  std::unique_ptr<auth::Passwords> passwords_;
  std::unique_ptr<auth::Sessions> sessions_;
  std::unique_ptr<auth::Authorizer> authorizer_;
  std::unique_ptr<auth::AuditLog> audit_log_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::RequestUsage> usage_;
};

}  // namespace coffer::app
