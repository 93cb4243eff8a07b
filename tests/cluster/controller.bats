#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# slurmctld is killed beside scripts/launch. (away.bats kills it beside make.)

load helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 3 2 1000; }
teardown_file() { stop_cluster; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    write_tool
    profile >profile
}
teardown() { end_jobs; }

job_is_saved() { [ "$CLUSTER_FOLDER/state/job_state" -nt saved_before ]; }

@test "job: slurmctld is killed while a job runs, and while another is submitted" {
    wait_until_all_is_saved
    launch split out -- ./tool out go &
    launched=$!
    until_true job_runs
    until_true job_is_saved
    cluster crash
    launch split late -- ./tool late 0.1 &
    late=$!
    until_true [ -e jobs/late.engine ]
    sleep 2
    cluster recover
    wait $late
    touch go
    wait $launched
    [ "$(cat out late)" = $'result\nresult' ]
    [ "$(outcomes | tr , '\n' | sort -u)" = ok ]
}

@test "job: slurmctld is killed before it has saved a job, and gives its number to another" {
    wait_until_all_is_saved
    launch split first -- ./tool first 0.1
    until_true job_is_saved
    rm calls
    launch split out -- ./tool out go &
    launched=$!
    until_true job_runs
    cluster crash
    cluster recover
    launch split late -- ./tool late 0.1
    touch go
    wait $launched
    [ "$(cat out late)" = $'result\nresult' ]
}

@test "job: one that ends while slurmctld is away keeps no node" {
    wait_until_all_is_saved
    launch split out -- ./tool out go &
    launched=$!
    until_true job_runs
    until_true job_is_saved
    cluster crash
    touch go
    until_true [ -e out ]
    sleep 4
    cluster recover
    wait $launched
    [ "$(cat out)" = result ]
    until_true no_jobs
}

@test "job: one that waits and that a new slurmctld knows nothing of is submitted again" {
    profile 'patience = 8' >profile
    scontrol update nodename=node[1-3] state=drain reason=test
    launch split out -- ./tool out 0.1 2>said &
    launched=$!
    until_true eval '[ -n "$(squeue -h -t PD)" ]'
    cluster crash
    rm -f "$CLUSTER_FOLDER"/state/job_state*
    cluster recover
    until_true eval 'scontrol update nodename=node[1-3] state=resume 2>/dev/null || [ -n "$(sinfo -h -N -t idle)" ]'
    wait $launched
    grep -q 'Slurm knew nothing of it any more: try 2 of 2' said
    [ "$(cat out)" = result ]
    until_true all_idle
}

@test "job: one that a new slurmctld takes for running although it has ended is ended with make" {
    local state=$CLUSTER_FOLDER/state/job_state
    mkdir -p run/jobs
    launch split run/out -- ./tool run/out go &
    launched=$!
    until_true job_runs
    until_true grep -q 'hilum run/out' "$state"
    cp "$state" saved
    touch go
    wait $launched
    until_true no_jobs
    cluster crash
    rm -f "$state".*
    cp saved "$state"
    cluster recover
    until_true eval '[ -n "$(squeue -h -t R 2>/dev/null)" ]'
    "$ROOT/scripts/end-jobs" another
    touch run/jobs/run.out.at-work # of a launcher that waits for it
    "$ROOT/scripts/end-jobs" run
    [ -n "$(squeue -h -t R)" ]
    rm run/jobs/run.out.at-work
    [ -z "$("$ROOT/scripts/end-jobs" run 2>&1)" ]
    until_true no_jobs
}
