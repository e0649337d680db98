//! Values that are checked when they are made, so that nothing behind them has to.

use thiserror::Error;

/// A value is outside of what is possible; the message says what would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be {0}")]
pub struct Invalid(pub &'static str);

/// A length in pixels, 1 to 16,383: the longest side that WebP can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side(u32);

impl Side {
    /// The longest.
    pub const MAX: u32 = 16_383;

    /// # Errors
    /// If it is not between 1 and [`Side::MAX`].
    pub fn new(pixels: u32) -> Result<Self, Invalid> {
        match pixels {
            1..=Self::MAX => Ok(Self(pixels)),
            _ => Err(Invalid("a whole number from 1 to 16383")),
        }
    }

    /// In pixels.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Quality of a lossy encoder, 1 (worst) to 100, on libwebp's and libjpeg's scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quality(u8);

impl Quality {
    /// 80: what sharp, weserv and imgproxy have as their default.
    pub const DEFAULT: Self = Self(80);

    /// # Errors
    /// If it is not between 1 and 100.
    pub fn new(quality: u8) -> Result<Self, Invalid> {
        match quality {
            1..=100 => Ok(Self(quality)),
            _ => Err(Invalid("a whole number from 1 to 100")),
        }
    }

    /// 1 to 100.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Quality {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Device pixels per pixel, 0.1 to 8; multiplies width, height, border and padding.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Dpr(f32);

impl Dpr {
    /// # Errors
    /// If it is not between 0.1 and 8.
    pub fn new(ratio: f32) -> Result<Self, Invalid> {
        match (0.1..=8.0).contains(&ratio) {
            true => Ok(Self(ratio)),
            false => Err(Invalid("a number from 0.1 to 8")),
        }
    }

    /// 0.1 to 8.
    pub const fn get(self) -> f32 {
        self.0
    }
}

impl Default for Dpr {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Standard deviation of a Gaussian in pixels of the result, 0.3 to 250.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Sigma(f32);

impl Sigma {
    /// # Errors
    /// If it is not between 0.3 and 250.
    pub fn new(pixels: f32) -> Result<Self, Invalid> {
        match (0.3..=250.0).contains(&pixels) {
            true => Ok(Self(pixels)),
            false => Err(Invalid("a number from 0.3 to 250")),
        }
    }

    /// In pixels.
    pub const fn get(self) -> f32 {
        self.0
    }
}

/// A clockwise rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    /// As it is.
    #[default]
    None,
    /// By 90°.
    Right,
    /// By 180°.
    Half,
    /// By 270°.
    Left,
}

impl Turn {
    /// From degrees, clockwise; negative ones turn the other way.
    ///
    /// # Errors
    /// If it is not a multiple of 90.
    pub fn from_degrees(degrees: i32) -> Result<Self, Invalid> {
        match degrees.rem_euclid(360) {
            0 => Ok(Self::None),
            90 => Ok(Self::Right),
            180 => Ok(Self::Half),
            270 => Ok(Self::Left),
            _ => Err(Invalid("a multiple of 90")),
        }
    }
}

/// A colour in sRGB with straight alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
    /// 0 is transparent, 255 opaque.
    pub alpha: u8,
}

impl Colour {
    /// No colour at all.
    pub const TRANSPARENT: Self = Self::rgba(0, 0, 0, 0);
    /// Opaque black.
    pub const BLACK: Self = Self::rgba(0, 0, 0, 255);
    /// Opaque white.
    pub const WHITE: Self = Self::rgba(255, 255, 255, 255);

    /// From its parts.
    pub const fn rgba(red: u8, green: u8, blue: u8, alpha: u8) -> Self {
        Self {
            red,
            green,
            blue,
            alpha,
        }
    }

    /// From hexadecimal digits as CSS has them, without the `#`: `rgb`, `rgba`, `rrggbb` or
    /// `rrggbbaa`.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn from_hex(text: &str) -> Result<Self, Invalid> {
        const EXPECTED: Invalid = Invalid("3, 4, 6 or 8 hexadecimal digits");
        let mut digits = [15; 8];
        let per_part = match text.len() {
            3 | 4 => 1,
            6 | 8 => 2,
            _ => return Err(EXPECTED),
        };
        for (index, character) in text.chars().enumerate() {
            let digit = character.to_digit(16).ok_or(EXPECTED)?;
            // A single digit stands for two alike.
            let first = index * 2 / per_part;
            for place in digits.iter_mut().skip(first).take(2 / per_part) {
                *place = digit as u8;
            }
        }
        let [red, green, blue, alpha] = [0, 2, 4, 6].map(|at| digits[at] * 16 + digits[at + 1]);
        Ok(Self::rgba(red, green, blue, alpha))
    }

    /// The bytes, red first.
    pub const fn bytes(self) -> [u8; 4] {
        [self.red, self.green, self.blue, self.alpha]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_css_has_them() {
        let cases = [
            ("f80", Ok(Colour::rgba(0xff, 0x88, 0, 255))),
            ("f808", Ok(Colour::rgba(0xff, 0x88, 0, 0x88))),
            ("0A0b0C", Ok(Colour::rgba(10, 11, 12, 255))),
            ("0a0b0c0d", Ok(Colour::rgba(10, 11, 12, 13))),
        ];
        for (text, expected) in cases {
            assert_eq!(Colour::from_hex(text), expected, "{text}");
        }
        for text in [
            "",
            "f",
            "ff",
            "fffff",
            "fffffff",
            "ggg",
            "+ff",
            "ää",
            "fffffffff",
        ] {
            Colour::from_hex(text).unwrap_err();
        }
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(Turn::from_degrees(-90), Ok(Turn::Left));
        assert_eq!(Turn::from_degrees(450), Ok(Turn::Right));
        Turn::from_degrees(45).unwrap_err();
        Side::new(0).unwrap_err();
        Side::new(16_384).unwrap_err();
        Quality::new(0).unwrap_err();
        Quality::new(101).unwrap_err();
        Dpr::new(f32::NAN).unwrap_err();
        Dpr::new(0.0).unwrap_err();
        Sigma::new(f32::INFINITY).unwrap_err();
    }
}
