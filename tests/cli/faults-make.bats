#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What goes wrong around a run of make: another make, a clock that is set back, images that change.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 40 set
}

setup() {
    results=$BATS_TEST_TMPDIR/results
    out=$results/run
    cd "$BATS_TEST_TMPDIR"
    cp -r "$BATS_FILE_TMPDIR/set" set
}

# As a user calls it: not as a part of the make that runs the tests.
experiment() {
    env -u HILUM_MAKE make --no-print-directory -C "$ROOT" all RESULTS="$results" RUN=run \
        MODEL=mobilenetv2 EPOCHS=4 EXPLAIN=0 DATA="$PWD/set" WEIGHTS=seeded:1 "$@" 2>&1
}

wait_for() {
    for _ in $(seq 600); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

@test "make: a second one in the same folder is refused, the first one is not disturbed" {
    experiment >first &
    wait_for "$out/.owner"
    wait_for "$out/params/split"
    run experiment LR=0.5
    [ "$status" -ne 0 ]
    grep -q "^make: $out: another make (process [0-9]* on $(uname -n)) is at work there" <<<"$output"
    wait $!
    grep -q '^accuracy' first
    grep -q $'^knob\tLR\t1e-3$' "$out/experiment.tsv"
    # It has ended: the folder is free.
    run experiment NEURONS=16
    [ "$status" -eq 0 ]
}

@test "make: one that was killed and that nobody waits for, as in a container, holds no folder" {
    perl -e '$| = 1; my $child = fork // die; exit if !$child; print "$child\n"; sleep 60' >zombie &
    for _ in $(seq 200); do
        pid=$(cat zombie)
        ! grep -q '^[0-9]* (.*) Z ' "/proc/${pid:-none}/stat" || break
        sleep 0.05
    done
    grep -q '^[0-9]* (.*) Z ' "/proc/$pid/stat"
    mkdir -p "$out"
    owner() { echo "$(uname -n):$1:$(cut -d ' ' -f 22 "/proc/$1/stat")"; }
    owner "$pid" >"$out/.owner"
    experiment | grep -q '^accuracy'
    # The one that has not waited is alive.
    owner $! >"$out/.owner"
    run experiment
    [[ $output == *"another make (process $! on "*") is at work there"* ]]
    kill $!
}

@test "make: files of a time to come, as after a clock was set back, do not stay" {
    experiment >/dev/null
    find "$out" -type f -exec touch -d '+3 days' {} +
    run experiment NEURONS=16
    [ "$status" -ne 0 ]
    grep -q "^make: $out: [0-9]* files with dates to come, as after a clock was set back, are removed" \
        <<<"$output"
    experiment NEURONS=16
    quickcheck "$out/head.safetensors.zst" | grep -q 'dense_1/kernel: F32 \[1280, 16\]'
    [ -z "$(find "$out" -newermt now)" ]
}

@test "make: an image that changes while the run goes on is told, and the next run is right" {
    experiment >log &
    wait_for "$out/params/data"
    victim=$(find set -name '*.png' | sort | head -n 1)
    cp "$(find set -name '*.png' | sort | tail -n 1)" "$victim"
    ! wait $!
    grep -q "^make: DATA=$PWD/set: it has changed while the run went on" log
    [ ! -e "$out/experiment.tsv" ]
    experiment
    experiment RUN=undisturbed
    for f in images.safetensors.zst features.safetensors.zst head.safetensors.zst predictions.tsv metrics.json; do
        cmp "$out/$f" "$results/undisturbed/$f"
    done
}

# Whole files and none that are cut, whatever moment it was.
@test "make: killed at random moments, what is there is whole, and the next run ends with the same bytes" {
    local started pid files
    started=$EPOCHREALTIME
    experiment >/dev/null
    took=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
    mv "$out" reference
    files=$(cd reference && find . -name '*.tsv' -o -name '*.zst' -o -name 'metrics.json' | grep -v history)
    RANDOM=1
    for _ in $(seq "${FAULTS:-3}"); do
        setsid env -u HILUM_MAKE make -s -C "$ROOT" all RESULTS="$results" RUN=run MODEL=mobilenetv2 EPOCHS=4 \
            EXPLAIN=0 DATA="$PWD/set" WEIGHTS=seeded:1 >/dev/null 2>&1 &
        pid=$!
        sleep "$(awk -v t="$took" -v part=$((RANDOM % 1000)) 'BEGIN { print t * part / 1000 }')"
        kill -KILL -- -$pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        for f in $files; do
            case $f in ./experiment.tsv|*/checkpoint*) continue ;; esac # made of the others, at the end
            [ ! -e "$out/$f" ] || cmp "reference/$f" "$out/$f"
        done
        experiment >/dev/null
        for f in $files; do
            cmp "reference/$f" "$out/$f"
        done
        rm -r "$out"
    done
}
