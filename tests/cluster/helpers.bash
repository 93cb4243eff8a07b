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

start_cluster() { # NODES CPUS MB
    need_packages slurmctld slurmd munged srun
    export CLUSTER_FOLDER
    CLUSTER_FOLDER=$(mktemp -d /tmp/hilum-slurm.XXXXXX) # a socket's name is short, and others enter it
    "$ROOT/tests/cluster/slurm" start "$CLUSTER_FOLDER" "$@"
    export SLURM_CONF=$CLUSTER_FOLDER/slurm.conf
}
stop_cluster() {
    [ -n "${CLUSTER_FOLDER:-}" ] || return 0
    "$ROOT/tests/cluster/slurm" stop "$CLUSTER_FOLDER"
    rm -rf "$CLUSTER_FOLDER"
}
cluster() { "$ROOT/tests/cluster/slurm" "$1" "$CLUSTER_FOLDER" "${@:2}"; }

# profile LINE ...: a small profile with these lines, too
profile() {
    printf '%s\n' 'engine = slurm' 'cpus = 1' 'memory = 100' 'time = 5' 'latency = 5' 'patience = 30' 'at_once = 6' "$@"
}

# launch STEP TARGET -- COMMAND: scripts/launch as make calls it, for a run in the current folder
launch() {
    HILUM_PROFILE=${PROFILE:-profile} HILUM_JOBS=jobs HILUM_TABLE=jobs.tsv HILUM_OUT=. HILUM_RETRIES=${RETRIES-1} \
        HILUM_SINCE=0 HILUM_MANIFEST=${MANIFEST-} HILUM_MAKE=${MAKE_OWNER-} "$ROOT/scripts/launch" "$@"
}

# tool TARGET SECONDS [STATUS [TEXT]]: a program that takes that long and then writes its target as hilum's tools do, or
# fails. It keeps a list of its calls.
write_tool() {
    cat >tool <<'END'
#!/bin/bash
echo "$1 $HILUM_NODE $HILUM_JOB" >>calls
temp=$1.tmp-$HILUM_NODE-$HILUM_JOB-abcdef
echo begun >"$temp"
sleep "$2" || exit 9 # Slurm ends all processes of a job, this one not necessarily first
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

# until_true SECONDS COMMAND ...
until_true() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}
no_jobs() { [ -z "$(squeue -h)" ]; }
outcomes() { cut -f 9 jobs.tsv | tail -n +2 | paste -sd ,; }

# with_signals COMMAND ...: as from a terminal; a shell starts what is in the background with SIGINT ignored.
with_signals() { exec perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV' "$@"; }
