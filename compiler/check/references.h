/* Where names stand and what they mean: noted while names are resolved, for editors. Where nobody
 * asks (compiler->references is NULL), nothing is noted. */
#ifndef HERMESC_REFERENCES_H
#define HERMESC_REFERENCES_H

#include "check/checker.h"

typedef enum Meaning {
  MEANING_SLOT,     /* number: of the slot; columns, inputs, values, KPIs */
  MEANING_VARIABLE, /* an index variable; type: its row */
  MEANING_LOCAL,    /* of a function; type */
  MEANING_TABLE,
  MEANING_BLOCK,
  MEANING_FUNCTION, /* number: of its declaration in the checker */
  MEANING_LABEL,    /* number: its ordinal; type: the enumeration */
  MEANING_MODULE,   /* number: of its source */
} Meaning;

typedef struct Reference {
  Span span;       /* of the name, in source 0 */
  Span definition; /* of the same name where it is defined; a label has none, and has its own */
  Meaning meaning;
  int number;
  Type type;
} Reference;

typedef struct References {
  Reference *items; /* by place, each place once, when all are known */
  size_t count, capacity;
} References;

void note_slot(Checker *checker, Span span, int slot);
void note_table(Checker *checker, Span span, int table);
void note_block(Checker *checker, int block);
void note_function(Checker *checker, Span span, int function);
void note_bound(const Scope *scope, const Bound *bound, Span span);
void note_label(Checker *checker, Span span, const Type *type, int ordinal);

/* needs: source 0, and the tree of it where `parsed`. leaves: all that can be known of a blueprint
 * with errors in it: the program, the names in the checker ({0} to begin with), stages where there
 * is no doubt of them, and the references where the compiler has a list for them. False where the
 * text is beyond a limit, and nothing is known. */
bool know_program(Compiler *compiler, Checker *checker, bool parsed);

/* The first reference that begins at this offset of source 0 or behind it, or NULL. */
const Reference *reference_from(const References *references, size_t offset);
/* The reference whose name covers this offset of source 0, or NULL. */
const Reference *reference_at(const References *references, size_t offset);
bool same_meaning(const Reference *a, const Reference *b);

#endif
