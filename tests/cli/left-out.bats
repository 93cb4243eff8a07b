#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Images that cannot be read are left out with ON_ERROR=skip, listed, and counted in the report.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 40 --images-per-patient 1 --max-images 1 --min-size 64 --max-size 80 set
    local files=(set/NORMAL/*)
    printf 'II*\0' >"${files[0]}"
    printf '<!DOCTYPE html>\n' >"${files[3]}"
    head -c 500 "${files[6]}" >cut && mv cut "${files[6]}"
    ln -sf gone.png "${files[9]}"
    printf '%s\n' "${files[0]#set/}" "${files[3]#set/}" "${files[6]#set/}" "${files[9]#set/}" >bad
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

make_run() {
    make -s --no-print-directory -C "$ROOT" "$@" MODEL=mobilenetv2 SIZE=32 EPOCHS=1 JOBS=1 WEIGHTS=seeded:1 EXPLAIN=0 RESAMPLES=20 \
        QUIET=-q DATA="$BATS_FILE_TMPDIR/set" RESULTS="$BATS_FILE_TMPDIR/results"
}

@test "left out: without ON_ERROR the run ends, and says what decides" {
    run --separate-stderr make_run all RUN=run
    [ "$status" -ne 0 ]
    grep -q 'NORMAL/.*found a TIFF image; convert it to PNG, as `magick x.tif x.png` does; 16 bits are kept, see DEPTH (--on-error skip, ON_ERROR=skip, leaves such images out)' <<<"$stderr"
    [ ! -e results/run/rejects.tsv ]
}

@test "left out: ON_ERROR=skip lists the images, and the report counts them by class and subset" {
    make_run all RUN=run ON_ERROR=skip
    cmp bad <(grep -v '^#' results/run/rejects.tsv | tail -n +2 | cut -f 1)
    local report=results/run/report.md
    grep -q '^> - 4 of 40 images could not be read and were left out: see section Images left out' $report
    grep -q '^> - What was left out differs between the classes: 0 of [0-9]* images of PNEUMONIA (0.0[^0-9]*%), but 4 of [0-9]* of NORMAL' $report
    ! grep -q 'The manifest lists' $report
    grep -q 'Images that cannot be read are excluded: 4 of 40' $report
    grep -q "^| $(sed -n 2p bad) | expected a JPEG, PNG or DICOM image, found a web page (HTML); download the image again |" $report
    grep -q "^| $(sed -n 4p bad) | cannot be read: No such file or directory |" $report
    # The cells of the table are those of the list and the manifest.
    for class in NORMAL PNEUMONIA; do
        row=$(grep -m 1 "^| $class | .* / .* (.*%" $report)
        at=2
        for subset in train val test; do
            k=$(grep -c "	$class	$subset	" results/run/rejects.tsv) || true
            n=$(grep -c "	$class	.*	$subset$" results/run/manifest.tsv) || true
            at=$((at + 1))
            [ "$n" -eq 0 ] || [[ $(cut -d '|' -f $at <<<"$row") == " $k / $n "* ]]
        done
    done
    grep -q '^knob	ON_ERROR	skip$' results/run/experiment.tsv
    grep -q '^file	rejects.tsv	sha256:' results/run/experiment.tsv
    zstd -qdc results/run/features.safetensors.zst | head -c 20000 | grep -aqF -- '--on-error skip'
}

@test "left out: with ON_ERROR=stop again, no list of an earlier run stays" {
    run --separate-stderr make_run all RUN=run
    [ "$status" -ne 0 ]
    [ ! -e results/run/rejects.tsv ]
}

@test "left out: in a cross validation, too" {
    run --separate-stderr make_run kfold RUN=kfold K=3 ON_ERROR=skip
    echo "$output $stderr"
    [ "$status" -eq 0 ]
    grep -q '^pooled *36 ' <<<"$output"
}

@test "left out: report refuses a list of another run, an unknown image and one listed twice" {
    local data=$DATA/report
    rejects() {
        printf '#hilum-rejects 1\npath\tlabel\tsubset\treason\n' >r.tsv
        [ $# -eq 0 ] || printf '%s\n' "$@" >>r.tsv
    }
    rejected() {
        fails 1 "$1" report --metrics "$data/metrics.json" --manifest "$data/manifest.tsv" --rejects r.tsv -o out.html
        [ ! -e out.html ]
    }
    rejects $'NORMAL/00.png\tNORMAL\ttrain\tempty'
    report --metrics "$data/metrics.json" --manifest "$data/manifest.tsv" --rejects r.tsv --markdown out.md -o /dev/null
    grep -q '^> - 1 of 14 images could not be read and was left out' out.md
    ! grep -q 'differs between the classes' out.md # one image is no pattern
    rejects
    report --metrics "$data/metrics.json" --manifest "$data/manifest.tsv" --rejects r.tsv --markdown out.md -o /dev/null
    grep -q '^None: every image could be read' out.md
    ! grep -q 'could not be read and' out.md
    rejects $'NORMAL/99.png\tNORMAL\ttrain\tempty'
    rejected "r.tsv: row 1: expected an image of the manifest, found 'NORMAL/99.png'"
    rejects $'NORMAL/00.png\tNORMAL\ttrain\tempty' $'NORMAL/00.png\tNORMAL\ttrain\tempty'
    rejected "r.tsv: row 2: 'NORMAL/00.png' is listed twice"
    rejects $'NORMAL/00.png\tNORMAL\ttrain\tempty' $'NORMAL/01.png\tNORMAL\ttrain\tempty' $'NORMAL/00.png\tNORMAL\ttrain\tempty'
    rejected "r.tsv: row 3: 'NORMAL/00.png' is listed twice"
    rejects 'NORMAL/00.png'
    rejected 'r.tsv'
    printf '#hilum-rejects 1\npath\treasons\n' >r.tsv
    rejected "r.tsv: expected a column 'reason'"
    printf '#hilum-audit 1\npath\treason\n' >r.tsv
    rejected 'hilum-rejects 1'
    printf '#hilum-rejects 1\n#provenance\t[{"tool":"split","x":1}]\npath\treason\n' | with_checksum >r.tsv
    rejected "r.tsv is from another run than"
    fails 2 'rejects: expected --manifest with it' report --metrics "$data/metrics.json" --rejects r.tsv -o out.html
}
