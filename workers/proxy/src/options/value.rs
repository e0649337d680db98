//! Values of options: read from text, and written in one way.

use std::fmt;

/// A value that an address holds.
pub trait Value: Sized {
    /// What it has to be, for messages.
    const EXPECTED: &'static str;

    /// Reads it; `None` where it is malformed.
    fn read(text: &str) -> Option<Self>;

    /// The one way to write it, without a comma.
    fn write(&self) -> String;
}

/// Words of the values that are one of several.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $($(#[$case_doc:meta])* $case:ident = $word:literal $(| $other:literal)*,)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
        }

        impl Value for $name {
            const EXPECTED: &'static str = $expected;

            fn read(text: &str) -> Option<Self> {
                match text {
                    $($word $(| $other)* => Some(Self::$case),)+
                    _ => None,
                }
            }

            fn write(&self) -> String {
                match self {
                    $(Self::$case => $word,)+
                }
                .to_owned()
            }
        }
    };
}

words! {
    /// How an image fills width and height.
    Fit, "one of cover, contain, inside, outside, fill, pad",
    /// Fills both; what is too much is cut off.
    Cover = "cover",
    /// Whole within both, which are filled up with the background; weserv's name for it.
    Contain = "contain",
    /// Whole within both, and no larger than it has to be.
    Inside = "inside",
    /// At least as large as both, whole.
    Outside = "outside",
    /// Exactly both, distorted.
    Fill = "fill",
    /// The same; Cloudflare's name for it.
    Pad = "pad",
}

words! {
    /// The format of the answer.
    Format, "one of auto, webp, jpeg, png, avif, original, json",
    /// WebP for those who accept it, else JPEG, or PNG where something is transparent.
    Auto = "auto",
    /// WebP.
    Webp = "webp",
    /// JPEG.
    Jpeg = "jpeg" | "jpg",
    /// PNG.
    Png = "png",
    /// AVIF, which is passed through only.
    Avif = "avif",
    /// The source's own.
    Original = "original" | "origin",
    /// A description of the source.
    Json = "json",
}

words! {
    /// A shape that is cut out.
    Mask, "circle or square",
    /// The largest circle.
    Circle = "circle",
    /// The largest square.
    Square = "square",
}

words! {
    /// A turn, clockwise.
    Turn, "90, 180 or 270",
    /// A quarter.
    Quarter = "90" | "-270",
    /// A half.
    Half = "180" | "-180",
    /// Three quarters.
    ThreeQuarters = "270" | "-90",
}

/// What stays in sight when a part is cut off: a point of the image, each coordinate in thousandths
/// of its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gravity {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
}

const POINTS: &[(&str, u16, u16)] = &[
    ("center", 500, 500),
    ("north", 500, 0),
    ("south", 500, 1000),
    ("west", 0, 500),
    ("east", 1000, 500),
    ("northwest", 0, 0),
    ("northeast", 1000, 0),
    ("southwest", 0, 1000),
    ("southeast", 1000, 1000),
    ("top", 500, 0),
    ("bottom", 500, 1000),
    ("left", 0, 500),
    ("right", 1000, 500),
    ("centre", 500, 500),
];

impl Value for Gravity {
    const EXPECTED: &'static str = "north, southeast, center, … or a focus point such as 0.5:0.2 \
        (from the left, from the top)";

    fn read(text: &str) -> Option<Self> {
        if let Some((_, x, y)) = POINTS.iter().find(|(name, ..)| *name == text) {
            return Some(Self { x: *x, y: *y });
        }
        let [x, y] = list(text)?;
        let (x, y) = (fraction(x, 3)?, fraction(y, 3)?);
        (x <= 1000 && y <= 1000).then_some(Self {
            x: u16::try_from(x).ok()?,
            y: u16::try_from(y).ok()?,
        })
    }

    fn write(&self) -> String {
        let named = POINTS.iter().find(|(_, x, y)| (*x, *y) == (self.x, self.y));
        match named {
            Some((name, ..)) => (*name).to_owned(),
            None => format!(
                "{}:{}",
                Fraction(self.x.into(), 3),
                Fraction(self.y.into(), 3)
            ),
        }
    }
}

/// A part of the source, in its own pixels after its orientation has been applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Value for Crop {
    const EXPECTED: &'static str = "left:top:width:height in pixels of the source, such as \
        10:20:300:200";

    fn read(text: &str) -> Option<Self> {
        let [x, y, w, h] = list(text)?;
        let crop = Self {
            x: number(x)?,
            y: number(y)?,
            w: number(w)?,
            h: number(h)?,
        };
        (crop.w > 0 && crop.h > 0).then_some(crop)
    }

    fn write(&self) -> String {
        format!("{}:{}:{}:{}", self.x, self.y, self.w, self.h)
    }
}

/// A colour: red, green, blue, opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 4]);

const COLORS: &[(&str, [u8; 4])] = &[
    ("black", [0, 0, 0, 255]),
    ("white", [255, 255, 255, 255]),
    ("transparent", [0, 0, 0, 0]),
];

impl Value for Color {
    const EXPECTED: &'static str = "a colour as rgb, rrggbb or rrggbbaa in hexadecimal digits, or \
        black, white, transparent";

    fn read(text: &str) -> Option<Self> {
        if let Some((_, color)) = COLORS.iter().find(|(name, _)| *name == text) {
            return Some(Self(*color));
        }
        let text = text.strip_prefix('#').unwrap_or(text);
        if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let full = match text.len() {
            3 | 4 => text.chars().flat_map(|digit| [digit, digit]).collect(),
            6 | 8 => text.to_owned(),
            _ => return None,
        };
        let mut color = [255; 4];
        for (index, part) in color.iter_mut().enumerate().take(full.len() / 2) {
            *part = u8::from_str_radix(full.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(color))
    }

    fn write(&self) -> String {
        let [red, green, blue, opacity] = self.0;
        match opacity {
            255 => format!("{red:02x}{green:02x}{blue:02x}"),
            _ => format!("{red:02x}{green:02x}{blue:02x}{opacity:02x}"),
        }
    }
}

/// A ring or frame along the edge of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// Its width, in pixels before `dpr`.
    pub width: u16,
    /// Its colour.
    pub color: Color,
}

impl Value for Border {
    const EXPECTED: &'static str = "width:colour, such as 4:ff0000; the width is 1 to 256 pixels";

    fn read(text: &str) -> Option<Self> {
        let (width, color) = text.split_once([':', ',']).unwrap_or((text, "black"));
        let width = u16::try_from(number(width)?).ok()?;
        let color = Color::read(color)?;
        (1..=256).contains(&width).then_some(Self { width, color })
    }

    fn write(&self) -> String {
        format!("{}:{}", self.width, self.color.write())
    }
}

/// The parts of `text` between colons or commas, where there are exactly that many.
fn list<const N: usize>(text: &str) -> Option<[&str; N]> {
    let parts: Vec<&str> = text.split([':', ',']).map(str::trim).collect();
    parts.try_into().ok()
}

/// A number of decimal digits only.
pub fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A decimal fraction with up to `places` digits behind its point, times ten to that power.
pub fn fraction(text: &str, places: usize) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.is_empty() { 0 } else { number(whole)? };
    if part.len() > places || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{part:0<places$}");
    whole
        .checked_mul(10_u32.checked_pow(u32::try_from(places).ok()?)?)?
        .checked_add(padded.parse().ok()?)
}

/// Writes what [`fraction`] reads, without zeros at its end.
pub struct Fraction(pub u32, pub usize);

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u32.pow(u32::try_from(self.1).unwrap_or(0));
        let (whole, part) = (self.0 / unit, self.0 % unit);
        if part == 0 {
            return write!(formatter, "{whole}");
        }
        let digits = format!("{part:0>width$}", width = self.1);
        write!(formatter, "{whole}.{}", digits.trim_end_matches('0'))
    }
}
