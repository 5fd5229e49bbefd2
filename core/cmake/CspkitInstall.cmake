# SPDX-License-Identifier: Apache-2.0
# What is installed, and where; included last. In every file that is installed paths are relative: a prefix can be moved.
#   components  libcspkit        shared libraries
#               libcspkit-dev    headers, libraries to link with, CMake package, .pc files
#               cspkit-tools     cspctl, its manual page and completion, the catalog of DDF files
#               cspkit-provider-NAME  a bundled provider, and the tools of its own
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
option(CSPKIT_INSTALL_RPATH "Installed programs and libraries find their own libraries relative to themselves" ON)
if(NOT CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS)  # a umask of 002 would make folders that no provider is loaded from
  set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()
set(cspkit_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cspkit)

foreach(part sdk ddf core c harness)
  install(TARGETS cspkit_${part} EXPORT cspkit-${part}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libcspkit NAMELINK_COMPONENT libcspkit-dev
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libcspkit-dev
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT cspkit-${part} NAMESPACE cspkit:: FILE cspkit-${part}-targets.cmake
    DESTINATION ${cspkit_package_dir} COMPONENT libcspkit-dev)
  set_target_properties(cspkit_${part} PROPERTIES EXPORT_NAME ${part})
  get_target_property(type cspkit_${part} TYPE)
  if(CSPKIT_INSTALL_RPATH AND type STREQUAL "SHARED_LIBRARY")
    set_target_properties(cspkit_${part} PROPERTIES INSTALL_RPATH "$ORIGIN")
  endif()
endforeach()
install(DIRECTORY sdk/include/ ddf/include/ core/include/ sdk/harness/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libcspkit-dev FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

# find_package(cspkit CONFIG)
set(CSPKIT_STATIC_PACKAGES_DDF pugixml fmt LibXml2 PCRE2)
if(CSPKIT_WITH_LIBARCHIVE)
  list(APPEND CSPKIT_STATIC_PACKAGES_DDF LibArchive)
endif()
list(JOIN CSPKIT_STATIC_PACKAGES_DDF " " CSPKIT_STATIC_PACKAGES_DDF)
string(COMPARE NOTEQUAL "${BUILD_SHARED_LIBS}" "" shared_is_set)
if(NOT shared_is_set)
  set(BUILD_SHARED_LIBS OFF)
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cspkit-config.cmake.in
  ${PROJECT_BINARY_DIR}/cspkit-config.cmake INSTALL_DESTINATION ${cspkit_package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change what C++ programs see; what providers see is versioned by abi.h.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cspkit-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cspkit-config.cmake ${PROJECT_BINARY_DIR}/cspkit-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindPCRE2.cmake
  ${PROJECT_SOURCE_DIR}/sdk/cmake/CspkitAddProvider.cmake ${PROJECT_SOURCE_DIR}/sdk/cmake/provider.map
  DESTINATION ${cspkit_package_dir} COMPONENT libcspkit-dev)

# pkg-config. ${pcfiledir} is where the file lies.
foreach(dir INCLUDEDIR LIBDIR)
  string(TOLOWER ${dir} lower)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${lower} "${CMAKE_INSTALL_${dir}}")
  else()
    set(pc_${lower} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" up "${up}")
set(pc_prefix "\${pcfiledir}/${up}")
function(cspkit_pkg_config name libs requires description)
  set(pc_name ${name})
  set(pc_libs "${libs}")
  set(pc_requires "${requires}")
  set(pc_description "${description}")
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/library.pc.in ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT libcspkit-dev)
endfunction()
set(ddf_requires "")
set(core_requires "")
set(core_libs "-pthread")
if(NOT BUILD_SHARED_LIBS)  # there is nothing but archives: what they use is never private
  set(ddf_requires ", pugixml, fmt, libxml-2.0, libpcre2-8")
  if(CSPKIT_WITH_LIBARCHIVE)
    string(APPEND ddf_requires ", libarchive")
  endif()
  set(core_requires ", pugixml, fmt, sqlite3")
  string(APPEND core_libs " -ldl")
endif()
cspkit_pkg_config(cspkit-sdk "" "" "The contract between cspkit and its providers: headers")
cspkit_pkg_config(cspkit-ddf "-L\${libdir} -lcspkit_ddf" "cspkit-sdk = ${PROJECT_VERSION}${ddf_requires}"
  "Schemas of management trees, from DDF files")
cspkit_pkg_config(cspkit-core "-L\${libdir} -lcspkit_core ${core_libs}" "cspkit-ddf = ${PROJECT_VERSION}${core_requires}"
  "Configuration service providers in an agent: the engine, for C++20")
cspkit_pkg_config(cspkit-harness "-L\${libdir} -lcspkit_harness -lsqlite3" "cspkit-core = ${PROJECT_VERSION}"
  "A device for tests of providers and agents")
cspkit_pkg_config(cspkit "-L\${libdir} -lcspkit" "" "Configuration service providers in an agent: the engine, for C")

# Programs. What is bundled lies where cspctl looks for it: relative to itself.
if(CSPKIT_INSTALL_RPATH AND BUILD_SHARED_LIBS)
  file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  foreach(program cspctl)
    if(TARGET ${program})
      set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/${up}")
    endif()
  endforeach()
endif()
if(TARGET cspctl)
  install(TARGETS cspctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cspkit-tools)
  install(DIRECTORY ddf/catalog/ DESTINATION ${CMAKE_INSTALL_DATADIR}/cspkit/ddf COMPONENT cspkit-tools
    FILES_MATCHING PATTERN "*.xml")
  configure_file(sdk/cspctl/cspctl.1.in ${PROJECT_BINARY_DIR}/cspctl.1 @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/cspctl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT cspkit-tools)
  install(FILES sdk/cspctl/completion.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME cspctl COMPONENT cspkit-tools)
endif()
if(TARGET cspkit_office)
  cspkit_install_provider(office COMPONENT cspkit-provider-office)
endif()
if(TARGET cspkit-office-supervisor)  # the provider looks for it beside itself
  install(TARGETS cspkit-office-supervisor RUNTIME DESTINATION ${CSPKIT_PROVIDER_INSTALL_DIR}
    COMPONENT cspkit-provider-office)
endif()
if(TARGET cspctl-office)
  install(TARGETS cspctl-office RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cspkit-provider-office)
endif()

# What is linked into what, with versions: read from the binaries when they are built. Boost, CLI11 and JSON are headers.
set(sbom_targets cspkit_core cspkit_ddf cspkit_c)
foreach(target cspctl cspkit_office cspctl-office cspkit-office-supervisor)
  if(TARGET ${target})
    list(APPEND sbom_targets ${target})
  endif()
endforeach()
list(TRANSFORM sbom_targets REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE sbom_files)
set(sbom_headers "boost=${Boost_VERSION}")
if(TARGET cspctl)
  find_package(CLI11 REQUIRED)
  string(APPEND sbom_headers ",CLI11=${CLI11_VERSION}")
endif()
if(CSPKIT_WITH_JSON OR TARGET cspctl)
  find_package(nlohmann_json REQUIRED)
  string(APPEND sbom_headers ",nlohmann-json=${nlohmann_json_VERSION}")
endif()
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/cspkit.spdx
  COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/sbom.sh cspkit ${PROJECT_VERSION} ${PROJECT_BINARY_DIR}/cspkit.spdx
          ${sbom_headers} ${sbom_files}
  DEPENDS ${sbom_targets} ${CMAKE_CURRENT_LIST_DIR}/sbom.sh VERBATIM)
add_custom_target(cspkit_sbom ALL DEPENDS ${PROJECT_BINARY_DIR}/cspkit.spdx)
install(FILES ${PROJECT_BINARY_DIR}/cspkit.spdx DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libcspkit-dev
  COMPONENT libcspkit-dev)

if(PROJECT_IS_TOP_LEVEL)
  include(CspkitPackage)  # cpack -G DEB
endif()
