/* The map of the formatter: a source becomes the same tokens and comments, laid out anew.
 *
 *   tokens and comments ─► pieces       format_pieces.c   how each stands to its neighbours
 *   tree ─► groups, breaks, columns     format_tree.c     where a line may end
 *   columns ─► padding                  format_columns.c  what stands below what
 *   pieces ─► text                      format_print.c    where a line does end
 *   text ─► tokens: still the same?     format.c          and the files
 *
 * The text depends on the tokens, on what each comment stands behind or above, and on where the
 * author left blank lines; on nothing else of how the source was spaced. That is why formatting
 * twice changes nothing.
 */
#ifndef HERMESC_FORMAT_H
#define HERMESC_FORMAT_H

#include "syntax/syntax.h"

enum {
  LINE_COLUMNS = 100,
  INDENT = 2,                 /* of what stands in a body, and of a line that continues another */
  COMMENT_SPACE = 2,          /* blanks before a comment that ends a line */
  MAX_GROUPS = 4 * MAX_DEPTH, /* one in another: at most two for each level of an expression */
};

typedef struct Comment {
  const char *text; /* from its `#` on, without the blanks at its end */
  int length;
  bool blank;                  /* a blank line stands above it */
  struct Comment *next, *last; /* last: of the list that it heads */
} Comment;

/* Pieces that stand on one line if they fit; else each break that belongs to the group ends a line.
 * A break belongs to the innermost group that it stands in. */
typedef struct Group {
  int end;     /* its last piece; it begins with the one that lists it */
  int nest;    /* its lines are indented by so much more than those of the group around it */
  bool filled; /* a break ends a line only where what follows, up to the next one, does not fit */
  struct Group *next, *last; /* next: begins with the same piece, inside of this one */
} Group;

typedef enum Column { COLUMN_NONE, COLUMN_TYPE, COLUMN_VALUE, COLUMN_COMMENT, COLUMNS } Column;

/* A token, and what is said about the room around it. */
typedef struct Piece {
  int kind;
  uint32_t start, end;          /* in the source */
  const char *text;             /* a quantity's is spaced */
  int length, width;            /* bytes, and characters */
  bool joins_left, joins_right; /* no blank stands before it, behind it */
  bool wide;                    /* two blanks stand before it */
  bool is_file;                 /* a string that is a file's name, and no doc */
  bool begins_line;             /* of a declaration or statement, or the brace that ends a body */
  bool body;                    /* the brace of a body, and not of a set */
  bool blank;                   /* begins_line: a blank line stands above it */
  int indent;                   /* begins_line */
  bool may_break, must_break;   /* a line may end, must end before it */
  int shift;                    /* of its line, where one ended, against its group's */
  Group *groups;                /* that begin with it, outermost first */
  Column column;                /* it begins one */
  int padding, comment_padding; /* blanks more before it, and before its comment, for columns */
  Comment *above, *behind;      /* `behind` is one */
  int reach;                    /* where it ends, if the whole file were one line */
  int musts;                    /* how many pieces up to it must end a line before them */
  int depth;                    /* groups that its break stands in */
} Piece;

typedef struct Layout {
  Compiler *compiler;
  const Source *source;
  Piece *pieces; /* the last one is the end of the file */
  int count;
} Layout;

/* Each pass takes the layout a step further, in this order. */
void format_pieces(Layout *layout, const Tree *tree); /* leaves: pieces that begin lines */
void format_tree(Layout *layout, const Tree *tree);   /* leaves: groups, breaks, columns */
void format_columns(Layout *layout);                  /* leaves: measures, padding */
void format_print(const Layout *layout, FILE *out);

int format_space(const Layout *layout, int piece); /* blanks before it inside of a line */
/* Characters from the first piece to the last on one line; more than a line has where they cannot
 * stand on one. */
int format_width(const Layout *layout, int first, int last);
int format_line_end(const Layout *layout, int first); /* the last piece of the statement */

/* format.c. needs: a source without errors. leaves: its text formatted, malloc'ed, or NULL where
 * the formatter is at fault, and reported it. */
char *format_source(Compiler *compiler, uint32_t source, size_t *length);

#endif
