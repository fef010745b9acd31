#pragma once

#include <memory>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace coffer::app {

/// `coffer bench`: loads an S3 endpoint, shows the generator's own ceiling first, and compares two
/// endpoints pair by pair with `--endpoint-b`. What it put is deleted at the end.
class BenchCommand {
 public:
  explicit BenchCommand(CLI::App& parent);
  ~BenchCommand();
  bool parsed() const;
  /// The process's exit code: 0, 1 when it could not run, 2 when requests failed.
  int run() const;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
  CLI::App* command_;
};

}  // namespace coffer::app
