# SPDX-License-Identifier: BSD-2-Clause
# For every bats file: the tools on PATH, the data for tests, and how to skip loudly.

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PATH=${HILUM_BIN:-$ROOT/build/bin}:$PATH
SHARED=${HILUM_SHARED:-$ROOT/../shared}
DATA=$ROOT/tests/data
export LC_ALL=C

# Real X-rays and weights lie beside a checkout, never in it.
need_shared() {
    if [ ! -e "$SHARED/$1" ]; then
        skip "NOT RUN: needs ../shared/$1, which is not here"
    fi
}

need_command() {
    if ! command -v "$1" >/dev/null; then
        skip "NOT RUN: needs the command $1, which is not installed"
    fi
}

# cpu_has FLAG: the tools are x86-64 programs, and the CPU has these vector instructions. Under qemu-user the CPU in
# /proc/cpuinfo is not the one that runs the tools.
cpu_has() {
    readelf -h "$(command -v split)" | grep -q 'Machine:.*X86-64' && grep -qw "$1" /proc/cpuinfo
}

# few_images PATIENTS SIZE: phantoms of that many patients in data/, their manifest m.tsv and the file
# images, SIZE pixels each, in the current folder.
few_images() {
    phantom -q -n "$1" --min-size 100 --max-size 120 data
    split -q --exact data >m.tsv
    preprocess -q --size "$2" -o images m.tsv
}

# without_checksum FILE: a table without its checksum line, as one made by hand.
without_checksum() { sed '$d' "$1"; }

# with_checksum: adds the right checksum line to the table on standard input.
with_checksum() {
    local text=$BATS_TEST_TMPDIR/with_checksum.$BASHPID
    grep -av '^#sha256' >"$text"
    cat "$text"
    printf '#sha256\t%s\n' "$(sha256sum <"$text" | cut -d ' ' -f 1)"
    rm "$text"
}

# renew_checksum FILE: an edited table passes for one that a tool wrote.
renew_checksum() {
    with_checksum <"$1" >"$1.new"
    mv "$1.new" "$1"
}

# restate FILE: the header of a safetensors file, without a frame around it, states the digest that its data have.
restate() {
    local length digest
    length=$(head -c 8 "$1" | od -A n -t u8 | tr -d ' ')
    digest=$(tail -c +$((length + 9)) "$1" | sha256sum | cut -d ' ' -f 1)
    perl -0777 -pi -we 'BEGIN { $digest = shift }
        s/("hilum.data":"sha256:)[0-9a-f]{64}/$1$digest/' "$digest" "$1"
}

# change_prints FILE COMMAND...: what split and audit remember, as a safetensors file through a filter, and back.
change_prints() {
    local file=$1
    shift
    zstd -qdc "$file" | "$@" >"$BATS_TEST_TMPDIR/changed"
    restate "$BATS_TEST_TMPDIR/changed"
    zstd -qf "$BATS_TEST_TMPDIR/changed" -o "$file"
}

# spoil_prints FILE BYTES: flips the lowest bit of one tensor in each row, the one that begins after this many bytes
# of a row. With 136 it is the digests of the files, which then tell whether an image was read.
spoil_prints() {
    change_prints "$1" perl -we 'my $before = shift; binmode STDIN; binmode STDOUT; local $/; my $all = <STDIN>;
        my ($rows) = $all =~ /"state":\{"dtype":"I64","shape":\[(\d+),4\]/ or die;
        my $at = 8 + unpack("V", $all) + $rows * $before;
        substr($all, $at + 32 * $_, 1) ^= "\1" for 0 .. $rows - 1;
        print $all' "$2"
}

# literal TEXT: as a pattern that matches nothing else, such as the path of the checkout
literal() { sed 's/[][\.*^$()+?{}|]/\\&/g' <<<"$1"; }

# fails STATUS PATTERN COMMAND...: the command exits with STATUS and says one line that matches.
fails() {
    local status_wanted=$1 pattern=$2
    shift 2
    run --separate-stderr "$@"
    if [ "$status" -ne "$status_wanted" ]; then
        echo "expected status $status_wanted, found $status: $stderr"
        return 1
    fi
    if ! grep -Eq -- "$pattern" <<<"$stderr"; then
        echo "expected /$pattern/, found: $stderr"
        return 1
    fi
}
