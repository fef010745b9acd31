#include "app/bootstrap.h"

#include "base/log.h"

namespace coffer::app {
namespace {

constexpr std::string_view kTokenName = "bootstrap";

/// A token that may do everything with the account's buckets and objects.
Task<Result<auth::IssuedToken>> make_token(auth::Identity& identity, AccountId account,
                                           Timestamp now) {
  auth::NewToken request;
  request.owner = account;
  request.name = kTokenName;
  if (!identity.tokens(account).empty()) request.name += "-" + format_amz_date(now);
  CO_TRY(request.policies, auth::policies_of_preset(auth::Preset::AdminReadWrite, account, {}));
  CO_TRY(auth::IssuedToken issued, co_await identity.create_token(std::move(request)));
  log_info("token created: " + issued.token.id.hex() + " name=" + issued.token.name);
  co_return issued;
}

/// The file is this installation's, or refused; its token may be gone, which is the operator's
/// will.
Result<> check_file(const auth::Identity& identity, const std::filesystem::path& file,
                    const Bootstrap& bootstrap) {
  const auto account = AccountId::parse(bootstrap.account_id);
  if (!account || !identity.find_account(*account)) {
    return Error(ErrorCode::InvalidConfiguration,
                 "bootstrap file " + file.string() +
                     " is of another data directory; move it away or choose another "
                     "--bootstrap-file");
  }
  const auto token = TokenId::parse(bootstrap.access_key_id);
  if (!token || !identity.find(*token)) {
    log_warn("the token in bootstrap file " + file.string() +
             " does not exist any more; remove the file and start again to get another");
  }
  return ok();
}

}  // namespace

Task<Result<Introduction>> introduce(auth::Identity& identity, Timestamp now,
                                     std::optional<std::filesystem::path> file, bool can_show,
                                     Endpoints endpoints) {
  Introduction out;
  std::optional<Bootstrap> existing;
  if (file) {
    CO_TRY(existing, read_bootstrap_file(*file));
  }
  if (existing) {
    CO_TRY_VOID(check_file(identity, *file, *existing));
    out.bootstrap = *std::move(existing);
    out.bootstrap.endpoints = std::move(endpoints);
    CO_TRY_VOID(write_bootstrap_file(*file, out.bootstrap));
    co_return out;
  }
  const AccountId account = identity.accounts().front().id;
  out.bootstrap.account_id = account.hex();
  out.bootstrap.endpoints = std::move(endpoints);
  const bool first = identity.tokens(account).empty();
  if (!file && !(can_show && first)) co_return out;

  CO_TRY(const auth::IssuedToken issued, co_await make_token(identity, account, now));
  out.token_made = true;
  out.bootstrap.api_token = issued.value;
  out.bootstrap.access_key_id = issued.token.id.hex();
  out.bootstrap.secret_access_key = issued.secret_access_key;
  if (!file) co_return out;
  Result<> written = write_bootstrap_file(*file, out.bootstrap);
  if (!written) {
    // Nobody knows its value: it must not stay.
    CO_TRY_VOID(co_await identity.revoke_token(issued.token.id));
    co_return std::move(written).error();
  }
  co_return out;
}

}  // namespace coffer::app
