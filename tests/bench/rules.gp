# SPDX-License-Identifier: LGPL-2.1-or-later
# Cost by the number of rules.
set terminal svg size 640,400 background "white"
set output output
set logscale xy
set xlabel "rules user:program"
set ylabel "processor time per fork+exec, µs"
set key left top
set grid
plot "rules.dat" using 1:3 with linespoints linewidth 2 title "cgrulesengd", \
     "rules.dat" using 1:2 with linespoints linewidth 2 title "cgred"
