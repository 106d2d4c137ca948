/* Where a hole lies in a blueprint, and what is wanted there. */
#ifndef HERMESC_SITE_H
#define HERMESC_SITE_H

#include "check/checker.h"

typedef enum SiteKind {
  SITE_NOWHERE,  /* only signs and keywords may stand here */
  SITE_NEW_NAME, /* a name is made up */
  SITE_VALUE,    /* in an expression */
  SITE_MEMBER,   /* behind the point of one */
  SITE_ROWS,     /* a table that is run over */
  SITE_TYPE,
  SITE_CONTRACT,     /* in a block's `in` */
  SITE_MODULE,       /* behind `import` */
  SITE_KPI,          /* in a goal */
  SITE_VARIED,       /* behind `vary` */
  SITE_SOURCE,       /* what makes the rows of a table */
  SITE_DISTRIBUTION, /* behind `~` */
} SiteKind;

typedef struct Site {
  SiteKind kind;
  Checker *checker;
  uint32_t at;      /* where the hole begins */
  Scope scope;      /* value, member: what may be seen */
  Type wanted;      /* value, member, distribution: type_error where anything may come */
  Type declared;    /* value: of what the whole expression is for, */
  const char *unit; /* and its unit as it is written there; or NULL */
  const Expr *left; /* member: what stands before the point */
  const Decl *decl; /* in which the hole lies, or NULL */
  int slot;         /* whose definition it is in, or -1 */
} Site;

/* needs: a tree with a hole, and its names resolved. Binds the names of the expression around the
 * hole; generics of the function around it become units of the compiler. */
void find_site(Checker *checker, uint32_t at, Site *site);

#endif
