#pragma once

#include <memory>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace coffer::app {

/// `coffer creds mint`: makes a temporary credential from a token's keys. Asks no server: whoever
/// holds the keys can do it, and the server learns of it from the first request.
class CredsCommand {
 public:
  explicit CredsCommand(CLI::App& parent);
  ~CredsCommand();
  bool parsed() const;
  /// The process's exit code.
  int run() const;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
  CLI::App* mint_;
};

}  // namespace coffer::app
