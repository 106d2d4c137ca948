/* Rules of SARIF: places, fixes, file names and texts of any bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <hermes/diagnostics.h>

static const char SOURCE[] = "kpi \xc2\xb5 : dBm =\n  a + b;\n";

static hermes_place place_at(size_t start, size_t end) {
  return (hermes_place){
      .file = "a b.hbp", .text = SOURCE, .length = strlen(SOURCE), .start = start, .end = end};
}

/* The one run of a document about the list, which is freed. */
static cJSON *document_of(hermes_diagnostics *list, const char *form) {
  char *text = hermes_diagnostics_sarif(list, "hermesc", "1.2", form);
  cJSON *document = cJSON_Parse(text);
  assert_non_null(document);
  free(text);
  hermes_diagnostics_free(list);
  return document;
}

/* Of "runs.0.results": the member, or a null pointer. */
static const cJSON *at(const cJSON *node, const char *path) {
  while (node && *path) {
    char key[64] = "";
    size_t length = strcspn(path, ".");
    memcpy(key, path, length);
    node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, atoi(key))
                               : cJSON_GetObjectItemCaseSensitive(node, key);
    path += length + (path[length] == '.');
  }
  return node;
}

static int number_at(const cJSON *node, const char *path) {
  assert_non_null(at(node, path));
  return at(node, path)->valueint;
}

static const char *text_at(const cJSON *node, const char *path) {
  assert_non_null(at(node, path));
  return at(node, path)->valuestring;
}

static void places_are_lines_columns_and_bytes(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place place = place_at(4, 6), label = place_at(16, 21);
  hermes_diagnostic *d = hermes_report(&list, HB0402, &place, "wrong");
  hermes_diagnostic_label(d, &label, "because of this");
  cJSON *document = document_of(&list, NULL);
  const cJSON *result = at(document, "runs.0.results.0");
  const cJSON *region = at(result, "locations.0.physicalLocation.region");
  assert_string_equal(text_at(result, "ruleId"), "HB0402");
  assert_int_equal(number_at(region, "startColumn"), 5);
  assert_int_equal(number_at(region, "endColumn"), 6); /* one character of two bytes */
  assert_int_equal(number_at(region, "byteOffset"), 4);
  assert_int_equal(number_at(region, "byteLength"), 2);
  region = at(result, "relatedLocations.0.physicalLocation.region");
  assert_int_equal(number_at(region, "startLine"), 2);
  assert_string_equal(text_at(result, "relatedLocations.0.message.text"), "because of this");
  assert_string_equal(text_at(result, "locations.0.physicalLocation.artifactLocation.uri"),
                      "a%20b.hbp");
  cJSON_Delete(document);
}

static void a_fix_is_a_change_of_the_file(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place place = place_at(18, 19);
  hermes_diagnostic *d = hermes_report(&list, HB0402, &place, "wrong");
  hermes_fix *fix = hermes_diagnostic_fix(d, "total power");
  fix->verified = true;
  hermes_fix_edit(fix, 16, 21, "psum(a, b)");
  hermes_diagnostic_fix(d, "without an edit");
  cJSON *document = document_of(&list, NULL);
  const cJSON *fixes = at(document, "runs.0.results.0.fixes");
  assert_int_equal(cJSON_GetArraySize(fixes), 1);
  assert_string_equal(text_at(fixes, "0.description.text"), "total power");
  assert_true(cJSON_IsTrue(at(fixes, "0.properties.verified")));
  const cJSON *replacement = at(fixes, "0.artifactChanges.0.replacements.0");
  assert_int_equal(number_at(replacement, "deletedRegion.startLine"), 2);
  assert_int_equal(number_at(replacement, "deletedRegion.byteOffset"), 16);
  assert_int_equal(number_at(replacement, "deletedRegion.byteLength"), 5);
  assert_string_equal(text_at(replacement, "insertedContent.text"), "psum(a, b)");
  cJSON_Delete(document);
}

static void a_place_may_be_a_line_or_nothing(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place line = {.file = "/data/cells.csv", .line = 3}, file = {.file = "cells.csv"};
  hermes_report(&list, HB0717, &line, "a line");
  hermes_report(&list, HB0716, &file, "a file");
  hermes_report(&list, HB0735, NULL, "nowhere");
  cJSON *document = document_of(&list, NULL);
  const cJSON *results = at(document, "runs.0.results");
  const cJSON *physical = at(results, "0.locations.0.physicalLocation");
  assert_string_equal(text_at(physical, "artifactLocation.uri"), "file:///data/cells.csv");
  assert_int_equal(number_at(physical, "region.startLine"), 3);
  assert_null(at(physical, "region.startColumn"));
  assert_null(at(physical, "region.byteOffset"));
  assert_null(at(results, "1.locations.0.physicalLocation.region"));
  assert_int_equal(cJSON_GetArraySize(at(results, "2.locations")), 0);
  assert_true(cJSON_IsFalse(at(document, "runs.0.invocations.0.executionSuccessful")));
  cJSON_Delete(document);
}

static void texts_of_any_bytes_are_utf8(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place place = {.file = "\xff#?.hbp"};
  hermes_report(&list, HB0001, &place, "of \xff");
  cJSON *document = document_of(&list, "\xfe");
  assert_string_equal(text_at(document, "runs.0.results.0.message.text"), "of ?");
  assert_string_equal(
      text_at(document, "runs.0.results.0.locations.0.physicalLocation.artifactLocation.uri"),
      "%FF%23%3F.hbp");
  assert_string_equal(text_at(document, "runs.0.properties.form"), "?");
  cJSON_Delete(document);
}

static void nothing_is_a_document_too(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  cJSON *document = document_of(&list, NULL);
  assert_string_equal(text_at(document, "version"), "2.1.0");
  assert_int_equal(cJSON_GetArraySize(at(document, "runs.0.results")), 0);
  assert_int_equal(cJSON_GetArraySize(at(document, "runs.0.tool.driver.rules")), HERMES_CODES);
  assert_true(cJSON_IsTrue(at(document, "runs.0.invocations.0.executionSuccessful")));
  cJSON_Delete(document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_are_lines_columns_and_bytes),
      cmocka_unit_test(a_fix_is_a_change_of_the_file),
      cmocka_unit_test(a_place_may_be_a_line_or_nothing),
      cmocka_unit_test(texts_of_any_bytes_are_utf8),
      cmocka_unit_test(nothing_is_a_document_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
