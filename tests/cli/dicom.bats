#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# DICOM files as images: those of ../shared/cases/dicom, whose pixels are known, and some that are written here.

load helpers
bats_require_minimum_version 1.5.0

setup() {
    cases=$SHARED/cases/dicom
    cd "$BATS_TEST_TMPDIR"
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config # of the key, see privacy.bats
}

# dicom NAME [TAG:VR:VALUE ...]: a file of 4 x 8 pixels of 12 bits, whose values are 0, 100, ..., 3100. Tags are eight
# hexadecimal digits; further elements may replace those of the image.
dicom() {
    perl -we '
        my ($name, @more) = @ARGV;
        my %e = ("00020010" => ["UI", "1.2.840.10008.1.2.1"], "00080016" => ["UI", "1.2.840.10008.5.1.4.1.1.1.1"],
            "00100020" => ["LO", "P$name"], "00280002" => ["US", 1], "00280004" => ["CS", "MONOCHROME2"],
            "00280010" => ["US", 4], "00280011" => ["US", 8], "00280100" => ["US", 16], "00280101" => ["US", 12],
            "00280102" => ["US", 11], "00280103" => ["US", 0]);
        for (@more) { my ($tag, $vr, $value) = split /:/, $_, 3; $e{$tag} = [$vr, $value] }
        open my $f, ">:raw", $name or die $!;
        print $f "\0" x 128, "DICM";
        for my $tag (sort keys %e) {
            my ($vr, $v) = @{$e{$tag}};
            $v = $vr eq "US" ? pack("v", $v) : length($v) % 2 ? "$v " : $v;
            print $f pack("vv", hex substr($tag, 0, 4), hex substr($tag, 4)), $vr, pack("v", length $v), $v;
        }
        my $pixels = pack "v*", map { 100 * $_ } 0 .. 31;
        print $f pack("vv", 0x7fe0, 0x10), "OW\0\0", pack("V", length $pixels), $pixels;
    ' "$@"
}

# listing FILE...: a manifest of these files on standard output.
listing() {
    printf '#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n'
    printf '%s\tA\tp\ttrain\n' "$@" | sort
}

# pixels BYTES FILE: the last bytes of a tensor file, which are its images, as numbers.
pixels() { zstd -dc "$2" | tail -c "$1" | od -An -v -t u1 | xargs; }

# difference IMAGE EXPECTED: the largest difference between the pixels of the tensor file and those of a PNM.
difference() {
    zstd -dc "$1" | perl -we '
        local $/; open my $f, "<:raw", $ARGV[0] or die $!; my $pnm = <$f>; binmode STDIN; my $image = <STDIN>;
        $pnm =~ s/^P[56]\s+\d+\s+\d+\s+255\s// or die "not a PNM";
        my @a = unpack "C*", substr $image, -length $pnm; my @b = unpack "C*", $pnm; my $most = 0;
        for my $i (0 .. $#b) { my $d = abs $a[$i] - $b[$i]; $most = $d if $d > $most } print "$most\n"' "$2"
}

@test "dicom: the pixels of every case are those of the standard, or it is refused in one line" {
    need_shared cases/dicom
    local file expect tolerance n=0 size wrong=0
    while IFS=$'\t' read -r file expect tolerance _; do
        n=$((n + 1))
        listing "$cases/$file" >m.tsv
        if [ "$expect" = refuse ]; then
            run --separate-stderr preprocess -q --size 8 -o out m.tsv
            # shellcheck disable=SC2154 # bats sets it
            [ "$status" -eq 1 ] && [ "$(wc -l <<<"$stderr")" -eq 1 ] && [ ! -e out ] &&
                [[ "$stderr" == "preprocess: $cases/$file: "* ]] || { echo "not refused: $file"; wrong=1; }
            continue
        fi
        size=$(head -c 20 "$cases/$expect" | tr '\n' ' ' | awk '{ print $3 "x" $2 }')
        preprocess -q --size "$size" -o out m.tsv || { echo "refused: $file"; wrong=1; continue; }
        [ "$(difference out "$cases/$expect")" -le "$tolerance" ] || { echo "other pixels: $file"; wrong=1; }
        rm -f out
    done < <(tail -n +2 "$cases/cases.tsv")
    [ "$n" -ge 119 ] && [ "$wrong" -eq 0 ]
}

@test "dicom: images are found by their content, whatever their names are, beside others" {
    mkdir -p set/A/ST1 set/B
    phantom -q -n 8 --min-size 60 --max-size 60 other
    cp other/*/* set/B # by two classes
    for i in 1 2 3 4 5 6; do dicom set/A/ST1/IM000$i 00281050:DS:$((i * 400)) 00281051:DS:500; done
    dicom set/A/7.DCM
    echo index >set/A/DICOMDIR
    echo text >set/B/notes
    run -0 split --exact --keep-ids -o m.tsv set
    [[ "$output" == *"set: ignored indices of DICOM media (DICOMDIR): 1"* ]]
    [[ "$output" == *"set: ignored files that are not images (*.jpeg, *.jpg, *.jpe, *.jfif, *.png, DICOM): 1"* ]]
    [ "$(grep -c '^A/' m.tsv)" -eq 7 ]
}

@test "dicom: the window is a choice, and part of the feature space" {
    dicom x 00281050:DS:1000 00281051:DS:201
    listing x >m.tsv
    preprocess -q --size 4x8 -o auto m.tsv
    # from 899.5 (black at 899.5) to 1099.5: 900 is 0.6, 1000 is 128.1
    [ "$(pixels 32 auto | cut -d ' ' -f 9-13)" = '0 1 128 255 255' ]
    preprocess -q --size 4x8 --window file -o file m.tsv
    preprocess -q --size 4x8 --window full -o full m.tsv
    preprocess -q --size 4x8 --window 1000,201.0 -o given m.tsv
    [ "$(pixels 32 file)" = "$(pixels 32 auto)" ] && [ "$(pixels 32 given)" = "$(pixels 32 auto)" ]
    # 3100 / 4095 * 255 = 193.04
    [ "$(pixels 1 full)" = 193 ]
    quickcheck auto | grep -q '"window":"auto"'
    quickcheck full | grep -q '"window":"full"'
    quickcheck given | grep -q '"window":"1000,201"'
    quickcheck given | grep -q -- '--window 1000,201'
    # Images without DICOM state no window.
    phantom -q -n 2 --min-size 60 --max-size 60 other
    split -q --test 0 --val 0 other >n.tsv 2>/dev/null || split -q --exact other >n.tsv
    preprocess -q --size 8 -o png n.tsv
    ! quickcheck png | grep -q '"window"'
    dicom y
    listing y >m.tsv
    fails 1 'y: expected a window or a VOI LUT in the DICOM file .--window file., found none' \
        preprocess -q --size 8 --window file -o out m.tsv
    fails 2 '--window: expected auto, file, full, or center,width with a width of at least 1' \
        preprocess -q --size 8 --window 5 -o out m.tsv
}

@test "dicom: grey levels are resized before they are rounded" {
    # Rows of 0 to 0.62 grey levels (of 0..4095 shown as 0..255, 10 is 0.62): their mean, 0.16 + ..., is rounded once.
    perl -we 'print "\0" x 128, "DICM"; sub e { my ($g, $n, $vr, $v) = @_; print pack("vv", $g, $n), $vr, pack("v", length $v), $v }
        e(2, 0x10, "UI", "1.2.840.10008.1.2.1\0"); e(0x28, 2, "US", pack "v", 1); e(0x28, 4, "CS", "MONOCHROME2 ");
        e(0x28, 0x10, "US", pack "v", 2); e(0x28, 0x11, "US", pack "v", 2); e(0x28, 0x100, "US", pack "v", 16);
        e(0x28, 0x101, "US", pack "v", 12); e(0x28, 0x102, "US", pack "v", 11); e(0x28, 0x103, "US", pack "v", 0);
        print pack("vv", 0x7fe0, 0x10), "OW\0\0", pack("V", 8), pack("v4", 7, 7, 7, 7 + 11)' >x
    # 7 / 4095 * 255 = 0.4359 is 0, and 18 is 1.1209, which is 1: of 8 bits, the mean would be 0.25, rounded 0.
    # The mean of all is 9.75 / 4095 * 255 = 0.607, rounded 1.
    listing x >m.tsv
    preprocess -q --size 1 --filter area --window full -o out m.tsv
    [ "$(pixels 1 out)" = 1 ]
}

@test "dicom: pixels that are not square keep the picture's shape with --fit pad and crop" {
    dicom x 00280034:IS:2\\1
    listing x >m.tsv
    # 4 rows of 8 columns, twice as high as wide: a square, which fills the target.
    preprocess -q --size 8 --fit pad --window full -o pad m.tsv
    [ "$(pixels 64 pad | cut -d ' ' -f 64)" = 193 ] && [ "$(pixels 64 pad | cut -d ' ' -f 8)" -gt 0 ]
    dicom y
    listing y >m.tsv
    preprocess -q --size 8 --fit pad --window full -o pad m.tsv
    # black above and below
    [ "$(pixels 64 pad | cut -d ' ' -f 64)" = 0 ] && [ "$(pixels 64 pad | cut -d ' ' -f 8)" = 0 ]
}

@test "dicom: what is odd about a file, or was chosen for it, is a remark" {
    dicom x 00281050:DS:1000\\2 00281051:DS:200\\2 00280301:CS:YES 00180015:CS:HAND
    listing x >m.tsv
    run -0 preprocess --size 8 -o out m.tsv
    [[ "$output" == *"x: several windows or VOI LUTs in the DICOM file; the first counts"* ]]
    [[ "$output" == *"x: the DICOM file states that text is burned into its pixels"* ]]
    [[ "$output" == *"x: a DICOM file whose body part is neither CHEST nor THORAX"* ]]
    audit -q -o a.tsv m.tsv
    grep -q 'burned-in' a.tsv
}

@test "dicom: audit compares the pixels of the window that it was asked for" {
    dicom x 00281050:DS:500 00281051:DS:401
    dicom y 00281050:DS:2500 00281051:DS:401
    listing x y >m.tsv
    audit -q -o auto.tsv m.tsv
    ! grep -q same-pixels auto.tsv
    audit -q --window full -o full.tsv m.tsv
    grep -q same-pixels full.tsv
    # Each window has its own cache, which takes no file of the last two seconds.
    sleep 2.1
    for window in auto full; do
        audit -q --window $window --cache prints -o once.tsv m.tsv
        audit -q --window $window --cache prints -o twice.tsv m.tsv
        cmp once.tsv $window.tsv && cmp twice.tsv $window.tsv
    done
    [ "$(find prints -type f | wc -l)" -eq 2 ]
}

@test "dicom: predict reads DICOM files as the head's images were read, or refuses another --window" {
    mkdir set
    for i in 1 2 3 4 5 6 7 8; do dicom set/$i 00281050:DS:$((i * 200)) 00281051:DS:500; done
    { listing set/*; } | awk -F '\t' -v OFS='\t' '/^set/ { n++; $2 = n % 2 ? "NORMAL" : "PNEUMONIA"; $3 = "p" n } { print }' >m.tsv
    preprocess -q --size 32 --window 1500,3000 -o images m.tsv
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -e 2 -o head features
    predict -q --keep-ids -w seeded:1 -o list head set
    [ "$(grep -c '^set/\|set/' list)" -ge 8 ]
    predict -q --keep-ids -w seeded:1 --window 1500,3000 -o list2 head set
    # A report in a folder is no image, as split has it; one that is named was meant to be.
    perl -we 'sub e { my ($g, $n, $v) = @_; pack("vv", $g, $n) . "UI" . pack("v", length $v) . $v }
        print "\0" x 128, "DICM", e(2, 0x10, "1.2.840.10008.1.2.1\0"), e(8, 0x16, "1.2.840.10008.5.1.4.1.1.88.11\0"),
            e(8, 0x18, "1.2.3\0")' >set/SR
    run -0 predict --keep-ids -w seeded:1 -o list3 head set
    [[ "$output" == *"ignored DICOM files without an image (reports, presentation states, indices) in the folders: 1"* ]]
    [ "$(grep -v '^#provenance' list3)" = "$(grep -v '^#provenance' list)" ]
    # One that is damaged ends the run, or is listed last.
    mkdir cut
    cp set/1 cut
    head -c 180 set/2 >cut/2
    fails 1 'cut/2: truncated: .* \(--on-error skip, ON_ERROR=skip, lists such images at the end\)' \
        predict -q --keep-ids -w seeded:1 -o list4 head cut
    predict -q --on-error skip --keep-ids -w seeded:1 -o list4 head cut
    grep -q '^-	cut/2	.*truncated: ' list4
    mkdir reports
    cp set/SR reports
    fails 1 'no images found' predict -q --keep-ids -w seeded:1 -o list4 head reports
    fails 1 'set/SR: the DICOM file has no ' predict -q --keep-ids -w seeded:1 -o list4 head set/SR set
    fails 1 'its images were read with --window 1500,3000: expected that, found auto' \
        predict -q -w seeded:1 --window auto -o list3 head set
}

@test "dicom: without the codecs, a compressed file is refused with what to install, and others are read" {
    mkdir -p away/bin
    cp "$(command -v preprocess)" away/bin
    listing "$ROOT/tests/hostile/dicom/jpeg-lossless" >m.tsv
    fails 1 'jpeg-lossless: cannot be decoded: .*libhilum-dicom.so: cannot open shared object file' \
        away/bin/preprocess -q --size 8 -o out m.tsv
    # As where openjpeg.h is missing, which is in a folder of its own.
    g++ -std=c++17 -shared -fPIC -o away/libhilum-dicom.so "$ROOT/shim/dicom/dicom_shim.cpp"
    fails 1 'hilum was built without DCMTK, CharLS and OpenJPEG: install libdcmtk-dev, libcharls-dev and libopenjp2-7-dev, and' \
        away/bin/preprocess -q --size 8 -o out m.tsv
    dicom x
    listing x >m.tsv
    away/bin/preprocess -q --size 8 -o out m.tsv
}

@test "dicom: no tool opens the codecs' library before it meets a compressed file" {
    need_command strace
    dicom x
    listing x >m.tsv
    strace -f -e trace=openat -o native preprocess -q --size 8 -o out m.tsv
    ! grep -q libhilum-dicom native
    listing "$ROOT/tests/hostile/dicom/jpeg-lossless" >m.tsv
    strace -f -e trace=openat -o compressed preprocess -q --size 8 -o out m.tsv
    grep -q libhilum-dicom compressed
}
