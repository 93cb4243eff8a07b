# SPDX-License-Identifier: BSD-2-Clause
# For tests of jobs: a cluster for each bats file, and small jobs to be launched on it.

load ../cli/helpers

# Packages that only these tests need. Where they are expected, as in continuous integration, it is an error that one is
# missing.
need_packages() { # COMMAND ...
    local command
    for command; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$command" >/dev/null && continue
        if [ -n "${HILUM_NEEDS_CLUSTER:-}" ]; then
            echo "$command is not installed: make deps-cluster installs it" >&2
            return 1
        fi
        skip "NOT RUN: needs the command $command: make deps-cluster installs it"
    done
}

start_cluster() { # NODES CPUS MB [GPUS]
    need_packages slurmctld slurmd munged srun
    export CLUSTER_FOLDER
    CLUSTER_FOLDER=$(mktemp -d /tmp/hilum-slurm.XXXXXX) # a socket's name is short, and others enter it
    "$ROOT/tests/cluster/slurm" start "$CLUSTER_FOLDER" "$1" "$2" "$3" "${4:-0}"
    export SLURM_CONF=$CLUSTER_FOLDER/slurm.conf
}
stop_cluster() {
    [ -n "${CLUSTER_FOLDER:-}" ] || return 0
    "$ROOT/tests/cluster/slurm" stop "$CLUSTER_FOLDER"
    rm -rf "$CLUSTER_FOLDER"
}
cluster() { "$ROOT/tests/cluster/slurm" "$1" "$CLUSTER_FOLDER" "${@:2}"; }

# profile LINE ...: a small profile with these lines, too. A job that was lost is waited for as long as latency says.
profile() {
    printf '%s\n' 'engine = slurm' 'cpus = 1' 'memory = 100' 'time = 5' 'latency = 1' 'patience = 30' 'at_once = 6' "$@"
}

# launch STEP TARGET -- COMMAND: scripts/launch as make calls it, for a run in the current folder
launch() {
    HILUM_PROFILE=${PROFILE:-profile} HILUM_JOBS=jobs HILUM_TABLE=jobs.tsv HILUM_OUT=. HILUM_RETRIES=${RETRIES-1} \
        HILUM_SINCE=0 HILUM_MANIFEST=${MANIFEST-} HILUM_MAKE=${MAKE_OWNER-} "$ROOT/scripts/launch" "$@"
}

# tool TARGET SECONDS [STATUS [TEXT]]: a program that takes that long, or until there is a file named go, and then writes
# its target as hilum's tools do, or fails. It keeps a list of its calls.
write_tool() {
    cat >tool <<'END'
#!/bin/bash
echo "$1 $HILUM_NODE $HILUM_JOB" >>calls
temp=$1.tmp-$HILUM_NODE-$HILUM_JOB-abcdef
echo begun >"$temp"
# Slurm ends all processes of a job, this one not necessarily first.
if [ "$2" = go ]; then
    until [ -e go ]; do sleep 0.1 || exit 9; done
else
    sleep "$2" || exit 9
fi
if [ "${3-0}" != 0 ]; then
    rm "$temp"
    echo "tool: this is wrong" >&2
    exit "$3"
fi
echo "${4-result}" >"$temp"
mv "$temp" "$1"
END
    chmod +x tool
}

# After a test: what was said, if it failed, and no job is left, nor a controller that was killed.
end_jobs() {
    say_why
    [ -n "$(sinfo -h 2>/dev/null)" ] || cluster recover
    timeout 20 scancel -u "$(id -un)" 2>/dev/null || true
}

# until_true COMMAND ...: waits for longer than any busy machine takes.
until_true() {
    local end=$((SECONDS + 120))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}
no_jobs() {
    local jobs
    jobs=$(squeue -h) && [ -z "$jobs" ]
}
# slurmctld saves its state at most 5 s after a change, and at once where it has saved nothing for so long. One that is
# killed before takes jobs that have ended for running, and knows nothing of those that have begun.
wait_until_all_is_saved() { sleep 6 && touch saved_before; }
all_idle() { [ "$(sinfo -h -N -t idle | wc -l)" = 3 ]; }
job_runs() { [ -s calls ]; }
# called TIMES: how often the tool was called
called() { [ "$(wc -l 2>/dev/null <calls)" = "$1" ]; }
outcomes() { cut -f 9 jobs.tsv | tail -n +2 | paste -sd ,; }

# with_signals COMMAND ...: as from a terminal; a shell starts what is in the background with SIGINT ignored.
with_signals() { exec perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV' "$@"; }

# For teardown: what was said in a test that has failed, what became of its jobs, and what Slurm's daemons know of it.
say_why() {
    local log
    [ -z "${BATS_TEST_COMPLETED-}" ] || return 0
    tail -n 30 "$BATS_TEST_TMPDIR"/{said,*.said,jobs.tsv,*/*/jobs.tsv} 2>/dev/null || true
    while IFS= read -r log; do # of jobs that did not end well; what srun said is kept of those
        ! tail -n 1 -- "$log" | grep -q '^run-job: .*: status 0 ' || continue
        echo "==> $log <=="
        tail -n 15 -- "$log"
    done < <(find "$BATS_TEST_TMPDIR" -path '*/jobs/*' \( -name '*.log' -o -name '*.engine' \))
    [ -n "${CLUSTER_FOLDER-}" ] || return 0
    timeout 20 squeue -o '%i %j %T %r %N' || true
    timeout 20 sinfo -N -o '%N %T %E' || true
    tail -n 15 "$CLUSTER_FOLDER"/log/*.log || true
}
