# SPDX-License-Identifier: BSD-2-Clause
# For tests of make on a cluster: a small run on this machine, whose bytes others must have.

load helpers

setup_file() {
    start_cluster 3 2 1000
    make_here
}
teardown_file() { stop_cluster; }
setup() {
    cd "$BATS_TEST_TMPDIR"
    profile >profile
}
teardown() { end_jobs; }

make_here() {
    export OMP_NUM_THREADS=1
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 24 --min-size 60 --max-size 80 set
    run_make "$BATS_FILE_TMPDIR/here" all
}
knobs_of_run() { # RESULTS
    knobs=(DATA="$BATS_FILE_TMPDIR/set" MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=32 EPOCHS=3 EXPLAIN=0 RESAMPLES=50
        DIGESTS="$BATS_FILE_TMPDIR/digests" RESULTS="$1" RUN=a bin="${HILUM_BIN:-build/bin}")
}
run_make() { # RESULTS GOAL KNOB ...
    knobs_of_run "$1"
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" "${knobs[@]}" "${@:2}" # the last value of a knob wins
}
by_jobs() { run_make "$PWD/there" "${1:-all}" SHARDS="${SHARDS:-4}" CLUSTER="${PROFILE:-$PWD/profile}" "${@:2}"; }
same_bytes() {
    local file
    for file in manifest.tsv audit.tsv images.safetensors.zst features.safetensors.zst head.safetensors.zst \
        metrics.json predictions.tsv calibration.safetensors.zst report.html; do
        cmp "$BATS_FILE_TMPDIR/here/a/$file" "$PWD/there/a/$file" || return 1
    done
}
outcomes_of_make() { cut -f 9 there/a/jobs.tsv | tail -n +2 | sort -u | paste -sd ,; }

# waiting_tools: the tools, in a folder for HILUM_BIN. All preprocess but that of the first shard waits for a file named
# preprocess here, extract-features for one named extract-features.
waiting_tools() {
    local tool
    mkdir tools
    for tool in "${HILUM_BIN:-$ROOT/build/bin}"/*; do
        ln -s "$tool" tools
    done
    for tool in preprocess extract-features; do
        rm "tools/$tool"
        {
            printf '#!/bin/sh\ncase "$*" in\n*--version* | *"--shard 1/"*) ;;\n'
            printf '*) until [ -e "%s" ]; do sleep 0.1; done ;;\nesac\n' "$PWD/$tool"
            printf 'exec "%s" "$@"\n' "${HILUM_BIN:-$ROOT/build/bin}/$tool"
        } >"tools/$tool"
        chmod +x "tools/$tool"
    done
    export HILUM_BIN=$PWD/tools
}
jobs_run() { # NAME COUNT: at least COUNT jobs of that name run
    local running
    running=$(squeue -h -t R -o %j) && [ "$(grep -c "$1" <<<"$running")" -ge "$2" ]
}
