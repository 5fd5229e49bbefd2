// SPDX-License-Identifier: Apache-2.0
// The live tree: every node that was set, in memory, beside the providers' state and jobs. It is
// the index over the Store; a Get is answered from here. Changed only by the holder of the turn, in
// one step per transaction.
//
// Threads: readers take lock_shared() for as long as they look. The holder of the turn may look
// without a lock, because nobody else changes anything, and takes the unique lock only to publish.
#ifndef CSPKIT_CORE_TREE_TREE_HPP_
#define CSPKIT_CORE_TREE_TREE_HPP_

#include <cspkit/ddf/schema.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gate/world.hpp"
#include "store/store.hpp"
#include "tree/folded_index.hpp"
#include "tree/tree_mutex.hpp"

namespace cspkit::tree {

using store::NodeRow;

/// A row and where the schema places it.
struct Live {
  ddf::NodeId node = ddf::kNoNode;  ///< kNoNode: an orphan, kept but invisible
  /// All above it exists, nothing but its path in any case of letters has to be looked at to find
  /// it (neither the device's profile, nor the names on the way), and its row spells the path as
  /// the DDF does. False says nothing.
  bool firm = false;
  /// A Get of exactly this address is answered by this row, whoever asks: it is a leaf that grants
  /// Get, all above it exists, and nothing but its path in any case of letters has to be looked at.
  /// False says nothing.
  bool direct = false;
  std::uint16_t segments = 0;  ///< of a firm row's path
  NodeRow row;
  /// Is its key its path in lower case?
  bool is_folded() const { return firm || direct; }
};

/// About what a row takes, here and in the state file.
inline constexpr std::size_t kRowCost = 256;
inline std::size_t cost_of(const NodeRow& row) {
  return kRowCost + row.value.size() + row.key.size() + row.path.size() + row.title.size() +
         row.mime.size();
}

/// How much a tree may hold, and one transaction write.
struct Limits {
  std::size_t state_bytes = std::numeric_limits<std::size_t>::max();        ///< of cost_of()
  std::size_t transaction_bytes = std::numeric_limits<std::size_t>::max();  ///< of values
};

/// The rows of one user, or of the device (user "").
class Space {
 public:
  using Rows = std::map<std::string, Live, std::less<>>;

  Live* find(std::string_view key) const {
    return index_.find(key, [key](const Live& live) { return live.row.key == key; });
  }
  /// The row whose key the text folds to, if it is a direct one.
  Live* find_direct(std::string_view text) const {
    return index_.find(text, [text](const Live& live) {
      // Most write a path as it stands.
      return live.direct && (text == live.row.path || ddf::equal_folded(text, live.row.path));
    });
  }
  /// The row whose path this is, letter by letter, if it is a firm one.
  Live* find_firm(std::string_view path) const {
    return index_.find(path,
                       [path](const Live& live) { return live.firm && path == live.row.path; });
  }
  /// The row as it lies here now, and whether it has the place it had. What it was before is left
  /// in `row`, as far as its memory may be of use.
  std::pair<Live*, bool> put(NodeRow& row);
  /// The same when it is known where the row lies, and that its path is spelled as it is there.
  std::pair<Live*, bool> put(NodeRow& row, Live& live) { return replace(row, live, true); }
  void erase(std::string_view key);
  /// Sum of cost_of() of the rows.
  std::size_t bytes() const { return bytes_; }
  Rows& rows() { return rows_; }
  const Rows& rows() const { return rows_; }

 private:
  std::pair<Live*, bool> replace(NodeRow& row, Live& live, bool same_path);
  std::size_t bytes_ = 0;
  Rows rows_;          // ordered: a subtree is a range
  FoldedIndex index_;  // of all of them
};

/// Calls visit(key) for every row strictly below `key` in an ordered map.
template <typename OrderedMap, typename Visit>
void for_each_below(const OrderedMap& rows, std::string_view key, Visit visit) {
  const std::string prefix = key.empty() ? std::string() : std::string(key) + "/";
  for (auto it = rows.lower_bound(prefix); it != rows.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    visit(it->first);
  }
}

/// Calls visit(child_key) for every row directly below `key`; rows further down are jumped over,
/// not walked.
template <typename OrderedMap, typename Visit>
void for_each_child(const OrderedMap& rows, std::string_view key, Visit visit) {
  const std::string prefix = key.empty() ? std::string() : std::string(key) + "/";
  auto it = rows.lower_bound(prefix);
  while (it != rows.end() && it->first.compare(0, prefix.size(), prefix) == 0) {
    const std::size_t slash = it->first.find('/', prefix.size());
    if (slash == std::string::npos) {
      visit(it->first);
      ++it;
    } else {
      std::string next = it->first.substr(0, slash);
      next.push_back('/' + 1);  // the first text after everything that begins with "name/"
      it = rows.lower_bound(next);
    }
  }
}

struct Job {
  std::string payload;
  std::uint32_t attempt = 0;
  int percent = -1;
  std::string text;
  bool handed_over = false;  ///< the provider has it, in this process
};

using StateKey = std::pair<std::string, std::string>;  // provider, key
using JobKey = std::pair<std::string, std::string>;    // provider, id

class Tree {
 public:
  TreeMutex& mutex() const { return mutex_; }

  const Live* find(std::string_view user, std::string_view key) const {
    const Space* space = this->space(user);
    return space ? space->find(key) : nullptr;
  }
  const Space* space(std::string_view user) const {
    if (user.empty()) return &device_;
    const auto it = users_.find(user);
    return it == users_.end() ? nullptr : &it->second;
  }
  const std::map<StateKey, std::string>& state() const { return state_; }
  const std::map<JobKey, Job>& jobs() const { return jobs_; }
  std::map<JobKey, Job>& jobs() { return jobs_; }
  /// Alerts the server has not acknowledged, by id: in the order they were queued.
  const std::map<std::int64_t, store::AlertRow>& alerts() const { return alerts_; }
  /// Greater than the id of every alert there was since the state was opened.
  std::int64_t next_alert() const { return next_alert_; }

  const Limits& limits() const { return limits_; }
  void set_limits(const Limits& limits) { limits_ = limits; }
  /// What all rows take, by cost_of().
  std::size_t bytes() const { return bytes_; }

  /// Takes over what the store held. Before anybody else looks.
  void fill(store::Contents contents);
  /// Places every row in a new world, which the caller keeps until the next one, under the unique
  /// lock. Addresses of more segments are not found directly.
  void bind(const gate::World& world, std::size_t max_segments);
  /// Applies what the store has accepted. Under the unique lock. What its rows hold afterwards is
  /// good for nothing but their memory. `lives`: where rows that are put lie here already, spelled
  /// as they are, null where that is not known; as many as there are such rows, or none.
  void publish(store::Batch& batch, const std::vector<Live*>& lives = {});
  /// Copies of all it holds, as a store would give them.
  store::Contents contents() const;
  /// URI of every row the schema does not know.
  std::vector<std::string> orphans() const;

 private:
  void put_alert(store::AlertRow row);
  void put_node(NodeRow& row, Live* live);
  void remove_nodes(const store::Batch& batch);
  void publish_rest(store::Batch& batch);
  void place(Space& space, Live& live);
  bool is_sure(const Space& space) const;
  Space& own_space(const std::string& user) { return user.empty() ? device_ : users_[user]; }

  mutable TreeMutex mutex_;
  const gate::World* world_ = nullptr;
  std::size_t max_segments_ = 0;
  Limits limits_;
  std::size_t bytes_ = 0;
  ddf::Address scratch_;
  Space device_;
  std::map<std::string, Space, std::less<>> users_;
  std::map<StateKey, std::string> state_;
  std::map<JobKey, Job> jobs_;
  std::map<std::int64_t, store::AlertRow> alerts_;
  std::int64_t next_alert_ = 1;
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_TREE_HPP_
