#pragma once

#include "auth/identity.h"
#include "auth/passwords.h"
#include "records/session_record.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::auth {

using records::SessionId;

struct SessionLimits {
  /// How long a session lives without being used, and at most.
  std::chrono::milliseconds idle_max = std::chrono::hours(12);
  std::chrono::milliseconds age_max = std::chrono::days(7);
  /// Of one user; a further one ends the one that was used longest ago.
  std::size_t per_user_max = 50;
  /// How exact `last_seen` is, so that using a session is no write.
  std::chrono::milliseconds seen_step = std::chrono::minutes(5);
  std::chrono::milliseconds setup_link_age_max = std::chrono::hours(24);
};

/// Where a person signs in from.
struct SessionOrigin {
  SessionOrigin(std::string a, std::string u) : address(std::move(a)), user_agent(std::move(u)) {}
  std::string address;
  std::string user_agent;
};

/// A session just begun: the only time its token exists outside the browser's cookie.
struct StartedSession {
  StartedSession() = default;  ///< no aggregate: g++ 12 destroys those twice beside a co_await
  std::string token;           ///< a secret
  std::string csrf_token;
  Timestamp expires;
  std::shared_ptr<const User> user;
};

struct SessionInfo {
  SessionInfo() = default;  ///< no aggregate, as StartedSession
  std::string digest;       ///< what it is found by
  SessionId id;
  UserId user;
  Timestamp created;
  Timestamp last_seen;
  Timestamp expires;
  std::string address;
  std::string user_agent;
};

struct SetupLink {
  SetupLink() = default;  ///< no aggregate, as StartedSession
  std::string token;      ///< a secret, of characters that a URL's fragment may have
  Timestamp expires;
};

/// Signing in. A session is a random token that its browser keeps in a cookie; here lies the
/// token's SHA-256, in partition "identity", so that sessions outlive a restart and a copy of the
/// data opens none of them. A set-up link has no record: its token is sealed under the master key.
///
/// Both are bound to the password that was the user's when they were made. Setting another ends
/// every session and uses every link up, in the commit that sets it. Whether the user may still do
/// anything is the authorizer's question; here a suspended user has no session.
///
/// Thread-safe; outlives what it was asked for.
class Sessions {
 public:
  Sessions(Identity& identity, meta::Engine& engine, const blob::MasterKey& master_key,
           Passwords& passwords, Clock& clock, Random& random, SessionLimits limits = {});
  ~Sessions();

  /// Reads the sessions that are left from an earlier run; once, after `Identity::load`. One that
  /// does not decode is ended: nobody loses more than a sign-in.
  Task<Result<>> load();

  /// Unauthorized for a wrong address, a wrong password and a user without one, after the same
  /// time.
  Task<Result<StartedSession>> sign_in(std::string email, std::string password,
                                       SessionOrigin origin);
  /// The live session of this token, and makes it seen. Unauthorized when there is none.
  Task<Result<SessionInfo>> use(std::string token);
  /// Whether it still is one, for what takes long: an upload asks again before it commits.
  bool is_live(const SessionInfo& session) const;
  /// What the browser's own script proves itself with, of a token that `use` took.
  static std::string csrf_token(std::string_view token);
  /// By last use, newest first.
  std::vector<SessionInfo> sessions(UserId user) const;
  /// Nothing happens when it is not the user's.
  Task<Result<>> end(UserId user, SessionId session);
  Task<Result<>> end_all(UserId user);

  /// For whoever may set the password of this user. NoSuchUser; `actor` is in the audit log.
  Task<Result<SetupLink>> make_setup_link(UserId user, Actor actor);
  /// Whom a link is for and until when. Unauthorized when it is used up, too old or no link.
  struct Invited {
    std::shared_ptr<const User> user;
    Timestamp expires;
  };
  Result<Invited> open_setup_link(std::string_view token) const;
  /// Sets the password by a link, once, and signs in. As `open_setup_link`; InvalidArgument for a
  /// bad password.
  Task<Result<StartedSession>> set_up(std::string link, std::string password, SessionOrigin origin,
                                      Actor actor);
  /// Unauthorized when `old_password` is not the user's. Signs in anew.
  Task<Result<StartedSession>> change_password(UserId user, std::string old_password,
                                               std::string new_password, SessionOrigin origin,
                                               Actor actor);

 private:
  struct Entry {
    records::SessionRecord record;
    Timestamp saved_seen;  ///< as it is stored
  };
  using Entries = std::map<std::string, Entry, std::less<>>;  ///< by the token's SHA-256

  Timestamp expiry_of(const records::SessionRecord& record) const;
  bool is_live(const records::SessionRecord& record, Timestamp now) const;
  SessionInfo describe(const std::string& digest, const records::SessionRecord& record) const;
  Task<Result<StartedSession>> begin(std::shared_ptr<const User> user, SessionOrigin origin);
  Task<Result<>> set_password(std::shared_ptr<const User> user, std::string password, Actor actor);
  /// Forgets and deletes those that `ended` says.
  template <class Predicate>
  Task<Result<>> remove_if(Predicate ended);
  Task<Result<>> remove(std::vector<std::string> digests);

  Identity& identity_;
  meta::Engine& engine_;
  const blob::MasterKey& master_key_;
  Passwords& passwords_;
  Clock& clock_;
  Random& random_;
  const SessionLimits limits_;

  mutable std::mutex mutex_;
  Entries entries_;  ///< guarded by mutex_
};

}  // namespace coffer::auth
