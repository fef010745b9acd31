#include "app/installation.h"

#include "app/descriptors.h"
#include "blob/engine.h"
#include "blob/file_engine.h"
#include "blob/sealed_blobs.h"
#include "meta/engine.h"
#include "meta/rocksdb_engine.h"

#include <future>

namespace coffer::app {
namespace {

namespace fs = std::filesystem;

/// Threads for blocking work. More than cores, because most of them wait for the disk.
constexpr std::size_t kPoolThreads = 16;
/// Jobs that may wait for a thread before requests are told to slow down: a second or so of work.
constexpr std::size_t kPoolQueueLimit = 16'384;
/// Hashing a password takes 19 MiB and a core: two at a time, and so many more that wait for them.
constexpr std::size_t kPasswordThreads = 2;
constexpr std::size_t kPasswordQueueLimit = 32;
/// Blocks of the indexes that were read, for all jurisdictions together; taken as it fills.
constexpr std::size_t kBlockCacheBytes = 128 * 1024 * 1024;
/// Where auth::Identity keeps its records, and with them its part of the audit log.
constexpr std::string_view kIdentityPartition = "identity";

}  // namespace

/// One jurisdiction's engines, in order of construction.
struct Installation::Root {
  explicit Root(Jurisdiction j) : jurisdiction(j) {}
  Jurisdiction jurisdiction;
  std::unique_ptr<blob::Engine> blob_engine;
  std::unique_ptr<meta::Engine> meta_engine;
  std::unique_ptr<blob::SealedBlobs> blobs;
};

/// What the roots share.
struct Installation::EngineResources {
  std::shared_ptr<rocksdb::Cache> block_cache;
  std::size_t cached_blobs_max = 0;
};

Installation::Installation(DirectoryLock lock, fs::path directory)
    : lock_(std::move(lock)), directory_(std::move(directory)) {}

Installation::~Installation() = default;

Result<std::unique_ptr<Installation>> Installation::open(const Config& config) {
  const fs::path directory = absolute_directory(config.text("data"));
  TRY_VOID(make_private_directory(directory));
  TRY(DirectoryLock lock, DirectoryLock::take(directory));
  std::unique_ptr<Installation> self(new Installation(std::move(lock), directory));
  TRY_VOID(self->open_master_key(config));
  self->pool_ = std::make_unique<ThreadPool>(kPoolThreads, kPoolQueueLimit, "work");
  TRY_VOID(self->open_roots(config));
  if (self->is_new_) {
    // From here on a missing root or key is a mistake of the operator's, no longer a first start.
    DirectoryMarker marker;
    marker.master_key_fingerprint = self->master_key_->fingerprint();
    TRY_VOID(write_directory_marker(directory, marker));
  }

  std::vector<store::Placement> placements;
  std::vector<auth::AuditLog::Source> audit_sources;
  std::vector<store::RequestUsage::Source> usage_sources;
  meta::Engine* identity_engine = nullptr;
  for (const auto& root : self->roots_) {
    placements.emplace_back(root->jurisdiction, *root->meta_engine, *root->blobs);
    audit_sources.emplace_back(*root->meta_engine, store::audit_partition());
    usage_sources.emplace_back(root->jurisdiction, *root->meta_engine);
    if (root->jurisdiction == Jurisdiction::Default) identity_engine = root->meta_engine.get();
  }
  audit_sources.emplace_back(*identity_engine, std::string(kIdentityPartition), meta::Family::Body);
  self->audit_log_ = std::make_unique<auth::AuditLog>(std::move(audit_sources));
  self->usage_ = std::make_unique<store::RequestUsage>(std::move(usage_sources), self->clock_);
  self->identity_ = std::make_unique<auth::Identity>(*identity_engine, *self->master_key_,
                                                     self->clock_, self->random_);
  self->password_pool_ =
      std::make_unique<ThreadPool>(kPasswordThreads, kPasswordQueueLimit, "password");
  self->passwords_ = std::make_unique<auth::Passwords>(*self->password_pool_, self->random_);
  auth::SessionLimits sessions;
  sessions.idle_max = std::chrono::seconds(config.number("session-idle-s"));
  self->sessions_ =
      std::make_unique<auth::Sessions>(*self->identity_, *identity_engine, *self->master_key_,
                                       *self->passwords_, self->clock_, self->random_, sessions);
  self->authorizer_ = std::make_unique<auth::Authorizer>(*self->identity_, self->clock_);
  auto quota_of = [identity = self->identity_.get()](AccountId id) {
    return identity->quota_of(id);
  };
  self->store_ = std::make_unique<store::Store>(
      store::Environment{self->clock_, self->random_, *self->pool_, std::move(quota_of)},
      std::move(placements));
  return self;
}

Result<> Installation::open_master_key(const Config& config) {
  TRY(const std::optional<DirectoryMarker> marker, read_directory_marker(directory_));
  is_new_ = !marker;
  const fs::path key_file = config.text("master-key-file");
  TRY(blob::MasterKey key, blob::MasterKey::load_file(key_file, is_new_, random_));
  if (marker && marker->master_key_fingerprint != key.fingerprint()) {
    return Error(ErrorCode::WrongMasterKey, "master key " + key_file.string() +
                                                " is not the one that " + directory_.string() +
                                                " was made with; give the right --master-key-file");
  }
  master_key_.emplace(std::move(key));
  return ok();
}

Result<> Installation::open_roots(const Config& config) {
  EngineResources resources;
  resources.block_cache = meta::make_block_cache(kBlockCacheBytes);
  resources.cached_blobs_max = plan_descriptors(raise_descriptor_limit()).cached_blobs_max;
  // Opening a root is mostly waiting for its syncs: all at once.
  std::vector<std::future<Result<>>> opening;
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    roots_.push_back(std::make_unique<Root>(jurisdiction));
    opening.push_back(std::async(std::launch::async, &Installation::open_root, this,
                                 std::ref(*roots_.back()), std::cref(resources),
                                 absolute_directory(config.data_root(jurisdiction))));
  }
  Result<> outcome = ok();
  for (auto& one : opening) {
    Result<> opened = one.get();
    if (outcome && !opened) outcome = std::move(opened);
  }
  return outcome;
}

Result<> Installation::open_root(Root& root, const EngineResources& resources,
                                 const fs::path& path) {
  TRY_VOID(claim_root(path, root.jurisdiction, master_key_->fingerprint(), is_new_));
  blob::FileEngineOptions files;
  files.path = blobs_folder(path);
  files.open_files_max = resources.cached_blobs_max;
  meta::RocksDbOptions index;
  index.path = index_folder(path);
  index.block_cache = resources.block_cache;
  TRY(root.blob_engine, blob::open_file_engine(std::move(files), *pool_, random_));
  TRY(root.meta_engine, meta::open_rocksdb(std::move(index), *pool_));
  root.blobs =
      std::make_unique<blob::SealedBlobs>(*root.blob_engine, *master_key_, random_, *pool_);
  return ok();
}

Task<Result<>> Installation::recover() {
  CO_TRY_VOID(co_await identity_->load());
  CO_TRY_VOID(co_await sessions_->load());
  CO_TRY_VOID(co_await store_->recover());
  recovered_ = true;
  co_return ok();
}

Task<Result<>> Installation::close() {
  if (!recovered_) co_return ok();
  recovered_ = false;
  co_return co_await store_->mark_clean_stop();
}

}  // namespace coffer::app
