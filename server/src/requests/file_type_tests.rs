//! Good files of each kind, made here, and all the ways in which a file is not one.

use proptest::prelude::*;

use super::*;

fn png_with(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend(b"\x08\x02\0\0\0crc!");
    file.extend(u32::try_from(data.len()).expect("a short chunk").to_be_bytes());
    file.extend(b"IDAT");
    file.extend(data);
    file.extend(b"crc!\0\0\0\0IEND\xae\x42\x60\x82");
    file
}

fn png(width: u32, height: u32) -> Vec<u8> {
    png_with(width, height, b"pixels")
}

/// With a preview inside, as cameras write it, which has an end of its own.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"\xff\xd8\xff\xe1\x00\x0aExif\xff\xd9\xff\xd8".to_vec();
    file.extend(b"\xff\xff\xdb\x00\x04qq\xff\xc2\x00\x0b\x08");
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend(b"\x01abc\xff\xc4\x00\x03h\xff\xda\x00\x04ss\x12\xff\x00\x34\xff\xd0\x56\xff\xda\x00\x03smore\xff\xd9");
    file
}

fn webp_of(chunk: &[u8]) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(chunk.len() + 4).expect("a short file").to_le_bytes());
    file.extend(b"WEBP");
    file.extend(chunk);
    file
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"VP8X\x0a\0\0\0\0\0\0\0".to_vec();
    chunk.extend(&(width - 1).to_le_bytes()[..3]);
    chunk.extend(&(height - 1).to_le_bytes()[..3]);
    chunk.extend(b"VP8 \x04\0\0\0data");
    webp_of(&chunk)
}

fn webp_lossy() -> Vec<u8> {
    webp_of(b"VP8 \x0c\0\0\0fra\x9d\x01\x2a\x40\x01\xf0\0xxxx")
}

fn webp_lossless() -> Vec<u8> {
    // 320 × 240: fourteen bits each, less one.
    webp_of(b"VP8L\x0a\0\0\0\x2f\x3f\xc1\x3b\0xxxxxxx")
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\r\n".to_vec()
}

const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0evil.exe";
const HTML: &[u8] = b"<!doctype html><script>alert(1)</script>";

/// Reads a file in pieces of this length.
fn read(kind: FileKind, file: &[u8], piece: usize) -> Result<Checked, FileRefusal> {
    let mut inspector = Inspector::of(kind);
    for piece in file.chunks(piece.max(1)) {
        inspector.read(piece)?;
    }
    inspector.finish()
}

/// The file, with so much of it cut off.
fn without(file: &[u8], end: usize) -> Vec<u8> {
    file[..file.len() - end].to_vec()
}

fn and(file: Vec<u8>, more: &[u8]) -> Vec<u8> {
    [file, more.to_vec()].concat()
}

fn good() -> Vec<(FileKind, Vec<u8>, u64)> {
    let film = b"\0\0\0\x18ftypmp42 a film of a second";
    vec![
        (FileKind::Pdf, pdf(), 0),
        (FileKind::Pdf, and(pdf(), b"\n\0\0"), 0),
        (FileKind::Pdf, [b"%PDF-2.0\n".as_slice(), &[b'x'; 5_000], b"%%EOF"].concat(), 0),
        (FileKind::Png, png(640, 480), 307_200),
        (FileKind::Png, png(16_320, 12_240), 199_756_800),
        (FileKind::Jpeg, jpeg(640, 480), 307_200),
        (FileKind::Jpeg, and(jpeg(640, 480), film), 307_200),
        (FileKind::Jpeg, and(jpeg(640, 480), &jpeg(64, 48)), 307_200),
        (FileKind::Webp, webp(640, 480), 307_200),
        (FileKind::Webp, webp_lossy(), 76_800),
        (FileKind::Webp, webp_lossless(), 76_800),
    ]
}

#[test]
fn good_files_are_taken_whatever_pieces_they_come_in() {
    for (kind, file, pixels) in good() {
        let checked = Checked { size: file.len() as u64, pixels };
        for piece in [1, 2, 3, 7, 33, 64, 1_000, 100_000] {
            assert_eq!(read(kind, &file, piece), Ok(checked), "{kind:?} in pieces of {piece}");
        }
    }
}

/// What each is, and the sentence it is refused with.
fn bad() -> Vec<(&'static str, FileKind, Vec<u8>)> {
    use FileKind::{Jpeg, Pdf, Png, Webp};
    let patch = |mut file: Vec<u8>, at: usize, byte: u8| {
        file[at] = byte;
        file
    };
    let mut all = vec![
        ("an empty PDF", Pdf, Vec::new()),
        ("an empty PNG", Png, Vec::new()),
        ("an empty JPEG", Jpeg, Vec::new()),
        ("an empty WebP", Webp, Vec::new()),
        ("a page of HTML", Pdf, HTML.to_vec()),
        ("a page of HTML", Png, HTML.to_vec()),
        ("a page of HTML", Jpeg, HTML.to_vec()),
        ("a page of HTML", Webp, HTML.to_vec()),
        ("an SVG with a script", Png, b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>".to_vec()),
        ("a ZIP", Pdf, ZIP.to_vec()),
        ("a program for Linux", Png, b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec()),
        ("a program for Windows", Jpeg, b"MZ\x90\0\x03\0\0\0".to_vec()),
        ("a GIF that is a script", Png, b"GIF89a/*\0\0*/=1;alert(1)".to_vec()),
        ("a BMP", Jpeg, b"BM\x3a\0\0\0\0\0\0\0".to_vec()),
        ("a TIFF", Jpeg, b"II*\0\x08\0\0\0".to_vec()),
        ("a HEIC", Jpeg, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("an AVIF", Webp, b"\0\0\0\x18ftypavif\0\0\0\0mif1avif".to_vec()),
        ("a sound", Webp, [b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), &[0; 40]].concat()),
        ("zeros", Png, vec![0; 2_000]),
        ("the mark of UTF-8 before it", Pdf, [b"\xef\xbb\xbf".to_vec(), pdf()].concat()),
        ("HTML before a PDF", Pdf, [HTML.to_vec(), pdf()].concat()),
        ("a ZIP before a PDF", Pdf, [ZIP.to_vec(), pdf()].concat()),
        ("a JPEG before a PDF", Pdf, [jpeg(9, 9), pdf()].concat()),
        ("a PDF before a PNG", Png, [pdf(), png(9, 9)].concat()),
        ("HTML before a PNG", Png, [HTML.to_vec(), png(9, 9)].concat()),
        ("HTML before a JPEG", Jpeg, [HTML.to_vec(), jpeg(9, 9)].concat()),
        ("a ZIP behind a PDF", Pdf, and(pdf(), ZIP)),
        ("HTML behind a PDF", Pdf, and(pdf(), HTML)),
        ("a ZIP behind a PNG", Png, and(png(9, 9), ZIP)),
        ("HTML behind a PNG", Png, and(png(9, 9), HTML)),
        ("a ZIP behind a JPEG", Jpeg, and(jpeg(9, 9), ZIP)),
        ("HTML behind a JPEG", Jpeg, and(jpeg(9, 9), HTML)),
        ("a PDF behind a JPEG", Jpeg, and(jpeg(9, 9), &pdf())),
        ("a script behind a JPEG", Jpeg, and(jpeg(9, 9), b"#!/bin/sh\n")),
        ("a ZIP behind a WebP", Webp, and(webp(9, 9), ZIP)),
        ("HTML behind a WebP", Webp, and(webp_lossy(), HTML)),
        ("a PDF that only begins", Pdf, b"%PDF-1.7\n<script>alert(1)</script>".to_vec()),
        ("a PDF of no version", Pdf, b"%PDF-x\n%%EOF".to_vec()),
        ("a PDF cut off", Pdf, without(&pdf(), 6)),
        ("eight bytes of a PNG", Png, png(9, 9)[..8].to_vec()),
        ("a PNG cut off in its data", Png, without(&png(9, 9), 16)),
        ("a PNG cut off in its end", Png, without(&png(9, 9), 1)),
        (
            "a PNG that begins with its data",
            Png,
            b"\x89PNG\r\n\x1a\n\0\0\0\x04IDATdatacrc!\0\0\0\0IEND\xae\x42\x60\x82".to_vec(),
        ),
        ("a PNG whose lines were ended anew", Png, [b"\x89PNG\n\x1a\n".to_vec(), png(9, 9)[8..].to_vec()].concat()),
        ("a PNG without width", Png, png(0, 9)),
        ("a PNG without height", Png, png(9, 0)),
        ("a bomb of a PNG", Png, png(100_000, 100_000)),
        ("the widest PNG", Png, png(u32::MAX, u32::MAX)),
        ("a long PNG", Png, png(30_001, 1)),
        ("a PNG of 201 megapixels", Png, png(20_100, 10_000)),
        ("two bytes of a JPEG", Jpeg, b"\xff\xd8".to_vec()),
        ("a JPEG of a beginning and an end", Jpeg, b"\xff\xd8\xff\xd9".to_vec()),
        ("a JPEG cut off in its picture", Jpeg, without(&jpeg(9, 9), 2)),
        ("a JPEG cut off in a table", Jpeg, jpeg(9, 9)[..22].to_vec()),
        ("a JPEG with a segment of no length", Jpeg, b"\xff\xd8\xff\xe0\0\x01\xff\xd9".to_vec()),
        ("a JPEG within a JPEG", Jpeg, b"\xff\xd8\xff\xd8\xff\xd9".to_vec()),
        ("a JPEG with text between its segments", Jpeg, b"\xff\xd8\xff\xe0\0\x02<script>\xff\xd9".to_vec()),
        ("a JPEG without a picture", Jpeg, b"\xff\xd8\xff\xe0\0\x02\xff\xda\0\x02xx\xff\xd9".to_vec()),
        ("a JPEG of no size", Jpeg, jpeg(0, 9)),
        ("a bomb of a JPEG", Jpeg, jpeg(65_000, 65_000)),
        ("a WebP cut off", Webp, without(&webp(9, 9), 4)),
        ("twelve bytes of a WebP", Webp, webp(9, 9)[..12].to_vec()),
        ("a WebP of another chunk", Webp, webp_of(b"EXIF\x0a\0\0\0xxxxxxxxxxxxxxxx")),
        ("a WebP without a frame", Webp, webp_of(b"VP8 \x0c\0\0\0fraxxxxxxxxxxxx")),
        ("a WebP without its mark", Webp, webp_of(b"VP8L\x0a\0\0\0xxxxxxxxxxxx")),
        ("a bomb of a WebP", Webp, webp(16_777_216, 16_777_216)),
        ("a WebP that says it is longer", Webp, patch(webp(9, 9), 4, 0xff)),
        ("more than ten megabytes", Pdf, and(pdf(), &vec![0; 11_000_000])),
    ];
    // Of each kind, under each of the other names.
    for (name, file) in [("a PDF", pdf()), ("a PNG", png(9, 9)), ("a JPEG", jpeg(9, 9)), ("a WebP", webp(9, 9))] {
        for kind in FileKind::ALL.into_iter().filter(|kind| format!("a {}", kind.label()) != name) {
            all.push((name, kind, file.clone()));
        }
    }
    all
}

#[test]
fn what_is_malformed_lies_or_is_two_things_is_refused_whatever_pieces_it_comes_in() {
    let all = bad();
    assert!(all.len() >= 75, "{}", all.len());
    for (what, kind, file) in all {
        for piece in [1, 5, 64, 4_096, 20_000_000] {
            if piece < 64 && file.len() > 1_000_000 {
                continue;
            }
            let refused = read(kind, &file, piece);
            assert!(refused.is_err(), "{what} as {kind:?} in pieces of {piece}: {refused:?}");
        }
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    assert_eq!(read(FileKind::Pdf, b"", 1), Err(FileRefusal::Empty));
    assert_eq!(read(FileKind::Png, &jpeg(9, 9), 9), Err(FileRefusal::NotWhatItIsCalled(FileKind::Png)));
    assert_eq!(read(FileKind::Png, &without(&png(9, 9), 1), 9), Err(FileRefusal::NotWhole));
    assert_eq!(read(FileKind::Png, &png(100_000, 100_000), 9), Err(FileRefusal::TooManyPixels(100_000, 100_000)));
    assert_eq!(read(FileKind::Pdf, &and(pdf(), &vec![0; 11_000_000]), 65_536), Err(FileRefusal::TooLarge));
    for refusal in [FileRefusal::NoName, FileRefusal::OtherKind, FileRefusal::NotWhole, FileRefusal::CutOff] {
        assert!(refusal.to_string().ends_with('.'), "{refusal}");
    }
    let lying = FileRefusal::NotWhatItIsCalled(FileKind::Png).to_string();
    assert_eq!(lying, "The file is called a PNG file, but it is none inside. Save it anew as PNG, then send it again.");
}

#[test]
fn a_bomb_is_known_by_its_first_bytes() {
    let mut inspector = Inspector::of(FileKind::Png);
    assert!(inspector.read(&png_with(60_000, 60_000, &[0; 200])[..80]).is_err());
}

#[test]
fn names_say_what_a_file_has_to_be() {
    for (name, kind) in [
        ("plot.pdf", FileKind::Pdf),
        ("IMG_0001.JPG", FileKind::Jpeg),
        ("a.b.jpeg", FileKind::Jpeg),
        ("Übersicht (2).PNG", FileKind::Png),
        ("图.webp", FileKind::Webp),
    ] {
        assert_eq!(kind_of_name(name), Ok(kind), "{name}");
    }
    let long = format!("{}.pdf", "x".repeat(296));
    for (name, refusal) in [
        ("", FileRefusal::NoName),
        (" ", FileRefusal::NoName),
        (&*long, FileRefusal::LongName(300)),
        ("../../etc/passwd.pdf", FileRefusal::OddName),
        ("C:\\fakepath\\plot.pdf", FileRefusal::OddName),
        ("a/b.pdf", FileRefusal::OddName),
        (".pdf", FileRefusal::OddName),
        ("a\0.pdf", FileRefusal::OddName),
        ("a\n.pdf", FileRefusal::OddName),
        ("fdp.\u{202e}exe.pdf", FileRefusal::OddName),
        ("plot", FileRefusal::OtherKind),
        ("plot.exe", FileRefusal::OtherKind),
        ("plot.pdf.exe", FileRefusal::OtherKind),
        ("photo.heic", FileRefusal::OtherKind),
        ("plot.svg", FileRefusal::OtherKind),
        ("plot.", FileRefusal::OtherKind),
    ] {
        assert_eq!(kind_of_name(name), Err(refusal), "{name:?}");
    }
}

proptest! {
    /// Whatever comes, in whatever pieces: an answer, the same for all pieces, and no more memory than for the shortest file.
    #[test]
    fn any_bytes_in_any_pieces_have_one_answer(
        which in 0..11_usize,
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        piece in 1..200_usize,
    ) {
        let (kind, mut file, _) = good().swap_remove(which);
        let place = at.index(file.len());
        file[place] = byte;
        file.truncate(1 + cut.index(file.len()));
        prop_assert_eq!(read(kind, &file, piece).is_ok(), read(kind, &file, file.len()).is_ok());
    }

    #[test]
    fn any_name_has_an_answer(name in any::<String>()) {
        if kind_of_name(&name).is_ok() {
            prop_assert!(name.chars().count() <= MAX_FILE_NAME && !name.contains(['/', '\\', '\0', '\n']));
        }
    }

    #[test]
    fn noise_is_no_file(file in prop::collection::vec(any::<u8>(), 0..400)) {
        for kind in FileKind::ALL {
            prop_assert!(read(kind, &file, 64).is_err());
        }
    }
}
