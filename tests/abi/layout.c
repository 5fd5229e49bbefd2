/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary layout of abi.h on LP64, written out: a change that moves, resizes or removes a member
 * of version 1 does not compile here. New members of structs that grow are added at the end, with a
 * new line and a new size. Compiled as C99, C11, C++17 and C++20.
 */
#include <cspkit/abi.h>
#include <limits.h>

#if defined(__cplusplus)
#define CHECK(name, condition) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define CHECK(name, condition) _Static_assert(condition, #name)
#else
#define CHECK(name, condition) typedef char check_##name[(condition) ? 1 : -1]
#endif
#define SIZE(type, bytes) CHECK(size_of_##type, sizeof(type) == (bytes))
#define OFFSET(type, member, bytes) \
  CHECK(offset_of_##type##_##member, offsetof(type, member) == (bytes))
#define VALUE(constant, number) CHECK(value_of_##constant, (constant) == (number))

#if defined(__LP64__)

SIZE(cspkit_str, 16);
OFFSET(cspkit_str, data, 0);
OFFSET(cspkit_str, size, 8);

SIZE(cspkit_value, 24);
OFFSET(cspkit_value, format, 0);
OFFSET(cspkit_value, flags, 4);
OFFSET(cspkit_value, data, 8);
OFFSET(cspkit_value, size, 16);

SIZE(cspkit_call, 8);
OFFSET(cspkit_call, id, 0);

SIZE(cspkit_writer, 8);
OFFSET(cspkit_writer, id, 0);

SIZE(cspkit_handler, 32);
OFFSET(cspkit_handler, pattern, 0);
OFFSET(cspkit_handler, verbs, 16);
OFFSET(cspkit_handler, flags, 20);
OFFSET(cspkit_handler, reserved, 24);

SIZE(cspkit_request, 112);
OFFSET(cspkit_request, size, 0);
OFFSET(cspkit_request, handler, 4);
OFFSET(cspkit_request, verb, 8);
OFFSET(cspkit_request, scope, 12);
OFFSET(cspkit_request, user, 16);
OFFSET(cspkit_request, path, 32);
OFFSET(cspkit_request, captures, 48);
OFFSET(cspkit_request, capture_count, 56);
OFFSET(cspkit_request, value, 64);
OFFSET(cspkit_request, mime, 72);
OFFSET(cspkit_request, session, 88);
OFFSET(cspkit_request, transaction, 96);
OFFSET(cspkit_request, deadline, 104);

SIZE(cspkit_host, 224);
OFFSET(cspkit_host, size, 0);
OFFSET(cspkit_host, abi_major, 4);
OFFSET(cspkit_host, abi_minor, 6);
OFFSET(cspkit_host, impl, 8);
OFFSET(cspkit_host, name, 16);
OFFSET(cspkit_host, version, 32);
OFFSET(cspkit_host, set_value, 48);
OFFSET(cspkit_host, set_error, 56);
OFFSET(cspkit_host, complete, 64);
OFFSET(cspkit_host, is_cancelled, 72);
OFFSET(cspkit_host, read, 80);
OFFSET(cspkit_host, children, 88);
OFFSET(cspkit_host, set, 96);
OFFSET(cspkit_host, create, 104);
OFFSET(cspkit_host, remove, 112);
OFFSET(cspkit_host, state_read, 120);
OFFSET(cspkit_host, state_list, 128);
OFFSET(cspkit_host, state_write, 136);
OFFSET(cspkit_host, state_remove, 144);
OFFSET(cspkit_host, batch_open, 152);
OFFSET(cspkit_host, batch_submit, 160);
OFFSET(cspkit_host, batch_drop, 168);
OFFSET(cspkit_host, now_steady, 176);
OFFSET(cspkit_host, now_utc, 184);
OFFSET(cspkit_host, run_after, 192);
OFFSET(cspkit_host, cancel_task, 200);
OFFSET(cspkit_host, log, 208);
OFFSET(cspkit_host, get_extension, 216);

SIZE(cspkit_provider, 104);
OFFSET(cspkit_provider, size, 0);
OFFSET(cspkit_provider, flags, 4);
OFFSET(cspkit_provider, impl, 8);
OFFSET(cspkit_provider, handlers, 16);
OFFSET(cspkit_provider, handler_count, 24);
OFFSET(cspkit_provider, start, 32);
OFFSET(cspkit_provider, destroy, 40);
OFFSET(cspkit_provider, get, 48);
OFFSET(cspkit_provider, add, 56);
OFFSET(cspkit_provider, replace, 64);
OFFSET(cspkit_provider, remove, 72);
OFFSET(cspkit_provider, exec, 80);
OFFSET(cspkit_provider, refresh, 88);
OFFSET(cspkit_provider, get_extension, 96);

SIZE(cspkit_provider_info, 56);
OFFSET(cspkit_provider_info, name, 0);
OFFSET(cspkit_provider_info, ddf_name, 16);
OFFSET(cspkit_provider_info, ddf, 32);
OFFSET(cspkit_provider_info, reserved, 48);

SIZE(cspkit_plugin, 64);
OFFSET(cspkit_plugin, size, 0);
OFFSET(cspkit_plugin, abi_major, 4);
OFFSET(cspkit_plugin, abi_minor, 6);
OFFSET(cspkit_plugin, id, 8);
OFFSET(cspkit_plugin, version, 24);
OFFSET(cspkit_plugin, providers, 40);
OFFSET(cspkit_plugin, provider_count, 48);
OFFSET(cspkit_plugin, create, 56);

SIZE(cspkit_host_jobs, 40);
OFFSET(cspkit_host_jobs, size, 0);
OFFSET(cspkit_host_jobs, reserved, 4);
OFFSET(cspkit_host_jobs, job_start, 8);
OFFSET(cspkit_host_jobs, job_end, 16);
OFFSET(cspkit_host_jobs, job_progress, 24);
OFFSET(cspkit_host_jobs, is_closing, 32);

SIZE(cspkit_provider_jobs, 16);
OFFSET(cspkit_provider_jobs, size, 0);
OFFSET(cspkit_provider_jobs, reserved, 4);
OFFSET(cspkit_provider_jobs, job_run, 8);

SIZE(cspkit_alert, 104);
OFFSET(cspkit_alert, size, 0);
OFFSET(cspkit_alert, code, 4);
OFFSET(cspkit_alert, source, 8);
OFFSET(cspkit_alert, type, 24);
OFFSET(cspkit_alert, format, 40);
OFFSET(cspkit_alert, mark, 56);
OFFSET(cspkit_alert, data, 72);
OFFSET(cspkit_alert, correlator, 88);

SIZE(cspkit_host_alerts, 16);
OFFSET(cspkit_host_alerts, size, 0);
OFFSET(cspkit_host_alerts, reserved, 4);
OFFSET(cspkit_host_alerts, alert_queue, 8);

SIZE(cspkit_provider_transaction, 48);
OFFSET(cspkit_provider_transaction, size, 0);
OFFSET(cspkit_provider_transaction, reserved, 4);
OFFSET(cspkit_provider_transaction, begin, 8);
OFFSET(cspkit_provider_transaction, undo_for, 16);
OFFSET(cspkit_provider_transaction, apply_undo, 24);
OFFSET(cspkit_provider_transaction, commit, 32);
OFFSET(cspkit_provider_transaction, end, 40);

#endif /* __LP64__ */

VALUE(CSPKIT_ABI_MAJOR, 1);
VALUE(CSPKIT_OK, 0);
VALUE(CSPKIT_PENDING, 1);
VALUE(CSPKIT_NOT_FOUND, -1);
VALUE(CSPKIT_NOT_ALLOWED, -2);
VALUE(CSPKIT_NOT_SUPPORTED, -3);
VALUE(CSPKIT_ALREADY_EXISTS, -4);
VALUE(CSPKIT_BAD_FORMAT, -5);
VALUE(CSPKIT_BAD_VALUE, -6);
VALUE(CSPKIT_DENIED, -7);
VALUE(CSPKIT_BUSY, -8);
VALUE(CSPKIT_FULL, -9);
VALUE(CSPKIT_TIMED_OUT, -10);
VALUE(CSPKIT_CANCELLED, -11);
VALUE(CSPKIT_FAILED, -12);
VALUE(CSPKIT_STALE, -13);
VALUE(CSPKIT_MISUSE, -14);
VALUE(CSPKIT_FORMAT_UNSET, 0);
VALUE(CSPKIT_FORMAT_B64, 1);
VALUE(CSPKIT_FORMAT_BIN, 2);
VALUE(CSPKIT_FORMAT_BOOL, 3);
VALUE(CSPKIT_FORMAT_CHR, 4);
VALUE(CSPKIT_FORMAT_INT, 5);
VALUE(CSPKIT_FORMAT_NODE, 6);
VALUE(CSPKIT_FORMAT_NULL, 7);
VALUE(CSPKIT_FORMAT_XML, 8);
VALUE(CSPKIT_FORMAT_DATE, 9);
VALUE(CSPKIT_FORMAT_TIME, 10);
VALUE(CSPKIT_FORMAT_FLOAT, 11);
VALUE(CSPKIT_VALUE_SECRET, 1);
VALUE(CSPKIT_SCOPE_DEVICE, 0);
VALUE(CSPKIT_SCOPE_USER, 1);
VALUE(CSPKIT_GET, 1);
VALUE(CSPKIT_ADD, 2);
VALUE(CSPKIT_REPLACE, 4);
VALUE(CSPKIT_DELETE, 8);
VALUE(CSPKIT_EXEC, 16);
VALUE(CSPKIT_REFRESH, 64);
VALUE(CSPKIT_HANDLER_OWN, 1);
VALUE(CSPKIT_HANDLER_SECRET, 2);
VALUE(CSPKIT_HANDLER_IRREVERSIBLE, 4);
VALUE(CSPKIT_HANDLER_CONCURRENT, 8);
VALUE(CSPKIT_HANDLER_UNDO_EACH, 16);
VALUE(CSPKIT_ALERT_CLIENT_EVENT, 1224);
VALUE(CSPKIT_ALERT_GENERIC, 1226);
VALUE(CSPKIT_LOG_DEBUG, 0);
VALUE(CSPKIT_LOG_INFO, 1);
VALUE(CSPKIT_LOG_WARNING, 2);
VALUE(CSPKIT_LOG_ERROR, 3);
VALUE(CSPKIT_LOG_PROVIDER_MISBEHAVING, 4);
VALUE(CSPKIT_LOG_HOST_MISBEHAVING, 5);
