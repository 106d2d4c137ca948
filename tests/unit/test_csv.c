/* runtime/data: tables from CSV files. The names of the tests are the rules. */
#include "data/data.h"
#include "temporary.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Tables: site, cell (of a site), ue, and path over ue and cell. */
static const char DESCRIPTION[] =
    "{'abi': 3, 'blueprint': {'name': 'test', 'units': ['user']},"
    " 'tables': ["
    "  {'name': 'site', 'source': 'sites.csv', 'index': [0], 'columns': [0]},"
    "  {'name': 'cell', 'source': 'cells.csv', 'index': [1], 'columns': [1, 2, 3, 4, 5]},"
    "  {'name': 'ue', 'source': 'ues.csv', 'index': [2], 'columns': [6, 7]},"
    "  {'name': 'path', 'source': 'rsrp.csv', 'index': [2, 1], 'sparse': SPARSE, 'columns': [8]}],"
    " 'slots': ["
    "  {'name': 'height', 'role': 'column', 'kind': 'real', 'unit': 'm', 'index': [0], 'table': 0,"
    "   'domain': {'low': 0, 'high': 100}},"
    "  {'name': 'tx_power', 'role': 'column', 'kind': 'real', 'unit': 'dBm', 'index': [1], "
    "'table': 1},"
    "  {'name': 'site', 'role': 'column', 'kind': 'ref', 'refers': 0, 'index': [1], 'table': 1},"
    "  {'name': 'layer', 'role': 'column', 'kind': 'enum', 'labels': ['coverage', 'capacity'],"
    "   'index': [1], 'table': 1, 'default': 1},"
    "  {'name': 'planned', 'role': 'column', 'kind': 'bool', 'index': [1], 'table': 1,"
    "   'default': false, 'or_missing': true},"
    "  {'name': 'antennas', 'role': 'column', 'kind': 'real', 'unit': '1', 'integer': true,"
    "   'index': [1], 'table': 1, 'default': 2},"
    "  {'name': 'demand', 'role': 'column', 'kind': 'real', 'unit': 'Mbit/s', 'index': [2],"
    "   'table': 2, 'default': 0},"
    "  {'name': 'load', 'role': 'column', 'kind': 'real', 'unit': '%', 'index': [2], 'table': 2,"
    "   'default': 50, 'domain': {'values': [0, 50, 100]}},"
    "  {'name': 'rsrp', 'role': 'column', 'kind': 'real', 'unit': 'dBm', 'index': [2, 1],"
    "   'table': 3, 'default': DEFAULT}],"
    " 'inputs': [], 'policies': [], 'kpis': []}";

enum { HEIGHT, TX_POWER, SITE, LAYER, PLANNED, ANTENNAS, DEMAND, LOAD, RSRP };

static const char SITES[] = "site,height\ns1,25\ns2,30\n";
static const char CELLS[] = "cell,site,tx_power\nc1,s1,43\nc2,s2,40\n";
static const char UES[] = "ue,demand\nu1,1\nu2,2\nu3,3\n";
static const char PAIRS[] =
    "ue,cell,rsrp\nu1,c1,-80\nu1,c2,-90\nu2,c1,-81\nu2,c2,-91\nu3,c1,-82\nu3,c2,-92\n";

/* The description as JSON, with SPARSE and DEFAULT filled in. */
static hermes_description *describe(const char *sparse, const char *standard) {
  char json[sizeof DESCRIPTION + 64];
  size_t used = 0;
  for (const char *at = DESCRIPTION; *at; at++)
    if (!strncmp(at, "SPARSE", 6)) {
      used += (size_t)sprintf(json + used, "%s", sparse);
      at += 5;
    } else if (!strncmp(at, "DEFAULT", 7)) {
      used += (size_t)sprintf(json + used, "%s", standard);
      at += 6;
    } else {
      json[used++] = *at == '\'' ? '"' : *at;
    }
  char error[512] = "";
  hermes_description *d =
      hermes_description_parse((const unsigned char *)json, used, error, sizeof error);
  assert_string_equal(error, "");
  return d;
}

typedef struct loaded {
  data_tables *tables;
  hermes_diagnostics problems;
} loaded;

static loaded load_as(const temporary *t, const char *sparse, const char *standard,
                      const hermes_limits *limits) {
  loaded l = {0};
  l.tables = data_load(describe(sparse, standard), t->directory, limits, &l.problems);
  return l;
}

static loaded load(const temporary *t) {
  return load_as(t, "false", "null", NULL);
}

static void unload(loaded *l) {
  data_free(l->tables);
  hermes_diagnostics_free(&l->problems);
}

static void write_all(const temporary *t) {
  write_text(t, "sites.csv", SITES);
  write_text(t, "cells.csv", CELLS);
  write_text(t, "ues.csv", UES);
  write_text(t, "rsrp.csv", PAIRS);
}

static void assert_loads(loaded *l) {
  if (!l->tables) hermes_diagnostics_print(&l->problems, stderr, false, 0);
  assert_non_null(l->tables);
  assert_int_equal(l->problems.errors, 0);
}

static double real(const loaded *l, int slot, size_t element) {
  return ((const double *)l->tables->slot[slot])[element];
}

static int32_t integer(const loaded *l, int slot, size_t element) {
  return ((const int32_t *)l->tables->slot[slot])[element];
}

/* One file changed: exactly one problem, of that code, at that place, whose message holds that
 * text. */
static void assert_problem(const temporary *t, const char *name, const char *text, hermes_code code,
                           uint32_t line, uint32_t column, const char *message) {
  write_all(t);
  write_text(t, name, text);
  loaded l = load(t);
  bool right =
      !l.tables && l.problems.count == 1 && l.problems.items[0].code == code &&
      l.problems.items[0].place.line == line && l.problems.items[0].place.column == column &&
      !strcmp(l.problems.items[0].place.file, name) && strstr(l.problems.items[0].message, message);
  if (!right) hermes_diagnostics_print(&l.problems, stderr, false, 0);
  if (!right) fail_msg("wanted %s %u:%u %s", hermes_code_of(code)->name, line, column, message);
  unload(&l);
}

/* One file changed: everything loads without a word. */
static loaded load_with(const temporary *t, const char *name, const char *text) {
  write_all(t);
  write_text(t, name, text);
  loaded l = load(t);
  assert_loads(&l);
  return l;
}

static void assert_loads_with(const temporary *t, const char *name, const char *text) {
  loaded l = load_with(t, name, text);
  assert_int_equal(l.problems.count, 0);
  unload(&l);
}

/* ---- layout ---- */

static void tables_load_in_file_order_and_coherent_units(void **state) {
  write_all(*state);
  loaded l = load(*state);
  assert_loads(&l);
  assert_int_equal(l.tables->rows[2], 3);
  assert_string_equal(keys_at(&l.tables->keys[2], 2), "u3");
  assert_true(real(&l, TX_POWER, 1) == 40);
  assert_true(real(&l, DEMAND, 1) == 2e6);
  assert_true(real(&l, LOAD, 0) == 0.5);
  assert_int_equal(integer(&l, SITE, 1), 1);
  assert_int_equal(integer(&l, LAYER, 0), 1);
  assert_int_equal(integer(&l, PLANNED, 0), 0);
  assert_true(real(&l, RSRP, 2 * 2 + 1) == -92);
  unload(&l);
}

static void quotes_crlf_bom_comments_and_blanks_are_read(void **state) {
  loaded l = load_with(*state, "cells.csv",
                       "\xEF\xBB\xBF# made by hand\r\n\r\n\"cell\" , \"tx_power\",site\r\n"
                       "# c0,1,s1\r\n  c1 ,\t43 , \"s1\"\r\n   \r\n\"c2\",\"40\",s2");
  assert_true(real(&l, TX_POWER, 0) == 43);
  assert_true(real(&l, TX_POWER, 1) == 40);
  assert_int_equal(integer(&l, SITE, 1), 1);
  unload(&l);
}

static void quoted_keys_are_found_from_other_files(void **state) {
  const temporary *t = *state;
  write_all(t);
  write_text(t, "ues.csv", "ue\n\"a,b\"\n\"say \"\"hi\"\"\"\n# no\n\"#no\"\n");
  write_text(t, "rsrp.csv",
             "ue,cell,rsrp\n\"a,b\",c1,1\n\"a,b\",c2,2\n\"say \"\"hi\"\"\",c1,3\n"
             "\"say \"\"hi\"\"\",\"c2\",4\n\"#no\",c1,5\n\"#no\",c2,6\n");
  loaded l = load(t);
  assert_loads(&l);
  assert_string_equal(keys_at(&l.tables->keys[2], 1), "say \"hi\"");
  assert_true(real(&l, RSRP, 3) == 4);
  unload(&l);
}

static void semicolons_and_tabs_separate_where_the_header_has_no_comma(void **state) {
  assert_loads_with(*state, "cells.csv", "cell;site;tx_power\nc1;s1;43\nc2;s2;40\n");
  assert_loads_with(*state, "cells.csv", "cell\tsite\ttx_power\nc1\ts1\t43\nc2\t s2\t40\n");
}

static void a_lone_carriage_return_ends_a_line(void **state) {
  assert_loads_with(*state, "sites.csv", "site,height\rs1,25\rs2,30\r");
}

static void lines_are_counted_through_quotes_and_comments(void **state) {
  assert_problem(
      *state, "cells.csv",
      "# one\n\ncell,tx_power,site,layer,planned,antennas,note\nc1,43,s1,coverage,1,1,\"two\n"
      "lines\"\nc2,x,s2,capacity,0,1,\n",
      HB0722, 6, 4, "`x`");
}

static void a_line_has_as_many_fields_as_the_header(void **state) {
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns2,30,1\n", HB0709, 3, 7, "3 fields");
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns2,30\nx\n", HB0709, 4, 1, "1 field,");
  assert_problem(*state, "rsrp.csv", "ue,cell,rsrp\nu1,c1\n", HB0709, 2, 4, "2 fields");
}

static void a_quote_must_close(void **state) {
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns2,\"30\n", HB0708, 3, 4,
                 "never closed");
  assert_problem(*state, "sites.csv", "site,height\n\"s1\"x,25\ns1,25\ns2,3\n", HB0708, 2, 5,
                 "behind");
}

static void a_nul_byte_is_no_text(void **state) {
  const temporary *t = *state;
  static const char text[] = "site,height\ns1,2\0005\ns2,30\n";
  write_all(t);
  write_bytes(t, "sites.csv", text, sizeof text - 1);
  loaded l = load(t);
  assert_null(l.tables);
  assert_int_equal(l.problems.items[0].code, HB0706);
  assert_int_equal(l.problems.items[0].place.line, 2);
  assert_int_equal(l.problems.items[0].place.column, 5);
  unload(&l);
}

static void text_is_utf8(void **state) {
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns\xE4,30\n", HB0707, 3, 2, "0xE4");
  assert_problem(*state, "sites.csv", "\xFF\xFEs", HB0707, 1, 1, "0xFF");
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns\xC0\x80,30\n", HB0707, 3, 2, "0xC0");
  assert_loads_with(*state, "sites.csv",
                    "site,height\ns1,1\ns2,2\ns\xC3\xA4,3\ns\xE2\x82\xAC,4\ns\xF0\x9F\x93\xA1,5\n");
}

static void an_empty_file_has_no_header(void **state) {
  assert_problem(*state, "sites.csv", "", HB0716, 0, 0, "empty");
  assert_problem(*state, "sites.csv", "# nothing\n\n", HB0716, 0, 0, "empty");
  assert_problem(*state, "sites.csv", "site,height\n# s1,3\n", HB0716, 0, 0, "`site` has no rows");
}

static void a_field_has_a_longest_length(void **state) {
  size_t size = DATA_FIELD_BYTES + 100;
  char *text = calloc(size + 64, 1);
  sprintf(text, "site,height\ns1,25\n");
  memset(text + strlen(text), 'x', size);
  strcat(text, ",3\n");
  assert_problem(*state, "sites.csv", text, HB0705, 3, 1, "field of more than");
  free(text);
}

static void a_file_has_a_largest_number_of_columns(void **state) {
  char *text = calloc(4 * DATA_COLUMNS, 1);
  strcpy(text, "site,height");
  memset(text + strlen(text), ',', DATA_COLUMNS);
  strcat(text, "\n");
  assert_problem(*state, "sites.csv", text, HB0705, 1, 0, "columns");
  free(text);
}

static void at_most_twenty_problems_are_told_of_one_file(void **state) {
  const temporary *t = *state;
  char text[4096] = "site,height\n";
  write_all(t);
  for (int i = 0; i < 100; i++)
    sprintf(text + strlen(text), "s%d,x\n", i);
  write_text(t, "sites.csv", text);
  loaded l = load(t);
  assert_int_equal(l.problems.errors, DATA_PROBLEMS);
  assert_int_equal(l.problems.items[19].note_count, 1);
  assert_int_equal(l.problems.items[0].place.line, 2);
  assert_int_equal(l.problems.items[19].place.line, 21);
  unload(&l);
}

/* ---- headers ---- */

static void columns_stand_in_any_order_and_undeclared_ones_are_ignored(void **state) {
  loaded l = load_with(*state, "cells.csv",
                       "azimuth,tx_power,layer,planned,cell,antennas,site\n"
                       "north,43,coverage,yes,c1,4,s2\n,40,capacity,0,c2,8,s1\n");
  assert_int_equal(l.problems.count, 0);
  assert_int_equal(integer(&l, SITE, 0), 1);
  assert_int_equal(integer(&l, LAYER, 0), 0);
  assert_int_equal(integer(&l, PLANNED, 0), 1);
  assert_true(real(&l, ANTENNAS, 1) == 8);
  assert_string_equal(keys_at(&l.tables->keys[1], 1), "c2");
  unload(&l);
}

static void the_first_column_is_the_key_where_none_bears_the_tables_name(void **state) {
  loaded l = load_with(*state, "sites.csv", "id,height\ns1,25\ns2,30\n");
  assert_int_equal(keys_find(&l.tables->keys[0], "s2", 2, 0), 1);
  unload(&l);
}

static void a_missing_column_is_named_with_the_nearest(void **state) {
  const temporary *t = *state;
  assert_problem(t, "cells.csv", "cell,site,tx_powr\nc1,s1,43\nc2,s2,40\n", HB0710, 1, 0,
                 "`tx_power`");
  write_text(t, "cells.csv", "cell,site,tx_powr\nc1,s1,43\nc2,s2,40\n");
  loaded l = load(t);
  assert_string_equal(l.problems.items[0].candidates, "tx_powr");
  unload(&l);
}

static void the_keys_of_a_pair_stand_under_the_names_of_their_tables(void **state) {
  assert_problem(*state, "rsrp.csv", "user,cell,rsrp\nu1,c1,1\n", HB0710, 1, 0, "`ue`");
}

static void a_default_fills_a_missing_column_silently(void **state) {
  loaded l = load_with(*state, "ues.csv", "ue\nu1\nu2\nu3\n");
  assert_int_equal(l.problems.count, 0);
  assert_true(real(&l, DEMAND, 2) == 0);
  unload(&l);
}

static void a_default_beside_undeclared_columns_is_warned_of(void **state) {
  const temporary *t = *state;
  loaded l = load_with(t, "ues.csv", "ue,demnd,load\nu1,1,0\nu2,2,50\nu3,3,100\n");
  assert_int_equal(l.problems.warnings, 1);
  assert_int_equal(l.problems.items[0].code, HB0712);
  assert_string_equal(l.problems.items[0].candidates, "demnd");
  unload(&l);
  l = load_with(t, "cells.csv", "cell,site,tx_power,note\nc1,s1,1,x\nc2,s2,2,y\n");
  assert_int_equal(l.problems.warnings, 1);
  assert_string_equal(l.problems.items[0].message,
                      "`cells.csv` has no layer, planned, antennas, which take defaults");
  assert_string_equal(l.problems.items[0].notes[0], "undeclared columns of the file: note");
  unload(&l);
}

static void a_column_stands_in_the_header_once(void **state) {
  assert_problem(*state, "sites.csv", "site,height,height\ns1,25,25\ns2,30,30\n", HB0711, 1, 13,
                 "`height`");
}

static void a_unit_in_the_header_is_converted(void **state) {
  loaded l = load_with(*state, "cells.csv", "cell,site,tx_power[dBW]\nc1,s1,13\nc2,s2,10\n");
  assert_true(real(&l, TX_POWER, 0) == 43);
  unload(&l);
  l = load_with(*state, "sites.csv", "site,\"height [km]\"\ns1,0.025\ns2,0.1\n");
  assert_true(real(&l, HEIGHT, 0) == 25);
  unload(&l);
}

static void a_unit_in_the_header_measures_the_same(void **state) {
  const temporary *t = *state;
  assert_problem(t, "cells.csv", "cell,site,tx_power[W]\nc1,s1,20\nc2,s2,10\n", HB0714, 1, 11,
                 "`W`");
  assert_problem(t, "cells.csv", "cell,site,tx_power[dB]\nc1,s1,20\nc2,s2,10\n", HB0714, 1, 11,
                 "`dB`");
  assert_problem(t, "cells.csv", "cell,site,tx_power[dBm/Hz]\nc1,s1,20\nc2,s2,10\n", HB0714, 1, 11,
                 "`dBm/Hz`");
  assert_problem(t, "sites.csv", "site,height[s]\ns1,20\ns2,10\n", HB0714, 1, 6, "`s`");
}

static void a_heading_is_a_name_and_a_unit(void **state) {
  const temporary *t = *state;
  assert_problem(t, "sites.csv", "site,height[m\ns1,25\ns2,30\n", HB0713, 1, 6, "bracket");
  assert_problem(t, "sites.csv", "site,height[meters]\ns1,25\ns2,30\n", HB0715, 1, 6, "meters");
  assert_problem(t, "cells.csv", "cell,site[m],tx_power\nc1,s1,1\nc2,s2,2\n", HB0713, 1, 6,
                 "no unit");
}

/* ---- keys ---- */

static void a_key_stands_once(void **state) {
  const temporary *t = *state;
  assert_problem(t, "sites.csv", "site,height\ns1,25\ns2,30\ns1,25\n", HB0717, 4, 1, "row 1");
  assert_problem(t, "sites.csv", "site,height\ns1,25\ns2,30\n,25\n", HB0721, 4, 1, "empty key");
}

static void a_reference_is_a_key(void **state) {
  const temporary *t = *state;
  assert_problem(t, "cells.csv", "cell,site,tx_power\nc1,s1,43\nc2,s22,40\n", HB0718, 3, 4,
                 "`s22`");
}

static void tables_may_refer_to_tables_that_come_later(void **state) {
  assert_loads_with(*state, "cells.csv", "cell,site,tx_power\nc1,s2,43\nc2,s1,40\n");
}

static void a_pair_holds_keys_and_stands_once(void **state) {
  const temporary *t = *state;
  char text[512];
  snprintf(text, sizeof text, "%su3,c9,-92\n", PAIRS);
  assert_problem(t, "rsrp.csv", text, HB0718, 8, 4, "`c9` is no key of `cell`");
  snprintf(text, sizeof text, "%su2,c2,-92\n", PAIRS);
  assert_problem(t, "rsrp.csv", text, HB0719, 8, 1, "u2, c2");
  snprintf(text, sizeof text, "%s,c2,-92\n", PAIRS);
  assert_problem(t, "rsrp.csv", text, HB0721, 8, 1, "empty key of `ue`");
}

static void every_pair_is_there_unless_the_table_is_sparse(void **state) {
  const temporary *t = *state;
  const char *text = "cell,ue,rsrp\nc2,u1,-90\nc1,u3,-82\nc2,u2,-91\n";
  assert_problem(t, "rsrp.csv", text, HB0720, 0, 0,
                 "lacks 3 of the 6 pairs of `path`: u1, c1, ...");
  loaded l = load_as(t, "true", "-200", NULL);
  assert_loads(&l);
  assert_true(real(&l, RSRP, 0) == -200);
  assert_true(real(&l, RSRP, 1) == -90);
  assert_true(real(&l, RSRP, 4) == -82);
  unload(&l);
  l = load_as(t, "false", "-200", NULL);
  assert_null(l.tables);
  unload(&l);
}

static void pairs_lost_to_another_mistake_are_not_told_again(void **state) {
  assert_problem(*state, "rsrp.csv", "ue,cell,rsrp\nu1,c1,-80\nu1\n", HB0709, 3, 1, "1 field");
}

static void a_table_indexed_by_one_other_twice_has_its_keys_first(void **state) {
  const temporary *t = *state;
  const char *json =
      "{\"abi\": 3, \"blueprint\": {\"name\": \"t\"}, \"tables\": ["
      "{\"name\": \"cell\", \"source\": \"c.csv\", \"index\": [0]},"
      "{\"name\": \"near\", \"source\": \"n.csv\", \"index\": [0, 0], \"columns\": [0]}],"
      "\"slots\": [{\"name\": \"d\", \"role\": \"column\", \"kind\": \"real\","
      "\"unit\": \"m\", \"index\": [0, 0], \"table\": 1}]}";
  char error[256];
  hermes_diagnostics problems = {0};
  write_text(t, "c.csv", "cell\nc1\nc2\n");
  write_text(t, "n.csv", "cell,other,d\nc1,c1,0\nc1,c2,5\nc2,c1,7\nc2,c2,0\n");
  hermes_description *d =
      hermes_description_parse((const unsigned char *)json, strlen(json), error, sizeof error);
  assert_string_equal(error, "");
  data_tables *tables = data_load(d, t->directory, NULL, &problems);
  assert_non_null(tables);
  assert_true(((double *)tables->slot[0])[1] == 5 && ((double *)tables->slot[0])[2] == 7);
  data_free(tables);
}

/* ---- values ---- */

static void assert_height(const temporary *t, const char *field, hermes_code code) {
  char text[256];
  snprintf(text, sizeof text, "site,height\ns1,25\ns2,%s\n", field);
  assert_problem(t, "sites.csv", text, code, 3, 4, "height");
}

static void a_value_is_a_finite_number(void **state) {
  assert_height(*state, "", HB0721);
  assert_height(*state, "\"\"", HB0721);
  assert_height(*state, "tall", HB0722);
  assert_height(*state, "1.2.3", HB0722);
  assert_height(*state, "\"1,5\"", HB0722);
  assert_height(*state, "--3", HB0722);
  assert_height(*state, "nan", HB0723);
  assert_height(*state, "-NaN", HB0723);
  assert_height(*state, "inf", HB0724);
  assert_height(*state, "-Infinity", HB0724);
  assert_height(*state, "1e999", HB0725);
  assert_height(*state, "1e308 km", HB0725);
}

static void a_value_may_carry_its_unit(void **state) {
  loaded l = load_with(*state, "sites.csv", "site,height[km]\ns1,25 m\ns2,0.03\n");
  assert_true(real(&l, HEIGHT, 0) == 25);
  assert_true(real(&l, HEIGHT, 1) == 30);
  unload(&l);
  l = load_with(*state, "ues.csv", "ue,load,demand\nu1,50 %,1kbit/s\nu2,50,2\nu3,100,1 Mbit/s\n");
  assert_true(real(&l, DEMAND, 0) == 1e3);
  unload(&l);
  assert_height(*state, "25 s", HB0714);
  assert_problem(*state, "sites.csv", "site,height\ns1,25\ns2,3 metre\n", HB0715, 3, 4, "metre");
}

static void a_value_lies_in_its_range_or_set(void **state) {
  const temporary *t = *state;
  assert_height(t, "-1", HB0726);
  assert_height(t, "100.1", HB0726);
  assert_height(t, "1 km", HB0726);
  assert_problem(t, "ues.csv", "ue,load\nu1,0\nu2,49\nu3,50\n", HB0726, 3, 4, "49 %");
  assert_loads_with(t, "sites.csv", "site,height\ns1,0\ns2,100\n");
  assert_loads_with(t, "sites.csv", "site,height\ns1,0\ns2,0.1 km\n");
}

static void an_int_column_holds_whole_numbers(void **state) {
  const temporary *t = *state;
  assert_problem(t, "cells.csv", "cell,site,tx_power,antennas\nc1,s1,43,2.5\nc2,s2,40,4\n", HB0727,
                 2, 10, "2.5 in `antennas`");
  assert_loads_with(t, "cells.csv", "cell,site,tx_power,antennas\nc1,s1,43,2.0\nc2,s2,40,4\n");
}

static void an_unknown_label_names_the_known_ones(void **state) {
  const temporary *t = *state;
  const char *text = "cell,site,tx_power,layer\nc1,s1,43,coverge\nc2,s2,40,capacity\n";
  assert_problem(t, "cells.csv", text, HB0728, 2, 10, "`coverge`");
  write_text(t, "cells.csv", text);
  loaded l = load(t);
  assert_string_equal(l.problems.items[0].expected, "coverage, capacity");
  assert_string_equal(l.problems.items[0].candidates, "coverage");
  unload(&l);
}

static void booleans_are_read_as_people_write_them(void **state) {
  const temporary *t = *state;
  loaded l = load_with(t, "cells.csv", "cell,site,tx_power,planned\nc1,s1,43,TRUE\nc2,s2,40,No\n");
  assert_int_equal(integer(&l, PLANNED, 0), 1);
  assert_int_equal(integer(&l, PLANNED, 1), 0);
  unload(&l);
  assert_problem(t, "cells.csv", "cell,site,tx_power,planned\nc1,s1,43,2\nc2,s2,40,1\n", HB0729, 2,
                 10, "neither true nor false");
}

static void a_default_fills_an_empty_field_only_where_it_may_be_missing(void **state) {
  const temporary *t = *state;
  loaded l = load_with(t, "cells.csv", "cell,site,tx_power,planned\nc1,s1,43,\nc2,s2,40,1\n");
  assert_int_equal(integer(&l, PLANNED, 0), 0);
  unload(&l);
  assert_problem(t, "ues.csv", "ue,demand\nu1,\nu2,1\nu3,1\n", HB0721, 2, 4, "`demand` is empty");
}

static void independent_mistakes_are_all_found_in_one_run(void **state) {
  const temporary *t = *state;
  write_all(t);
  write_text(t, "cells.csv", "cell,site,tx_power,layer\nc1,s9,43,x\nc1,s1,nan,coverage\nc2,s1\n");
  write_text(t, "sites.csv", "site\ns1\ns2\n");
  write_text(t, "rsrp.csv", "ue,cell,rsrp\nu1,c9,1\nu1,c1,a\n");
  loaded l = load(t);
  static const struct {
    hermes_code code;
    uint32_t line;
  } expected[] = {{HB0710, 1}, {HB0718, 2}, {HB0728, 2}, {HB0717, 3},
                  {HB0723, 3}, {HB0709, 4}, {HB0722, 3}};
  assert_int_equal(l.problems.count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < l.problems.count; i++) {
    assert_int_equal(l.problems.items[i].code, expected[i].code);
    assert_int_equal(l.problems.items[i].place.line, expected[i].line);
  }
  unload(&l);
}

/* ---- files ---- */

static void assert_file_problem(const temporary *t, hermes_code code) {
  loaded l = load(t);
  assert_null(l.tables);
  if (l.problems.count != 1 || l.problems.items[0].code != code)
    hermes_diagnostics_print(&l.problems, stderr, false, 0);
  assert_int_equal(l.problems.count, 1);
  assert_int_equal(l.problems.items[0].code, code);
  unload(&l);
}

static void a_missing_file_is_named_with_the_nearest(void **state) {
  const temporary *t = *state;
  char path[256];
  write_all(t);
  temporary_path(t, "sites.csv", path);
  unlink(path);
  write_text(t, "site.csv", SITES);
  loaded l = load(t);
  assert_int_equal(l.problems.count, 1);
  assert_int_equal(l.problems.items[0].code, HB0702);
  assert_string_equal(l.problems.items[0].candidates, "site.csv");
  unload(&l);
}

static void a_missing_directory_is_named(void **state) {
  temporary nowhere = {"/nowhere/at/all"};
  (void)state;
  loaded l = load(&nowhere);
  assert_int_equal(l.problems.items[0].code, HB0701);
  unload(&l);
}

static void a_link_may_stay_beneath_the_directory_but_not_leave_it(void **state) {
  const temporary *t = *state;
  char path[256], inside[256];
  write_all(t);
  temporary_path(t, "sites.csv", path);
  temporary_path(t, "inside.csv", inside);
  assert_int_equal(rename(path, inside), 0);
  assert_int_equal(symlink("inside.csv", path), 0);
  loaded l = load(t);
  assert_loads(&l);
  unload(&l);
  unlink(path);
  assert_int_equal(symlink(inside, path), 0);
  assert_file_problem(t, HB0703);
  unlink(path);
  assert_int_equal(symlink("../etc/passwd", path), 0);
  assert_file_problem(t, HB0703);
  unlink(path);
  assert_int_equal(symlink("sites.csv", path), 0);
  assert_file_problem(t, HB0703);
}

static void only_regular_files_are_opened(void **state) {
  const temporary *t = *state;
  char path[256];
  write_all(t);
  temporary_path(t, "sites.csv", path);
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_file_problem(t, HB0704);
  unlink(path);
  assert_int_equal(mkdir(path, 0700), 0);
  assert_file_problem(t, HB0704);
}

static void a_source_stays_beneath_the_directory(void **state) {
  const temporary *t = *state;
  static const char *const names[] = {"/etc/passwd", "../x.csv", "a/../../x.csv", "a/.."};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    hermes_diagnostics problems = {0};
    data_source source = {.name = names[i]};
    data_source_read(0, &source, 1000, &problems);
    assert_int_equal(problems.items[0].code, HB0703);
    hermes_diagnostics_free(&problems);
  }
  (void)t;
}

static void a_source_may_stand_in_a_folder(void **state) {
  const temporary *t = *state;
  char path[256];
  temporary_path(t, "folder", path);
  assert_int_equal(mkdir(path, 0700), 0);
  write_text(t, "folder/..x.csv", "a\n");
  int directory = open(t->directory, O_RDONLY | O_DIRECTORY);
  hermes_diagnostics problems = {0};
  data_source source = {.name = "./folder//..x.csv"};
  data_source_read(directory, &source, 1000, &problems);
  assert_int_equal(problems.count, 0);
  assert_string_equal(source.text, "a\n");
  data_source_free(&source);
  close(directory);
}

static void memory_and_work_are_limited_before_anything_is_allocated(void **state) {
  const temporary *t = *state;
  hermes_limits limits = {.memory = 128};
  write_all(t);
  loaded l = load_as(t, "false", "null", &limits);
  assert_null(l.tables);
  assert_int_equal(l.problems.items[0].code, HB0733);
  assert_string_equal(l.problems.items[0].notes[0],
                      "`rsrp` over 3 rows of ue x 2 rows of cell: 48 bytes");
  unload(&l);
}

static void a_file_beyond_the_memory_limit_is_not_read(void **state) {
  const temporary *t = *state;
  hermes_limits limits = {.memory = 20};
  write_all(t);
  loaded l = load_as(t, "false", "null", &limits);
  assert_int_equal(l.problems.items[0].code, HB0705);
  unload(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEMPORARY_TEST(tables_load_in_file_order_and_coherent_units),
      TEMPORARY_TEST(quotes_crlf_bom_comments_and_blanks_are_read),
      TEMPORARY_TEST(quoted_keys_are_found_from_other_files),
      TEMPORARY_TEST(semicolons_and_tabs_separate_where_the_header_has_no_comma),
      TEMPORARY_TEST(a_lone_carriage_return_ends_a_line),
      TEMPORARY_TEST(lines_are_counted_through_quotes_and_comments),
      TEMPORARY_TEST(a_line_has_as_many_fields_as_the_header),
      TEMPORARY_TEST(a_quote_must_close),
      TEMPORARY_TEST(a_nul_byte_is_no_text),
      TEMPORARY_TEST(text_is_utf8),
      TEMPORARY_TEST(an_empty_file_has_no_header),
      TEMPORARY_TEST(a_field_has_a_longest_length),
      TEMPORARY_TEST(a_file_has_a_largest_number_of_columns),
      TEMPORARY_TEST(at_most_twenty_problems_are_told_of_one_file),
      TEMPORARY_TEST(columns_stand_in_any_order_and_undeclared_ones_are_ignored),
      TEMPORARY_TEST(the_first_column_is_the_key_where_none_bears_the_tables_name),
      TEMPORARY_TEST(a_missing_column_is_named_with_the_nearest),
      TEMPORARY_TEST(the_keys_of_a_pair_stand_under_the_names_of_their_tables),
      TEMPORARY_TEST(a_default_fills_a_missing_column_silently),
      TEMPORARY_TEST(a_default_beside_undeclared_columns_is_warned_of),
      TEMPORARY_TEST(a_column_stands_in_the_header_once),
      TEMPORARY_TEST(a_unit_in_the_header_is_converted),
      TEMPORARY_TEST(a_unit_in_the_header_measures_the_same),
      TEMPORARY_TEST(a_heading_is_a_name_and_a_unit),
      TEMPORARY_TEST(a_key_stands_once),
      TEMPORARY_TEST(a_reference_is_a_key),
      TEMPORARY_TEST(tables_may_refer_to_tables_that_come_later),
      TEMPORARY_TEST(a_pair_holds_keys_and_stands_once),
      TEMPORARY_TEST(every_pair_is_there_unless_the_table_is_sparse),
      TEMPORARY_TEST(pairs_lost_to_another_mistake_are_not_told_again),
      TEMPORARY_TEST(a_table_indexed_by_one_other_twice_has_its_keys_first),
      TEMPORARY_TEST(a_value_is_a_finite_number),
      TEMPORARY_TEST(a_value_may_carry_its_unit),
      TEMPORARY_TEST(a_value_lies_in_its_range_or_set),
      TEMPORARY_TEST(an_int_column_holds_whole_numbers),
      TEMPORARY_TEST(an_unknown_label_names_the_known_ones),
      TEMPORARY_TEST(booleans_are_read_as_people_write_them),
      TEMPORARY_TEST(a_default_fills_an_empty_field_only_where_it_may_be_missing),
      TEMPORARY_TEST(independent_mistakes_are_all_found_in_one_run),
      TEMPORARY_TEST(a_missing_file_is_named_with_the_nearest),
      TEMPORARY_TEST(a_missing_directory_is_named),
      TEMPORARY_TEST(a_link_may_stay_beneath_the_directory_but_not_leave_it),
      TEMPORARY_TEST(only_regular_files_are_opened),
      TEMPORARY_TEST(a_source_stays_beneath_the_directory),
      TEMPORARY_TEST(a_source_may_stand_in_a_folder),
      TEMPORARY_TEST(memory_and_work_are_limited_before_anything_is_allocated),
      TEMPORARY_TEST(a_file_beyond_the_memory_limit_is_not_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
