#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make all through a cluster whose slurmctld is killed.

load make_helpers
bats_require_minimum_version 1.5.0

@test "make: slurmctld is killed while jobs run; make goes on, with the same bytes" {
    waiting_tools
    by_jobs >said 2>&1 &
    make=$!
    until_true jobs_run images- 3
    cluster crash
    touch preprocess
    until_true compgen -G 'there/a/shards/images-[234]-of-4.safetensors.zst'
    cluster recover
    touch extract-features
    wait $make
    same_bytes
    until_true no_jobs
    [ -z "$(find there -name '*.tmp-*')" ]
}

@test "make: slurmctld is killed and stays away; when it is back, the same command completes" {
    profile 'patience = 0' >profile
    waiting_tools
    by_jobs >said 2>&1 &
    make=$!
    until_true jobs_run images- 3
    wait_until_all_is_saved
    cluster crash
    touch preprocess extract-features # the first shard may be in extract-features already
    status=0
    wait $make || status=$?
    [ $status -ne 0 ]
    grep -Eq '^make: .*: no job was made: .*[Uu]nable to contact' said
    [ ! -e there/a/features.safetensors.zst ]
    stat -c '%n %i %Y' there/a/shards/images-*.zst | sort >finished
    [ -s finished ]
    cluster recover
    by_jobs >said 2>&1
    same_bytes
    [ "$(comm -23 finished <(stat -c '%n %i %Y' there/a/shards/images-*.zst | sort))" = '' ]
    until_true no_jobs
    [ -z "$(find there -name '*.tmp-*')" ]
}
