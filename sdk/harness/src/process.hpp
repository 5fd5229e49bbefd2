// SPDX-License-Identifier: Apache-2.0
// What the kernel says of this process.
#ifndef CSPKIT_HARNESS_SRC_PROCESS_HPP_
#define CSPKIT_HARNESS_SRC_PROCESS_HPP_

#include <cstddef>

namespace cspkit::harness {

/// Threads, this one included; one that was joined counts for a moment more.
std::size_t count_threads();
/// Open files, with the one that the counting itself opens.
std::size_t count_files();

}  // namespace cspkit::harness

#endif  // CSPKIT_HARNESS_SRC_PROCESS_HPP_
