/* Taking replies apart, strictly: what a role owes is one fenced block, and nothing is guessed. */
#ifndef HERMES_REPLY_H
#define HERMES_REPLY_H

#include "json.h"
#include "prompt/prompt.h"

typedef enum FieldKind {
  FIELD_TEXT,    /* not empty */
  FIELD_TEXTS,   /* an array of texts, which may be empty */
  FIELD_NUMBER,  /* a whole number */
  FIELD_OBJECTS, /* an array of objects, with the fields of `inner` */
  FIELD_LIST,    /* an array of anything */
  FIELD_OBJECT,  /* any object, or null */
} FieldKind;

typedef struct Field {
  const char *name; /* NULL: the last row of a table */
  FieldKind kind;
  bool may_miss;
  const char *const *choices; /* of a text, ended by NULL; or NULL */
  const struct Field *inner;  /* of objects */
} Field;

/* The text of the last fenced block of that language, in the arena; NULL, and why. */
char *reply_block(Arena *arena, const char *reply, const char *language, const char **problem);

/* The object in the last ```json block, which has just these fields; NULL, and why. To be deleted.
 */
cJSON *reply_object(Arena *arena, const char *reply, const Field *fields, const char **problem);

/* Asks several roles side by side, each for an object; the number of those that came. Where a reply
 * does not have the form it is asked for once more, with the reason. Elements of `objects`, to be
 * deleted, are NULL with a problem where that does not help. At most MOST_BRANCHES. */
int ask_objects(Session *session, Chat *chat, ChatRequest *const *requests, int count,
                const Field *fields, cJSON **objects, const char **problems);
/* The same of one. A NULL request fails as it is: what is wrong with it was reported. */
cJSON *ask_object(Session *session, Chat *chat, ChatRequest *request, const Field *fields,
                  const char **problem);

#endif
