/* SPDX-License-Identifier: Apache-2.0 */
/* Built against a later minor version, whose structs have grown: must load. */
#include "zoo.h"

typedef struct later_plugin {
  cspkit_plugin known;
  const void* later;
} later_plugin;

typedef struct later_animal {
  zoo_animal known;
  const void* later;
} later_animal;

static cspkit_code create(const cspkit_host* host, size_t index,
                          cspkit_provider** out) CSPKIT_NOEXCEPT {
  zoo_animal* self = zoo_make(host);
  (void)index;
  if (self == NULL) return CSPKIT_FULL;
  self->table.size = sizeof(self->table) + sizeof(void*);
  *out = &self->table;
  return CSPKIT_OK;
}
static const cspkit_provider_info kInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))};
/* The header knows the symbol as the smaller object. */
extern const later_plugin kLater __asm__(CSPKIT_PLUGIN_SYMBOL_NAME)
    __attribute__((visibility("default")));
const later_plugin kLater = {
    {sizeof(later_plugin), CSPKIT_ABI_MAJOR, CSPKIT_ABI_MINOR + 7, CSPKIT_STR("com.example.zoo"),
     CSPKIT_STR("1.7.0"), kInfos, 1, create},
    NULL};
