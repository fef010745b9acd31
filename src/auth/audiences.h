#pragma once

#include "base/ids.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::auth {

/// The endpoints of this installation that a temporary credential may be made for: its claim `aud`
/// is one of them, and carries the jurisdiction (cloudflare-api.md section 5). An audience is what
/// JavaScript calls URL.host: the host's name, and its port unless that is the scheme's own. A
/// value type; filled once, then only read.
class Audiences {
 public:
  struct Match {
    Jurisdiction jurisdiction = Jurisdiction::Default;
    std::optional<AccountId> account;  ///< that the name carries; the credential's must be the same
  };

  /// `host[:port]`, exactly. The first of a jurisdiction is its preferred one.
  void add_host(std::string_view host, Jurisdiction jurisdiction);
  /// Every `<account>[.<jurisdiction>].<suffix>`, with one of the ports added or with none.
  void add_suffix(std::string_view suffix);
  void add_port(std::string_view port);

  /// Without regard to case; nothing for a name that is none of ours.
  std::optional<Match> find(std::string_view audience) const;
  /// What to make a credential for when its holder has named no endpoint; empty without any.
  std::string preferred(Jurisdiction jurisdiction) const;

 private:
  std::map<std::string, Jurisdiction, std::less<>> hosts_;
  std::map<Jurisdiction, std::string> preferred_;
  std::vector<std::string> suffixes_;
  std::vector<std::string> ports_;
};

/// Letters in lower case, digits and what else a host with its port is written with.
bool is_audience(std::string_view text);

/// The audience of an endpoint's URL: `https://S3.example.com:443/` has `s3.example.com`. Nothing
/// for what is no `http` or `https` URL, or has a user's name, a path or a query.
std::optional<std::string> audience_of_url(std::string_view url);

}  // namespace coffer::auth
