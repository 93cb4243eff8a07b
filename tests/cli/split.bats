#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# make_set DIR: 60 normal and 120 pneumonia patients with two images each, named as in the Kermany set.
make_set() {
    mkdir -p "$1/NORMAL" "$1/PNEUMONIA"
    for i in $(seq 60); do
        for k in 1 2; do
            : > "$(printf '%s/NORMAL/IM-%04d-%04d.jpeg' "$1" "$i" "$k")"
        done
    done
    for i in $(seq 60); do
        : > "$1/PNEUMONIA/person${i}_bacteria_$((2 * i)).jpeg"
        : > "$1/PNEUMONIA/person${i}_bacteria_$((2 * i + 1)).jpeg"
        : > "$1/PNEUMONIA/person${i}_virus_$((2 * i)).jpeg"
        : > "$1/PNEUMONIA/person${i}_virus_$((2 * i + 1)).jpeg"
    done
}

# The samples of a manifest, without the lines before them.
samples() {
    grep -v '^#' "$1" | tail -n +2
}

# images MANIFEST CLASS SUBSET: number of images
images() {
    samples "$1" | awk -F '\t' -v c="$2" -v s="$3" '$2 == c && $4 == s' | wc -l
}

# Number of patients in more than one subset.
divided() {
    samples "$1" | cut -f 3,4 | sort -u | cut -f 1 | uniq -d | wc -l
}

@test "a manifest has its header and one line per image, sorted by path" {
    make_set set
    split -q set > m.tsv
    [ "$(sed -n 1p m.tsv)" = "#hilum-manifest 1" ]
    [ "$(sed -n 2p m.tsv)" = "$(printf '#root\tset')" ]
    [[ "$(sed -n 3p m.tsv)" == "$(printf '#provenance\t')"'[{"tool":"split",'* ]]
    [ "$(sed -n 4p m.tsv)" = "$(printf '#samples\t360')" ]
    [ "$(sed -n 5p m.tsv)" = "$(printf 'path\tlabel\tpatient\tsubset')" ]
    [ "$(samples m.tsv | wc -l)" -eq 360 ]
    samples m.tsv | cut -f 1 > paths
    LC_ALL=C sort -c paths
    (cd set && find . -type f | sed 's#^\./##' | LC_ALL=C sort) | diff - paths
}

@test "series and number identify the patient; none is divided" {
    make_set set
    split -q set > m.tsv
    samples m.tsv | grep -q "$(printf 'NORMAL/IM-0007-0002.jpeg\tNORMAL\tIM-0007\t')"
    samples m.tsv | grep -q "$(printf 'person7_virus_14.jpeg\tPNEUMONIA\tperson7_virus\t')"
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq 180 ]
    [ "$(divided m.tsv)" -eq 0 ]
    for class in NORMAL PNEUMONIA; do
        for subset in train val test; do
            [ "$(images m.tsv $class $subset)" -gt 0 ]
        done
    done
}

@test "the same seed gives the same bytes, another seed another split" {
    make_set set
    split -q set > a.tsv
    split -q set -o b.tsv
    split -q set -s 2 > c.tsv
    cmp a.tsv b.tsv
    ! cmp -s <(samples a.tsv) <(samples c.tsv)
}

@test "added images and classes move no other image" {
    make_set set
    split -q set > before.tsv
    for i in $(seq 61 90); do
        : > "set/PNEUMONIA/person${i}_virus_$((1000 + i)).jpeg"
        : > "set/NORMAL/NORMAL2-IM-00$i-0001.jpeg"
    done
    : > set/NORMAL/IM-0001-0003.jpeg
    mkdir set/ABSCESS
    for i in $(seq 40); do
        : > "set/ABSCESS/a$i.png"
    done
    split -q set > after.tsv
    [ "$(samples after.tsv | wc -l)" -eq $((360 + 60 + 1 + 40)) ]
    samples before.tsv > few
    samples after.tsv > many
    [ -z "$(LC_ALL=C comm -23 few many)" ]
}

@test "the fractions of -t and -v are met on average" {
    make_set set
    split -q -t 0.5 -v 0.5 set > m.tsv
    test=$(($(images m.tsv NORMAL test) + $(images m.tsv PNEUMONIA test)))
    val=$(($(images m.tsv NORMAL val) + $(images m.tsv PNEUMONIA val)))
    [ "$test" -gt 144 ] && [ "$test" -lt 216 ]
    [ "$val" -gt 60 ] && [ "$val" -lt 120 ]
}

@test "--exact meets them in each class and divides no patient" {
    make_set set
    split -q --exact set > m.tsv
    [ "$(images m.tsv NORMAL test)" -eq 30 ]
    [ "$(images m.tsv PNEUMONIA test)" -eq 60 ]
    # ceil(0.15 * 90) = 14, ceil(0.15 * 180) = 27: 26 or 28 with undivided patients of two images
    [ "$(images m.tsv NORMAL val)" -eq 14 ]
    [ "$(images m.tsv PNEUMONIA val)" -eq 26 ] || [ "$(images m.tsv PNEUMONIA val)" -eq 28 ]
    [ "$(divided m.tsv)" -eq 0 ]
}

@test "--group none --exact rounds up, keeps the patient column and warns" {
    make_set set
    run split --group none --exact -t 0.26 set -o m.tsv
    [ "$status" -eq 0 ]
    [[ "$output" == *"warning: "*" patients have images in several subsets"* ]]
    [ "$(images m.tsv NORMAL test)" -eq 32 ]    # ceil(31.2)
    [ "$(images m.tsv PNEUMONIA test)" -eq 63 ] # ceil(62.4)
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq 180 ]
    [ "$(divided m.tsv)" -gt 10 ]
}

@test "-v 0 and -t 0 make no such subset and no warning" {
    make_set set
    run split -v 0 -t 0 set -o m.tsv
    [ "$status" -eq 0 ]
    [[ "$output" != *warning* ]]
    [ "$(images m.tsv NORMAL train)" -eq 120 ]
}

@test "the layout of Kaggle: pooled and drawn, or its own subsets with --subsets folders" {
    for s in train val test; do
        mkdir -p set/$s/A set/$s/B
    done
    for i in $(seq 30); do
        : > "set/train/A/a$i.png"
        : > "set/train/B/b$i.png"
    done
    : > set/val/A/x.png
    : > set/val/B/x.png
    : > set/test/A/y.png
    : > set/test/B/y.png
    split -q --subsets folders set > own.tsv
    samples own.tsv | grep -q "$(printf 'test/A/y.png\tA\ttest/A/y\ttest')"
    [ "$(images own.tsv A train)" -eq 30 ]
    [ "$(images own.tsv A val)" -eq 1 ]
    [ "$(images own.tsv B test)" -eq 1 ]
    split -q set > drawn.tsv
    [ "$(samples drawn.tsv | wc -l)" -eq 64 ]
    [ "$(images drawn.tsv A test)" -gt 1 ]
}

# own_subsets DIR IMAGES...: train/, val/ and test/ with this many images of each of two classes, two per patient;
# 0 for no folder
own_subsets() {
    local dir=$1 s i
    shift
    for s in train val test; do
        for ((i = 0; i < $1; i++)); do
            mkdir -p "$dir/$s/NORMAL" "$dir/$s/PNEUMONIA"
            : > "$dir/$s/NORMAL/$(printf 'IM-%s%04d-%04d.jpeg' $(($# * 1000)) $((i / 2)) "$i")"
            : > "$dir/$s/PNEUMONIA/person$(($# * 1000 + i / 2))_virus_$i.jpeg"
        done
        shift
    done
}

@test "--subsets folders without validation images draws them from training by patient, and reports it" {
    own_subsets set 200 0 20
    run split --subsets folders --duplicates apart set -o m.tsv
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"split: the data set has no validation images of its own: a fraction of 0.15 of its training images is drawn for validation (see --val)"* ]]
    val=$(samples m.tsv | awk -F '\t' '$4 == "val"' | wc -l)
    [ "$val" -ge 40 ] && [ "$val" -le 80 ] # 60 on average
    [ "$(samples m.tsv | grep -c '^test/.*test$')" -eq 40 ]
    [ "$(samples m.tsv | awk -F '\t' '$4 == "test"' | wc -l)" -eq 40 ]
    [ "$(divided m.tsv)" -eq 0 ]
    grep -q -- '^#provenance.*--subsets own-test' m.tsv
    # The same as with the option.
    split -q --subsets own-test --duplicates apart set -o asked.tsv
    cmp m.tsv asked.tsv
    # Without validation on request.
    run split --subsets folders --val 0 set -o none.tsv
    [[ $output != *drawn* && $output != *warning* ]]
    [ "$(samples none.tsv | awk -F '\t' '$4 == "val"' | wc -l)" -eq 0 ]
}

@test "--subsets folders with few validation images warns, and own-test draws more" {
    own_subsets set 200 8 20
    run split --subsets folders set -o m.tsv
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"split: warning: the data set has only 16 validation images of its own, too few to choose a threshold: --subsets own-test draws more from its training images and keeps its test set"* ]]
    [ "$(images m.tsv NORMAL val)" -eq 8 ]
    run split --subsets own-test --duplicates apart --exact --val 0.25 set -o own.tsv
    [ "$status" -eq 0 ]
    [[ $output != *warning* ]]
    [ "$(images own.tsv NORMAL val)" -eq 52 ] && [ "$(images own.tsv PNEUMONIA val)" -eq 52 ] # of 208
    [ "$(images own.tsv NORMAL test)" -eq 20 ]
    [ "$(divided own.tsv)" -eq 0 ]
    own_subsets enough 200 50 20
    run split --subsets folders enough -o m.tsv
    [[ $output != *warning* ]]
    fails 2 '--test and --subsets own-test both determine the test set' split --test 0.1 --subsets own-test set
    fails 2 '--test and --subsets folders both determine the test set' split --test 0.1 --subsets folders set
    fails 2 '--folds and --subsets own-test both' split --folds 5 --fold 1 --subsets own-test set
}

@test "--subsets folders warns about divided patients and an empty val, and needs folders" {
    mkdir -p set/train/A set/train/B set/test/A set/test/B
    : > set/train/A/IM-0001-0001.png
    : > set/test/A/IM-0001-0002.png
    : > set/train/B/person1_virus_1.png
    : > set/test/B/person2_virus_2.png
    run split --subsets folders set -o m.tsv
    [ "$status" -eq 0 ]
    [[ "$output" == *"warning: the val set has no image"* ]]
    [[ "$output" == *"warning: 1 patients have images in several subsets"* ]]

    make_set plain
    run split --subsets folders plain -o plain.tsv
    [ "$status" -eq 1 ]
    [[ "$output" == "split: plain: has no subsets of its own: expected the folders train, val and test" ]]
    [ ! -e plain.tsv ]
}

@test "subset folders beside class folders are refused" {
    mkdir -p set/train/A set/B
    : > set/train/A/1.png
    : > set/B/2.png
    run split set
    [ "$status" -eq 1 ]
    [[ "$output" == *"'train/A/1.png' and 'B/2.png'"* ]]
}

@test "an image outside the classes, one class only and no image at all are refused" {
    mkdir -p set/A
    run split set
    [ "$status" -eq 1 ]
    [[ "$output" == "split: set: no image found: "* ]]
    : > set/A/1.png
    run split set
    [ "$status" -eq 1 ]
    [[ "$output" == *"split: set: expected at least two classes, found one: 'A'" ]]
    : > set/2.png
    run split set
    [ "$status" -eq 1 ]
    [[ "$output" == "split: set/2.png: the image is not in a class folder: expected it in set/CLASS/" ]]
    run split absent
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
}

@test "a class without images in train or test is an error with advice" {
    mkdir -p set/A set/B
    for i in $(seq 50); do
        : > "set/A/IM-$i-1.png"
    done
    : > set/B/person1_virus_1.png
    : > set/B/person1_virus_2.png
    run split -v 0 set -o m.tsv
    [ "$status" -eq 1 ]
    [[ "$output" == *"split: the "*" set has no image of class 'B', out of 2 images of 1 patients: try --exact"* ]]
    [ ! -e m.tsv ]
}

@test "nested folders, upper-case extensions; hidden files and __MACOSX are ignored" {
    make_set set
    mkdir -p set/NORMAL/deep/er set/__MACOSX/NORMAL set/.cache/x
    : > set/NORMAL/deep/er/IM-0900-0001.JPG
    : > set/NORMAL/._IM-0001-0001.jpeg
    : > set/__MACOSX/NORMAL/IM-0001-0001.jpeg
    : > set/.cache/x/y.png
    echo text > set/NORMAL/readme.txt
    run split set -o m.tsv
    [ "$status" -eq 0 ]
    [[ "$output" == *"set: ignored files that are not images (*.jpeg, *.jpg, *.jpe, *.jfif, *.png, DICOM): 1"* ]]
    [ "$(samples m.tsv | wc -l)" -eq 361 ]
    samples m.tsv | grep -q "$(printf '^NORMAL/deep/er/IM-0900-0001.JPG\tNORMAL\tIM-0900\t')"
}

@test "odd names: spaces, quotes, tabs, line feeds, backslashes, UTF-8" {
    a=$'A "quoted" class' b=$'\303\251tat\tB'
    mkdir -p "set/$a" "set/$b"
    for i in $(seq 40); do
        : > "set/$a/"$'tab\tand\nfeed '"$i.png"
        : > "set/$b/back\\slash 'n' $i.png"
    done
    run split set -o m.tsv
    [ "$status" -eq 0 ]
    [ "$(samples m.tsv | wc -l)" -eq 80 ]
    samples m.tsv | awk -F '\t' 'NF != 4 { exit 1 }'
    samples m.tsv | grep -qF 'A "quoted" class/tab\tand\nfeed 7.png'
    samples m.tsv | grep -qF $'\303\251tat\\tB/back\\\\slash \'n\' 7.png'
}

@test "a class name that is not UTF-8 is refused" {
    mkdir -p "set/"$'\377' set/B
    : > "set/"$'\377/1.png'
    : > set/B/2.png
    run split -q set -o m.tsv
    [ "$status" -eq 1 ]
    [[ "$output" == *"set: the name of a class is not UTF-8: '"*"', which may be Latin-1 or Windows-1252" ]]
}

@test "names that do not identify the patient: one warning, each image by itself" {
    mkdir -p set/A set/B
    for i in $(seq 40); do
        : > "set/A/$i.png"
        : > "set/B/$i.png"
    done
    run split set -o m.tsv
    [ "$status" -eq 0 ]
    [ "$(grep -c 'warning: 80 of 80 file names do not identify the patient' <<< "$output")" -eq 1 ]
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq 80 ]
}

@test "--patient-regex finds the patient; a path that does not match is an error" {
    mkdir -p set/A set/B
    for i in $(seq 40); do
        : > "set/A/study-$i-1.png"
        : > "set/A/study-$i-2.png"
        : > "set/B/study-$((100 + i))-1.png"
    done
    split -q --patient-regex 'study-([0-9]+)-' set > m.tsv
    samples m.tsv | grep -q "$(printf 'A/study-7-2.png\tA\t7\t')"
    [ "$(divided m.tsv)" -eq 0 ]
    grep -q -- "--patient-regex 'study-(\[0-9\]+)-'" m.tsv
    : > set/B/other.png
    run split -q --patient-regex 'study-([0-9]+)-' set
    [ "$status" -eq 1 ]
    [[ "$output" == *"B/other.png: the patient is unknown"* ]]
    run split --patient-regex '(' set
    [ "$status" -eq 2 ]
}

@test "a patient with images of two classes is not divided, and is reported" {
    mkdir -p set/A set/B
    for i in $(seq 60); do
        : > "set/A/p$i-a.png"
        : > "set/B/p$i-b.png"
    done
    run split --patient-regex 'p([0-9]+)-' set -o m.tsv
    [ "$status" -eq 0 ]
    [[ "$output" == *"60 patients have images of several classes"* ]]
    [ "$(divided m.tsv)" -eq 0 ]
}

@test "--labels: columns in any order, quoted fields, patients" {
    mkdir -p set/x
    {
        echo 'patient,"label",note,image'
        for i in $(seq 60); do
            : > "set/x/$i, \"a\".png"
            echo "p$((i / 2)),$([ $((i % 4)) -lt 2 ] && echo NORMAL || echo '"SICK, very"'),,\"x/$i, \"\"a\"\".png\""
        done
    } > labels.csv
    split -q --labels labels.csv set > m.tsv
    [ "$(samples m.tsv | wc -l)" -eq 60 ]
    samples m.tsv | grep -qF "$(printf 'x/7, "a".png\tSICK, very\tp3\t')"
    [ "$(divided m.tsv)" -eq 0 ]
    [[ "$(sed -n 3p m.tsv)" == *'"labels":"sha256:'* ]]
}

@test "--labels with --subsets folders keeps the column subset" {
    mkdir set
    echo 'image,label,subset' > labels.csv
    for s in train val test; do
        for c in A B; do
            : > "set/$s$c.png"
            echo "./$s$c.png,$c,$s" >> labels.csv
        done
    done
    split -q --labels labels.csv --subsets folders set > m.tsv
    samples m.tsv | grep -q "$(printf '^testB.png\tB\ttestB\ttest')"
    cut -d, -f 1,2 labels.csv > short.csv
    run split -q --labels short.csv --subsets folders set
    [ "$status" -eq 1 ]
    [[ "$output" == *"short.csv: has no subsets of its own: expected a column 'subset'" ]]
}

@test "--labels: errors name the file and the line" {
    mkdir set
    : > set/a.png
    : > set/b.png
    check() { # CSV TEXT, EXPECTED
        printf "$1" > t.csv
        run split -q --labels t.csv set -o m.tsv
        [ "$status" -eq 1 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ "$output" == "split: t.csv: "*"$2"* ]]
        [ ! -e m.tsv ]
    }
    check '' 'is empty'
    check 'image,class\na.png,A\n' "line 1: expected a header with the columns image and label, found no 'label'"
    check 'image,label\n' 'lists no image'
    check 'image,label\na.png,A\nc.png,B\n' "line 3: 'c.png' cannot be found"
    check 'image,label\na.png,A\na.png,B\n' "line 3: 'a.png' already appears in line 2"
    check 'image,label\na.png,A\n\n./a.png,B\n' "line 4: 'a.png' already appears in line 2"
    check 'image,label\na.png,\n' 'line 2: empty label'
    check 'image,label\n,A\n' 'line 2: empty image path'
    check 'image,label\n.,A\n' "line 2: '.' is not a file"
    check 'image,label\n/etc/passwd,A\n' "line 2: '/etc/passwd' cannot be found in set"
    check 'image,label\nx/../../a.png,A\n' "line 2: expected a path relative to the folder of the data set, found 'x/../../a.png', one with '..' in it"
    check 'image,label,patient\na.png,A,\n' 'line 2: empty patient'
    check 'image,label,subset\na.png,A,tune\n' "line 2: expected subset train, val or test, found 'tune'"
    check 'image,label\na.png\n' 'line 2: expected 2 fields, found 1'
    check 'image,label\n"a.png,A\n' 'line 2: a quoted field is not closed'
    check 'image,label\na.png,A\nb.png,A\n' "expected at least two classes, found one: 'A'"
    printf 'image,label,patient\na.png,A,1\nb.png,B,2\n' > t.csv
    run split -q --labels t.csv --patient-regex x set
    [ "$status" -eq 1 ]
    run split -q --labels t.csv --columns patient=patient --patient-regex . set
    [ "$status" -eq 1 ]
    [[ "$output" == *'--columns patient=patient and --patient-regex both tell the patient: choose one' ]]
    split --test 0 --val 0 --labels t.csv --patient-regex . set 2>err >m.tsv
    grep -q "^split: t.csv: the patient is found by --patient-regex: the column 'patient' is not used$" err
    [ "$(samples m.tsv | cut -f 3 | tr '\n' ' ')" = 'a b ' ]
    printf 'image,label\na.png,A\nb.png,B\n' > t.csv
    run split -q --labels t.csv --patient-regex '(a)' set
    [ "$status" -eq 1 ]
    [[ "$output" == "split: t.csv: line 3: b.png: the patient is unknown"* ]]
    run split -q --labels absent.csv set
    [ "$status" -eq 1 ]
}

@test "phantoms are recorded as such, whatever --source says" {
    phantom -q -n 60 --images-per-patient 1 --min-size 32 --max-size 32 set
    split -q --exact set > m.tsv
    [[ "$(sed -n 3p m.tsv)" == *'--source phantom"'* ]]
    run split -q --source kermany set
    [ "$status" -eq 1 ]
    [[ "$output" == *"expected --source phantom, found 'kermany'" ]]
    make_set other
    split -q --source kermany other > m.tsv
    [[ "$(sed -n 3p m.tsv)" == *'--source kermany"'* ]]
    split -q other > m.tsv
    [[ "$(sed -n 3p m.tsv)" != *'--source'* ]]
}

@test "the provenance depends on the names of the images, not on their location" {
    make_set one
    make_set other
    split -q one | sed -n 3p > a
    split -q other | sed -n 3p > b
    cmp a b
    : > other/NORMAL/IM-0999-0001.jpeg
    split -q other | sed -n 3p > c
    ! cmp -s a c
}

@test "the table on standard error counts images and patients; -q is silent" {
    make_set set
    split --exact set > m.tsv 2> err
    grep -qE '^split: NORMAL  .* 120 +60$' err
    grep -qE '^split: all  .* 360 +180$' err
    split -q --exact set > m.tsv 2> err
    [ ! -s err ]
}

@test "a folder that contains itself is an error, not an endless walk" {
    make_set set
    ln -s .. set/NORMAL/up
    run split -q set
    [ "$status" -eq 1 ]
    [[ "$output" == *"set/NORMAL/up: the folder contains itself, through a link" ]]
}

@test "twenty thousand images take less than 10 s of processor time" {
    mkdir -p set/A set/B
    (cd set/A && seq -f 'person%.0f_virus_1.png' 10000 | xargs touch)
    (cd set/B && seq -f 'IM-%.0f-1.png' 10000 | xargs touch)
    TIMEFORMAT='%U %S'
    { time split -q set > m.tsv; } 2> times
    [ "$(samples m.tsv | wc -l)" -eq 20000 ]
    awk '{ exit !($1 + $2 < 10) }' times
}

@test "a full disk is an error" {
    [ -w /dev/full ] || skip "there is no /dev/full here"
    make_set set
    run sh -c 'split -q set > /dev/full'
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
}

@test "wrong usage exits with 2" {
    for args in "" "a b" "-t 1.5 a" "-v x a" "--group class a" "--exact --subsets folders a" \
        "-s -1 a" "--nonsense a"; do
        # shellcheck disable=SC2086
        run split $args
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
}

@test "the real training set: all images, no patient divided, fractions met" {
    need_shared data/chest_xray
    data="$SHARED/data/chest_xray"
    split -q "$data" > m.tsv
    [ "$(samples m.tsv | wc -l)" -eq 5216 ]
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq 3654 ]
    [ "$(divided m.tsv)" -eq 0 ]
    # Patients have up to 30 images, so a draw misses the fractions by a few percent.
    normal=$(images m.tsv NORMAL test) sick=$(images m.tsv PNEUMONIA test)
    [ "$normal" -gt $((1341 * 21 / 100)) ] && [ "$normal" -lt $((1341 * 29 / 100)) ]
    [ "$sick" -gt $((3875 * 21 / 100)) ] && [ "$sick" -lt $((3875 * 29 / 100)) ]
    split -q --exact "$data" > m.tsv
    [ "$(images m.tsv NORMAL test)" -eq 336 ]    # ceil(335.25)
    [ "$(images m.tsv PNEUMONIA test)" -eq 969 ] # ceil(968.75)
    [ "$(divided m.tsv)" -eq 0 ]
}

# two_names DIR: phantoms of 40 patients, and the same at half the size under names of other patients.
two_names() {
    phantom -q -n 40 --min-size 200 --max-size 240 "$1"
    phantom -q -n 40 --min-size 100 --max-size 120 half
    for class in NORMAL PNEUMONIA; do
        for f in half/$class/*; do
            mv "$f" "$(sed -E "s#.*/#$1/$class/#; s#IM-#NORMAL2-IM-#; s#person#person9#" <<<"$f")"
        done
    done
}

@test "copies at another size stay together with all images of their patients" {
    two_names set
    split set >m.tsv 2>err
    grep -Eq '[0-9]+ images are copies or near-copies of each other: [0-9]+ patients who share images are kept together' err
    [ "$(divided m.tsv)" -eq 0 ]
    apart() { # pairs of an original and its half in different subsets
        samples "$1" | sed -E 's/NORMAL2-IM/IM/; s/person9/person/' | sort -k 1,1 |
            cut -f 1,4 | sort -u | cut -f 1 | uniq -d | wc -l
    }
    near=$(apart m.tsv)
    split -q --duplicates apart set >other.tsv
    echo "$near in different subsets, $(apart other.tsv) without comparing the images"
    [ "$near" -le 2 ]
    [ "$(apart other.tsv)" -ge 15 ]
    # A group is drawn as its first patient would be: the originals sort first and stay in their subsets.
    same=$(comm -12 <(samples m.tsv | sort) <(samples other.tsv | sort) | grep -vc -e NORMAL2 -e person9)
    [ "$same" -eq "$(samples m.tsv | grep -vc -e NORMAL2 -e person9)" ]
}

@test "the same file under the names of two patients keeps them together" {
    phantom -q -n 60 set
    for i in $(seq 30); do
        f=$(find set/PNEUMONIA -name '*.png' | sort | sed -n "$((2 * i))p")
        cp "$f" "set/PNEUMONIA/person$((7000 + i))_virus_1.png"
    done
    split -q set >m.tsv
    (cd set && sha256sum ./*/*.png) | sed 's#\*\?\./##' | sort -k 2 >sums
    # number of digests in two subsets
    subsets_of() { command -p join -1 2 -2 1 <(sort -k 2 sums) <(samples "$1" | cut -f 1,4 | sort) |
        cut -d ' ' -f 2,3 | sort -u | cut -d ' ' -f 1 | uniq -d | wc -l; }
    [ "$(subsets_of m.tsv)" -eq 0 ]
    [ "$(divided m.tsv)" -eq 0 ]
    split -q --duplicates apart set >other.tsv
    [ "$(subsets_of other.tsv)" -gt 3 ]
    sed -n 3p m.tsv | grep -q '"images":"sha256:'
    [ "$(sed -n 3p other.tsv | grep -c '"images":')" -eq 0 ]
}

@test "threads do not change a split; images are read only where patients are drawn" {
    phantom -q -n 30 set
    split -q -j 1 set >a.tsv
    split -q -j 3 set >b.tsv
    cmp a.tsv b.tsv
    for option in '--duplicates apart' '--group none'; do
        split $option set 2>err >/dev/null
        [ "$(grep -c 'images in [0-9.]* s ' err)" -eq 0 ]
    done
    printf 'no image' >set/NORMAL/IM-9999-0001.png
    split set 2>err >/dev/null
    grep -q '1 of [0-9]* files cannot be read as images; audit reports why' err
}

@test "split: folds: each image is tested once, no patient in two" {
    phantom -q -n 60 --min-size 50 --max-size 60 many
    for group in patient none; do
        for fold in 1 2 3; do
            split -q --group $group --folds 3 --fold $fold -o f$fold.tsv many 2>/dev/null
            awk -F'\t' -v f=$fold '$4 == "test" { print $1 "\t" $3 "\t" f }' f$fold.tsv
        done >tests.tsv
        diff <(cut -f 1 tests.tsv | sort) <(grep -v -e '^#' -e '^path' f1.tsv | cut -f 1 | sort)
        shared=$(cut -f 2,3 tests.tsv | sort -u | cut -f 1 | uniq -d | wc -l)
        [ $group = none ] || [ "$shared" = 0 ]
        [ $group = patient ] || [ "$shared" -gt 0 ]
    done
    grep -q -- '--folds 3 --fold 3' f3.tsv
    split -q --folds 3 --fold 3 --group none many 2>/dev/null | cmp - f3.tsv
    ! split -q many | grep -q -- --fold
}

@test "split: invalid folds are refused" {
    phantom -q -n 10 --min-size 50 --max-size 60 few
    fails 2 '--folds: expected a whole number from 2 to 100 with --fold' split --fold 1 few
    fails 2 '--folds: expected a whole number from 2 to 100 with --fold' split --folds 1 --fold 1 few
    fails 2 '--fold: expected a whole number from 1 to 5, found .0' split --folds 5 few
    fails 2 '--fold: expected a whole number from 1 to 5, found .6' split --folds 5 --fold 6 few
    fails 2 '--folds and --test both' split --folds 5 --fold 1 --test 0.3 few
    fails 2 '--folds and --subsets folders both' split --folds 5 --fold 1 --subsets folders few
    fails 1 'use fewer --folds, or add images' split --folds 50 --fold 50 few
}
