# SPDX-License-Identifier: Apache-2.0
# cspkit_add_provider(NAME SOURCES file... [DDF file.xml] [OUTPUT_DIRECTORY dir])
# Builds libcspkit_NAME.so: a module that exports cspkit_plugin_v1 and nothing else. The DDF is copied beside it. The
# target is cspkit_NAME; link what the provider needs to it.
# cspkit_install_provider(NAME [DESTINATION dir] [COMPONENT name])
# Installs it and its DDF where a cspctl of the same prefix finds it.
set(CSPKIT_PROVIDER_MAP ${CMAKE_CURRENT_LIST_DIR}/provider.map CACHE INTERNAL "")
function(cspkit_add_provider name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DDF;OUTPUT_DIRECTORY" "SOURCES")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "cspkit_add_provider(${name}): SOURCES is missing")
  endif()
  set(target cspkit_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE cspkit::sdk)
  if(TARGET cspkit_build AND PROJECT_NAME STREQUAL "cspkit")  # inside the project: its warnings
    target_link_libraries(${target} PRIVATE cspkit_build)
  endif()
  target_link_options(${target} PRIVATE -Wl,--version-script=${CSPKIT_PROVIDER_MAP})
  set_target_properties(${target} PROPERTIES PREFIX lib OUTPUT_NAME cspkit_${name}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${CSPKIT_PROVIDER_MAP})
  # Sanitized clang modules leave the runtime's symbols to the program that loads them.
  if(NOT CSPKIT_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  if(arg_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
  endif()
  # An engine loads nothing that others could have written: a umask of 002 must not make a fresh build unloadable.
  if(UNIX)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND chmod go-w $<TARGET_FILE:${target}> $<TARGET_FILE_DIR:${target}> VERBATIM)
  endif()
  if(arg_DDF)
    cmake_path(ABSOLUTE_PATH arg_DDF OUTPUT_VARIABLE ddf)
    cmake_path(GET ddf FILENAME ddf_name)
    set_target_properties(${target} PROPERTIES CSPKIT_DDF ${ddf})
    # A custom target of its own, so that an edited DDF is copied without relinking the library.
    add_custom_target(${target}_ddf ALL
      COMMAND ${CMAKE_COMMAND} -E copy_if_different ${ddf} $<TARGET_FILE_DIR:${target}>/${ddf_name}
      DEPENDS ${ddf} VERBATIM)
    add_dependencies(${target} ${target}_ddf)
  endif()
endfunction()

function(cspkit_install_provider name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESTINATION;COMPONENT" "")
  if(NOT arg_DESTINATION)
    set(arg_DESTINATION ${CSPKIT_PROVIDER_INSTALL_DIR})
  endif()
  set(component "")
  if(arg_COMPONENT)
    set(component COMPONENT ${arg_COMPONENT})
  endif()
  install(TARGETS cspkit_${name} LIBRARY DESTINATION ${arg_DESTINATION} ${component})
  get_target_property(ddf cspkit_${name} CSPKIT_DDF)
  if(ddf)
    install(FILES ${ddf} DESTINATION ${arg_DESTINATION} ${component})
  endif()
endfunction()
