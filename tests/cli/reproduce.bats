#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# make reproduce and make diff, by what experiment.tsv states.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 14 --min-size 64 --max-size 80 set
    sleep 2.1 # or it is not remembered
    zstd -qdo w.h5 "$DATA/../parity/data/mobilenetv2_notop.keras2.h5.zst"
    experiment sweep NEURONS="4 8" >log
    experiment all >>log
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    out=$PWD/results/run
}

experiment() { # GOAL KNOB=value...
    make --no-print-directory -C "$ROOT" RESULTS="$BATS_FILE_TMPDIR/results" RUN=run \
        MODEL=mobilenetv2 SIZE=32 EPOCHS=2 DROPOUT=0.5 DATA="$BATS_FILE_TMPDIR/set" \
        WEIGHTS="$BATS_FILE_TMPDIR/w.h5" JOBS=1 EXPLAIN=0 "$@" 2>&1
}

names_of() { awk -F '\t' -v kind="$1" '$1 == kind { print $2 }' "$2/experiment.tsv"; }

reproduce() { make --no-print-directory -C "$ROOT" reproduce RUN="$1" RESULTS="$PWD/results" 2>&1; }

# refuses PATTERN RUN: reproduce fails, and its last words match.
refuses() {
    run reproduce "$2"
    echo "$output"
    [ "$status" -ne 0 ] && grep -qE -- "^reproduce: $1" <<<"${lines[-2]}"
}

@test "reproduce: a run gives the same bytes" {
    run reproduce "$out"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "reproduce: $out: the same bytes in $(names_of file "$out" | paste -sd ' ')" ]
    for f in manifest.tsv {images,features,head}.safetensors.zst {history,predictions}.tsv metrics.json; do
        names_of file "$out" | grep -qx "$f"
    done
}

@test "reproduce: what split and audit remember is not believed; another run takes it" {
    cp -r results/.digests digests
    spoil_prints results/.digests/*.fingerprints 136
    run reproduce "$out"
    echo "$output"
    [ "$status" -eq 0 ]
    rm -rf "$out/../other-run"
    experiment all RUN=other-run
    images() { sed -n 's/^#provenance.*"images":"\(sha256:[0-9a-f]*\).*/\1/p' "$1"; }
    [ "$(images "$out/manifest.tsv")" != "$(images "$out/../other-run/manifest.tsv")" ]
    [ "$(images "$out/audit.tsv")" != "$(images "$out/../other-run/audit.tsv")" ]
    [ "$(grep -v '^#' "$out/manifest.tsv")" = "$(grep -v '^#' "$out/../other-run/manifest.tsv")" ]
    rm -rf results/.digests "$out/../other-run"
    mv digests results/.digests
}

@test "reproduce: a member of a sweep gives the same bytes, also without its run's features" {
    cp -r "$out/sweep/NEURONS@8" alone
    run reproduce "$PWD/alone"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "reproduce: the first difference is named: what differs in which file" {
    cp -r "$out" other
    # As if the run had been made with other knobs than it states.
    sed -i 's/^\(knob\tNEURONS\t\).*/\18/' other/experiment.tsv
    renew_checksum other/experiment.tsv
    refuses ".*other/head.safetensors.zst and .* differ: hilum.provenance: 'train-head --neurons 256' and 'train-head --neurons 8'" \
        "$PWD/other"
}

@test "reproduce: files, images and weights that changed since the run are named" {
    cp -r "$out" changed
    sed -i 's/NORMAL/normal/' changed/predictions.tsv
    refuses '.*changed/predictions.tsv has changed since the run: expected sha256:.*, found' "$PWD/changed"
    printf x >>w.h5
    refuses 'WEIGHTS=.*w.h5 has changed since the run: expected sha256:.*, found sha256:' "$out"
    truncate -s -1 w.h5
    mv set/PHANTOM.json card
    refuses 'DATA=.*set has changed since the run: expected sha256:.*, found sha256:' "$out"
    mv card set/PHANTOM.json
}

@test "reproduce: a scratch place that make cannot have results in is told" {
    for name in 'a b' 'a:b' "it's" 'a$b' 'a#b' 'a[b' 'a\b'; do
        mkdir "$name"
        TMPDIR=$PWD/$name refuses "TMPDIR=.*: make cannot have results there, expected a path without blanks" "$out"
        rmdir "$name"
    done
}

@test "reproduce: what is no complete run is refused" {
    refuses 'expected RUN=the folder of a complete run; .*nowhere is none' nowhere
    mkdir -p old
    printf 'MODEL\tvgg16\n' >old/experiment.tsv
    refuses 'expected RUN=the folder of a complete run; .*old is none' "$PWD/old"
}

@test "diff: knobs, digests and figures that differ, and what only one states" {
    diff_runs() { make --no-print-directory -C "$ROOT" diff RESULTS="$PWD/results" "$@" 2>&1; }
    cp -r "$out" third
    sed -i -e '/^knob\tL2\t/d' -e 's/^\(knob\tSIZE\t\).*/\1/' third/experiment.tsv
    renew_checksum third/experiment.tsv
    sed -i 's/^  "log_loss": .*/  "log_loss": null,/' third/metrics.json
    run diff_runs A=run B="$PWD/third"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[0]} =~ ^SIZE\ +32\ -\>\ \(empty\)$ ]]
    [[ ${lines[1]} =~ ^L2\ +1e-2\ -\>\ \(none\)$ ]]
    [[ ${lines[2]} =~ ^n\ +[0-9]+\ -\>\ [0-9]+$ ]]
    [[ $output =~ accuracy\ +0\.[0-9]{4}\ -\>\ 0\.[0-9]{4} ]]
    [[ $output =~ log_loss\ +[0-9]+\.[0-9]{4}\ -\>\ - ]]
    run diff_runs A="$out/sweep/NEURONS@4" B="$out/sweep/NEURONS@8"
    [[ ${lines[0]} =~ ^NEURONS\ +4\ -\>\ 8$ ]]
    [[ ${lines[1]} =~ ^head.safetensors.zst\ +sha256:[0-9a-f]{12}...\ -\>\ sha256:[0-9a-f]{12}...$ ]]
    run diff_runs A=nowhere B=run
    [ "$status" -ne 0 ]
    [[ $output == *"expected A=RUN B=RUN, two folders of complete runs; "*"nowhere is none"* ]]
    run diff_runs A=run
    [[ $output == *"expected A=RUN B=RUN"* ]]
}
