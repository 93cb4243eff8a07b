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

# host_of N: how the host is reached, and the command that starts its sshd. Here two ports of this machine are two
# hosts; a test below has machines of their own, as far as the network is concerned.
host_of() {
    address=127.0.0.1 port=$((30000 + RANDOM % 1300 * 2 + $1)) inside=() # clusters have lower ones
}
start_sshd() {
    need_packages sshd ssh ssh-keygen
    [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
    chmod 755 .
    ssh-keygen -q -t ed25519 -N '' -f key
    ssh-keygen -q -t ed25519 -N '' -f host
    cp key.pub allowed
    local n address port inside
    for n in 1 2; do
        host_of $n
        "${inside[@]}" "$(PATH=$PATH:/usr/sbin command -v sshd)" -f /dev/null -h "$PWD/host" -p $port -o ListenAddress=$address \
            -o StrictModes=no -o AuthorizedKeysFile="$PWD/allowed" -o PidFile="$PWD/sshd$n.pid" -o UsePAM=no -o ClientAliveInterval=1
        printf 'Host node%d\n HostName %s\n Port %d\n IdentityFile %s\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n' \
            $n $address $port "$PWD/key" >>config
    done
    sed "s|^command = ssh|command = ssh -F $PWD/config|; s/^latency.*/latency = 3/" "$ROOT/make/cluster/ssh.profile" >profile
}
teardown() {
    say_why
    local f
    for f in "$BATS_TEST_TMPDIR"/sshd*.pid; do
        [ ! -e "$f" ] || kill "$(cat "$f")"
    done
    [ ! -e "$BATS_TEST_TMPDIR/net" ] || for f in 1 2; do
        ip netns del "$(cat "$BATS_TEST_TMPDIR/net")-$f"
    done
}

@test "ssh: a job on each of two hosts, statuses, odd names, and the end of the launcher" {
    start_sshd
    for k in 1 2; do launch split "out$k" -- ./tool "out$k" go & done
    until_true called 2
    touch go
    wait
    [ "$(cat out1 out2)" = $'result\nresult' ]
    fails 42 'failed with status 42' launch split out -- ./tool out 0 42
    launch split 'a b' -- ./tool 'a b' 0 0 "it's \$HOME \"here\""
    [ "$(cat 'a b')" = "it's \$HOME \"here\"" ]
    # The launcher is killed by force: the connection ends, and with it what runs at the other end.
    rm calls go
    launch split alone -- ./tool alone go &
    launched=$!
    until_true job_runs
    pkill -KILL -P $launched || true
    kill -KILL $launched 2>/dev/null || true
    until_true eval '! pgrep -f "run-job jobs/alone.log"'
    [ ! -e alone ]
}

@test "ssh: hosts in two network namespaces, one of which leaves the network during a job" {
    need_packages ip unshare
    net=hilum$$
    ip netns add $net-1 2>/dev/null && ip netns add $net-2 || skip 'NOT RUN: needs root, and the right to make network namespaces'
    echo $net >net
    subnet=198.18.$((RANDOM % 256))
    host_of() {
        address=$subnet.$((4 * $1 + 2)) port=22
        # shellcheck disable=SC2016 # for the other shell
        inside=(ip netns exec $net-$1 unshare -u bash -c 'hostname "$0" && exec "$@"' node$1)
        ip link add $net-$1 type veth peer name eth0 netns $net-$1
        ip addr add $subnet.$((4 * $1 + 1))/30 dev $net-$1
        ip link set $net-$1 up
        ip -n $net-$1 addr add $address/30 dev eth0
        ip -n $net-$1 link set eth0 up
        ip -n $net-$1 link set lo up
    }
    start_sshd
    sed -i 's/ServerAliveInterval=15/ServerAliveInterval=1/' profile
    for k in 1 2; do launch split "out$k" -- ./tool "out$k" 2 & done
    wait
    [ "$(cut -f 4 jobs.tsv | tail -n +2 | sort | xargs)" = 'node1 node2' ]
    rm calls jobs.tsv
    launch split late -- ./tool late go 2>said &
    launched=$!
    until_true job_runs
    read -r _ node _ <calls
    ip link set $net-${node#node} down
    until_true called 2
    touch go
    wait $launched
    [ "$(outcomes)" = killed,ok ]
    [ "$(cut -f 4 jobs.tsv | tail -n 1)" != "$node" ]
    [ "$(cat late)" = result ]
}

@test "a command that starts jobs but is not there is one line, at once" {
    sed 's/^command.*/command = no-such-starter {slot}/' "$ROOT/make/cluster/ssh.profile" >profile
    fails 1 "^make: profile: expected the command no-such-starter on $HOSTNAME, found none$" launch split out -- ./tool out 0
}

@test "slurm.profile: what is asked for follows from images, files and the backbone, up to what a node has" {
    mkdir bin
    printf '%s\n' '#!/bin/sh' 'printf "%s\n" "$@" >asked' 'echo "srun: error: Unable to allocate resources: no" >&2; exit 1' >bin/srun
    ln -s "$(type -P true)" bin/scancel
    chmod +x bin/srun
    export PATH=$PWD/bin:$PATH PROFILE=$ROOT/make/cluster/slurm.profile HILUM_COST=140
    seq 100000 >manifest.tsv
    truncate -s 9500000 features
    export MANIFEST=manifest.tsv
    fails 1 'no job was made: Unable to allocate resources: no' launch --shard 1/10 extract out -- ./tool
    grep -qx -e --time=$((10 + 10000 * 140 / (15000 * 4))) asked
    fails 1 'no job was made' launch train out -- ./tool ./features
    grep -qx -e --mem=$((1000 + 100000 / 1000 + 3 * 10))M asked
    fails 1 'no job was made' launch explain out -- ./tool ./features
    grep -qx -e --mem=$((1000 + 250 * 4 + 100000 / 1000))M asked
    { cat "$PROFILE" && echo memory_max = 900; } >small
    PROFILE=small fails 1 'no job was made' launch train out -- ./tool ./features
    grep -qx -e --mem=900M asked
    for profile in "$ROOT"/make/cluster/*.profile; do
        "$ROOT/scripts/read-profile" "$profile" train >/dev/null
    done
}

@test "slots: each job has a GPU of its own, and waits for one" {
    sed 's/^slots.*/slots = 4 7/' "$ROOT/make/cluster/gpus.profile" >profile
    cat >see <<'END'
#!/bin/bash
mkdir "gpu$CUDA_VISIBLE_DEVICES" || exit 5 # one at a time
./tool "$1" go 0 "$CUDA_VISIBLE_DEVICES $SLURM_CPUS_PER_TASK"
rmdir "gpu$CUDA_VISIBLE_DEVICES"
END
    chmod +x see
    for k in 1 2 3 4; do launch split "out$k" -- ./see "out$k" & done
    until_true called 2
    touch go
    wait
    [ "$(cat out1 out2 out3 out4 | sort -u)" = $'4 4\n7 4' ]
}

@test "make with several GPUs: each shard has one to itself, and the bytes are the same" {
    export OMP_NUM_THREADS=1
    phantom -q -n 20 --min-size 60 --max-size 80 set
    run_make here
    sed 's/^slots.*/slots = 2 5/' "$ROOT/make/cluster/gpus.profile" >profile
    mkdir tools
    ln -s "${HILUM_BIN:-$ROOT/build/bin}"/* tools
    rm tools/extract-features
    cat >tools/extract-features <<END
#!/bin/bash
[[ "\$*" == *--version* ]] || {
    mkdir "$PWD/gpu\$CUDA_VISIBLE_DEVICES" || exit 5
    trap 'rmdir "$PWD/gpu\$CUDA_VISIBLE_DEVICES"' EXIT
    echo \$CUDA_VISIBLE_DEVICES >>$PWD/used
}
"${HILUM_BIN:-$ROOT/build/bin}/extract-features" "\$@"
END
    chmod +x tools/extract-features
    HILUM_BIN=$PWD/tools run_make there SHARDS=5 CLUSTER="$PWD/profile"
    cmp {here,there}/a/features.safetensors.zst
    cmp {here,there}/a/head.safetensors.zst
    [ "$(grep -cx '[25]' used)" = 5 ]
}
