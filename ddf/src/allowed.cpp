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

std::vector<DependencyGroup> read_dependencies(const SchemaData& data, Ref ref) {
  std::vector<DependencyGroup> out;
  if (ref == 0) return out;
  const std::uint32_t groups = data.words[ref++];
  for (std::uint32_t i = 0; i < groups; ++i) {
    DependencyGroup group;
    group.friendly_id = data.string(data.words[ref++]);
    group.changed_allowed = read_allowed(data, data.words[ref++]);
    const std::uint32_t count = data.words[ref++];
    for (std::uint32_t k = 0; k < count; ++k, ref += 3) {
      group.dependencies.push_back({data.words[ref] != 0, data.string(data.words[ref + 1]),
                                    read_allowed(data, data.words[ref + 2])});
    }
    out.push_back(std::move(group));
  }
  return out;
}

std::vector<ErrorResult> read_errors(const SchemaData& data, Ref ref) {
  std::vector<ErrorResult> out;
  if (ref == 0) return out;
  const std::uint32_t count = data.words[ref++];
  for (std::uint32_t i = 0; i < count; ++i, ref += 2) {
    out.push_back({data.string(data.words[ref]), data.string(data.words[ref + 1])});
  }
  return out;
}

std::vector<Extension> read_extensions(const SchemaData& data, Ref ref) {
  std::vector<Extension> out;
  if (ref == 0) return out;
  const std::uint32_t count = data.words[ref++];
  for (std::uint32_t i = 0; i < count; ++i) {
    Extension extension;
    extension.name = data.string(data.words[ref++]);
    extension.value = data.string(data.words[ref++]);
    const std::uint32_t attributes = data.words[ref++];
    for (std::uint32_t k = 0; k < attributes; ++k, ref += 2) {
      extension.attributes.emplace_back(data.string(data.words[ref]),
                                        data.string(data.words[ref + 1]));
    }
    out.push_back(std::move(extension));
  }
  return out;
}

}  // namespace cspkit::ddf
