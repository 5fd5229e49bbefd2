# SPDX-License-Identifier: Apache-2.0
# Debian packages: configure with -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON -DCSPKIT_INSTALL_RPATH=OFF, build,
# cpack -G DEB. One package for each component; the libraries they need are found by dpkg-shlibdeps.
set(CPACK_PACKAGE_NAME cspkit)
set(CPACK_PACKAGE_VENDOR cspkit)
set(CPACK_PACKAGE_CONTACT "cspkit <cspkit@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL libcspkit libcspkit-dev)
if(TARGET cspctl)
  list(APPEND CPACK_COMPONENTS_ALL cspkit-tools)
endif()
if(TARGET cspkit_office)
  list(APPEND CPACK_COMPONENTS_ALL cspkit-provider-office)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(own "(= ${PROJECT_VERSION})")

set(CPACK_DEBIAN_LIBCSPKIT_PACKAGE_NAME libcspkit)
set(CPACK_DEBIAN_LIBCSPKIT_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBCSPKIT_DESCRIPTION "Windows-style configuration service providers: libraries
 Reads DDF files, keeps the management tree they describe, loads providers and
 answers SyncML (OMA DM 1.2). For agents to link.")
set(CPACK_DEBIAN_LIBCSPKIT-DEV_PACKAGE_NAME libcspkit-dev)
set(CPACK_DEBIAN_LIBCSPKIT-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBCSPKIT-DEV_PACKAGE_DEPENDS "libcspkit ${own}")
if(NOT BUILD_SHARED_LIBS)  # archives: whoever links them links these
  string(APPEND CPACK_DEBIAN_LIBCSPKIT-DEV_PACKAGE_DEPENDS
    ", libpugixml-dev, libfmt-dev, libsqlite3-dev, libpcre2-dev, libxml2-dev, libarchive-dev")
endif()
set(CPACK_DEBIAN_LIBCSPKIT-DEV_PACKAGE_SUGGESTS "cspkit-tools, cmake (>= 3.20), libgtest-dev, libgmock-dev")
set(CPACK_COMPONENT_LIBCSPKIT-DEV_DESCRIPTION "Windows-style configuration service providers: development
 Headers, CMake package and pkg-config files to write providers and agents,
 and a device for their tests.")
set(CPACK_DEBIAN_CSPKIT-TOOLS_PACKAGE_NAME cspkit-tools)
set(CPACK_DEBIAN_CSPKIT-TOOLS_PACKAGE_SECTION admin)
set(CPACK_COMPONENT_CSPKIT-TOOLS_DESCRIPTION "Windows-style configuration service providers: cspctl
 A device on the command line: SyncML in and out, single commands, checks of
 DDF files, and new providers from them.")
set(CPACK_DEBIAN_CSPKIT-PROVIDER-OFFICE_PACKAGE_NAME cspkit-provider-office)
set(CPACK_DEBIAN_CSPKIT-PROVIDER-OFFICE_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_CSPKIT-PROVIDER-OFFICE_PACKAGE_SUGGESTS cspkit-tools)
set(CPACK_COMPONENT_CSPKIT-PROVIDER-OFFICE_DESCRIPTION "Windows-style configuration service providers: Office CSP
 The provider of ./Vendor/MSFT/Office, and its command cspctl office.")

# The library packages depend on each other by the versions of this build.
if(BUILD_SHARED_LIBS)
  set(CPACK_DEBIAN_CSPKIT-TOOLS_PACKAGE_DEPENDS "libcspkit ${own}")
endif()
include(CPack)
