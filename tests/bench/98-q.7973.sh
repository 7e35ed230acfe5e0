#!/bin/sh
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
one() { begin "$4"; figure kind "$1" rules "$2" rate "$3" daemon "$4" "@$(spawn -t 8 -r "$3" ${5:-3000})"; finish; }
rules_of programs 1
for d in cgred cgrulesengd loop cgred cgrulesengd loop; do one programs 1 0 $d; done
for d in cgred cgrulesengd loop; do one programs 1 500 $d 1500; done
rules_of none 100
for d in cgred cgrulesengd cgred cgrulesengd; do one none 100 0 $d; done
for d in cgred cgrulesengd ; do one none 100 500 $d 1500; done
