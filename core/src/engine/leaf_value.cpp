// SPDX-License-Identifier: Apache-2.0
#include "engine/leaf_value.hpp"

#include <fmt/format.h>

#include <cspkit/ddf/rules.hpp>
#include <utility>

namespace cspkit {

void read_stored(const gate::View& view, const gate::Target& target, dm::Outcome& outcome) {
  const store::NodeRow* row = view.find(target.user, target.address.key);
  if (!row) {
    outcome.value = ddf::initial_value(target.node);
    return;
  }
  outcome.value = Value(row->format, row->value);
  outcome.value.secret = (row->flags & CSPKIT_VALUE_SECRET) != 0;
  outcome.mime = row->mime;
}

Status ask_provider(EngineImpl& engine, provider::LoadedProvider& provider,
                    const provider::CallSpec& spec, const ddf::Node& node, dm::Outcome& outcome) {
  provider::CallResult result = provider.call(spec);
  if (!result.status.ok()) return result.status;
  if (!result.has_value) {
    provider.misbehaved(fmt::format("get of {} said OK and gave no value", spec.path));
    return Status(Code::kFailed, fmt::format("provider {} broke its contract", provider.name()));
  }
  const bool secret = result.value.secret || (spec.flags & CSPKIT_HANDLER_SECRET) != 0;
  Result<Value> fits =
      ddf::check_format(node, std::move(result.value), engine.options().max_value_bytes);
  if (!fits) {
    provider.misbehaved(fmt::format("get of {} gave a value that does not fit: {}", spec.path,
                                    fits.error().text()));
    return Status(Code::kFailed, fmt::format("provider {} broke its contract", provider.name()));
  }
  outcome.value = *std::move(fits);
  outcome.value.secret = secret;
  return {};
}

}  // namespace cspkit
