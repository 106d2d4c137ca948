/* Rules of diagnostics: what is kept, how it reads, what programs get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <hermes/diagnostics.h>

#include "diagnostics/place.h"

/* The code of this name; the first one where there is none, so that tests outlive the table. */
static hermes_code code_named(const char *name) {
  for (int code = 0; code < HERMES_CODES; code++) {
    if (strcmp(hermes_code_of((hermes_code)code)->name, name) == 0) return (hermes_code)code;
  }
  return (hermes_code)0;
}

static hermes_code code_of_severity(hermes_severity severity) {
  for (int code = 0; code < HERMES_CODES; code++) {
    if (hermes_code_of((hermes_code)code)->severity == severity) return (hermes_code)code;
  }
  return HERMES_CODES;
}

/* The `occurrence`th (from 1) place of `piece` in `text`. */
static hermes_place place_of(const char *text, const char *piece, int occurrence) {
  const char *at = strstr(text, piece);
  while (--occurrence > 0) at = strstr(at + 1, piece);
  size_t start = (size_t)(at - text);
  return (hermes_place){.file = "site.hbp",
                        .text = text,
                        .length = strlen(text),
                        .start = start,
                        .end = start + strlen(piece)};
}

static char *printed(const hermes_diagnostics *list, bool colour, size_t limit) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  hermes_diagnostics_print(list, out, colour, limit);
  fclose(out);
  char *copy =
      strdup(text); /* GCC 12 takes what open_memstream hands out for a pointer to `text` */
  free(text);
  return copy;
}

/* Takes the first line that says this out of a text. */
static void take_out(char *text, const char *fact) {
  char *line = strstr(text, fact);
  if (!line) return;
  while (line[-1] != '\n') line--;
  char *behind = strchr(line, '\n') + 1;
  memmove(line, behind, strlen(behind) + 1);
}

/* Compares the whole text, and frees the list. The headline and what follows from the code come
 * from the table, and may change. */
static void assert_excerpt(hermes_diagnostics *list, const char *expected) {
  char *text = printed(list, false, 0);
  char *excerpt = strchr(text, '\n') + 1;
  take_out(excerpt, " = rule:");
  take_out(excerpt, " = explain:");
  assert_string_equal(excerpt, expected);
  free(text);
  hermes_diagnostics_free(list);
}

static void every_code_has_a_name_and_a_title(void **state) {
  (void)state;
  for (int code = 0; code < HERMES_CODES; code++) {
    const hermes_code_info *info = hermes_code_of((hermes_code)code);
    assert_int_equal(strlen(info->name), strlen("HB0402"));
    assert_true(strlen(info->title) > 0);
    assert_non_null(info->rule);
    for (int other = 0; other < code; other++) {
      assert_string_not_equal(info->name, hermes_code_of((hermes_code)other)->name);
    }
  }
}

static void an_unknown_code_still_answers(void **state) {
  (void)state;
  assert_string_equal(hermes_code_of(HERMES_CODES)->name, "HB0000");
  assert_string_equal(hermes_code_of((hermes_code)-1)->name, "HB0000");
}

static void marks_on_one_line_are_drawn_together(void **state) {
  (void)state;
  static const char TEXT[] = "# a\n  out total[u in ue] : dBm = rx_a[u] + rx_b[u];\n";
  hermes_diagnostics list = {0};
  hermes_place plus = place_of(TEXT, "+", 1);
  hermes_place left = place_of(TEXT, "rx_a[u]", 1), right = place_of(TEXT, "rx_b[u]", 1);
  hermes_diagnostic *d = hermes_report(&list, code_named("HB0402"), &plus, "adding %s", "levels");
  hermes_diagnostic_label(d, &left, "level of power (%s)", "dBm");
  hermes_diagnostic_label(d, &right, "level of power (dBm)");
  hermes_diagnostic_note(d, "write `psum(a, b)`");
  hermes_diagnostic_fact(&d->expected, "a gain");
  hermes_diagnostic_fact(&d->actual, "a level");
  hermes_diagnostic_fact(&d->candidates, "a, b");
  assert_excerpt(&list, " --> site.hbp:2:38\n"
                        "2 |   out total[u in ue] : dBm = rx_a[u] + rx_b[u];\n"
                        "  |                              ------- ^ ------- level of power (dBm)\n"
                        "  |                              level of power (dBm)\n"
                        "  = expected: a gain\n"
                        "  = actual: a level\n"
                        "  = did you mean: a, b\n"
                        "  = help: write `psum(a, b)`\n");
}

static void labels_below_keep_a_line_to_their_marks(void **state) {
  (void)state;
  static const char TEXT[] = "aa + bb + cc";
  hermes_diagnostics list = {0};
  hermes_place a = place_of(TEXT, "aa", 1), b = place_of(TEXT, "bb", 1);
  hermes_place c = place_of(TEXT, "cc", 1);
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &c, "x");
  d->place_label = strdup("third");
  hermes_diagnostic_label(d, &b, "second");
  hermes_diagnostic_label(d, &a, "first");
  assert_excerpt(&list, " --> site.hbp:1:11\n"
                        "1 | aa + bb + cc\n"
                        "  | --   --   ^^ third\n"
                        "  | |    second\n"
                        "  | first\n");
}

static void marks_that_overlap_get_rows_of_their_own(void **state) {
  (void)state;
  static const char TEXT[] = "f(a + b)";
  hermes_diagnostics list = {0};
  hermes_place inner = place_of(TEXT, "+", 1), outer = place_of(TEXT, "a + b", 1);
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &inner, "x");
  hermes_diagnostic_label(d, &outer, "argument");
  assert_excerpt(&list, " --> site.hbp:1:5\n"
                        "1 | f(a + b)\n"
                        "  |     ^\n"
                        "  |   ----- argument\n");
}

static void other_lines_and_files_are_excerpts_of_their_own(void **state) {
  (void)state;
  static const char TEXT[] = "a = 1;\n\n\n\n\n\n\n\n\nb = a;\r\n";
  hermes_diagnostics list = {0};
  hermes_place use = place_of(TEXT, "a;", 1), definition = place_of(TEXT, "a", 1);
  hermes_place data = {.file = "cells.csv", .line = 3, .column = 7};
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &use, "x");
  hermes_diagnostic_label(d, &definition, "defined here");
  hermes_diagnostic_label(d, &data, "read here");
  assert_excerpt(&list, "  --> site.hbp:10:5\n"
                        "10 | b = a;\n"
                        "   |     ^^\n"
                        "  ::: site.hbp:1:1\n"
                        " 1 | a = 1;\n"
                        "   | - defined here\n"
                        "  ::: cells.csv:3:7: read here\n");
}

static void a_place_may_be_a_line_or_a_file_or_nowhere(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place line = {.file = "cells.csv", .line = 14, .column = 3};
  hermes_report(&list, (hermes_code)0, &line, "x");
  assert_excerpt(&list, " --> cells.csv:14:3\n");
  hermes_place file = {.file = "cells.csv"};
  hermes_report(&list, (hermes_code)0, &file, "x");
  assert_excerpt(&list, " --> cells.csv\n");
  hermes_report(&list, (hermes_code)0, NULL, "x");
  assert_excerpt(&list, "");
}

static void columns_count_characters_and_tabs_are_expanded(void **state) {
  (void)state;
  static const char TEXT[] = "\t\u00b5\u00b5 x";
  hermes_diagnostics list = {0};
  hermes_place place = place_of(TEXT, "x", 1);
  hermes_report(&list, (hermes_code)0, &place, "x");
  assert_excerpt(&list, " --> site.hbp:1:5\n"
                        "1 |     \u00b5\u00b5 x\n"
                        "  |        ^\n");
}

static void a_place_at_the_end_is_one_caret(void **state) {
  (void)state;
  static const char TEXT[] = "a = 1\nb";
  hermes_diagnostics list = {0};
  hermes_place place = {.file = "f", .text = TEXT, .length = 7, .start = 5, .end = 5};
  hermes_report(&list, (hermes_code)0, &place, "x");
  assert_excerpt(&list, " --> f:1:6\n1 | a = 1\n  |      ^\n");
  place.start = 7000, place.end = 3;
  hermes_report(&list, (hermes_code)0, &place, "x");
  assert_excerpt(&list, " --> f:2:2\n2 | b\n  |  ^\n");
  hermes_place empty = {.file = "f", .text = "", .length = 0};
  hermes_report(&list, (hermes_code)0, &empty, "x");
  assert_excerpt(&list, " --> f:1:1\n1 |\n  | ^\n");
}

static void a_place_of_several_lines_is_underlined_on_its_first(void **state) {
  (void)state;
  static const char TEXT[] = "a = (\n1 +\n2)";
  hermes_diagnostics list = {0};
  hermes_place place = {.file = "f", .text = TEXT, .length = strlen(TEXT), .start = 4, .end = 12};
  hermes_report(&list, (hermes_code)0, &place, "x");
  assert_excerpt(&list, " --> f:1:5\n1 | a = (\n  |     ^\n");
}

static void what_could_deceive_is_shown_as_a_question_mark(void **state) {
  (void)state;
  static const char TEXT[] = "a\033[2J\u202eb\xff\0c";
  hermes_diagnostics list = {0};
  hermes_place place = {.file = "f\033\n", .text = TEXT, .length = sizeof TEXT - 1, .end = 1};
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &place, "x");
  hermes_diagnostic_note(d, "one\ntwo\a");
  assert_excerpt(&list, " --> f??:1:1\n1 | a?[2J?b??c\n  | ^\n  = help: one\n      two?\n");
}

static void a_long_line_is_shown_around_the_place(void **state) {
  (void)state;
  enum { LENGTH = 100000, AT = 50000 };
  char *text = malloc(LENGTH + 1);
  memset(text, 'a', LENGTH);
  text[LENGTH] = '\0';
  text[AT] = 'X';
  hermes_diagnostics list = {0};
  hermes_place place = place_of(text, "X", 1);
  hermes_place far = {
      .file = "site.hbp", .text = text, .length = LENGTH, .start = 0, .end = LENGTH};
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &place, "x");
  hermes_diagnostic_label(d, &far, "everything");
  char *shown = printed(&list, false, 0);
  char *line = strstr(shown, "1 | ");
  assert_int_equal(strcspn(line, "\n"), strlen("1 | ") + 160 + 2 * strlen("..."));
  char *caret = strchr(strchr(line, '\n') + 1, '^');
  assert_int_equal(caret - strchr(line, '\n'), strchr(line, 'X') - line + 1);
  assert_non_null(strstr(shown, " ::: site.hbp:1:1\n"));
  free(shown);
  hermes_diagnostics_free(&list);
  free(text);
}

/* 200 tabs, each behind a character of two bytes, and one X. */
static char *tabbed_line(size_t before) {
  char *text = calloc(1, 1024), *to = text;
  for (size_t i = 0; i <= 200; i++) to = stpcpy(to, i == before ? "X" : "\u00b5\t");
  return text;
}

/* The caret stands under the X, wherever in the line that is. */
static void assert_caret_below(const char *text) {
  hermes_diagnostics list = {0};
  hermes_place place = place_of(text, "X", 1);
  hermes_report(&list, (hermes_code)0, &place, "x");
  char *shown = printed(&list, false, 0);
  const char *line = strstr(shown, "1 | "), *below = strchr(line, '\n') + 1;
  int column = 0, caret = (int)(strchr(below, '^') - below);
  for (const char *at = line; *at != 'X'; at++) column += (*at & 0xc0) != 0x80;
  assert_int_equal(caret, column);
  assert_true(below - line <= 2 * (int)strlen("1 | ......") + 2 * 160);
  free(shown);
  hermes_diagnostics_free(&list);
}

static void a_long_line_of_tabs_is_shown_around_the_place(void **state) {
  (void)state;
  for (size_t before = 0; before <= 200; before++) {
    char *text = tabbed_line(before);
    assert_caret_below(text);
    free(text);
  }
}

/* One finder for all, forwards and backwards, says of each place what a new one says. */
static void places_are_found_from_one_another(void **state) {
  (void)state;
  static const char TEXT[] = "\u00e4b\n\n\tc\u20acd\r\ne\nf \U0001f4e1 g";
  hermes_finder finder = {0};
  for (size_t i = 0; i < sizeof TEXT * sizeof TEXT; i++) {
    size_t start = i * 7 % sizeof TEXT, end = i / 3 % sizeof TEXT;
    hermes_place place = {
        .file = "f", .text = TEXT, .length = sizeof TEXT - 1, .start = start, .end = end};
    hermes_spot found = hermes_spot_of(&finder, &place);
    hermes_spot alone = hermes_spot_of(&(hermes_finder){0}, &place);
    assert_memory_equal(&found, &alone, sizeof found);
  }
}

static void only_errors_count_towards_the_limit(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_code error = code_of_severity(HERMES_ERROR), warning = code_of_severity(HERMES_WARNING);
  if (error == HERMES_CODES || warning == HERMES_CODES) skip();
  for (int i = 0; i < 7; i++) hermes_report(&list, error, NULL, "broken %d", i);
  hermes_report(&list, warning, NULL, "doubtful");
  char *text = printed(&list, false, 5);
  assert_non_null(strstr(text, "broken 4\n"));
  assert_null(strstr(text, "broken 5\n"));
  assert_non_null(strstr(text, "doubtful\n"));
  assert_non_null(strstr(text, "\nerror: 7 errors, 5 shown (--error-limit 0 shows all)\n"));
  free(text);
  text = printed(&list, false, 0);
  assert_non_null(strstr(text, "broken 6\n"));
  assert_null(strstr(text, " shown"));
  free(text);
  hermes_diagnostics_free(&list);
}

static void colour_comes_only_when_asked_for(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place place = place_of("abc", "b", 1);
  hermes_report(&list, (hermes_code)0, &place, "x");
  char *plain = printed(&list, false, 0), *coloured = printed(&list, true, 0);
  assert_null(strchr(plain, '\033'));
  assert_non_null(strchr(coloured, '\033'));
  free(plain);
  free(coloured);
  hermes_diagnostics_free(&list);
}

static void warnings_become_errors_when_asked_to(void **state) {
  (void)state;
  hermes_code warning = code_of_severity(HERMES_WARNING);
  if (warning == HERMES_CODES) skip();
  hermes_diagnostics list = {0};
  hermes_report(&list, warning, NULL, "x");
  assert_int_equal(list.warnings, 1);
  list.warnings_are_errors = true;
  assert_int_equal(hermes_report(&list, warning, NULL, "x")->severity, HERMES_ERROR);
  assert_int_equal(list.errors, 1);
  hermes_diagnostics_free(&list);
}

static void beyond_what_is_kept_is_counted(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_code error = code_of_severity(HERMES_ERROR);
  hermes_place place = place_of("abc", "b", 1);
  for (int i = 0; i < HERMES_DIAGNOSTICS_KEPT + 50; i++) {
    hermes_diagnostic *d = hermes_report(&list, error, &place, "broken %d", i);
    hermes_diagnostic_note(d, "a note");
    hermes_diagnostic_label(d, &place, "a label");
    hermes_diagnostic_fact(&d->actual, "a fact");
  }
  assert_int_equal(list.count, HERMES_DIAGNOSTICS_KEPT);
  assert_int_equal(list.errors, HERMES_DIAGNOSTICS_KEPT + 50);
  char *text = printed(&list, false, 0);
  assert_non_null(strstr(text, "\nerror: 1050 errors, 1000 shown\n"));
  free(text);
  hermes_diagnostics_free(&list);
}

static void labels_and_notes_beyond_the_limit_are_left_out(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_place place = place_of("abc", "b", 1);
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &place, "x");
  for (int i = 0; i < 20; i++) {
    hermes_diagnostic_label(d, &place, "label %d", i);
    hermes_diagnostic_note(d, "note %d", i);
  }
  assert_int_equal(d->label_count, HERMES_LABELS);
  assert_int_equal(d->note_count, HERMES_NOTES);
  free(printed(&list, true, 0));
  hermes_diagnostics_free(&list);
}

static void a_label_without_a_place_becomes_a_note(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, NULL, "x");
  hermes_diagnostic_label(d, &(hermes_place){0}, "said anyway");
  assert_int_equal(d->label_count, 0);
  assert_string_equal(d->notes[0], "said anyway");
  hermes_diagnostics_free(&list);
}

static void a_fact_may_be_set_again_from_itself(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, NULL, "x");
  hermes_diagnostic_fact(&d->expected, "a gain");
  hermes_diagnostic_fact(&d->expected, "%s, or a level", d->expected);
  assert_string_equal(d->expected, "a gain, or a level");
  hermes_diagnostics_free(&list);
}

static const char *string_in(const cJSON *object, const char *key) {
  return cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
}

static int number_in(const cJSON *object, const char *key) {
  return (int)cJSON_GetNumberValue(cJSON_GetObjectItem(object, key));
}

static void json_holds_everything_with_its_place(void **state) {
  (void)state;
  static const char TEXT[] = "\u00b5 = (\na + b)\n";
  hermes_diagnostics list = {0};
  hermes_place whole = place_of(TEXT, "(\na + b)", 1), plus = place_of(TEXT, "+", 1);
  hermes_diagnostic *d = hermes_report(&list, (hermes_code)0, &whole, "bad \xff \"byte\"");
  d->place_label = strdup("here");
  hermes_diagnostic_label(d, &plus, "there");
  hermes_diagnostic_note(d, "help");
  hermes_diagnostic_fact(&d->expected, "W");
  hermes_diagnostic_fact(&d->candidates, "one, two");
  char *text = hermes_diagnostics_json(&list);
  cJSON *array = cJSON_Parse(text);
  assert_int_equal(cJSON_GetArraySize(array), 1);
  const cJSON *object = cJSON_GetArrayItem(array, 0);
  assert_string_equal(string_in(object, "code"), hermes_code_of((hermes_code)0)->name);
  assert_string_equal(string_in(object, "message"), "bad ? \"byte\"");
  assert_string_equal(string_in(object, "file"), "site.hbp");
  assert_string_equal(string_in(object, "label"), "here");
  assert_string_equal(string_in(object, "expected"), "W");
  assert_null(cJSON_GetObjectItem(object, "actual"));
  assert_int_equal(number_in(object, "line"), 1);
  assert_int_equal(number_in(object, "column"), 5);
  assert_int_equal(number_in(object, "end_line"), 2);
  assert_int_equal(number_in(object, "end_column"), 7);
  assert_int_equal(number_in(object, "start"), 5);
  assert_int_equal(number_in(object, "end"), 13);
  const cJSON *label = cJSON_GetArrayItem(cJSON_GetObjectItem(object, "labels"), 0);
  assert_string_equal(string_in(label, "message"), "there");
  assert_int_equal(number_in(label, "column"), 3);
  const cJSON *candidates = cJSON_GetObjectItem(object, "candidates");
  assert_int_equal(cJSON_GetArraySize(candidates), 2);
  assert_string_equal(cJSON_GetArrayItem(candidates, 1)->valuestring, "two");
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(object, "notes")), 1);
  cJSON_Delete(array);
  free(text);
  hermes_diagnostics_free(&list);
}

static void json_of_nothing_is_an_empty_array(void **state) {
  (void)state;
  hermes_diagnostics list = {0};
  char *text = hermes_diagnostics_json(&list);
  assert_string_equal(text, "[]");
  free(text);
  text = printed(&list, false, 0);
  assert_string_equal(text, "");
  free(text);
}

static void the_nearest_name_is_within_a_third_of_the_word(void **state) {
  (void)state;
  static const char *const NAMES[] = {"rsrp", "sinr", "bandwidth", "tx_power", "ue", ""};
  enum { COUNT = sizeof NAMES / sizeof *NAMES };
  assert_string_equal(hermes_nearest("rspr", NAMES, COUNT), "rsrp");
  assert_string_equal(hermes_nearest("SINR", NAMES, COUNT), "sinr");
  assert_string_equal(hermes_nearest("bandwith", NAMES, COUNT), "bandwidth");
  assert_string_equal(hermes_nearest("txpower", NAMES, COUNT), "tx_power");
  assert_null(hermes_nearest("xy", NAMES, COUNT));
  assert_null(hermes_nearest("load", NAMES, COUNT));
  assert_null(hermes_nearest("load", NULL, 0));
}

static void words_of_any_length_are_safe(void **state) {
  (void)state;
  char word[1000];
  memset(word, 'a', sizeof word);
  word[sizeof word - 1] = '\0';
  const char *names[] = {word, word + 900};
  assert_null(hermes_nearest(word, names, 2));
  assert_string_equal(hermes_nearest(word + 905, names, 2), word + 900);
}

/* 120 bytes each: 20 such words among 100000 took minutes. */
static void the_search_for_a_near_name_has_an_end(void **state) {
  (void)state;
  enum { COUNT = 100000, LENGTH = 120 };
  static const char *names[COUNT];
  char far[LENGTH + 1], word[LENGTH + 1];
  memset(far, 'x', LENGTH);
  memset(word, 'a', LENGTH);
  far[LENGTH] = word[LENGTH] = '\0';
  for (size_t i = 0; i < COUNT; i++) names[i] = far;
  names[100] = word;
  assert_string_equal(hermes_nearest(word, names, COUNT), word);
  names[100] = far;
  names[COUNT - 1] = word;
  assert_null(hermes_nearest(word, names, COUNT));
  names[COUNT - 1] = "short";
  assert_string_equal(hermes_nearest("shrot", names, COUNT), "short"); /* others cost nothing */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_code_has_a_name_and_a_title),
      cmocka_unit_test(an_unknown_code_still_answers),
      cmocka_unit_test(marks_on_one_line_are_drawn_together),
      cmocka_unit_test(labels_below_keep_a_line_to_their_marks),
      cmocka_unit_test(marks_that_overlap_get_rows_of_their_own),
      cmocka_unit_test(other_lines_and_files_are_excerpts_of_their_own),
      cmocka_unit_test(a_place_may_be_a_line_or_a_file_or_nowhere),
      cmocka_unit_test(columns_count_characters_and_tabs_are_expanded),
      cmocka_unit_test(a_place_at_the_end_is_one_caret),
      cmocka_unit_test(a_place_of_several_lines_is_underlined_on_its_first),
      cmocka_unit_test(what_could_deceive_is_shown_as_a_question_mark),
      cmocka_unit_test(a_long_line_is_shown_around_the_place),
      cmocka_unit_test(a_long_line_of_tabs_is_shown_around_the_place),
      cmocka_unit_test(places_are_found_from_one_another),
      cmocka_unit_test(only_errors_count_towards_the_limit),
      cmocka_unit_test(colour_comes_only_when_asked_for),
      cmocka_unit_test(warnings_become_errors_when_asked_to),
      cmocka_unit_test(beyond_what_is_kept_is_counted),
      cmocka_unit_test(labels_and_notes_beyond_the_limit_are_left_out),
      cmocka_unit_test(a_label_without_a_place_becomes_a_note),
      cmocka_unit_test(a_fact_may_be_set_again_from_itself),
      cmocka_unit_test(json_holds_everything_with_its_place),
      cmocka_unit_test(json_of_nothing_is_an_empty_array),
      cmocka_unit_test(the_nearest_name_is_within_a_third_of_the_word),
      cmocka_unit_test(words_of_any_length_are_safe),
      cmocka_unit_test(the_search_for_a_near_name_has_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
