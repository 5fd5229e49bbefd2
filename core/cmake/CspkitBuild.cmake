# SPDX-License-Identifier: Apache-2.0
# Settings shared by every target of the build: link PRIVATE cspkit_build. Never exported.
add_library(cspkit_build INTERFACE)
target_compile_features(cspkit_build INTERFACE cxx_std_20)
target_compile_options(cspkit_build INTERFACE
  -Wall -Wextra $<$<COMPILE_LANGUAGE:CXX>:-Wconversion;-Wshadow>
  $<$<BOOL:${CSPKIT_WERROR}>:-Werror>
  # What is shown (CSPKIT_API) is still inlined within its file, as clang does; nobody replaces our functions.
  $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>
  # g++ 12 at -O3 reports false overlaps and overruns on strings that are concatenated and moved.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>>:-Wno-maybe-uninitialized>)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Programs, libraries and providers lie together, so that the tools find what is bundled.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
if(CSPKIT_SANITIZE)
  add_compile_options(-fsanitize=${CSPKIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CSPKIT_SANITIZE})
endif()
find_program(CSPKIT_CCACHE ccache)
if(CSPKIT_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CSPKIT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CSPKIT_CCACHE})
endif()

# cspkit_shared_library(TARGET): what follows from its being shared, if it is. Before 1.0 each minor version may change
# what C++ programs see of it.
function(cspkit_shared_library target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
      DEFINE_SYMBOL "")  # compiled as for an archive: a compiler cache needs it once
    # Of the libraries it is made with nothing is shown: their templates come out of headers with visibility of their own.
    set(map ${PROJECT_SOURCE_DIR}/core/cmake/cxx.map)
    target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,-z,defs)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${map})
  endif()
endfunction()

# The standard headers, precompiled: a third of the time of a build from nothing. A compiler cache does more, and cannot
# cache what uses them.
if(PROJECT_IS_TOP_LEVEL AND NOT CSPKIT_CCACHE)
  option(CSPKIT_PCH "Precompile the standard headers" ON)
else()
  option(CSPKIT_PCH "Precompile the standard headers" OFF)
endif()
# cspkit_precompiled_headers(NAME header...): a set of headers that cspkit_precompile(TARGET NAME) lends to a target.
function(cspkit_precompiled_headers name)
  if(CSPKIT_PCH)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "\n")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE cspkit_build)
    target_precompile_headers(${name} PRIVATE ${ARGN})
  endif()
endfunction()
function(cspkit_precompile target name)
  if(CSPKIT_PCH)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
cspkit_precompiled_headers(cspkit_pch <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <cstring>
  <filesystem> <functional> <map> <memory> <mutex> <optional> <shared_mutex> <string> <string_view> <thread>
  <unordered_map> <utility> <variant> <vector>)
