/* Memory of one compilation: chunks that only grow, freed at once.
 *
 * Everything that a pass makes lives here, so that no pass owns or frees anything. Running out of
 * memory ends the program: inputs are bounded by the limits in hermesc.h, so it can only mean that
 * the machine itself is full.
 */
#include "hermesc.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 256 << 10 };

typedef struct ArenaChunk {
  struct ArenaChunk *next;
  size_t used, size;
  max_align_t data[];
} ArenaChunk;

static _Noreturn void out_of_memory(size_t size) {
  fprintf(stderr, "hermesc: out of memory (%zu bytes more were needed)\n", size);
  abort();
}

static ArenaChunk *chunk_new(size_t size) {
  size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
  ArenaChunk *chunk = calloc(1, offsetof(ArenaChunk, data) + room);
  if (chunk == NULL) out_of_memory(size);
  chunk->size = room;
  return chunk;
}

void *arena_alloc(Arena *arena, size_t size) {
  size_t align = _Alignof(max_align_t);
  if (size > SIZE_MAX / 2) out_of_memory(size);
  size = (size + align - 1) / align * align;
  ArenaChunk *chunk = arena->chunks;
  if (chunk == NULL || chunk->size - chunk->used < size) {
    chunk = chunk_new(size);
    chunk->next = arena->chunks;
    arena->chunks = chunk;
  }
  void *memory = (char *)chunk->data + chunk->used;
  chunk->used += size;
  return memory;
}

char *arena_copy(Arena *arena, const char *text, size_t length) {
  char *copy = arena_alloc(arena, length + 1);
  if (length > 0) memcpy(copy, text, length);
  return copy;
}

char *arena_format(Arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) return arena_copy(arena, "", 0);
  char *text = arena_alloc(arena, (size_t)length + 1);
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

void arena_free(Arena *arena) {
  for (ArenaChunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
    next = chunk->next;
    free(chunk);
  }
  arena->chunks = NULL;
}
