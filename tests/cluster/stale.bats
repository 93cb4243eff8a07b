#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A shared disk whose client remembers for seconds that a file was not there, or how large it was, as NFS clients do.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 2 2 500; }
teardown_file() { stop_cluster; }
setup() {
    cd "$BATS_TEST_TMPDIR"
    write_tool
}

# stale SECONDS COMMAND ...: the command sees the current folder through a mount of its own, which remembers what it
# has seen for so long; everybody else, and so every job, sees it as it is.
stale() {
    need_packages bindfs unshare
    [ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || skip 'NOT RUN: needs root and /dev/fuse'
    # shellcheck disable=SC2016 # for the other shell
    unshare -m --propagation private bash -c '
        seconds=$1 folder=$PWD
        shift
        cd /
        bindfs -f -o "nonempty,entry_timeout=$seconds,attr_timeout=$seconds,negative_timeout=$seconds" \
            "$folder" "$folder" &
        mount=$!
        until [ "$(stat -f -c %T "$folder")" = fuseblk ]; do
            kill -0 $mount 2>/dev/null || exit 125
            sleep 0.05
        done
        cd "$folder"
        status=0
        "$@" || status=$?
        cd /
        umount -l "$folder"
        wait $mount
        exit $status' stale "$@"
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
