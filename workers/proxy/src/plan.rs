//! What an address comes down to: pass through, describe, or work on, and into what.

use edge::{Timestamp, Url};
use imaging::{
    Border, Colour, Crop, Dpr, Fit, Focus, Info, Invalid, Mask, MaskShape, Quality, Side, Sigma,
    Target, Transform, Trim, Turn,
};
use registry::Digest;
use sha2::Digest as _;

use crate::{
    address::Address,
    options::{self, Format, Options},
};

/// Part of every key: another number where sources are to be fetched and results to be made anew.
const EDITION: &str = "2";

/// What is to be done for a request.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The image at its own site.
    pub source: Url,
    /// What is to be done to it.
    pub work: Work,
    /// Whether the answer depends on what the client accepts.
    pub varies: bool,
    /// How long others may keep the answer, in seconds, where the address says so.
    pub maxage: Option<u32>,
    /// The name to save it under; empty for the source's.
    pub download: Option<String>,
    /// What names the result in the cache.
    result: String,
}

/// What is to be done to a source.
#[derive(Debug, Clone)]
pub enum Work {
    /// Nothing.
    Pass,
    /// It is described.
    Describe,
    /// It is worked on, unless it turns out that there is nothing to do.
    Make(Box<Make>),
}

/// How a source is worked on.
#[derive(Debug, Clone)]
pub struct Make {
    /// What happens to its pixels.
    pub transform: Transform,
    format: Option<Format>,
    quality: Quality,
    is_webp_accepted: bool,
    /// Whether a quality was asked for, which only writing anew gives.
    is_quality_asked: bool,
}

/// What a source has to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Itself.
    AsItIs,
    /// An image written anew.
    Written(Target),
    /// AVIF, which cannot be written.
    Unwritable,
}

impl Plan {
    /// What is to be done for `address`, whose options are `options` with their preset filled in.
    ///
    /// # Errors
    /// [`Invalid`] where a value is outside of what images can be; the options' own bounds are
    /// narrower, so this is none that a caller sees.
    pub fn new(
        address: &Address,
        options: &Options,
        is_webp_accepted: bool,
    ) -> Result<Self, Invalid> {
        let varies = options.format == Some(Format::Auto);
        let is_passed = matches!(options.format, None | Some(Format::Original));
        let work = if options.format == Some(Format::Json) {
            Work::Describe
        } else if is_passed && !options.changes_pixels() && options.q.is_none() {
            Work::Pass
        } else {
            Work::Make(Box::new(Make {
                transform: transform(options)?,
                format: options.format,
                quality: options.q.map_or(Ok(Quality::DEFAULT), Quality::new)?,
                is_webp_accepted: varies && is_webp_accepted,
                is_quality_asked: options.q.is_some(),
            }))
        };
        let kept = Options {
            maxage: None,
            download: None,
            preset: None,
            ..options.clone()
        };
        let accepted = if varies && is_webp_accepted {
            "webp"
        } else {
            ""
        };
        Ok(Self {
            source: address.source.clone(),
            result: format!("{EDITION}\n{}\n{accepted}\n", kept.canonical()),
            work,
            varies,
            maxage: options.maxage,
            download: options.download.clone(),
        })
    }

    /// What names the source in the cache.
    pub fn source_key(&self) -> Digest {
        digest(&["source\n", EDITION, "\n", self.source.as_str()])
    }

    /// What names the result in the cache.
    pub fn result_key(&self) -> Digest {
        match self.work {
            Work::Pass => self.source_key(),
            _ => digest(&["result\n", &self.result, self.source.as_str()]),
        }
    }

    /// What names bytes of the source that have not come yet. No two are named the same, whatever the
    /// source says of them: records of other addresses may point at what bears an older name.
    pub fn new_version(&self, now: Timestamp, random: &[u8]) -> Digest {
        let mut hasher = sha2::Sha256::new();
        for part in [
            "version\n",
            self.source.as_str(),
            "\n",
            &now.to_string(),
            "\n",
        ] {
            hasher.update(part);
        }
        hasher.update(random);
        Digest::new(hasher.finalize().into())
    }
}

impl Make {
    /// What a source becomes.
    pub fn output(&self, info: &Info) -> Output {
        use imaging::Format as Known;
        let quality = self.quality;
        let untouched = self.transform.is_none() && !self.is_quality_asked;
        let is_already = |format: Known| untouched && info.format == format;
        let webp = Output::Written(Target::Webp { quality });
        let jpeg = Output::Written(Target::Jpeg { quality });
        let png = Output::Written(Target::Png);
        match self.format {
            Some(Format::Webp) if is_already(Known::WebP) => Output::AsItIs,
            Some(Format::Jpeg) if is_already(Known::Jpeg) => Output::AsItIs,
            Some(Format::Png) if is_already(Known::Png) => Output::AsItIs,
            Some(Format::Avif) if is_already(Known::Avif) => Output::AsItIs,
            Some(Format::Webp) => webp,
            Some(Format::Jpeg) => jpeg,
            Some(Format::Png) => png,
            Some(Format::Avif) => Output::Unwritable,
            Some(Format::Auto) if untouched && is_already(Known::Avif) => Output::AsItIs,
            Some(Format::Auto) if self.is_webp_accepted && is_already(Known::WebP) => {
                Output::AsItIs
            }
            Some(Format::Auto) if self.is_webp_accepted => webp,
            // Those who accept nothing newer get what everybody can show.
            Some(Format::Auto) if is_already(Known::Jpeg) || is_already(Known::Png) => {
                Output::AsItIs
            }
            Some(Format::Auto) if is_already(Known::Gif) => Output::AsItIs,
            Some(Format::Auto) if self.is_transparent(info) => png,
            Some(Format::Auto) => jpeg,
            Some(Format::Original | Format::Json) | None => match info.format {
                Known::Jpeg if self.is_transparent(info) => png,
                Known::Jpeg => jpeg,
                Known::Png | Known::Bmp => png,
                Known::WebP | Known::Gif | Known::Avif => webp,
            },
        }
    }

    /// Whether the result may have transparent pixels.
    fn is_transparent(&self, info: &Info) -> bool {
        let round = self
            .transform
            .mask
            .is_some_and(|mask| mask.shape == MaskShape::Circle);
        match self.transform.background {
            Some(background) => background.alpha < 255 && (info.alpha || round || self.is_filled()),
            None => info.alpha || round,
        }
    }

    fn is_filled(&self) -> bool {
        self.transform.fit == Fit::Pad
    }
}

fn digest(parts: &[&str]) -> Digest {
    let mut hasher = sha2::Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest::new(hasher.finalize().into())
}

fn transform(options: &Options) -> Result<Transform, Invalid> {
    let side = |pixels: Option<u32>| pixels.map(Side::new).transpose();
    let sigma = |hundredths: Option<u16>| {
        let pixels = hundredths.map(|hundredths| f32::from(hundredths) / 100.0);
        pixels.map(Sigma::new).transpose()
    };
    let crop = |crop: options::Crop| {
        Ok(Crop {
            x: crop.x,
            y: crop.y,
            width: Side::new(crop.w.min(Side::MAX))?,
            height: Side::new(crop.h.min(Side::MAX))?,
        })
    };
    let border = |border: options::Border| {
        Ok(Border {
            width: Side::new(border.width.into())?,
            colour: colour(border.color),
        })
    };
    let mask = match options.mask {
        None => None,
        Some(shape) => Some(Mask {
            shape: match shape {
                options::Mask::Circle => MaskShape::Circle,
                options::Mask::Square => MaskShape::Square,
            },
            border: options.border.map(border).transpose()?,
        }),
    };
    Ok(Transform {
        turn: match options.rotate {
            None => Turn::None,
            Some(options::Turn::Quarter) => Turn::Right,
            Some(options::Turn::Half) => Turn::Half,
            Some(options::Turn::ThreeQuarters) => Turn::Left,
        },
        flip: options.flip,
        flop: options.flop,
        crop: options.crop.map(crop).transpose()?,
        trim: options.trim.map(|tolerance| Trim { tolerance }),
        width: side(options.w)?,
        height: side(options.h)?,
        dpr: Dpr::new(f32::from(options.dpr.unwrap_or(100)) / 100.0)?,
        fit: match options.fit {
            None | Some(options::Fit::Inside) => Fit::Inside,
            Some(options::Fit::Outside) => Fit::Outside,
            Some(options::Fit::Cover) => Fit::Cover,
            Some(options::Fit::Fill) => Fit::Fill,
            Some(options::Fit::Contain | options::Fit::Pad) => Fit::Pad,
        },
        focus: match options.gravity {
            None => Focus::CENTRE,
            Some(at) => Focus::new(f32::from(at.x) / 1000.0, f32::from(at.y) / 1000.0)?,
        },
        enlarge: options.enlarge,
        max: side(options.max)?,
        blur: sigma(options.blur)?,
        sharpen: sigma(options.sharpen)?,
        mask,
        background: options.bg.map(colour),
    })
}

fn colour(color: options::Color) -> Colour {
    let [red, green, blue, alpha] = color.0;
    Colour::rgba(red, green, blue, alpha)
}
