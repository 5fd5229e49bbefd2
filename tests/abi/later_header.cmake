# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=abi.h -DTO=later/abi.h -P later_header.cmake: abi.h as a later minor version could be, with a new member
# at the end of every struct that grows.
file(READ "${FROM}" text)
function(grow what by)
  string(FIND "${text}" "${what}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${FROM} has no \"${what}\" to add a member to")
  endif()
  string(REPLACE "${what}" "${by}" text "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()

if(NOT text MATCHES "#define CSPKIT_ABI_MINOR [0-9]+")
  message(FATAL_ERROR "${FROM} has no CSPKIT_ABI_MINOR")
endif()
grow("${CMAKE_MATCH_0}" "#define CSPKIT_ABI_MINOR 99\n#define CSPKIT_TESTS_LATER 1")
foreach(struct request plugin host_jobs provider_jobs alert host_alerts provider_transaction)
  grow("} cspkit_${struct};" "  const void* later_member;\n} cspkit_${struct};")
endforeach()
set(last "const void* (*get_extension)(const cspkit_host* host, const char* id)CSPKIT_NOEXCEPT;")
grow("${last}" "${last}\n  const char* (*later_call)(const cspkit_host* host) CSPKIT_NOEXCEPT;")
set(last "const void* (*get_extension)(cspkit_provider* provider, const char* id)CSPKIT_NOEXCEPT;")
grow("${last}" "${last}
  cspkit_code (*later_verb)(cspkit_provider* provider, cspkit_call call,
                            const cspkit_request* request) CSPKIT_NOEXCEPT;")
file(WRITE "${TO}" "${text}")
