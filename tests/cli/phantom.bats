#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause

load helpers

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# A small set, for speed.
small=(-n 12 --min-size 40 --max-size 60)

@test "makes both classes and PHANTOM.json, and nothing else" {
    run phantom -q "${small[@]}" set
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "$(ls -A)" = set ]
    [ "$(ls -A set | sort | tr '\n' ' ')" = "NORMAL PHANTOM.json PNEUMONIA " ]
    [ "$(find set/NORMAL -name '*.png' | wc -l)" -ge 2 ]
    [ "$(find set/PNEUMONIA -name '*.png' | wc -l)" -ge 8 ]
    grep -q '"kind": "hilum.phantom"' set/PHANTOM.json
    grep -q -- '--patients 12 .*--min-size 40 --max-size 60 --seed 1' set/PHANTOM.json
}

@test "files are PNG, grey, with sides between --min-size and --max-size" {
    phantom -q "${small[@]}" set
    for f in set/*/*.png; do
        # Signature, then width and height (big endian), 8 bits, colour type 0.
        head=$(od -An -tx1 -N26 "$f" | tr -d ' \n')
        [ "${head:0:16}" = 89504e470d0a1a0a ]
        width=$((16#${head:32:8}))
        height=$((16#${head:40:8}))
        [ "$width" -ge 40 ] && [ "$width" -le 60 ]
        [ "$height" -ge 40 ] && [ "$height" -le 60 ]
        [ "${head:48:4}" = 0800 ]
    done
}

@test "names are those of the Kermany set; person numbers repeat between bacteria and virus" {
    phantom -q -n 40 --min-size 40 --max-size 40 set
    [ -z "$(ls set/NORMAL | grep -vE '^(NORMAL2-)?IM-[0-9]{4}-[0-9]{4}\.png$')" ]
    [ -z "$(ls set/PNEUMONIA | grep -vE '^person[0-9]+_(bacteria|virus)_[0-9]+\.png$')" ]
    ls set/PNEUMONIA | grep -q '^person1_bacteria_'
    ls set/PNEUMONIA | grep -q '^person1_virus_'
    ls set/NORMAL | grep -q '^IM-0001-0001'
    ls set/NORMAL | grep -q '^NORMAL2-IM-0001-0001'
}

@test "the counts in PHANTOM.json are correct" {
    phantom -q "${small[@]}" set
    for class in NORMAL PNEUMONIA; do
        images=$(find "set/$class" -name '*.png' | wc -l)
        patients=$(ls "set/$class" | sed -E 's/-[0-9]+\.png$//; s/_[0-9]+\.png$//' | sort -u | wc -l)
        grep -A3 '"images"' set/PHANTOM.json | grep -q "\"$class\": $images\b"
        grep -A3 '"patients": {' set/PHANTOM.json | grep -q "\"$class\": $patients\b"
    done
}

@test "by default, about 27 % of the patients are normal, and there are about 240 images" {
    phantom -q --min-size 32 --max-size 32 set
    normal=$(ls set/NORMAL | sed -E 's/-[0-9]+\.png$//' | sort -u | wc -l)
    images=$(find set -name '*.png' | wc -l)
    [ "$normal" -eq 43 ]
    [ "$images" -gt 200 ] && [ "$images" -lt 280 ]
}

@test "the same seed gives the same bytes whatever -j is; another seed does not" {
    phantom -q "${small[@]}" -s 5 -j 1 one
    phantom -q "${small[@]}" -s 5 -j 3 three
    phantom -q "${small[@]}" -s 6 -j 1 other
    diff -r one three
    ! diff -rq one other
}

@test "more patients leave the first ones as they are" {
    phantom -q -n 12 --min-size 40 --max-size 60 few
    phantom -q -n 20 --min-size 40 --max-size 60 many
    for f in $(cd few && find . -name '*.png'); do
        cmp "few/$f" "many/$f"
    done
}

@test "--images-per-patient 1 and --max-images are respected" {
    phantom -q "${small[@]}" --images-per-patient 1 one
    [ "$(find one -name '*.png' | wc -l)" -eq 12 ]
    phantom -q "${small[@]}" --images-per-patient 16 --max-images 3 three
    [ "$(find three -name '*.png' | wc -l)" -le 36 ]
    [ "$(find three -name '*.png' | wc -l)" -gt 24 ]
}

@test "an empty folder is used, a set of phantoms is replaced" {
    mkdir set
    phantom -q "${small[@]}" set
    phantom -q "${small[@]}" -s 2 set
    phantom -q "${small[@]}" -s 2 fresh
    diff -r set fresh
    [ "$(ls -A | sort | tr '\n' ' ')" = "fresh set " ]
}

@test "a trailing slash and a link to a set name the set" {
    phantom -q "${small[@]}" set/
    ln -s set link
    phantom -q "${small[@]}" -s 2 link/
    phantom -q "${small[@]}" -s 2 fresh
    diff -r set fresh
    [ -L link ]
}

@test "a folder with anything else in it is refused and left alone" {
    mkdir mine && echo precious > mine/notes.txt
    run phantom -q "${small[@]}" mine
    [ "$status" -eq 1 ]
    [[ "$output" == "phantom: mine: is not empty: "*"'notes.txt'" ]]
    [ "$(cat mine/notes.txt)" = precious ]

    phantom -q "${small[@]}" set
    echo precious > set/notes.txt
    run phantom -q "${small[@]}" set
    [ "$status" -eq 1 ]
    [ "$(cat set/notes.txt)" = precious ]

    mkdir -p real/NORMAL && echo precious > real/NORMAL/scan.png
    run phantom -q "${small[@]}" real
    [ "$status" -eq 1 ]
    echo '{"kind": "else"}' > real/PHANTOM.json
    run phantom -q "${small[@]}" real
    [ "$status" -eq 1 ]
    [ "$(cat real/NORMAL/scan.png)" = precious ]
    [ "$(ls -A | sort | tr '\n' ' ')" = "mine real set " ]
}

@test "a file in the way and a missing parent folder are errors" {
    echo x > file
    run phantom -q "${small[@]}" file
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    run phantom -q "${small[@]}" no/such/set
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [ "$(ls -A)" = file ]
}

@test "an interrupt leaves nothing behind" {
    phantom -q -n 5000 -j 1 set &
    pid=$!
    for _ in $(seq 600); do
        compgen -G 'set.tmp*/PNEUMONIA/*.png' > wait.txt && break
        sleep 0.1
    done
    [ -s wait.txt ]
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ "$(ls -A)" = wait.txt ]
}

@test "wrong usage exits with 2" {
    for args in "" "a b" "--min-size 100 --max-size 50 set" "-n 1 set" "-n x set" \
        "--images-per-patient 0.5 set" "--nonsense set" "-j 0 set"; do
        # shellcheck disable=SC2086
        run phantom $args
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
    done
    [ -z "$(ls -A)" ]
}

@test "--help and --version" {
    run phantom --help
    [ "$status" -eq 0 ]
    [[ "$output" == *"--patients"*"[160]"* ]]
    run phantom --version
    [ "$status" -eq 0 ]
    [[ "$output" == "phantom (hilum) "* ]]
}
