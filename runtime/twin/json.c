/* JSON as people write it: every value knows where it stands, and a mistake is named at its place.
 *
 * Strict (RFC 8259), of limited depth, without NUL characters. One block holds all nodes, one all
 * decoded texts; their sizes are known from the text before parsing.
 */
#include "twin/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };
#define NUMBERS "a number reads -3, 0.5 or 1e6"
#define QUOTE_QUANTITIES "a value with its unit stands in double quotes: \"-3 dB\""

typedef struct parser {
  const char *bytes;
  size_t at, end;
  twin_tree *tree;
  size_t texts; /* bytes of tree->texts that are used */
  int depth;
  const char *wrong; /* the first mistake, at `at`; NULL where there is none */
  const char *hint;
} parser;

static bool parse_value(parser *p, twin_node *node);

/* ---- characters --------------------------------------------------------------------------- */

static bool fail(parser *p, const char *wrong, const char *hint) {
  if (p->wrong) return false;
  p->wrong = p->at < p->end ? wrong : "the text ends too early";
  p->hint = p->at < p->end ? hint : "is a brace, bracket or quote left open?";
  return false;
}

static char peek(const parser *p) {
  return p->at < p->end ? p->bytes[p->at] : '\0';
}

static void skip_space(parser *p) {
  while (p->at < p->end && strchr(" \t\r\n", p->bytes[p->at])) p->at++;
}

static bool take(parser *p, char c) {
  if (peek(p) != c) return false;
  p->at++;
  return true;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool take_digits(parser *p) {
  size_t start = p->at;
  while (is_digit(peek(p))) p->at++;
  return p->at > start;
}

/* ---- texts -------------------------------------------------------------------------------- */

static void put(parser *p, char c) {
  p->tree->texts[p->texts++] = c;
}

static void put_character(parser *p, unsigned code) {
  if (code < 0x80) {
    put(p, (char)code);
    return;
  }
  if (code >= 0x10000) put(p, (char)(0xF0 | code >> 18));
  if (code >= 0x10000)
    put(p, (char)(0x80 | (code >> 12 & 0x3F)));
  else if (code >= 0x800)
    put(p, (char)(0xE0 | code >> 12));
  if (code >= 0x800)
    put(p, (char)(0x80 | (code >> 6 & 0x3F)));
  else
    put(p, (char)(0xC0 | code >> 6));
  put(p, (char)(0x80 | (code & 0x3F)));
}

/* Four hexadecimal digits. */
static bool take_hex(parser *p, unsigned *code) {
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  *code = 0;
  for (int i = 0; i < 4; i++, p->at++) {
    const char *digit = peek(p) ? strchr(digits, peek(p)) : NULL;
    if (!digit) return fail(p, "four hexadecimal digits stand behind \\u", NULL);
    *code = *code * 16 + (unsigned)((digit - digits) % 16);
  }
  return true;
}

/* Behind "\u": one character, which may take two codes. */
static bool take_code(parser *p) {
  unsigned code, low;
  if (!take_hex(p, &code)) return false;
  if (code == 0) return fail(p, "a NUL character in a text", NULL);
  if (code >= 0xD800 && code < 0xDC00) {
    if (!take(p, '\\') || !take(p, 'u')) return fail(p, "half of a surrogate pair", NULL);
    if (!take_hex(p, &low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail(p, "half of a surrogate pair", NULL);
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code < 0xE000) {
    return fail(p, "half of a surrogate pair", NULL);
  }
  put_character(p, code);
  return true;
}

static bool take_escape(parser *p) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter = peek(p) ? strchr(letters, peek(p)) : NULL;
  if (take(p, 'u')) return take_code(p);
  if (!letter) return fail(p, "an unknown escape in a text", "a backslash is written \\\\");
  put(p, meanings[letter - letters]);
  p->at++;
  return true;
}

/* From the opening quote to behind the closing one. */
static bool take_text(parser *p, const char **text) {
  *text = p->tree->texts + p->texts;
  p->at++;
  while (peek(p) != '"') {
    if ((unsigned char)peek(p) < 0x20)
      return fail(p, "a line break or tab inside a text", "is its closing quote missing?");
    if (peek(p) != '\\')
      put(p, p->bytes[p->at++]);
    else if (p->at++, !take_escape(p))
      return false;
  }
  p->at++;
  put(p, '\0');
  return true;
}

/* ---- numbers and words -------------------------------------------------------------------- */

static bool take_number_text(parser *p) {
  take(p, '-');
  if (!take(p, '0') && !take_digits(p)) return false;
  if (take(p, '.') && !take_digits(p)) return false;
  if (!take(p, 'e') && !take(p, 'E')) return true;
  if (!take(p, '+')) take(p, '-');
  return take_digits(p);
}

static bool parse_number(parser *p, twin_node *node) {
  size_t start = p->at;
  node->kind = TWIN_NODE_NUMBER;
  if (!take_number_text(p) || is_digit(peek(p)))
    return fail(p, "a number is not written like this", NUMBERS);
  hermes_decimal(p->bytes + start, p->at - start, &node->number);
  return true;
}

static bool parse_word(parser *p, twin_node *node) {
  static const struct {
    const char *word;
    twin_node_kind kind;
  } words[] = {{"true", TWIN_NODE_TRUE}, {"false", TWIN_NODE_FALSE}, {"null", TWIN_NODE_NULL}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i].word);
    if (p->end - p->at < length || strncmp(p->bytes + p->at, words[i].word, length)) continue;
    p->at += length;
    node->kind = words[i].kind;
    return true;
  }
  if (peek(p) && strchr(".+", peek(p)))
    return fail(p, "a number is not written like this", NUMBERS);
  return fail(p, "a value is expected",
              "texts stand in double quotes; the words are true, false and null");
}

/* ---- objects and arrays ------------------------------------------------------------------- */

static twin_node *add_node(parser *p, twin_node ***link) {
  twin_node *node = &p->tree->nodes[p->tree->count++];
  **link = node;
  *link = &node->next;
  return node;
}

static bool parse_member(parser *p, twin_node *node) {
  node->key_start = p->at;
  if (peek(p) != '"')
    return fail(p, "a key in double quotes is expected",
                peek(p) == '}' ? "is there a comma too many?" : NULL);
  if (!take_text(p, &node->key)) return false;
  node->key_end = p->at;
  skip_space(p);
  if (!take(p, ':')) return fail(p, "a colon is expected behind a key", NULL);
  return parse_value(p, node);
}

/* The inside of braces or brackets, from behind the opening one to behind the closing one. */
static bool parse_members(parser *p, twin_node *node, char close) {
  bool is_object = close == '}';
  twin_node **link = &node->child;
  node->kind = is_object ? TWIN_NODE_OBJECT : TWIN_NODE_ARRAY;
  p->at++;
  skip_space(p);
  if (take(p, close)) return true;
  do {
    skip_space(p);
    twin_node *member = add_node(p, &link);
    if (!(is_object ? parse_member(p, member) : parse_value(p, member))) return false;
    skip_space(p);
  } while (take(p, ','));
  if (take(p, close)) return true;
  return fail(p, is_object ? "a comma or `}` is expected" : "a comma or `]` is expected",
              isalpha((unsigned char)peek(p)) ? QUOTE_QUANTITIES : NULL);
}

static bool parse_deeper(parser *p, twin_node *node) {
  if (p->depth == DEEPEST) return fail(p, "braces and brackets too deep inside each other", NULL);
  p->depth++;
  bool good = parse_members(p, node, peek(p) == '{' ? '}' : ']');
  p->depth--;
  return good;
}

static bool parse_text(parser *p, twin_node *node) {
  node->kind = TWIN_NODE_TEXT;
  return take_text(p, &node->text);
}

static bool parse_value(parser *p, twin_node *node) {
  skip_space(p);
  node->start = p->at;
  char c = peek(p);
  bool good = c == '{' || c == '['      ? parse_deeper(p, node)
              : c == '"'                ? parse_text(p, node)
              : c == '-' || is_digit(c) ? parse_number(p, node)
                                        : parse_word(p, node);
  node->end = p->at;
  return good;
}

/* ---- the document ------------------------------------------------------------------------- */

/* Every value but the first stands behind one of these. */
static size_t most_nodes(const char *bytes, size_t length) {
  size_t count = 1;
  for (size_t i = 0; i < length; i++)
    count += bytes[i] == '{' || bytes[i] == '[' || bytes[i] == ',';
  return count;
}

static bool parse_document(parser *p) {
  static const char mark[] = "\xEF\xBB\xBF"; /* a byte order mark is let pass */
  if (p->end - p->at >= 3 && !memcmp(p->bytes + p->at, mark, 3)) p->at += 3;
  p->tree->count = 1;
  if (!parse_value(p, p->tree->nodes)) return false;
  skip_space(p);
  if (p->at == p->end) return true;
  return fail(p, "text behind the end of the document", NULL);
}

bool twin_tree_parse(twin_session *session, twin_span span, twin_tree *tree) {
  const char *bytes = span.text->bytes;
  size_t length = span.end - span.start;
  *tree = (twin_tree){
      .span = span,
      .nodes = twin_allocate(most_nodes(bytes + span.start, length), sizeof *tree->nodes),
      .texts = twin_allocate(length + 1, 1)};
  parser p = {.bytes = bytes, .at = span.start, .end = span.end, .tree = tree};
  if (parse_document(&p)) return true;
  hermes_place where = twin_place((twin_span){span.text, p.at, p.at < span.end ? p.at + 1 : p.at});
  hermes_diagnostic *d =
      hermes_report(&session->problems, HB0808, &where, "this is no JSON: %s", p.wrong);
  if (p.hint) hermes_diagnostic_note(d, "%s", p.hint);
  twin_tree_free(tree);
  return false;
}

void twin_tree_free(twin_tree *tree) {
  free(tree->nodes);
  free(tree->texts);
  *tree = (twin_tree){0};
}

/* ---- keys that stand twice ---------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right) {
  const twin_node *const *a = left, *const *b = right;
  int order = strcmp((*a)->key, (*b)->key);
  return order ? order : ((*a)->start > (*b)->start) - ((*a)->start < (*b)->start);
}

const twin_node *twin_node_twice(const twin_node *object) {
  size_t count = 0, at = 0;
  for (const twin_node *n = object->child; n; n = n->next) count++;
  const twin_node **members = twin_allocate(count, sizeof *members), *found = NULL;
  for (const twin_node *n = object->child; n; n = n->next) members[at++] = n;
  qsort(members, count, sizeof *members, compare_keys);
  for (size_t i = 1; i < count && !found; i++)
    if (strcmp(members[i - 1]->key, members[i]->key) == 0) found = members[i];
  free(members);
  return found;
}
