# The rules of a bison grammar, out of the report that `bison --xml` makes: one in each line, its
# left side and then the symbols of its right side, with tabs between them.
# usage: cmake -DSOURCE=REPORT.xml -DOUTPUT=FILE -P rules.cmake
file(READ ${SOURCE} text)
string(REGEX REPLACE "^.*<rules>|</rules>.*$" "" text "${text}")
string(REGEX REPLACE "[ \n]*<(rhs|empty/)>|</(lhs|rhs|symbol|rule)>" "" text "${text}")
string(REGEX REPLACE "[ \n]*</rhs>[ \n]*|[ \n]*<rule [^>]*>[ \n]*" "\n" text "${text}")
string(REGEX REPLACE "[ \n]*<lhs>" "\n" text "${text}")
string(REGEX REPLACE "[ \n]*<symbol>" "\t" text "${text}")
string(REGEX REPLACE "[ \n]*\n" "\n" text "${text}")
string(REPLACE "&quot;" "\"" text "${text}")
string(REPLACE "&lt;" "<" text "${text}")
string(REPLACE "&gt;" ">" text "${text}")
string(REPLACE "&amp;" "&" text "${text}")
string(STRIP "${text}" text)
file(WRITE ${OUTPUT} "${text}\n")
