// SPDX-License-Identifier: Apache-2.0
// Two providers, "one" and "two", that keep things outside the engine and take part in its
// transactions. What outside is, a test decides. Each has its tree at ./Vendor/Test/NAME:
//
//   Slot/{Name}       node  Add Delete Get  handled: a thing "NAME/Slot/{Name}"
//   Slot/{Name}/Text  chr   Get Replace     handled: a thing "NAME/Slot/{Name}/Text"
//   Text              chr   Get Replace     handled: a thing "NAME/Text"
//   Each              chr   Get Replace     handled: appends to "NAME/Each"; undo_each
//   Fire              null  Exec            handled: counts "NAME/Fired"; irreversible
//   Quiet             chr   Get Replace     handled: no effect outside, no undo record
//   Plain             chr   Get Replace     store-backed
//
// A value "refuse" is refused with kBusy when half of its effect has happened.
#ifndef CSPKIT_TESTS_FAULT_KEEPER_HPP_
#define CSPKIT_TESTS_FAULT_KEEPER_HPP_

#include <cspkit/abi.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cspkit::fault {

/// Where the things are. put() and erase() return when that is as durable as it gets.
class Outside {
 public:
  virtual ~Outside() = default;
  virtual std::optional<std::string> get(const std::string& name) const = 0;
  virtual void put(const std::string& name, const std::string& text) = 0;
  virtual void erase(const std::string& name) = 0;
  /// Names that begin with prefix.
  virtual std::vector<std::string> names(const std::string& prefix) const = 0;

  /// Said before each step of a transaction: "one begin", "one undo_for Text", "one effect Text",
  /// "one apply_undo", "one commit", "one end". False: that step fails.
  virtual bool step(const std::string& what);

  std::vector<std::string> steps;  ///< all that were said
  std::set<std::string> to_fail;   ///< steps that fail, as often as they come
};

class MemoryOutside : public Outside {
 public:
  std::optional<std::string> get(const std::string& name) const override {
    const auto found = things.find(name);
    return found == things.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  void put(const std::string& name, const std::string& text) override { things[name] = text; }
  void erase(const std::string& name) override { things.erase(name); }
  std::vector<std::string> names(const std::string& prefix) const override;

  std::map<std::string, std::string> things;
};

/// Providers made from now on work on this; it must outlive them.
void work_on(Outside* outside);

/// A plugin of the one provider "one" or "two".
const cspkit_plugin& keeper_plugin(const std::string& name);

}  // namespace cspkit::fault

#endif  // CSPKIT_TESTS_FAULT_KEEPER_HPP_
