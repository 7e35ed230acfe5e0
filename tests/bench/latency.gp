# SPDX-License-Identifier: LGPL-2.1-or-later
# How many of the execs were placed after how long: 500 a second, idle and with both CPUs busy.
set terminal svg size 640,400 background "white"
set output output
set logscale x
set xlabel "from exec to placed, µs"
set ylabel "part of the execs"
set yrange [0:1]
set key left top
set grid
plot "latency-idle-500-cgred.cdf" with lines linewidth 2 title "cgred, idle", \
     "latency-idle-500-cgrulesengd.cdf" with lines linewidth 2 title "cgrulesengd, idle", \
     "latency-idle-500-loop.cdf" with lines linewidth 2 title "bare loop, idle", \
     "latency-busy-500-cgred.cdf" with lines linewidth 2 dashtype 2 title "cgred, busy", \
     "latency-busy-500-cgrulesengd.cdf" with lines linewidth 2 dashtype 2 title "cgrulesengd, busy"
