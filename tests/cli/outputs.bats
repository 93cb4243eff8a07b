#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Properties of the outputs of every tool: tried before the work, never written over one another or over an
# input, all of them or none, under any name that a file can have.

load helpers
bats_require_minimum_version 1.5.0

head=$DATA/evaluate/head.safetensors.zst
features=$DATA/evaluate/features.safetensors.zst
metrics=$DATA/report/metrics.json
predictions=$DATA/report/predictions.tsv
longest=$(printf 'n%.0s' {1..255})

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 7 32
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -e 1 -j 1 -o head features
}

setup() {
    mkdir "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here"
    made=$BATS_FILE_TMPDIR
}

# The input is a pipe without a writer, so that a tool that reads before it tries its outputs times out.
refuses_at_once() { # PATTERN COMMAND...
    local pattern=$1
    shift
    fails 1 "$pattern" timeout 60 "$@"
}

@test "outputs: a folder in place of a file is found before the input is opened" {
    mkdir folder
    mkfifo never
    for name in folder nowhere/out ''; do
        pattern=': cannot be (written: Is a directory|created: No such file)|expected the name of a file to write'
        refuses_at_once "$pattern" split -o "$name" --labels never .
        refuses_at_once "$pattern" audit -o "$name" never
        refuses_at_once "$pattern" preprocess -o "$name" never
        refuses_at_once "$pattern" preprocess --on-error skip --rejects "$name" -o out never
        refuses_at_once "$pattern" join -o "$name" never
        refuses_at_once "$pattern" join --rejects "$name" -o out never
        refuses_at_once "$pattern" extract-features -w seeded:1 -o "$name" never
        refuses_at_once "$pattern" train-head -o "$name" never
        refuses_at_once "$pattern" train-head --history "$name" -o out never
        refuses_at_once "$pattern" train-head --checkpoint "$name" -o out never
        refuses_at_once "$pattern" evaluate -o "$name" "$head" never
        refuses_at_once "$pattern" evaluate -p "$name" -o out "$head" never
        refuses_at_once "$pattern" evaluate -c "$name" -o out "$head" never
        refuses_at_once "$pattern" evaluate --pooled -o "$name" never
        refuses_at_once "$pattern" predict -f never -o "$name" "$head"
        refuses_at_once "$pattern" predict -f never -o out --page "$name" "$head"
        refuses_at_once "$pattern" report --metrics never -o "$name"
        refuses_at_once "$pattern" report --metrics never -o out --json "$name"
        refuses_at_once "$pattern" report --metrics never -o out --markdown "$name"
        refuses_at_once "$pattern" compare -o "$name" never "$predictions"
        refuses_at_once "$pattern" compare --json "$name" -o out never "$predictions"
        refuses_at_once "$pattern" import-weights -m vgg16 -o "$name" never
    done
    mkdir pipes
    mkfifo pipes/explain.tsv
    refuses_at_once 'pipes: is not empty' explain -i never -p never -f never -o pipes "$head"
    rm -r pipes
    : >file
    refuses_at_once 'file: cannot be used as a folder' explain -i never -p never -f never -o file "$head"
    refuses_at_once 'nowhere/d: cannot be created' explain -i never -p never -f never -o nowhere/d "$head"
    refuses_at_once 'expected the name of a folder' explain -i never -p never -f never -o '' "$head"
    refuses_at_once 'expected the name of a folder' phantom ''
    [ "$(ls)" = "$(printf '%s\n' file folder never)" ]
}

@test "outputs: a pipe gets the complete output, because it is opened once" {
    mkfifo pipe
    timeout 60 cat pipe >got &
    timeout 60 preprocess -q --root "$made/data" --size 32 -o pipe "$made/m.tsv"
    wait $!
    cmp got "$made/images"
    [ -p pipe ]
}

# one_file NAME NAME COMMAND...: both options name one file; nothing is written or read
one_file() {
    local names="$1 and $2: expected two different places"
    shift 2
    fails 2 "$names" timeout 60 "$@"
}

@test "outputs: two outputs are never the same file, however they are named" {
    mkdir d
    ln -s nothing-yet link
    ln -s d e
    one_file --predictions --output evaluate -o both -p ./both "$head" "$features"
    one_file --predictions --output evaluate -o both -p d/../both "$head" "$features"
    one_file --predictions --output evaluate -o nothing-yet -p link "$head" "$features"
    one_file --predictions --output evaluate -o d/x -p e/x "$head" "$features"
    one_file --calibration --predictions evaluate -c both -p "$PWD/both" -o m "$head" "$features"
    one_file --rejects --output preprocess --on-error skip --rejects ./x -o x "$made/m.tsv"
    one_file --rejects --output join --rejects ./x -o x "$made/images"
    one_file --checkpoint --history train-head --checkpoint x --history d/../x -o out "$features"
    one_file --history --output train-head --history link -o ./link "$features"
    one_file --page --output predict -f "$features" --page x -o ./x "$head"
    one_file --json --output compare -n a,b --json ./x -o x "$predictions" "$predictions"
    one_file --markdown --json report --metrics "$metrics" --markdown x --json ./x -o y
    : >there
    ln there linked
    one_file --predictions --output evaluate -o there -p linked "$head" "$features"
    one_file --predictions --output evaluate -p - "$head" "$features"
    one_file --predictions --output evaluate -p /dev/stdout "$head" "$features"
    one_file --predictions --output bash -c "evaluate -q -p p '$head' '$features' >>p"
    rm there linked p
    [ "$(ls)" = "$(printf '%s\n' d e link)" ]
    evaluate -q -o /dev/null -p /dev/null -c /dev/null "$head" "$features"
}

@test "outputs: an input is never replaced" {
    cp "$made"/{m.tsv,images,features,head} .
    cp "$predictions" p.tsv
    cp "$metrics" metrics.json
    printf 'image,label\na.png,A\n' >l.csv
    sha256sum ./* >before
    one_file --output --labels split -l l.csv -o ./l.csv .
    one_file --output MANIFEST audit -o ./m.tsv m.tsv
    one_file --output MANIFEST preprocess -o ./m.tsv m.tsv
    one_file --output MANIFEST bash -c 'preprocess -o m.tsv <m.tsv'
    one_file --output SHARD join -o ./images images
    one_file --rejects SHARD join --rejects ./images -o out images
    one_file --output --images join --images images -o ./images features
    one_file --output IMAGES extract-features -w seeded:1 -o ./images images
    one_file --output --weights extract-features -w head -o ./head images
    one_file --output FEATURES train-head -o ./features features
    one_file --output --manifest train-head --manifest m.tsv -o ./m.tsv features
    one_file --output HEAD evaluate -o ./head head features
    one_file --predictions FEATURES evaluate -p ./features -o out head features
    one_file --output PREDICTIONS evaluate --pooled -o ./p.tsv p.tsv
    one_file --page HEAD predict -f features --page ./head head
    one_file --output PREDICTIONS compare -o ./p.tsv p.tsv "$predictions"
    one_file --json --metrics report --metrics metrics.json --json ./metrics.json -o out
    one_file --output FILE import-weights -m vgg16 -o ./head head
    sha256sum --quiet -c before
}

@test "outputs: all of them appear, or none does" {
    cp "$made"/{head,features,m.tsv} .
    echo old >h.tsv
    sha256sum ./* >before
    full='/dev/full: cannot be written: No space left'
    fails 1 "$full" evaluate -q -c c -p p -o /dev/full head features
    fails 1 "$full" train-head -q -e 1 -j 1 --history h.tsv -o /dev/full features
    fails 1 "$full" preprocess -q --root "$made/data" --size 8 --on-error skip --rejects r -o /dev/full m.tsv
    fails 1 "$full" predict -q -f features --page page -o /dev/full head
    fails 1 "$full" compare -q --resamples 10 --json j -o /dev/full "$DATA"/compare/{a,b}.tsv
    fails 1 "$full" report -q --metrics "$metrics" --markdown md --json j -o /dev/full
    fails 1 "$full" report -q --metrics "$metrics" --markdown md --json /dev/full -o html
    sha256sum --quiet -c before
    [ "$(ls)" = "$(printf '%s\n' before features h.tsv head m.tsv)" ]
}

@test "outputs: a name may be as long as the file system allows" {
    preprocess -q --root "$made/data" --size 32 -o "$longest" "$made/m.tsv"
    cmp "$longest" "$made/images"
    rm "$longest"
    for n in 246 250 254; do
        evaluate -q -p "${longest:0:n}" -c "c${longest:0:n}" -o m "$head" "$features"
        [ -s "${longest:0:n}" ]
        rm "${longest:0:n}" "c${longest:0:n}"
    done
    phantom -q -n 2 "$longest"
    phantom -q -n 3 "$longest" # replaced
    explained=${longest/n/e}
    explain -q -i "$made/images" -w seeded:1 -o "$explained" "$made/head" \
        "$(grep -v '^#' "$made/m.tsv" | sed -n 2p | cut -f 1)"
    [ -s "$explained/explain.tsv" ]
    umlauts=$(printf 'ü%.0s' {1..127})
    split -q --exact -o "$umlauts" "$made/data" # no name contains half a character, even temporarily
    [ -s "$umlauts" ]
    [ -z "$(ls | grep -F .tmp)" ]
}

@test "outputs: no image that is named in a manifest, in a folder or on a list is replaced" {
    phantom -q -n 12 --min-size 64 --max-size 80 set
    split -q --exact set >m.tsv
    image=$(cd set && echo NORMAL/*.png | cut -d ' ' -f 1)
    before=$(sha256sum "set/$image")
    why='expected an input, found the file that --output would replace'
    fails 1 "$why" split -q --exact set -o "set/$image"
    fails 1 "$why" split -q set --cache prints -o "set/$image"
    fails 1 "$why" audit -q m.tsv -o "set/$image"
    fails 1 "$why" preprocess -q --size 32 m.tsv -o "set/$image"
    for k in 1 2 3; do
        fails 1 "$why" preprocess -q --size 32 --shard $k/3 m.tsv -o "set/$image"
    done
    ln "set/$image" alias
    fails 1 "$why" predict -q -w seeded:1 "$made/head" set -o alias
    list() { echo "set/$image" | predict -q -w seeded:1 "$made/head" - -o "set/$image"; }
    fails 1 "$why" list
    [ "$(sha256sum "set/$image")" = "$before" ]
    cp "$metrics" me
    onto_stdin() { report -q -o ./me <me; }
    fails 1 "$why" onto_stdin
    cmp me "$metrics"
}
