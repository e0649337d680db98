//! What may be asked to be done to an image.
//!
//! Names are those of weserv and Cloudflare. Parsing only reads each value; whether options agree
//! with each other is [`Options::check`]'s, after a preset has been filled in.

mod agree;
mod names;
mod preset;
#[cfg(test)]
mod tests;
mod value;

pub use names::NAMES;
pub use preset::{PresetError, Presets};
pub use value::{Border, Color, Crop, Fit, Format, Gravity, Mask, Turn};

/// Why options cannot be followed. Texts name the options and are for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// No option has this name.
    #[error(
        "there is no option `{name}`; options are {}. The query of an image's own URL has to be \
         percent-encoded with it",
        names::list()
    )]
    Unknown {
        /// The name, shortened.
        name: String,
    },
    /// The value is none that the option takes.
    #[error("`{name}` must be {expected}")]
    Malformed {
        /// The option.
        name: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// The option is there twice, with different values.
    #[error("`{name}` is there twice, with different values")]
    Twice {
        /// The option.
        name: &'static str,
    },
    /// Options that contradict each other.
    #[error("`{first}` and `{second}` contradict each other: {why}")]
    Contradiction {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Why.
        why: &'static str,
    },
    /// An option that means nothing without another.
    #[error("`{name}` needs {needed}")]
    Needs {
        /// The option.
        name: &'static str,
        /// What is missing.
        needed: &'static str,
    },
    /// No preset has this name.
    #[error("there is no preset of that name; presets are {known}")]
    UnknownPreset {
        /// Their names.
        known: String,
    },
}

/// The options of one address. `None` and `false` mean that it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Width, in pixels before `dpr`.
    pub w: Option<u32>,
    /// Height, in pixels before `dpr`.
    pub h: Option<u32>,
    /// How the image fills width and height.
    pub fit: Option<Fit>,
    /// Device pixels per pixel, in hundredths.
    pub dpr: Option<u16>,
    /// What stays in sight when a part is cut off.
    pub gravity: Option<Gravity>,
    /// The part of the source that is used.
    pub crop: Option<Crop>,
    /// How much a border that is taken away may differ from its corner's colour, 0 to 255.
    pub trim: Option<u8>,
    /// Turned clockwise.
    pub rotate: Option<Turn>,
    /// Turned upside down.
    pub flip: bool,
    /// Mirrored left to right.
    pub flop: bool,
    /// What is put behind the image.
    pub bg: Option<Color>,
    /// Standard deviation of a Gaussian blur, in hundredths of a pixel.
    pub blur: Option<u16>,
    /// Radius of an unsharp mask, in hundredths of a pixel.
    pub sharpen: Option<u16>,
    /// The shape that is cut out.
    pub mask: Option<Mask>,
    /// A ring or frame around that shape.
    pub border: Option<Border>,
    /// Longest side, in device pixels, whatever the rest says.
    pub max: Option<u32>,
    /// Whether an image that is too small is enlarged.
    pub enlarge: bool,
    /// Quality of lossy formats, 1 to 100.
    pub q: Option<u8>,
    /// The format of the answer.
    pub format: Option<Format>,
    /// A named set of options, which the others override.
    pub preset: Option<String>,
    /// How long others may keep the answer, in seconds.
    pub maxage: Option<u32>,
    /// The name under which a browser saves it; empty for the source's own.
    pub download: Option<String>,
}

impl Options {
    /// Reads `name=value;…`-like text as paths and presets have it: pairs between commas, a name
    /// alone for `true`.
    ///
    /// # Errors
    /// [`OptionError`] of the first pair that is wrong.
    pub fn parse(text: &str) -> Result<Self, OptionError> {
        let mut options = Self::default();
        for pair in text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            options.set(name, value)?;
        }
        Ok(options)
    }

    /// Whether the pixels, or their form, change: anything that a source does not pass through.
    pub fn changes_pixels(&self) -> bool {
        let kept = Self {
            q: None,
            format: None,
            preset: None,
            maxage: None,
            download: None,
            ..self.clone()
        };
        kept != Self::default()
    }
}
