/* One line that tells what is on its way: "coarse, coarse: 12 s, about 840 tokens". */
#include "client/call.h"

#include <stdio.h>

enum { LINE = 79 };

/* Adds to a line of LINE bytes; what has no room is left out. */
static int add(char *line, int length, const char *text) {
  int more = snprintf(line + length, (size_t)(LINE - length), "%s", text);
  return length + more < LINE ? length + more : length;
}

void show_progress(const Chat *chat, const Call *calls, int count) {
  if (!chat->manner.progress) return;
  char line[LINE + 1] = "", rest[LINE + 1];
  int length = 0, flying = 0;
  double longest = 0;
  size_t bytes = 0;
  for (int i = 0; i < count; i++) {
    if (calls[i].state != CALL_FLYING) continue;
    if (flying++ > 0) length = add(line, length, ", ");
    length = add(line, length, calls[i].question.request->role);
    bytes += calls[i].attempt->reading.content.length;
    double seconds = wire_clock() - calls[i].began;
    longest = seconds > longest ? seconds : longest;
  }
  snprintf(rest, sizeof rest, ": %.0f s, about %ld tokens", longest, estimated_tokens(bytes));
  if (flying == 0) snprintf(rest, sizeof rest, "waiting to ask again");
  fprintf(chat->manner.progress, "\r\033[K%.48s%s", line, rest);
  fflush(chat->manner.progress);
}

void clear_progress(const Chat *chat) {
  if (!chat->manner.progress) return;
  fputs("\r\033[K", chat->manner.progress);
  fflush(chat->manner.progress);
}
