/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the animals of the zoo have in common: a small tree of their own, embedded, and a
 * well-behaved provider over it. Each animal's source then does one thing wrong. A provider logs
 * "zoo: made" and "zoo: gone", so that a test can tell that none is left over.
 *
 *   ./Device/Vendor/Zoo/Text          chr, Get Replace
 *                      /Number        int, Get
 *                      /Run           null, Exec
 *                      /Item/{Name}   Add Delete Get
 */
#ifndef CSPKIT_TESTS_HOSTILE_ZOO_H_
#define CSPKIT_TESTS_HOSTILE_ZOO_H_

#include <cspkit/abi.h>
#include <stdlib.h>

#define ZOO_NODE(name, access, format, occurrence, inside)                                   \
  "<Node><NodeName>" name "</NodeName><DFProperties><AccessType>" access                     \
  "</AccessType><DFFormat><" format "/></DFFormat><Occurrence><" occurrence                  \
  "/></Occurrence><Scope><Permanent/></Scope><DFType><MIME/></DFType></DFProperties>" inside \
  "</Node>"

#define ZOO_TREE(root)                                                                             \
  "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>" root                                            \
  "</NodeName><Path>./Device/Vendor</Path><DFProperties><AccessType><Get/></AccessType>"           \
  "<DFFormat><node/></DFFormat><Occurrence><One/></Occurrence><Scope><Permanent/></Scope>"         \
  "<DFType><DDFName/></DFType></DFProperties>" ZOO_NODE(                                           \
      "Text", "<Get/><Replace/>", "chr", "One", "") ZOO_NODE("Number", "<Get/>", "int", "One", "") \
      ZOO_NODE("Run", "<Exec/>", "null", "One", "") ZOO_NODE(                                      \
          "Item", "<Get/>", "node", "One",                                                         \
          ZOO_NODE("", "<Add/><Delete/><Get/>", "node", "ZeroOrMore", "")) "</Node></MgmtTree>"

typedef struct zoo_animal {
  cspkit_provider table;
  const cspkit_host* host;
  uint64_t kept; /* a handle from an earlier call, for animals that keep one */
} zoo_animal;

static inline zoo_animal* zoo_self(cspkit_provider* provider) {
  return (zoo_animal*)provider->impl;
}

#define zoo_text(literal) zoo_text_of(literal, sizeof(literal) - 1)
static inline cspkit_str zoo_text_of(const char* text, size_t size) {
  cspkit_str made;
  made.data = text;
  made.size = size;
  return made;
}

static inline void zoo_log(const cspkit_host* host, const char* text, size_t size) {
  const cspkit_str line = {text, size};
  host->log(host, CSPKIT_LOG_INFO, line);
}

static inline cspkit_code zoo_give(const cspkit_host* host, cspkit_call call, const char* text,
                                   size_t size) {
  const cspkit_value value = {CSPKIT_FORMAT_UNSET, 0, text, size};
  return host->set_value(host, call, &value);
}

static inline cspkit_code zoo_start(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  (void)provider;
  return CSPKIT_OK;
}
static inline void zoo_destroy(cspkit_provider* provider) CSPKIT_NOEXCEPT {
  zoo_animal* self = zoo_self(provider);
  zoo_log(self->host, "zoo: gone", 9);
  free(self);
}
static inline cspkit_code zoo_get(cspkit_provider* provider, cspkit_call call,
                                  const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)request;
  return zoo_give(zoo_self(provider)->host, call, "5", 1);
}
static inline cspkit_code zoo_change(cspkit_provider* provider, cspkit_call call,
                                     const cspkit_request* request) CSPKIT_NOEXCEPT {
  (void)provider;
  (void)call;
  (void)request;
  return CSPKIT_OK;
}

static const cspkit_handler kZooHandlers[] = {
    {CSPKIT_STR("Text"), CSPKIT_GET | CSPKIT_REPLACE, 0, 0},
    {CSPKIT_STR("Number"), CSPKIT_GET, 0, 0},
    {CSPKIT_STR("Run"), CSPKIT_EXEC, 0, 0},
};
#define ZOO_HANDLER_COUNT (sizeof(kZooHandlers) / sizeof(kZooHandlers[0]))

/* A provider with nothing wrong; null when memory is short. */
static inline zoo_animal* zoo_make(const cspkit_host* host) {
  zoo_animal* self = (zoo_animal*)calloc(1, sizeof(*self));
  if (self == NULL) return NULL;
  self->host = host;
  self->table.size = sizeof(self->table);
  self->table.impl = self;
  self->table.handlers = kZooHandlers;
  self->table.handler_count = ZOO_HANDLER_COUNT;
  self->table.start = zoo_start;
  self->table.destroy = zoo_destroy;
  self->table.get = zoo_get;
  self->table.replace = zoo_change;
  self->table.exec = zoo_change;
  zoo_log(host, "zoo: made", 9);
  return self;
}

/* ZOO_CREATE { ...spoil `self`... return CSPKIT_OK; } */
#define ZOO_CREATE                                                                            \
  static cspkit_code zoo_spoil(zoo_animal* self);                                             \
  static cspkit_code zoo_create(const cspkit_host* host, size_t index, cspkit_provider** out) \
      CSPKIT_NOEXCEPT {                                                                       \
    zoo_animal* self = zoo_make(host);                                                        \
    (void)index;                                                                              \
    if (self == NULL) return CSPKIT_FULL;                                                     \
    *out = &self->table;                                                                      \
    return zoo_spoil(self);                                                                   \
  }                                                                                           \
  static cspkit_code zoo_spoil(zoo_animal* self)

#define ZOO_INFO(name, ddf_name, ddf) \
  { CSPKIT_STR(name), CSPKIT_STR(ddf_name), CSPKIT_STR(ddf), 0 }

/* The exported object of an animal with one provider. */
#define ZOO_PLUGIN_OF(infos, count)                      \
  CSPKIT_PLUGIN_OBJECT = {sizeof(cspkit_plugin),         \
                          CSPKIT_ABI_MAJOR,              \
                          CSPKIT_ABI_MINOR,              \
                          CSPKIT_STR("com.example.zoo"), \
                          CSPKIT_STR("1.0.0"),           \
                          infos,                         \
                          count,                         \
                          zoo_create}
#define ZOO_PLUGIN                                                                        \
  static const cspkit_provider_info kZooInfos[] = {ZOO_INFO("zoo", "", ZOO_TREE("Zoo"))}; \
  ZOO_PLUGIN_OF(kZooInfos, 1)

#endif /* CSPKIT_TESTS_HOSTILE_ZOO_H_ */
