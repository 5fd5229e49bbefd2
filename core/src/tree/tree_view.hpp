// SPDX-License-Identifier: Apache-2.0
// The committed tree as the gate sees it. Used under the tree's shared lock, or with the turn.
#ifndef CSPKIT_CORE_TREE_TREE_VIEW_HPP_
#define CSPKIT_CORE_TREE_TREE_VIEW_HPP_

#include <string>
#include <string_view>
#include <vector>

#include "gate/gate.hpp"
#include "tree/tree.hpp"

namespace cspkit::tree {

class TreeView : public gate::View {
 public:
  explicit TreeView(const Tree& tree) : tree_(tree) {}

  const NodeRow* find(std::string_view user, std::string_view key) const override {
    const Live* live = tree_.find(user, key);
    return live && live->node != ddf::kNoNode ? &live->row : nullptr;
  }
  void children(std::string_view user, std::string_view key,
                std::vector<std::string>& keys) const override {
    keys.clear();
    const Space* space = tree_.space(user);
    if (!space) return;
    for_each_child(space->rows(), key, [&](const std::string& child) {
      if (space->find(child)->node != ddf::kNoNode) keys.push_back(child);
    });
  }

 private:
  const Tree& tree_;
};

}  // namespace cspkit::tree

#endif  // CSPKIT_CORE_TREE_TREE_VIEW_HPP_
