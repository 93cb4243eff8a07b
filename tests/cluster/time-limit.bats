#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# A real time limit, which Slurm keeps 60 to 90 s late, in a file of its own since it can run beside the others.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { start_cluster 1 1 500; }
teardown_file() { stop_cluster; }

@test "job: one that is out of time is tried again with twice as much" {
    cd "$BATS_TEST_TMPDIR"
    write_tool
    profile 'time = 1' >profile
    # The first try never ends by itself.
    cat >slow <<'END'
#!/bin/bash
[ -e calls ] && exec ./tool out 0.1
exec ./tool out 600
END
    chmod +x slow
    launch split out -- ./slow 2>said
    [ "$(cat out)" = result ]
    grep -Eq '^make: split out: out of time \(on node1, job [0-9]+\): try 2 of 2$' said
    [ "$(outcomes)" = 'out of time,ok' ]
    [ -z "$(ls ./*.tmp-* 2>/dev/null)" ]
    # A training goes on from its checkpoint: while that is there, the job is not done.
    rm -f calls out jobs.tsv
    echo >checkpoint
    cat >train <<'END'
#!/bin/bash
[ ! -e calls ] || rm checkpoint
exec ./tool out 0.1
END
    chmod +x train
    launch --unfinished checkpoint train out -- ./train
    [ "$(outcomes)" = interrupted,ok ]
}
