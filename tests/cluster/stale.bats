#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A shared disk whose client remembers for seconds that a file was not there, or how large it was, as NFS clients do.

load make_helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 2 2 500; }
teardown_file() { stop_cluster; }
setup() {
    need_packages bindfs unshare
    [ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || skip 'NOT RUN: needs root and /dev/fuse'
    cd "$BATS_TEST_TMPDIR"
    write_tool
}
teardown() {
    say_why
    [ ! -e "$BATS_TEST_TMPDIR"/mounts ] || xargs kill <"$BATS_TEST_TMPDIR"/mounts
}

# with_mount SECONDS COMMANDS ARGUMENT ...: commands of bash that see the current folder through a mount of their own, by
# process $mount, which remembers for SECONDS what it has seen; everybody else sees the folder as it is.
with_mount() {
    # shellcheck disable=SC2016 # for the other shell
    unshare -m --propagation private bash -c '
        seconds=$1 folder=$PWD commands=$2
        shift 2
        cd /
        bindfs -f -o "nonempty,entry_timeout=$seconds,attr_timeout=$seconds,negative_timeout=$seconds" \
            "$folder" "$folder" &
        mount=$!
        until mountpoint -q "$folder"; do
            kill -0 $mount 2>/dev/null || exit 125
            sleep 0.05
        done
        cd "$folder"
        eval "$commands"' with_mount "$@"
}
stale() { # SECONDS COMMAND ...
    # shellcheck disable=SC2016 # for the other shell
    with_mount "$1" '
        status=0
        "$@" || status=$?
        cd /
        umount -l "$folder"
        wait $mount
        exit $status' "${@:2}"
}
# The jobs of a node see what others write late, too.
stale_node() { # SECONDS NODE
    cluster cut "$2"
    # shellcheck disable=SC2016 # for the other shell
    with_mount "$1" 'echo $mount >>mounts; "$@"' "$ROOT/tests/cluster/slurm" revive "$CLUSTER_FOLDER" "$2" \
        >/dev/null 2>&1
}

launch_stale() { # LATENCY TARGET
    profile "latency = $1" >profile
    stale 4 env HILUM_PROFILE=profile HILUM_JOBS=jobs HILUM_TABLE=jobs.tsv HILUM_OUT=. HILUM_RETRIES=0 HILUM_SINCE=0 \
        bash -c '! cat "$1" 2>/dev/null; "$0" split "$1" -- ./tool "$1" 0.2 && cat "$1"' "$ROOT/scripts/launch" "$2"
}

@test "stale: a target that this machine does not see yet is waited for" {
    [ "$(launch_stale 15 out)" = result ]
}

@test "stale: one that has replaced another is waited for, too" {
    echo 'an old and longer result' >out
    [ "$(launch_stale 15 out | tail -n 1)" = result ]
}

@test "stale: one that does not appear within the latency is named" {
    fails 1 '^make: split out: (no word of its end was seen within|out is not here) 1 s' launch_stale 1 out
}

@test "stale: make all, where make and each node see what the others write seconds later" {
    make_here
    cd "$BATS_TEST_TMPDIR"
    profile 'latency = 30' >profile
    stale_node 3 node1
    stale_node 3 node2
    until_true eval '[ "$(sinfo -h -N -t idle | wc -l)" = 2 ]'
    for knobs_of_try in EXPLAIN=0 'EXPLAIN=1 NEURONS=4'; do # the second replaces files
        # shellcheck disable=SC2086 # knobs
        run_make "$BATS_FILE_TMPDIR/here" all $knobs_of_try
        knobs_of_run "$PWD/there"
        # shellcheck disable=SC2086 # knobs
        stale 3 env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" "${knobs[@]}" SHARDS=3 CLUSTER="$PWD/profile" \
            $knobs_of_try all
        same_bytes
        [ "$(outcomes_of_make)" = ok ]
    done
    cmp {"$BATS_FILE_TMPDIR/here",there}/a/explain/explain.tsv
    until_true no_jobs
}
