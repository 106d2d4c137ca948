/* Decisions and inputs as JSON: {"offset": {"c3": "-3 dB", "c4": 2}, "mode": "eco"}.
 *
 * cJSON parses; it does not tell where a value stands. Where something is wrong with one, its place
 * is found by counting: the values of a text, from left to right, are the nodes of the tree from
 * the top.
 */
#include "twin/commands.h"

#include <stdlib.h>
#include <string.h>

/* One document while it is taken apart. */
typedef struct reader {
  twin_session *session;
  twin_span span;
  const cJSON *root;
  twin_assignments *assignments;
} reader;

/* ---- places ------------------------------------------------------------------------------- */

/* Counts nodes from the top until `wanted`. */
static bool count_until(const cJSON *node, const cJSON *wanted, size_t *count) {
  for (; node; node = node->next) {
    if (node == wanted) return true;
    ++*count;
    if (count_until(node->child, wanted, count)) return true;
  }
  return false;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t end_of_token(const char *bytes, size_t at, size_t end) {
  if (bytes[at] == '{' || bytes[at] == '[') return at + 1;
  if (bytes[at] != '"') return at + strcspn(bytes + at, ",:]} \t\r\n");
  for (at++; at < end && bytes[at] != '"'; at++)
    if (bytes[at] == '\\') at++;
  return at + 1;
}

static size_t skip(const char *bytes, size_t at, size_t end, const char *over) {
  while (at < end && (is_space(bytes[at]) || (bytes[at] && strchr(over, bytes[at])))) at++;
  return at;
}

/* Where value number `wanted` of a valid document stands; its key, where that is asked for. */
static twin_span find_value(twin_span all, size_t wanted, bool want_key) {
  const char *bytes = all.text->bytes;
  twin_span key = {all.text, all.start, all.start};
  for (size_t at = skip(bytes, all.start, all.end, ""); at < all.end;) {
    twin_span token = {all.text, at, end_of_token(bytes, at, all.end)};
    at = skip(bytes, token.end, all.end, "");
    bool is_key = at < all.end && bytes[at] == ':';
    if (is_key) key = token;
    else if (wanted-- == 0) return want_key ? key : token;
    at = skip(bytes, at, all.end, ",:]}");
  }
  return all;
}

static twin_span span_of(const reader *r, const cJSON *node, bool want_key) {
  size_t count = 0;
  count_until(r->root, node, &count);
  return find_value(r->span, count, want_key);
}

/* Gives a complaint its place: the value, or its key. */
static bool place(const reader *r, const cJSON *node, bool at_key, twin_complaint complaint) {
  if (complaint) complaint->place = twin_place(span_of(r, node, at_key));
  return !complaint;
}

/* ---- syntax ------------------------------------------------------------------------------- */

static const char *syntax_hint(char c) {
  static const struct {
    char c;
    const char *hint;
  } hints[] = {{'\'', "texts and keys stand in double quotes"},
               {'}', "is there a comma too many before it, or a bracket left open?"},
               {']', "is there a comma too many before it, or a brace left open?"},
               {'"', "is there a comma missing before it?"},
               {'#', "JSON has no comments"},
               {'/', "JSON has no comments"},
               {'\0', "is a brace or a quote left open?"}};
  for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
    if (hints[i].c == c) return hints[i].hint;
  return NULL;
}

static bool no_json(twin_session *session, twin_span span, size_t at) {
  twin_span here = {span.text, at, at < span.end ? at + 1 : at};
  hermes_place where = twin_place(here);
  hermes_diagnostic *d = hermes_report(&session->problems, HB0808, &where, "this is no JSON");
  const char *hint = syntax_hint(at < span.end ? span.text->bytes[at] : '\0');
  if (hint) hermes_diagnostic_note(d, "%s", hint);
  return false;
}

/* The document in a span, or NULL with a diagnostic. */
static cJSON *parse(twin_session *session, twin_span span) {
  const char *bytes = span.text->bytes, *stop = NULL;
  size_t length = span.end - span.start;
  cJSON *root = cJSON_ParseWithLengthOpts(bytes + span.start, length, &stop, false);
  size_t at = stop ? (size_t)(stop - bytes) : span.start;
  if (!root && at + 1 == span.start + length) at = span.start + length; /* it ran out of text */
  at = skip(bytes, at, span.end, "");
  if (root && at == span.end) return root;
  cJSON_Delete(root);
  no_json(session, span, at);
  return NULL;
}

/* ---- duplicate keys ----------------------------------------------------------------------- */

static int compare_keys(const void *left, const void *right) {
  const cJSON *const *a = left, *const *b = right;
  int order = strcmp((*a)->string, (*b)->string);
  return order ? order : (*a > *b) - (*a < *b);
}

static const cJSON *find_duplicate(const cJSON *object) {
  size_t count = (size_t)cJSON_GetArraySize(object), at = 0;
  const cJSON **members = twin_allocate(count, sizeof *members), *member, *found = NULL;
  cJSON_ArrayForEach(member, object) members[at++] = member;
  qsort(members, count, sizeof *members, compare_keys);
  for (size_t i = 1; i < count && !found; i++)
    if (strcmp(members[i - 1]->string, members[i]->string) == 0) found = members[i];
  free(members);
  return found;
}

static bool check_duplicates(const reader *r, const cJSON *object) {
  const cJSON *twice = find_duplicate(object);
  if (!twice) return true;
  return place(r, twice, true,
               hermes_report(&r->session->problems, HB0809, NULL, "`%s` stands here twice",
                             twice->string));
}

/* ---- assignments -------------------------------------------------------------------------- */

static bool take_value(const reader *r, const cJSON *node, twin_assignment target) {
  twin_session *s = r->session;
  const hermes_slot *slot = &s->description->slots[target.slot];
  twin_complaint complaint;
  if (cJSON_IsString(node))
    complaint = twin_value_of_text(s, slot, node->valuestring, &target.number);
  else if (cJSON_IsBool(node))
    complaint = twin_value_of_text(s, slot, cJSON_IsTrue(node) ? "true" : "false", &target.number);
  else if (cJSON_IsNumber(node))
    complaint = twin_value_of_number(s, slot, node->valuedouble, &target.number);
  else
    complaint = hermes_report(&s->problems, HB0812, NULL, "`%s` takes one value, not %s",
                              slot->name, cJSON_IsNull(node) ? "null" : "a list");
  if (complaint) return place(r, node, false, complaint);
  twin_assign(r->assignments, target);
  return true;
}

static bool take(const reader *r, const cJSON *node, size_t axis, twin_assignment target);

/* {"c3": ..., "c4": ...}: one key of the index at `axis` after the other. */
static bool take_rows(const reader *r, const cJSON *object, size_t axis, twin_assignment target) {
  bool good = check_duplicates(r, object);
  const cJSON *member;
  cJSON_ArrayForEach(member, object) {
    twin_assignment narrower = target;
    twin_complaint complaint = twin_narrow(r->session, &narrower, axis, member->string);
    good &= place(r, member, true, complaint) && take(r, member, axis + 1, narrower);
  }
  return good;
}

/* Recursion ends with the rank: an object where no index is left is refused by its first key. */
static bool take(const reader *r, const cJSON *node, size_t axis, twin_assignment target) {
  return cJSON_IsObject(node) ? take_rows(r, node, axis, target) : take_value(r, node, target);
}

static bool take_slot(const reader *r, const cJSON *member, unsigned names) {
  twin_assignment target = {0};
  twin_complaint complaint = twin_find_slot(r->session, member->string, names, &target.slot);
  if (complaint) return place(r, member, true, complaint);
  target.count = r->session->door->elements(r->session->twin, target.slot);
  return take(r, member, 0, target);
}

static bool take_object(const reader *r, unsigned names) {
  if (!cJSON_IsObject(r->root))
    return place(r, r->root, false,
                 hermes_report(&r->session->problems, HB0808, NULL,
                               "one object is expected, like {\"name\": {\"key\": value}}"));
  bool good = check_duplicates(r, r->root);
  const cJSON *member;
  cJSON_ArrayForEach(member, r->root) good &= take_slot(r, member, names);
  return good;
}

bool twin_assign_json(twin_session *session, twin_span span, unsigned names,
                      twin_assignments *assignments) {
  cJSON *root = parse(session, span);
  if (!root) return false;
  reader r = {session, span, root, assignments};
  bool good = take_object(&r, names);
  cJSON_Delete(root);
  return good;
}

bool twin_assign_file(twin_session *session, const char *name, unsigned names,
                      twin_assignments *assignments) {
  const twin_text *text = twin_read_file(session, name);
  return text && twin_assign_json(session, twin_whole(text), names, assignments);
}
