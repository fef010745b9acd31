#pragma once

#include "base/offload.h"
#include "ledger.h"
#include "service_fixture.h"
#include "support/temporary_directory.h"

#include <memory>
#include <optional>

namespace coffer::durability {

/// The embedded engines on a directory of their own, with every write and sync of theirs in a
/// ledger. The directory goes with it.
class RecordedEngines {
 public:
  explicit RecordedEngines(std::optional<Sync> disbelieved);
  ~RecordedEngines();
  RecordedEngines(const RecordedEngines&) = delete;
  RecordedEngines& operator=(const RecordedEngines&) = delete;

  Ledger& ledger() { return ledger_; }
  /// Opens them; once. They must go before this does.
  s3::test::Engines open();

 private:
  class Files;
  class IndexFiles;

  std::unique_ptr<meta::Engine> open_index(const std::string& name);

  test::TemporaryDirectory directory_;
  Ledger ledger_;
  SystemRandom random_;
  ThreadPool pool_{2, 1024, "durability"};
  std::unique_ptr<Files> files_;
};

}  // namespace coffer::durability
