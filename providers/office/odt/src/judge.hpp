// SPDX-License-Identifier: Apache-2.0
// The rules about values: what a configuration that could be read asks for.
#ifndef CSPKIT_ODT_JUDGE_HPP_
#define CSPKIT_ODT_JUDGE_HPP_

#include <cspkit/odt/configuration.hpp>

#include "findings.hpp"

namespace cspkit::odt {

struct Judging {
  const Configuration& configuration;
  const CheckOptions& options;
  Findings& findings;
};

void judge_add(const Judging& judging);       ///< A, C and S001 of Add
void judge_products(const Judging& judging);  ///< D, L and E: Add's and Remove's products
void judge_others(const Judging& judging);    ///< V, U, R, O, Z and S001 of the rest

}  // namespace cspkit::odt

#endif  // CSPKIT_ODT_JUDGE_HPP_
