// SPDX-License-Identifier: Apache-2.0
#include "allowed.hpp"

namespace cspkit::ddf {

AllowedValues read_allowed(const SchemaData& data, Ref ref) {
  AllowedValues out;
  if (ref == 0) return out;
  const std::uint32_t head = data.words[ref++];
  out.type = static_cast<ValueType>(AllowedType::get(head));
  out.has_list = AllowedList::get(head) != 0;
  if (out.has_list) out.list_delimiter = data.string(data.words[ref++]);
  if (AllowedAdmx::get(head) != 0) {
    out.admx_area = data.string(data.words[ref++]);
    out.admx_name = data.string(data.words[ref++]);
    out.admx_file = data.string(data.words[ref++]);
  }
  auto& pairs = AllowedPlain::get(head) != 0 ? out.values : out.enums;
  const std::uint32_t count = AllowedCount::get(head);
  pairs.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i, ref += 2) {
    pairs.push_back({data.string(data.words[ref]), data.string(data.words[ref + 1])});
  }
  return out;
}

}  // namespace cspkit::ddf
