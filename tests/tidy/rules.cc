#include "rules.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace coffer::tidy {
namespace {

struct Include {
  std::string name;
  bool quoted = false;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string_view skip_spaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

std::optional<Include> include_of(std::string_view line) {
  line = skip_spaces(line);
  if (!line.starts_with('#')) return std::nullopt;
  line = skip_spaces(line.substr(1));
  if (!line.starts_with("include")) return std::nullopt;
  line = skip_spaces(line.substr(std::string_view("include").size()));
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return std::nullopt;
  const bool quoted = line.front() == '"';
  const std::size_t end = line.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Include{std::string(line.substr(1, end - 1)), quoted};
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool contains_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word_character(line[at - 1]);
    const std::size_t after = at + word.size();
    if (starts && (after == line.size() || !is_word_character(line[after]))) return true;
  }
  return false;
}

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

bool is_header(std::string_view path) { return path.ends_with(".h"); }

class FileCheck {
 public:
  FileCheck(const SourceFile& file, std::vector<std::string>& breaches)
      : file_(file), folder_(folder_of(file.path)), breaches_(breaches) {}

  void run() {
    const auto allowed = allowed_folders().find(folder_);
    if (allowed == allowed_folders().end()) {
      report(1, "folder " + folder_ + " has no row in the layers");
      return;
    }
    const std::string code = without_comments_and_literals(file_.text);
    const auto code_lines = lines_of(code);
    const auto text_lines = lines_of(file_.text);
    bool guarded = false;
    for (std::size_t i = 0; i < code_lines.size(); ++i) {
      // An include line of the blanked text is an include; its name stands in the text itself.
      if (const auto include = include_of(code_lines[i])) {
        check_include(i + 1, *include_of(text_lines[i]), allowed->second);
      }
      check_code(i + 1, code_lines[i]);
      if (skip_spaces(text_lines[i]).find("TODO") != std::string_view::npos) {
        report(i + 1, "TODO");
      }
      guarded = guarded || code_lines[i].starts_with("#pragma once");
    }
    if (is_header(file_.path) && !guarded) report(1, "header without #pragma once");
  }

 private:
  void report(std::size_t line, const std::string& what) {
    breaches_.push_back(file_.path + ":" + std::to_string(line) + ": " + what);
  }

  void check_include(std::size_t line, const Include& include,
                     const std::vector<std::string>& allowed) {
    const std::string& name = include.name;
    if (include.quoted) {
      const std::string target = folder_of(name);
      if (name.find('/') == std::string::npos) {
        report(line, "\"" + name + "\" is not written from src/");
      } else if (target != folder_ &&
                 std::find(allowed.begin(), allowed.end(), target) == allowed.end()) {
        report(line, folder_ + " may not include " + target);
      }
      return;
    }
    if (name == "boost/asio.hpp" || name == "boost/beast.hpp" || name == "boost/json.hpp") {
      report(line, "umbrella header <" + name + ">");
    }
    if (name.starts_with("boost/beast")) {
      report(line, "Beast: http has scanners of its own (docs/decisions/0001)");
    }
    if (name.starts_with("rocksdb/") && (folder_ != "meta" || is_header(file_.path))) {
      report(line, "RocksDB outside the .cc files of meta");
    }
  }

  void check_code(std::size_t line, std::string_view code) {
    if (contains_word(code, "detached")) {
      report(line, "detached: spawned work is counted in a group");
    }
    if (is_header(file_.path) && skip_spaces(code).starts_with("using namespace")) {
      report(line, "using namespace in a header");
    }
  }

  const SourceFile& file_;
  std::string folder_;
  std::vector<std::string>& breaches_;
};

}  // namespace

const std::map<std::string, std::vector<std::string>, std::less<>>& allowed_folders() {
  static const std::vector<std::string> api_row{"auth", "store", "http", "records", "base"};
  static const std::vector<std::string> below_auth_and_store{"meta", "blob", "log", "records",
                                                             "base"};
  static const std::map<std::string, std::vector<std::string>, std::less<>> table{
      {"app",
       {"jobs", "s3", "api", "workers", "public", "web", "bench", "auth", "store", "http", "meta",
        "blob", "log", "records", "base"}},
      {"jobs", {"auth", "store", "http", "meta", "blob", "log", "records", "base"}},
      {"s3", api_row},
      {"api", api_row},
      {"workers", api_row},
      {"public", api_row},
      {"web", api_row},
      {"bench", {"auth", "base"}},
      {"auth", below_auth_and_store},
      {"store", below_auth_and_store},
      {"http", {"base"}},
      {"meta", {"log", "records", "base"}},
      {"blob", {"log", "records", "base"}},
      {"log", {"base"}},
      {"records", {"base"}},
      {"base", {}},
      // tests/support. No folder of src/ names it, so none may include it.
      {"support", {"auth", "base"}},
  };
  return table;
}

std::string without_comments_and_literals(std::string_view text) {
  std::string out(text);
  const auto blank = [&out](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (out[i] != '\n') out[i] = ' ';
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::size_t end = i + 1;
    if (rest.starts_with("//")) {
      end = std::min(text.find('\n', i), text.size());
      blank(i, end);
    } else if (rest.starts_with("/*")) {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
      blank(i, end);
    } else if (rest.starts_with("R\"") && (i == 0 || !is_word_character(text[i - 1]))) {
      const std::size_t open = std::min(text.find('(', i), text.size() - 1);
      const std::string closing = ")" + std::string(text.substr(i + 2, open - i - 2)) + "\"";
      const std::size_t close = text.find(closing, open);
      end = close == std::string_view::npos ? text.size() : close + closing.size();
      blank(i, end);
    } else if (text[i] == '\'' && i > 0 && is_word_character(text[i - 1])) {
      // A digit separator, 1'000.
    } else if (text[i] == '"' || text[i] == '\'') {
      while (end < text.size() && text[end] != text[i] && text[end] != '\n') {
        end += text[end] == '\\' ? 2U : 1U;
      }
      end = std::min(end + 1, text.size());
      // The quotes stay, so that an include line is still one.
      if (end >= i + 2) blank(i + 1, end - 1);
    }
    i = end;
  }
  return out;
}

std::vector<std::string> check_tree(const std::vector<SourceFile>& files) {
  std::vector<std::string> breaches;
  for (const SourceFile& file : files) FileCheck(file, breaches).run();
  return breaches;
}

std::vector<std::string> long_files(const std::vector<SourceFile>& files) {
  std::vector<std::string> out;
  for (const SourceFile& file : files) {
    const std::size_t count = lines_of(file.text).size();
    if (count > kLongFileLines) out.push_back(file.path + ": " + std::to_string(count) + " lines");
  }
  return out;
}

}  // namespace coffer::tidy
