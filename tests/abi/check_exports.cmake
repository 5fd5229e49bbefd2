# SPDX-License-Identifier: Apache-2.0
# cmake -DNM=nm -DFILE=lib.so -P check_exports.cmake: a provider shows cspkit_plugin_v1 to the world and nothing else.
execute_process(COMMAND ${NM} -D --defined-only ${FILE}
  OUTPUT_VARIABLE symbols RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
if(failed)
  message(FATAL_ERROR "${NM} cannot read ${FILE}")
endif()
string(REPLACE "\n" ";" lines "${symbols}")
list(LENGTH lines count)
if(NOT count EQUAL 1 OR NOT symbols MATCHES " [DRBV] cspkit_plugin_v1$")
  message(FATAL_ERROR "${FILE} exports ${count} symbols instead of cspkit_plugin_v1 alone:\n${symbols}\n"
                      "Link it with sdk/cmake/provider.map, as cspkit_add_provider does.")
endif()
