// SPDX-License-Identifier: Apache-2.0
// cspkit/state.hpp: the state file without an engine, for tools and for whoever looks after
// devices: is it sound, a copy of it, what is in it.
//
// Threads: the functions may be called from any thread. A state file has one owner at a time, so
// both functions refuse one that an engine has open (kStateLocked; the text names the process);
// such an engine copies its own by Engine::backup().
#ifndef CSPKIT_STATE_HPP_
#define CSPKIT_STATE_HPP_

#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <cspkit/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cspkit {

/// What a check of a whole state file found.
struct StateCheck {
  std::string path;        ///< absolute, without symbolic links
  int schema_version = 0;  ///< of the file; an older one is migrated when an engine opens it
  std::int64_t bytes = 0;  ///< of the file
  // Rows, as far as they can be read:
  std::size_t nodes = 0;   ///< nodes that are set
  std::size_t state = 0;   ///< what providers keep
  std::size_t jobs = 0;    ///< jobs that have not ended
  std::size_t alerts = 0;  ///< alerts that no server has acknowledged
  std::size_t undo = 0;    ///< what undoes effects of transactions that are not settled
  /// What is wrong, one line each, at most 100; empty: nothing.
  std::vector<std::string> problems;
};

/// Reads every page, every row and every index of a state file, in time that grows with its size.
/// Changes no row and no version. kIo when there is no such file, kStateLocked, kStateUnusable when
/// it is no state file or of a newer version. Damage is no failure of the call: see problems.
CSPKIT_API Result<StateCheck> check_state(const std::string& path);

/// Copies a state file that no engine has open to `target`, which must not exist. The copy is
/// consistent, of mode 0600, and whole or not there. kIo, kFull, kStateLocked, kStateUnusable.
CSPKIT_API Status backup_state(const std::string& path, const std::string& target);

/// A stored node.
struct StoredNode {
  std::string user;                ///< "" the device's
  std::string uri;                 ///< "./Device/Vendor/..." or "./User/Vendor/..."
  Format format = Format::kUnset;  ///< of its value; node for an interior one
  std::string mime;                ///< Meta/Type that it was set with, or ""
  std::string title;               ///< its Title property, or ""
  std::int64_t tstamp = 0;         ///< last change, ms since 1970 UTC
  std::uint16_t verno = 0;         ///< its VerNo property
  std::size_t bytes = 0;           ///< of the value
  bool orphan = false;             ///< no loaded DDF describes it
  /// False: a leaf without Get, a secret, or an orphan, of which nobody knows. Then no value.
  bool shown = false;
  std::string value;  ///< where it is shown: text, or the raw bytes of b64 and bin
};

/// A stored row of another kind. What it holds is its provider's business and may be secret: only
/// its size is told.
struct StoredItem {
  /// Which table it is of.
  enum class Kind : std::uint8_t {
    kState,  ///< what a provider keeps
    kJob,    ///< a job that has not ended
    kAlert,  ///< an alert that no server has acknowledged
    kUndo    ///< what undoes an effect of a transaction that is not settled
  };
  Kind kind = Kind::kState;  ///< see there
  std::string provider;      ///< "" the engine's own
  std::string name;  ///< key of a state, id of a job or alert, "TRANSACTION/SEQUENCE" of an undo
  std::size_t bytes = 0;  ///< of what it holds
};

/// Everything a state file holds, as far as it may be shown.
struct StateDump {
  std::vector<StoredNode> nodes;  ///< by user, then address
  std::vector<StoredItem> items;  ///< by kind
};

}  // namespace cspkit

#endif  // CSPKIT_STATE_HPP_
