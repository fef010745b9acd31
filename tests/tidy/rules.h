#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tidy {

/// One source file and its text: its path below src/, such as "s3/error.cc", or below tests/ when
/// it is in tests/support.
struct SourceFile {
  std::string path;
  std::string text;
};

/// Longer than this a file should be looked at: it probably holds two subjects. A note, no failure.
inline constexpr std::size_t kLongFileLines = 600;

/// What each folder of src/, and tests/support, may include besides itself: the arrows of
/// CONTRIBUTING.md.
const std::map<std::string, std::vector<std::string>, std::less<>>& allowed_folders();

/// The file with the contents of comments, string and character literals blanked; its lines stay
/// where they were. Include lines keep their names.
std::string without_comments_and_literals(std::string_view text);

/// Every breach in the tree, each as "path:line: what is wrong", in the order of the files.
std::vector<std::string> check_tree(const std::vector<SourceFile>& files);

/// Files longer than kLongFileLines, as "path: N lines".
std::vector<std::string> long_files(const std::vector<SourceFile>& files);

}  // namespace coffer::tidy
