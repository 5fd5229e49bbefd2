// SPDX-License-Identifier: Apache-2.0
// The commands. Each prints its answer and returns its exit code; the waiting is the caller's.
#ifndef CSPKIT_CSPCTL_COMMANDS_HPP_
#define CSPKIT_CSPCTL_COMMANDS_HPP_

#include <cspkit/ddf/loader.hpp>
#include <cspkit/engine.hpp>
#include <string>

#include "options.hpp"

namespace cspctl {

int run_messages(cspkit::Engine& engine, const Options& options);  ///< run
int run_verb(cspkit::Engine& engine, const Options& options);      ///< get add replace delete exec
int run_seed(cspkit::Engine& engine, const Options& options);
int run_tree(cspkit::Engine& engine, const Options& options);
int run_explain(cspkit::Engine& engine, const Options& options);
int run_provider_list(cspkit::Engine& engine, const Options& options);
int run_ddf_check(const Options& options);
int run_ddf_doc(const Options& options);
int run_ddf_diff(const Options& options);
int run_ddf_compile(const Options& options);
int run_provider_new(const Options& options);
int run_provider_check(const Options& options);

/// Adds what lies at a path; an exit code, after saying why.
int add_ddf(cspkit::ddf::SchemaBuilder& builder, const std::string& path);

int run_store_check(const Options& options);
int run_store_dump(const Options& options);
int run_store_backup(const Options& options);

}  // namespace cspctl

#endif  // CSPKIT_CSPCTL_COMMANDS_HPP_
