/* What may follow at a place of an unfinished blueprint: the engine of completion. */
#ifndef HERMESC_NEXT_H
#define HERMESC_NEXT_H

#include "hermesc.h"

/* What stands before another among those that fit equally well, stands before it here. */
typedef enum FollowerKind {
  FOLLOWER_ROW,   /* an index variable */
  FOLLOWER_LOCAL, /* of a function */
  FOLLOWER_LABEL,
  FOLLOWER_COLUMN,
  FOLLOWER_INPUT,
  FOLLOWER_POLICY,
  FOLLOWER_DRAW,
  FOLLOWER_OUT,
  FOLLOWER_LET,
  FOLLOWER_KPI,
  FOLLOWER_TYPE, /* bool, int */
  FOLLOWER_TABLE,
  FOLLOWER_MODULE,
  FOLLOWER_UNIT,
  FOLLOWER_FUNCTION,
  FOLLOWER_BUILTIN,
  FOLLOWER_NEW_NAME, /* the text is what messages call it: "a name" */
  FOLLOWER_LITERAL,  /* "a number" */
  FOLLOWER_KEYWORD,
  FOLLOWER_SIGN,
  FOLLOWER_END, /* of the file */
  FOLLOWER_KINDS
} FollowerKind;
const char *follower_kind_text(FollowerKind kind); /* "row" */

typedef enum Fit { FIT_UNKNOWN, FIT_NO, FIT_YES } Fit;

typedef struct Follower {
  const char *text;
  const char *write;   /* with the indices that are in reach: rx[u, c]; or NULL: as it is */
  const char *indices; /* of a value: "ue, cell"; or NULL */
  const char *type;    /* "dBm", "row of cell", a function's signature; or NULL */
  const char *stage;   /* "policy"; or NULL */
  const char *doc;     /* or NULL */
  const char *module;  /* that is still to be imported; or NULL */
  const char *note;    /* what else must be done; or NULL */
  FollowerKind kind;
  int order; /* in which it was found */
  Fit fit;   /* by itself, does it have the type that is wanted? */
} Follower;

typedef struct Following {
  Span word;          /* that stands there, and that a follower replaces */
  const char *typed;  /* what there is of it in front of the place */
  const char *place;  /* "value", "type", ...: docs/schema/next.schema.json */
  const char *wanted; /* the type, or NULL */
  bool unclear;       /* an error stands before the place */
  Follower *items;    /* those that fit first */
  int count, capacity;
} Following;

/* needs: source 0, and nothing done with it. All lives in the compiler's arena. What the compiler
 * reports meanwhile is about a text with a hole, and says nothing. */
void find_following(Compiler *compiler, size_t offset, Following *following);

/* next_print.c: for people, and for programs. `offset` is in source 0. */
void print_following(const Compiler *compiler, const Following *following, size_t offset,
                     FILE *out);
void print_following_json(const Compiler *compiler, const Following *following, size_t offset,
                          FILE *out);

#endif
