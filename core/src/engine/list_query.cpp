// SPDX-License-Identifier: Apache-2.0
// Get of "?list=Struct", "StructData" and "TNDS": the nodes at and below an address, stored values
// from one moment. Leaves that grant no Get are listed by Struct, as a Get of their parent lists
// them, and nowhere else. A computed leaf whose provider fails is listed without a value.
#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <shared_mutex>
#include <utility>

#include "engine/session_impl.hpp"
#include "query/tnds.hpp"
#include "tree/tree_view.hpp"

namespace cspkit {

namespace {

using query::Entry;
using query::List;

// What a node costs in a reply beside its value, about.
constexpr std::size_t kNodeCost = 128;

class Collector {
 public:
  Collector(const gate::World& world, const gate::View& view, const gate::Target& top,
            const List& list, std::size_t max_bytes)
      : world_(world), view_(view), top_(top), list_(list), max_bytes_(max_bytes) {}

  /// Values are copied once all of them are known to be wanted.
  Status run(std::vector<Entry>& entries) {
    const auto enter = [&](const gate::Target& target) {
      work_ += kNodeCost;
      const bool hidden = target.node.is_leaf() && !target.node.grants(CSPKIT_GET);
      if (bytes_ > max_bytes_ || (hidden && list_.kind != List::Kind::kStruct)) return false;
      const gate::NodeRow* row = view_.find(target.user, target.address.key);
      entries.push_back(describe(target, row));
      rows_.push_back(row);
      const Entry& entry = entries.back();
      bytes_ += kNodeCost + entry.uri.size() + entry.value.data.size();
      if (row && entry.has_value) bytes_ += row->value.size();
      return true;
    };
    walk_existing(world_, view_, top_, enter);
    if (bytes_ <= max_bytes_) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (rows_[i] && entries[i].has_value)
          entries[i].value = Value(rows_[i]->format, rows_[i]->value);
      }
      return {};
    }
    return Status(Code::kTooLarge, fmt::format("{} and what is below it is too much for one reply; "
                                               "ask for less",
                                               gate::readable_uri(top_)));
  }

  /// What looking at the nodes has cost, in bytes of an answer.
  std::size_t work() const { return work_; }

 private:
  Entry describe(const gate::Target& target, const gate::NodeRow* row) const {
    Entry entry;
    entry.uri = gate::readable_uri(target);
    entry.depth = target.address.segments.size() - top_.address.segments.size();
    entry.name = query::name_of(target, row);
    entry.leaf = target.node.is_leaf();
    entry.value.format = entry.leaf ? target.node.format() : Format::kNode;
    entry.mime = query::type_of(target, row);
    if (row) {
      entry.title = row->title;
      entry.tstamp = row->tstamp;
      entry.verno = row->verno;
    }
    if (entry.leaf && list_.kind != List::Kind::kStruct) {
      entry.computed = world_.binding(target.node.id()).handles(CSPKIT_GET);
      entry.has_value = !entry.computed;
      if (entry.has_value && !row) entry.value = ddf::initial_value(target.node);
    }
    return entry;
  }

  const gate::World& world_;
  const gate::View& view_;
  const gate::Target& top_;
  const List& list_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::size_t work_ = 0;
  std::vector<const gate::NodeRow*> rows_;  // of the entries; the tree is locked
};

}  // namespace

Status SessionImpl::get_list(const gate::World& world,
                             std::shared_lock<tree::TreeMutex::Seat>& lock, std::string_view uri,
                             std::size_t max_bytes, dm::Outcome& outcome) {
  const List list = *query::list_of(target_.address.query);
  const std::string parent =
      target_.address.segments.size() < 2
          ? std::string(target_.address.scope == Scope::kUser ? "./User" : ".")
          : gate::readable_uri(target_, target_.address.segments.size() - 1);
  std::vector<Entry> entries;
  {
    const tree::TreeView view(engine_.tree());
    const gate::Target top = target_;
    Collector collector(world, view, top, list, max_bytes);
    Status collected = collector.run(entries);
    lock.unlock();
    outcome.wasted = collector.work();
    if (!collected.ok()) return collected;
  }
  std::size_t bytes = 0;
  std::string refreshed;
  for (Entry& entry : entries) {
    if (entry.computed) {
      dm::Outcome computed;
      // Once for all leaves of one node.
      const std::string folder = entry.uri.substr(0, entry.uri.rfind('/'));
      if (std::exchange(refreshed, folder) != folder) refresh(entry.uri);
      entry.has_value = get_at_present(entry.uri, computed).ok();
      if (entry.has_value) entry.value = std::move(computed.value);
      if (!computed.mime.empty()) entry.mime = std::move(computed.mime);
    }
    bytes += entry.value.data.size();
    if (bytes > max_bytes) {
      outcome.wasted += bytes;
      return Status(Code::kTooLarge, "the values are too much for one reply");
    }
  }
  outcome.wasted = 0;
  if (list.kind == List::Kind::kTnds) {
    outcome.value = Value(Format::kXml, query::write_tnds(entries, parent, list));
    outcome.mime = query::kTndsType;
    return {};
  }
  // Addresses in the form the request has.
  const std::string_view asked = detail::trim(uri.substr(0, uri.find('?')));
  const std::size_t prefix = entries.front().uri.size();
  for (Entry& entry : entries) {
    dm::ListedNode node;
    node.uri = std::string(asked) + entry.uri.substr(std::min(prefix, entry.uri.size()));
    node.has_data = entry.has_value && entry.leaf;
    node.value = std::move(entry.value);
    node.mime = std::move(entry.mime);
    outcome.nodes.push_back(std::move(node));
  }
  return {};
}

}  // namespace cspkit
