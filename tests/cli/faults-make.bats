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
    for _ in $(seq 2400); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

@test "make: a second one in the same folder is refused, the first one is not disturbed" {
    experiment >first &
    first=$!
    wait_for "$out/.owner"
    wait_for "$out/params/split"
    read -ra own <<<"$(<"/proc/$first/task/$first/children")"
    kill -STOP "${own[@]}" # or it would be done before the second has begun, on a fast machine
    run experiment LR=0.5
    kill -CONT "${own[@]}"
    [ "$status" -ne 0 ]
    grep -q "^make: $out: another make (process [0-9]* on $(uname -n)) is at work there" <<<"$output"
    wait "$first"
    grep -q '^accuracy' first
    grep -q $'^knob\tLR\t1e-3$' "$out/experiment.tsv"
    # It has ended: the folder is free.
    run experiment NEURONS=16
    [ "$status" -eq 0 ]
}

# an_owner PID [HOST]: the process as the make that scripts/lock-run locks folders for
an_owner() { echo "${2:-$(uname -n)}:$1:$(cut -d ' ' -f 22 "/proc/$1/stat")"; }
lock() { "$ROOT/scripts/lock-run" "$(an_owner "$1")" place; }

# asleep: starts a process that is there for a minute, as $!, without what bats waits for
asleep() { sleep 60 3>&- & }

at_work_elsewhere() { # as another machine leaves it, AGE ago
    mkdir -p place
    echo 'node7:123:456:another-boot' >place/.owner
    touch -d "-$1" place/.owner
}

is_released() { # FILE
    for _ in $(seq 600); do
        [ -s "$1" ] || break
        sleep 0.1
    done
    [ -e "$1" ] && [ ! -s "$1" ]
}

@test "make: a lock ends with its make, however that ends" {
    asleep
    first=$!
    asleep
    second=$!
    lock $first
    lock $first # part of the same make
    run lock $second
    [ "$status" -eq 1 ]
    [ "$output" = "make: place: another make (process $first on $(uname -n)) is at work there: wait for it to end, or use another RUN" ]
    kill -KILL $first
    lock $second
    grep -q ":$second:" place/.owner
    kill $second
    is_released place/.owner
}

@test "make: one that was killed and that nobody waits for, as in a container, holds no folder" {
    : >zombie
    perl -e '$| = 1; my $child = fork // die; exit if !$child; print "$child\n"; sleep 60' >zombie 3>&- &
    for _ in $(seq 1200); do
        pid=$(cat zombie)
        ! grep -q '^[0-9]* (.*) Z ' "/proc/${pid:-none}/stat" || break
        sleep 0.05
    done
    grep -q '^[0-9]* (.*) Z ' "/proc/$pid/stat"
    lock "$pid"
    lock $!
    grep -q ":$!:" place/.owner # the one that has not waited is alive
    kill $!
}

@test "make: a lock is the kernel's: what a machine that went down or another container wrote is none" {
    mkdir place
    asleep
    echo "$(an_owner $!):$(cat /proc/sys/kernel/random/boot_id)" >place/.owner # a process of that number is there
    asleep
    run lock $!
    [ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "make: a lock of another machine is taken over when that gives no sign of life" {
    asleep
    at_work_elsewhere '3 hours'
    run lock $!
    [ "$status" -eq 0 ]
    [ "$output" = "make: place: taken over from a make (process 123 on node7) that gave its last sign of life 3 hours ago" ]
    kill $!
    # A job that was started again elsewhere: only just silent.
    asleep
    rm -r place
    at_work_elsewhere '2 seconds'
    HILUM_LOCK_SILENCE=8 run lock $!
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "make: place: a make (process 123 on node7) was at work there "*" seconds ago: waiting for a sign of life" ]]
    [[ ${lines[1]} == "make: place: taken over from a make (process 123 on node7) "* ]]
    kill $!
    asleep # and one with a date in the future
    rm -r place
    at_work_elsewhere '-3 days'
    HILUM_LOCK_SILENCE=2 lock $!
    kill $!
}

@test "make: a lock of another machine that is at work is respected, and where the disk has no locks, too" {
    asleep
    at_work_elsewhere '1 second'
    me=$!
    (sleep 2; touch place/.owner) 3>&- &
    run lock $me
    echo "$output"
    [ "$status" -eq 1 ]
    [[ ${lines[1]} == "make: place: another make (process 123 on node7) is at work there and gave its last sign of life "*"(if that cannot be, rm place/.owner)"* ]]
    [ "$(cat place/.owner)" = node7:123:456:another-boot ]
    # flock says ENOLCK
    mkdir bin
    printf '#!/bin/sh\necho "flock: 9: No locks available" >&2\nexit 71\n' >bin/flock
    chmod +x bin/flock
    rm -r place
    PATH=$PWD/bin:$PATH lock $me
    (sleep 2; touch place/.owner) 3>&- &
    asleep
    PATH=$PWD/bin:$PATH run lock $!
    echo "$output"
    [ "$status" -eq 1 ]
    [[ ${lines[1]} == "make: place: another make (process "*" on $(uname -n)) is at work there and gave its last sign of life "* ]]
}

@test "make: a run that has ended leaves no lock, and the next one need not be told" {
    experiment >/dev/null
    run experiment
    [ "$status" -eq 0 ]
    ! grep 'at work' <<<"$output"
    is_released "$out/.owner"
}

@test "make: files with dates in the future, as after a clock was set back, are removed" {
    experiment >/dev/null
    find "$out" -type f -exec touch -d '+3 days' {} +
    run experiment NEURONS=16
    [ "$status" -ne 0 ]
    grep -q "^make: $out: removed [0-9]* files with dates in the future, as after a clock was set back" <<<"$output"
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

# Complete files and none that are truncated, whatever the moment.
@test "make: killed at random moments, every file is complete, and the next run ends with the same bytes" {
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
