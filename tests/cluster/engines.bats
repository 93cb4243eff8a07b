#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The same launcher without Slurm: GNU parallel, ssh, and slots such as GPUs.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    write_tool
}

run_make() { # RESULTS KNOB ...
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" DATA="$PWD/set" MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=32 EPOCHS=3 \
        RESULTS="$PWD/$1" RUN=a bin="${HILUM_BIN:-build/bin}" "${@:2}" "$PWD/$1/a/head.safetensors.zst"
}

@test "GNU parallel: the same bytes in shards, and the status of a tool" {
    need_packages sem
    export HOME=$PWD OMP_NUM_THREADS=1
    phantom -q -n 20 --min-size 60 --max-size 80 set
    run_make here
    run_make there SHARDS=3 CLUSTER=parallel
    cmp {here,there}/a/head.safetensors.zst
    cmp {here,there}/a/images.safetensors.zst
    [ "$(cut -f 9 there/a/jobs.tsv | sort | uniq -c | xargs)" = "$(wc -l <there/a/jobs.tsv | awk '{ print $1 - 1 }') ok 1 outcome" ]
    PROFILE=$ROOT/make/cluster/parallel.profile fails 42 'failed with status 42' launch split out -- ./tool out 0 42
    PROFILE=$ROOT/make/cluster/parallel.profile launch split 'a b' -- ./tool 'a b' 0 0 "it's \$HOME \"here\""
    [ "$(cat 'a b')" = "it's \$HOME \"here\"" ]
}

# Two network namespaces would need root and addresses; two ports of this machine are two hosts as well for ssh.
start_sshd() {
    need_packages sshd ssh ssh-keygen
    [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
    chmod 755 .
    ssh-keygen -q -t ed25519 -N '' -f key
    ssh-keygen -q -t ed25519 -N '' -f host
    cp key.pub allowed
    local n port
    for n in 1 2; do
        port=$((20000 + RANDOM % 10000))
        "$(PATH=$PATH:/usr/sbin command -v sshd)" -f /dev/null -h "$PWD/host" -p $port -o ListenAddress=127.0.0.1 -o StrictModes=no \
            -o AuthorizedKeysFile="$PWD/allowed" -o PidFile="$PWD/sshd$n.pid" -o UsePAM=no
        printf 'Host node%d\n HostName 127.0.0.1\n Port %d\n IdentityFile %s\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n' \
            $n $port "$PWD/key" >>config
    done
    sed "s|^command = ssh|command = ssh -F $PWD/config|; s/^latency.*/latency = 3/" "$ROOT/make/cluster/ssh.profile" >profile
}
teardown() {
    local f
    for f in "$BATS_TEST_TMPDIR"/sshd*.pid; do
        [ ! -e "$f" ] || kill "$(cat "$f")"
    done
}

@test "ssh: a job on each of two hosts, statuses, odd names, and the end of the launcher" {
    start_sshd
    SECONDS=0
    for k in 1 2; do launch split "out$k" -- ./tool "out$k" 8 & done
    wait
    [ $SECONDS -lt 15 ]
    [ "$(cat out1 out2)" = $'result\nresult' ]
    fails 42 'failed with status 42' launch split out -- ./tool out 0 42
    launch split 'a b' -- ./tool 'a b' 0 0 "it's \$HOME \"here\""
    [ "$(cat 'a b')" = "it's \$HOME \"here\"" ]
    # The launcher is killed by force: the connection ends, and with it what runs at the other end.
    rm calls
    launch split late -- ./tool late 30 &
    launched=$!
    until_true 30 [ -s calls ]
    pkill -KILL -P $launched || true
    kill -KILL $launched 2>/dev/null || true
    until_true 10 eval '! pgrep -f "run-job jobs/late.log"'
    [ ! -e late ]
}

@test "slots: each job has a GPU of its own, and waits for one" {
    sed 's/^slots.*/slots = 4 7/' "$ROOT/make/cluster/gpus.profile" >profile
    cat >see <<'END'
#!/bin/bash
exec ./tool "$1" 0.5 0 "$CUDA_VISIBLE_DEVICES $SLURM_CPUS_PER_TASK"
END
    chmod +x see
    for k in 1 2 3 4; do launch split "out$k" -- ./see "out$k" & done
    wait
    [ "$(sort -u out1 out2 out3 out4)" = $'4 4\n7 4' ]
    [ "$(sort out1 out2 out3 out4 | uniq -c | xargs)" = '2 4 4 2 7 4' ] || [ "$(wc -l < <(cat out?))" = 4 ]
}
