// SPDX-License-Identifier: Apache-2.0
#ifndef CSPKIT_HARNESS_STRICT_STRICT_WORK_HPP_
#define CSPKIT_HARNESS_STRICT_STRICT_WORK_HPP_

#include <cstdint>

#include "strict/strict_provider.hpp"

namespace cspkit::harness {

class StrictProvider::Inside {
 public:
  Inside(StrictProvider& provider, std::uint64_t operation);
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  StrictProvider& provider_;
  std::uint64_t before_ = 0;
};

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_STRICT_STRICT_WORK_HPP_
