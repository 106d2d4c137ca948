/* Random numbers by counter. The key and the stream go into Philox's key and upper counter, so that
 * any two streams of one key, and any two keys, are independent. */
#include <hermes/numeric.h>

#include <Random123/philox.h>

static philox4x32_ctr_t block(uint64_t key, uint64_t stream, uint64_t counter) {
  philox4x32_ctr_t c = {
      {(uint32_t)counter, (uint32_t)(counter >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};
  philox4x32_key_t k = {{(uint32_t)key, (uint32_t)(key >> 32)}};
  return philox4x32(c, k);
}

uint64_t hermes_random_bits(uint64_t key, uint64_t stream, uint64_t counter) {
  philox4x32_ctr_t bits = block(key, stream, counter);
  return (uint64_t)bits.v[1] << 32 | bits.v[0];
}

double hermes_random_uniform(uint64_t key, uint64_t stream, uint64_t counter) {
  return (double)(hermes_random_bits(key, stream, counter) >> 11) * 0x1p-53;
}

void hermes_random_pair(uint64_t key, uint64_t stream, uint64_t counter, double pair[2]) {
  philox4x32_ctr_t bits = block(key, stream, counter);
  for (int i = 0; i < 2; i++) {
    uint64_t word = (uint64_t)bits.v[2 * i + 1] << 32 | bits.v[2 * i];
    pair[i] = (double)(word >> 11) * 0x1p-53;
  }
}

enum { FEISTEL_ROUNDS = 8 };

/* A permutation of 2 * half bits: each round adds a random function of one half to the other. */
static uint64_t feistel(uint64_t key, uint64_t stream, unsigned half, uint64_t number) {
  uint64_t mask = ((uint64_t)1 << half) - 1, left = number >> half, right = number & mask;
  for (uint64_t round = 0; round < FEISTEL_ROUNDS; round++) {
    uint64_t mixed = left ^ (hermes_random_bits(key, stream, round << 32 | right) & mask);
    left = right;
    right = mixed;
  }
  return left << half | right;
}

uint64_t hermes_random_order(uint64_t key, uint64_t stream, uint64_t count, uint64_t position) {
  unsigned half = 1;
  while (half < 32 && count > (uint64_t)1 << 2 * half)
    half++;
  /* Numbers beyond count are walked through: the cycle that holds `position` comes back below it.
   */
  uint64_t number = position;
  do
    number = feistel(key, stream, half, number);
  while (number >= count);
  return number;
}
