// SPDX-License-Identifier: BSD-2-Clause
#include "dicom_shim.h"

#include <cstdio>

#if __has_include(<dcmtk/dcmdata/dctk.h>) && __has_include(<charls/charls.h>) && \
    __has_include(<openjpeg.h>)

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

#include <charls/charls.h>
#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

namespace
{

[[noreturn]] void fail(const std::string &what)
{
    throw std::runtime_error(what);
}

void check(const OFCondition &c)
{
    if (c.bad())
        fail(c.text());
}

// ---- DCMTK ----

// The first warning of a codec in this thread: it says that samples were made up.
thread_local std::string warning;

class warnings : public dcmtk::log4cplus::Appender
{
  public:
    ~warnings() override
    {
        destructorImpl();
    }
    void close() override {}

  protected:
    void append(const dcmtk::log4cplus::spi::InternalLoggingEvent &event) override
    {
        const auto &from = event.getLoggerName();
        const bool is_of_codec = from.find("dcmtk.dcmjpeg") == 0;
        if (is_of_codec && warning.empty())
            warning = event.getMessage().c_str();
    }
};

// Nothing is written: neither to standard error nor to a file.
void catch_warnings()
{
    OFLog::configure(OFLogger::WARN_LOG_LEVEL);
    auto root = dcmtk::log4cplus::Logger::getRoot();
    root.removeAllAppenders();
    root.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new warnings));
}

void register_codecs()
{
    static std::once_flag once;
    std::call_once(once, [] {
        catch_warnings();
        DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_default, OFFalse);
    });
}

void put(DcmDataset &d, const DcmTagKey &tag, uint32_t value)
{
    check(d.putAndInsertUint16(tag, static_cast<Uint16>(value)));
}

// DCMTK's codecs read what they need of an image from its data set.
void describe(DcmDataset &d, const dc_frame &f)
{
    put(d, DCM_SamplesPerPixel, f.samples);
    check(d.putAndInsertString(DCM_PhotometricInterpretation,
                               f.samples == 1 ? "MONOCHROME2" : "RGB"));
    if (f.samples > 1)
        put(d, DCM_PlanarConfiguration, 0);
    put(d, DCM_Rows, f.rows);
    put(d, DCM_Columns, f.columns);
    put(d, DCM_BitsAllocated, f.precision > 8 ? 16 : 8);
    put(d, DCM_BitsStored, f.precision);
    put(d, DCM_HighBit, f.precision - 1);
    put(d, DCM_PixelRepresentation, f.is_signed ? 1 : 0);
}

void add_pixels(DcmDataset &d, const dc_frame &f, E_TransferSyntax syntax)
{
    const DcmTag items(DCM_PixelItemTag);
    auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
    check(sequence->insert(new DcmPixelItem(items)));
    auto fragment = std::make_unique<DcmPixelItem>(items);
    // The length is even; what is added follows the end of the codestream.
    const Uint32 size = static_cast<Uint32>(f.len + f.len % 2);
    Uint8 *bytes = nullptr;
    check(fragment->createUint8Array(size, bytes));
    bytes[size - 1] = 0;
    std::memcpy(bytes, f.bytes, f.len);
    check(sequence->insert(fragment.release()));
    auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
    pixels->putOriginalRepresentation(syntax, nullptr, sequence.release());
    check(d.insert(pixels.release()));
}

// Newer versions of DCMTK ask whether the pixels are native, which these are not.
template <class Pixels>
auto frame_size(Pixels &p, DcmItem &d, Uint32 &size, int)
    -> decltype(p.getUncompressedFrameSize(&d, size, OFFalse))
{
    return p.getUncompressedFrameSize(&d, size, OFFalse);
}

template <class Pixels>
auto frame_size(Pixels &p, DcmItem &d, Uint32 &size, long)
    -> decltype(p.getUncompressedFrameSize(&d, size))
{
    return p.getUncompressedFrameSize(&d, size);
}

void decode_by_dcmtk(const dc_frame &f, void *out, size_t size)
{
    register_codecs();
    const DcmXfer syntax(f.syntax);
    DcmDataset d;
    describe(d, f);
    add_pixels(d, f, syntax.getXfer());
    DcmElement *element = nullptr;
    check(d.findAndGetElement(DCM_PixelData, element));
    auto *pixels = OFstatic_cast(DcmPixelData *, element);
    Uint32 expected = 0, start = 0;
    check(frame_size(*pixels, d, expected, 0));
    if (expected < size || expected > size + 1)
        fail("the decoder expects another size");
    expected += expected % 2;
    const auto buffer = std::make_unique<Uint8[]>(expected); // zeroed
    OFString model;
    warning.clear();
    const OFCondition status =
        pixels->getUncompressedFrame(&d, 0, start, buffer.get(), expected, model);
    if (!warning.empty())
        fail(warning);
    check(status);
    std::memcpy(out, buffer.get(), size);
}

// ---- CharLS ----

// From plane by plane to pixel by pixel.
template <typename T> void interleave(const T *planes, const dc_frame &f, T *out)
{
    const size_t n = static_cast<size_t>(f.rows) * f.columns;
    for (size_t c = 0; c < f.samples; c++)
        for (size_t i = 0; i < n; i++)
            out[i * f.samples + c] = planes[c * n + i];
}

// CharLS 2.4 may never return from a codestream that is cut; whatever else is damaged, it stops at
// the marker at the end.
void expect_end(const dc_frame &f)
{
    const auto *p = static_cast<const uint8_t *>(f.bytes);
    size_t n = f.len;
    while (n > 0 && p[n - 1] == 0)
        n--;
    if (n < 2 || p[n - 2] != 0xff || p[n - 1] != 0xd9)
        fail("the codestream is cut: it has no end");
}

void decode_by_charls(const dc_frame &f, void *out, size_t size)
{
    expect_end(f);
    charls::jpegls_decoder decoder(f.bytes, f.len, false); // a SPIFF header means nothing
    decoder.read_header();
    const charls::frame_info &found = decoder.frame_info();
    if (found.width != f.columns || found.height != f.rows ||
        found.component_count != static_cast<int32_t>(f.samples) ||
        found.bits_per_sample != static_cast<int32_t>(f.precision) ||
        decoder.destination_size() != size)
        fail("the decoder expects another size");
    if (f.samples == 1 || decoder.interleave_mode() != charls::interleave_mode::none) {
        decoder.decode(out, size);
        return;
    }
    const auto planes = std::make_unique<uint16_t[]>(size / 2 + 1); // zeroed
    decoder.decode(planes.get(), size);
    if (f.precision > 8)
        interleave(planes.get(), f, static_cast<uint16_t *>(out));
    else
        interleave(reinterpret_cast<const uint8_t *>(planes.get()), f, static_cast<uint8_t *>(out));
}

// ---- OpenJPEG ----

struct memory {
    const uint8_t *bytes;
    size_t len, at;
};

OPJ_SIZE_T read_bytes(void *to, OPJ_SIZE_T n, void *user)
{
    auto *m = static_cast<memory *>(user);
    if (m->at == m->len)
        return static_cast<OPJ_SIZE_T>(-1);
    n = std::min(n, m->len - m->at);
    std::memcpy(to, m->bytes + m->at, n);
    m->at += n;
    return n;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T n, void *user)
{
    auto *m = static_cast<memory *>(user);
    if (n < 0)
        return -1;
    const size_t most = m->len - m->at;
    const size_t skipped = std::min(static_cast<size_t>(n), most);
    m->at += skipped;
    return skipped || n == 0 ? static_cast<OPJ_OFF_T>(skipped) : -1;
}

OPJ_BOOL seek_bytes(OPJ_OFF_T to, void *user)
{
    auto *m = static_cast<memory *>(user);
    if (to < 0 || static_cast<size_t>(to) > m->len)
        return OPJ_FALSE;
    m->at = static_cast<size_t>(to);
    return OPJ_TRUE;
}

void keep_message(const char *text, void *user)
{
    auto *kept = static_cast<std::string *>(user);
    if (!kept->empty())
        return;
    *kept = text;
    while (!kept->empty() && (kept->back() == '\n' || kept->back() == '.'))
        kept->pop_back();
}

// Damage of which OpenJPEG only warns leaves pixels that nobody wrote.
void ignore_message(const char *, void *) {}

template <typename T> void copy_samples(const opj_image_t &image, T *out)
{
    const size_t n = static_cast<size_t>(image.comps[0].w) * image.comps[0].h;
    for (uint32_t c = 0; c < image.numcomps; c++)
        for (size_t i = 0; i < n; i++)
            out[i * image.numcomps + c] = static_cast<T>(image.comps[c].data[i]);
}

void check_image(const opj_image_t &image, const dc_frame &f)
{
    if (image.numcomps != f.samples)
        fail("found " + std::to_string(image.numcomps) + " components");
    for (uint32_t c = 0; c < image.numcomps; c++) {
        const opj_image_comp_t &comp = image.comps[c];
        const OPJ_UINT32 rows = comp.h, columns = comp.w;
        if (columns != f.columns || rows != f.rows || comp.dx != 1 || comp.dy != 1)
            fail("found a component of " + std::to_string(rows) + " x " + std::to_string(columns));
        if (comp.prec != f.precision || (comp.sgnd != 0) != (f.is_signed != 0))
            fail("found components of different precision");
    }
}

void decode_by_openjpeg(const dc_frame &f, void *out)
{
    memory m = {static_cast<const uint8_t *>(f.bytes), f.len, 0};
    std::string message;
    const std::unique_ptr<opj_stream_t, void (*)(opj_stream_t *)> stream(
        reinterpret_cast<opj_stream_t *>(opj_stream_create(1 << 16, OPJ_TRUE)),
        [](opj_stream_t *s) { opj_stream_destroy(s); });
    const std::unique_ptr<opj_codec_t, void (*)(opj_codec_t *)> codec(
        reinterpret_cast<opj_codec_t *>(opj_create_decompress(OPJ_CODEC_J2K)),
        [](opj_codec_t *c) { opj_destroy_codec(c); });
    if (!stream || !codec)
        fail("out of memory");
    opj_stream_set_user_data(stream.get(), &m, nullptr);
    opj_stream_set_user_data_length(stream.get(), f.len);
    opj_stream_set_read_function(stream.get(), read_bytes);
    opj_stream_set_skip_function(stream.get(), skip_bytes);
    opj_stream_set_seek_function(stream.get(), seek_bytes);
    opj_set_error_handler(codec.get(), keep_message, &message);
    opj_set_warning_handler(codec.get(), ignore_message, nullptr);
    opj_set_info_handler(codec.get(), ignore_message, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t *found = nullptr;
    bool is_done = opj_setup_decoder(codec.get(), &parameters) != OPJ_FALSE &&
                   opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) != OPJ_FALSE &&
                   opj_read_header(stream.get(), codec.get(), &found) != OPJ_FALSE;
    const std::unique_ptr<opj_image_t, void (*)(opj_image_t *)> image(
        found, [](opj_image_t *i) { opj_image_destroy(i); });
    if (is_done) {
        check_image(*image, f);
        is_done = opj_decode(codec.get(), stream.get(), image.get()) != OPJ_FALSE &&
                  opj_end_decompress(codec.get(), stream.get()) != OPJ_FALSE;
    }
    if (!is_done)
        fail(message.empty() ? "the codestream is damaged" : message);
    check_image(*image, f);
    for (uint32_t c = 0; c < image->numcomps; c++)
        if (!image->comps[c].data)
            fail("a component has no data");
    if (f.precision > 8)
        copy_samples(*image, static_cast<uint16_t *>(out));
    else
        copy_samples(*image, static_cast<uint8_t *>(out));
}

} // namespace

int dc_decode(const dc_frame *frame, void *out, size_t size, char *problem, size_t problem_size)
{
    const char *what = "unknown C++ exception";
    try {
        const size_t bytes = frame->precision > 8 ? 2 : 1;
        if (size != bytes * frame->rows * frame->columns * frame->samples)
            fail("the output has another size");
        if (frame->codec == DC_JPEG_2000)
            decode_by_openjpeg(*frame, out);
        else if (frame->codec == DC_JPEG_LS)
            decode_by_charls(*frame, out, size);
        else
            decode_by_dcmtk(*frame, out, size);
        return 0;
    } catch (const std::exception &e) {
        std::snprintf(problem, problem_size, "%s", e.what());
        return -1;
    } catch (...) {
        std::snprintf(problem, problem_size, "%s", what);
        return -1;
    }
}

// DCMTK is set up by the first frame, in the process that decodes it.
int dc_load(char *, size_t)
{
    return 0;
}

#else

static const char missing[] =
    "hilum was built without DCMTK, CharLS and OpenJPEG: install libdcmtk-dev, libcharls-dev and "
    "libopenjp2-7-dev, and build it again";

int dc_decode(const dc_frame *, void *, size_t, char *problem, size_t problem_size)
{
    return dc_load(problem, problem_size);
}

int dc_load(char *problem, size_t problem_size)
{
    std::snprintf(problem, problem_size, "%s", missing);
    return -1;
}

#endif
