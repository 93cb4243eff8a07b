#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# preprocess, on the small images of tests/data/images, whose pixels are in decoded.bin there.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    images="$DATA/images"
    mkdir "$BATS_TEST_TMPDIR/here" # bats keeps files of its own beside it
    cd "$BATS_TEST_TMPDIR/here"
}

# manifest ROOT PATH...: a manifest on stdout. Classes alternate between A and B, subsets between train and test.
manifest() {
    local root=$1 i=0 path
    shift
    printf '#hilum-manifest 1\n#root\t%s\npath\tlabel\tpatient\tsubset\n' "$root"
    for path; do
        if [ $((i % 2)) = 0 ]; then
            printf '%s\tA\tp%d\ttrain\n' "$path" $i
        else
            printf '%s\tB\tp%d\ttest\n' "$path" $i
        fi
        i=$((i + 1))
    done
}

# pixels BYTES FILE: the last bytes of a tensor file, which are its images
pixels() { zstd -dc "$2" | tail -c "$1"; }

# decoded NAME: the pixels of tests/data/images/NAME
decoded() {
    awk -v name="$1" '$1 == name { print $6, $2 * $3 * $4 }' "$images/decoded.tsv" | {
        read -r offset bytes
        tail -c +$((offset + 1)) "$images/decoded.bin" | head -c "$bytes"
    }
}

# header FILE: the JSON before the data
header() {
    local size
    size=$(zstd -dc "$1" | head -c 8 | od -An -tu8 | tr -d ' ')
    zstd -dc "$1" | tail -c +9 | head -c "$size"
}

# shape FILE: "[N,H,W,C]"
shape() { header "$1" | sed 's/.*"images":{"dtype":"U8","shape":\([^]]*]\).*/\1/'; }

@test "preprocess: an image of the requested size is unchanged" {
    manifest "$images" grey-8.png grey-4.png > m.tsv
    preprocess -q --size 11x17 -o out m.tsv
    [ "$(shape out)" = "[2,11,17,1]" ]
    cmp <(decoded grey-8.png; decoded grey-4.png) <(pixels 374 out)
}

@test "preprocess: orientation is applied" {
    manifest "$images" exif-before.png > m.tsv
    preprocess -q --size 17x11 -o out m.tsv
    cmp <(decoded exif-before.png) <(pixels 187 out)
}

@test "preprocess: every backbone has its size; vgg16 is the default" {
    manifest "$images" grey.jpg > m.tsv
    for want in vgg16:224 mobilenetv2:224 inceptionresnetv2:299; do
        preprocess -q -m "${want%:*}" -o out m.tsv
        [ "$(shape out)" = "[1,${want#*:},${want#*:},1]" ]
    done
    preprocess -q -o default m.tsv
    preprocess -q --model vgg16 -o vgg16 m.tsv
    cmp default vgg16
}

@test "preprocess: the same size gives the same bytes, however it was given" {
    manifest "$images" grey.jpg rgb-420.jpg > m.tsv
    preprocess -q -m mobilenetv2 -o a m.tsv
    preprocess -q --size 224 -o b m.tsv
    preprocess -q --size 224x224 -o c m.tsv
    cmp a b
    cmp a c
}

@test "preprocess: threads, pipes and the location of the images do not change the result" {
    mapfile -t files < <(cd "$images" && ls *.jpg *.png)
    manifest "$images" "${files[@]}" > m.tsv
    preprocess -q --size 20x30 -j 1 -o one m.tsv
    preprocess -q --size 20x30 -j 7 -o seven m.tsv
    preprocess -q --size 20x30 < m.tsv > piped
    cp -r "$images" elsewhere
    manifest elsewhere "${files[@]}" > moved.tsv
    preprocess -q --size 20x30 -o moved moved.tsv
    cmp one seven
    cmp one piped
    cmp one moved
    [ "$(shape one)" = "[${#files[@]},20,30,3]" ]
}

@test "preprocess: grey becomes RGB if any image has colours" {
    manifest "$images" grey-8.png rgb-8.png grey-2.png > m.tsv
    preprocess -q --size 11x17 -o out m.tsv
    [ "$(shape out)" = "[3,11,17,3]" ]
    spread() { od -An -v -tu1 -w1 | awk '{ print $1; print $1; print $1 }'; }
    plain() { od -An -v -tu1 -w1 | awk '{ print $1 }'; }
    cmp <(decoded grey-8.png | spread; decoded rgb-8.png | plain; decoded grey-2.png | spread) \
        <(pixels 1683 out | plain)
}

@test "preprocess: --channels 3 makes grey images RGB" {
    manifest "$images" grey-8.png > m.tsv
    preprocess -q --channels 3 --size 11x17 -o out m.tsv
    [ "$(shape out)" = "[1,11,17,3]" ]
    cmp <(decoded grey-8.png | od -An -v -tu1 -w1 | awk '{ print $1; print $1; print $1 }') \
        <(pixels 561 out | od -An -v -tu1 -w1 | awk '{ print $1 }')
}

@test "preprocess: --channels 1 converts colours to luminance" {
    manifest "$images" rgb-8.png > m.tsv
    preprocess -q --channels 1 --size 11x17 -o out m.tsv
    [ "$(shape out)" = "[1,11,17,1]" ]
    cmp <(decoded rgb-8.png | od -An -v -tu1 -w3 |
            awk '{ print int(($1 * 19595 + $2 * 38470 + $3 * 7471 + 32768) / 65536) }') \
        <(pixels 187 out | od -An -v -tu1 -w1 | awk '{ print $1 }')
}

@test "preprocess: --filter and --fit have their effects" {
    manifest "$images" grey-8.png > m.tsv
    preprocess -q --size 17x17 --filter nearest --fit pad -o pad m.tsv
    cmp <(head -c 51 /dev/zero; decoded grey-8.png; head -c 51 /dev/zero) <(pixels 289 pad)
    preprocess -q --size 22x34 --filter nearest -o twice m.tsv
    cmp <(decoded grey-8.png | head -c 17 | od -An -v -tu1 -w1 | awk '{ print $1; print $1 }') \
        <(pixels 748 twice | head -c 34 | od -An -v -tu1 -w1 | awk '{ print $1 }')
    header pad | grep -qF '{\"filter\":\"nearest\",\"fit\":\"pad\",\"height\":17,\"width\":17}'
}

@test "preprocess: --root overrides the manifest's; absolute paths are used as they are" {
    manifest nowhere grey-8.png "$images/grey-4.png" > m.tsv
    preprocess -q --root "$images" --size 11x17 -o out m.tsv
    cmp <(decoded grey-8.png; decoded grey-4.png) <(pixels 374 out)
    grep -v '^#root' m.tsv > rootless.tsv
    cp "$images/grey-8.png" .
    preprocess -q --size 11x17 -o out2 rootless.tsv
    cmp out out2
}

@test "preprocess: an unusable image ends the run with its name and leaves nothing" {
    mkdir t
    for bad in gif png-flipped-bit jpeg-huge missing.png; do
        manifest "$images" grey.jpg "refused/$bad" rgb-8.png > m.tsv
        TMPDIR=$PWD/t fails 1 "^preprocess: $(literal "$images/refused/$bad"): " preprocess -q -o out m.tsv
        [ "${#stderr_lines[@]}" = 1 ]
        [ "$(ls; ls t)" = "$(printf 'm.tsv\nt')" ]
    done
}

@test "preprocess: the first unusable image is named, whatever the threads do" {
    manifest "$images" refused/gif grey.jpg refused/empty refused/garbage > m.tsv
    for i in 1 2 3 4 5; do
        fails 1 'refused/gif: expected a JPEG, PNG or DICOM' preprocess -q -j 8 -o out m.tsv
    done
}

@test "preprocess: --on-error skip omits unusable images and lists them" {
    manifest "$images" grey-8.png refused/gif refused/missing grey-4.png > m.tsv
    run --separate-stderr preprocess -q --on-error skip --rejects r.tsv --size 11x17 -o out m.tsv
    [ "$status" = 0 ]
    [ "${#stderr_lines[@]}" = 1 ]
    [[ $stderr == "preprocess: warning: skipped unusable images: 2 of 4; the first: "*gif* ]]
    [ "$(shape out)" = "[2,11,17,1]" ]
    cmp <(decoded grey-8.png; decoded grey-4.png) <(pixels 374 out)
    [ "$(zstd -dc out | grep -ac '^refused')" = 0 ]
    [ "$(zstd -dc out | grep -ac '^grey-')" = 2 ]
    cat > want.tsv <<EOF
path	label	subset	reason
refused/gif	$(grep ^refused/gif m.tsv | cut -f 2,4)	expected a JPEG, PNG or DICOM image, found a GIF image; convert it to PNG
refused/missing	$(grep ^refused/missing m.tsv | cut -f 2,4)	cannot be read: No such file or directory
EOF
    cmp want.tsv <(grep -v '^#' r.tsv)
    [ "$(head -n 1 r.tsv)" = '#hilum-rejects 1' ]
    header out | grep -qF '"hilum.provenance":"'"$(grep '^#provenance' r.tsv | cut -f 2 | sed 's/"/\\"/g')"
    [ "$(tail -n 1 r.tsv)" = "#sha256	$(head -n -1 r.tsv | sha256sum | cut -c 1-64)" ]
}

@test "preprocess: the list of rejects is written even if it is empty" {
    manifest "$images" grey-8.png > m.tsv
    run --separate-stderr preprocess -q --on-error skip --rejects r.tsv -o out m.tsv
    [ "$status" = 0 ]
    [ -z "$stderr" ]
    [ "$(grep -v '^#' r.tsv)" = "path	label	subset	reason" ]
}

@test "preprocess: a subset or class left without images causes a warning; class numbers stay" {
    manifest "$images" grey-8.png refused/gif > m.tsv
    run --separate-stderr preprocess -q --on-error skip -o out m.tsv
    [ "$status" = 0 ]
    grep -q 'no image of the test set is left' <<< "$stderr"
    grep -q "no image of class 'B' is left" <<< "$stderr"
    header out | grep -qF '"hilum.classes":"[\"A\",\"B\"]"'
}

@test "preprocess: no usable image at all is an error" {
    manifest "$images" refused/gif refused/empty > m.tsv
    fails 1 'none of 2 images is usable' \
        preprocess -q --on-error skip --rejects r.tsv -o out m.tsv
    [ ! -e out ]
    [ "$(grep -vc '^#' r.tsv)" = 3 ]
}

@test "preprocess: the provenance covers manifest, options and the bytes of the images" {
    manifest "$images" grey-8.png rgb-8.png > m.tsv
    sed -i '2a #provenance\t[{"tool":"before"}]' m.tsv
    preprocess -q --size 11x17 -o out m.tsv
    raw() { printf '%b' "$(sha256sum < "$1" | cut -c 1-64 | sed 's/../\\x&/g')"; }
    images_digest=$({
        printf 'grey-8.png\0'; raw "$images/grey-8.png"
        printf 'rgb-8.png\0'; raw "$images/rgb-8.png"
    } | sha256sum | cut -c 1-64)
    manifest_digest=$(sed -e '/^#root/d' -e '/^#provenance/d' -e '/^path/i #samples\t2' m.tsv |
        sha256sum | cut -c 1-64)
    header out | grep -qF '[{\"tool\":\"before\"},{\"tool\":\"preprocess\",'
    header out | grep -qF '\"options\":\"--size 11x17 --filter bilinear --fit stretch'
    header out | grep -qF '\"images\":\"sha256:'"$images_digest"
    header out | grep -qF '\"manifest\":\"sha256:'"$manifest_digest"
}

@test "preprocess: nothing machine-specific is in the file" {
    manifest "$images" grey-8.png > m.tsv
    preprocess -q -o out m.tsv
    ! zstd -dc out | grep -aqF "$images"
}

@test "preprocess: wrong usage exits with 2" {
    manifest "$images" grey-8.png > m.tsv
    for size in 0 x 5x x5 5x0 4097 5x5x5 -1 1e2 ' 5' ''; do
        fails 2 '^preprocess: --size: expected N or HxW' preprocess --size "$size" -o out m.tsv
    done
    fails 2 "found 'vgg19'" preprocess -m vgg19 -o out m.tsv
    fails 2 'expected one of them' preprocess -m vgg16 --size 3 -o out m.tsv
    fails 2 'on-error skip' preprocess --rejects r -o out m.tsv
    fails 2 "found '-'" preprocess --on-error skip --rejects - -o out m.tsv
    fails 2 'expected one of nearest' preprocess --filter linear -o out m.tsv
    fails 2 'unexpected operand' preprocess -o out m.tsv m.tsv
    [ "$(ls)" = m.tsv ]
}

@test "preprocess: a bad manifest, output or TMPDIR exits with 1 at once" {
    manifest "$images" grey-8.png > m.tsv
    fails 1 'not a manifest' preprocess -o out "$images/grey-8.png"
    fails 1 'missing.tsv: cannot be read' preprocess -o out missing.tsv
    fails 1 '^preprocess: no/out: cannot be created' preprocess -o no/out m.tsv
    TMPDIR=no fails 1 '^preprocess: no: .*TMPDIR' preprocess -o out m.tsv
    to_full() { preprocess -q m.tsv > /dev/full; }
    fails 1 '^preprocess: standard output: cannot be written' to_full
    [ "$(ls)" = m.tsv ]
}

@test "preprocess: the untouched originals are all usable and grey" {
    need_shared data/originals
    mapfile -t files < <(cd "$SHARED/data/originals" && find . -name '*.jpeg' | sort)
    manifest "$SHARED/data/originals" "${files[@]}" > m.tsv
    preprocess -q -o out m.tsv
    [ "$(shape out)" = "[160,224,224,1]" ]
}

# rows FILE: the rows of the manifest in a tensor file
rows() {
    local size
    size=$(header "$1" | sed 's/.*"manifest":{"dtype":"U8","shape":\[\([0-9]*\)].*/\1/')
    zstd -dc "$1" | tail -c +$((9 + $(header "$1" | wc -c))) | head -c "$size" | grep -v '^#' | tail -n +2
}

@test "preprocess: --augment adds copies of training images, and of no others" {
    manifest "$images" grey-8.png grey-4.png rgb-8.png > m.tsv # train, test, train
    preprocess -q --size 11x17 --augment 2 -o out m.tsv
    [ "$(shape out)" = "[7,11,17,3]" ]
    [ "$(rows out | cut -f 1,4,5)" = "$(printf '%s\n' $'grey-8.png\ttrain\t0' $'grey-8.png\ttrain\t1' \
        $'grey-8.png\ttrain\t2' $'grey-4.png\ttest\t0' $'rgb-8.png\ttrain\t0' $'rgb-8.png\ttrain\t1' \
        $'rgb-8.png\ttrain\t2')" ]
    header out | grep -q -- '--augment 2 --seed 1'
    # The originals are the same as without augmentation, and all copies differ.
    preprocess -q --size 11x17 -o plain m.tsv
    image() { pixels "$2" "$1" | tail -c +$((561 * $3 + 1)) | head -c 561; }
    cmp <(image out 3927 0) <(image plain 1683 0)
    cmp <(image out 3927 3) <(image plain 1683 1)
    cmp <(image out 3927 4) <(image plain 1683 2)
    [ "$(for i in 0 1 2 4 5 6; do image out 3927 $i | sha256sum; done | sort -u | wc -l)" = 6 ]
}

@test "preprocess: an augmented copy depends only on seed, path and number" {
    manifest "$images" grey-8.png grey-4.png grey-2.png > m.tsv
    manifest "$images" grey-2.png > alone.tsv
    preprocess -q --size 11x17 --augment 3 -o three m.tsv
    preprocess -q --size 11x17 --augment 3 -j 5 < m.tsv > threads
    preprocess -q --size 11x17 --augment 1 -o one alone.tsv
    preprocess -q --size 11x17 --augment 1 -s 2 -o seed alone.tsv
    cmp three threads
    cmp <(pixels 561 three | head -c 187) <(pixels 187 one) # the third from last of m.tsv is grey-2's first
    ! cmp -s <(pixels 187 one) <(pixels 187 seed)
}

@test "preprocess: without augmentation, the file has no trace of it" {
    manifest "$images" grey-8.png grey-4.png > m.tsv
    preprocess -q --size 11x17 -o out m.tsv
    preprocess -q --size 11x17 --augment 0 -s 5 -o zero m.tsv
    cmp out zero
    ! header out | grep -q -e augment -e seed
    [ "$(rows out | head -n 1 | tr -dc '\t' | wc -c)" = 3 ]
}

@test "preprocess: an unusable image has no augmented copies" {
    manifest "$images" grey-8.png grey-4.png refused/gif > m.tsv
    run --separate-stderr preprocess -q --augment 2 --on-error skip --size 11x17 -o out m.tsv
    [[ $stderr == "preprocess: warning: skipped unusable images: 1 of 3; the first: "*gif* ]]
    [ "$(shape out)" = "[4,11,17,1]" ]
}

@test "preprocess: a manifest with augmented copies is refused" {
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\tvariant\n' > m.tsv
    printf 'a.png\tA\tp\ttrain\t%d\n' 0 1 >> m.tsv
    fails 1 '^preprocess: m.tsv: expected original images only, found augmented copies' \
        preprocess -q -o out m.tsv
    fails 2 '--augment: expected a whole number from 0 to 100' preprocess --augment 101 m.tsv
    [ "$(ls)" = m.tsv ]
}
