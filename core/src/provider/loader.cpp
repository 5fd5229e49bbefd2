// SPDX-License-Identifier: Apache-2.0
// The only file that includes Boost.DLL. The standard library's filesystem keeps
// libboost_filesystem out of the link; it is defined here alone, so that an embedder's own use of
// Boost.DLL in another file cannot disagree with it.
#define BOOST_DLL_USE_STD_FS
#include "provider/loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>  // Boost 1.74's headers need it first

namespace cspkit::provider {

namespace {

class BoostLibrary : public Library {
 public:
  BoostLibrary(boost::dll::shared_library library, const cspkit_plugin& plugin,
               std::filesystem::path path)
      : library_(std::move(library)), plugin_(plugin), path_(std::move(path)) {}
  const cspkit_plugin& plugin() const override { return plugin_; }
  const std::filesystem::path& path() const override { return path_; }

 private:
  boost::dll::shared_library library_;
  const cspkit_plugin& plugin_;
  std::filesystem::path path_;
};

/// dlerror's texts can span lines; an error of ours is one line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// What the library's symbol table says of the object must not contradict the object: a function of
/// that name, or one that claims more bytes than it has, is no plugin. Calls and reads nothing of a
/// function.
Status check_symbol(const void* symbol, const std::string& where) {
  Dl_info found{};
  void* entry = nullptr;
  if (::dladdr1(symbol, &found, &entry, RTLD_DL_SYMENT) == 0 || entry == nullptr) return {};
  const auto& known = *static_cast<const ElfW(Sym)*>(entry);
  const auto refuse = [&](std::string_view why) {
    return Status(Code::kProviderRefused,
                  fmt::format("{}: its {} {}", where, CSPKIT_PLUGIN_SYMBOL_NAME, why));
  };
  const unsigned type = ELF64_ST_TYPE(known.st_info);  // the same in 32 bits
  if (type != STT_OBJECT && type != STT_NOTYPE) return refuse("is no data object");
  if (known.st_size == 0) return {};  // assembly need not say
  const std::size_t has = known.st_size;
  if (has < sizeof(std::uint32_t)) return refuse(fmt::format("has {} bytes", has));
  const std::uint32_t claimed = *static_cast<const std::uint32_t*>(symbol);
  if (claimed > has) return refuse(fmt::format("claims {} bytes and has {}", claimed, has));
  return {};
}

}  // namespace

Result<std::shared_ptr<Library>> load_library(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  if (error) {
    return Status(Code::kProviderRefused,
                  fmt::format("{}: cannot be opened: {}", path.string(), error.message()));
  }
  Status trusted = check_trust(real);
  if (!trusted.ok()) return trusted;
  Status whole = check_whole(real);
  if (!whole.ok()) return whole;
  // The throwing overloads are used because only their texts say what dlerror said.
  try {
    boost::dll::shared_library library;
    library.load(real, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (!library.has(CSPKIT_PLUGIN_SYMBOL_NAME)) {
      return Status(
          Code::kProviderRefused,
          fmt::format("{}: no symbol {}: not a cspkit provider, or one of another major version",
                      real.string(), CSPKIT_PLUGIN_SYMBOL_NAME));
    }
    const cspkit_plugin& plugin = library.get<const cspkit_plugin>(CSPKIT_PLUGIN_SYMBOL_NAME);
    const Status object = check_symbol(&plugin, real.string());
    if (!object.ok()) return object;
    Status fits = check_abi(plugin, real.string());
    if (!fits.ok()) return fits;
    return std::shared_ptr<Library>(
        std::make_shared<BoostLibrary>(std::move(library), plugin, real));
  } catch (const std::exception& problem) {
    return Status(Code::kProviderRefused,
                  one_line(fmt::format("{}: cannot be loaded: {}", real.string(), problem.what())));
  }
}

}  // namespace cspkit::provider
