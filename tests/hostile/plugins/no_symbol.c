/* SPDX-License-Identifier: Apache-2.0 */
/* A library that is no provider. */
__attribute__((visibility("default"))) int something_else = 1;
