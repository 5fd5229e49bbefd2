// SPDX-License-Identifier: Apache-2.0
// CSPKIT_API: what the shared libraries of cspkit show. Everything is compiled with hidden
// visibility; a class or a function of a public header that has code in a library carries this
// mark, and nothing else does.
#ifndef CSPKIT_EXPORT_HPP_
#define CSPKIT_EXPORT_HPP_

#if defined(_WIN32)
#define CSPKIT_API
#else
/// Stands before a class or function of a public header that has code in a library.
#define CSPKIT_API __attribute__((visibility("default")))
#endif

#endif  // CSPKIT_EXPORT_HPP_
