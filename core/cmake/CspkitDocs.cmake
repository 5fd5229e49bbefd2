# SPDX-License-Identifier: Apache-2.0
# cmake --build BUILD --target cspkit_docs: the public headers as pages, BUILD/docs/html, where Doxygen is installed. A
# name without documentation fails it.
find_program(CSPKIT_DOXYGEN doxygen)
mark_as_advanced(CSPKIT_DOXYGEN)
if(NOT CSPKIT_DOXYGEN)
  message(STATUS "doxygen is absent: no reference pages")
  return()
endif()
set(docs_input "")
foreach(dir sdk/include ddf/include core/include sdk/harness/include providers/office/odt/include)
  string(APPEND docs_input " ${PROJECT_SOURCE_DIR}/${dir}")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
add_custom_target(cspkit_docs COMMAND ${CSPKIT_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile
  WORKING_DIRECTORY ${PROJECT_BINARY_DIR} VERBATIM)
