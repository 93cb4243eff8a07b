#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A signal whose handler returns changes no result, however often it arrives: see shim/held_signals.h. Without that header,
# oneDNN's products are wrong, or abort, in most of these runs.

load helpers
bats_require_minimum_version 1.5.0

# The head has 2,048 inputs because the affected products are those with long sums (with AVX2, of 505 terms or more).
setup_file() {
    need_command gcc
    cd "$BATS_FILE_TMPDIR"
    gcc -D_GNU_SOURCE -O2 -Wall -Werror -shared -fPIC -o tick.so "$ROOT/tests/cli/tick.c"
    few_images 16 64
    extract-features -q -m mobilenetv2 -w seeded:1 --pool flatten -o features images
    train-head -q -e 2 -n 64 -o head features
    extract-features -q -m mobilenetv2 -w seeded:1 --unfreeze 3 -o maps images
    train-head -q --unfreeze 3 -w seeded:1 -e 1 -o tail maps
    sample=$(grep -v '^#' m.tsv | sed -n '2s/\t.*//p')
    export sample
}

# undisturbed TICKS COMMAND...: COMMAND -j N -o RESULT gives the same bytes with a signal every TICKS microseconds
undisturbed() {
    local ticks=$1 quiet=$BATS_TEST_TMPDIR/quiet ticked=$BATS_TEST_TMPDIR/ticked err=$BATS_TEST_TMPDIR/err j us
    shift
    cd "$BATS_FILE_TMPDIR"
    for j in 1 2; do
        rm -rf "$quiet"
        "$@" -j $j -o "$quiet" 2>"$err" || { cat "$err"; return 1; }
        for us in $ticks; do
            rm -rf "$ticked"
            TICK_US=$us LD_PRELOAD=$BATS_FILE_TMPDIR/tick.so "$@" -j $j -o "$ticked" 2>"$err" &&
                diff -r "$quiet" "$ticked" ||
                { echo "$1 -j $j, a signal every $us us: $(cat "$err")"; return 1; }
        done
    done
}

# With this CPU's instruction set and with AVX2, which has other products.
each_isa() {
    local isa
    for isa in ALL AVX2; do
        ONEDNN_MAX_CPU_ISA=$isa undisturbed '50 200 1000' "$@" || { echo "ONEDNN_MAX_CPU_ISA=$isa"; return 1; }
    done
}

@test "signals: train-head computes the same head" {
    each_isa train-head -q -e 6 -n 64 features
}

@test "signals: evaluate gives the same metrics" {
    each_isa evaluate -q --subset all head features
}

@test "signals: predict gives the same list" {
    each_isa predict -q -w seeded:1 head data
}

@test "signals: explain draws the same maps" {
    each_isa explain -q -i images -w seeded:1 head "$sample"
}

@test "signals: the same through libtorch, with unfrozen layers" {
    undisturbed '50 200 1000' train-head -q --unfreeze 3 -w seeded:1 -e 2 maps
    undisturbed '50 200 1000' evaluate -q --subset all tail maps
    undisturbed '50 200 1000' predict -q -w seeded:1 tail data
    undisturbed '50 200 1000' explain -q -i images -w seeded:1 tail "$sample"
}
