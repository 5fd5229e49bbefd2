// SPDX-License-Identifier: Apache-2.0
// Microsoft's zip of DDF files, read as it was downloaded. Nothing is written to disk.
#ifndef CSPKIT_DDF_SRC_BUNDLE_HPP_
#define CSPKIT_DDF_SRC_BUNDLE_HPP_

#include <cspkit/result.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace cspkit::ddf {

/// Most bytes that the files of one bundle may expand to, together.
inline constexpr std::size_t kMaxBundleBytes = std::size_t{256} << 20;
/// Most entries of a bundle. Published ones have about 310.
inline constexpr std::size_t kMaxBundleEntries = 20'000;

/// True when the bytes begin as a zip does.
bool is_bundle(std::string_view bytes);

struct BundleReader {
  /// A file of the bundle.
  std::function<void(const std::string& name, std::string_view bytes)> file;
  /// A file that is left out, and why.
  std::function<void(const std::string& name, const std::string& reason)> skipped;
};

/// Hands every *.xml of a zip over, in its order. kNotDdf: damaged, too large, encrypted, or the
/// library was built without libarchive.
Status read_bundle(std::string_view bytes, const BundleReader& reader);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_SRC_BUNDLE_HPP_
