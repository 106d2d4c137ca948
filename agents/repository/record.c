#include "repository/record.h"

Entry entry_of(const Compiler *compiler) {
  return (Entry){.name = compiler->program.name,
                 .doc = compiler->program.doc,
                 .blueprint = compiler->sources[0]->text};
}

/* JSON that is stored as text becomes a part of the document; what is none stays a text. */
static void add_document(cJSON *object, const char *key, const char *text) {
  cJSON *document = cJSON_Parse(text);
  cJSON_AddItemToObject(object, key, document ? document : cJSON_CreateString(text));
}

cJSON *entry_json(const Entry *entry, bool whole) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "id", (double)entry->id);
  cJSON_AddStringToObject(object, "name", entry->name);
  cJSON_AddStringToObject(object, "origin", entry->origin);
  cJSON_AddStringToObject(object, "task", entry->task);
  cJSON_AddStringToObject(object, "doc", entry->doc);
  cJSON_AddStringToObject(object, "sha256", entry->sha256);
  cJSON_AddStringToObject(object, "created", entry->created);
  add_document(object, "tests", entry->tests);
  add_document(object, "scores", entry->scores);
  add_document(object, "provenance", entry->provenance);
  if (whole) cJSON_AddStringToObject(object, "blueprint", entry->blueprint);
  return object;
}
