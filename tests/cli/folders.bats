#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Folders as real collections have them: split finds subsets and classes in them, or says what it found instead.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# fill FOLDER N NAME EXT: N files of one patient each, NAME1.EXT and so on, with contents of their own.
fill() {
    mkdir -p "$1"
    for i in $(seq "$2"); do
        echo "$1 $i" >"$1/$3$i.$4"
    done
}

# pictures KIND FILE...: PNG files of 64 x 64 pixels, different ones: "xray" has many grey levels, "mask" 0 and 255,
# "soft" a mask with noise, "blurred" one with grey edges, "barred" an X-ray between wide black bars.
pictures() {
    # shellcheck disable=SC2016 # the variables are those of Perl
    perl -MCompress::Zlib -we 'use strict;
        sub chunk { pack("N", length $_[1]) . "$_[0]$_[1]" . pack("N", crc32("$_[0]$_[1]")) }
        my ($kind, @files) = @ARGV;
        for my $file (@files) {
            (my $folder = $file) =~ s|/[^/]*$||;
            system "mkdir", "-p", $folder unless -d $folder;
            my $seed = crc32($file);
            my $level = sub { my ($x, $y) = @_;
                my $inside = sub { $_[0] > 10 + $seed % 7 && $_[0] < 40 && $_[1] > 20 + $seed % 5 && $_[1] < 50 };
                my $edge = sub { my $n = 0; for my $i (-1 .. 1) { $n += $inside->($x + $i, $y + $_) ? 1 : 0 for -1 .. 1 } $n };
                $kind eq "mask" ? ($inside->($x, $y) ? 255 : 0)
                : $kind eq "soft" ? ($inside->($x, $y) ? 255 : 0) ^ (crc32("$x $y $seed") % 5 ? 0 : crc32("$y $x $seed") % 8)
                : $kind eq "blurred" ? int(255 * $edge->() / 9)
                : $kind eq "barred" && ($x < 24 || $x > 40) ? 0
                                : 20 + ($x * 2 + ($seed >> 3) % 40 + ($y + $seed % 11) ** 2 / 40) % 200 };
            my $rows = join "", map { my $y = $_; pack "C*", 0, map { $level->($_, $y) } 0 .. 63 } 0 .. 63;
            open my $out, ">:raw", $file or die "$file: $!";
            print $out "\x89PNG\r\n\x1a\n", chunk("IHDR", pack "NNC5", 64, 64, 8, 0, 0, 0, 0),
                chunk("IDAT", compress $rows), chunk("IEND", "");
        }' "$@"
}

# subsets TRAIN VAL TEST: set/ with these three folders, each with both classes.
subsets() {
    fill "set/$1/NORMAL" 24 a png
    fill "set/$1/PNEUMONIA" 24 b png
    fill "set/$2/NORMAL" 4 c png
    fill "set/$2/PNEUMONIA" 4 d png
    fill "set/$3/NORMAL" 8 e png
    fill "set/$3/PNEUMONIA" 8 f png
}

# counts: images in each subset of m.tsv, and its classes
counts() {
    grep -v -e '^#' -e '^path' m.tsv | cut -f 4 | sort | uniq -c | awk '{ printf "%s %s ", $2, $1 }'
    grep -v -e '^#' -e '^path' m.tsv | cut -f 2 | sort -u | xargs
}

@test "folders: subset folders by their words, in any case, also mixed" {
    for words in 'train val test' 'Train valid TEST' 'TRAINING Validation testing' 'training dev Testing'; do
        rm -rf set m.tsv
        # shellcheck disable=SC2086
        subsets $words
        split -q --subsets folders -o m.tsv set 2>/dev/null
        [ "$(counts)" = 'test 16 train 48 val 8 NORMAL PNEUMONIA' ]
    done
    fill set/Train/NORMAL 3 z png # beside training: both are it
    split --subsets folders -o m.tsv set 2>err
    grep -q "set: the folders 'Train' and 'training' are both taken for the subset train" err
    [ "$(counts)" = 'test 16 train 51 val 8 NORMAL PNEUMONIA' ]
}

@test "folders: the folder around the subset folders may be named, too" {
    subsets Train Val Test
    mkdir download
    mv set download/archive
    split --subsets folders -o m.tsv download 2>err
    grep -q "download: the subset folders are in its folder 'archive'" err
    [ "$(counts)" = 'test 16 train 48 val 8 NORMAL PNEUMONIA' ]
    rm -r download
    fill download/archive/NORMAL 3 a png
    fill download/archive/PNEUMONIA 3 b png
    fails 1 "found one: 'archive'; if the folders in it are the classes, name download/archive" split download
}

@test "folders: unknown words for subsets, and subsets within classes" {
    subsets fit tune holdout
    fails 1 "set: expected a folder for each class, found 'fit', 'holdout' and any other with the same folders in them .'NORMAL', 'PNEUMONIA'." \
        split -o m.tsv set
    [ ! -e m.tsv ]
    rm -r set
    for class in NORMAL PNEUMONIA; do
        fill set/$class/train 8 a$class png
        fill set/$class/test 8 b$class png
    done
    fails 1 "found 'NORMAL', 'PNEUMONIA' and any other with the same folders in them .'test', 'train'.*(--label-regex)" split set
    split -q -o m.tsv --label-regex '^([^/]+)/' set
    split -q -o m.tsv --label-regex '^[^/]+/([^/]+)/' set
    rm m.tsv
    fill set/NORMAL 1 direct png # no longer the same in both
    fails 1 "set: expected no folder in a class that is named like a subset, found 'NORMAL/test'" split set
}

@test "folders: subsets as words in longer names" {
    fill set/trainset/NORMAL 8 a png
    fill set/trainset/PNEUMONIA 8 b png
    fill set/Test_Images/NORMAL 8 c png
    fails 1 "set: expected a folder for each class, found 'Test_Images' and 'trainset', which seem to be subsets: name them train, val and test" split set
    rm -r set
    for name in {train,val}_{normal,ill}; do fill "set/$name" 8 "$name" png; done
    fails 1 "found 'train_ill' and 'val_ill', which seem to be subsets: .*--label-regex, --classes" split set
    split -q --exact --classes 'normal=train_normal|val_normal;ill=train_ill|val_ill' -o m.tsv set
    rm -r set
    for name in test_{positive,negative} trainee; do fill "set/$name" 8 "$name" png; done
    split -q --exact -o m.tsv set
}

@test "folders: numbered parts of a set are no classes" {
    for names in fold1,fold2,fold10 images_001,images_002 'Part 1,Part 2' Batch-1,batch-2; do
        rm -rf set
        IFS=, read -ra parts <<<"$names"
        for name in "${parts[@]}"; do fill "set/$name" 8 "$name" png; done
        fails 1 "set: expected a folder for each class, found '${parts[0]}' and '.*', which seem to be parts of one set: labels may come from a table" \
            split -o m.tsv set
        [ ! -e m.tsv ]
    done
    split -q --exact --classes 'a=Batch-1;b=batch-2' -o m.tsv set
    # Grades and types are numbered, too.
    for names in 0,1 grade1,grade2 type_1,type_2 fold1,NORMAL; do
        rm -rf set
        IFS=, read -ra parts <<<"$names"
        for name in "${parts[@]}"; do fill "set/$name" 8 "$name" png; done
        split -q --exact -o m.tsv set
    done
}

@test "folders: augmented copies of other images, by their names" {
    for names in 'IMG_1_flip IMG_1_rot90 IMG_1-aug-3' 'flip_IMG_1 IMG_1.rotated IMG_1_Noise'; do
        rm -rf set
        image A/{IMG_1,{2..8}}.png B/{1..8}.png
        for name in $names; do image "A/$name.jpg"; done
        split -q --test 0 --val 0 --patient-regex '[^/]*$' -o m.tsv set 2>err
        [ "$(grep -c 'augmented copies' err)" -eq 1 ]
        grep -qE "images that are augmented copies of others by their names, but count as other patients: 3 of 19; the first: A/.* of A/IMG_1.png; " err
    done
    # Of the same patient; of no image; words within others
    image A/cropland_2.png A/9_flip.png A/2_flipchart.png A/aug.png A/_flip.png
    split -q --test 0 --val 0 --patient-regex '/([^/]*)' --exclude 'IMG*,flip*' -o m.tsv set 2>err
    run ! grep -q 'augmented copies' err
    rm -r set
    image A/{IM-0001-0001,IM-0001-0001_flip}.png B/{1..8}.png
    split -q --test 0 --val 0 --patient-regex '(IM-[0-9]*|[0-9])' -o m.tsv set 2>err
    run ! grep -q 'augmented copies' err
}

@test "folders: a dangling link that is named like an image is an image that cannot be read" {
    phantom -q -n 20 --images-per-patient 1 --max-images 1 --min-size 64 --max-size 64 set
    ln -s gone.png set/NORMAL/z1.png
    ln -s z2.jpg set/NORMAL/z2.jpg
    split -q --exact -o m.tsv set 2>/dev/null
    fails 1 'set/NORMAL/z1.png: cannot be read: No such file or directory' preprocess -q --size 32 -o images m.tsv
    preprocess -q --size 32 --on-error skip --rejects r.tsv -o images m.tsv
    [ "$(grep -c '^NORMAL/z[12]\..*cannot be read' r.tsv)" -eq 2 ]
    # A row of a table that names one has no image.
    printf '%s\n' image,label NORMAL/z1.png,A z2.jpg,B "$(cd set && ls NORMAL/*.png | head -n 1),B" >t.csv
    fails 1 "t.csv: expected the images of 3 rows in set, and 2 cannot be found: 'NORMAL/z1.png' \(line 2\), 'z2.jpg' \(line 3\)" \
        split --labels t.csv set
    # Any other may have led to a folder.
    ln -s gone set/COVID
    fails 1 'set/COVID: is a dangling link' split -q set
}

@test "folders: folders of the operating system hold no images" {
    fill set/NORMAL 8 a png
    fill set/PNEUMONIA 8 b png
    split -q --exact -o want.tsv set
    fill set/NORMAL/@eaDir/a1.png 2 SYNOPHOTO_THUMB_ jpg
    fill 'set/#recycle' 2 c png
    fill "set/\$RECYCLE.BIN" 2 d png
    mkdir set/lost+found
    split -q --exact -o m.tsv set
    cmp want.tsv m.tsv
}

@test "folders: images of formats that are not read are refused by name, not ignored" {
    phantom -q -n 40 --images-per-patient 1 --max-images 1 --min-size 64 --max-size 64 set
    i=0
    : >set/PNEUMONIA/5.dcm
    printf '\010\0\005\0CS\012\0ISO_IR 100' >set/PNEUMONIA/6.DICOM
    for start in 'II*\0' 'BM........\0\0\0\0(\0\0\0' GIF89a 'RIFF....WEBP'; do
        i=$((i + 1))
        printf '%b' "$start" >"set/PNEUMONIA/$i.$(cut -d ' ' -f $i <<<'tif BMP gif WebP')"
    done
    split -q --exact -o m.tsv set
    preprocess -q --size 32 --on-error skip --rejects r.tsv -o images m.tsv
    diff - <(grep -v '^#' r.tsv | cut -f 1,2,4 | sed 's/; .*//') <<'END'
path	label	reason
PNEUMONIA/1.tif	PNEUMONIA	expected a JPEG, PNG or DICOM image, found a TIFF image
PNEUMONIA/2.BMP	PNEUMONIA	expected a JPEG, PNG or DICOM image, found a BMP image
PNEUMONIA/3.gif	PNEUMONIA	expected a JPEG, PNG or DICOM image, found a GIF image
PNEUMONIA/4.WebP	PNEUMONIA	expected a JPEG, PNG or DICOM image, found a WebP image
PNEUMONIA/5.dcm	PNEUMONIA	the file is empty
PNEUMONIA/6.DICOM	PNEUMONIA	expected a JPEG, PNG or DICOM image, found a DICOM file without its preamble
END
    fails 1 'PNEUMONIA/.*found a .* image; convert it to PNG' preprocess -q --size 32 -o images m.tsv
}

@test "folders: the same single folder in each class, and folders that differ, are fine" {
    fill set/NORMAL/images 30 a png
    fill set/PNEUMONIA/images 30 b png
    split -q -o m.tsv set
    fill set/PNEUMONIA/virus 30 c png
    split -q -o m.tsv set
    [ "$(grep -c PNEUMONIA/ m.tsv)" = 60 ]
}

@test "folders: a folder in a class that is named like another class or a subset" {
    for inner in PNEUMONIA/NORMAL PNEUMONIA/Normal PNEUMONIA/more/normal PNEUMONIA/Test NORMAL/a/validation; do
        rm -rf set
        image {NORMAL,PNEUMONIA}/{1..4}.png "$inner"/5.png
        refused "set: expected no folder in a class that is named like (another class|a subset), found '$inner': .*--exclude '$inner'"
        rm -rf set
        image {train,test}/{NORMAL,PNEUMONIA}/{1..4}.png "train/$inner"/5.png
        refused "set: expected no folder in a class .*, found 'train/$inner': "
    done
    # A class may have a folder of its own name.
    rm -rf set
    image {NORMAL,PNEUMONIA}/{1..4}.png PNEUMONIA/pneumonia/{5..8}.png
    split -q --test 0 --val 0 set -o m.tsv
}

@test "folders: class names that differ in case or blanks only" {
    fill set/train/NORMAL 8 a png
    fill set/train/PNEUMONIA 8 b png
    fill set/test/Normal 8 c png
    fill set/test/Pneumonia 8 d png
    fails 1 "set: expected class names that differ in more than case, blanks and Unicode form, found 'NORMAL' and 'Normal'; 'PNEUMONIA' and 'Pneumonia': give each class one name" \
        split -o m.tsv set
    [ ! -e m.tsv ]
    fill plain/NO\ FINDING 4 a png
    fill plain/No\ \ Finding 4 b png
    fill plain/nofinding\  4 c png
    fill plain/Éclat 4 d png
    fails 1 "found 'NO FINDING', 'No  Finding' and 'nofinding '" split plain
    fill plain/éclat 4 e png
    fails 1 "'Éclat' and 'éclat'" split plain
    fill forms/$'N\303\251ant' 4 f png
    fill forms/$'Ne\314\201ant' 4 g png
    fill forms/Normal 4 h png
    fails 1 'forms: expected class names that differ in more than case, blanks and Unicode form, found' split forms
    fill spaces/$'Normal\302\240' 4 i png
    fill spaces/Normal 4 j png
    fails 1 'spaces: expected class names that differ in more than case, blanks and Unicode form, found' split spaces
    fill other/NORMAL 30 a png
    fill other/ABNORMAL 30 b png
    fill other/NORMAL-2 30 c png
    split -q -o m.tsv other
}

@test "folders: a class folder without images is named, with what it holds" {
    fill set/NORMAL 30 a png
    fill set/PNEUMONIA 30 b png
    mkdir set/OTHER
    fails 1 "set/OTHER: expected images .\*.jpeg, \*.jpg, \*.jpe, \*.jfif, \*.png, DICOM. in the folder of a class, found no file: remove it, or leave it out with --exclude 'OTHER'" \
        split -o m.tsv set
    [ ! -e m.tsv ]
    fill set/OTHER/deep 5 c MHA
    fill set/OTHER 2 d txt
    touch set/OTHER/README
    fails 1 "set/OTHER: .*found 5 \*.mha, 2 \*.txt, 1 others: remove" split set
    split -q --exclude OTHER -o m.tsv set
    split -q -o other.tsv --exclude 'O*' set
    diff <(grep -v '^#' m.tsv) <(grep -v '^#' other.tsv)
    rm -r set
    subsets train val test
    mkdir set/test/COVID
    fails 1 "set/test/COVID: expected images .* in the folder of a class, found no file" split set
    split -q --exclude test/COVID -o m.tsv set
    rmdir set/test/COVID
    rm set/val/*/*
    split -o m.tsv set 2>err # no subset
    grep -q "set: the subset folder 'val' holds no file and is ignored" err
    fill set/val/NORMAL 2 a mha
    fails 1 "set/val: expected images .* in the folder of a subset, found 2 \*.mha" split set
    rm -r set
    fill set/A 3 a mha
    fails 1 'set: no image found: .*, found 3 \*.mha' split set
}

@test "folders: masks beside images are noticed, and --exclude leaves one out" {
    for class in COVID Normal; do
        fill set/$class/images 16 $class- png
        fill set/$class/masks 16 $class- png
    done
    fails 1 "set: expected X-rays only, found the folders 'COVID/images' and 'COVID/masks' with 16 file names in common, as those of X-rays and their masks: leave one out .--exclude 'masks'." \
        split -o m.tsv set
    [ ! -e m.tsv ]
    split --exclude masks -o m.tsv set 2>err
    grep -q 'set: images left out (--exclude): 32' err
    [ "$(grep -c '/images/' m.tsv)" = 32 ]
    [ "$(grep -c '/masks/.*png' m.tsv)" = 0 ]
    sed -n 3p m.tsv | grep -q -- '--exclude masks'
    # Names with a suffix, other types of files, a folder in between, masks within the folder of the images, a subset
    rm -r set
    fill set/train/COVID/data/xr 16 a jpg
    fill set/train/COVID/data/Lung\ masks 16 a_mask png
    for f in set/train/COVID/data/Lung\ masks/*; do
        mv "$f" "$(sed -E 's/a_mask([0-9]+)/a\1_mask/' <<<"$f")"
    done
    fill set/train/Normal 20 b png
    fails 1 "'train/COVID/data/Lung masks' and 'train/COVID/data/xr' .*--exclude 'Lung masks'" split set
    rm -r set
    fill set/COVID 16 a png
    fill set/COVID/seg 16 a png
    fill set/Normal 20 b png
    fails 1 "'COVID' and 'COVID/seg' .*--exclude 'seg'" split set
}

@test "folders: masks are noticed as classes, in pairs, below patients, beside more folders, and by their pixels" {
    # Classes
    pictures xray set/images/{1..9}.png
    pictures mask set/masks/{1..9}.png
    fails 1 "found the folders 'images' and 'masks' with 9 file names in common, .*--exclude 'masks'" split -o m.tsv set
    [ ! -e m.tsv ]
    mv set/masks set/b
    fails 1 "set: expected X-rays only, found the folders 'images' and 'b', of which 'b' has images of two grey levels, like masks: leave it out .--exclude 'b'" split set
    mkdir wrapped wrapped/Test && mv set wrapped/Train && cp -r wrapped/Train/* wrapped/Test
    fails 1 "'T.*/images' and 'T.*/b', of which 'T.*/b' has images of two grey levels" split wrapped
    # Pairs
    for class in A B; do pictures xray set/$class/${class}{1..9}.png; done
    for names in A4_mask.png A4-Seg.jpeg A4.segmentation.png mask_A4.png A4_left_lung_mask.png; do
        pictures mask "set/A/$names"
        fails 1 "set: expected X-rays only, found 'A/A4.png' and 'A/$names', which look like an X-ray and its mask: leave the masks out .--exclude '" split set
        option=$(grep -o -- "--exclude '[^']*'" <<<"$stderr")
        eval "split -q --exact $option -o m.tsv set"
        [ "$(grep -c '^[AB]/' m.tsv)" = 18 ]
        rm "set/A/$names"
    done
    pictures xray set/A/A4_label.png set/A/A4_2.png # another picture of the patient
    split -q --exact -o m.tsv set
    pictures mask set/A/A4_label.png
    fails 1 "found 'A/A4.png' and 'A/A4_label.png'.*--exclude '\*_label.png'" split set
    # Below patients, and beside more folders than two
    rm -r set
    for p in {1..6}; do
        pictures xray set/A/a$p/xr/1.png set/B/b$p/xr/1.png
        pictures mask set/A/a$p/leftMask/1.png
    done
    fails 1 "found the folders 'A/a1/leftMask' and 'A/a1/xr' with 1 file names in common" split set
    split -q --exact --exclude leftMask -o m.tsv set
    rm -r set
    for folder in xr left right heart clavicles; do pictures mask set/A/$folder/{1..9}.png; done
    pictures xray set/A/xr/{1..9}.png set/B/b{1..9}.png
    mv set/A/left set/A/left_mask
    fails 1 "found the folders 'A/.*' and 'A/.*' with 9 file names in common, .*--exclude 'left_mask'" split set
    # Names that have nothing in common, and pixels that have been compressed
    rm -r set
    pictures mask set/A/ground\ truth/m{1..9}.png
    pictures xray set/A/scans/{1..9}.png set/B/b{1..9}.png
    fails 1 "found the folders 'A/scans' and 'A/ground truth', of which 'A/ground truth' has images of two grey levels" split set
}

@test "folders: masks among the X-rays of a folder are noticed under any name" {
    for name in COVID@_lung COVID@mask @b; do
        rm -rf set
        for i in {10..29}; do
            pictures xray "set/Normal/$i.png" "set/COVID/${name%@*}$i.png"
            pictures mask "set/COVID/${name/@/$i}.png"
        done
        fails 1 "set: expected X-rays only, found images of two grey levels among others, like masks, such as 'COVID/.*[0-9](_lung|mask|b).png'" \
            split -q -o m.tsv set
        [ ! -e m.tsv ]
    done
    # One or two of them may be odd X-rays, but of few images, and of many that are looked at, they are masks.
    rm set/COVID/{10..27}b.png
    split -q -o m.tsv set 2>err
    grep -q '^split: warning: set: images of two grey levels, like masks: 2 of 22 that were looked at; the first: COVID/28b.png; --exclude leaves them out$' err
    rm set/COVID/{10..26}.png
    fails 1 "images of two grey levels among others, like masks, such as 'COVID/28b.png'" split -q -o m.tsv set
    rm -r set
    pictures xray set/Normal/{10..29}.png set/COVID/{100..199}.png
    pictures mask set/COVID/1{03,14,25,36,47,58,69,80}x.png
    fails 1 "images of two grey levels among others, like masks, such as 'COVID/1..x.png'" split -q -o m.tsv set
}

@test "folders: masks with soft edges, as of JPEG and of resizing, are noticed" {
    for kind in soft blurred; do
        rm -rf set
        pictures xray set/A/images/{1..4}.png set/B/images/{1..4}.png
        pictures $kind set/A/b/m{1..4}.png
        fails 1 "of which 'A/b' has images of two grey levels, like masks" split -q -o m.tsv set
    done
    # Bars around an X-ray are black, and what is in it has many levels.
    rm -rf set
    pictures xray set/A/{1..4}.png set/B/{1..4}.png
    pictures barred set/A/b{1..4}.png
    split -q --exact -o m.tsv set 2>err
    run ! grep -q 'grey levels' err
}

@test "folders: two hospitals that number their files alike are no masks" {
    for class in NORMAL PNEUMONIA; do
        for site in 1 2; do pictures xray set/$class/site$site/000{1..9}.png; done
    done
    pictures xray set/NORMAL/site3/000{1..9}.png # otherwise sites may be the classes
    split -q --exact --duplicates apart -o m.tsv set
    [ "$(grep -c '/site' m.tsv)" = 45 ]
    # Files that are no images are no evidence.
    for file in set/*/site2/*; do echo "$file" >"$file"; done
    split -q --exact --duplicates apart -o m.tsv set
    # Words of masks that are no names of masks
    for name in 'No label' 'Subsegmental' 'Segmental consolidation'; do
        rm -rf set
        pictures xray "set/$name"/{1..9}.png set/NORMAL/{1..9}.png
        split -q --exact --duplicates apart -o m.tsv set
        [ "$(grep -c 'png' m.tsv)" = 18 ]
    done
}

@test "folders: patients whose files are numbered anew are no masks" {
    for p in 1 2 3 4 5 6 7 8; do
        fill set/NORMAL/n$p/study1 2 view png
        fill set/PNEUMONIA/p$p/study1 2 view png
    done
    split -q --patient-regex '/([np][0-9]+)/' -o m.tsv set
    [ "$(grep -c view m.tsv)" = 32 ]
}

@test "folders: --exclude takes paths, names and patterns, separated by commas" {
    for class in A B; do
        fill set/$class 30 $class png
        fill set/$class/old 3 o png
        fill set/$class/x,y 3 p png
    done
    left() { # PATTERNS: images that remain
        split -q --exclude "$1" -o m.tsv set
        grep -c '^[AB]/' m.tsv
    }
    [ "$(left old)" = 66 ]
    [ "$(left A/old)" = 69 ]
    [ "$(left 'A/old/, ./B/old')" = 66 ]
    [ "$(left 'o?d,x\,y')" = 60 ]
    [ "$(left '*/old/o1.png')" = 70 ]
    [ "$(left 'A/*/*')" = 66 ]
    fails 1 "set: expected a file or folder that --exclude 'OLD' matches, found none" split --exclude OLD set
    fails 2 "exclude: expected patterns separated by commas, found an empty one in 'old,,A'" split --exclude old,,A set
    fails 2 "exclude: expected patterns .* found an empty one in ''" split --exclude '' set
    fails 2 'exclude is for images in folders' split --exclude old --labels t.csv set
    fails 1 'set: no image found' split --exclude '*' set
}

@test "folders: a data set packed with a copy of itself is taken once" {
    subsets train val test
    mv set chest_xray
    cp -r chest_xray copy
    mv copy chest_xray/chest_xray
    mkdir -p chest_xray/__MACOSX/chest_xray
    touch chest_xray/__MACOSX/chest_xray/._1.png
    split --subsets folders -o m.tsv chest_xray 2>err
    grep -q "chest_xray: the folder 'chest_xray' is a copy of the folder that it is in, '.': its 72 images are left out" err
    [ "$(counts)" = 'test 16 train 48 val 8 NORMAL PNEUMONIA' ]
    mkdir zip
    mv chest_xray zip
    split --subsets folders -o m.tsv zip 2>err
    grep -q "zip: the folder 'chest_xray/chest_xray' is a copy of the folder that it is in, 'chest_xray'" err
    [ "$(counts)" = 'test 16 train 48 val 8 NORMAL PNEUMONIA' ]
    # One byte differs, the sizes do not.
    printf X | dd of=zip/chest_xray/chest_xray/train/NORMAL/a7.png conv=notrunc status=none
    fails 1 "found both '.*' and '.*': see --exclude" split zip/chest_xray
    split -q --exclude chest_xray --subsets folders -o m.tsv zip/chest_xray
    [ "$(counts)" = 'test 16 train 48 val 8 NORMAL PNEUMONIA' ]
}

@test "folders: copies of class folders, too; other images of the same names are no copy" {
    fill cells/Infected 30 a png
    fill cells/Uninfected 30 b png
    cp -r cells copy
    mv copy cells/cells
    split -o m.tsv cells 2>err
    grep -q "cells: the folder 'cells' is a copy" err
    [ "$(counts | sed 's/.*[0-9] //')" = 'Infected Uninfected' ]
    [ "$(grep -c 'nfected/.*png' m.tsv)" = 60 ]
    echo another >cells/cells/Infected/a1.png
    fails 1 "cells: expected .*'cells'.*--exclude 'cells'" split cells
}

@test "folders: without a validation folder, validation is drawn from training by patient" {
    subsets train val test
    rm -r set/val
    split --subsets folders -o m.tsv set 2>err
    grep -q 'the data set has no validation images of its own: a fraction of 0.15 of its training images is drawn for validation (see --val)' err
    [ "$(grep -c $'\ttest$' m.tsv)" = 16 ]
    [ "$(grep -c '^test/.*test$' m.tsv)" = 16 ]
    n=$(grep -c $'^train/.*\tval$' m.tsv)
    [ "$n" -ge 3 ] && [ "$n" -le 14 ]
    split -q --subsets own-test -o other.tsv set
    diff <(grep -v '^#' m.tsv) <(grep -v '^#' other.tsv)
    split -q --subsets folders --val 0 -o m.tsv set
    [ "$(grep -c $'\tval$' m.tsv)" = 0 ]
    rm -r set
    subsets train val test
    run split --subsets folders -o m.tsv set
    [[ "$output" == *"warning: the data set has only 8 validation images of its own, too few to choose a threshold: --subsets own-test draws more"* ]]
}

@test "folders: images without an extension, by their contents, and other names of JPEG" {
    phantom -q -n 16 --images-per-patient 1 --max-images 1 --min-size 64 --max-size 64 drawn
    local i=0
    samples() { grep -v '^#' "$1" | tail -n +2; }
    for class in NORMAL PNEUMONIA; do
        mkdir -p set/$class
        for f in drawn/$class/*; do
            i=$((i + 1))
            cp "$f" "set/$class/1.2.840.$i"
        done
    done
    mv "$(find set/NORMAL -type f | sort | head -n 1)" set/NORMAL/first.jfif
    mv "$(find set/PNEUMONIA -type f | sort | head -n 1)" set/PNEUMONIA/first.JPE
    echo text >set/NORMAL/README
    split --exact set 2>err >m.tsv
    [ "$(samples m.tsv | wc -l)" -eq "$i" ]
    grep -q "ignored files that are not images (.*): 1$" err
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq "$i" ] # a UID is the patient's whole name
    samples m.tsv | cut -f 3 | grep -qx 'NORMAL/1.2.840.[0-9]*'
    audit -q m.tsv >audit.tsv
    grep -q '^#errors	0$' audit.tsv
}
