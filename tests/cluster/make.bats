#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make all through a cluster: the bytes of one machine, whatever is killed. (jobs.bats kills slurmctld.)

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    start_cluster 3 2 1000
    export OMP_NUM_THREADS=1
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 24 --min-size 60 --max-size 80 set
    run_make "$BATS_FILE_TMPDIR/here" all
}
teardown_file() { stop_cluster; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    profile >profile
}
teardown() {
    timeout 10 scancel -u "$(id -un)" 2>/dev/null || true
}

knobs_of_run() { # RESULTS
    knobs=(DATA="$BATS_FILE_TMPDIR/set" MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=32 EPOCHS=3 EXPLAIN=0 RESAMPLES=50
        DIGESTS="$BATS_FILE_TMPDIR/digests" RESULTS="$1" RUN=a bin="${HILUM_BIN:-build/bin}")
}
run_make() { # RESULTS GOAL KNOB ...
    knobs_of_run "$1"
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" "${knobs[@]}" "${@:2}" # the last value of a knob wins
}
by_jobs() { run_make "$PWD/there" "${1:-all}" SHARDS="${SHARDS:-4}" CLUSTER="${PROFILE:-$PWD/profile}" "${@:2}"; }
same_bytes() {
    local file
    for file in manifest.tsv audit.tsv images.safetensors.zst features.safetensors.zst head.safetensors.zst \
        metrics.json predictions.tsv calibration.safetensors.zst report.html; do
        cmp "$BATS_FILE_TMPDIR/here/a/$file" "$PWD/there/a/$file" || return 1
    done
}
# slow_tools: the tools, of which preprocess and extract-features take 2 s at least, in a folder for HILUM_BIN
slow_tools() {
    local tool
    mkdir slow
    for tool in "${HILUM_BIN:-$ROOT/build/bin}"/*; do
        ln -s "$tool" slow
    done
    for tool in preprocess extract-features; do
        rm "slow/$tool"
        printf '#!/bin/sh\ncase $* in *--version*) ;; *) sleep %s ;; esac\nexec %s "$@"\n' "${1:-2}" \
            "${HILUM_BIN:-$ROOT/build/bin}/$tool" >"slow/$tool"
        chmod +x "slow/$tool"
    done
    export HILUM_BIN=$PWD/slow
}

@test "make all: the same bytes through Slurm in 4 shards as on one machine, and a second make runs no job" {
    by_jobs >said 2>&1
    same_bytes
    [ "$(outcomes | tr , '\n' | sort -u)" = ok ]
    [ "$(grep -c $'\tpreprocess\t' there/a/jobs.tsv)" = 4 ]
    [ "$(grep -c $'\textract\t' there/a/jobs.tsv)" = 4 ]
    grep -Eq '^shards.images-4-of-4 +1 +node[123] +[0-9]+ +[0-9.]+ +[0-9]+ +ok$' said
    grep -Eq '^preprocess: 4 of 4 shards(; extract: [1-3] of 4, about [0-9]+ s left)?$' said
    cp there/a/jobs.tsv before
    by_jobs
    cmp before there/a/jobs.tsv
    # Shards that were removed are not missed, nor are those of another number.
    rm -r there/a/shards
    by_jobs
    SHARDS=7 by_jobs
    cmp before there/a/jobs.tsv
    # What one machine has made is not made again, either, and the other way round.
    run_make "$BATS_FILE_TMPDIR/here" all SHARDS=3
    [ ! -e "$BATS_FILE_TMPDIR/here/a/jobs.tsv" ]
    run_make "$PWD/there" all
    cmp before there/a/jobs.tsv
    no_jobs
}
outcomes() { cut -f 9 there/a/jobs.tsv | tail -n +2 | paste -sd ,; }

@test "make -n shows the jobs, and without SHARDS and CLUSTER there are none" {
    by_jobs -n >shown
    [ "$(grep -c 'scripts/launch --shard [1-4]/4 preprocess ' shown)" = 4 ]
    [ "$(grep -c 'scripts/launch --shard [1-4]/4 extract ' shown)" = 4 ]
    [ "$(grep -c 'scripts/launch join ' shown)" = 2 ]
    [ "$(grep -c 'scripts/launch \(split\|audit\|--unfinished [^ ]* train\|evaluate\) ' shown)" = 4 ]
    run_make "$PWD/one" -n all >shown
    ! grep -q launch shown
    [ ! -e there ]
}

@test "make kfold and sweep: folds and combinations as jobs, several in one with BUNDLE" {
    run_make "$BATS_FILE_TMPDIR/here" kfold K=3 >expected
    run_make "$BATS_FILE_TMPDIR/here" sweep NEURONS='4 8 16'
    by_jobs kfold K=3 BUNDLE=2
    cmp "$BATS_FILE_TMPDIR/here/a/kfold/kfold.tsv" there/a/kfold/kfold.tsv
    [ "$(grep $'^kfold\\.' there/a/jobs.tsv | cut -f 5 | cut -d . -f 1 | sort -u | wc -l)" = 2 ]
    by_jobs sweep NEURONS='4 8 16'
    cmp "$BATS_FILE_TMPDIR/here/a/sweep/sweep.tsv" there/a/sweep/sweep.tsv
    [ "$(grep -c '^sweep.NEURONS@[0-9]*\.head' there/a/jobs.tsv)" = 3 ]
    until_true 15 no_jobs
}

@test "make compare and tune: backbones and folds as jobs, with the same tables" {
    profile 'memory = 500' >profile # VGG16 needs 400 MB
    for where in here there; do
        options=(SIZE=75 EPOCHS=1)
        [ $where = here ] || options+=(SHARDS=2 CLUSTER="$PWD/profile")
        run_make "$PWD/$where" compare RUN=x-mobilenetv2 "${options[@]}" >"$where.said" 2>&1
        run_make "$PWD/$where" tune K=2 STANDARDIZE=yes NEURONS='4 0' L2=0 POOL=avg DROPOUT=0 AUGMENT=0 UNFREEZE=0 \
            "${options[@]}" >>"$where.said" 2>&1
    done
    for file in x-compare/compare.tsv x-compare/compare.md a/tune/tune.tsv; do
        cmp {here,there}/$file
    done
    for model in vgg16 inceptionresnetv2 mobilenetv2; do
        [ "$(grep -c $'\textract\t.*\tok$' there/x-$model/jobs.tsv)" = 2 ]
    done
    [ "$(grep -c $'^tune\..*\ttrain\t.*\tok$' there/a/jobs.tsv)" = 6 ] # two folds and the shifted one
    grep -Eq '^tune\.STANDARDIZE@yes.*head +1 +node[123] .* ok$' there.said
    until_true 15 no_jobs
}

@test "images that cannot be read are left out in shards as on one machine" {
    cp -r "$BATS_FILE_TMPDIR/set" set
    for class in NORMAL PNEUMONIA; do
        image=$(find set/$class -name '*.png' | sort | sed -n 3p)
        head -c 300 "$image" >cut.png && mv cut.png "$image"
    done
    for where in here there; do
        options=()
        [ $where = here ] || options=(SHARDS=5 CLUSTER="$PWD/profile")
        run_make "$PWD/$where" DATA="$PWD/set" ON_ERROR=skip "${options[@]}" "$PWD/$where/a/features.safetensors.zst"
        [ "$(grep -c PNEUMONIA "$where/a/rejects.tsv")" = 1 ]
    done
    cmp {here,there}/a/rejects.tsv
    cmp {here,there}/a/features.safetensors.zst
}

@test "make and a node are killed: the same command completes with the same bytes, without what was done" {
    slow_tools 4
    by_jobs >said 2>&1 &
    make=$!
    until_true 60 compgen -G 'there/a/shards/images-*.zst'
    kill -KILL $(pgrep -P $make make || echo $make) $make 2>/dev/null || true
    wait $make || true
    until_true 10 no_jobs
    [ ! -e there/a/images.safetensors.zst ]
    stat -c '%n %i %Y' there/a/shards/images-*.zst >finished
    by_jobs >said 2>&1 &
    make=$!
    until_true 60 eval 'squeue -h -t R -o "%j %N" | grep features- >running'
    node=$(head -n 1 running | cut -d ' ' -f 2)
    cluster lose "$node"
    wait $make
    cluster revive "$node"
    same_bytes
    stat -c '%n %i %Y' there/a/shards/images-*.zst | sort >now
    [ "$(comm -23 <(sort finished) now)" = '' ]
    # Slurm calls what ran there killed until it knows that the node is lost.
    grep -Eq 'its node was lost|killed' there/a/jobs.tsv
    [ -z "$(find there -name '*.tmp-*')" ]
    until_true 20 eval '[ "$(sinfo -h -N -t idle | wc -l)" = 3 ]'
}

@test "make: one Ctrl-C ends every job; then the same command completes" {
    slow_tools 5
    knobs_of_run "$PWD/there"
    (with_signals env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" all "${knobs[@]}" SHARDS=4 CLUSTER="$PWD/profile" \
        >said 2>&1) &
    make=$!
    until_true 60 eval '[ "$(squeue -h -t R -o %j | grep -c images-)" -ge 3 ]'
    kill -INT -- -$make
    status=0
    wait $make || status=$?
    [ $status -ne 0 ]
    until_true 15 no_jobs
    [ -z "$(find there -name '*.tmp-*')" ]
    HILUM_BIN='' by_jobs
    same_bytes
}

@test "make: a wrong profile is one line before any work" {
    echo 'engine = slurm
partitoin = gpu' >profile
    run by_jobs
    [ "$status" = 2 ]
    grep -q "profile:2: there is no key 'partitoin'; the nearest is partition" <<<"$output"
    printf '%s\n' 'engine = slurm' 'train.time = 30 + rows/' >profile
    run by_jobs
    grep -q "profile:2: time: expected a formula of numbers, rows, .*, found '30 + rows/'$" <<<"$output"
    run by_jobs all CLUSTER=slrum
    grep -q 'CLUSTER=slrum: there is no such profile' <<<"$output"
    [ ! -e there ]
}
