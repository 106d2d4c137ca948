/* docs/diagnostics.md as plain text. The page is the one source: its sections are found by their
 * headings, `## HB0402: adding two absolute levels`. The build makes an array of it. */
#include "pages/explain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

extern const unsigned char explanations[]; /* terminated */

static const char HEADING[] = "\n## ";
static const char FENCE[] = "```";

static const char *page(void) {
  return (const char *)explanations;
}

/* ---- codes ---- */

/* The number of HB0402; -1 where the word is no such code. */
static long number_of(const char *word) {
  if (strncasecmp(word, "HB", 2) == 0) word += 2;
  size_t digits = strspn(word, "0123456789");
  return (digits == 3 || digits == 4) && word[digits] == '\0' ? strtol(word, NULL, 10) : -1;
}

hermes_code explain_find(const char *word) {
  long number = number_of(word);
  int code = 0;
  while (code < HERMES_CODES && number_of(hermes_code_of((hermes_code)code)->name) != number)
    code++;
  return (hermes_code)code;
}

const char *explain_nearest(const char *word) {
  const char *names[HERMES_CODES];
  for (int i = 0; i < HERMES_CODES; i++) names[i] = hermes_code_of((hermes_code)i)->name;
  return hermes_nearest(word, names, HERMES_CODES);
}

/* ---- Markdown as plain text ---- */

typedef struct Printer {
  FILE *out;
  bool inside; /* of a fence */
} Printer;

/* Where the words of a link end, `[words](address)`; NULL where `at` begins none. */
static const char *link_words(const char *at, const char *end) {
  const char *close = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
  bool links = close != NULL && close + 1 < end && close[1] == '(';
  return links && memchr(close, ')', (size_t)(end - close)) != NULL ? close : NULL;
}

/* Prose: of a link the words, of what is bold the letters. Backquotes stay, as in messages. */
static void print_prose(FILE *out, const char *at, const char *end) {
  while (at < end) {
    const char *words = link_words(at, end);
    if (words != NULL) {
      fwrite(at + 1, 1, (size_t)(words - at - 1), out);
      at = strchr(words, ')') + 1;
    } else if (end - at > 1 && at[0] == '*' && at[1] == '*') {
      at += 2;
    } else {
      fputc(*at++, out);
    }
  }
  fputc('\n', out);
}

/* A fence leaves its lines, indented; two that follow each other are kept apart. */
static void print_line(Printer *p, const char *line, const char *end) {
  if (strncmp(line, FENCE, sizeof FENCE - 1) == 0) {
    p->inside = !p->inside;
    bool follows = !p->inside && strncmp(end + 1, FENCE, sizeof FENCE - 1) == 0;
    if (follows) fputc('\n', p->out);
  } else if (p->inside) {
    fprintf(p->out, "%s%.*s\n", line == end ? "" : "    ", (int)(end - line), line);
  } else {
    print_prose(p->out, line, end);
  }
}

static void print_text(FILE *out, const char *text, const char *end) {
  Printer p = {.out = out};
  while (text < end) {
    const char *feed = memchr(text, '\n', (size_t)(end - text));
    if (feed == NULL) feed = end;
    print_line(&p, text, feed);
    text = feed + 1;
  }
}

/* ---- sections ---- */

/* Where the section of a code begins, behind its heading; NULL where it has none. */
static const char *section_of(const char *name) {
  const char *at = page();
  while ((at = strstr(at, HEADING)) != NULL) {
    at += sizeof HEADING - 1;
    if (strncmp(at, name, strlen(name)) == 0) return at + strcspn(at, "\n");
  }
  return NULL;
}

static const char *section_end(const char *section) {
  const char *next = strstr(section, HEADING);
  return next == NULL ? section + strlen(section) : next;
}

/* The title and the rule are those of the table, as every message shows them. */
void explain_code(hermes_code code, FILE *out) {
  const hermes_code_info *info = hermes_code_of(code);
  const char *section = section_of(info->name);
  fprintf(out, "%s[%s]: %s\n", info->severity == HERMES_ERROR ? "error" : "warning", info->name,
          info->title);
  if (*info->rule != '\0') fprintf(out, "rule: %s\n", info->rule);
  if (section == NULL) return;
  fputc('\n', out);
  section += strspn(section, "\n");
  print_text(out, section, section_end(section));
}

/* In the order of the page, which is that of the numbers. */
void explain_codes(FILE *out) {
  for (const char *at = strstr(page(), HEADING); at != NULL; at = strstr(at, HEADING)) {
    at += sizeof HEADING - 1;
    int code = (int)strcspn(at, ":\n"), line = (int)strcspn(at, "\n");
    fprintf(out, "%.*s  %.*s\n", code, at, line - code - 2, at + code + 2);
  }
  fputs("\n`hermesc explain CODE` says what one means, why, and how to mend it.\n", out);
}
