#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Slurm answers late, as on a busy machine, or a signal comes early. Its daemons stand still for some seconds. A node
# takes no job that is more than 5 s old here (cred_expire in tests/cluster/slurm), and answers are waited for for 10 s.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 3 2 1000; }
teardown_file() { stop_cluster; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    write_tool
    profile >profile
}
teardown() {
    go_on
    end_jobs
}

# stand_still SECONDS DAEMON ...
stand_still() {
    local seconds=$1 daemon
    shift
    for daemon; do
        cat "$CLUSTER_FOLDER/run/$daemon.pid"
    done >still
    xargs kill -STOP <still
    (sleep "$seconds" && go_on) &
}
go_on() { [ ! -e still ] || xargs kill -CONT <still; }

# The steps a, b and c, one after another.
bundle() {
    local step commands=''
    for step in a b c; do
        commands+=$(printf '%q split %s -- ./tool %s 0.1;' "$ROOT/scripts/launch" $step $step)
    done
    launch --hold bundle 3 -- "$commands"
    [ "$(cat a b c | sort -u)" = result ]
    cut -f 5,9 jobs.tsv | tail -n +2 >ended
    cat ended
    [ "$(cut -f 2 ended | sort | uniq -c | xargs)" = '3 ok' ]
    [ "$(cut -d . -f 1 ended | cut -f 1 | sort -u | wc -l)" = 1 ]
}

@test "late: a node that takes a job too late gets it again, which is no try" {
    stand_still 8 node1 node2 node3
    RETRIES=0 launch split out -- ./tool out 0.1 2>said
    grep -Eq '^make: split out: it did not begin: .*: it is submitted again$' said
    [ "$(outcomes)" = ok ]
    [ "$(cat out)" = result ]
    until_true no_jobs
}

@test "late: where slurmctld does, several steps share one job all the same" {
    stand_still 15 slurmctld
    bundle
    until_true no_jobs
}

@test "late: where a node does, they share one job all the same" {
    stand_still 8 node1 node2 node3
    bundle
    until_true no_jobs
}

@test "late: a job that is only just being started is ended by a signal" {
    mkdir bin
    printf '#!/bin/bash\nsleep 2\nexec %q "$@"\n' "$(command -v setsid)" >bin/setsid
    chmod +x bin/setsid
    (export HILUM_PROFILE=profile HILUM_JOBS=jobs HILUM_TABLE=jobs.tsv HILUM_OUT=. HILUM_RETRIES=1 HILUM_SINCE=0
        PATH=$PWD/bin:$PATH with_signals "$ROOT/scripts/launch" split out -- ./tool out 20) &
    launched=$!
    until_true [ -e jobs/out.engine ]
    kill -TERM $launched
    status=0
    wait $launched || status=$?
    [ $status = 143 ]
    until_true no_jobs
    [ ! -e out ]
}
