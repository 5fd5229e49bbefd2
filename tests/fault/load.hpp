// SPDX-License-Identifier: Apache-2.0
// A mixed load over the two keepers (keeper.hpp), and what must be found after it: in the tree, and
// outside of it.
#ifndef CSPKIT_TESTS_FAULT_LOAD_HPP_
#define CSPKIT_TESTS_FAULT_LOAD_HPP_

#include <cspkit/engine.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "keeper.hpp"

namespace cspkit::fault {

/// One request: a lone command, or an Atomic.
struct Step {
  enum class Kind {
    kPlain,        ///< Replace of a store-backed leaf
    kText,         ///< Replace of a thing
    kEach,         ///< Replace of a thing whose record is saved by itself
    kAddSlot,      ///< Add of a dynamic node
    kSlotText,     ///< Replace below one, which it makes
    kDeleteSlot,   ///< Delete of one
    kAtomic,       ///< things of both providers, a slot, and a store-backed leaf
    kAtomicFails,  ///< the same, and its last command is refused half-way
    kAtomicMoves   ///< one slot goes, another comes
  };
  Kind kind = Kind::kPlain;
  std::string provider;  ///< "one" or "two"
  std::string slot;      ///< "A", "B" or "C"
  std::string text;      ///< unlike every other
};

/// The step number `n` of a load; the same for the same seed.
Step step_of(std::uint32_t seed, int n);

/// What is there.
struct Facts {
  std::map<std::string, std::string> tree;     ///< "one/Text": only what differs from the start
  std::map<std::string, std::string> outside;  ///< things
  bool operator==(const Facts& other) const {
    return tree == other.tree && outside == other.outside;
  }
};

/// What a step makes of the facts; false when it must be refused, and changes nothing.
bool expect(const Step& step, Facts& facts);
/// Asks it of an engine; true when it was answered with success.
bool perform(Session& session, const Step& step);

/// An engine with both keepers, on files of the caller's choice, that runs nothing by itself.
Result<std::unique_ptr<Engine>> open_device(const std::string& state, const FileLayer& files);
/// What an engine and the world outside hold.
Facts facts_of(Engine& engine, const Outside& outside);
/// For messages.
std::string to_text(const Facts& facts);

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_LOAD_HPP_
