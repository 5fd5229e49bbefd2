// SPDX-License-Identifier: Apache-2.0
// Which files a collection of logs may name: what an administrator can type at Microsoft Intune.
// The rules are Intune's ("Requirements for Win32 app diagnostics"); what it leaves open is said.
#ifndef CSPKIT_OFFICE_COLLECT_LOG_PATH_HPP_
#define CSPKIT_OFFICE_COLLECT_LOG_PATH_HPP_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cspkit::office::collect {

/// How much is allowed where Microsoft's pages differ.
enum class Rules : std::uint8_t {
  kUsual,  ///< .log .txt .dmp .cab .zip .xml .evtx .evtl, and .etl, which was probably meant; paths
           ///< of POSIX systems
  kStrict  ///< .log .txt .dmp .cab .zip .xml; Windows paths alone; nothing stored unencrypted
};

enum class Refusal : std::uint8_t {
  kNone,
  kEmpty,
  kRelative,   ///< the full path is compulsory
  kNetwork,    ///< \\server\share, \\?\ and the like
  kParent,     ///< ".." or "." among its parts
  kWildcard,   ///< * or ?
  kCharacter,  ///< one that no name can have; a second colon (a stream)
  kName,       ///< a part that Windows takes for another: a device (CON), a dot or blank at its end
  kVariable,   ///< not %PROGRAMFILES%, %PROGRAMDATA%, %PUBLIC%, %WINDIR%, %TEMP%, %TMP%; not first
  kExtension,  ///< not one of those allowed, to the letter but for its case
  kTooLong,    ///< more than 1,024 bytes (our choice)
  kUnknownHere  ///< this machine has no such variable or drive
};

/// For messages: "is relative; the full path is needed".
std::string_view text_of(Refusal refusal);

/// A path that was understood.
struct LogPath {
  enum class Root : std::uint8_t { kDrive, kVariable, kPosix };
  Root root = Root::kDrive;
  std::string start;               ///< "C:", "PROGRAMDATA" (in capitals), or "/"
  std::vector<std::string> parts;  ///< the last one is the file's name
};

/// Blanks around it do not count; / and \ are the same. kNone, and `out` is filled.
Refusal read_log_path(std::string_view text, Rules rules, LogPath& out);

}  // namespace cspkit::office::collect

#endif  // CSPKIT_OFFICE_COLLECT_LOG_PATH_HPP_
