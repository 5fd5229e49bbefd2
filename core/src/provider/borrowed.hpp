// SPDX-License-Identifier: Apache-2.0
// Text that the other side of the C ABI owns.
#ifndef CSPKIT_CORE_PROVIDER_BORROWED_HPP_
#define CSPKIT_CORE_PROVIDER_BORROWED_HPP_

#include <cspkit/abi.h>

#include <cstddef>
#include <string_view>

namespace cspkit::provider {

/// What the store can keep in one value. A size beyond it is no size: a member that was never set,
/// a subtraction below zero.
inline constexpr std::size_t kMostBytes = 1'000'000'000;

/// False for what cannot be read: bytes announced and none given, or an impossible number of them.
inline bool is_sound(cspkit_str text) {
  return text.size == 0 || (text.data != nullptr && text.size <= kMostBytes);
}

/// Empty when it is not sound.
inline std::string_view view(cspkit_str text) {
  return text.size == 0 || !is_sound(text) ? std::string_view{}
                                           : std::string_view(text.data, text.size);
}

inline cspkit_str str(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace cspkit::provider

#endif  // CSPKIT_CORE_PROVIDER_BORROWED_HPP_
