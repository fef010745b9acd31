#include "ledger.h"

namespace coffer::durability {

void Ledger::wrote(const std::string& file) {
  const std::lock_guard lock(mutex_);
  files_.insert(file);
}

void Ledger::nameless(const std::string& file) {
  const std::lock_guard lock(mutex_);
  nameless_.insert(file);
}

void Ledger::got_name(const std::string& file) {
  const std::lock_guard lock(mutex_);
  nameless_.erase(file);
}

void Ledger::synced(Sync kind, const std::string& file) {
  const std::lock_guard lock(mutex_);
  ++counts_[kind];
  if (kind != disbelieved_) files_.erase(file);
}

void Ledger::dropped(const std::string& file) {
  const std::lock_guard lock(mutex_);
  files_.erase(file);
  nameless_.erase(file);
}

void Ledger::named(const std::string& directory, const std::string& name) {
  const std::lock_guard lock(mutex_);
  directories_[directory].insert(name);
  if (const auto made = contents_.find(directory); made != contents_.end()) {
    made->second.insert(name);
  }
}

void Ledger::named_directory(const std::string& directory, const std::string& name) {
  named(directory, name);
  const std::lock_guard lock(mutex_);
  contents_[directory + "/" + name];
}

void Ledger::unnamed(const std::string& directory, const std::string& name) {
  const std::lock_guard lock(mutex_);
  directories_[directory].erase(name);
  if (const auto made = contents_.find(directory); made != contents_.end()) {
    made->second.erase(name);
  }
}

void Ledger::synced_directory(Sync kind, const std::string& directory) {
  const std::lock_guard lock(mutex_);
  ++counts_[kind];
  if (kind != disbelieved_) directories_[directory].clear();
}

std::vector<std::string> Ledger::at_risk() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const std::string& file : files_) {
    if (!nameless_.contains(file)) out.push_back("bytes of " + file);
  }
  for (const auto& [directory, names] : directories_) {
    for (const std::string& name : names) {
      const auto made = contents_.find(directory + "/" + name);
      if (made != contents_.end() && made->second.empty()) continue;
      out.push_back("name " + name + " in " + directory);
    }
  }
  return out;
}

std::size_t Ledger::count(Sync kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(kind);
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace coffer::durability
