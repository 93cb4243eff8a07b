#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# data/fetch-weights against a server that misbehaves when told to (see http-server), on a copy of
# data/ with small files of its own. Nothing here leaves the machine.

load helpers
bats_require_minimum_version 1.5.0

bytes=5000

setup() {
    need_command curl
    need_command perl
    cd "$BATS_TEST_TMPDIR"
    export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
    mkdir data served
    cp "$ROOT/data/fetch-weights" data
    seq 10000 | head -c $bytes >served/net.h5
    write_pins "sha256:$(sha256sum <served/net.h5 | cut -d' ' -f1)"
    serve
}

teardown() {
    [ -z "${server:-}" ] || kill "$server"
}

# write_pins DIGEST [BYTES]: the table, with neighbours of a similar name.
write_pins() {
    printf '%s\t%s\t%s\t%s\n' '#small files' '' '' '' file bytes digest path \
        a_net.h5 1 - a_net.h5 net.h5 "${2:-$bytes}" "$1" net.h5 net.h5.old 1 - old >data/weights.tsv
}

# The server ends with the test, however that ends and however long it takes.
serve() {
    setpriv --pdeathsig TERM "$BATS_TEST_DIRNAME/http-server" served port requests 3>&- &
    server=$!
    for _ in {1..600}; do
        [ ! -s port ] || break
        sleep 0.05
    done
    url=http://127.0.0.1:$(cat port)
}

# fetch MODE: fetches net.h5 from the server in this mode.
fetch() { HILUM_WEIGHTS_URL=$url/$1 data/fetch-weights net.h5; }

# refused PATTERN MODE: fails with one line of its own, and leaves nothing that looks whole.
refused() {
    fails 1 "$1" fetch "$2"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "fetch-weights: net.h5: "* ]]
    [ ! -e data/weights/net.h5 ]
    [ ! -e data/weights/net.h5.verified ]
}

# The folder holds exactly these files.
left() { [ "$(ls data/weights | xargs)" = "$*" ]; }

# The requests that the server has seen, one a line: path, first byte, status, bytes sent.
requests_are() { diff <(printf '%s\n' "$@") requests; }

arrived() { cmp served/net.h5 data/weights/net.h5; }

@test "fetch-weights: fetches once, says what it does, verifies and stamps" {
    run --separate-stderr fetch good
    [ "$status" -eq 0 ]
    [ "$output" = "fetch-weights: net.h5: fetching $url/good/net.h5 ($bytes bytes)" ]
    [ -z "$stderr" ]
    arrived
    left net.h5 net.h5.verified
    run --separate-stderr fetch good
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    requests_are "/good/net.h5 0 200 $bytes"
}

@test "fetch-weights: a base address may end in a slash" {
    fetch good/
    requests_are "/good/net.h5 0 200 $bytes"
}

@test "fetch-weights: md5 where that is all that is published" {
    write_pins "md5:$(md5sum <served/net.h5 | cut -d' ' -f1)"
    refused 'expected md5:[0-9a-f]{32}, found md5:[0-9a-f]{32};' other
    fetch good
    arrived
}

@test "fetch-weights: without a digest the first download pins the file" {
    write_pins -
    fetch good
    [ "$(cat data/weights/net.h5.sha256)" = "sha256:$(sha256sum <served/net.h5 | cut -d' ' -f1)" ]
    rm data/weights/net.h5 data/weights/net.h5.verified
    refused 'expected sha256:[0-9a-f]{64}, found sha256:' other
    fetch good
    arrived
}

@test "fetch-weights: a partial download is resumed: only the rest is asked for" {
    mkdir data/weights
    head -c 1234 served/net.h5 >data/weights/net.h5.part
    fetch good
    arrived
    left net.h5 net.h5.verified
    requests_are "/good/net.h5 1234 206 $((bytes - 1234))"
}

@test "fetch-weights: a cut connection is resumed by the next run, as often as needed" {
    for have in 2000 4000; do
        refused 'the download failed \(.*\); run again to resume it, or put the file there' cut-2000
        left net.h5.part
        [ "$(stat -c %s data/weights/net.h5.part)" -eq $have ]
    done
    fetch cut-2000
    arrived
    requests_are '/cut-2000/net.h5 0 200 2000' '/cut-2000/net.h5 2000 206 2000' \
        '/cut-2000/net.h5 4000 206 1000'
}

@test "fetch-weights: a server that cannot resume: starts again" {
    refused 'the download failed' cut-2000
    run --separate-stderr fetch noranges
    [ "$status" -eq 0 ]
    [[ $output == *"the server cannot resume a download: starting again"* ]]
    arrived
}

@test "fetch-weights: a server that is busy is asked again" {
    fetch busy
    arrived
    requests_are '/busy/net.h5 0 503 5' "/busy/net.h5 0 200 $bytes"
}

@test "fetch-weights: not found" {
    refused 'the download failed \(The requested URL returned error: 404\); .*or put the file there' missing
    left
}

@test "fetch-weights: other content is refused and set aside; the next run starts anew" {
    refused 'expected sha256:[0-9a-f]{64}, found sha256:[0-9a-f]{64}; it was set aside as .*net.h5.bad' other
    left net.h5.bad
    fetch good
    arrived
}

@test "fetch-weights: a file that is too short is refused and set aside" {
    refused "expected $bytes bytes, found $((bytes - 100)); it was set aside" short-100
    left net.h5.bad
    fetch good
    arrived
}

@test "fetch-weights: a file that is too long is refused and set aside" {
    refused "expected $bytes bytes, the server sends more; it was set aside" tail-1
    left net.h5.bad
}

@test "fetch-weights: a server that sends without end is stopped" {
    refused "expected $bytes bytes, the server sends more; it was set aside" tail-3000000
    [ "$(stat -c %s data/weights/net.h5.bad)" -le $((bytes + 1024)) ]
}

@test "fetch-weights: a wrong length announced; all bytes had come, so the next run needs no server" {
    refused 'the download failed' longer-100
    left net.h5.part
    kill "$server"
    server=
    run --separate-stderr fetch good
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    arrived
}

@test "fetch-weights: a partial download longer than the file is not resumed" {
    mkdir data/weights
    head -c $((bytes + 1)) /dev/zero >data/weights/net.h5.part
    fetch good
    arrived
    requests_are "/good/net.h5 0 200 $bytes"
}

@test "fetch-weights: a partial download of something else ends as .bad, not in a circle" {
    mkdir data/weights
    head -c 4950 /dev/zero >data/weights/net.h5.part
    refused "expected $bytes bytes, the server has 4950 or fewer; it was set aside" short-100
    left net.h5.bad
    fetch good
    arrived
}

@test "fetch-weights: a file put there by hand is verified without a network" {
    mkdir data/weights
    cp served/net.h5 data/weights
    run --separate-stderr fetch good
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
    left net.h5 net.h5.verified
    [ ! -s requests ]
}

@test "fetch-weights: a wrong file put there by hand is set aside, and its stamp goes" {
    mkdir data/weights
    tr 1 2 <served/net.h5 >data/weights/net.h5
    touch data/weights/net.h5.verified
    refused 'expected sha256:.*, found sha256:.*; it was set aside as .*run again to fetch it, or put' good
    left net.h5.bad
    echo short >data/weights/net.h5
    refused "expected $bytes bytes, found 6; it was set aside" good
    [ ! -s requests ]
}

@test "fetch-weights: a verified file that was exchanged for one of its size and date is found" {
    mkdir data/weights
    cp served/net.h5 data/weights
    fetch good
    touch -r data/weights/net.h5 date
    tr 1 2 <served/net.h5 >data/weights/net.h5
    touch -r date data/weights/net.h5
    refused 'expected sha256:.*, found sha256:.*; it was set aside' good
}

@test "fetch-weights: no server: one line that says where to put the file by hand" {
    url=http://127.0.0.1:1
    refused "the download failed \(.*\); .*put the file there by hand: $url/good/net.h5 -> data/weights/net.h5" good
    left
}

@test "fetch-weights: an unknown name, a part of a name, or none" {
    for name in other.h5 et.h5 net net.h5. file '#small files' '' ../net.h5; do
        fails 1 "^fetch-weights: $name: expected one of the files in data/weights.tsv$" \
            data/fetch-weights "$name"
    done
    fails 2 '^usage: ' data/fetch-weights
    fails 2 '^usage: ' data/fetch-weights net.h5 folder folder
    [ ! -e data/weights ]
}

# Starts a slow run in the background, $slow, and returns once the server has been asked.
start_slow() {
    HILUM_WEIGHTS_URL=$url/slow data/fetch-weights net.h5 >slow.out 2>&1 3>&- &
    slow=$!
    for _ in {1..600}; do
        [ ! -s requests ] || return 0
        sleep 0.05
    done
    return 1
}

@test "fetch-weights: two runs at once: one fetches, the other waits and finds it done" {
    start_slow
    run --separate-stderr fetch slow
    [ "$status" -eq 0 ]
    [ "$output" = "fetch-weights: net.h5: waiting for another run" ]
    wait "$slow"
    arrived
    left net.h5 net.h5.verified
    requests_are "/slow/net.h5 0 200 $bytes"
}

@test "fetch-weights: killed, but its curl still writes: the next run waits for that" {
    start_slow
    kill -KILL "$slow"
    run --separate-stderr fetch slow
    [ "$status" -eq 0 ]
    [ "$output" = "fetch-weights: net.h5: waiting for another run" ]
    arrived
    left net.h5 net.h5.verified
    requests_are "/slow/net.h5 0 200 $bytes"
}

# A file that is there, such as one fetched by the person who runs this, would be used.
checkout_weights() { find "$ROOT/data/weights" -mindepth 1 -printf '%p %s %T@\n' 2>/dev/null | sort; }

@test "fetch-weights: make all without weights stops in that one line, and writes no features" {
    before=$(checkout_weights)
    if [ -n "$before" ]; then
        skip "NOT RUN: needs an empty data/weights, which has files in this checkout"
    fi
    phantom -q -n 40 phantoms
    run --separate-stderr env HILUM_WEIGHTS_URL=http://127.0.0.1:1 make --no-print-directory \
        -C "$ROOT" all MODEL=vgg16 DATA="$BATS_TEST_TMPDIR/phantoms" RESULTS="$BATS_TEST_TMPDIR" RUN=run
    echo "$output" "$stderr"
    [ "$status" -ne 0 ]
    [ "$(grep -c '^fetch-weights: ' <<<"$stderr")" -eq 1 ]
    grep -Eq '^fetch-weights: vgg16_.*put the file there by hand: .* -> data/weights/vgg16_' <<<"$stderr"
    [ ! -e "$BATS_TEST_TMPDIR/run/features.safetensors.zst" ]
    [ "$(checkout_weights)" = "$before" ]
}
