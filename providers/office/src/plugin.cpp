// SPDX-License-Identifier: Apache-2.0
// The one exported object of the library.
#include "office_provider.hpp"

CSPKIT_PLUGINS("org.cspkit.office", "1.0.0",
               CSPKIT_PROVIDER(cspkit::office::OfficeProvider, "Office.xml", "office"))
