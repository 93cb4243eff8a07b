#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# scripts/launch on a cluster of three nodes: what is a success, what is tried again, what comes through.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 3 2 1000 2; }
teardown_file() { stop_cluster; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    write_tool
    profile >profile
}
teardown() { end_jobs; }

node_of_job() { squeue -h -t R -o %N; }

@test "job: a target that is new and whole is a success, with its node, time and memory" {
    launch split out -- ./tool out 0.3
    [ "$(cat out)" = result ]
    [ "$(head -n 1 jobs.tsv)" = $'job\tstep\ttry\tnode\tid\tbegan\tseconds\tpeak_mb\toutcome' ]
    tail -n 1 jobs.tsv | grep -Eq $'^out\tsplit\t1\tnode[123]\t[0-9]+\t[0-9]{10}\t[0-9]+\\.[0-9]+\t[1-9][0-9]*\tok$'
    grep -q '^run-job: node[123], job [0-9]*: status 0 after' jobs/out.log
    until_true no_jobs
    [ "$(ls jobs)" = out.log ]
}

@test "job: the table has its first line, also where another job has just made the file" {
    : >jobs.tsv
    launch split out -- ./tool out 0
    [ "$(cut -f 1,9 jobs.tsv)" = $'job\toutcome\nout\tok' ]
}

@test "job: status 0 without a new target is no success" {
    RETRIES=0 fails 1 '^make: split out: its result was not new and intact .*: see jobs/out.log$' launch split out -- true
    echo old >out
    RETRIES=0 fails 1 'not new and intact' launch split out -- true
    [ "$(cat out)" = old ]
}

@test "job: a target that is cut off is no success" {
    cat >cut <<'END'
#!/bin/bash
zstd -q "$1" -o whole.zst
head -c -5 whole.zst >out.safetensors.zst
END
    chmod +x cut
    seq 1000 >text
    ln -s "$(command -v quickcheck)" quickcheck
    RETRIES=0 fails 1 'its result was not new and intact' launch split out.safetensors.zst -- ./cut text
}

@test "job: the status of a tool comes through, with what it said, and it is not tried again" {
    for status in 1 2 42; do
        rm -f calls
        fails $status '^tool: this is wrong$' launch split out -- ./tool out 0 $status
        grep -q "^make: split out: failed with status $status on node" <<<"$stderr"
        [ "$(wc -l <calls)" = 1 ]
        [ ! -e out ]
    done
}

@test "job: one that is killed is tried again, and then named with its log" {
    # Slurm may take its time, so that the first call must not end by itself.
    (until_true job_runs && scancel "$(squeue -h -o %A)" && until_true called 2 && touch go) &
    launch split out -- ./tool out go 2>said
    [ "$(cat out)" = result ]
    [ "$(outcomes)" = killed,ok ]
    grep -Eq '^make: split out: killed \(on node[123], job [0-9]+\): try 2 of 2$' said
    [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    rm -f out calls go
    (until_true job_runs && scancel "$(squeue -h -o %A)") &
    RETRIES=0 fails 1 '^make: split out: killed \(try 1 of 1, on node[123], job [0-9]+\): see jobs/out.log$' \
        launch split out -- ./tool out go
    [ ! -e out ]
    [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
}

@test "job: one whose container did not start is tried again, and then named with what was said" {
    cat >contain <<'END'
#!/bin/bash
[ ! -e calls ] || [ -n "$1" ] || exec ./tool out 0
echo >>calls
echo 'FATAL: container creation failed' >&2
exit 255
END
    chmod +x contain
    launch split out -- ./contain '' 2>said
    [ "$(outcomes)" = 'its container did not start,ok' ]
    grep -Eq '^make: split out: its container did not start \(on node[123], job [0-9]+\): try 2 of 2$' said
    fails 1 '^make: split out: its container did not start \(try 2 of 2, .*: see jobs/out.log$' launch split out -- \
        ./contain always
    grep -q '^FATAL: container creation failed$' <<<"$stderr"
}

@test "job: one that is out of memory is tried again with twice as much" {
    cat >hungry <<'END'
#!/bin/bash
seconds=300
[ ! -e calls ] || seconds=0.5
echo >>calls
perl -e 'my $all = ""; vec($all, 130 << 20, 8) = 1; select undef, undef, undef, shift;
    open my $f, ">", "out" or die; print $f "fed\n"' $seconds
exit $? # a wrapper, as for a container: the peak is that of the program
END
    chmod +x hungry
    launch split out -- ./hungry 2>said
    grep -q '^make: split out: out of memory' said
    [ "$(outcomes)" = 'out of memory,ok' ]
    [ "$(tail -n 1 jobs.tsv | cut -f 8)" -ge 130 ]
}

@test "job: one whose node is lost is tried again on another; srun's status 0 does not count" {
    (until_true job_runs && node=$(node_of_job) && echo "$node" >lost && cluster lose "$node" && touch go) &
    launch split out -- ./tool out go 2>said
    wait
    grep -q '^make: split out: its node was lost' said
    [ "$(outcomes)" = 'its node was lost,ok' ]
    [ "$(cut -f 4 jobs.tsv | tail -n 1)" != "$(cat lost)" ]
    [ "$(cat out)" = result ]
    [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    cluster revive "$(cat lost)"
    until_true all_idle
}

@test "job: beside its old self, which lives on where the network is gone, it makes the same file" {
    cat >both <<'END'
#!/bin/bash
./tool out go && echo >>ended
END
    chmod +x both
    (until_true job_runs && node=$(node_of_job) && echo "$node" >lost && cluster cut "$node") &
    launch split out -- ./both &
    launched=$!
    until_true called 2
    [ ! -e ended ]
    touch go
    wait $launched
    [ "$(cat out)" = result ]
    [ "$(sort -u calls | wc -l)" = 2 ] # other names of temporary files
    until_true eval '[ "$(wc -l <ended)" = 2 ]'
    [ "$(cat out)" = result ]
    [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    cluster revive "$(cat lost)"
    until_true all_idle
}

@test "job: what can never run is refused at once, in one line" {
    profile 'partition = nowhere' >profile
    fails 1 '^make: split out: no job was made: .*invalid partition' launch split out -- ./tool out 0
    profile 'options = --constrain=x --no-such-option' >profile
    fails 1 "^make: split out: no job was made: srun: unrecognized option '--no-such-option'$" launch split out -- ./tool out 0
    profile 'memory = 100000' >profile
    fails 1 '^make: split out: no job was made: Memory specification can not be satisfied$' launch split out -- ./tool out 0
    # More processors than any node has: Slurm 22.05 lets them wait, 24.11 refuses.
    profile 'cpus = 64' >profile
    launch split out -- ./tool out 0 2>said &
    launched=$!
    waits='waits: Slurm says that no node can run it now: .*--cpus-per-task=64'
    until_true grep -Eq "^make: split out: ($waits|no job was made: CPU count per node)" said
    pkill -TERM -P $launched || kill $launched 2>/dev/null || true
    wait $launched || true
    until_true no_jobs
    [ ! -e calls ]
}

@test "job: a step has the GPUs that the profile gives it, and others have none" {
    profile 'extract.gpus = 1' >profile
    printf '%s\n' '#!/bin/bash' './tool "$1" 0.1 0 "gpus: ${SLURM_STEP_GPUS-none} ${CUDA_VISIBLE_DEVICES-none}"' >see
    chmod +x see
    launch extract out -- ./see out
    launch preprocess other -- ./see other
    [ "$(cat out)" = 'gpus: 0 0' ]
    [ "$(cat other)" = 'gpus: none none' ]
}

@test "job: a signal ends it, and leaves nothing" {
    for signal in INT TERM HUP; do
        rm -f calls
        # shellcheck disable=SC2030 # for this shell
        (export HILUM_PROFILE=profile HILUM_JOBS=jobs HILUM_TABLE=jobs.tsv HILUM_OUT=. HILUM_RETRIES=1 HILUM_SINCE=0
            with_signals "$ROOT/scripts/launch" split out -- ./tool out 30) &
        launched=$!
        until_true job_runs
        kill -$signal $launched
        status=0
        wait $launched || status=$?
        [ $status -gt 128 ]
        until_true no_jobs
        [ ! -e out ]
        [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    done
}

@test "job: it ends when make is killed, and the next make does not meet it" {
    sleep 100 &
    make=$!
    read -r stat </proc/$make/stat
    read -r -a stat <<<"${stat##*) }"
    MAKE_OWNER="host:$make:${stat[19]}" launch split out -- ./tool out go &
    launched=$!
    until_true job_runs
    kill -KILL $make
    wait $launched || true
    until_true no_jobs
    # The launcher itself is killed, too: its job goes on until the next one finds it.
    rm -f calls
    launch split out -- ./tool out go &
    launched=$!
    until_true job_runs
    pkill -KILL -P $launched || true
    kill -KILL $launched 2>/dev/null || true
    [ -n "$(squeue -h)" ]
    old=$(squeue -h -o %A)
    launch split out -- ./tool out 0.1
    [ "$(cat out)" = result ]
    ! squeue -h -t R -o %A | grep -qx "$old"
}

@test "job: several in one job of Slurm's, which ends with them" {
    jobs() { printf '%q split %s -- ./tool %s 0.2;' "$ROOT/scripts/launch" "$1" "$1"; }
    launch --hold bundle 3 -- "$(jobs a) $(jobs b) $(jobs c)"
    [ "$(cat a b c | sort -u)" = result ]
    [ "$(cut -f 5 jobs.tsv | tail -n +2 | cut -d . -f 1 | sort -u | wc -l)" = 1 ]
    until_true no_jobs
    fails 2 'failed with status 2' launch --hold bundle 1 -- "'$ROOT/scripts/launch' split d -- ./tool d 0 2"
    until_true no_jobs
}

@test "job: steps whose bundle has lost its job of Slurm's get jobs of their own" {
    jobs() { printf '%q split %s -- ./tool %s go;' "$ROOT/scripts/launch" "$1" "$1"; }
    (until_true job_runs && scancel "$(squeue -h -t R -o %A)" && until_true called 2 && touch go) &
    launch --hold bundle 3 -- "$(jobs a) $(jobs b) $(jobs c)" 2>said
    grep -q '^make: split a: killed' said
    [ "$(cat a b c | sort -u)" = result ]
    [ "$(cut -f 5,9 jobs.tsv | grep -c $'^[0-9]*\tok$')" = 3 ] # no numbers of steps
    until_true no_jobs
}

@test "job: one that is preempted is tried again, whether Slurm would cancel or requeue it" {
    scontrol create partitionname=urgent nodes=ALL prioritytier=9
    for mode in cancel requeue; do
        scontrol update partitionname=main preemptmode=$mode
        rm -f calls out jobs.tsv go
        (until_true job_runs && srun -Q -p urgent -N 3 --exclusive touch go) &
        urgent=$!
        launch split out -- ./tool out go 2>said
        wait $urgent
        grep -Eq '^make: split out: preempted \(on node[123], job [0-9]+\): try 2 of 2$' said
        [ "$(outcomes)" = preempted,ok ]
        [ "$(cat out)" = result ]
        [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    done
    scontrol delete partitionname=urgent
}

@test "job: it waits where Slurm takes no more jobs of this user" {
    mkdir bin
    cat >bin/srun <<END
#!/bin/bash
[ ! -e refused ] || exec $(command -v srun) "\$@"
touch refused
echo 'srun: error: AssocMaxSubmitJobLimit' >&2
echo "srun: error: Unable to allocate resources: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)" >&2
exit 1
END
    chmod +x bin/srun
    PATH=$PWD/bin:$PATH launch split out -- ./tool out 0.1 2>said
    grep -q '^make: split out: waits: Slurm takes no more jobs now: srun: error: AssocMaxSubmitJobLimit$' said
    [ "$(outcomes)" = ok ]
}

@test "job: shards run side by side, on every processor of three nodes" {
    for k in 1 2 3 4 5 6; do launch split "out$k" -- ./tool "out$k" go & done
    until_true called 6 # none of which has ended
    touch go
    wait
    [ "$(cut -f 4,9 jobs.tsv | tail -n +2 | sort | uniq -c | xargs)" = '2 node1 ok 2 node2 ok 2 node3 ok' ]
}

@test "job: where srun finds no Slurm, nothing is waited for" {
    mkdir bin
    printf '#!/bin/sh\necho "srun: fatal: Could not establish a configuration source" >&2\nexit 1\n' >bin/srun
    printf '#!/bin/sh\nexit 1\n' >bin/scancel
    chmod +x bin/*
    SECONDS=0 status=0
    PATH=$PWD/bin:$PATH launch split out -- ./tool out 0 2>said || status=$?
    [ "$status" = 1 ]
    [ "$(cat said)" = 'make: split out: no job was made: srun: fatal: Could not establish a configuration source' ]
    [ "$SECONDS" -lt 30 ]
}
