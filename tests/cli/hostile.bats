#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Hostile names: of files, folders, classes and outputs. They are made here, because a repository
# cannot contain them. Files with hostile contents are in tests/hostile.

load helpers
bats_require_minimum_version 1.5.0

folder=$'X-rays of \'A\' & "B"; $(touch owned) `touch owned`\n\ttab, caf\303\251'
sick=$'$(touch owned)\t<script>alert("1")\n\303\251'
names=($'a line\nbreak.png' $'a\ttab.png' ' blank first.png' 'blank last .png' '-rf.png' '--help.png' '$(touch owned).png'
    '`touch owned`.png' '"quotes" '\''both'\''.png' ';touch owned;.png' '|touch owned|.png' '>owned.png' '&.png' '*.png' '[a-z]?.png'
    '~root.png' '#comment.png' 'dots...png' 'back\slash\n.png' '%s%n%d.png' $'caf\303\251.png' $'\342\200\256gnp.evil.png' '<b>&amp;.png'
    'comma,semicolon;.png' $'\033[2Jescape.png' "$(printf '%0200d' 0).png")

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    mkdir -p "$folder/-x" "$folder/$sick"
    phantom -q -n 40 --images-per-patient 1 --max-images 1 --min-size 64 --max-size 80 set
    local drawn=(set/*/*.png) i=0 class name
    for class in -x "$sick"; do
        for name in "${names[@]}"; do
            cp "${drawn[i % ${#drawn[@]}]}" "$folder/$class/$name"
            printf '\0%d' $((i += 1)) >>"$folder/$class/$name" # no two copies of one file
        done
    done
    (cd "$folder" && find . -type f -printf '%P\0' | sort -z) >listed
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

teardown() {
    [ -z "$(find . -name owned)" ] # no part of a name was ever executed
}

# unescaped COLUMN: the names in a column of a table, a zero byte after each
unescaped() {
    grep -av '^#' | tail -n +2 | cut -f "$1" | perl -ne 'chomp;
        s/\\([tnr\\])/{t => "\t", n => "\n", r => "\r", "\\" => "\\"}->{$1}/ge; print "$_\0"' | sort -z
}

@test "hostile: names of files, folders and classes go through every tool, byte by byte" {
    split -q --exact --duplicates apart -o m.tsv "$folder"
    cmp listed <(unescaped 1 <m.tsv)
    audit -q -o audit.tsv m.tsv
    preprocess -q --size 32 -o images m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -e 2 -j 1 --positive "$sick" --history history.tsv -o head features
    evaluate -q --subset all -p p.tsv -c calibration -o metrics.json head features
    cmp listed <(unescaped 1 <p.tsv)
    grep -aqF 'p_$(touch owned)\t<script>alert("1")\n' p.tsv
    compare -q --resamples 10 --subset test -n "a,b" -o compare.tsv p.tsv p.tsv
    explain -q -i images -p p.tsv -w seeded:1 -n 3 -o maps head
    predict -q -w seeded:1 -c calibration --page page.html -o worklist.tsv head "$folder"
    [ "$(unescaped 2 <worklist.tsv | tr -dc '\0' | wc -c)" -eq $((2 * ${#names[@]})) ]
    report -q --metrics metrics.json --history history.tsv --predictions p.tsv --manifest m.tsv --audit audit.tsv \
        --explain maps --markdown report.md --json report.json -o report.html
    for page in report.html page.html; do
        ! grep -q '<script>alert' $page
        grep -qF '&lt;script&gt;alert' $page
    done
    quickcheck head >shown
    ! grep -q $'[\t\033]' shown
}

@test "hostile: names on standard input, with zero bytes between" {
    (cd "$folder" && predict -q -w seeded:1 -0 -o ../from-names.tsv ../head - <../listed)
    cmp listed <(unescaped 2 <from-names.tsv)
}

@test "hostile: outputs and inputs of any name, in a folder of any name" {
    mkdir -p "out $folder"
    cd "out $folder"
    for name in "${names[@]}"; do
        split -q --exact --duplicates apart -o "./$name" "../$folder"
        [ "$(ls -A)" = "$(printf '%s' "$name")" ] # no temporary file beside it
        preprocess -q --size 8 -o "../small" "./$name"
        rm -- "./$name"
    done
    cp ../head -- --help
    run evaluate -q -o ./-o -- --help ../features # a name that looks like an option, after --
    [ "$status" -eq 0 ]
    [ -s ./-o ]
}

@test "hostile: a message about any name is one line" {
    for name in "${names[@]}"; do
        fails 1 'cannot be read: No such file' preprocess -o out "./no $name"
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
        ! grep -q $'\033' <<<"$stderr"
        fails 1 'cannot be read: No such file' quickcheck "./no $name"
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
    done
}

@test "hostile: a manifest may lead elsewhere, but only to regular files" {
    mkdir -p away/inside
    cp set/NORMAL/"$(ls set/NORMAL | head -n 1)" away/there.png
    printf '#hilum-manifest 1\n#root\taway/inside\npath\tlabel\tpatient\tsubset\n../there.png\tA\tp\ttrain\n' >out-of.tsv
    preprocess -q --size 16 -o away/images out-of.tsv # a manifest is the user's own, so it may
    mkfifo away/inside/pipe.png
    sed 's#^\.\./there#pipe#' out-of.tsv >pipe.tsv
    for tool in preprocess audit; do
        run --separate-stderr timeout 60 $tool -q pipe.tsv
        [ "$status" -ne 124 ]
    done
    fails 1 'away/inside/pipe.png: is not a file' timeout 60 preprocess -q -o out pipe.tsv
    fails 1 'pipe.png: is not a file' timeout 60 predict -q -w seeded:1 -o out head away/inside/pipe.png
    [ ! -e out ]
}

@test "hostile: make all on a folder of any name, with images of any name" {
    [[ $folder != */* ]]
    # A line break ends a recipe in spite of quotes, so make cannot name such a folder; everything else works.
    plain=${folder//$'\n'/ }
    ln -s "$folder" "$plain"
    run make --no-print-directory -C "$ROOT" all RESULTS="$BATS_FILE_TMPDIR/results" RUN=run MODEL=mobilenetv2 SIZE=32 EPOCHS=1 \
        JOBS=1 ALLOW_LEAK=1 WEIGHTS=seeded:1 POSITIVE=-x DATA="$BATS_FILE_TMPDIR/$plain"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -s results/run/report.html ]
    [ ! -e "$ROOT/owned" ]
    cmp listed <(unescaped 1 <results/run/manifest.tsv)
}
