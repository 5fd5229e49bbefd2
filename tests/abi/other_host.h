/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of another minor version, for one provider at a time: the engine's own, seen through tables
 * that are larger, or that lack what came after 1.0 and all that may be absent. */
#ifndef CSPKIT_TESTS_ABI_OTHER_HOST_H_
#define CSPKIT_TESTS_ABI_OTHER_HOST_H_

#ifdef __cplusplus
extern "C" {
#endif

/* The plugin to give to the engine instead of `inner`, which will see a host that is later than
 * any, and requests that have grown. */
const void* cspkit_tests_behind_a_later_host(const void* inner);
/* The same for a host of 1.0 whose tables of extensions are as small as they ever were;
 * `with_extensions` 0: one that has none. */
const void* cspkit_tests_behind_an_older_host(const void* inner, int with_extensions);

#ifdef __cplusplus
}
#endif

#endif /* CSPKIT_TESTS_ABI_OTHER_HOST_H_ */
