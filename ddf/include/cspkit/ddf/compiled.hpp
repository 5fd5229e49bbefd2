// SPDX-License-Identifier: Apache-2.0
// cspkit/ddf/compiled.hpp: a Schema as one file that opens at once. Such a file goes wherever a DDF
// file does (SchemaBuilder::add, Engine::load_ddf, cspctl --ddf): it is known by its content, and
// loading it is as loading what it was made of, findings, file names and lines included.
#ifndef CSPKIT_DDF_COMPILED_HPP_
#define CSPKIT_DDF_COMPILED_HPP_

#include <cspkit/ddf/loader.hpp>
#include <cspkit/ddf/schema.hpp>
#include <cspkit/export.hpp>
#include <cspkit/result.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace cspkit::ddf {

/// The bytes of the compiled file of a Schema and of the findings about it. The same Schema gives
/// the same bytes, on every machine of one byte order. Descriptions are in it: kIo when one has to
/// be read again from a file that has changed since.
CSPKIT_API Result<std::string> compile(const Schema& schema, const std::vector<Finding>& findings);

/// Writes the same to a file, which is either there whole or not at all: an old one of that name is
/// replaced, never written into, so that who has it open keeps what they had. kIo.
CSPKIT_API Status compile_to(const Schema& schema, const std::vector<Finding>& findings,
                             const std::filesystem::path& file);

}  // namespace cspkit::ddf

#endif  // CSPKIT_DDF_COMPILED_HPP_
