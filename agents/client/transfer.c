/* Attempts at calls over the wire, side by side. The key goes into one header and nowhere else: no
 * redirect is followed, and no other protocol spoken. */
#include "client/transfer.h"

#include "client/retry.h"

#include <curl/curl.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct Wire {
  const Configuration *configuration;
  CURLM *multi;
  const char *address;
  Attempt *flying[MOST_PARALLEL];
  int count;
};

double wire_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Wire *wire_open(Arena *arena, const Configuration *configuration) {
  Wire *wire = ARENA_NEW(arena, Wire);
  wire->configuration = configuration;
  const char *base = configuration->base_url;
  int length = (int)strlen(base);
  while (length > 0 && base[length - 1] == '/') length--;
  wire->address = arena_format(arena, "%.*s/chat/completions", length, base);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return NULL;
  wire->multi = curl_multi_init();
  if (wire->multi) return wire;
  curl_global_cleanup();
  return NULL;
}

void wire_close(Wire *wire) {
  if (!wire) return;
  while (wire->count > 0) wire_cancel(wire, wire->flying[0]);
  curl_multi_cleanup(wire->multi);
  curl_global_cleanup();
}

/* ---- what comes ---- */

/* The value of a header of this name, or NULL. */
static const char *header_value(Arena *arena, const char *line, size_t length, const char *name) {
  size_t skip = strlen(name);
  if (length <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':') return NULL;
  const char *from = line + skip + 1, *end = line + length;
  while (from < end && strchr(" \t", *from)) from++;
  while (end > from && strchr(" \t\r\n", end[-1])) end--;
  return arena_copy(arena, from, (size_t)(end - from));
}

/* A new status line: what an interim reply said counts no more. */
static void forget_headers(Attempt *attempt) {
  attempt->retry_after = NAN;
  attempt->content_type = attempt->location = NULL;
}

static size_t take_header(char *line, size_t one, size_t length, void *context) {
  Attempt *attempt = context;
  attempt->header_bytes += one * length;
  if (attempt->header_bytes > MOST_HEADER_BYTES) return 0;
  if (length > 5 && strncmp(line, "HTTP/", 5) == 0) forget_headers(attempt);
  const char *value = header_value(attempt->arena, line, length, "Retry-After");
  if (value) attempt->retry_after = retry_after(value, time(NULL));
  if ((value = header_value(attempt->arena, line, length, "Content-Type")))
    attempt->content_type = value;
  if ((value = header_value(attempt->arena, line, length, "Location"))) attempt->location = value;
  return one * length;
}

static bool is_event_stream(const Attempt *attempt, const char *bytes, size_t length) {
  static const char type[] = "text/event-stream";
  if (attempt->content_type) return strncasecmp(attempt->content_type, type, sizeof type - 1) == 0;
  return length > 0 && (*bytes == 'd' || *bytes == ':'); /* data: or a comment, of no said type */
}

/* The status is known once the body begins. */
static void begin_body(Attempt *attempt, const char *bytes, size_t length) {
  attempt->begun = true;
  curl_easy_getinfo(attempt->handle, CURLINFO_RESPONSE_CODE, &attempt->status);
  reading_begin(&attempt->reading, attempt->arena, is_event_stream(attempt, bytes, length));
}

static size_t take_body(char *bytes, size_t one, size_t length, void *context) {
  Attempt *attempt = context;
  attempt->last_byte = wire_clock();
  if (!attempt->begun) begin_body(attempt, bytes, length);
  if (attempt->status == 200) return reading_take(&attempt->reading, bytes, length) ? length : 0;
  size_t room = MOST_ERROR_BYTES - attempt->error.length;
  text_add(attempt->arena, &attempt->error, bytes, length < room ? length : room);
  return length < room ? one * length : 0;
}

/* ---- one attempt ---- */

static struct curl_slist *make_headers(const Wire *wire, Arena *arena) {
  struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Accept: application/json, text/event-stream");
  headers = curl_slist_append(headers, "Expect:"); /* no waiting for "100 Continue" */
  const char *key = wire->configuration->api_key;
  if (!key) return headers;
  return curl_slist_append(headers, arena_format(arena, "Authorization: Bearer %s", key));
}

static long milliseconds(double seconds) {
  return seconds < 1e6 ? (long)fmax(1, seconds * 1000) : 1000000000L;
}

static void set_options(const Wire *wire, Attempt *attempt) {
  const Configuration *configuration = wire->configuration;
  CURL *handle = attempt->handle;
  curl_easy_setopt(handle, CURLOPT_URL, wire->address);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, attempt->body);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(attempt->body));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, attempt->headers);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "hermes/" HERMES_VERSION);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  if (is_own_machine(wire->address)) curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(configuration->connect_timeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(configuration->timeout));
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, attempt);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, attempt);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, attempt->message);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, attempt);
}

Attempt *wire_start(Wire *wire, Arena *arena, const char *body, void *owner) {
  CURL *handle = wire->count < MOST_PARALLEL ? curl_easy_init() : NULL;
  if (!handle) return NULL;
  Attempt *attempt = ARENA_NEW(arena, Attempt);
  *attempt = (Attempt){.body = body, .owner = owner, .arena = arena, .handle = handle};
  forget_headers(attempt);
  attempt->headers = make_headers(wire, arena);
  set_options(wire, attempt);
  wire->flying[wire->count++] = attempt;
  curl_multi_add_handle(wire->multi, handle);
  return attempt;
}

static void land(Wire *wire, Attempt *attempt) {
  int at = 0;
  while (wire->flying[at] != attempt) at++;
  wire->flying[at] = wire->flying[--wire->count];
  curl_multi_remove_handle(wire->multi, attempt->handle);
  curl_easy_cleanup(attempt->handle);
  curl_slist_free_all(attempt->headers);
  attempt->handle = attempt->headers = NULL;
}

void wire_cancel(Wire *wire, Attempt *attempt) {
  land(wire, attempt);
}

/* ---- how it ended ---- */

static bool is_unreached(CURLcode code) {
  static const CURLcode codes[] = {CURLE_COULDNT_RESOLVE_HOST,     CURLE_COULDNT_RESOLVE_PROXY,
                                   CURLE_COULDNT_CONNECT,          CURLE_SSL_CONNECT_ERROR,
                                   CURLE_PEER_FAILED_VERIFICATION, CURLE_URL_MALFORMAT,
                                   CURLE_UNSUPPORTED_PROTOCOL};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (codes[i] == code) return true;
  return false;
}

static WireEnd end_of(const Attempt *attempt, CURLcode code) {
  double connected = 0;
  curl_easy_getinfo(attempt->handle, CURLINFO_PRETRANSFER_TIME, &connected);
  bool enough = attempt->begun &&
                (attempt->status != 200 ? attempt->error.length > 0 : attempt->reading.done);
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && enough)) return WIRE_WHOLE;
  if (attempt->header_bytes > MOST_HEADER_BYTES) return WIRE_OVERFLOW;
  if (code == CURLE_OPERATION_TIMEDOUT) return connected > 0 ? WIRE_LATE : WIRE_UNREACHED;
  return is_unreached(code) ? WIRE_UNREACHED : WIRE_CUT;
}

static Attempt *finish(Wire *wire, Attempt *attempt, WireEnd end, const char *detail) {
  attempt->end = end;
  attempt->detail = arena_copy(attempt->arena, detail, strlen(detail));
  curl_easy_getinfo(attempt->handle, CURLINFO_RESPONSE_CODE, &attempt->status);
  if (!attempt->begun) reading_begin(&attempt->reading, attempt->arena, false);
  if (end == WIRE_WHOLE && attempt->status == 200) reading_end(&attempt->reading);
  land(wire, attempt);
  return attempt;
}

static Attempt *next_ended(Wire *wire) {
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(wire->multi, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    Attempt *attempt;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&attempt);
    CURLcode code = message->data.result;
    const char *detail = *attempt->message ? attempt->message : curl_easy_strerror(code);
    return finish(wire, attempt, end_of(attempt, code), detail);
  }
  return NULL;
}

static Attempt *next_stalled(Wire *wire) {
  double latest = wire_clock() - wire->configuration->stall;
  for (int i = 0; i < wire->count; i++)
    if (wire->flying[i]->last_byte > 0 && wire->flying[i]->last_byte < latest)
      return finish(wire, wire->flying[i], WIRE_STALLED, "no byte came");
  return NULL;
}

Attempt *wire_wait(Wire *wire, double seconds) {
  int running;
  curl_multi_perform(wire->multi, &running);
  Attempt *ended = next_ended(wire);
  if (ended) return ended;
  curl_multi_poll(wire->multi, NULL, 0, (int)milliseconds(seconds), NULL);
  curl_multi_perform(wire->multi, &running);
  ended = next_ended(wire);
  return ended ? ended : next_stalled(wire);
}
