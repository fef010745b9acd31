#include "auth/sessions.h"

#include "base/codec.h"
#include "base/hash.h"
#include "base/log.h"
#include "records/codec.h"

#include <algorithm>
#include <array>

namespace coffer::auth {
namespace {

constexpr std::string_view kPartition = "identity";
constexpr std::string_view kSessionPrefix = "s/";
constexpr std::string_view kCsrfPurpose = "coffer csrf token";
constexpr std::string_view kLinkPurpose = "set-up link";
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kUserAgentBytesMax = 256;

meta::Key session_key(std::string_view digest) {
  return meta::Key{meta::Family::Detail, std::string(kSessionPrefix).append(digest)};
}

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string digest_of(std::string_view token) {
  const Sha256Digest digest = sha256(as_bytes(token));
  return std::string(as_text(digest));
}

/// Tells one password of a user from another: each hash has a salt of its own.
std::array<char, 8> mark_of(const User& user) {
  std::array<char, 8> mark{};
  const std::string digest = digest_of(user.password_hash);
  std::copy_n(digest.begin(), mark.size(), mark.begin());
  return mark;
}
std::string_view text_of(const std::array<char, 8>& mark) { return {mark.data(), mark.size()}; }

Error not_signed_in() { return make_error(ErrorCode::Unauthorized, "no such session"); }
Error wrong_credentials() {
  return make_error(ErrorCode::Unauthorized, "the address or the password is wrong");
}
Error no_such_link() {
  return make_error(ErrorCode::Unauthorized, "the set-up link is used up, too old or none");
}

}  // namespace

Sessions::Sessions(Identity& identity, meta::Engine& engine, const blob::MasterKey& master_key,
                   Passwords& passwords, Clock& clock, Random& random, SessionLimits limits)
    : identity_(identity),
      engine_(engine),
      master_key_(master_key),
      passwords_(passwords),
      clock_(clock),
      random_(random),
      limits_(limits) {}

Sessions::~Sessions() = default;

Timestamp Sessions::expiry_of(const records::SessionRecord& record) const {
  return std::min(record.last_seen + limits_.idle_max, record.created + limits_.age_max);
}

bool Sessions::is_live(const records::SessionRecord& record, Timestamp now) const {
  if (now >= expiry_of(record)) return false;
  const auto user = identity_.find_user(record.user);
  return user && !user->suspended && mark_of(*user) == record.password_mark;
}

bool Sessions::is_live(const SessionInfo& session) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(session.digest);
  return found != entries_.end() && is_live(found->second.record, clock_.now());
}

SessionInfo Sessions::describe(const std::string& digest,
                               const records::SessionRecord& record) const {
  SessionInfo info;
  info.digest = digest;
  info.id = record.id;
  info.user = record.user;
  info.created = record.created;
  info.last_seen = record.last_seen;
  info.expires = expiry_of(record);
  info.address = record.address;
  info.user_agent = record.user_agent;
  return info;
}

Task<Result<>> Sessions::load() {
  Entries found;
  std::vector<std::string> broken;
  meta::Visitor visit = [&found, &broken](std::string_view key, std::string_view value,
                                          meta::Version) {
    if (!key.starts_with(kSessionPrefix)) return meta::Step::next();
    std::string digest(key.substr(kSessionPrefix.size()));
    auto record = records::decode_session(value);
    if (!record) {
      broken.push_back(std::move(digest));
      return meta::Step::next();
    }
    Entry entry;
    entry.saved_seen = record->last_seen;
    entry.record = *std::move(record);
    found.emplace(std::move(digest), std::move(entry));
    return meta::Step::next();
  };
  meta::Range range(meta::Family::Detail, std::string(kSessionPrefix), "s0");  // '0' follows '/'
  CO_TRY_VOID(co_await engine_.scan(std::string(kPartition), std::move(range), std::move(visit)));
  {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(found);
  }
  if (!broken.empty()) {
    log_warn("sessions that cannot be read are ended: " + std::to_string(broken.size()));
    CO_TRY_VOID(co_await remove(std::move(broken)));
  }
  const Timestamp now = clock_.now();
  co_return co_await remove_if(
      [this, now](const records::SessionRecord& record) { return !is_live(record, now); });
}

Task<Result<>> Sessions::remove(std::vector<std::string> digests) {
  if (digests.empty()) co_return ok();
  meta::Commit change(std::string(kPartition), "");
  for (const std::string& digest : digests) change.deletes.push_back(session_key(digest));
  auto outcome = co_await engine_.commit(std::move(change));
  if (!outcome) co_return outcome.error();
  co_return ok();
}

template <class Predicate>
Task<Result<>> Sessions::remove_if(Predicate ended) {
  std::vector<std::string> digests;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
      if (ended(it->second.record)) {
        digests.push_back(it->first);
        it = entries_.erase(it);
      } else {
        ++it;
      }
    }
  }
  return remove(std::move(digests));
}

std::string Sessions::csrf_token(std::string_view token) {
  return hex_encode(hmac_sha256(as_bytes(token), as_bytes(kCsrfPurpose)));
}

Task<Result<StartedSession>> Sessions::sign_in(std::string email, std::string password,
                                               SessionOrigin origin) {
  const auto user = identity_.find_user_by_email(email);
  const bool known = user && !user->suspended;
  std::string hash = known ? user->password_hash : std::string();
  const auto verified = co_await passwords_.verify(std::move(password), std::move(hash));
  if (!verified) {
    if (verified.error().code() != ErrorCode::Unauthorized) co_return verified.error();
    co_return wrong_credentials();
  }
  co_return co_await begin(user, std::move(origin));
}

Task<Result<StartedSession>> Sessions::begin(std::shared_ptr<const User> user,
                                             SessionOrigin origin) {
  std::array<std::byte, kTokenBytes> secret{};
  random_.fill(secret);
  StartedSession started;
  started.token = base64url_encode(secret);
  started.csrf_token = csrf_token(started.token);
  started.user = user;

  Entry entry;
  entry.record.id = SessionId::make(random_);
  entry.record.user = user->id;
  entry.record.created = clock_.now();
  entry.record.last_seen = entry.record.created;
  entry.record.password_mark = mark_of(*user);
  entry.record.address = std::move(origin.address);
  entry.record.user_agent = origin.user_agent.substr(0, kUserAgentBytesMax);
  entry.saved_seen = entry.record.last_seen;
  started.expires = expiry_of(entry.record);

  // Room for it, and the dead swept on the way: no job is needed for what only signing in makes.
  const Timestamp now = entry.record.created;
  std::vector<SessionInfo> others = sessions(user->id);
  std::vector<SessionId> surplus;
  for (std::size_t i = limits_.per_user_max - 1; i < others.size(); ++i) {
    surplus.push_back(others[i].id);
  }
  CO_TRY_VOID(co_await remove_if([this, now, &surplus](const records::SessionRecord& record) {
    return !is_live(record, now) ||
           std::find(surplus.begin(), surplus.end(), record.id) != surplus.end();
  }));

  std::string digest = digest_of(started.token);
  meta::Commit change(std::string(kPartition), "");
  change.puts.emplace_back(session_key(digest), records::encode(entry.record));
  auto outcome = co_await engine_.commit(std::move(change));
  if (!outcome) co_return outcome.error();
  const std::lock_guard lock(mutex_);
  entries_.emplace(std::move(digest), std::move(entry));
  co_return started;
}

Task<Result<SessionInfo>> Sessions::use(std::string token) {
  const std::string digest = digest_of(token);
  const Timestamp now = clock_.now();
  std::optional<records::SessionRecord> to_save;
  SessionInfo info;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(digest);
    if (found == entries_.end() || !is_live(found->second.record, now)) co_return not_signed_in();
    Entry& entry = found->second;
    entry.record.last_seen = std::max(entry.record.last_seen, now);
    info = describe(digest, entry.record);
    if (now - entry.saved_seen >= limits_.seen_step) {
      entry.saved_seen = now;
      to_save = entry.record;
    }
  }
  if (to_save) {
    meta::Commit change(std::string(kPartition), "");
    // Not when it was ended meanwhile.
    change.checks.push_back(meta::Check::present(session_key(digest)));
    change.puts.emplace_back(session_key(digest), records::encode(*to_save));
    auto outcome = co_await engine_.commit(std::move(change));
    // A time that could not be written is no reason to turn anybody away.
    if (!outcome) log_warn("a session's last use was not saved: " + outcome.error().describe());
  }
  co_return info;
}

std::vector<SessionInfo> Sessions::sessions(UserId user) const {
  const Timestamp now = clock_.now();
  std::vector<SessionInfo> out;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [digest, entry] : entries_) {
      if (entry.record.user == user && is_live(entry.record, now)) {
        out.push_back(describe(digest, entry.record));
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const SessionInfo& a, const SessionInfo& b) {
    return std::tie(a.last_seen, a.id) > std::tie(b.last_seen, b.id);
  });
  return out;
}

Task<Result<>> Sessions::end(UserId user, SessionId session) {
  return remove_if([user, session](const records::SessionRecord& record) {
    return record.user == user && record.id == session;
  });
}

Task<Result<>> Sessions::end_all(UserId user) {
  return remove_if([user](const records::SessionRecord& record) { return record.user == user; });
}

// -- Set-up links
//
//   link  = base64url( user-id:raw16 sealed )
//   sealed: under the master key, purpose "set-up link", context user-id: expires:time mark:raw8

Task<Result<SetupLink>> Sessions::make_setup_link(UserId id, Actor actor) {
  const auto user = identity_.find_user(id);
  if (!user) co_return make_error(ErrorCode::NoSuchUser, "user " + id.hex());
  CO_TRY_VOID(co_await identity_.note_user_event(id, "user_setup_link_create", std::move(actor)));
  SetupLink link;
  link.expires = clock_.now() + limits_.setup_link_age_max;
  records::Writer writer;
  writer.time(link.expires);
  const auto mark = mark_of(*user);
  writer.raw(text_of(mark));
  std::string bytes(id.bytes());
  bytes += master_key_.seal(kLinkPurpose, id.bytes(), writer.text(), random_);
  link.token = base64url_encode(as_bytes(bytes));
  co_return link;
}

Result<Sessions::Invited> Sessions::open_setup_link(std::string_view token) const {
  const auto bytes = base64url_decode(token);
  if (!bytes || bytes->size() <= UserId::kSizeBytes) return no_such_link();
  const auto id = UserId::from_bytes(std::string_view(*bytes).substr(0, UserId::kSizeBytes));
  const auto user = id ? identity_.find_user(*id) : nullptr;
  if (!user || user->suspended) return no_such_link();
  const auto opened = master_key_.open(kLinkPurpose, id->bytes(),
                                       std::string_view(*bytes).substr(UserId::kSizeBytes));
  if (!opened) return no_such_link();
  records::Reader reader(*opened);
  Invited invited;
  invited.expires = reader.time();
  const auto mark = mark_of(*user);
  const bool same = reader.raw(mark.size()) == text_of(mark);
  if (!reader.ok() || !same || clock_.now() >= invited.expires) return no_such_link();
  invited.user = user;
  return invited;
}

Task<Result<>> Sessions::set_password(std::shared_ptr<const User> user, std::string password,
                                      Actor actor) {
  UserChange change;
  CO_TRY(change.password_hash, co_await passwords_.hash(std::move(password)));
  change.expected_password_hash = user->password_hash;
  CO_TRY_VOID(co_await identity_.change_user(user->id, std::move(change), std::move(actor)));
  co_return ok();
}

Task<Result<StartedSession>> Sessions::set_up(std::string link, std::string password,
                                              SessionOrigin origin, Actor actor) {
  CO_TRY(const Invited invited, open_setup_link(link));
  CO_TRY_VOID(Passwords::check(password));
  actor.kind = Actor::Kind::User;
  actor.user = invited.user->id;
  actor.email = invited.user->email;
  CO_TRY_VOID(co_await set_password(invited.user, std::move(password), std::move(actor)));
  const auto user = identity_.find_user(invited.user->id);
  if (!user) co_return no_such_link();
  co_return co_await begin(user, std::move(origin));
}

Task<Result<StartedSession>> Sessions::change_password(UserId id, std::string old_password,
                                                       std::string new_password,
                                                       SessionOrigin origin, Actor actor) {
  const auto before = identity_.find_user(id);
  if (!before) co_return make_error(ErrorCode::NoSuchUser, "user " + id.hex());
  CO_TRY_VOID(Passwords::check(new_password));
  std::string hash = before->password_hash;
  const auto verified = co_await passwords_.verify(std::move(old_password), std::move(hash));
  if (!verified) {
    if (verified.error().code() != ErrorCode::Unauthorized) co_return verified.error();
    co_return wrong_credentials();
  }
  CO_TRY_VOID(co_await set_password(before, std::move(new_password), std::move(actor)));
  const auto user = identity_.find_user(id);
  if (!user) co_return not_signed_in();
  co_return co_await begin(user, std::move(origin));
}

}  // namespace coffer::auth
