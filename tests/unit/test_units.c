/* Rules of units: what parses, what it is worth, how it is spelt, and what means nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hermes/units.h>

static const hermes_unit_system BUILTIN;

static hermes_unit unit(const char *text) {
  hermes_unit parsed;
  char error[256] = "";
  if (!hermes_unit_parse(&BUILTIN, text, strlen(text), &parsed, error, sizeof error)) {
    fail_msg("%s: %s", text, error);
  }
  return parsed;
}

/* Exact, so that a literal in a unit means the number that it reads as. */
static void assert_worth(const char *text, double factor, double offset) {
  hermes_unit parsed = unit(text);
  if (parsed.factor != factor || parsed.offset != offset) {
    fail_msg("%s: %.17g, %.17g", text, parsed.factor, parsed.offset);
  }
}

static void assert_same_measure(const char *a, const char *b) {
  hermes_unit left = unit(a), right = unit(b);
  bool same =
      left.scale == right.scale && hermes_dimension_equal(&left.dimension, &right.dimension);
  if (!same) fail_msg("%s and %s measure different things", a, b);
}

static void assert_refused(const char *text, const char *sentence) {
  hermes_unit parsed;
  char error[256] = "";
  if (hermes_unit_parse(&BUILTIN, text, strlen(text), &parsed, error, sizeof error)) {
    fail_msg("%s was accepted", text);
  }
  assert_string_equal(error, sentence);
}

static void assert_spelt(const char *text, const char *expected) {
  hermes_unit parsed = unit(text);
  char spelt[HERMES_UNIT_TEXT];
  hermes_unit_spell(&BUILTIN, &parsed.dimension, parsed.scale, spelt, sizeof spelt);
  assert_string_equal(spelt, expected);
  assert_same_measure(text, spelt);
}

static void a_prefix_multiplies_exactly(void **state) {
  (void)state;
  assert_worth("MHz", 1e6, 0);
  assert_worth("ms", 1e-3, 0);
  assert_worth("kWh", 3.6e9, 0);
  assert_worth("mW", 1, 0);
  assert_worth("kg", 1000, 0);
  assert_worth("GB", 8e9, 0);
  assert_worth("fs", 1e-15, 0);
  assert_worth("MeV", 1.602176634e-10, 0);
  hermes_unit mhz = unit("MHz");
  assert_true(hermes_to_coherent(&mhz, 20) == 20e6);
  assert_true(hermes_from_coherent(&mhz, 20e6) == 20);
}

static void a_quotient_of_decimals_is_the_nearest_double(void **state) {
  (void)state;
  assert_worth("1/ns", 1e9, 0);
  assert_worth("mm/ns", 1e6, 0);
  assert_worth("Mbit/ms", 1e9, 0);
  assert_worth("us^2", 1e-12, 0);
  assert_worth("km/h", 1000.0 / 3600.0, 0);
  assert_worth("ms^-3", 1e9, 0);
  assert_worth("km^(1/3)", 10, 0);
}

static void the_whole_word_goes_before_a_prefix(void **state) {
  (void)state;
  assert_same_measure("min", "s");
  assert_worth("min", 60, 0);
  assert_same_measure("Pa", "N/m^2");
  assert_worth("cd", 1, 0);
  assert_same_measure("h", "s");
  assert_false(hermes_unit_symbol(&BUILTIN, "in", 2));
  assert_same_measure("mm", "m");
}

static void a_prefix_that_nobody_wants_is_no_unit(void **state) {
  (void)state;
  static const char *const UNWANTED[] = {"mbit", "mHz", "kdB", "mdB",  "kPRB", "ks",
                                         "kmin", "KHz", "k%",  "kdeg", "k"};
  for (size_t i = 0; i < sizeof UNWANTED / sizeof *UNWANTED; i++) {
    if (hermes_unit_symbol(&BUILTIN, UNWANTED[i], strlen(UNWANTED[i]))) {
      fail_msg("%s", UNWANTED[i]);
    }
  }
}

static void signs_beyond_ascii_are_read(void **state) {
  (void)state;
  assert_worth("\u00b5s", 1e-6, 0);
  assert_worth("\u03bcs", 1e-6, 0);
  assert_same_measure("k\u03a9", "ohm");
  assert_same_measure("\u2126", "ohm");
  assert_same_measure("\u00b0", "deg");
  assert_same_measure("\u00b0C", "degC");
  assert_worth("dB\u00b5V/m", 1, -60);
}

static void a_quotient_is_read_from_the_left(void **state) {
  (void)state;
  assert_same_measure("bit/s/Hz", "bit/(s*Hz)");
  assert_same_measure("bit/s/Hz", "bit");
  assert_same_measure("kg*m^2/s^3", "W");
  assert_worth("W", unit("kg*m^2/s^3").factor, 0);
}

static void powers_are_rational(void **state) {
  (void)state;
  assert_same_measure("m^(1/2)*m^(1/2)", "m");
  assert_same_measure("(m^2)^(-1/2)", "1/m");
  assert_same_measure("m^(2/3)", "(m^2)^(1/3)");
  assert_refused("m^(1/7)", "an exponent must be a multiple of 1/60");
  assert_refused("m^(1/0)", "an exponent must be a multiple of 1/60");
  assert_refused("(m^(1/60))^(1/2)",
                 "`(m^(1/60))^(1/2)` means nothing: an exponent leaves its range, "
                 "or is no multiple of 1/60");
}

static void levels_share_a_dimension_and_differ_by_their_reference(void **state) {
  (void)state;
  assert_same_measure("dBm", "dBW");
  assert_worth("dBm", 1, 0);
  assert_worth("dBW", 1, 30);
  assert_worth("dBV", 1, 60);
  assert_worth("dBuV", 1, -60);
  assert_worth("dBuV/m", 1, -60);
  assert_worth("dB(uV/m)", 1, -60);
  assert_worth("dB(W)", 1, 30);
}

static void level_over_frequency_is_a_level_per_frequency(void **state) {
  (void)state;
  hermes_unit level = unit("dBm/Hz"), linear = unit("W/Hz");
  assert_int_equal(level.scale, HERMES_LEVEL);
  assert_true(hermes_dimension_equal(&level.dimension, &linear.dimension));
  assert_worth("dBm/MHz", 1, -60);
  assert_worth("dBW/kHz", 1, 0);
  assert_same_measure("dBm/RE", "dB(W/RE)");
}

static void gain_over_length_is_a_gain_per_length(void **state) {
  (void)state;
  hermes_unit loss = unit("dB/km"), reciprocal = unit("1/km");
  assert_int_equal(loss.scale, HERMES_GAIN);
  assert_true(hermes_dimension_equal(&loss.dimension, &reciprocal.dimension));
  assert_worth("dB/km", 1e-3, 0);
}

static void gains_convert(void **state) {
  (void)state;
  assert_worth("dBi", 1, 0);
  assert_worth("dBd", 1, 2.15);
  hermes_unit neper = unit("Np");
  assert_true(fabs(neper.factor - 20 / log(10)) < 1e-14);
  assert_same_measure("Np", "dB");
}

static void celsius_is_a_point_on_the_scale_of_temperature(void **state) {
  (void)state;
  hermes_unit celsius = unit("degC");
  assert_int_equal(celsius.scale, HERMES_POINT);
  assert_true(hermes_to_coherent(&celsius, 25) == 298.15);
  assert_refused("degC/m", "`degC/m` means nothing: a temperature on a scale cannot be taken per "
                           "something (a difference is in `K`)");
}

static void only_a_linear_unit_multiplies_or_divides(void **state) {
  (void)state;
  static const char *const SENTENCE = "a logarithmic unit or a temperature scale can only stand "
                                      "first, and has no powers";
  static const char *const TEXTS[] = {"dBm*dBm", "dB^2", "W/dBm", "m*degC", "1/dB"};
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
    char expected[256];
    snprintf(expected, sizeof expected, "`%s` means nothing: %s", TEXTS[i], SENTENCE);
    assert_refused(TEXTS[i], expected);
  }
  assert_refused("dBd/m", "`dBd/m` means nothing: a gain over a reference antenna cannot be taken "
                          "per something");
}

static void a_level_of_a_field_keeps_twenty_decibels_per_decade(void **state) {
  (void)state;
  assert_refused("dBV/Hz", "`dBV/Hz` means nothing: it mixes a field quantity (20 dB for a factor "
                           "of ten) with a power quantity (10 dB)");
  hermes_unit field = unit("V/m"), power = unit("W");
  assert_true(hermes_dimension_is_field(&field.dimension));
  assert_false(hermes_dimension_is_field(&power.dimension));
}

static void a_level_needs_a_linear_reference_with_a_dimension(void **state) {
  (void)state;
  assert_refused("dB(dBm)", "`dB(...)` takes a linear unit, the reference of the level");
  assert_refused("dB(%)", "a level of a plain ratio is a gain, in `dB`");
}

static void one_and_percent_are_units(void **state) {
  (void)state;
  assert_worth("1", 1, 0);
  assert_worth("%", 0.01, 0);
  assert_worth("%/h", 0.01 / 3600, 0);
  assert_refused("10", "`10` is no unit");
}

static void broken_text_is_refused_with_one_sentence(void **state) {
  (void)state;
  assert_refused("", "a unit is missing");
  assert_refused("  ", "a unit is missing");
  assert_refused("bit/", "a unit is missing at the end");
  assert_refused("m^", "a whole exponent, or one such as `(1/2)`, is missing at the end");
  assert_refused("m^0.5", "`.5` does not belong in a unit");
  assert_refused("m^(1/2", "`)` is missing at the end");
  assert_refused("(m", "`)` is missing at the end");
  assert_refused("m)", "`)` does not belong in a unit");
  assert_refused("m**2", "a power of a unit is written `^`");
  assert_refused("bit / s", "a unit has no spaces inside");
  assert_refused("bit/ s", "a unit has no spaces inside");
  assert_refused("m^1000", "an exponent is too large");
  assert_refused("Mhz", "`Mhz` is no unit; did you mean `MHz`?");
  assert_refused("bit/sec", "`sec` is no unit; did you mean `s`?");
}

static void blanks_around_are_ignored(void **state) {
  (void)state;
  assert_same_measure(" dBm ", "dBm");
}

static void length_and_nesting_are_limited(void **state) {
  (void)state;
  hermes_unit parsed;
  char deep[] = "((((((((((((((((((m))))))))))))))))))";
  assert_refused(deep, "more than 16 nested parentheses");
  char longest[4096];
  memset(longest, 'm', sizeof longest);
  assert_false(hermes_unit_parse(&BUILTIN, longest, sizeof longest, &parsed, NULL, 0));
  assert_refused("Ym^999", "`Ym^999` means nothing: an exponent leaves its range, or is no "
                           "multiple of 1/60");
  assert_refused("Ym^99", "`Ym^99` means nothing: its size leaves the range of numbers");
}

/* Every byte sequence is safe, and what parses can be spelt and read back. */
static void any_bytes_are_safe(void **state) {
  (void)state;
  static const char ALPHABET[] = "dBmWHzskMGVKR/E*^()-12%bit\xc2\xb5\xb0 \0uA";
  uint64_t random = 42;
  for (int round = 0; round < 200000; round++) {
    char text[24], error[80], spelt[HERMES_UNIT_TEXT];
    hermes_unit parsed, again;
    size_t length = (random >> 33) % sizeof text;
    for (size_t i = 0; i < length; i++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      text[i] = ALPHABET[(random >> 33) % (sizeof ALPHABET - 1)];
    }
    random = random * 6364136223846793005u + 1442695040888963407u;
    if (!hermes_unit_parse(&BUILTIN, text, length, &parsed, error, sizeof error)) continue;
    hermes_unit_spell(&BUILTIN, &parsed.dimension, parsed.scale, spelt, sizeof spelt);
    assert_true(isfinite(parsed.factor) && parsed.factor > 0 && isfinite(parsed.offset));
    if (!hermes_unit_parse(&BUILTIN, spelt, strlen(spelt), &again, error, sizeof error)) {
      fail_msg("%.*s spelt %s: %s", (int)length, text, spelt, error);
    }
    assert_true(hermes_dimension_equal(&parsed.dimension, &again.dimension));
    bool level_of_ratio =
        parsed.scale == HERMES_LEVEL && hermes_dimension_is_one(&parsed.dimension);
    assert_true(parsed.scale == again.scale || level_of_ratio);
  }
}

static void a_spelling_is_familiar_and_reads_back(void **state) {
  (void)state;
  static const struct {
    const char *text, *spelt;
  } SPELLINGS[] = {
      {"1", "1"},
      {"%", "1"},
      {"mm", "m"},
      {"km^2", "m^2"},
      {"kHz", "Hz"},
      {"1/s", "Hz"},
      {"mW", "W"},
      {"Mbit/s", "bit/s"},
      {"bit/s/Hz", "bit"},
      {"kg*m/s^2", "N"},
      {"kWh", "J"},
      {"W/RE", "W/RE"},
      {"Hz/RE", "Hz/RE"},
      {"kHz/PRB", "Hz/PRB"},
      {"bit/s/RE", "bit/s/RE"},
      {"bit/J", "bit/J"},
      {"J/bit", "J/bit"},
      {"V/m", "V/m"},
      {"W/m^2", "W/m^2"},
      {"km/h", "m/s"},
      {"m^(1/2)", "m^(1/2)"},
      {"1/km", "1/m"},
      {"1/km^2", "1/m^2"},
      {"bit/s/m^2", "bit/s/m^2"},
      {"J/K", "J/K"},
      {"deg", "rad"},
      {"g", "kg"},
      {"dBm", "dBm"},
      {"dBW", "dBm"},
      {"dBm/RE", "dBm/RE"},
      {"dBm/MHz", "dBm/Hz"},
      {"dBm/Hz/RE", "dBm/Hz/RE"},
      {"dBHz", "dBHz"},
      {"dBK", "dBK"},
      {"dBsm", "dBsm"},
      {"dBuV", "dBV"},
      {"dBuV/m", "dBuV/m"},
      {"dB(m/s)", "dB(m/s)"},
      {"dB(bit/s)", "dB(bit/s)"},
      {"dB(m)", "dB(m)"},
      {"dBW/K", "dBm/K"},
      {"dBW/K/Hz", "dBm/Hz/K"},
      {"dB(V/s)", "dB(V/s)"},
      {"dBi", "dB"},
      {"dB/km", "dB/m"},
      {"dB/K", "dB/K"},
      {"dB/deg", "dB/rad"},
      {"degC", "degC"},
  };
  for (size_t i = 0; i < sizeof SPELLINGS / sizeof *SPELLINGS; i++) {
    assert_spelt(SPELLINGS[i].text, SPELLINGS[i].spelt);
  }
}

static void a_spelling_that_does_not_fit_is_cut_and_terminated(void **state) {
  (void)state;
  hermes_unit parsed = unit("dBm/Hz/RE");
  char small[4];
  hermes_unit_spell(&BUILTIN, &parsed.dimension, parsed.scale, small, sizeof small);
  assert_string_equal(small, "dBm");
  hermes_unit_spell(&BUILTIN, &parsed.dimension, parsed.scale, small, 0);
}

static void a_declared_unit_counts_and_spells_by_its_name(void **state) {
  (void)state;
  hermes_unit_system system = {0};
  hermes_unit parsed;
  char spelt[HERMES_UNIT_TEXT];
  assert_true(hermes_unit_declare(&system, "user"));
  assert_true(hermes_unit_symbol(&system, "user", 4));
  assert_false(hermes_unit_symbol(&system, "kuser", 5));
  assert_true(hermes_unit_parse(&system, "Mbit/s/user", 11, &parsed, NULL, 0));
  hermes_unit_spell(&system, &parsed.dimension, parsed.scale, spelt, sizeof spelt);
  assert_string_equal(spelt, "bit/s/user");
  assert_true(hermes_unit_parse(&system, "user/s", 6, &parsed, NULL, 0));
  hermes_unit_spell(&system, &parsed.dimension, parsed.scale, spelt, sizeof spelt);
  assert_string_equal(spelt, "user/s");
}

static void a_declared_unit_needs_a_free_name_and_a_free_base(void **state) {
  (void)state;
  hermes_unit_system system = {0};
  assert_true(hermes_unit_declare(&system, "user"));
  assert_false(hermes_unit_declare(&system, "user"));
  assert_false(hermes_unit_declare(&system, "km"));
  assert_false(hermes_unit_declare(&system, "dBm"));
  assert_false(hermes_unit_declare(&system, "2fast"));
  assert_false(hermes_unit_declare(&system, ""));
  assert_false(hermes_unit_declare(&system, "a b"));
  for (int i = 1; i < HERMES_BASES - HERMES_BUILTIN_BASES; i++) {
    char name[HERMES_UNIT_TEXT];
    snprintf(name, sizeof name, "thing_%d", i);
    assert_true(hermes_unit_declare(&system, name));
  }
  assert_false(hermes_unit_declare(&system, "straw"));
}

static void quantities_have_names(void **state) {
  (void)state;
  static const char *const NAMES[][2] = {
      {"W", "power"},
      {"Hz", "frequency"},
      {"m", "length"},
      {"W/RE", "power per resource element"},
      {"1", "ratio"},
      {"m^7", ""},
      {"J", "energy or power per frequency"},
  };
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    hermes_unit parsed = unit(NAMES[i][0]);
    assert_string_equal(hermes_dimension_name(&parsed.dimension), NAMES[i][1]);
  }
}

static void a_slip_is_answered_with_the_unit_that_was_meant(void **state) {
  (void)state;
  static const char *const SLIPS[][2] = {
      {"Mhz", "MHz"},     {"mhz", "MHz"},     {"mHz", "MHz"},     {"KHz", "kHz"},
      {"mbit", "Mbit"},   {"dbm", "dBm"},     {"DB", "dB"},       {"Mbps", "Mbit/s"},
      {"kbps", "kbit/s"}, {"bps", "bit/s"},   {"Gbps", "Gbit/s"}, {"sec", "s"},
      {"hours", "h"},     {"degrees", "deg"}, {"watt", "W"},      {"meters", "m"},
      {"percent", "%"},   {"PRBs", "PRB"},    {"m2", "m^2"},      {"km\u00b2", "km^2"},
      {"kwh", "kWh"},     {"GHzz", "GHz"},    {"dBmW", "dBm"},    {"\u00b5sec", NULL},
      {"x", NULL},        {"parsec", NULL},   {"", NULL},
  };
  for (size_t i = 0; i < sizeof SLIPS / sizeof *SLIPS; i++) {
    char answer[HERMES_UNIT_TEXT] = "";
    bool found =
        hermes_unit_suggest(&BUILTIN, SLIPS[i][0], strlen(SLIPS[i][0]), answer, sizeof answer);
    if (found != (SLIPS[i][1] != NULL)) fail_msg("%s: %s", SLIPS[i][0], answer);
    if (found) assert_string_equal(answer, SLIPS[i][1]);
  }
}

static void a_suggestion_knows_declared_units(void **state) {
  (void)state;
  hermes_unit_system system = {0};
  char answer[HERMES_UNIT_TEXT];
  assert_true(hermes_unit_declare(&system, "user"));
  assert_true(hermes_unit_suggest(&system, "users", 5, answer, sizeof answer));
  assert_string_equal(answer, "user");
  assert_true(hermes_unit_suggest(&system, "usre", 4, answer, sizeof answer));
  assert_string_equal(answer, "user");
}

static void check_row(void *context, const char *symbol, const char *meaning, bool prefixes) {
  hermes_unit parsed = unit(symbol);
  assert_true(parsed.factor > 0);
  assert_true(strlen(meaning) > 0);
  if (!prefixes) return;
  char prefixed[HERMES_UNIT_TEXT];
  snprintf(prefixed, sizeof prefixed, "k%s", symbol);
  if (!hermes_unit_symbol(&BUILTIN, prefixed, strlen(prefixed))) prefixed[0] = 'm';
  hermes_unit with_prefix = unit(prefixed);
  assert_true(hermes_dimension_equal(&parsed.dimension, &with_prefix.dimension));
  ++*(int *)context;
}

/* No prefixed symbol hides behind another row: a prefix on any unit that takes it measures the
 * same. */
static void every_row_of_the_table_stands_for_itself(void **state) {
  (void)state;
  int prefixed = 0;
  hermes_unit_each(check_row, &prefixed);
  assert_true(prefixed > 10);
}

static void combining_works_in_place(void **state) {
  (void)state;
  hermes_unit level = unit("dBm"), hertz = unit("MHz"), same = unit("m");
  assert_true(hermes_unit_combine(&level, &hertz, -HERMES_POWER_ONE, &level));
  assert_true(level.offset == -60);
  assert_true(hermes_unit_combine(&same, &same, HERMES_POWER_ONE, &same));
  hermes_unit area = unit("m^2");
  assert_true(hermes_dimension_equal(&same.dimension, &area.dimension));
}

static void exponents_stay_in_range(void **state) {
  (void)state;
  hermes_unit big = unit("m^500");
  hermes_dimension before = big.dimension;
  assert_false(
      hermes_dimension_multiply(&big.dimension, &big.dimension, HERMES_POWER_ONE, &big.dimension));
  assert_true(hermes_dimension_equal(&before, &big.dimension));
  assert_false(hermes_dimension_multiply(&before, &before, INT32_MAX, &big.dimension));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_prefix_multiplies_exactly),
      cmocka_unit_test(a_quotient_of_decimals_is_the_nearest_double),
      cmocka_unit_test(the_whole_word_goes_before_a_prefix),
      cmocka_unit_test(a_prefix_that_nobody_wants_is_no_unit),
      cmocka_unit_test(signs_beyond_ascii_are_read),
      cmocka_unit_test(a_quotient_is_read_from_the_left),
      cmocka_unit_test(powers_are_rational),
      cmocka_unit_test(levels_share_a_dimension_and_differ_by_their_reference),
      cmocka_unit_test(level_over_frequency_is_a_level_per_frequency),
      cmocka_unit_test(gain_over_length_is_a_gain_per_length),
      cmocka_unit_test(gains_convert),
      cmocka_unit_test(celsius_is_a_point_on_the_scale_of_temperature),
      cmocka_unit_test(only_a_linear_unit_multiplies_or_divides),
      cmocka_unit_test(a_level_of_a_field_keeps_twenty_decibels_per_decade),
      cmocka_unit_test(a_level_needs_a_linear_reference_with_a_dimension),
      cmocka_unit_test(one_and_percent_are_units),
      cmocka_unit_test(broken_text_is_refused_with_one_sentence),
      cmocka_unit_test(blanks_around_are_ignored),
      cmocka_unit_test(length_and_nesting_are_limited),
      cmocka_unit_test(any_bytes_are_safe),
      cmocka_unit_test(a_spelling_is_familiar_and_reads_back),
      cmocka_unit_test(a_spelling_that_does_not_fit_is_cut_and_terminated),
      cmocka_unit_test(a_declared_unit_counts_and_spells_by_its_name),
      cmocka_unit_test(a_declared_unit_needs_a_free_name_and_a_free_base),
      cmocka_unit_test(quantities_have_names),
      cmocka_unit_test(a_slip_is_answered_with_the_unit_that_was_meant),
      cmocka_unit_test(a_suggestion_knows_declared_units),
      cmocka_unit_test(every_row_of_the_table_stands_for_itself),
      cmocka_unit_test(combining_works_in_place),
      cmocka_unit_test(exponents_stay_in_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
