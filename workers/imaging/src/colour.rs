//! Colour profiles: what is not sRGB is converted, by crate `qcms`, which Firefox uses.

use qcms::{DataType, Intent, Profile as Icc, Transform};

use crate::source::Model;

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
    /// Reads a profile. `None` if there is nothing to convert: the profile is sRGB, is broken, or is
    /// not about the image's channels, which every browser takes for sRGB as well.
    pub fn read(bytes: &[u8], model: Model) -> Option<Self> {
        let (space, channels) = match model {
            Model::Grey => (GREY, DataType::Gray8),
            Model::Cmyk | Model::Ycck => (CMYK, DataType::CMYK),
            Model::Rgb | Model::Rgba | Model::Ycc | Model::NarrowYcc => (RGB, DataType::RGB8),
        };
        if bytes.get(16..20) != Some(space) {
            return None;
        }
        let source = Icc::new_from_slice(bytes, false)?;
        let mut target = Icc::new_sRGB();
        target.precache_output_transform();
        let to = |from, to| Transform::new_to(&source, &target, from, to, Intent::Perceptual);
        let plain = to(channels, DataType::RGB8)?;
        let profile = Self {
            plain,
            with_alpha: (space == RGB)
                .then(|| to(DataType::RGBA8, DataType::RGBA8))
                .flatten(),
        };
        (space != RGB || profile.changes_anything()).then_some(profile)
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
