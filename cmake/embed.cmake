# Makes a C file of any file: `const unsigned char NAME[]`, with a terminator that `NAME_size` does
# not count. Needs no program but CMake.
# usage: cmake -DSOURCE=FILE -DOUTPUT=FILE.c -DNAME=NAME -P embed.cmake
file(READ ${SOURCE} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
get_filename_component(file ${SOURCE} NAME)
file(WRITE ${OUTPUT} "/* ${file}, byte by byte; made by cmake/embed.cmake. */
#include <stddef.h>

extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_size;

const unsigned char ${NAME}[] = {
${bytes}0};
const size_t ${NAME}_size = ${size};
")
