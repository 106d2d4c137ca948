/* Decisions and inputs as JSON: {"offset": {"c3": "-3 dB", "c4": 2}, "mode": "eco"}. */
#include "twin/commands.h"

#include "data/data.h"

#include <string.h>

/* One document while it is taken apart. */
typedef struct reader {
  twin_session *session;
  const twin_tree *tree;
  twin_assignments *assignments;
} reader;

/* ---- complaints --------------------------------------------------------------------------- */

/* Gives a complaint its place, a value or its key; true where there is none. */
static bool place_at_value(const reader *r, const twin_node *node, twin_complaint complaint) {
  twin_span span = {r->tree->span.text, node->start, node->end};
  if (complaint) complaint->place = twin_place(span);
  return !complaint;
}

static bool place_at_key(const reader *r, const twin_node *node, twin_complaint complaint) {
  twin_span span = {r->tree->span.text, node->key_start, node->key_end};
  if (complaint) complaint->place = twin_place(span);
  return !complaint;
}

static bool check_twice(const reader *r, const twin_node *object) {
  const twin_node *twice = twin_node_twice(object);
  if (!twice) return true;
  return place_at_key(r, twice,
                      hermes_report(&r->session->problems, HB0809, NULL, "`%s` stands here twice",
                                    DATA_SHOW(twice->key)));
}

/* ---- values ------------------------------------------------------------------------------- */

static twin_complaint read_value(const reader *r, const hermes_slot *slot, const twin_node *node,
                                 double *number) {
  twin_session *s = r->session;
  switch (node->kind) {
  case TWIN_NODE_TEXT: return twin_value_of_text(s, slot, node->text, number);
  case TWIN_NODE_TRUE: return twin_value_of_text(s, slot, "true", number);
  case TWIN_NODE_FALSE: return twin_value_of_text(s, slot, "false", number);
  case TWIN_NODE_NUMBER: return twin_value_of_number(s, slot, node->number, number);
  default:
    return hermes_report(&s->problems, HB0812, NULL, "`%s` takes one value, not %s", slot->name,
                         node->kind == TWIN_NODE_NULL ? "null" : "a list");
  }
}

static bool take_value(const reader *r, const twin_node *node, twin_assignment target) {
  const hermes_slot *slot = &r->session->description->slots[target.slot];
  if (!place_at_value(r, node, read_value(r, slot, node, &target.number))) return false;
  twin_assign(r->assignments, target);
  return true;
}

/* ---- objects ------------------------------------------------------------------------------ */

static bool take(const reader *r, const twin_node *node, size_t axis, twin_assignment target);

/* {"c3": ..., "c4": ...}: one key of the index at `axis` after the other. */
static bool take_rows(const reader *r, const twin_node *object, size_t axis,
                      twin_assignment target) {
  bool good = check_twice(r, object);
  for (const twin_node *member = object->child; member; member = member->next) {
    twin_assignment narrower = target;
    twin_complaint complaint = twin_narrow(r->session, &narrower, axis, member->key);
    good &= place_at_key(r, member, complaint) && take(r, member, axis + 1, narrower);
  }
  return good;
}

/* Recursion ends with the rank: where no index is left, an object is refused by its first key. */
static bool take(const reader *r, const twin_node *node, size_t axis, twin_assignment target) {
  return node->kind == TWIN_NODE_OBJECT ? take_rows(r, node, axis, target)
                                        : take_value(r, node, target);
}

static bool take_slot(const reader *r, const twin_node *member, unsigned names) {
  twin_assignment target = {0};
  twin_complaint complaint = twin_find_slot(r->session, member->key, names, &target.slot);
  if (!place_at_key(r, member, complaint)) return false;
  target.count = r->session->door->elements(r->session->twin, target.slot);
  return take(r, member, 0, target);
}

static bool take_document(const reader *r, unsigned names) {
  const twin_node *root = r->tree->nodes;
  if (root->kind != TWIN_NODE_OBJECT)
    return place_at_value(r, root,
                          hermes_report(&r->session->problems, HB0808, NULL,
                                        "one object is expected: {\"name\": {\"key\": value}}"));
  bool good = check_twice(r, root);
  for (const twin_node *member = root->child; member; member = member->next)
    good &= take_slot(r, member, names);
  return good;
}

bool twin_assign_json(twin_session *session, twin_span span, unsigned names,
                      twin_assignments *assignments) {
  twin_tree tree;
  if (!twin_tree_parse(session, span, &tree)) return false;
  reader r = {session, &tree, assignments};
  bool good = take_document(&r, names);
  twin_tree_free(&tree);
  return good;
}

bool twin_assign_file(twin_session *session, const char *name, unsigned names,
                      twin_assignments *assignments) {
  const twin_text *text = twin_read_file(session, name);
  return text && twin_assign_json(session, twin_whole(text), names, assignments);
}
