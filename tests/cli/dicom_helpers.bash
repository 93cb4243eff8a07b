# SPDX-License-Identifier: BSD-2-Clause
# For bats files: a data set of DICOM files as a hospital has them, with everything in them that must not get out.

# What identifies a patient in these files: no output may have it.
PLANTED='PLANTED|1\.2\.826\.0\.1\.99|19530417|20210203'

# hospital DIR PATIENTS: DIR/CLASS/PATIENT/STUDY/INSTANCE, names without extension, two images of each patient, the
# classes NORMAL and PNEUMONIA in turn. Images are 40 x 48 pixels of 12 bits, noise with a brighter side in PNEUMONIA.
# With LOSSY_CLASS, the files of this class say that they were compressed with losses.
hospital() {
    perl -MFile::Path=make_path -we '
        my ($dir, $patients) = @ARGV;
        srand 7;
        sub element {
            my ($tag, $vr, $v) = @_;
            $v = pack "v", $v if $vr eq "US";
            $v .= $vr eq "UI" ? "\0" : " " if length($v) % 2;
            return pack("vv", hex substr($tag, 0, 4), hex substr($tag, 4)) . $vr .
                ($vr =~ /^(OB|OW|UN)$/ ? "\0\0" . pack("V", length $v) : pack("v", length $v)) . $v;
        }
        for my $p (1 .. $patients) {
            my $class = $p % 2 ? "NORMAL" : "PNEUMONIA";
            my ($id, $study) = ("PLANTEDID$p", "1.2.826.0.1.99.2.$p");
            make_path "$dir/$class/$id/$study";
            for my $i (1, 2) {
                my $sop = "1.2.826.0.1.99.3.$p.$i";
                open my $f, ">:raw", "$dir/$class/$id/$study/$sop" or die $!;
                print $f "\0" x 128, "DICM", element("00020010", "UI", "1.2.840.10008.1.2.1"),
                    element("00080016", "UI", "1.2.840.10008.5.1.4.1.1.1.1"), element("00080018", "UI", $sop),
                    element("00080020", "DA", "20210203"), element("00080050", "SH", "PLANTEDACC$p"),
                    element("00080060", "CS", $p % 3 ? "DX" : "CR"), element("00080070", "LO", "Maker " . $p % 3),
                    element("00080080", "LO", "PLANTEDHOSPITAL"), element("00080090", "PN", "PLANTEDDOCTOR"),
                    element("00081030", "LO", "PLANTEDDESCRIPTION"), element("00090010", "LO", "PLANTEDCREATOR"),
                    element("00091001", "LO", "PLANTEDPRIVATE"), element("00100010", "PN", "PLANTEDNAME^$p"),
                    element("00100020", "LO", " $id "), element("00100030", "DA", "19530417"),
                    element("00100040", "CS", $p % 2 + $i > 2 ? "F" : "M"),
                    element("00101010", "AS", sprintf "%03dY", 20 + $p), element("00104000", "LT", "PLANTEDCOMMENT"),
                    element("00181164", "DS", "0.15\\0.15"), element("00185101", "CS", $i == 1 ? "PA" : "LL"),
                    element("0020000d", "UI", $study), element("0020000e", "UI", "$study.1"),
                    element("00200010", "SH", "PLANTEDSTUDY"), element("00280002", "US", 1),
                    element("00280004", "CS", "MONOCHROME2"), element("00280010", "US", 40),
                    element("00280011", "US", 48), element("00280100", "US", 16), element("00280101", "US", 12),
                    element("00280102", "US", 11), element("00280103", "US", 0),
                    element("00280301", "CS", $p == 2 ? "YES" : "NO"),
                    element("00282110", "CS", ($ENV{LOSSY_CLASS} // "") eq $class ? "01" : "00"),
                    element("7fe00010", "OW", pack "v*", map {
                        500 + int(rand 2500) + ($p % 2 == 0 && $_ % 48 > 24 ? 1000 : 0) } 0 .. 40 * 48 - 1);
            }
        }' "$@"
}

# planted FILE...: names the files and file names that have planted text, also within compressed tensor files; fails
# where there is none.
planted() {
    local file found=1
    while IFS= read -r -d '' file; do
        if grep -Eq "$PLANTED" <<<"$file"; then
            echo "name: $file"
            found=0
        fi
        if [ -f "$file" ] && { zstd -qdcf "$file" 2>/dev/null || cat "$file"; } | grep -Eaq "$PLANTED"; then
            echo "in: $file"
            found=0
        fi
    done < <(find "$@" -print0)
    return "$found"
}
