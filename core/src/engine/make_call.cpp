// SPDX-License-Identifier: Apache-2.0
// What a provider is told when one of its handlers is called.
#include <utility>

#include "engine/operations.hpp"
#include "txn/owner_write.hpp"

namespace cspkit {

namespace {

void decode(std::string_view segment, std::string& name) {
  name.assign(segment);
  if (segment.find('%') == std::string_view::npos) return;
  Result<std::string> decoded = ddf::decode_segment(segment);
  if (decoded) name = *std::move(decoded);
}

}  // namespace

provider::CallSpec make_call(const gate::World& world, const gate::View& view,
                             const gate::Target& target, std::size_t n, std::uint32_t verb) {
  provider::CallSpec spec;
  fill_call(world, view, target, n, verb, spec);
  return spec;
}

void fill_call(const gate::World& world, const gate::View& view, const gate::Target& target,
               std::size_t n, std::uint32_t verb, provider::CallSpec& spec,
               const gate::Found& known) {
  const ddf::NodeId id = n == 0 ? target.node.id() : target.address.segments[n - 1].node;
  const gate::Binding& binding = world.binding(id);
  spec.verb = verb;
  spec.handler = binding.handler[gate::handler_slot(verb)];
  spec.flags = binding.flags;
  // A node's rows share their flags; this one is its Exec's alone.
  if (verb != CSPKIT_EXEC) spec.flags &= ~std::uint32_t{CSPKIT_HANDLER_IRREVERSIBLE};
  spec.scope = target.address.scope;
  if (!target.user.empty() || !spec.user.empty()) spec.user = target.user;
  if (known.spelled) {
    spec.path.assign(target.address.path_of(n));
  } else {
    txn::spell_path(view, target, n, spec.path, known);
  }
  spec.root = world.claim(id).root;
  spec.value = nullptr;
  spec.mime = {};
  spec.session = 0;
  spec.transaction = nullptr;
  spec.may_stay_pending = false;
  std::size_t captured = 0;
  const ddf::Address::Segment* const segments = target.address.segments.data();
  for (std::size_t i = 0; i < n; ++i) {
    if (!segments[i].dynamic) continue;
    const std::size_t begin = i == 0 ? 0 : segments[i - 1].path_end + 1;
    if (captured == spec.captures.size()) spec.captures.emplace_back();
    decode({spec.path.data() + begin, segments[i].path_end - begin}, spec.captures[captured++]);
  }
  if (captured != spec.captures.size()) spec.captures.resize(captured);
}

}  // namespace cspkit
