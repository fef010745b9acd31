#include "app/bench_command.h"

#include "app/report.h"
#include "bench/load.h"
#include "bench/null_server.h"
#include "bench/statistics.h"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <sys/utsname.h>
#include <thread>

namespace coffer::app {
namespace {

namespace json = boost::json;

constexpr int kExitRequestsFailed = 2;
/// The generator holds one body in memory.
constexpr std::uint64_t kSizeBytesMax = 1ULL << 30;
/// Without --objects: no more bytes than this lie at the endpoint at once.
constexpr std::uint64_t kDefaultBytesKept = 256ULL << 20;
constexpr unsigned kDefaultObjects = 1000;
/// The ceiling needs no more precision than this gives.
constexpr std::chrono::milliseconds kCeilingDurationMax{2000};

const std::map<std::string, bench::Operation>& operations() {
  static const std::map<std::string, bench::Operation> table{{"put", bench::Operation::Put},
                                                             {"get", bench::Operation::Get},
                                                             {"head", bench::Operation::Head},
                                                             {"list", bench::Operation::List}};
  return table;
}

json::object to_json(const bench::Report& report) {
  json::object out;
  out["requests"] = report.requests;
  out["errors"] = report.errors;
  out["first_error_status"] = report.first_error_status;
  out["seconds"] = report.seconds;
  out["requests_per_s"] = report.requests_per_s;
  out["mib_per_s"] = report.mib_per_s;
  out["p50_us"] = report.p50_us;
  out["p90_us"] = report.p90_us;
  out["p99_us"] = report.p99_us;
  out["max_us"] = report.max_us;
  return out;
}

void print(const char* label, const bench::Report& report) {
  std::printf(
      "%-8s %9.0f req/s %9.1f MiB/s   p50 %7.0f us  p90 %7.0f us  p99 %7.0f us  max %7.0f us",
      label, report.requests_per_s, report.mib_per_s, report.p50_us, report.p90_us, report.p99_us,
      report.max_us);
  if (report.errors > 0) {
    std::printf("   %llu ERRORS, the first: %s", static_cast<unsigned long long>(report.errors),
                report.first_error_status == 0 ? "broken connection"
                                               : std::to_string(report.first_error_status).c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

/// Figures mean nothing without it.
std::string machine() {
  std::string model = "unknown processor";
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (const auto colon = line.find(": ");
        line.starts_with("model name") && colon != std::string::npos) {
      model = line.substr(colon + 2);
      break;
    }
  }
  utsname name{};
  ::uname(&name);
  return model + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, Linux " +
         name.release;
}

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

}  // namespace

struct BenchCommand::Options {
  struct Endpoint {
    std::string url;
    std::string access_key;
    std::string secret_key;
  };
  Endpoint a{"http://127.0.0.1:9000", {}, {}};
  Endpoint b;
  std::string bucket = "coffer-bench";
  std::string operation = "put";
  std::string region = "auto";
  std::uint64_t size_bytes = 4096;
  unsigned concurrency = 16;
  unsigned threads = 1;
  unsigned objects = 0;  ///< 0: by size
  double warm_up_s = 1;
  double duration_s = 5;
  unsigned rounds = 3;
  bool unsigned_payload = false;
  bool insecure = false;
  bool no_ceiling = false;
  bool keep = false;
  bool json = false;

  bench::Plan plan() const {
    bench::Plan plan;
    plan.operation = operations().at(operation);
    plan.size_bytes = size_bytes;
    plan.concurrency = concurrency;
    plan.threads = threads;
    const std::uint64_t fitting = kDefaultBytesKept / std::max<std::uint64_t>(size_bytes, 1);
    plan.objects =
        objects > 0 ? objects
                    : static_cast<unsigned>(std::clamp<std::uint64_t>(fitting, 1, kDefaultObjects));
    plan.hash_payload = !unsigned_payload;
    plan.warm_up = to_milliseconds(warm_up_s);
    plan.duration = to_milliseconds(duration_s);
    return plan;
  }

  /// One target, or two to compare.
  Result<std::vector<bench::Target>> targets() const {
    std::vector<bench::Target> out;
    for (const Endpoint* endpoint : {&a, &b}) {
      if (endpoint->url.empty()) continue;
      TRY(bench::Target target, bench::parse_endpoint(endpoint->url));
      target.verify_certificate = !insecure;
      target.bucket = bucket;
      target.region = region;
      target.access_key_id = endpoint->access_key;
      target.secret_access_key = endpoint->secret_key;
      out.push_back(std::move(target));
    }
    return out;
  }
};

namespace {

/// One run of the command: prints as it goes, or gathers one JSON document.
class Session {
 public:
  Session(bench::Plan plan, std::vector<bench::Target> targets, bool as_json)
      : plan_(std::move(plan)), targets_(std::move(targets)), as_json_(as_json) {}

  void describe(const std::string& operation) {
    document_["machine"] = machine();
    document_["operation"] = operation;
    document_["size_bytes"] = plan_.size_bytes;
    document_["connections"] = plan_.concurrency;
    document_["objects"] = plan_.objects;
    if (as_json_) return;
    std::printf(
        "%s\n%s, %llu bytes, %u objects, %u connections, %u generator threads, %.1f s a round\n",
        machine().c_str(), operation.c_str(), static_cast<unsigned long long>(plan_.size_bytes),
        plan_.objects, plan_.concurrency, plan_.threads,
        std::chrono::duration<double>(plan_.duration).count());
  }

  /// The same requests, signed as those to the first target, answered by nobody's work.
  void measure_ceiling() {
    const bench::NullServer null(plan_.operation == bench::Operation::Get ? plan_.size_bytes : 0);
    bench::Target target = null.target();
    target.access_key_id = targets_.front().access_key_id;
    target.secret_access_key = targets_.front().secret_access_key;
    bench::Plan plan = plan_;
    plan.duration = std::min(plan.duration, kCeilingDurationMax);
    const bench::Report report = bench::run(target, plan);
    document_["ceiling"] = to_json(report);
    if (!as_json_) print("ceiling", report);
  }

  Result<> prepare() {
    for (const bench::Target& target : targets_) {
      TRY(const bool bucket_made, bench::prepare(target, plan_));
      bucket_made_.push_back(bucket_made);
    }
    return ok();
  }

  void measure(unsigned rounds) {
    json::array all;
    for (unsigned round = 0; round < rounds; ++round) all.emplace_back(measure_round(round));
    document_["rounds"] = std::move(all);
    if (ratios_.empty()) return;
    document_["ratio_median"] = bench::median(ratios_);
    if (!as_json_) {
      std::printf("median of %zu pairs: A/B = %.3f\n", ratios_.size(), bench::median(ratios_));
    }
  }

  void clean_up() {
    for (std::size_t i = 0; i < bucket_made_.size(); ++i) {
      bench::clean_up(targets_[i], plan_, bucket_made_[i]);
    }
  }

  int finish() const {
    if (as_json_) std::cout << json::serialize(document_) << "\n";
    return errors_ == 0 ? 0 : kExitRequestsFailed;
  }

 private:
  json::object measure_round(unsigned round) {
    json::object entry;
    std::vector<double> rates(targets_.size());
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      // Every other pair begins with the second, so that drift of the machine favours neither.
      const std::size_t which = round % 2 == 0 ? i : targets_.size() - 1 - i;
      const bench::Report report = bench::run(targets_[which], plan_);
      errors_ += report.errors;
      rates[which] = report.requests_per_s;
      entry[which == 0 ? "a" : "b"] = to_json(report);
      if (!as_json_) print(targets_.size() == 1 ? "run" : which == 0 ? "A" : "B", report);
    }
    if (targets_.size() == 2 && rates[1] > 0) {
      ratios_.push_back(rates[0] / rates[1]);
      entry["ratio"] = ratios_.back();
      if (!as_json_) std::printf("pair %u: A/B = %.3f\n", round + 1, ratios_.back());
    }
    return entry;
  }

  const bench::Plan plan_;
  const std::vector<bench::Target> targets_;
  const bool as_json_;
  std::vector<bool> bucket_made_;  ///< of each target that was prepared
  std::vector<double> ratios_;
  std::uint64_t errors_ = 0;
  json::object document_;
};

}  // namespace

BenchCommand::BenchCommand(CLI::App& parent)
    : options_(std::make_unique<Options>()),
      command_(parent.add_subcommand("bench", "load an S3 endpoint, or compare two pair by pair")) {
  Options& o = *options_;
  CLI::App& c = *command_;
  // CLI11's own rendering of types, ranges and defaults would bury the names.
  const auto add = [&c](const std::string& name, auto& value, const std::string& help) {
    return c.add_option(name, value, help)->option_text(" ");
  };
  add("--endpoint", o.a.url, "http://host:port or https://host:port [" + o.a.url + "]");
  add("--access-key", o.a.access_key,
      "Access Key ID, else AWS_ACCESS_KEY_ID; without one requests go unsigned")
      ->envname("AWS_ACCESS_KEY_ID");
  add("--secret-key", o.a.secret_key, "Secret Access Key, else AWS_SECRET_ACCESS_KEY")
      ->envname("AWS_SECRET_ACCESS_KEY");
  add("--endpoint-b", o.b.url, "a second endpoint: rounds alternate, and the ratio A/B is printed");
  add("--access-key-b", o.b.access_key, "Access Key ID at the second endpoint");
  add("--secret-key-b", o.b.secret_key, "Secret Access Key at the second endpoint");
  add("--bucket", o.bucket, "made when it is missing [" + o.bucket + "]");
  add("--operation", o.operation, "put, get, head or list [" + o.operation + "]")
      ->check(CLI::IsMember({"put", "get", "head", "list"}));
  add("--region", o.region, "region of the signature [" + o.region + "]");
  add("--size", o.size_bytes, "object size, like 4KiB or 64MiB, at most 1GiB [4KiB]")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{0}, kSizeBytesMax));
  add("--concurrency", o.concurrency, "connections [16]")->check(CLI::Range(1U, 10'000U));
  add("--threads", o.threads, "threads of the generator [1]")->check(CLI::Range(1U, 256U));
  add("--objects", o.objects, "distinct keys [1000, or as many as fit into 256MiB]")
      ->check(CLI::Range(1U, 100'000'000U));
  add("--warm-up", o.warm_up_s, "seconds before measuring [1]")->check(CLI::Range(0.0, 3600.0));
  add("--duration", o.duration_s, "seconds of a round [5]")->check(CLI::Range(0.1, 3600.0));
  add("--rounds", o.rounds, "rounds, or pairs of them with two endpoints [3]")
      ->check(CLI::Range(1U, 1000U));
  c.add_flag("--unsigned-payload", o.unsigned_payload,
             "send UNSIGNED-PAYLOAD in place of the body's digest");
  c.add_flag("--insecure", o.insecure, "do not verify the certificate of an https endpoint");
  c.add_flag("--no-ceiling", o.no_ceiling, "do not measure the generator itself first");
  c.add_flag("--keep", o.keep, "leave the objects at the endpoint");
  c.add_flag("--json", o.json, "print one JSON document");
}

BenchCommand::~BenchCommand() = default;
bool BenchCommand::parsed() const { return command_->parsed(); }

int BenchCommand::run() const {
  const Options& options = *options_;
  auto targets = options.targets();
  if (!targets) return fail(targets.error());
  Session session(options.plan(), *std::move(targets), options.json);
  session.describe(options.operation);
  if (!options.no_ceiling) session.measure_ceiling();
  const Result<> prepared = session.prepare();
  if (prepared) session.measure(options.rounds);
  if (!options.keep) session.clean_up();
  return prepared ? session.finish() : fail(prepared.error());
}

}  // namespace coffer::app
