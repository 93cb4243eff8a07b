#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# manifest NAME:PATIENT:SUBSET...: a manifest of the images NAME.png in set; the label is the folder
manifest() {
    printf '#hilum-manifest 1\n#root\tset\npath\tlabel\tpatient\tsubset\n'
    for row in "$@"; do
        IFS=: read -r path patient subset <<<"$row"
        printf '%s\t%s\t%s\t%s\n' "$path.png" "${path%%/*}" "$patient" "$subset"
    done
}

# four_images: different images A/1.png to A/4.png and B/1.png to B/4.png in set
four_images() {
    phantom -q -n 16 --min-size 100 --max-size 120 phantoms
    mkdir -p set/A set/B
    local i=0
    for f in phantoms/NORMAL/*-0001.png phantoms/PNEUMONIA/*.png; do
        i=$((i + 1))
        [ "$i" -le 8 ] || break
        cp "$f" "set/$([ "$i" -le 4 ] && echo A || echo B)/$(((i - 1) % 4 + 1)).png"
    done
    [ -e set/B/4.png ]
}

# found CHECK: the rows of a check in audit.tsv, columns severity, item, subset, label, sample,
# other, value, n, text; empty ones are -
found() {
    awk -F '\t' -v OFS=' ' -v check="$1" '$2 == check {
        for (i = 1; i <= 10; i++) if ($i == "") $i = "-"
        print $1, $3, $4, $5, $6, $7, $8, $9, $10 }' audit.tsv
}

comment() {
    sed -n "s/^#$1\t//p" audit.tsv
}

@test "audit: a sound set has only notes" {
    four_images
    manifest A/{1:p:train,2:q:train,3:r:val,4:s:test} B/{1:t:train,2:u:train,3:v:val,4:w:test} |
        audit -q >audit.tsv
    [ "$(head -n 1 audit.tsv)" = '#hilum-audit 1' ]
    [ "$(comment images) $(comment errors) $(comment leak)$(comment allow-leak)" = '8 0 ' ]
    [[ $(comment provenance) == '[{"tool":"audit",'*'"options":"--shortcut-limit 0.7","inputs":{"manifest":"sha256:'*'"images":"sha256:'* ]]
    for check in unreadable same-file same-pixels near patient-subsets patient-labels; do
        [ -z "$(found $check)" ]
    done
    [ "$(found balance)" = "note - train A - - 0.5000 2 2 of 4 images are of A, 50.0 %; of all images 50.0 %
note - train B - - 0.5000 2 2 of 4 images are of B, 50.0 %; of all images 50.0 %
note - val A - - 0.5000 1 1 of 2 images are of A, 50.0 %; of all images 50.0 %
note - val B - - 0.5000 1 1 of 2 images are of B, 50.0 %; of all images 50.0 %
note - test A - - 0.5000 1 1 of 2 images are of A, 50.0 %; of all images 50.0 %
note - test B - - 0.5000 1 1 of 2 images are of B, 50.0 %; of all images 50.0 %" ]
    [ "$(found shortcut | wc -l)" -eq 15 ]
}

@test "audit: unreadable files are findings, with a reason and without the machine's path" {
    four_images
    printf 'no image' >set/A/3.png
    head -c 2000 set/B/1.png >cut && mv cut set/B/1.png
    manifest A/{1:p:train,2:q:train,3:r:train,5:x:test} B/{1:t:val,2:u:train} >m.tsv
    audit -o audit.tsv m.tsv 2>err
    grep -q 'audit: 6 images: 3 unreadable; ' err
    [ "$(found unreadable | cut -d ' ' -f 1-8)" = "error - train A A/3.png - - 1
error - test A A/5.png - - 1
error - val B B/1.png - - 1" ]
    found unreadable | grep -q 'A/3.png - - 1 expected a JPEG, PNG or DICOM image, found a file that starts with 6e 6f'
    found unreadable | grep -q 'A/5.png - - 1 .*No such file'
    found unreadable | grep -q 'B/1.png - - 1 .*truncated'
    [ "$(grep -c "$PWD\|set/" <(grep -v '^#' audit.tsv))" -eq 0 ]
    found shortcut | grep -q '^note height - B - - [0-9.]* 3 ' # of the readable images
    run audit -q --fail-on error -o again.tsv m.tsv
    [ "$status" -eq 1 ]
    cmp audit.tsv again.tsv
    audit -q --fail-on leak -o again.tsv m.tsv
}

@test "audit: the same file, and the same pixels in another file" {
    four_images
    cp set/A/1.png set/A/5.png
    cp set/B/1.png set/B/5.png
    # The same picture in a file with an additional comment, in a chunk before the end.
    perl -e 'local $/; $_ = <STDIN>; my $c = "tEXtComment\0copy"; my @t = map { my $r = $_;
        $r = $r & 1 ? 0xedb88320 ^ ($r >> 1) : $r >> 1 for 1 .. 8; $r } 0 .. 255; my $x = 0xffffffff;
        $x = $t[($x ^ $_) & 255] ^ ($x >> 8) for unpack "C*", $c;
        print substr($_, 0, -12), pack("N", length($c) - 4), $c, pack("N", $x ^ 0xffffffff), substr($_, -12)' \
        <set/B/2.png >set/B/6.png
    manifest A/{1:p:train,2:q:train,5:r:train} B/{1:t:train,2:u:val,3:x:test,5:w:test,6:u:test} \
        >m.tsv
    audit -o audit.tsv m.tsv 2>err
    [ "$(found same-file)" = "note 1 train A A/1.png A/5.png 1.0000 2 2 images of 2 patients: 2 in train
note 1 train A A/5.png A/1.png 1.0000 2 2 images of 2 patients: 2 in train
error 2 train B B/1.png B/5.png 1.0000 2 2 images of 2 patients: 1 in train, 1 in test
error 2 test B B/5.png B/1.png 1.0000 2 2 images of 2 patients: 1 in train, 1 in test" ]
    [ "$(found same-pixels)" = "warning 3 val B B/2.png B/6.png 1.0000 2 2 images of 1 patient: 1 in val, 1 in test
warning 3 test B B/6.png B/2.png 1.0000 2 2 images of 1 patient: 1 in val, 1 in test" ]
    [ "$(comment leak)" = '1 group of copies is in both train and test' ]
    grep -q 'audit: warning: leakage: 1 group of copies is in both train and test' err
    grep -q '8 images: 0 unreadable; 6 in 3 groups of copies; 1 patients in several subsets' err
}

@test "audit: copies with different labels are an error" {
    four_images
    cp set/A/1.png set/B/5.png
    manifest A/{1:p:train,2:q:train} B/{1:t:train,5:p:train} | audit -q >audit.tsv
    [ "$(found same-file)" = "error 1 train A A/1.png B/5.png 1.0000 2 2 images of 1 patient: 2 in train; labels differ: A, B
error 1 train B B/5.png A/1.png 1.0000 2 2 images of 1 patient: 2 in train; labels differ: A, B" ]
    [ "$(found patient-labels)" = "note p - - - - - 2 2 images, some A, some B" ]
    [ -z "$(comment leak)" ]
    manifest A/{1:p:train,2:q:train} B/{1:t:train,5:p:train} >m.tsv
    audit -q --fail-on leak -o x.tsv m.tsv
    run audit -q --fail-on error -o x.tsv m.tsv
    [ "$status" -eq 1 ]
}

@test "audit: copies of half the size" {
    phantom -q -n 60 --min-size 200 --max-size 240 set
    phantom -q -n 60 --min-size 100 --max-size 120 half
    for class in NORMAL PNEUMONIA; do
        for f in half/$class/*; do mv "$f" "set/$class/half_$(basename "$f")"; done
    done
    split -q --duplicates apart --source phantom set >m.tsv
    audit -q m.tsv >audit.tsv
    pairs=$(find set -name 'half_*' | wc -l)
    # Each with its own original only. They were drawn anew, with other grain, so not all are similar
    # enough; test_copies.c has real copies.
    right=$(awk -F '\t' '$2 == "near" { a = $6; b = $7; sub(/half_/, "", a); sub(/half_/, "", b)
        if ($6 ~ /half_/ && a == b) n++ } END { print n + 0 }' audit.tsv)
    echo "$right of $pairs"
    [ "$right" -ge $((pairs * 85 / 100)) ]
    [ "$(awk -F '\t' '$2 == "near" { a = $6; b = $7; sub(/half_/, "", a); sub(/half_/, "", b)
        if (a != b) n++ } END { print n + 0 }' audit.tsv)" -eq 0 ]
    comment leak | grep -Eq '^[0-9]+ groups of copies are in both train and test$'
    # split finds the same copies and lets none of them leak.
    split -q set | audit -q --fail-on leak >/dev/null
}

@test "audit: patients in several subsets; --fail-on leak, --allow-leak" {
    four_images
    manifest A/{1:p:train,2:p:test,3:q:train,4:q:val} B/{1:p:test,2:u:train,3:v:train,4:w:test} >m.tsv
    run -1 --separate-stderr audit -q --fail-on leak -o audit.tsv m.tsv
    [ "$stderr" = 'audit: warning: leakage: 1 patient is in both train and test: test metrics will be too optimistic' ]
    [ "$(found patient-subsets)" = "error p - - - - - 3 1 in train, 2 in test
warning q - - - - - 2 1 in train, 1 in val" ]
    [ "$(found patient-labels)" = 'note p - - - - - 3 3 images, some A, some B' ]
    [ "$(comment leak) $(comment allow-leak)" = '1 patient is in both train and test ' ]
    [ "$(comment errors)" -eq 1 ]
    audit -q --fail-on leak --allow-leak -o audit.tsv m.tsv
    [ "$(comment leak) $(comment allow-leak)" = '1 patient is in both train and test yes' ]
}

@test "audit: a class that is missing from a subset, and one with another fraction there" {
    four_images
    manifest A/{1:a:train,2:b:train,3:c:train} A/4:d:test B/{1:t:train,2:u:train,3:v:train} B/4:w:val |
        audit -q >audit.tsv
    found balance | grep -q '^warning - test B - - 0.0000 0 0 of 1 images are of B, 0.0 %; of all images 50.0 %$'
    found balance | grep -q '^warning - val B - - 1.0000 1 1 of 1 images are of B, 100.0 %'
    found balance | grep -q '^note - train B - - 0.5000 3 '
}

@test "audit: the size of the file predicts the label" {
    phantom -q -n 60 --min-size 100 --max-size 120 set
    for f in set/PNEUMONIA/*.png; do head -c 50000 /dev/zero >>"$f"; done
    split -q --duplicates apart set | audit -q >audit.tsv 2>/dev/null || true
    found unreadable | head -n 2
    n=$(find set -name '*.png' | wc -l)
    found shortcut | grep -qx "warning file size - PNEUMONIA - - 1.0000 $n file size is larger in PNEUMONIA: AUROC 1.000 without looking at the image"
    found shortcut | grep -qx "note channels - PNEUMONIA - - 0.5000 $n number of channels is the same in all images"
    # The limit has an effect, and is recorded in the provenance.
    strong=$(found shortcut | grep -c '^warning')
    split -q --duplicates apart set | audit -q --shortcut-limit 0.5 >audit.tsv
    [ "$(found shortcut | grep -c '^warning')" -ge "$strong" ]
    [[ $(comment provenance) == *'--shortcut-limit 0.5'* ]]
}

@test "audit: threads do not change the result; augmented copies and broken output" {
    phantom -q -n 30 set
    split -q --group none set >m.tsv 2>/dev/null
    audit -q -j 1 m.tsv >a.tsv 2>/dev/null
    audit -q -j 3 <m.tsv >b.tsv 2>/dev/null
    cmp a.tsv b.tsv
    awk -F '\t' -v OFS='\t' '/^#(samples|sha256)/ { next } /^#/ { print; next } /^path/ { print $0, "variant"; next }
        { print $0, 0 } $4 == "train" { print $0, 1 }' m.tsv >variants.tsv
    audit -q variants.tsv 2>/dev/null | diff <(grep -v '^#' a.tsv) <(grep -v '^#')
    cp -r set elsewhere
    without_checksum m.tsv | sed 's/^#root.*/#root\tnowhere/' >moved.tsv
    audit -q --root elsewhere moved.tsv 2>/dev/null | cmp - a.tsv
    [ -w /dev/full ] || skip "there is no /dev/full here"
    fails 1 'audit: .*No space left' sh -c 'audit -q m.tsv >/dev/full'
}

@test "audit: bad input is one line" {
    fails 1 'audit: nothing.tsv: .*No such file' audit nothing.tsv
    printf 'path\tlabel\n' >bad.tsv
    fails 1 'audit: bad.tsv: ' audit -o out.tsv bad.tsv
    [ ! -e out.tsv ]
    fails 2 '--fail-on' audit --fail-on everything bad.tsv
    fails 2 '--shortcut-limit' audit --shortcut-limit 0.4 bad.tsv
    fails 2 'audit' audit a b
}

@test "audit: the real training set does not leak, its originals predict the label by their size" {
    need_shared data/chest_xray
    need_shared data/originals
    split -q "$SHARED/data/chest_xray" | audit -q --fail-on leak >audit.tsv
    [ "$(comment images) $(comment errors)" = '5216 0' ]
    # 24 groups of the same file, as sha256sum finds them, and no near-copies.
    [ "$(found same-file | cut -d ' ' -f 2 | sort -u | wc -l)" -eq 24 ]
    [ "$(found same-file | wc -l)" -eq 50 ]
    [ -z "$(found near)$(found same-pixels)" ]
    [ -z "$(found inverted)$(found range)" ]
    split -q "$SHARED/data/originals" | audit -q >audit.tsv
    found shortcut | grep -q '^warning file size - PNEUMONIA - - 0.00'
    [ -z "$(found inverted)$(found range)" ]
}

@test "audit, preprocess, predict: files that are odd but whole are read with a warning" {
    four_images
    cp "$ROOT/tests/hostile/image/jpeg-extra-bytes" set/A/1.png
    cp "$ROOT/tests/hostile/image/png-wrong-crc" set/A/2.png
    cp "$ROOT/tests/hostile/image/png-clear" set/B/1.png
    manifest A/{1:p:train,2:q:train} B/{1:t:val,2:u:train} >m.tsv
    for i in 1 2; do # what is odd is said again where fingerprints are cached
        audit -q --cache prints -o audit.tsv m.tsv
        [ "$(found remark | cut -d ' ' -f 1-6)" = "warning extra-bytes train A A/1.png -
warning checksum train A A/2.png -
warning transparent val B B/1.png -" ]
    done
    run --separate-stderr preprocess -q --size 32 -o images m.tsv
    [ "$status" -eq 0 ]
    [ "${#stderr_lines[@]}" -eq 3 ]
    [[ ${stderr_lines[0]} == "preprocess: warning: images that were read with a remark: 1; the first: "*"set/A/1.png: bytes that belong"* ]]
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    train-head -q --positive B -e 1 --history h.tsv -o head features 2>/dev/null
    run --separate-stderr predict -q -w seeded:1 -o list.tsv head set/A/1.png
    [[ $stderr == "predict: warning: images that were read with a remark: 1; the first: set/A/1.png: bytes that belong"* ]]
}

# deep BITS FILE...: PNG of 16 bits with noise that needs this many.
deep() {
    python3 - "$@" <<'END'
import random, struct, sys, zlib
bits = int(sys.argv[1])
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
for file in sys.argv[2:]:
    draw = random.Random(file)
    rows = b''.join(b'\0' + b''.join(struct.pack('>H', draw.randrange(1 << bits)) for _ in range(40)) for _ in range(40))
    with open(file, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 40, 40, 16, 0, 0, 0, 0)) +
                chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
END
}

@test "audit: 16-bit PNG that use different numbers of bits are found, but not one dark image" {
    need_command python3
    mkdir -p set/A set/B
    deep 12 set/A/{1..12}.png
    deep 10 set/B/{1..12}.png
    manifest A/{1..12}:p:train B/{1..12}:q:train >m.tsv
    audit -q -o audit.tsv m.tsv
    found range | grep -F 'warning depths - - A/1.png - 0.5000 12 images of different depths: PNG of 16 bits with values of 10 bits: 12 of 24 images, PNG of 16 bits with values of 12 bits: 12: one DEPTH does not fit all; more in A (12 of 12) than elsewhere (0 of 12)'
    # Dark images: many use a bit less, and one much less.
    deep 12 set/B/{1..6}.png
    deep 11 set/B/{7..12}.png
    audit -q -o audit.tsv m.tsv
    run ! grep -q depths audit.tsv
    deep 8 set/B/12.png
    audit -q -o audit.tsv m.tsv
    run ! grep -q depths audit.tsv
    run --separate-stderr preprocess -q --size 16 -o images m.tsv
    [ "$status$stderr" = 0 ]
}

@test "audit, preprocess: files of 8 bits among PNG of 16 are found, were it one" {
    need_command python3
    four_images
    deep 16 set/A/{1..4}.png
    manifest A/{1..4}:p:train B/{1..4}:q:train >m.tsv
    audit -q -o audit.tsv m.tsv
    [ "$(found range)" = 'warning depths - - A/1.png - 0.5000 4 images of different depths: files of 8 bits: 4 of 8 images, PNG of 16 bits with values of 16 bits: 4; more in A (4 of 4) than elsewhere (0 of 4)' ]
    deep 16 set/B/{1..3}.png
    audit -q -o audit.tsv m.tsv
    [ "$(found range)" = 'warning depths - - B/4.png - 0.1250 1 images of different depths: PNG of 16 bits with values of 16 bits: 7 of 8 images, files of 8 bits: 1' ]
    run --separate-stderr preprocess -q --size 16 -o images m.tsv
    [ "$status $stderr" = '0 preprocess: warning: images of different depths: PNG of 16 bits with values of 16 bits: 7 of 8 images, files of 8 bits: 1; audit tells whether they go with the class' ]
}

@test "audit: a burned-in marker of full brightness makes no copies of different X-rays" {
    need_command python3
    mkdir -p set/A set/B
    python3 - <<'END'
import math, struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
for k, file in enumerate(('A/1', 'A/2', 'B/1', 'B/2')): # 10 bits, and a marker of 2 % of the pixels
    value = lambda x, y: 65535 if 5 <= x < 25 and 5 <= y < 15 else \
        int(500 + 200 * math.sin(x / (6 + k)) + 200 * math.cos(y / (9 + k) + x * k / 50))
    rows = b''.join(b'\0' + b''.join(struct.pack('>H', value(x, y)) for x in range(100)) for y in range(100))
    with open(f'set/{file}.png', 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 100, 100, 16, 0, 0, 0, 0)) +
                chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
END
    manifest A/{1:p:train,2:q:test} B/{1:r:train,2:s:test} >m.tsv
    audit -q -o audit.tsv m.tsv
    [ -z "$(found near)" ]
    found range | grep -q 'of 16 bits, their values need 10: see DEPTH'
}

@test "audit: dark images of 12 bits in 16 are found, unless the file states its depth" {
    four_images
    cp "$ROOT/tests/hostile/image/png-10-of-16-bit-wrong" set/A/1.png # 12 bits, and a wrong statement
    cp "$ROOT/tests/hostile/image/png-12-of-16-bit" set/A/2.png
    manifest A/{1:p:train,2:q:train,3:r:test} B/{1:t:val,2:u:train} >m.tsv
    audit -q -o audit.tsv m.tsv
    mixed() { found range | grep -v '^warning depths .*: files of 8 bits: 3 of 5 images, PNG of 16 bits with values of 12 bits: 2$'; }
    [ "$(found range | wc -l) $(mixed)" = "2 warning mixed - - A/1.png - 0.2000 1 1 of 5 images are dark, with grey levels up to 64 of 255 at most, and the others are not; of 16 bits, their values need 12: see DEPTH" ]
    [[ $(comment provenance) != *--depth* ]]
    audit -q --depth 12 -o audit.tsv m.tsv
    [ -z "$(mixed)" ]
    [[ $(comment provenance) == *'--depth 12'* ]]
    audit -q --depth full -o audit.tsv m.tsv
    [[ $(mixed) == 'warning mixed - - A/1.png - 0.4000 2 '* ]]
    audit -q -o audit.tsv m.tsv
    # They are the same picture, as copies of it are whatever DEPTH reads.
    [ "$(found same-pixels | cut -d ' ' -f 5)" = "A/1.png
A/2.png" ]
}
