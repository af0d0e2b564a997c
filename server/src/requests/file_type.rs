//! What a file is, by its bytes: read as they pass by, so that a file of any length needs the same memory. Pictures are never
//! decoded; what a decoder would have to make of one is read off its header.
//!
//! The four kinds are told apart more strictly than libraries of magic numbers do, which look at three or four bytes: a file has to
//! begin as its kind does, to end as its kind does, and to have a size that can be shown. So one that was cut off is noticed, and
//! one that is two things at once is refused.

use app::domain::requests::{MAX_FILE_BYTES, MAX_FILE_NAME};

/// The most pixels of a picture. The largest sensors have fewer.
const MAX_PIXELS: u64 = 200_000_000;
const MAX_SIDE: u32 = 30_000;
/// How much of the beginning and of the end is kept.
const HEAD: usize = 64;
const TAIL: usize = 1_100;

/// The kinds of files that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
    Webp,
}

impl FileKind {
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Webp];

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Webp => &["webp"],
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
        }
    }
}

/// Why a file is not taken, in words for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    #[error("Choose a file first, then press Send.")]
    NoName,
    #[error("The name of a file may have {MAX_FILE_NAME} characters; this has {0}. Rename it, then send it again.")]
    LongName(usize),
    #[error(
        "The name of the file has a part of it that cannot be kept: a slash, a backslash or a sign that cannot be seen. Rename it, then send it again."
    )]
    OddName,
    #[error("Only PDF, PNG, JPEG and WebP files can be sent. Save it as one of these, or take a picture of it.")]
    OtherKind,
    #[error("The file is empty. Look whether it opens on your side, then send it again.")]
    Empty,
    #[error("The file is larger than 10 MB. Make it smaller, or send it in parts.")]
    TooLarge,
    #[error("The file is called a {} file, but it is none inside. Save it anew as {}, then send it again.", .0.label(), .0.label())]
    NotWhatItIsCalled(FileKind),
    #[error(
        "The file is not whole: its end is missing, or something else was put after it. Send it again, from where it opens."
    )]
    NotWhole,
    #[error("The picture has {0} × {1} pixels, which is more than can be shown. Make it smaller, then send it again.")]
    TooManyPixels(u32, u32),
    #[error("The file did not arrive whole: the connection broke. Send it again.")]
    CutOff,
}

/// Checks what a file is called. Returns what it has to be inside.
pub fn kind_of_name(name: &str) -> Result<FileKind, FileRefusal> {
    let chars = name.chars().count();
    if name.trim().is_empty() {
        return Err(FileRefusal::NoName);
    }
    if chars > MAX_FILE_NAME {
        return Err(FileRefusal::LongName(chars));
    }
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if name.chars().any(is_odd) || name.starts_with('.') {
        return Err(FileRefusal::OddName);
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.trim().to_ascii_lowercase());
    let kind =
        FileKind::ALL.into_iter().find(|kind| kind.extensions().contains(&extension.as_deref().unwrap_or_default()));
    kind.ok_or(FileRefusal::OtherKind)
}

/// What is known of a file that was found good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    pub size: u64,
    /// Of a picture, width times height; 0 of a PDF.
    pub pixels: u64,
}

/// Reads a file as it passes by.
#[derive(Debug)]
pub struct Inspector {
    kind: FileKind,
    size: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    jpeg: Jpeg,
}

impl Inspector {
    pub fn of(kind: FileKind) -> Self {
        Self { kind, size: 0, head: Vec::with_capacity(HEAD), tail: Vec::new(), jpeg: Jpeg::default() }
    }

    /// Takes in the next bytes. Fails as soon as the file cannot be good any more.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), FileRefusal> {
        self.size += bytes.len() as u64;
        if self.size > MAX_FILE_BYTES {
            return Err(FileRefusal::TooLarge);
        }
        let was_short = self.head.len() < HEAD;
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        if was_short && self.head.len() == HEAD {
            self.check_head()?;
        }
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let extra = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..extra);
        if self.kind == FileKind::Jpeg {
            self.jpeg.read(bytes).map_err(|()| FileRefusal::NotWhatItIsCalled(FileKind::Jpeg))?;
        }
        Ok(())
    }

    /// Checks the end, and all that is known by then.
    pub fn finish(self) -> Result<Checked, FileRefusal> {
        if self.size == 0 {
            return Err(FileRefusal::Empty);
        }
        self.check_head()?;
        let is_whole = match self.kind {
            FileKind::Pdf => pdf_ends(&self.tail),
            FileKind::Png => self.tail.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"),
            FileKind::Jpeg => self.jpeg.is_whole(),
            FileKind::Webp => {
                let inside = u64::from(little(&self.head[4..8]));
                inside + 8 == self.size
            }
        };
        if !is_whole {
            return Err(FileRefusal::NotWhole);
        }
        let pixels = match self.kind {
            FileKind::Pdf => 0,
            _ => pixels(self.sides().ok_or(FileRefusal::NotWhatItIsCalled(self.kind))?)?,
        };
        Ok(Checked { size: self.size, pixels })
    }

    fn check_head(&self) -> Result<(), FileRefusal> {
        let head = &self.head;
        let begins = match self.kind {
            FileKind::Pdf => {
                head.len() > 7 && head.starts_with(b"%PDF-") && head[5].is_ascii_digit() && head[6] == b'.'
            }
            FileKind::Png => head.len() >= 33 && head.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            FileKind::Jpeg => head.starts_with(b"\xff\xd8\xff"),
            FileKind::Webp => {
                head.len() >= 30
                    && head.starts_with(b"RIFF")
                    && &head[8..12] == b"WEBP"
                    && [&b"VP8 "[..], b"VP8L", b"VP8X"].contains(&&head[12..16])
            }
        };
        if !begins {
            return Err(FileRefusal::NotWhatItIsCalled(self.kind));
        }
        // Said as soon as it is known: a bomb of a picture is small.
        if matches!(self.kind, FileKind::Png | FileKind::Webp) {
            pixels(self.sides().ok_or(FileRefusal::NotWhatItIsCalled(self.kind))?)?;
        }
        Ok(())
    }

    /// Width and height, where the header has them.
    fn sides(&self) -> Option<(u32, u32)> {
        let head = &self.head;
        match self.kind {
            FileKind::Pdf => None,
            FileKind::Png => Some((big(&head[16..20]), big(&head[20..24]))),
            FileKind::Jpeg => self.jpeg.sides,
            FileKind::Webp => match &head[12..16] {
                // "WebP Container Specification" and RFC 6386, section 9.1.
                b"VP8X" => Some((1 + little(&head[24..27]), 1 + little(&head[27..30]))),
                b"VP8L" => {
                    let bits = little(&head[21..25]);
                    (head[20] == 0x2f).then_some((1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)))
                }
                _ => (head[23..26] == [0x9d, 0x01, 0x2a])
                    .then(|| (little(&head[26..28]) & 0x3fff, little(&head[28..30]) & 0x3fff)),
            },
        }
    }
}

fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn pixels((width, height): (u32, u32)) -> Result<u64, FileRefusal> {
    let all = u64::from(width) * u64::from(height);
    if width.max(height) > MAX_SIDE || all > MAX_PIXELS {
        return Err(FileRefusal::TooManyPixels(width, height));
    }
    if all == 0 { Err(FileRefusal::NotWhole) } else { Ok(all) }
}

/// ISO 32000-1, 7.5.5: the last line is `%%EOF`. Some programs leave a line end, spaces or zeros behind it.
fn pdf_ends(tail: &[u8]) -> bool {
    let is_filler = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let end = tail.iter().rposition(|byte| !is_filler(byte)).map_or(0, |last| last + 1);
    tail[..end].ends_with(b"%%EOF")
}

/// Walks the segments of a JPEG (ITU T.81, annex B).
#[derive(Clone, Copy, Debug, Default)]
struct Jpeg {
    place: Place,
    sides: Option<(u32, u32)>,
    has_scan: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    /// Before the two bytes that begin the file.
    #[default]
    Start,
    Started,
    /// Where a marker has to stand.
    Marker,
    /// After its first byte.
    Code,
    Length(u8),
    LowLength(u8, u8),
    /// Within a segment, with so many bytes to come, and what was read of those with the sides.
    Segment {
        code: u8,
        left: u16,
        at: u16,
        height: u32,
        width: u32,
    },
    /// Between the markers of a scan.
    Scan,
    /// After an `0xff` in it.
    InScan,
    /// After the end.
    Ended,
    /// In what cameras put there: small films and previews, which begin with a zero or a marker.
    After,
}

impl Jpeg {
    fn read(&mut self, bytes: &[u8]) -> Result<(), ()> {
        for byte in bytes {
            self.place = self.step(*byte)?;
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        matches!(self.place, Place::Ended | Place::After) && self.has_scan && self.sides.is_some()
    }

    fn step(&mut self, byte: u8) -> Result<Place, ()> {
        Ok(match self.place {
            Place::Start if byte == 0xff => Place::Started,
            Place::Started if byte == 0xd8 => Place::Marker,
            // A marker may be filled up with further bytes of the kind.
            Place::Marker | Place::Code if byte == 0xff => Place::Code,
            Place::Code => match byte {
                0xd9 => Place::Ended,
                0x01 | 0xd0..=0xd7 => Place::Marker,
                0x00 | 0xd8 => return Err(()),
                code => Place::Length(code),
            },
            Place::Length(code) => Place::LowLength(code, byte),
            Place::LowLength(code, high) => {
                let left = u16::from_be_bytes([high, byte]).checked_sub(2).ok_or(())?;
                self.segment(code, left, 0, (0, 0))
            }
            Place::Segment { code, left, at, height, width } => {
                let value = u32::from(byte);
                let (height, width) = match at {
                    1 | 2 => (height << 8 | value, width),
                    3 | 4 => (height, width << 8 | value),
                    _ => (height, width),
                };
                self.segment(code, left - 1, at.saturating_add(1), (height, width))
            }
            Place::Scan if byte == 0xff => Place::InScan,
            Place::Scan => Place::Scan,
            Place::InScan => match byte {
                0x00 | 0xd0..=0xd7 => Place::Scan,
                0xff => Place::InScan,
                0xd9 => Place::Ended,
                0xd8 => return Err(()),
                code => Place::Length(code),
            },
            Place::Ended if matches!(byte, 0x00 | 0xff | b'\n' | b'\r') => Place::After,
            Place::After => Place::After,
            Place::Start | Place::Started | Place::Marker | Place::Ended => return Err(()),
        })
    }

    /// Where the file goes on with so many bytes of a segment to come.
    fn segment(&mut self, code: u8, left: u16, at: u16, (height, width): (u32, u32)) -> Place {
        if left > 0 {
            return Place::Segment { code, left, at, height, width };
        }
        match code {
            // Start of frame, in all its kinds; the other three of the row are tables.
            0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) && at > 4 => {
                self.sides = Some((width, height));
                Place::Marker
            }
            0xda => {
                self.has_scan = true;
                Place::Scan
            }
            _ => Place::Marker,
        }
    }
}

#[cfg(test)]
#[path = "file_type_tests.rs"]
mod tests;
