/* What a run may do, and with which model. Keys, their kinds and limits stand in keys.def. No
 * message shows a text of the file: it may be the key. */
#include "client/configure.h"

#include "native/build.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_FILE_BYTES = 1 << 20 };

static const Configuration defaults = {
#define CONFIGURATION_KEY(name, kind, least, most, otherwise) .name = otherwise,
#include "client/keys.def"
};

/* ---- the keys ---- */

typedef enum KeyKind { KEY_TEXT, KEY_COUNT, KEY_NUMBER, KEY_TRUTH, KEY_ROLES } KeyKind;

typedef struct Key {
  const char *name;
  KeyKind kind;
  size_t field; /* of Configuration, or of RoleSetting */
  double least, most;
} Key;

typedef struct Keys {
  const Key *items;
  size_t count;
} Keys;

static const Key whole_keys[] = {
#define CONFIGURATION_KEY(name, kind, least, most, otherwise)                                      \
  {#name, KEY_##kind, offsetof(Configuration, name), least, most},
#include "client/keys.def"
};

static const Key role_keys[] = {
#define ROLE_KEY(name, kind, least, most)                                                          \
  {#name, KEY_##kind, offsetof(RoleSetting, name), least, most},
#include "client/keys.def"
};

enum {
  WHOLE_KEYS = sizeof whole_keys / sizeof *whole_keys,
  ROLE_KEYS = sizeof role_keys / sizeof *role_keys
};

static const Key *find_key(Keys keys, const char *name) {
  for (size_t i = 0; i < keys.count; i++)
    if (strcmp(keys.items[i].name, name) == 0) return &keys.items[i];
  return NULL;
}

/* ---- one file ---- */

typedef struct File {
  Arena *arena;
  const char *path;
  const char *text;
  Configuration *configuration;
  hermes_diagnostics *diagnostics;
} File;

static uint32_t line_at(const char *text, const char *at) {
  uint32_t line = 1;
  for (; text < at; text++) line += *text == '\n';
  return line;
}

/* Where a key first stands, or the file as a whole: lines are told, and never shown. */
static hermes_place place_of_key(const File *file, const char *name) {
  char *quoted = arena_format(file->arena, "\"%s\"", name);
  const char *at = strstr(file->text, quoted);
  return (hermes_place){.file = file->path, .line = at ? line_at(file->text, at) : 0, .column = 1};
}

static void complain_key(const File *file, Keys keys, const char *name, bool twice) {
  const char *names[WHOLE_KEYS];
  for (size_t i = 0; i < keys.count; i++) names[i] = keys.items[i].name;
  hermes_place place = place_of_key(file, name);
  hermes_diagnostic *d =
      hermes_report(file->diagnostics, HB0902, &place,
                    twice ? "the key `%s` stands there twice" : "unknown key `%s`", name);
  const char *nearest = twice ? NULL : hermes_nearest(name, names, keys.count);
  if (nearest) hermes_diagnostic_fact(&d->candidates, "%s", nearest);
}

static const char *kind_of(const cJSON *value) {
  return cJSON_IsString(value)   ? "a text"
         : cJSON_IsNumber(value) ? "a number"
         : cJSON_IsBool(value)   ? "true or false"
         : cJSON_IsArray(value)  ? "an array"
         : cJSON_IsObject(value) ? "an object"
                                 : "null";
}

static const char *expectation(Arena *arena, const Key *key) {
  switch (key->kind) {
  case KEY_TEXT: return "a text that is not empty";
  case KEY_TRUTH: return "true or false";
  case KEY_ROLES: return "an object: {\"coder\": {\"model\": .., \"temperature\": .., ..}, ..}";
  default:
    return arena_format(arena, "%s from %g to %g",
                        key->kind == KEY_COUNT ? "a whole number" : "a number", key->least,
                        key->most);
  }
}

static void complain_value(const File *file, const Key *key, const cJSON *value) {
  hermes_place place = place_of_key(file, value->string);
  hermes_diagnostic *d = hermes_report(file->diagnostics, HB0903, &place,
                                       "`%s` does not take this value", value->string);
  hermes_diagnostic_fact(&d->expected, "%s", expectation(file->arena, key));
  if (cJSON_IsNumber(value))
    hermes_diagnostic_fact(&d->actual, "%g", value->valuedouble);
  else
    hermes_diagnostic_fact(&d->actual, "%s", kind_of(value));
}

/* ---- values ---- */

static bool take_text(const File *file, const Key *key, const cJSON *value, void *field) {
  (void)key;
  const char *text = cJSON_GetStringValue(value);
  if (!text || !*text) return false;
  *(const char **)field = arena_copy(file->arena, text, strlen(text));
  return true;
}

static bool is_within(const Key *key, const cJSON *value) {
  return cJSON_IsNumber(value) && value->valuedouble >= key->least &&
         value->valuedouble <= key->most;
}

static bool take_count(const File *file, const Key *key, const cJSON *value, void *field) {
  (void)file;
  if (!is_within(key, value) || value->valuedouble != floor(value->valuedouble)) return false;
  *(long *)field = (long)value->valuedouble;
  return true;
}

void configure_count(Configuration *configuration, const char *name, long value,
                     hermes_diagnostics *diagnostics) {
  const Key *key = find_key((Keys){whole_keys, WHOLE_KEYS}, name);
  if ((double)value >= key->least && (double)value <= key->most) {
    *(long *)((char *)configuration + key->field) = value;
    return;
  }
  hermes_diagnostic *d =
      hermes_report(diagnostics, HB0804, NULL, "`--%s` cannot be `%ld`", name, value);
  hermes_diagnostic_fact(&d->expected, "a whole number from %g to %g", key->least, key->most);
}

static bool take_number(const File *file, const Key *key, const cJSON *value, void *field) {
  (void)file;
  if (!is_within(key, value)) return false;
  *(double *)field = value->valuedouble;
  return true;
}

static bool take_truth(const File *file, const Key *key, const cJSON *value, void *field) {
  (void)file;
  (void)key;
  if (!cJSON_IsBool(value)) return false;
  *(bool *)field = cJSON_IsTrue(value);
  return true;
}

static void take_object(const File *file, Keys keys, const cJSON *object, void *into);

static bool take_roles(const File *file, const Key *key, const cJSON *value, void *field) {
  RoleSetting *roles = field;
  const cJSON *role;
  int count = 0;
  if (!cJSON_IsObject(value)) return false;
  cJSON_ArrayForEach(role, value) {
    if (count == MOST_ROLES) return false;
    if (!cJSON_IsObject(role)) {
      complain_value(file, key, role);
      continue;
    }
    roles[count] = (RoleSetting){
        .role = arena_copy(file->arena, role->string, strlen(role->string)), .temperature = NAN};
    take_object(file, (Keys){role_keys, ROLE_KEYS}, role, &roles[count++]);
  }
  file->configuration->role_count = count;
  return true;
}

typedef bool TakeValue(const File *file, const Key *key, const cJSON *value, void *field);
static TakeValue *const take_value[] = {[KEY_TEXT] = take_text,
                                        [KEY_COUNT] = take_count,
                                        [KEY_NUMBER] = take_number,
                                        [KEY_TRUTH] = take_truth,
                                        [KEY_ROLES] = take_roles};

static void take_object(const File *file, Keys keys, const cJSON *object, void *into) {
  const cJSON *value;
  cJSON_ArrayForEach(value, object) {
    const Key *key = find_key(keys, value->string);
    bool twice = cJSON_GetObjectItemCaseSensitive(object, value->string) != value;
    if (!key || twice)
      complain_key(file, keys, value->string, twice);
    else if (!take_value[key->kind](file, key, value, (char *)into + key->field))
      complain_value(file, key, value);
  }
}

/* ---- reading it ---- */

/* $XDG_CONFIG_HOME where it is absolute (the standard says to pass over it otherwise), or
 * ~/.config; NULL where there is no home. */
static const char *default_path(Arena *arena) {
  const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
  if (xdg && *xdg == '/') return arena_format(arena, "%s/hermes/config.json", xdg);
  return home && *home == '/' ? arena_format(arena, "%s/.config/hermes/config.json", home) : NULL;
}

static void take_text_of_file(File *file, const Bytes *bytes) {
  file->text = arena_copy(file->arena, (const char *)bytes->data, bytes->size);
  const char *end = file->text;
  cJSON *whole = cJSON_ParseWithLengthOpts(file->text, bytes->size, &end, false);
  bool rest = whole && end[strspn(end, " \t\r\n")] != '\0';
  if (cJSON_IsObject(whole) && !rest)
    take_object(file, (Keys){whole_keys, WHOLE_KEYS}, whole, file->configuration);
  else
    hermes_report(
        file->diagnostics, HB0901,
        &(hermes_place){.file = file->path, .line = line_at(file->text, end), .column = 1},
        rest    ? "something stands behind the JSON object"
        : whole ? "the configuration is no JSON object"
                : "the configuration is no JSON from here on");
  cJSON_Delete(whole);
}

static void check_private(const File *file) {
  struct stat status;
  if (!file->configuration->api_key || stat(file->path, &status) != 0 ||
      (status.st_mode & (S_IRGRP | S_IROTH)) == 0)
    return;
  hermes_place place = place_of_key(file, "api_key");
  hermes_diagnostic_note(hermes_report(file->diagnostics, HB0905, &place,
                                       "others can read this file, and it holds the server's key"),
                         "chmod 600 %s", file->path);
}

/* `asked`: the user named it, so it must be there. */
static void read_file(File *file, bool asked) {
  char *real = realpath(file->path, NULL);
  Bytes bytes = {0};
  bool read = real && file_read(AT_FDCWD, real, MOST_FILE_BYTES, &bytes);
  int reason = errno;
  free(real);
  if (read) {
    take_text_of_file(file, &bytes);
    check_private(file);
  } else if (asked || (reason != ENOENT && reason != ENOTDIR)) {
    hermes_report(file->diagnostics, HB0901, &(hermes_place){.file = file->path},
                  "the configuration cannot be read: %s", strerror(reason));
  }
  free(bytes.data);
}

/* ---- the environment ---- */

static const struct {
  const char *ours, *shared; /* ours count for more than the file; the shared ones for less */
  size_t field;
} variables[] = {
    {"HERMES_BASE_URL", "OPENAI_BASE_URL", offsetof(Configuration, base_url)},
    {"HERMES_API_KEY", "OPENAI_API_KEY", offsetof(Configuration, api_key)},
    {"HERMES_MODEL", "OPENAI_MODEL", offsetof(Configuration, model)},
};

static const char *variable(Arena *arena, const char *name) {
  const char *text = getenv(name);
  return text && *text ? arena_copy(arena, text, strlen(text)) : NULL;
}

static void take_environment(Arena *arena, Configuration *configuration) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char **field = (const char **)(void *)((char *)configuration + variables[i].field);
    const char *ours = variable(arena, variables[i].ours);
    if (ours) *field = ours;
    if (!*field) *field = variable(arena, variables[i].shared);
  }
}

void forget_secrets(void) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    if (variables[i].field == offsetof(Configuration, api_key)) {
      unsetenv(variables[i].ours);
      unsetenv(variables[i].shared);
    }
}

/* ---- the whole ---- */

static bool is_plain(const char *text) {
  for (; *text; text++)
    if (*text <= ' ' || *text > '~') return false;
  return true;
}

/* What stands behind the scheme of an address, or NULL where it has neither of the two. */
static const char *behind_scheme(const char *url) {
  static const char *const schemes[] = {"http://", "https://"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0) return url + strlen(schemes[i]);
  return NULL;
}

static const char *wrong_address(const char *url) {
  const char *host = behind_scheme(url);
  if (!host || !*host || *host == '/' || !is_plain(url))
    return "an address as http://127.0.0.1:8080/v1 or https://models.example/v1";
  size_t length = strcspn(host, "/");
  if (memchr(host, '@', length)) return "an address without a password; the key stands in api_key";
  return strpbrk(host, "?#") ? "an address without ? and #; requests go to it + /chat/completions"
                             : NULL;
}

bool is_own_machine(const char *url) {
  static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
  const char *host = behind_scheme(url);
  for (size_t i = 0; host && i < sizeof hosts / sizeof *hosts; i++) {
    size_t length = strlen(hosts[i]);
    if (strncasecmp(host, hosts[i], length) == 0 && strchr(":/", host[length])) return true;
  }
  return false;
}

static void complain_setting(hermes_diagnostics *diagnostics, const char *key,
                             const char *expected) {
  hermes_diagnostic_fact(
      &hermes_report(diagnostics, HB0903, NULL, "`%s` does not take this value", key)->expected,
      "%s", expected);
}

/* What no single key shows, and what the environment may have brought. */
static void check_whole(const Configuration *c, hermes_diagnostics *diagnostics) {
  const char *wrong = c->base_url ? wrong_address(c->base_url) : NULL;
  if (wrong) complain_setting(diagnostics, "base_url", wrong);
  if (c->api_key && !is_plain(c->api_key))
    complain_setting(diagnostics, "api_key", "ASCII characters without blanks");
  if (c->max_cost > 0 && (isnan(c->price_input) || isnan(c->price_output)))
    complain_setting(diagnostics, "max_cost", "`price_input` and `price_output` beside it");
  if (wrong || !c->base_url || !c->api_key || strncasecmp(c->base_url, "http://", 7) != 0 ||
      is_own_machine(c->base_url))
    return;
  hermes_diagnostic_note(hermes_report(diagnostics, HB0905, NULL,
                                       "the key goes to another machine over http://, where all "
                                       "on the way can read it"),
                         "set `base_url` to an address that begins with https://");
}

bool configure(Arena *arena, const char *file, Configuration *configuration,
               hermes_diagnostics *diagnostics) {
  *configuration = defaults;
  size_t errors = diagnostics->errors;
  const char *path = file ? file : default_path(arena);
  File whole = {.arena = arena,
                .path = path,
                .text = "",
                .configuration = configuration,
                .diagnostics = diagnostics};
  if (path) read_file(&whole, file != NULL);
  take_environment(arena, configuration);
  forget_secrets();
  check_whole(configuration, diagnostics);
  return diagnostics->errors == errors;
}

const RoleSetting *role_setting(const Configuration *configuration, const char *role) {
  for (int i = 0; i < configuration->role_count; i++)
    if (strcmp(configuration->roles[i].role, role) == 0) return &configuration->roles[i];
  return NULL;
}
