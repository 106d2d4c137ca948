/* A small twin written by hand, for tests of the commands: three cells, four UEs, two hours.
 *
 *   input  bandwidth : MHz = 20 MHz;
 *   policy offset[cell] : dB in -6 dB .. 6 dB step 1 dB = 0 dB;   sleep[cell, hour] : bool = false;
 *          mode : {eco, full} = full;   home : cell = c1;
 *          ttt : ms in {40 ms, 80 ms, 160 ms} = 160 ms;
 *   rx[ue, cell] : dBm,  server[ue] : cell (awake in the first hour),  best[ue] : dBm
 *   kpi weakest : dBm,  covered : %,  energy : W (100 W for each cell awake, 50 W in mode eco)
 *   goal maximize weakest, minimize energy subject to covered >= 50 %;
 *   expect: more power never weakens a signal; and mode is not eco.
 */
#ifndef HERMES_SMALL_TWIN_H
#define HERMES_SMALL_TWIN_H

#include "temporary.h"

#include <hermes/compute.h>
#include <hermes/twin.h>

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

enum {
  CELL, UE, HOUR, PATH,
  TX = 0, DEMAND, GAIN, BANDWIDTH, OFFSET, SLEEP, MODE, HOME, TTT, RX, SERVER, BEST, WEAKEST,
  COVERED, ENERGY, BOUND, ACTIVITY,
};

static const char small_description[] =
    "{\"abi\":3,\"hermes\":\"0.1.0\",\"blueprint\":{\"name\":\"small\",\"doc\":\"A small twin.\","
    "\"file\":\"small.hbp\",\"sha256\":\"0123456789abcdef\",\"units\":[]},\"tables\":["
    "{\"name\":\"cell\",\"doc\":\"\",\"source\":\"cells.csv\",\"index\":[0],\"sparse\":false,"
    "\"columns\":[0]},{\"name\":\"ue\",\"doc\":\"\",\"source\":\"ues.csv\",\"index\":[1],"
    "\"sparse\":false,\"columns\":[1]},{\"name\":\"hour\",\"doc\":\"\",\"source\":\"hours.csv\","
    "\"index\":[2],\"sparse\":false,\"columns\":[16]},{\"name\":\"path\",\"doc\":\"\","
    "\"source\":\"gain.csv\",\"index\":[1,0],\"sparse\":false,\"columns\":[2]}],\"slots\":["
#define COLUMN(name, unit, index, table)                                                           \
  "{\"name\":\"" name "\",\"role\":\"column\",\"kind\":\"real\",\"unit\":\"" unit                  \
  "\",\"index\":" index ",\"doc\":\"\",\"line\":1,\"table\":" table                                \
  ",\"integer\":false,\"default\":null,\"or_missing\":false,\"domain\":null},"
#define VALUE(name, role, kind, index, rest)                                                       \
  "{\"name\":\"" name "\",\"role\":\"" role "\",\"kind\":\"" kind "\",\"index\":" index            \
  ",\"doc\":\"\",\"line\":1" rest "}"
#define POLICY_STAGE ",\"stage\":[\"policy\"]"
    COLUMN("tx_power", "dBm", "[0]", "0") COLUMN("demand", "Mbit/s", "[1]", "1")
    COLUMN("gain", "dB", "[1,0]", "3")
    VALUE("bandwidth", "input", "real", "[]",
          ",\"unit\":\"MHz\",\"required\":false,\"integer\":false,\"domain\":null") ","
    VALUE("offset", "policy", "real", "[0]",
          ",\"unit\":\"dB\",\"integer\":false,\"domain\":{\"low\":-6,\"high\":6,\"open\":false,"
          "\"step\":1}") ","
    VALUE("sleep", "policy", "bool", "[0,2]", "") ","
    VALUE("mode", "policy", "enum", "[]", ",\"labels\":[\"eco\",\"full\"]") ","
    VALUE("home", "policy", "ref", "[]", ",\"refers\":0") ","
    VALUE("ttt", "policy", "real", "[]",
          ",\"unit\":\"ms\",\"integer\":false,\"domain\":{\"values\":[40,80,160]}") ","
    VALUE("rx", "out", "real", "[1,0]", ",\"unit\":\"dBm\",\"block\":0" POLICY_STAGE) ","
    VALUE("server", "out", "ref", "[1]", ",\"refers\":0,\"block\":1" POLICY_STAGE) ","
    VALUE("best", "out", "real", "[1]", ",\"unit\":\"dBm\",\"block\":1" POLICY_STAGE) ","
    VALUE("weakest", "kpi", "real", "[]", ",\"unit\":\"dBm\"" POLICY_STAGE) ","
    VALUE("covered", "kpi", "real", "[]", ",\"unit\":\"%\"" POLICY_STAGE) ","
    VALUE("energy", "kpi", "real", "[]", ",\"unit\":\"W\"" POLICY_STAGE) ","
    VALUE("bound_0", "bound", "real", "[]", ",\"unit\":\"%\",\"stage\":[]") ","
    "{\"name\":\"activity\",\"role\":\"column\",\"kind\":\"real\",\"unit\":\"%\",\"index\":[2],"
    "\"doc\":\"\",\"line\":1,\"table\":2,\"integer\":false,\"default\":null,\"or_missing\":false,"
    "\"domain\":null}],\"blocks\":["
    "{\"name\":\"received\",\"kind\":\"operational\",\"doc\":\"Power arrives.\",\"line\":1},"
    "{\"name\":\"serving\",\"kind\":\"functional\",\"doc\":\"The best serves.\",\"line\":2}],"
    "\"inputs\":[3],\"policies\":[4,5,6,7,8],\"kpis\":[12,13,14],\"goal\":{\"objectives\":["
    "{\"kpi\":0,\"direction\":\"maximize\"},{\"kpi\":2,\"direction\":\"minimize\"}],"
    "\"constraints\":[{\"kpi\":1,\"relation\":\">=\",\"bound\":15}]},\"expects\":["
    "{\"doc\":\"more power never weakens a signal\",\"line\":61,\"variables\":[\"c\"],"
    "\"index\":[0],\"varies\":true,\"varies_input\":false,\"asserts\":[{\"relation\":\">=\","
    "\"kind\":\"real\",\"unit\":\"dBm\",\"variables\":[\"u\"],\"index\":[1],\"line\":63,"
    "\"within\":null}]},{\"doc\":\"energy is at full mode\",\"line\":70,\"variables\":[],"
    "\"index\":[],\"varies\":false,\"varies_input\":false,\"asserts\":[{\"relation\":\">=\","
    "\"kind\":\"real\",\"unit\":\"W\",\"variables\":[],\"index\":[],\"line\":71,"
    "\"within\":null}]}],\"work\":[]}";

/* ---- what it computes ---- */

static double *small_real(const hermes_frame *frame, int slot) {
  return frame->slot[slot];
}

static int32_t *small_whole(const hermes_frame *frame, int slot) {
  return frame->slot[slot];
}

static void small_defaults(hermes_frame *frame) {
  memset(frame->slot[OFFSET], 0, frame->rows[CELL] * sizeof(double));
  memset(frame->slot[SLEEP], 0, frame->rows[CELL] * frame->rows[HOUR] * sizeof(int32_t));
  *small_whole(frame, MODE) = 1;
  *small_whole(frame, HOME) = 0;
  *small_real(frame, TTT) = 160e-3;
}

static bool small_is_awake(const hermes_frame *frame, size_t cell) {
  return !small_whole(frame, SLEEP)[cell * frame->rows[HOUR]];
}

static int small_serve(hermes_frame *frame, size_t ue) {
  size_t cells = frame->rows[CELL];
  int32_t *server = &small_whole(frame, SERVER)[ue];
  double *best = &small_real(frame, BEST)[ue], *rx = small_real(frame, RX) + ue * cells;
  *server = -1;
  for (size_t c = 0; c < cells; c++) {
    rx[c] = small_real(frame, TX)[c] + small_real(frame, OFFSET)[c] +
            small_real(frame, GAIN)[ue * cells + c];
    if (!small_is_awake(frame, c) || (*server >= 0 && rx[c] <= *best)) continue;
    *server = (int32_t)c;
    *best = rx[c];
  }
  if (*server >= 0) return 0;
  frame->fault = (hermes_fault){HERMES_EMPTY_REDUCTION, SERVER, 2, {ue}, 0};
  return 1;
}

static void small_kpis(hermes_frame *frame) {
  double weakest = INFINITY, covered = 0, awake = 0;
  for (size_t u = 0; u < frame->rows[UE]; u++) {
    double best = small_real(frame, BEST)[u];
    weakest = fmin(weakest, best);
    covered += best >= -100;
  }
  for (size_t c = 0; c < frame->rows[CELL]; c++) awake += small_is_awake(frame, c);
  *small_real(frame, WEAKEST) = weakest;
  *small_real(frame, COVERED) = covered / (double)frame->rows[UE];
  *small_real(frame, ENERGY) = awake * (*small_whole(frame, MODE) ? 100e3 : 50e3);
}

static int small_compute(void *context, hermes_frame *frame, hermes_step step) {
  (void)context;
  if (step == HERMES_INPUTS) *small_real(frame, BANDWIDTH) = 20e6;
  if (step == HERMES_POLICIES) small_defaults(frame);
  if (step == HERMES_PREPARE) *small_real(frame, BOUND) = 0.5;
  if (step != HERMES_EVALUATE) return 0;
  for (size_t u = 0; u < frame->rows[UE]; u++)
    if (small_serve(frame, u)) return 1;
  small_kpis(frame);
  return 0;
}

static int small_vary(void *context, int expect, const size_t *row, const hermes_frame *before,
                      hermes_frame *frame) {
  (void)context, (void)before;
  if (expect == 0) small_real(frame, OFFSET)[row[0]] += 3;
  return 1;
}

static int small_assess(void *context, int expect, const size_t *row, const hermes_frame *before,
                        hermes_frame *frame, hermes_verdict *verdicts) {
  (void)context;
  if (expect == 1)
    hermes_verdict_take(verdicts, HERMES_GREATER_EQUAL, 0, 0, *small_real(frame, ENERGY), 300e3,
                        NULL, 0);
  for (size_t u = 0; expect == 0 && u < frame->rows[UE]; u++) {
    size_t at = u * frame->rows[CELL] + row[0];
    hermes_verdict_take(verdicts, HERMES_GREATER_EQUAL, 1, 0, small_real(frame, RX)[at],
                        small_real(before, RX)[at], &u, 1);
  }
  return 0;
}

static inline hermes_model small_model_of(const char *description) {
  return (hermes_model){.abi = HERMES_ABI,
                        .description = (const unsigned char *)description,
                        .description_size = strlen(description),
                        .compute = small_compute,
                        .vary = small_vary,
                        .assess = small_assess};
}

/* ---- its data, and the commands over them ---- */

typedef struct small_place {
  temporary *directory;
  char before[4096]; /* where the test was started */
} small_place;

/* Makes an empty directory with the tables in data/, and goes there. */
static inline int small_enter(void **state) {
  small_place *place = calloc(1, sizeof *place);
  void *directory;
  if (!place || temporary_setup(&directory) || !getcwd(place->before, sizeof place->before))
    return -1;
  place->directory = directory;
  *state = place;
  if (chdir(place->directory->directory) || mkdir("data", 0777)) return -1;
  const temporary *here = place->directory;
  write_text(here, "data/cells.csv", "cell,tx_power\nc1,43\nc2,40\n\"c,3\",46\n");
  write_text(here, "data/ues.csv", "ue,demand\nu1,1\nu2,2\nu3,3\nu4,4\n");
  write_text(here, "data/hours.csv", "hour,activity\nh1,100\nh2,50\n");
  write_text(here, "data/gain.csv", "ue,cell,gain\n"
                                    "u1,c1,-120\nu1,c2,-130\nu1,\"c,3\",-150\n"
                                    "u2,c1,-150\nu2,c2,-125\nu2,\"c,3\",-135\n"
                                    "u3,c1,-140\nu3,c2,-150\nu3,\"c,3\",-130\n"
                                    "u4,c1,-160\nu4,c2,-155\nu4,\"c,3\",-149\n");
  return 0;
}

static inline int small_leave(void **state) {
  small_place *place = *state;
  int gone = chdir(place->before);
  void *directory = place->directory;
  free(place);
  return temporary_teardown(&directory) || gone;
}

static inline void small_write(void **state, const char *name, const char *text) {
  small_place *place = *state;
  write_text(place->directory, name, text);
}

/* What a file holds, to be freed. */
static inline char *small_read(const char *name) {
  enum { MOST = 1 << 20 };
  FILE *in = fopen(name, "rb");
  char *text = calloc(1, MOST);
  assert_non_null(in);
  assert_non_null(text);
  text[fread(text, 1, MOST - 1, in)] = '\0';
  fclose(in);
  return text;
}

static inline bool small_holds(const char *name, const char *part) {
  char *text = small_read(name);
  bool holds = strstr(text, part) != NULL;
  if (!holds) print_message("%s does not hold %s:\n%s\n", name, part, text);
  free(text);
  return holds;
}

static inline int small_redirect(int stream, const char *name) {
  int before = dup(stream), file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  assert_true(before >= 0 && file >= 0);
  dup2(file, stream);
  close(file);
  return before;
}

static inline void small_restore(int stream, int before) {
  dup2(before, stream);
  close(before);
}

/* One call of the program over a description, with its streams in the files `out` and `err`. */
static inline int small_call(const char *description, char **words) {
  hermes_model model = small_model_of(description);
  int count = 0;
  while (words[count]) count++;
  fflush(NULL);
  int out = small_redirect(STDOUT_FILENO, "out"), err = small_redirect(STDERR_FILENO, "err");
  hermes_interface interface = hermes_interface_of(&model); /* this process is no twin alone */
  int code = hermes_twin_main(&interface, count, words);
  fflush(NULL);
  small_restore(STDOUT_FILENO, out);
  small_restore(STDERR_FILENO, err);
  return code;
}

#define CALL(...) small_call(small_description, (char *[]){"ndt", __VA_ARGS__, NULL})
#define SMALL_TEST(test) cmocka_unit_test_setup_teardown(test, small_enter, small_leave)

#endif
