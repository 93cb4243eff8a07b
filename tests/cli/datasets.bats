#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The commands of docs/datasets.md, as they are on the page, each on a miniature of its collection, from the images to
# the report.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    command make -s -C "$ROOT" install PREFIX="$PWD/prefix" >/dev/null
    phantom -q -n 40 --min-size 64 --max-size 72 phantoms
}

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# make, as the page calls it, with what keeps a run short in the environment
make() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u COLUMNS MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=32 NEURONS=0 \
        EPOCHS=1 RESAMPLES=0 EXPLAIN=0 JOBS=1 RUN=run QUIET=-q make -sf "$BATS_FILE_TMPDIR/prefix/share/hilum/Makefile" "$@"
}

# as_documented HEADING SET: runs the command below a heading of the page on the miniature.
as_documented() {
    "$ROOT/tests/datasets/make-miniature" "$2" "$BATS_FILE_TMPDIR/phantoms"
    sed -n "/^## $1\$/,/^## /p" "$ROOT/docs/datasets.md" | sed -n '/^```sh/,/^```$/p' | grep -v '^```' >command
    [ "$(grep -c '^make all ' command)" -eq 1 ]
    . ./command >log 2>&1 || { cat log && return 1; }
    [ -s results/run/report.html ]
}

rows() { grep -v '^#' "results/run/$1" | tail -n +2; }

# classes: "CLASS CLASS ..." of the manifest
classes() { rows manifest.tsv | cut -f 2 | sort -u | paste -sd /; }

# carries NAMES: with commas between them, in the manifest and in the predictions, with the same values for each image
carries() {
    local n=$(($(tr -cd , <<<"$1" | wc -c) + 1))
    [ "$(grep -v '^#' results/run/manifest.tsv | head -n 1 | cut -f 5- | tr '\t' ,)" = "$1" ]
    [ "$(grep -v '^#' results/run/predictions.tsv | head -n 1 | cut -f 8- | tr '\t' ,)" = "$1" ]
    rows predictions.tsv | cut -f 1,8- | sort >predicted
    [ -s predicted ]
    [ "$(head -n 1 predicted | tr -cd '\t' | wc -c)" -eq "$n" ]
    rows manifest.tsv | grep "$(printf '\ttest\t')" | cut -f 1,5- | sort | diff - predicted
}

# The report shows a rule with its setting and the number that it left out.
shows() { sed -n '/^## Labels$/,/^## /p' results/run/report.md | tr -s ' ' | grep -qF "| $1 | $2 | $3 |"; }

@test "datasets: every command of the page has a test" {
    grep '^## ' "$ROOT/docs/datasets.md" | sed 's/^## //' | sort >headings
    sed -n "s/^    as_documented '\([^']*\)'.*/\1/p" "$ROOT/tests/cli/datasets.bats" | sort | diff headings -
}

@test "datasets: Kermany" {
    as_documented 'Kermany' kermany
    [ "$(classes)" = NORMAL/PNEUMONIA ]
    [ "$(rows manifest.tsv | wc -l)" -eq "$(find chest_xray/t* chest_xray/val -name '*.jpeg' | wc -l)" ]
    run ! grep -q '^chest_xray' <(rows manifest.tsv)
}

@test "datasets: NIH ChestX-ray14" {
    as_documented 'NIH ChestX-ray14' nih
    [ "$(classes)" = '(no Pneumonia)/Pneumonia' ]
    carries sex,age,view
    shows 'Chosen rows' view=PA "$(grep -c ',AP,' nih/Data_Entry_2017.csv)"
    shows 'Positive cells' 'those with the label Pneumonia, alone or among others' –
}

@test "datasets: CheXpert" {
    as_documented 'CheXpert' chexpert
    [ "$(classes)" = '(no Pneumonia)/Pneumonia' ]
    carries sex,age,view
    shows 'Uncertain cells (-1)' 'left out' "$(grep -c 'Frontal.*,-1.0,' CheXpert-v1.0-small/train.csv)"
    shows 'Blank cells' "negative, $(grep -c 'Frontal,AP,,,,,,,,,,0.0' CheXpert-v1.0-small/train.csv) rows" 0
}

@test "datasets: RSNA" {
    as_documented 'RSNA' rsna
    [ "$(classes)" = '(no Target)/Target' ]
    shows 'Several rows of an image' 'folded; different labels are an error' "$(($(grep -c ',1$' rsna/*.csv) / 2))"
}

@test "datasets: VinDr-CXR" {
    as_documented 'VinDr-CXR' vindr
    [ "$(classes)" = '(no Lung Opacity)/Lung Opacity' ]
    shows 'Several rows of an image' 'positive if any of them is' "$((2 * $(rows manifest.tsv | wc -l)))"
}

@test "datasets: PadChest" {
    as_documented 'PadChest' padchest
    [ "$(classes)" = '(no pneumonia)/pneumonia' ]
    carries sex,birth,view
    shows 'Blank cells' 'left out' "$(grep -c 'PA,Manual.*,Physician,,' padchest/*.csv)"
}

@test "datasets: COVID-19 Radiography Database" {
    as_documented 'COVID-19 Radiography Database' covid
    [ "$(classes)" = Normal/PNEUMONIA ]
    run ! grep -q masks <(rows manifest.tsv)
    shows 'Classes and their labels' 'Normal;PNEUMONIA=COVID\|Viral Pneumonia' "$(find COVID* -path '*/Lung_Opacity/images/*' | wc -l)"
    shows 'Excluded files' masks "$(find COVID* -path '*/masks/*' | wc -l)"
}

@test "datasets: Shenzhen" {
    as_documented 'Shenzhen' shenzhen
    [ "$(classes)" = normal/tuberculosis ]
    [[ $(rows manifest.tsv | head -n 1 | cut -f 1-3 | tr '\t' :) == CXR_png/CHNCXR_0001_1.png:tuberculosis:CHNCXR_0001 ]]
}

@test "datasets: Montgomery" {
    as_documented 'Montgomery' montgomery
    [ "$(classes)" = normal/tuberculosis ]
    run ! grep -q Mask <(rows manifest.tsv)
    # Without EXCLUDE, the masks are noticed.
    sed -i 's/EXCLUDE=ManualMask//' command
    run . ./command
    [ "$status" -ne 0 ]
    [[ $output == *"X-rays and their masks"* ]]
}
