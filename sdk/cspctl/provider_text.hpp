// SPDX-License-Identifier: Apache-2.0
// The files that `provider new` writes, as text.
#ifndef CSPKIT_CSPCTL_PROVIDER_TEXT_HPP_
#define CSPKIT_CSPCTL_PROVIDER_TEXT_HPP_

#include <string>
#include <vector>

#include "provider_plan.hpp"

namespace cspctl {

struct ProviderNames {
  std::string name;        ///< of target, library and files: "devicelock"
  std::string class_name;  ///< "DeviceLock"
  std::string ddf;         ///< "DeviceLock.xml"
};

/// The lines of one handler, with its comment, as they stand in the constructor.
std::string handler_text(const Wish& wish);
std::string source_text(const ProviderNames& names, const std::vector<Wish>& wishes,
                        const std::vector<std::string>& left_out);
std::string cmake_text(const ProviderNames& names);
std::string test_text(const ProviderNames& names);
std::string recipe_text(const ProviderNames& names, const std::vector<std::string>& lines);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_PROVIDER_TEXT_HPP_
