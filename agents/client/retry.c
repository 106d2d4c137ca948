/* When a call is asked again, and how long to wait before. */
#include "client/retry.h"

#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double first_delay = 0.5; /* seconds */
enum { MOST_DOUBLINGS = 16 };

bool retry_helps(long status) {
  static const long passing[] = {408, 409, 429};
  for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
    if (passing[i] == status) return true;
  return status >= 500 && status < 600;
}

double retry_after(const char *value, time_t now) {
  char *end;
  double seconds = strtod(value, &end);
  bool number = end != value && end[strspn(end, " \t")] == '\0';
  if (number) return isfinite(seconds) ? fmax(seconds, 0) : NAN;
  time_t date = curl_getdate(value, NULL);
  return date == -1 ? NAN : fmax(difftime(date, now), 0);
}

double retry_delay(int failed, double asked, double longest, double chance) {
  if (!isnan(asked)) return fmin(asked, longest);
  int doublings = failed - 1 < MOST_DOUBLINGS ? failed - 1 : MOST_DOUBLINGS;
  return fmin(ldexp(first_delay, doublings), longest) * (1 - chance / 2);
}
