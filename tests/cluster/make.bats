#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make all through a cluster: the bytes of one machine, whatever is killed. (away.bats kills slurmctld.)

load make_helpers
bats_require_minimum_version 1.5.0

@test "make all: the same bytes through Slurm in 4 shards as on one machine, and a second make runs no job" {
    by_jobs >said 2>&1
    same_bytes
    [ "$(outcomes_of_make)" = ok ]
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
    until_true no_jobs
}

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
    # Unless they may be left out, what the tool says of them comes through, and its status. It is not tried again.
    run run_make "$PWD/failed" DATA="$PWD/set" SHARDS=5 CLUSTER="$PWD/profile" "$PWD/failed/a/images.safetensors.zst"
    [ "$status" = 2 ]
    grep -Eq '^preprocess: .*\.png' <<<"$output"
    grep -Eq '^make: preprocess shard [1-5]/5: failed with status 1 on node[123]: see .*\.log$' <<<"$output"
    grep -Eq '^make: \*\*\* .* Error 1$' <<<"$output"
    [ "$(cut -f 3,9 failed/a/jobs.tsv | grep -c $'^1\tfailed with status 1$')" -ge 1 ]
    [ "$(cut -f 3 failed/a/jobs.tsv | sort -u | xargs)" = '1 try' ]
}

@test "make and a node are killed: the same command completes with the same bytes, without what was done" {
    waiting_tools
    by_jobs >said 2>&1 &
    make=$!
    until_true compgen -G 'there/a/shards/images-1-*.zst'
    until_true jobs_run images- 3
    kill -KILL $(pgrep -P $make make || echo $make) $make 2>/dev/null || true
    wait $make || true
    until_true no_jobs
    [ ! -e there/a/images.safetensors.zst ]
    stat -c '%n %i %Y' there/a/shards/images-*.zst >finished
    touch preprocess
    by_jobs >said 2>&1 &
    make=$!
    # One that waits: Slurm also calls those running that have not begun.
    until_true eval 'grep -h "^run-job: " there/a/jobs/shards.features-[234]-of-4.log >running 2>/dev/null'
    node=$(sed -n '1s/^run-job: \(node[123]\), .*/\1/p' running)
    cluster lose "$node"
    touch extract-features
    wait $make
    cluster revive "$node"
    same_bytes
    stat -c '%n %i %Y' there/a/shards/images-*.zst | sort >now
    [ "$(comm -23 <(sort finished) now)" = '' ]
    # Slurm calls what ran there killed until it knows that the node is lost.
    grep -Eq 'its node was lost|killed' there/a/jobs.tsv
    [ -z "$(find there -name '*.tmp-*')" ]
    until_true all_idle
}

@test "make: one Ctrl-C ends every job; then the same command completes" {
    waiting_tools
    knobs_of_run "$PWD/there"
    (with_signals env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" all "${knobs[@]}" SHARDS=4 CLUSTER="$PWD/profile" \
        >said 2>&1) &
    make=$!
    until_true jobs_run images- 3
    kill -INT -- -$make
    status=0
    wait $make || status=$?
    [ $status -ne 0 ]
    until_true no_jobs
    [ -z "$(find there -name '*.tmp-*')" ]
    touch preprocess extract-features
    by_jobs
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
