/* Attempts at calls over the wire, side by side (libcurl's multi handle). */
#ifndef HERMES_TRANSFER_H
#define HERMES_TRANSFER_H

#include "client/configure.h"
#include "client/stream.h"

enum {
  MOST_HEADER_BYTES = 64 << 10, /* of one reply */
  MOST_ERROR_BYTES = 64 << 10,  /* of a reply that says what is wrong */
};

/* How an attempt ended, on the wire. */
typedef enum WireEnd {
  WIRE_WHOLE,     /* the reply came to its end, or to where no more is wanted */
  WIRE_UNREACHED, /* there was no connection */
  WIRE_CUT,       /* it was lost */
  WIRE_LATE,      /* the time was over */
  WIRE_STALLED,   /* the reply had begun, and no byte came */
  WIRE_OVERFLOW,  /* headers without an end */
} WireEnd;

typedef struct Attempt {
  /* what is asked */
  const char *body; /* JSON */
  void *owner;
  /* what came: once wire_wait has returned it */
  WireEnd end;
  const char *detail; /* what libcurl says of it */
  long status;        /* 0: none came */
  double retry_after; /* NaN: not said */
  const char *content_type, *location;
  Reading reading; /* of a reply with status 200 */
  Text error;      /* of any other: its body */
  /* on the way */
  Arena *arena;
  void *handle, *headers;
  double last_byte; /* of the clock; 0: nothing yet */
  size_t header_bytes;
  bool begun; /* the body has */
  char message[256];
} Attempt;

typedef struct Wire Wire;

/* NULL where libcurl cannot be used. */
Wire *wire_open(Arena *arena, const Configuration *configuration);
void wire_close(Wire *wire);

/* Starts an attempt; what comes lives in `arena`. */
Attempt *wire_start(Wire *wire, Arena *arena, const char *body, void *owner);
/* Waits for at most so many seconds; an attempt that has ended, or NULL. */
Attempt *wire_wait(Wire *wire, double seconds);
void wire_cancel(Wire *wire, Attempt *attempt);

double wire_clock(void); /* seconds that only grow */

#endif
