/* A blueprint with a hole in it: a place where something is still to be written. The text in front
 * of the hole is held to be what it is; the text behind it is taken as it is where it fits, and
 * otherwise the statement of the hole is completed by the shortest road. So there is a tree, and
 * in it a name that says where the hole lies. */
#ifndef HERMESC_HOLE_H
#define HERMESC_HOLE_H

#include "hermesc.h"

enum { MAX_FOLLOWING = 128 }; /* kinds of tokens */

typedef struct Hole {
  Span word;         /* the word in which the offset lies, whole; empty between words */
  const char *typed; /* its part before the offset: "" where none is */
  bool in_comment, in_string;
  bool unclear;    /* an error stands in front of it, behind which nothing is certain */
  bool takes_name; /* a name may stand here */
  bool takes_unit; /* a unit may stand here, behind a number or as the next part of one */
  bool in_tree;    /* the tree has a name whose text is hole_name */
  const char
      *following[MAX_FOLLOWING]; /* what may stand here, as messages say it: "`;`", "a name" */
  int following_count;
} Hole;

/* The text of the name that stands for the hole: this pointer, not what it points to. */
extern const char hole_name[];

/* needs: a source 0. leaves: its tree, with the hole. False where the text is no blueprint at all:
 * beyond a limit, or nested too deeply. What is reported on the way says nothing. */
bool parse_around(Compiler *compiler, size_t offset, Hole *hole);

#endif
