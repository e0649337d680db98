//! Colour profiles: what is not sRGB is converted, by crate `qcms`, which Firefox uses.

use qcms::{DataType, Intent, Profile as Icc, Transform};

use crate::source::Model;

/// What the colours of an image are.
pub(crate) enum Colours {
    /// In sRGB, or in what every browser takes for it: the profile is broken or is not about the
    /// image's channels.
    Srgb,
    /// To be converted to sRGB.
    Converted(Box<Profile>),
    /// In a space that cannot be converted from here; the profile goes along with the result.
    Kept,
}

impl Colours {
    /// Reads a profile, if there is one.
    pub fn read(bytes: Option<&[u8]>, model: Model) -> Self {
        let Some(bytes) = bytes else {
            return Self::Srgb;
        };
        let (space, channels) = match model {
            Model::Grey => (GREY, DataType::Gray8),
            Model::Cmyk | Model::Ycck => (CMYK, DataType::CMYK),
            Model::Rgb | Model::Rgba | Model::Ycc | Model::NarrowYcc => (RGB, DataType::RGB8),
        };
        if !is_profile(bytes) || bytes.get(16..20) != Some(space) {
            return Self::Srgb;
        }
        match Profile::read(bytes, space == RGB, channels) {
            Some(profile) if space != RGB || profile.changes_anything() => {
                Self::Converted(Box::new(profile))
            }
            Some(_) => Self::Srgb,
            // Results have three channels.
            None if space == RGB => Self::Kept,
            None => Self::Srgb,
        }
    }

    /// What the colours have to be converted from.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Converted(profile) => Some(profile),
            Self::Srgb | Self::Kept => None,
        }
    }

    /// Of the source's profile, what the result has to carry.
    pub fn kept<'a>(&self, profile: Option<&'a [u8]>) -> Option<&'a [u8]> {
        profile.filter(|_| matches!(self, Self::Kept))
    }
}

/// Whether this is a profile that is there as a whole (ICC.1:2022, 7.2).
fn is_profile(bytes: &[u8]) -> bool {
    let length = bytes
        .first_chunk()
        .map(|length| u32::from_be_bytes(*length));
    bytes.get(36..40) == Some(b"acsp")
        && length.is_some_and(|length| length as usize <= bytes.len())
}

/// A profile that has to be converted from.
pub(crate) struct Profile {
    /// From three channels, or from one or four.
    plain: Transform,
    /// From three channels and alpha.
    with_alpha: Option<Transform>,
}

/// The names of colour spaces in a profile's header (ICC.1:2022, 7.2.6).
const GREY: &[u8] = b"GRAY";
const RGB: &[u8] = b"RGB ";
const CMYK: &[u8] = b"CMYK";

impl Profile {
    /// Reads a profile; `None` if that, or converting from it, is beyond the crate.
    fn read(bytes: &[u8], is_rgb: bool, channels: DataType) -> Option<Self> {
        let source = Icc::new_from_slice(bytes, false)?;
        let mut target = Icc::new_sRGB();
        target.precache_output_transform();
        let to = |from, to| Transform::new_to(&source, &target, from, to, Intent::Perceptual);
        let with_alpha = match is_rgb {
            true => Some(to(DataType::RGBA8, DataType::RGBA8)?),
            false => None,
        };
        Some(Self {
            plain: to(channels, DataType::RGB8)?,
            with_alpha,
        })
    }

    /// Converts pixels in place.
    pub fn convert(&self, pixels: &mut [u8], alpha: bool) {
        match (alpha, &self.with_alpha) {
            (true, Some(transform)) => transform.apply(pixels),
            (true, None) => {}
            (false, _) => self.plain.apply(pixels),
        }
    }

    /// Three channels from one.
    pub fn of_grey(&self, samples: &[u8]) -> Vec<u8> {
        let mut pixels = vec![0; samples.len() * 3];
        self.plain.convert(samples, &mut pixels);
        pixels
    }

    /// Three channels from four inks, of which 0 is none.
    pub fn of_cmyk(&self, inks: &[u8]) -> Vec<u8> {
        let mut pixels = vec![0; inks.len() / 4 * 3];
        self.plain.convert(inks, &mut pixels);
        pixels
    }

    /// Whether any of a few colours looks different after the conversion. Most profiles in the wild
    /// are one of the many that are sRGB by another name.
    fn changes_anything(&self) -> bool {
        const STEPS: [u8; 6] = [0, 51, 102, 153, 204, 255];
        let colours = STEPS
            .iter()
            .flat_map(|&r| STEPS.iter().map(move |&g| (r, g)));
        let before: Vec<u8> = colours
            .flat_map(|(r, g)| STEPS.iter().flat_map(move |&b| [r, g, b]))
            .collect();
        let mut after = before.clone();
        self.plain.apply(&mut after);
        before
            .iter()
            .zip(&after)
            .any(|(before, after)| before.abs_diff(*after) > 1)
    }
}
