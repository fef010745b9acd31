#include "app/serve.h"

#include "api/service.h"
#include "app/access_log_writer.h"
#include "app/administration.h"
#include "app/api_listener.h"
#include "app/audiences.h"
#include "app/bootstrap.h"
#include "app/control_socket.h"
#include "app/descriptors.h"
#include "app/installation.h"
#include "app/metrics.h"
#include "app/report.h"
#include "app/run.h"
#include "app/welcome.h"
#include "auth/sigv4.h"
#include "base/log.h"
#include "http/server.h"
#include "jobs/garbage_collector.h"
#include "jobs/last_use_writer.h"
#include "jobs/usage_writer.h"
#include "s3/service.h"
#include "web/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <unistd.h>

namespace coffer::app {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kFirstAccountName = "default";
constexpr std::string_view kFirstUserEmail = "admin@localhost";
constexpr int kExitForced = 130;  // what shells make of a process ended by SIGINT

/// For the second signal: whoever sends it does not want to wait.
extern "C" void exit_at_once(int) {
  constexpr std::string_view kText = "coffer: stopped at once by a second signal\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(kExitForced);
}

/// A listener's address as a client on this machine writes it: "any address" is no destination.
std::string reachable(std::string address) {
  const std::size_t port = address.rfind(':');
  const std::string host = address.substr(0, port);
  if (host == "0.0.0.0") return "127.0.0.1" + address.substr(port);
  if (host == "[::]") return "[::1]" + address.substr(port);
  return address;
}

/// One process's server: wiring, first run, signals, shutdown order. Everything but requests runs
/// on the main thread and its loop.
class Serving {
 public:
  explicit Serving(const Config& config) : config_(config) {}

  /// After a failure, `stop` is still to be called.
  Result<> start() {
    try {
      return start_in_order();
    } catch (const std::exception& error) {
      // No memory, no threads: what has been started must be stopped in order all the same.
      return Error(ErrorCode::Internal, std::string("cannot start: ") + error.what());
    }
  }

  /// Until SIGTERM or SIGINT.
  void run() {
    std::cout << welcome_ << std::flush;
    if (stop_requested_) return;
    control_loop_.restart();
    control_loop_.run();
  }

  /// In this order: no new work, then what runs, then what it runs on.
  void stop() {
    ready_ = false;
    heed_second_signal();
    if (collector_) collector_->stop();
    if (last_use_writer_) last_use_writer_->stop();
    if (usage_writer_) usage_writer_->stop();
    if (control_) control_->stop();
    control_loop_.restart();
    control_loop_.run();
    if (server_) server_->stop(std::chrono::seconds(config_.number("stop-grace-s")));
    if (usage_writer_) {
      // Of the requests that ended since the job did.
      const Result<> saved = run_blocking(control_loop_, installation_->usage().save());
      if (!saved) log_warn("stopping: usage: " + saved.error().describe());
    }
    if (installation_) {
      const Result<> closed = run_blocking(control_loop_, installation_->close());
      if (!closed) log_warn("stopping: " + closed.error().describe());
    }
  }

 private:
  Result<> start_in_order() {
    TRY_VOID(config_.validate());
    TRY(installation_, Installation::open(config_));
    TRY_VOID(run_blocking(control_loop_, installation_->recover()));
    TRY_VOID(make_first_account());
    TRY_VOID(start_listeners());
    TRY_VOID(start_control_socket());
    start_jobs();
    watch_signals();
    ready_ = true;
    // Last: who waits for the bootstrap file finds everything answering.
    return introduce_server();
  }

  Result<> make_first_account() {
    auth::Identity& identity = installation_->identity();
    if (!identity.accounts().empty()) return ok();
    TRY(const auth::Account account,
        run_blocking(control_loop_, identity.create_account(std::string(kFirstAccountName), true)));
    log_info("account created: " + account.id.hex());
    // Who owns the installation; until a password is set, a name to own tokens by.
    auth::NewUser administrator;
    administrator.email = kFirstUserEmail;
    administrator.is_operator = true;
    TRY_VOID(run_blocking(control_loop_, identity.create_user(std::move(administrator))));
    std::vector<const auth::Role*> roles{&auth::super_administrator()};
    TRY_VOID(run_blocking(
        control_loop_, identity.add_member(account.id, std::string(kFirstUserEmail),
                                           std::move(roles), auth::Membership::Status::Accepted)));
    return ok();
  }

  Result<> start_listeners() {
    TRY(http::ServerConfig server, server_config());
    server_ = std::make_unique<http::Server>(std::move(server), installation_->clock(),
                                             installation_->random());
    TRY_VOID(server_->start());
    note_endpoints(server_->addresses());
    note_audiences(server_->addresses());
    return ok();
  }

  Result<http::ServerConfig> server_config() {
    http::ServerConfig server;
    if (tls()) {
      server.tls = http::TlsConfig{config_.text("tls-cert"), config_.text("tls-key")};
    }
    server.loops = config_.number("loops");
    server.limits.connections_max = plan_descriptors(raise_descriptor_limit()).connections_max;
    for (const std::string& block : config_.list("trusted-proxies")) {
      server.trusted_proxies.push_back(*IpNetwork::parse(block));
    }
    if (config_.text("access-log") != "off") {
      TRY(access_log_, AccessLogWriter::open(config_.text("access-log")));
      server.access_log = [writer = access_log_.get()](const std::string& line) {
        writer->write(line);
      };
    }
    add_s3_listeners(server);
    add_api_listener(server);
    return server;
  }

  void add_listener(http::ServerConfig& server, std::string name, std::string address,
                    http::Handler& handler) {
    http::ListenerConfig listener;
    listener.address = std::move(address);
    listener.name = std::move(name);
    listener.tls = tls();
    listener.handler = &handler;
    server.listeners.push_back(std::move(listener));
  }

  void add_s3_listeners(http::ServerConfig& server) {
    s3::ServiceConfig s3;
    s3.strict = config_.text("compat") == "r2";
    s3.host_suffixes = config_.list("host-suffix");
    s3.default_account = AccountId::parse(config_.text("default-account"));
    failures_ =
        std::make_unique<auth::FailureLimiter>(auth::FailureLimits(), installation_->clock());
    s3.failures = failures_.get();
    s3.usage = &installation_->usage();
    authenticator_ = std::make_unique<auth::Authenticator>(installation_->identity(),
                                                           installation_->clock(), s3.strict);
    for (const Jurisdiction jurisdiction : kJurisdictions) {
      const auto address = config_.s3_listener(jurisdiction);
      if (!address) continue;
      s3_.push_back(std::make_unique<s3::Service>(
          s3, jurisdiction, installation_->store(), installation_->identity(), *authenticator_,
          installation_->authorizer(), installation_->clock(), &metrics_));
      const std::string suffix = jurisdiction == Jurisdiction::Default
                                     ? std::string()
                                     : "-" + std::string(to_string(jurisdiction));
      add_listener(server, "s3" + suffix, *address, *s3_.back());
      s3_jurisdictions_.push_back(jurisdiction);
    }
  }

  void add_api_listener(http::ServerConfig& server) {
    const auto address = config_.api_listener();
    if (!address) return;
    api::Probes probes;
    probes.ready = [this] { return ready_.load(); };
    probes.metrics = [this] { return metrics_.expose(server_->stats()); };
    api::ServiceConfig api;
    api.hosts = config_.list("api-hosts");
    api::Services services(installation_->identity(), installation_->sessions(),
                           installation_->authorizer(), *authenticator_, installation_->audit_log(),
                           installation_->store(), installation_->clock(), installation_->random());
    services.endpoints = [this] { return api_endpoints(); };
    services.usage = &installation_->usage();
    api_ = std::make_unique<api::Service>(std::move(api), std::move(services), std::move(probes));
    dashboard_ = std::make_unique<web::Service>(web::Bundle::embedded(), config_.list("api-hosts"));
    api_listener_ = std::make_unique<ApiListener>(*api_, *dashboard_);
    add_listener(server, "api", *address, *api_listener_);
  }

  /// `addresses` are in the order of the listeners: S3 by jurisdiction, then the API.
  void note_endpoints(const std::vector<std::string>& addresses) {
    const std::string scheme = tls() ? "https://" : "http://";
    for (std::size_t i = 0; i < s3_jurisdictions_.size(); ++i) {
      const std::string url = scheme + reachable(addresses[i]);
      if (s3_jurisdictions_[i] == Jurisdiction::Default) {
        const std::string& given = config_.text("public-endpoint");
        endpoints_.s3 = given.empty() ? url : given;
      } else {
        endpoints_.jurisdictions.emplace_back(to_string(s3_jurisdictions_[i]), url);
      }
    }
    if (api_) endpoints_.api = scheme + reachable(addresses.back()) + "/client/v4";
  }

  /// What the API tells of them; called once every listener listens.
  api::Endpoints api_endpoints() const {
    const std::vector<std::string> suffixes = config_.list("host-suffix");
    api::Endpoints out;
    out.api = endpoints_.api;
    const auto add = [&](Jurisdiction jurisdiction, const std::string& url) {
      const std::size_t colon = url.rfind(':');
      const bool has_port = colon != std::string::npos && colon > url.find("://");
      std::string host_style;
      if (!suffixes.empty()) {
        if (jurisdiction != Jurisdiction::Default) {
          host_style.append(".").append(to_string(jurisdiction));
        }
        host_style += "." + suffixes.front() + (has_port ? url.substr(colon) : std::string());
      }
      out.s3.emplace_back(jurisdiction, url, std::move(host_style));
    };
    add(Jurisdiction::Default, endpoints_.s3);
    for (const auto& [name, url] : endpoints_.jurisdictions) {
      if (const auto jurisdiction = parse_jurisdiction(name)) add(*jurisdiction, url);
    }
    return out;
  }

  /// In the same order. Until here no temporary credential is valid.
  void note_audiences(const std::vector<std::string>& addresses) {
    std::vector<std::pair<Jurisdiction, std::string>> listeners;
    for (std::size_t i = 0; i < s3_jurisdictions_.size(); ++i) {
      listeners.emplace_back(s3_jurisdictions_[i], addresses[i]);
    }
    authenticator_->set_audiences(audiences_of(config_, listeners));
  }

  Result<> start_control_socket() {
    administration_ = std::make_unique<Administration>(Administered{
        installation_->identity(), installation_->sessions(), installation_->authorizer(),
        installation_->store(), installation_->clock(), installation_->random(), dashboard_url()});
    control_ = std::make_unique<ControlServer>(control_loop_, *administration_);
    return control_->listen(control_socket_path(installation_->directory()));
  }

  void start_jobs() {
    collector_ = std::make_unique<jobs::GarbageCollector>(control_loop_, installation_->store(),
                                                          metrics_.registry());
    collector_->start();
    last_use_writer_ =
        std::make_unique<jobs::LastUseWriter>(control_loop_, installation_->identity());
    last_use_writer_->start();
    usage_writer_ = std::make_unique<jobs::UsageWriter>(control_loop_, installation_->usage());
    usage_writer_->start();
  }

  Result<> introduce_server() {
    const std::string& path = config_.text("bootstrap-file");
    const auto file = path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    TRY(const Introduction introduction,
        run_blocking(control_loop_,
                     introduce(installation_->identity(), installation_->clock().now(), file,
                               terminal, endpoints_)));
    Dashboard dashboard;
    dashboard.url = dashboard_url();
    if (terminal && !dashboard.url.empty()) {
      TRY(dashboard.setup_link, make_setup_link());
    }
    const std::vector<std::string> suffixes = config_.list("host-suffix");
    welcome_ = welcome_text(introduction, terminal, path,
                            suffixes.empty() ? std::string() : suffixes.front(), token_command(),
                            dashboard);
    return ok();
  }

  /// Empty without a dashboard.
  std::string dashboard_url() const {
    if (!api_ || web::Bundle::embedded().empty()) return "";
    return endpoints_.api.substr(0, endpoints_.api.rfind("/client/v4"));
  }

  /// Of the first operator, as long as that one has no password.
  Result<std::string> make_setup_link() {
    for (const auto& user : installation_->identity().users()) {
      if (!user->is_operator) continue;
      if (!user->password_hash.empty()) break;
      TRY(const auth::SetupLink link,
          run_blocking(control_loop_,
                       installation_->sessions().make_setup_link(user->id, auth::Actor())));
      return dashboard_url() + "/setup#" + link.token;
    }
    return std::string();
  }

  std::string token_command() const {
    const std::string data =
        config_.origin("data") == "default" ? "" : " --data " + config_.text("data");
    return "coffer token create" + data + " --name NAME --permission admin-read-write";
  }

  void watch_signals() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    wait_for_signal();
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code code, int signal) {
      if (code) return;
      if (signal == SIGHUP) {
        reload();
        wait_for_signal();
        return;
      }
      log_info(signal == SIGTERM ? "stopping on SIGTERM" : "stopping on SIGINT");
      stop_requested_ = true;
      control_loop_.stop();
    });
  }

  void reload() {
    if (tls()) {
      const Result<> reloaded = server_->reload_tls();
      if (reloaded) {
        log_info("SIGHUP: TLS certificate and key read again");
      } else {
        log_error("SIGHUP: the old TLS certificate stays: " + reloaded.error().describe());
      }
    }
    if (access_log_) {
      const Result<> reopened = access_log_->reopen();
      if (!reopened) log_error("SIGHUP: " + reopened.error().describe());
    }
  }

  /// From here on nobody runs the loop for long, so signals are taken where they arrive.
  void heed_second_signal() {
    boost::system::error_code ignored;
    signals_.clear(ignored);
    signals_.cancel(ignored);
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGTERM, exit_at_once);
    std::signal(SIGINT, exit_at_once);
  }

  bool tls() const { return !config_.text("tls-cert").empty(); }

  const Config& config_;
  /// Control socket, jobs and signals.
  asio::io_context control_loop_{1};
  asio::signal_set signals_{control_loop_};
  bool stop_requested_ = false;
  std::atomic<bool> ready_{false};  ///< read by the listeners' loops
  Endpoints endpoints_;
  std::string welcome_;
  Metrics metrics_;
  // Destroyed in reverse: the listeners before what their handlers use.
  std::unique_ptr<Installation> installation_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<auth::FailureLimiter> failures_;
  std::vector<std::unique_ptr<s3::Service>> s3_;
  std::vector<Jurisdiction> s3_jurisdictions_;  ///< of s3_, in order
  std::unique_ptr<api::Service> api_;
  std::unique_ptr<web::Service> dashboard_;
  std::unique_ptr<ApiListener> api_listener_;
  std::unique_ptr<AccessLogWriter> access_log_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Administration> administration_;
  std::unique_ptr<ControlServer> control_;
  std::unique_ptr<jobs::GarbageCollector> collector_;
  std::unique_ptr<jobs::LastUseWriter> last_use_writer_;
  std::unique_ptr<jobs::UsageWriter> usage_writer_;
};

}  // namespace

int serve(const Config& config) {
  const auto began = std::chrono::steady_clock::now();
  std::signal(SIGPIPE, SIG_IGN);
  for (const std::string& name : config.unknown_variables()) {
    log_warn("the environment variable " + name +
             " is no setting and does nothing; `coffer config` lists the settings");
  }
  Serving serving(config);
  const Result<> started = serving.start();
  if (!started) {
    serving.stop();
    return fail(started.error());
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  log_info("ready after " + std::to_string(took.count()) + " ms");
  serving.run();
  serving.stop();
  log_info("stopped");
  return 0;
}

}  // namespace coffer::app
